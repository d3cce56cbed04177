"""The transactions of a session as objects: `begin()` and `begin_nested()` return them."""

from __future__ import annotations

from types import TracebackType
from typing import TYPE_CHECKING, Generic, TypeVar

from pytuck.common.exceptions import TransactionError

if TYPE_CHECKING:
    from pytuck.core.session import Session
    from pytuck.core.transaction_control import TransactionControl

S = TypeVar("S", bound="Session")


class SessionTransaction(Generic[S]):
    """A transaction of a session; as a context manager it commits, or undoes on an exception."""

    def __init__(self, session: S) -> None:
        self.session = session
        self.is_active = True

    def commit(self) -> None:
        """Write pending changes and keep what was done.

        Raises:
            TransactionError: It has ended already.
        """
        self._require_active()
        self.session.commit()

    def rollback(self) -> None:
        """Undo what was done since it began, in the database and in the objects.

        Raises:
            TransactionError: It has ended already.
        """
        self._require_active()
        self.session.rollback()

    def __enter__(self) -> S:
        return self.session

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if not self.is_active:
            return  # committed or rolled back inside
        if error is not None:
            self.rollback()
            return
        try:
            self.commit()
        except BaseException:
            if self.is_active:
                self.rollback()
            raise

    def _require_active(self) -> None:
        if not self.is_active:
            raise TransactionError("This transaction was committed or rolled back already.")


class NestedTransaction(SessionTransaction[S]):
    """A part of a transaction that can be undone by itself: a savepoint.

    Args:
        control: Ends it.
        savepoint: Its number on the connection.
        position: How long the session's undo log was when it began.
    """

    def __init__(
        self, session: S, control: TransactionControl, savepoint: int, position: int
    ) -> None:
        super().__init__(session)
        self._control = control
        self.savepoint = savepoint
        self.position = position

    def commit(self) -> None:
        self._require_active()
        self._control.end_nested(self, keep=True)

    def rollback(self) -> None:
        self._require_active()
        self._control.end_nested(self, keep=False)

"""One session for each thread, behind one object that all can use."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Any

from pytuck.common.exceptions import TransactionError
from pytuck.core.session import Session


class scoped_session:  # noqa: N801 - the name users know from SQLAlchemy
    """Passes everything on to the session of the calling thread, made when it is first needed.

    Call `remove()` at the end of a piece of work, such as a request: it closes the thread's
    session, and the next use makes a new one.

    Args:
        factory: Makes a session, such as `lambda: Session(storage)`.
    """

    def __init__(self, factory: Callable[..., Session]) -> None:
        self.session_factory = factory
        self._of_thread = threading.local()

    def __call__(self, **options: Any) -> Session:
        """Return the thread's session.

        Args:
            options: Given to the factory.

        Raises:
            TransactionError: There are options, and the thread has a session already.
        """
        session: Session | None = getattr(self._of_thread, "session", None)
        if session is None:
            session = self._of_thread.session = self.session_factory(**options)
        elif options:
            raise TransactionError("This thread has a session already; call remove() first.")
        return session

    def has(self) -> bool:
        """Return whether the thread has a session."""
        return getattr(self._of_thread, "session", None) is not None

    def remove(self) -> None:
        """Close the thread's session, if it has one; what was not committed is undone."""
        session: Session | None = getattr(self._of_thread, "session", None)
        self._of_thread.session = None
        if session is not None:
            session.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self(), name)

    def __contains__(self, instance: object) -> bool:
        return instance in self()

    def __iter__(self) -> Iterator[Any]:
        return iter(self())

    def __enter__(self) -> Session:
        return self().__enter__()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self().__exit__(kind, error, traceback)

"""How the transactions of a session begin, go on and end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytuck.backends import Connection
from pytuck.common.exceptions import TransactionError, UnsupportedOperationError
from pytuck.core.flush import Flush
from pytuck.core.instance_values import ADDED_TO
from pytuck.core.loading import FEW_OBJECTS, paused_collector
from pytuck.core.relationships.related_work import RelatedChanges
from pytuck.core.transactions import NestedTransaction, SessionTransaction
from pytuck.core.unit_of_work import Pending
from pytuck.events import event

if TYPE_CHECKING:
    from pytuck.core.object_tracking import ObjectTracker
    from pytuck.core.session import Session
    from pytuck.core.session_state import SessionState
    from pytuck.core.statement_runner import StatementRunner

_MOST_FLUSHES = 100
"""Flushes of one commit; if listeners still add changes then, they will for ever."""


class TransactionControl:
    """Writes, commits and undoes for one session; `Session` says what each method promises.

    Args:
        session: The session that listeners are told about.
        state: What the session remembers.
        statements: Reads objects again whose rows a rollback has changed.
        tracker: Knows the objects that are pending.
    """

    def __init__(
        self,
        session: Session,
        state: SessionState,
        statements: StatementRunner,
        tracker: ObjectTracker,
    ) -> None:
        self._session = session
        self._state = state
        self._statements = statements
        self._tracker = tracker
        self._begun: SessionTransaction[Any] | None = None
        self._nested: list[NestedTransaction[Any]] = []
        self._ending_as: str | None = None
        state.connection.part = self

    @property
    def is_busy(self) -> bool:
        """Whether the session is being flushed, committed or rolled back just now."""
        return self._state.flushing is not None or self._ending_as is not None

    def flush(self) -> None:
        """Write pending changes; on an error everything stays pending."""
        self.refuse_inside_flush("flush")
        if self._state.has_changes:
            self._flush()

    def _flush(self) -> None:
        connection = self._state.connection.borrow()
        savepoint = connection.set_savepoint() if connection.in_transaction else None
        try:
            if savepoint is None:
                self._state.connection.begin(connection)
            self._write(connection)
        except BaseException:
            self._undo_to(savepoint)
            raise
        if savepoint is not None:
            connection.release_savepoint(savepoint)

    def commit(self) -> None:
        """Write pending changes and make the transaction durable."""
        self.refuse_inside_flush("commit")
        self._ending_as = "committed"
        try:
            event.tell(self._session, "before_commit")
            self._flush_all()
            is_saved = self._keep()
        finally:
            self._ending_as = None
        if is_saved:
            event.tell(self._state.storage, "after_save")
        event.tell(self._session, "after_commit")

    def rollback(self) -> None:
        """Undo everything since the last commit, in the database and in the objects."""
        self.refuse_inside_flush("rollback")
        self._ending_as = "rolled back"
        try:
            event.tell(self._session, "before_rollback")
            self._undo_all()
        finally:
            self._ending_as = None
        event.tell(self._session, "after_rollback")

    def close(self) -> None:
        """Undo what was not committed and let go of all objects."""
        try:
            if self._state.has_changes or self._state.connection.in_transaction:
                self.rollback()
        except BaseException:
            self._undo_all()
            raise
        finally:
            self._state.connection.release()
            self._state.relations.close()
            self._end_begun()
            self._state.identity.clear()

    def begin(self) -> SessionTransaction[Any]:
        """Return the transaction that begins now."""
        if self._begun is not None or self._state.connection.in_transaction:
            raise TransactionError("The session is in a transaction already; commit it first.")
        self._begun = SessionTransaction(self._session)
        self._state.connection.end_reading()
        self._state.connection.is_explicit = True
        return self._begun

    def begin_nested(self) -> NestedTransaction[Any]:
        """Return the part of the transaction that begins now."""
        self.refuse_inside_flush("begin_nested")
        if not self._state.storage.engine.capabilities.savepoints:
            raise UnsupportedOperationError(
                f"The {self._state.storage.engine_name} engine has no savepoints, so no part of a "
                "transaction can be undone by itself. Use a transaction of its own."
            )
        self.flush()
        savepoint = self._state.connection.writing().set_savepoint()
        nested = NestedTransaction(self._session, self, savepoint, len(self._state.undo))
        self._nested.append(nested)
        return nested

    def _flush_all(self) -> None:
        """Flush until listeners add nothing more."""
        for _ in range(_MOST_FLUSHES):
            if not self._state.has_changes:
                return
            self._flush()
        raise TransactionError(
            f"After {_MOST_FLUSHES} flushes there are still changes to write: a listener makes "
            "a new one each time it is told."
        )

    def _write(self, connection: Connection) -> None:
        """Write what is pending inside the open transaction."""
        self._state.flushing = self._state.pending
        pending: Pending | None = None
        try:
            event.tell(self._session, "before_flush")
            self._state.relations.cascade(self._state.pending.new, self._state.pending.deleted)
            pending, self._state.pending = self._state.pending, Pending()
            changes, self._state.relations.changes = self._state.relations.changes, RelatedChanges()
            self._state.flushing = pending
            flush = Flush(self._session, self._state, connection, changes)
            if len(pending) < FEW_OBJECTS:
                flush.write(pending)
            else:
                with paused_collector():
                    flush.write(pending)
            try:
                event.tell(self._session, "after_flush")
            except BaseException:
                flush.take_back()
                raise
        except BaseException:
            if pending is not None:
                self._put_back(pending, changes)
            raise
        finally:
            self._state.flushing = None
        self._state.undo.note(flush.flushed)

    def _put_back(self, pending: Pending, changes: RelatedChanges) -> None:
        """Have everything pending again after a flush that failed."""
        for instance in pending.new.values():
            instance.__dict__[ADDED_TO] = self._session
        self._state.pending.put_back(pending)
        self._state.relations.changes.put_back(changes)

    def _undo_to(self, savepoint: int | None) -> None:
        """Undo the database's part of a flush that failed."""
        connection = self._state.connection.borrow()
        if savepoint is None:
            connection.rollback()
        elif connection.in_transaction:
            connection.undo_to_savepoint(savepoint)
        else:  # a full disk ends the whole transaction
            self._state.undo.restore(self._state.identity, Pending(), 0)
            self._end_begun()

    def _keep(self) -> bool:
        """Have everything kept that was written; return whether it was made durable."""
        connection = self._state.connection
        is_saved = connection.in_transaction and not connection.is_joined
        if is_saved:
            self._commit(connection.borrow())
            self._state.undo.forget()
        elif connection.is_joined:
            connection.keep()
            self._state.undo.keep()
        connection.release()
        self._end_begun()
        return is_saved

    def _commit(self, connection: Connection) -> None:
        """Commit; if the database refuses, its transaction is gone and the objects follow."""
        event.tell(self._state.storage, "before_save")
        self._state.connection.interrupt_streams()
        try:
            connection.commit()
        except BaseException:
            self._undo_all()
            raise
        self._state.storage.forget_changed_tables()

    def _undo_all(self) -> None:
        self._state.connection.interrupt_streams()
        self._state.connection.release()
        self._end_begun()
        self._restore()

    def _restore(self, since: int | None = None) -> None:
        """Give the objects back an earlier state, to which the rows went back already."""
        pending = self._tracker.drop_pending()
        tables = self._state.undo.restore(self._state.identity, pending, since)
        self._state.storage.refresh_schema()
        self._state.relations.forget(self._state.identity)
        for table in tables:
            self._reread_after_rollback(table)

    def _reread_after_rollback(self, table: str) -> None:
        """Forget what was loaded from rows that a statement had changed."""
        position = len(self._state.undo)
        self._statements.reread(table)
        self._state.undo.cut(position)

    def end_nested(self, nested: NestedTransaction[Any], *, keep: bool) -> None:
        """Keep or undo what was done since a savepoint."""
        self.refuse_inside_flush("commit" if keep else "rollback")
        if keep:
            self.flush()
        connection = self._state.connection.borrow()
        position = self._nested.index(nested)
        for inner in self._nested[position:]:
            inner.is_active = False
        del self._nested[position:]
        if keep:
            connection.release_savepoint(nested.savepoint)
            return
        self._state.connection.interrupt_streams()
        connection.undo_to_savepoint(nested.savepoint)
        self._restore(nested.position)

    # --- As a part of `storage.transaction()` ---

    def mark(self) -> int:
        """Return how much there is to undo."""
        return len(self._state.undo)

    def undo_to(self, mark: int) -> None:
        """Give the objects back the state they had at a mark."""
        self._state.connection.interrupt_streams()
        self._state.connection.leave()
        self._end_begun()
        self._restore(mark)

    def settle(self) -> None:
        """Have no more to undo."""
        self._state.undo.forget()

    def _end_begun(self) -> None:
        for transaction in self._nested:
            transaction.is_active = False
        self._nested.clear()
        self._state.connection.is_explicit = False
        if self._begun is not None:
            self._begun.is_active = False
            self._begun = None

    def refuse_inside_flush(self, what: str) -> None:
        """Refuse what a listener must not do while the session is flushed, or its work ends."""
        if self._ending_as is not None and what != "flush":
            raise TransactionError(
                f"{what}() was called by a listener while the session is being "
                f"{self._ending_as}. To keep that from happening, raise an exception."
            )
        if self._state.flushing is not None:
            raise TransactionError(
                f"{what}() was called by a listener while the session is being flushed. "
                "What it adds or changes is written by the next flush."
            )

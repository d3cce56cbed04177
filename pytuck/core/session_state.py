"""What the parts of a session share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytuck.core.object_states import IdentityMap, UndoLog
from pytuck.core.relationships.related_work import RelatedWork
from pytuck.core.session_connection import SessionConnection
from pytuck.core.unit_of_work import Pending

if TYPE_CHECKING:
    from pytuck.core.session_contents import SessionContents


class SessionState:
    """The memory of one session.

    Attributes:
        identity: Its objects, one for each row.
        pending: What the next flush writes.
        flushing: What is being written right now; None outside of a flush.
        undo: What was written since the last commit.
        connection: Its connection.
        relations: The relationships of its objects.
    """

    def __init__(self, session: SessionContents, isolation_level: str | None = None) -> None:
        self.storage = session.storage
        self.identity = IdentityMap(session)
        self.pending = Pending()
        self.flushing: Pending | None = None
        self.undo = UndoLog()
        self.connection = SessionConnection(session.storage, isolation_level)
        self.relations = RelatedWork(session, type(session))

    @property
    def has_changes(self) -> bool:
        """Whether a flush has anything to do."""
        pending = self.pending
        return bool(pending.new or pending.changed or pending.deleted or self.relations.changes)

"""What a database knows of the revisions that were applied to it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pytuck import schema
from pytuck.backends.catalogue import REVISIONS_NAME
from pytuck.common.exceptions import TableNotFoundError
from pytuck.query import Delete, Insert, TableSource, delete, func, insert, select
from pytuck.schema import CreateTable
from pytuck.types import TYPES

if TYPE_CHECKING:
    from pytuck.core.storage import Storage

REVISIONS = TableSource(
    schema.Table(
        REVISIONS_NAME,
        (
            schema.Column("position", TYPES[int], nullable=False, primary_key=True),
            schema.Column("id", TYPES[str], nullable=False, unique=True),
            schema.Column("message", TYPES[str], nullable=False),
            schema.Column("checksum", TYPES[str], nullable=False),
            schema.Column("time", TYPES[str], nullable=False),
            schema.Column("duration_s", TYPES[float], nullable=False),
        ),
        primary_key=("position",),
        rowid_alias="position",
    )
)


@dataclass(frozen=True, slots=True)
class AppliedRevision:
    """A revision that the database has.

    Attributes:
        time: When it was applied, in UTC.
        duration_s: How long that took; 0 if it was only marked as applied.
        checksum: That of the script as it was then.
    """

    id: str
    message: str
    checksum: str
    time: datetime
    duration_s: float


def read_applied(storage: Storage) -> list[AppliedRevision]:
    """Return the revisions that a database has, in the order in which they were applied."""
    if not _is_there(storage):
        return []
    c = REVISIONS.c
    question = select(c.id, c.message, c.checksum, c.time, c.duration_s).order_by(c.position)
    return [
        AppliedRevision(name, message, kept, datetime.fromisoformat(time), duration_s)
        for name, message, kept, time, duration_s in storage.execute(question)
    ]


def note_applied(storage: Storage, revisions: Iterable[AppliedRevision]) -> None:
    """Keep that revisions were applied, as a part of the open transaction."""
    if not _is_there(storage):
        storage.engine.change(
            [CreateTable(REVISIONS.name, REVISIONS.schema)], storage.transaction_connection
        )
    question = select(func.max(REVISIONS.c.position))
    last = int(storage.execute(question).scalar() or 0)
    for place, item in enumerate(revisions, last + 1):
        new: Insert[Any] = insert(REVISIONS).values(
            position=place,
            id=item.id,
            message=item.message,
            checksum=item.checksum,
            time=item.time.isoformat(),
            duration_s=item.duration_s,
        )
        storage.execute(new)


def forget_applied(storage: Storage, ids: Iterable[str]) -> None:
    """Forget that revisions were applied, as a part of the open transaction."""
    for name in ids:
        outdated: Delete[Any] = delete(REVISIONS).where(REVISIONS.c.id == name)
        storage.execute(outdated)


def now() -> datetime:
    """Return the time now, in UTC."""
    return datetime.now(UTC)


def _is_there(storage: Storage) -> bool:
    try:
        storage.engine.reflect(REVISIONS.name, storage.transaction_connection)
    except TableNotFoundError:
        return False
    return True

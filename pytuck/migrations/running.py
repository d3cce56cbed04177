"""Carrying revisions out: in one transaction, with a backup where data would be lost."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from pytuck.common.exceptions import ConstraintError, MigrationError, PytuckException
from pytuck.common.progress import SILENT, Work
from pytuck.migrations.applied import AppliedRevision, forget_applied, note_applied, now
from pytuck.migrations.operations import Operations
from pytuck.migrations.revisions import Revision, Step
from pytuck.schema import AlterColumn, Change, DropColumn, DropTable

if TYPE_CHECKING:
    from pytuck.core.storage import Storage


@dataclass(frozen=True, slots=True)
class RevisionRun:
    """What a revision did.

    Attributes:
        changes: The changes of tables that it made, in order.
        rows_written: It changed rows as well.
    """

    id: str
    message: str
    changes: tuple[Change, ...]
    rows_written: bool
    duration_s: float


@dataclass(frozen=True, slots=True)
class MigrationReport:
    """What a migration did.

    Attributes:
        revisions: In the order in which they were carried out.
        backup: The copy of the database as it was before; None if nothing could be lost.
        notes: What a person should know.
    """

    revisions: tuple[RevisionRun, ...]
    backup: Path | None
    notes: tuple[str, ...]
    seconds: float


@dataclass
class Run:
    """One migration of a database, inside `storage.structure_transaction()`.

    Attributes:
        storage: The database.
        may_back_up: Copy it before the first step that loses data.
        work: Is told how far it is, and may stop it.
        was_empty: There were no tables, so that nothing can be lost.
    """

    storage: Storage
    may_back_up: bool = True
    work: Work = SILENT
    backup: Path | None = None
    done: list[RevisionRun] = field(default_factory=list)
    was_empty: bool = field(init=False)
    _dangling: dict[str, int] | None = None

    def __post_init__(self) -> None:
        self.was_empty = not self.storage.list_tables()

    def upgrade(self, revisions: Sequence[Revision]) -> None:
        """Apply revisions, and note that they were.

        Raises:
            MigrationError: One of them fails; the message says which one and why.
        """
        for number, revision in enumerate(revisions):
            self._tell(revision, number, len(revisions))
            ran = self._carry_out(revision, revision.upgrade)
            applied = AppliedRevision(
                revision.id, revision.message, revision.checksum, now(), ran.duration_s
            )
            note_applied(self.storage, [applied])
        self._end()

    def downgrade(self, revisions: Sequence[Revision]) -> None:
        """Take revisions back, and forget them.

        Raises:
            MigrationError: One does not say how, or fails.
        """
        for number, revision in enumerate(revisions):
            self._tell(revision, number, len(revisions))
            self._carry_out(revision, downgrade_of(revision))
            forget_applied(self.storage, [revision.id])
        self._end()

    def _carry_out(self, revision: Revision, step: Step) -> RevisionRun:
        began = time.perf_counter()
        changes: list[Change] = []
        wrote_rows: list[bool] = []

        def change(item: Change) -> None:
            if _loses_data(item):
                self._back_up(revision, item.table)
            self.storage.change(item)
            changes.append(item)

        def before_rows(*, loses_data: bool) -> None:
            wrote_rows.append(True)
            if loses_data:
                self._back_up(revision, None)
            if self._dangling is None:
                self._dangling = self.storage.dangling_rows()

        with telling_where(revision):
            step(Operations(self.storage, change, before_rows, self.work))
        ran = RevisionRun(
            revision.id,
            revision.message,
            tuple(changes),
            bool(wrote_rows),
            time.perf_counter() - began,
        )
        self.done.append(ran)
        return ran

    def _back_up(self, revision: Revision, table: str | None) -> None:
        """Copy the database as it is for others: nothing of the migration is committed yet."""
        path = self.storage.file_path
        if not self.may_back_up or self.backup is not None or path is None or self.was_empty:
            return
        if table is not None and not self.storage.count_rows(table):
            return
        stem = f"{path.stem}.before-{revision.id}-{now():%Y%m%d-%H%M%S}"
        target = path.with_name(stem + path.suffix)
        for number in itertools.count(2):
            if not target.exists():
                break
            target = path.with_name(f"{stem}-{number}{path.suffix}")
        self.backup = self.storage.backup(target)

    def _end(self) -> None:
        if self._dangling is None:
            return
        for table, count in self.storage.dangling_rows().items():
            if count > self._dangling.get(table, 0):
                raise ConstraintError(
                    f"After the migration {count} rows of table '{table}' would refer to rows that "
                    "do not exist. Have the script change or delete them.",
                    table_name=table,
                    details={"constraint": "foreign key"},
                )

    def _tell(self, revision: Revision, done: int, total: int) -> None:
        self.work.step("migrating", revision.message, done, total, unit="steps")


def downgrade_of(revision: Revision) -> Step:
    """Return what takes a revision back.

    Raises:
        MigrationError: Its script does not say how.
    """
    if revision.downgrade is None:
        raise MigrationError(
            f"The revision {revision.id} ({revision.message}) cannot be taken back: "
            f"'{revision.path}' has no function downgrade(op)."
        )
    return revision.downgrade


@contextmanager
def telling_where(revision: Revision) -> Iterator[None]:
    """Say which script fails, and at which of its lines."""
    try:
        yield
    except PytuckException as err:
        raise MigrationError(
            f"The revision {revision.id} ({revision.message}) fails in {_place(err, revision)}: "
            f"{err.message} Nothing was changed.",
            table_name=err.table_name,
            column_name=err.column_name,
            details={**(err.details or {}), "revision": revision.id},
        ) from err
    except Exception as err:  # whatever a script does wrong
        raise MigrationError(
            f"The revision {revision.id} ({revision.message}) fails in {_place(err, revision)}: "
            f"{type(err).__name__}: {err}. Nothing was changed.",
            details={"revision": revision.id},
        ) from err


def _place(err: BaseException, revision: Revision) -> str:
    line = None
    trace = err.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == str(revision.path.absolute()):
            line = trace.tb_lineno
        trace = trace.tb_next
    where = f"'{revision.path.name}'"
    return where if line is None else f"{where}, line {line}"


def _loses_data(change: Change) -> bool:
    if isinstance(change, AlterColumn):
        return change.type is not ...
    return isinstance(change, (DropTable, DropColumn))

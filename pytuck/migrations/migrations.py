"""`Migrations`: the revisions of a folder and those that a database has."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from pytuck.common.exceptions import MigrationError
from pytuck.common.progress import CancelToken, ProgressListener, Work
from pytuck.migrations.applied import (
    AppliedRevision,
    forget_applied,
    note_applied,
    now,
    read_applied,
)
from pytuck.migrations.drafting import RevisionDraft, draft_revision
from pytuck.migrations.graph import BASE, HEADS, RevisionGraph
from pytuck.migrations.rehearsing import Rehearsal, RehearsedStep
from pytuck.migrations.revisions import Revision
from pytuck.migrations.running import MigrationReport, Run, downgrade_of
from pytuck.migrations.scripts import load_graph, write_script
from pytuck.schema import Renames, Table

if TYPE_CHECKING:
    from pytuck.core.storage import Storage


@dataclass(frozen=True, slots=True)
class RevisionState:
    """A revision as the folder and the database know it.

    Attributes:
        path: The script; None if it is gone.
        applied: When it was applied, in UTC; None if it was not.
        duration_s: How long that took.
        is_edited: The script is not as it was when it was applied.
        is_head: No other revision stands on it.
    """

    id: str
    message: str
    parents: tuple[str, ...]
    path: Path | None
    applied: datetime | None
    duration_s: float
    is_edited: bool
    is_head: bool


class Migrations:
    """Brings a database from one revision to another.

    Args:
        storage: The open database.
        folder: The revision scripts; it need not exist yet.
    """

    def __init__(self, storage: Storage, folder: str | Path = "migrations") -> None:
        self.storage = storage
        self.folder = Path(folder)

    # --- What there is ---

    def graph(self) -> RevisionGraph:
        """Return the revisions of the folder.

        Raises:
            MigrationError: A script cannot be run, or they do not fit together.
        """
        return load_graph(self.folder)

    def current(self) -> list[AppliedRevision]:
        """Return the applied revisions that no other applied one stands on."""
        graph, applied = self.graph(), read_applied(self.storage)
        below = {
            parent
            for item in applied
            if item.id in graph
            for parent in graph.with_ancestors(graph.get(item.id).parents)
        }
        return [item for item in applied if item.id not in below]

    def history(self) -> list[RevisionState]:
        """Return all revisions in order: of the folder, and those that only the database knows."""
        graph = self.graph()
        applied = {item.id: item for item in read_applied(self.storage)}
        heads = {item.id for item in graph.heads}
        lost = [_lost(item) for item in applied.values() if item.id not in graph]
        return lost + [_state(item, applied.get(item.id), item.id in heads) for item in graph]

    def pending(self) -> list[Revision]:
        """Return the revisions of the folder that the database does not have, in order."""
        applied = {item.id for item in read_applied(self.storage)}
        return [revision for revision in self.graph() if revision.id not in applied]

    # --- Running ---

    def upgrade(
        self,
        to: str = HEADS,
        *,
        backup: bool = True,
        progress: ProgressListener | None = None,
        cancel: CancelToken | None = None,
    ) -> MigrationReport:
        """Apply revisions, all or none.

        Args:
            to: `heads` for all, an id (or its beginning) with what it stands on, `+1` for the
                next one.
            backup: Copy the file before the first step that loses data.
            progress: Is told how far it is.
            cancel: Stops it; the database is as it was.

        Raises:
            MigrationError: There is no such revision, or one fails.
            LockTimeout: Somebody else kept the write lock for too long.
        """
        return self._run(
            lambda run, applied: run.upgrade(
                self.graph().upgrade_path(to, {item.id for item in applied})
            ),
            Run(self.storage, backup, Work(progress, cancel)),
        )

    def downgrade(
        self,
        to: str,
        *,
        backup: bool = True,
        progress: ProgressListener | None = None,
        cancel: CancelToken | None = None,
    ) -> MigrationReport:
        """Take revisions back, all or none.

        Args:
            to: `base` for all, an id (or its beginning) that stays, `-1` for the last one.

        Raises:
            MigrationError: A revision does not say how, has no script any more, or fails.
            LockTimeout: Somebody else kept the write lock for too long.
        """
        return self._run(
            lambda run, applied: run.downgrade(self._to_take_back(to, applied)),
            Run(self.storage, backup, Work(progress, cancel)),
        )

    def rehearse_upgrade(self, to: str = HEADS) -> list[RehearsedStep]:
        """Return what `upgrade` would do: its statements, and what each would cost.

        It is found out on a copy of the tables without their rows; nothing is changed.

        Raises:
            MigrationError: There is no such revision, or one fails; some do only because there
                are no rows in the copy.
        """
        applied = {item.id for item in read_applied(self.storage)}
        rehearsal = Rehearsal(self.storage)
        rehearsal.run(self.graph().upgrade_path(to, applied), lambda item: item.upgrade)
        return rehearsal.steps

    def rehearse_downgrade(self, to: str) -> list[RehearsedStep]:
        """Return what `downgrade` would do; see `rehearse_upgrade`."""
        revisions = self._to_take_back(to, read_applied(self.storage))
        rehearsal = Rehearsal(self.storage)
        rehearsal.run(revisions, downgrade_of)
        return rehearsal.steps

    def stamp(self, to: str) -> None:
        """Note revisions as applied, or as not applied, without doing anything else.

        Args:
            to: `heads` or an id: this one and what it stands on count as applied, and no other.
                `base`: none.

        Raises:
            MigrationError: There is no such revision.
        """
        graph = self.graph()
        if to == BASE:
            wanted: list[Revision] = []
        else:
            ids = [item.id for item in graph.heads] if to == HEADS else [graph.get(to).id]
            chosen = graph.with_ancestors(ids)
            wanted = [item for item in graph if item.id in chosen]
        with self.storage.structure_transaction():
            there = [item.id for item in read_applied(self.storage)]
            forget_applied(self.storage, set(there) - {item.id for item in wanted})
            note_applied(
                self.storage,
                [
                    AppliedRevision(item.id, item.message, item.checksum, now(), 0.0)
                    for item in wanted
                    if item.id not in there
                ],
            )
        self.storage.flush()

    # --- Scripts ---

    def new(
        self,
        message: str,
        *,
        parents: Sequence[str] | None = None,
        upgrade: Sequence[str] = (),
        downgrade: Sequence[str] = (),
        imports: Sequence[str] = (),
    ) -> Path:
        """Write a new revision script, and return its path.

        Args:
            parents: Ids of the revisions that it stands on; the only head if not given.
            upgrade, downgrade: Lines of its functions.
            imports: Lines that import what those need.

        Raises:
            MigrationError: There are several heads and none is named, or it cannot be written.
        """
        graph = self.graph()
        if parents is None:
            parents = [item.id for item in graph.heads]
            if len(parents) > 1:
                raise MigrationError(
                    f"There are several heads: {', '.join(parents)}. Say which one the new "
                    "revision stands on, or have it bring them together by naming all of them."
                )
        else:
            parents = [graph.get(name).id for name in parents]
        return write_script(self.folder, message, parents, upgrade, downgrade, imports)

    def draft(
        self,
        wanted: Sequence[Table],
        renames: Renames | None = None,
        *,
        drop_tables: bool = False,
    ) -> RevisionDraft:
        """Return what a revision would do that brings the database into line with tables.

        Args:
            wanted: The tables that there are to be, such as `declared_tables("shop.models")`.
            renames: What was renamed; the draft proposes what may have been.
            drop_tables: Tables that are not among them go; else they stay.

        Raises:
            MigrationError: There are revisions that are not applied yet, which the database would
                have to have first.
        """
        pending = self.pending()
        if pending:
            raise MigrationError(
                f"The database does not have the revision {pending[0].id} ({pending[0].message}) "
                "yet. Apply what is pending first ('pytuck migrate upgrade'), then compare."
            )
        return draft_revision(self.storage, wanted, renames, drop_tables=drop_tables)

    # --- How it is done ---

    def _run(self, work: Callable[[Run, list[AppliedRevision]], None], run: Run) -> MigrationReport:
        began = time.perf_counter()
        with self.storage.structure_transaction():
            applied = read_applied(self.storage)
            notes = self._notes(applied)
            work(run, applied)
        self.storage.flush()
        return MigrationReport(tuple(run.done), run.backup, notes, time.perf_counter() - began)

    def _notes(self, applied: list[AppliedRevision]) -> tuple[str, ...]:
        graph = self.graph()
        edited = [
            f"The script of the applied revision {item.id} ({item.message}) was edited since: "
            f"'{graph.get(item.id).path}'. What it does now was not done."
            for item in applied
            if item.id in graph and graph.get(item.id).checksum != item.checksum
        ]
        lost = [
            f"The script of the applied revision {item.id} ({item.message}) is not in "
            f"'{self.folder}'."
            for item in applied
            if item.id not in graph
        ]
        return (*edited, *lost)

    def _to_take_back(self, to: str, applied: list[AppliedRevision]) -> list[Revision]:
        graph = self.graph()
        names = graph.downgrade_path(to, [item.id for item in applied])
        lost = [name for name in names if name not in graph]
        if lost:
            raise MigrationError(
                f"The revision {lost[0]} cannot be taken back: its script is not in "
                f"'{self.folder}'. Bring it back, or restore a backup."
            )
        return [graph.get(name) for name in names]


def _state(
    revision: Revision,
    applied: AppliedRevision | None,
    is_head: bool,
) -> RevisionState:
    return RevisionState(
        revision.id,
        revision.message,
        revision.parents,
        revision.path,
        None if applied is None else applied.time,
        0.0 if applied is None else applied.duration_s,
        applied is not None and applied.checksum != revision.checksum,
        is_head,
    )


def _lost(applied: AppliedRevision) -> RevisionState:
    return RevisionState(
        applied.id,
        applied.message,
        (),
        None,
        applied.time,
        applied.duration_s,
        is_edited=False,
        is_head=False,
    )

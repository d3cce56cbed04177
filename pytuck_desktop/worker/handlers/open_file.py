"""The file that a worker has open, and the views of its tables."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from pytuck.backends.lock_holders import LockHolder
from pytuck.backends.paging import RowOrder
from pytuck.backends.paging.damaged_text import rows_of
from pytuck.backends.results import StoredRow
from pytuck.common.exceptions import DatabaseConnectionError, PytuckException
from pytuck.compiler import compile_statement
from pytuck.core import Storage
from pytuck.query import Select
from pytuck.types import Stored
from pytuck_desktop.worker.handlers.side_reads import SideReads
from pytuck_desktop.worker.handlers.watching import CommitWatch
from pytuck_desktop.worker.protocol import Plain

_PROGRAM = "Pytuck Desktop"
"""What this program is called in the eyes of others that have the same file open."""

Tell = Callable[[str, dict[str, Plain]], None]


@dataclass(slots=True)
class View:
    """The rows of one question that the window shows.

    Attributes:
        generation: Counts the questions of this view; answers to older ones are worthless.
        told: What the window was told last, so that it is told only what is new.
    """

    number: int
    generation: int
    order: RowOrder
    told: dict[str, Plain]

    def status(self) -> dict[str, Plain]:
        """Return what the window has to know of the order."""
        return {
            "count": self.order.count,
            "exact": self.order.count_is_exact,
            "ready": self.order.is_ready,
            "revision": self.order.revision,
        }


class OpenFile:
    """The open storage; before `open` there is none.

    Args:
        tell: Sends a notice to the window.
    """

    def __init__(self, tell: Tell) -> None:
        self._tell = tell
        self._storage: Storage | None = None
        self._password: str | None = None
        self._told_access: dict[str, Plain] = {}
        self._seen_access: dict[str, Plain] = {}
        self._told_failure = ""
        self._watch: CommitWatch | None = None
        self._is_paused = False
        self._has_unshown = False
        self.views: dict[int, View] = {}
        self.side_reads = SideReads()

    @property
    def storage(self) -> Storage:
        """The open storage.

        Raises:
            DatabaseConnectionError: Nothing is open.
        """
        if self._storage is None:
            raise DatabaseConnectionError("No file is open.")
        return self._storage

    def open(self, path: str, *, password: str | None, read_only: bool) -> None:
        """Open a file that exists, in place of the one that is open."""
        self.close()
        self._password = password or None
        # What is saved in the window must be in the file, also where it is a document.
        self._storage = Storage(
            Path(path),
            create=False,
            auto_flush=True,
            read_only=read_only,
            password=self._password,
        )
        self._storage.changes.label = _PROGRAM
        self._told_access = self.access()

    def access(self) -> dict[str, Plain]:
        """Return whether the file can be written just now, and if not, why, and who writes it."""
        engine = self.storage.engine
        reason: str | None = engine.read_only_reason
        writer = engine.lock_holder if reason is None else None
        if writer is not None:
            reason = "locked"
        return {
            "is_read_only": reason is not None,
            "read_only_reason": reason,
            "writer": None if writer is None else _described(writer),
        }

    def convert_old(self) -> Path:
        """Convert the open file of the old library, with its password; return the old one's place.

        The new file keeps a history, as all that the desktop makes. Nothing is open afterwards;
        after a failure the file is open as it was.
        """
        from pytuck.tools import convert_old_file

        path, password = Path(self.storage.info().path), self._password
        self.close()
        try:
            kept = convert_old_file(path, password=password, new_password=password)
        except BaseException:
            self.open(str(path), password=password, read_only=False)
            raise
        with Storage(path, password=password) as storage:
            storage.history.turn_on()
        return kept

    def open_view(self, number: int, generation: int, statement: Select[object]) -> View:
        """Show the rows of a question, in place of those the view has shown so far."""
        self.close_view(number)
        view = View(number, generation, self.storage.row_order(statement), {})
        view.told = view.status()
        self.views[number] = view
        return view

    def close_view(self, number: int) -> None:
        """Let go of a view; one that is not open does not matter."""
        view = self.views.pop(number, None)
        if view is not None:
            view.order.close()

    @property
    def is_building(self) -> bool:
        """Whether a thread builds the order of a view."""
        return any(view.order.is_building for view in self.views.values())

    def advance(self) -> bool:
        """Do a little of the work in waiting and return whether there is more."""
        self._watch_commits()
        has_more = False
        for view in self.views.values():
            try:
                has_more = view.order.advance() or has_more
            except PytuckException as err:
                self._tell("view_failed", _failure(view, err))
        self.tell_progress()
        return has_more

    def tell_progress(self) -> None:
        """Tell the window what is new about the counts and orders of its views."""
        for view in self.views.values():
            status = view.status()
            is_only_counting = not status["exact"] and all(
                status[name] == view.told.get(name) for name in ("exact", "ready", "revision")
            )
            if status != view.told and not is_only_counting:
                view.told = status
                self._tell(
                    "view_progress",
                    {"view": view.number, "generation": view.generation, **status},
                )

    def poll(self) -> None:
        """Notice commits of others, and tell the window."""
        if self._storage is None:
            return
        try:
            self._look_at_access()
            self._tell_commits()
            has_changed, schema_changed = self._storage.poll_changes()
            self._has_unshown = self._has_unshown or has_changed
            if has_changed and (schema_changed or not self._is_paused):
                self._show_changes(has_new_schema=schema_changed)
            self._told_failure = ""
        except (PytuckException, OSError) as err:
            if str(err) != self._told_failure:  # it may last
                self._told_failure = str(err)
                self._tell("poll_failed", {"message": str(err)})

    def _watch_commits(self) -> None:
        """Begin to hear commits, once nobody waits for something else."""
        if self._watch is None and self._storage is not None:
            self._watch = CommitWatch(self._storage)

    def _tell_commits(self) -> None:
        heard = None if self._watch is None else self._watch.take()
        if heard is not None:
            self._tell("commits", heard)

    def share_changes(self) -> None:
        """Have the file keep a log by which programs tell one another the rows they change."""
        self._watch_commits()
        if self._watch is not None:
            self._watch.share()

    def pause(self, *, is_paused: bool) -> None:
        """Show commits of others, or leave the rows as they are until they are to be shown."""
        self._is_paused = is_paused
        if self._has_unshown and not is_paused:
            self._show_changes(has_new_schema=False)

    def _show_changes(self, *, has_new_schema: bool) -> None:
        self._has_unshown = False
        self.refresh_views()
        self.tell_changed(has_new_schema=has_new_schema)

    def tell_changed(self, *, has_new_schema: bool) -> None:
        """Tell the window that somebody else has committed."""
        self._tell("changed", {"schema": has_new_schema})

    def _look_at_access(self) -> None:
        """Tell the window when others begin and end to write; a lock of a moment is no news."""
        access = self.access()
        is_lasting = not access["is_read_only"] or access == self._seen_access
        if access != self._told_access and is_lasting:
            self._told_access = access
            self._tell("access", access)
        self._seen_access = access

    def refresh_views(self) -> None:
        """Have every view take account of a commit."""
        for view in list(self.views.values()):
            try:
                view.order.refresh()
            except PytuckException as err:
                self._tell("view_failed", _failure(view, err))

    def stored_rows(self, statement: Select[object]) -> list[StoredRow]:
        """Return stored rows; a text that is not in UTF-8 has U+FFFD for what is unreadable."""
        engine = self.storage.engine
        compiled = compile_statement(statement, engine.dialect)
        with engine.connection() as connection:
            return rows_of(connection, compiled, len(statement.columns))

    def ask(self, statement: Select[object]) -> Sequence[Sequence[Stored]]:
        """Return the rows of a question as stored; belongs to the threads of slow lanes.

        Raises:
            CancelledError: The request was given up meanwhile.
        """
        engine = self.storage.engine
        with self.side_reads.connection(engine) as connection:
            return connection.execute(compile_statement(statement, engine.dialect)).rows

    def tell_part(self, job: int, part: Plain) -> None:
        """Tell the window a part of an answer that takes long; may be called by any thread."""
        self._tell("part", {"job": job, "part": part})

    def interrupt(self) -> None:
        """Make the running statement end; called by the thread that reads requests."""
        for view in list(self.views.values()):
            view.order.interrupt()

    def close(self) -> None:
        """Close the views and the file."""
        for number in list(self.views):
            self.close_view(number)
        self._watch = None
        if self._storage is not None:
            self._storage.close()
            self._storage = None


def _described(writer: LockHolder) -> str:
    """Return a process by its number, with what is known of it."""
    known = ", ".join(part for part in (writer.program, writer.machine) if part)
    number = "?" if writer.process is None else str(writer.process)
    return f"{number} ({known})" if known else number


def _failure(view: View, err: PytuckException) -> dict[str, Plain]:
    return {
        "view": view.number,
        "generation": view.generation,
        "code": err.code,
        "message": err.message,
        "fields": dict(err.details),
    }

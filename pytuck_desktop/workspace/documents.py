"""`Document`: one open file, as the window sees it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import count
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from pytuck_desktop.worker.client import ErrorInfo, Post, WorkerClient
from pytuck_desktop.worker.protocol import Notice
from pytuck_desktop.workspace.file_info import FileInfo, TableInfo
from pytuck_desktop.workspace.recent_commits import RecentCommits
from pytuck_desktop.workspace.rows import RowsView
from pytuck_desktop.workspace.staged_edits import Identity, NewRow, StagedEdits, StoredIdentity

if TYPE_CHECKING:
    from pytuck.types import Stored
    from pytuck_desktop.workspace.saving import PlannedEdit

INVALID_VALUES = "PT-9003"
"""Texts are staged that their columns do not take."""

CONFLICT = "PT-2403"
"""Somebody else has changed or deleted rows that were to be saved."""

Connect = Callable[[], WorkerClient]


class Job:
    """Work that was asked for and may be given up."""

    def __init__(self, client: WorkerClient, request: int) -> None:
        self._client = client
        self._request = request

    def cancel(self) -> None:
        """Give it up; it fails with an error then, unless it is done already."""
        self._client.cancel(self._request)


class Document:
    """An open file with its tables, staged edits and views.

    Every answer comes by a callback on the thread that the client's `post` chooses.

    Attributes:
        path: The file, as it was asked for.
        edits: What is changed and not saved.
        recent: The last commits to the file.
        shares_changes: The file was made to keep a log of its changes.
        is_paused: Commits of others are not shown until `pause(False)`.
        on_schema_changed: Called when tables or columns came, went or changed.
        on_data_changed: Called when somebody else has committed to the file.
        on_access_changed: Called when another program has begun to write to the file, or is done.
        on_worker_lost: Called with the reason when the process that serves the file has ended.
        on_edits_changed: Called when staged edits changed, or were saved.
        on_error: Called with what went wrong outside of any request.
    """

    def __init__(self, path: str, client: WorkerClient) -> None:
        self.path = path
        self.edits = StagedEdits()
        self.info = FileInfo(path, "", 0, False, True, None, 0)
        self.on_schema_changed: list[Callable[[], None]] = []
        self.on_data_changed: list[Callable[[], None]] = []
        self.on_access_changed: list[Callable[[], None]] = []
        self.on_worker_lost: list[Callable[[str], None]] = []
        self.on_edits_changed: list[Callable[[], None]] = []
        self.on_error: list[Callable[[ErrorInfo], None]] = []
        self.recent = RecentCommits()
        self.is_paused = False
        self.shares_changes = False
        self._client = client
        self._tables: dict[str, TableInfo] = {}
        self._views: dict[int, RowsView] = {}
        self._parts: dict[int, Callable[[Any], None]] = {}
        self._numbers = count(1)
        client.on_notice = self._hear
        client.on_lost = self._lose
        self.edits.listeners.append(self._pass_on_edits)

    @classmethod
    def open(
        cls,
        path: str,
        *,
        connect: Connect,
        post: Post,  # noqa: ARG003 - the client has it; named here for whoever connects
        on_ready: Callable[[Document], None],
        on_failed: Callable[[ErrorInfo], None],
        password: str | None = None,
        read_only: bool = False,
    ) -> None:
        """Open a file; one of the two is called when that is done."""
        document = cls(path, connect())

        def opened(plain: dict[str, Any]) -> None:
            document.info = FileInfo.from_plain(plain)
            document._take_tables(plain["tables"])
            on_ready(document)

        def failed(error: ErrorInfo) -> None:
            document.close()
            on_failed(error._replace(fields={"path": path, **error.fields}))

        document._client.request(
            "open",
            {"path": path, "password": password, "read_only": read_only},
            opened,
            failed,
        )

    # --- What is open ---

    @property
    def name(self) -> str:
        """The file's name without its folder."""
        return PurePath(self.path).name

    @property
    def is_read_only(self) -> bool:
        """Whether nothing can be written."""
        return self.info.is_read_only

    @property
    def read_only_reason(self) -> str | None:
        """Why nothing can be written: `asked`, `permission`, `newer format`, `older format`,
        `format` or, as long as another program writes, `locked`.
        """
        return self.info.read_only_reason

    @property
    def tables(self) -> list[TableInfo]:
        """The tables, then the views."""
        return list(self._tables.values())

    def table(self, name: str) -> TableInfo:
        """Return a table.

        Raises:
            KeyError: There is none of this name.
        """
        return self._tables[name]

    def open_rows(self, table: str) -> RowsView:
        """Return a new view of a table's rows, which begins to load.

        Raises:
            KeyError: There is no table of this name.
        """
        number = next(self._numbers)
        view = RowsView(number, self._tables[table], self.edits, self._client)
        self._views[number] = view
        return view

    def request_count(self, table: str, on_done: Callable[[int], None]) -> None:
        """Have the rows of a table counted, beside everything else."""
        self._client.request("count", {"table": table}, on_done, _ignore)

    def ask(
        self,
        operation: str,
        arguments: dict[str, Any],
        on_part: Callable[[Any], None],
        on_done: Callable[[Any], None],
        on_failed: Callable[[ErrorInfo], None],
    ) -> Job:
        """Have something worked out beside everything else that takes long.

        Args:
            operation: One of the worker's slow ones.
            on_part: Called with each part of the answer, as soon as it is known.
        """
        number = next(self._numbers)
        self._parts[number] = on_part

        def done(answer: Any) -> None:
            del self._parts[number]
            on_done(answer)

        def failed(error: ErrorInfo) -> None:
            del self._parts[number]
            on_failed(error)

        request = self._client.request(operation, {**arguments, "job": number}, done, failed)
        return Job(self._client, request)

    def fetch_cell(
        self,
        table: str,
        identity: Identity | None,
        column: str,
        on_done: Callable[[Stored], None],
        on_error: Callable[[ErrorInfo], None],
    ) -> None:
        """Fetch one whole value of which only the beginning is loaded."""
        if identity is None or isinstance(identity, NewRow):
            on_error(ErrorInfo("PT-1103", "This row is not in the file.", {"table_name": table}))
            return
        arguments = {"table": table, "identity": identity, "column": column}
        self._client.request("cell", arguments, on_done, on_error)

    def select_rows(
        self,
        statement: dict[str, Any],
        on_done: Callable[[list[Sequence[Stored]]], None],
        on_error: Callable[[ErrorInfo], None],
    ) -> int:
        """Ask for the rows of a select, beside everything else; see `cancel`."""
        return self._client.request("ask", {"statement": statement}, on_done, on_error)

    def cancel(self, request: int) -> None:
        """Have a request given up that nobody waits for any more."""
        self._client.cancel(request)

    def fetch_rows(
        self,
        table: str,
        identities: Sequence[StoredIdentity],
        on_done: Callable[[list[dict[str, Stored] | None]], None],
        on_failed: Callable[[ErrorInfo], None],
    ) -> None:
        """Fetch rows as they are in the file now, with whole values; None for those gone."""
        arguments = {"table": table, "identities": list(identities)}
        self._client.request("rows_of", arguments, on_done, on_failed)

    # --- Writing ---

    def save(self, on_saved: Callable[[], None], on_failed: Callable[[ErrorInfo], None]) -> None:
        """Write all staged edits in one transaction; on failure they stay staged."""
        # What statements are made of is loaded by the first save, not at the start.
        from pytuck_desktop.workspace.saving import planned_edits

        if self._refuses_invalid(on_failed):
            return
        planned = planned_edits(self.edits, self._tables)
        if not planned:
            self.edits.clear()
            on_saved()
            return
        self.edits.freeze()
        overlays = {name: self.edits.overlay(name) for name in self.edits.tables}

        def saved(_: object) -> None:
            for view in self._open_views():
                if view.table.name in overlays:
                    view.take_saved(overlays[view.table.name])
            self.edits.thaw(is_saved=True)
            for view in self._open_views():
                view.refresh()
            on_saved()

        def failed(error: ErrorInfo) -> None:
            self.edits.thaw(is_saved=False)
            on_failed(_located(error, planned))

        arguments = {"edits": [edit.plain() for edit in planned]}
        self._client.request("apply", arguments, saved, failed)

    def _refuses_invalid(self, on_failed: Callable[[ErrorInfo], None]) -> bool:
        """Refuse to write texts that their columns do not take."""
        cells = list(self.edits.invalid_cells())
        if cells:
            first = cells[0]
            fields = {
                "table_name": first.table,
                "column_name": first.column,
                "identity": first.identity,
                "count": len(cells),
            }
            on_failed(ErrorInfo(INVALID_VALUES, "Staged values do not fit their columns.", fields))
        return bool(cells)

    def fetch_statements(
        self,
        on_done: Callable[[list[str]], None],
        on_failed: Callable[[ErrorInfo], None],
        *,
        most: int | None = None,
        longest: int | None = None,
    ) -> None:
        """Fetch the text of the statements that a save would run, for people to read.

        Args:
            most: How many are fetched at most; all if None.
            longest: Values of more characters are cut, with a mark.
        """
        from pytuck_desktop.workspace.saving import planned_edits

        if self._refuses_invalid(on_failed):
            return
        planned = planned_edits(self.edits, self._tables)[:most]
        statements = [edit.plain()["statement"] for edit in planned]
        arguments = {"statements": statements, "longest": longest}
        self._client.request("statement_texts", arguments, on_done, on_failed)

    def fetch_inserts(
        self,
        table: str,
        columns: Sequence[str],
        rows: Sequence[Sequence[Stored]],
        on_done: Callable[[str], None],
        on_failed: Callable[[ErrorInfo], None],
    ) -> None:
        """Fetch the text of statements that insert rows, for other programs."""
        arguments = {"table": table, "columns": list(columns), "rows": rows}
        self._client.request("insert_texts", arguments, on_done, on_failed)

    def convert_old(
        self, on_done: Callable[[str], None], on_failed: Callable[[ErrorInfo], None]
    ) -> None:
        """Convert a file of the old library, and be told where the old one is kept.

        The document is of no use afterwards; open its path anew.
        """
        self._client.request("convert_old", {}, on_done, on_failed)

    def pause(self, is_paused: bool) -> None:
        """Leave the rows on the screen as they are, or show what others commit as it comes."""
        self.is_paused = is_paused
        self._client.request("pause", {"is_paused": is_paused}, _ignore, self._report)
        _call(self.on_access_changed)

    def share_changes(
        self, on_done: Callable[[], None], on_failed: Callable[[ErrorInfo], None]
    ) -> None:
        """Have the file keep a log by which programs tell one another the rows they change."""

        def done(_: object) -> None:
            self.shares_changes = True
            on_done()

        self._client.request("share_changes", {}, done, on_failed)

    def discard(self) -> None:
        """Give up all staged edits, as a step that can be undone."""
        self.edits.discard_all()

    def adopt(self, edits: StagedEdits) -> None:
        """Go on with the staged edits of a document whose worker was lost; before any view."""
        self.edits.listeners.clear()
        edits.listeners.clear()
        edits.thaw(is_saved=False)
        self.edits = edits
        edits.listeners.append(self._pass_on_edits)

    def close(self) -> None:
        """Close the file; nobody is called any more."""
        self._client.close()
        self._views.clear()

    # --- What the worker says ---

    def _hear(self, notice: Notice) -> None:
        arguments = notice.arguments
        if notice.name == "changed":
            self._take_change(has_new_schema=bool(arguments["schema"]))
        elif notice.name == "part":
            if arguments["job"] in self._parts:
                self._parts[arguments["job"]](arguments["part"])
        elif notice.name == "commits":
            self.recent.add(arguments)
        elif notice.name == "access":
            self.info = self.info._replace(**arguments)
            _call(self.on_access_changed)
        elif notice.name in ("view_progress", "view_failed"):
            view = self._views.get(arguments["view"])
            if view is None:
                return
            if notice.name == "view_progress":
                view.take_progress(arguments)
            else:
                view.take_failure(ErrorInfo.from_plain(arguments), arguments["generation"])
        elif notice.name == "poll_failed":
            error = ErrorInfo("PT-2001", arguments["message"], {"path": self.path})
            _call(self.on_error, error)

    def _take_change(self, *, has_new_schema: bool) -> None:
        if has_new_schema:
            self._client.request("tables", {}, self._take_new_schema, self._report)
        for view in self._open_views():
            view.refresh()
        _call(self.on_data_changed)

    def _take_new_schema(self, plain: list[dict[str, Any]]) -> None:
        self._take_tables(plain)
        for view in self._open_views():
            table = self._tables.get(view.table.name)
            if table is not None:
                view.take_table(table)
        _call(self.on_schema_changed)

    def _take_tables(self, plain: list[dict[str, Any]]) -> None:
        described = [TableInfo.from_plain(one) for one in plain]
        self._tables = {table.name: table for table in described}

    def _lose(self, error: ErrorInfo) -> None:
        details = error.fields.get("details") or ""
        _call(self.on_worker_lost, f"{error.message} {details}".strip())

    def _report(self, error: ErrorInfo) -> None:
        _call(self.on_error, error)

    def _pass_on_edits(self, tables: frozenset[str]) -> None:
        for view in self._open_views():
            if view.table.name in tables:
                view.take_edits()
        _call(self.on_edits_changed)

    def _open_views(self) -> list[RowsView]:
        for number in [number for number, view in self._views.items() if view.is_closed]:
            del self._views[number]
        return list(self._views.values())


def _located(error: ErrorInfo, planned: list[PlannedEdit]) -> ErrorInfo:
    """Return the error of a save with the tables and rows that it is about."""
    fields = dict(error.fields)
    if error.code == CONFLICT:
        places = [int(place) for place in str(fields.pop("conflicts", "")).split(",") if place]
        fields["conflicts"] = [(planned[place].table, planned[place].identity) for place in places]
        if places:
            fields["table_name"] = planned[places[0]].table
    elif "edit" in fields:
        edit = planned[int(fields.pop("edit"))]
        fields.setdefault("table_name", edit.table)
        fields["identity"] = edit.identity
    return error._replace(fields=fields)


def _call(listeners: list[Any], *arguments: object) -> None:
    for listener in list(listeners):
        listener(*arguments)


def _ignore(result: object) -> None:
    """Nobody waits for this answer."""

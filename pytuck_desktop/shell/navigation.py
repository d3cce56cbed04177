"""Answers the intents: opens and closes files and tables, and keeps sidebar and tabs in step."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QObject, QTimer, Signal

from pytuck_desktop.features.grid.display import DisplayStyle
from pytuck_desktop.features.grid.view import GridView
from pytuck_desktop.features.grid.viewmodel import GridViewModel
from pytuck_desktop.intents import (
    ChooseFiles,
    CloseFile,
    ForgetFile,
    Intent,
    OpenFile,
    OpenSample,
    OpenTable,
    ShowRow,
    UnlockFile,
)
from pytuck_desktop.shell.column_layouts import ColumnLayouts
from pytuck_desktop.shell.greetings import Greetings
from pytuck_desktop.shell.preferences import Preferences
from pytuck_desktop.shell.prompts import Prompts
from pytuck_desktop.shell.saving import Saving
from pytuck_desktop.shell.tabs import Tabs
from pytuck_desktop.theme.theme import Theme
from pytuck_desktop.worker.client import ErrorInfo
from pytuck_desktop.workspace.documents import Document
from pytuck_desktop.workspace.staged_edits import Identity, StagedEdits

if TYPE_CHECKING:
    from pytuck_desktop.features.problem.view import NotePage, ProblemPage
    from pytuck_desktop.shell.tabs import Page

_SLOW_MS = 150
"""An opening that takes longer gets a page that says so."""

_PASSWORD_NEEDED, _PASSWORD_WRONG = "PT-2201", "PT-2202"


class Opener(Protocol):
    """Opens a document; answers by one of two calls in the GUI thread."""

    def __call__(
        self,
        path: str,
        password: str | None,
        on_ready: Callable[[Document], None],
        on_failed: Callable[[ErrorInfo], None],
    ) -> object: ...


class Navigation(QObject):
    """Which files and tables are open."""

    grid_added = Signal(object)  # GridView
    document_added = Signal(object)  # Document
    document_removed = Signal(object)  # Document
    documents_changed = Signal()
    recent_changed = Signal()
    document_changed = Signal(object)  # edits, data or schema of a Document
    failed = Signal(str)  # message, for a screenshot that cannot be taken
    jump_asked = Signal(object)  # Jump

    def __init__(
        self,
        *,
        tabs: Tabs,
        opener: Opener,
        saving: Saving,
        prompts: Prompts,
        preferences: Preferences,
        theme: Theme,
        sample: Callable[[Callable[[str], None]], None],
    ) -> None:
        super().__init__(tabs)
        self._tabs = tabs
        self._opener = opener
        self._saving = saving
        self._greetings = Greetings(tabs, saving)
        self._prompts = prompts
        self._preferences = preferences
        self._layouts = ColumnLayouts(preferences)
        self._theme = theme
        self._sample = sample
        self.documents: list[Document] = []
        self._opening: dict[str, QTimer] = {}
        self._in_turn: list[str] = []
        self._rescued: dict[str, StagedEdits] = {}
        tabs.close_asked.connect(self.close_page)

    def answer(self, intent: Intent) -> None:
        """Do what was asked for."""
        match intent:
            case ChooseFiles():
                self.choose_files()
            case OpenSample():
                self._sample(self.open_file)
            case OpenFile(path):
                self.open_file(path)
            case OpenTable():
                self._open_table(intent)
            case ShowRow():
                self._show_row(intent)
            case CloseFile(path):
                self._close_path(path)
            case ForgetFile(path):
                self._preferences.forget_recent(path)
                self.recent_changed.emit()
            case UnlockFile(path):
                self._unlock(path, was_wrong=False)
            case _:
                self.jump_asked.emit(intent)

    # --- opening ---------------------------------------------------------------------------

    @property
    def is_opening(self) -> bool:
        """Whether a file is on its way."""
        return bool(self._opening or self._in_turn)

    @property
    def current_document(self) -> Document | None:
        """The file of the table on the screen, or the only open one."""
        grid = self._tabs.current_grid
        if grid is not None:
            return grid.viewmodel.document
        return self.documents[0] if len(self.documents) == 1 else None

    def document(self, path: str) -> Document | None:
        """Return the open document of a path."""
        return next((each for each in self.documents if each.path == path), None)

    def choose_files(self) -> None:
        """Let the user choose files and open them."""
        recent = self._preferences.recent
        folder = str(PurePath(recent[0]).parent) if recent else ""
        for path in self._prompts.files_to_open(folder):
            self.open_file(path)

    def open_in_turn(self, paths: Iterable[str]) -> None:
        """Open files one after another, so that they stand in this order."""
        self._in_turn.extend(paths)
        if not self._opening and self._in_turn:
            self.open_file(self._in_turn.pop(0))

    def open_file(self, path: str, password: str | None = None) -> None:
        """Open a file in tabs, or show it if it is open."""
        path = str(Path(path).absolute())
        document = self.document(path)
        if document is not None:
            self._show_document(document)
            self.open_in_turn(())
            return
        if path in self._opening:
            return
        slow = QTimer(self, singleShot=True, interval=_SLOW_MS)
        slow.timeout.connect(partial(self._show_opening, path))
        self._opening[path] = slow
        slow.start()
        self.documents_changed.emit()
        self._opener(path, password, partial(self._ready, path), partial(self._failed, path))

    def _show_opening(self, path: str) -> None:
        from pytuck_desktop.features.problem.view import NotePage

        page = self._page_of(path)
        if path in self._opening and not isinstance(page, NotePage):
            note = NotePage(path)
            note.say_opening()
            self._tabs.add(note)
            if page is not None:
                self._tabs.remove(page)
            self.documents_changed.emit()

    def _page_of(self, path: str) -> ProblemPage | NotePage | None:
        for page in self._tabs.pages:
            if not isinstance(page, GridView) and page.path == path:
                return page
        return None

    def _finish_opening(self, path: str) -> None:
        slow = self._opening.pop(path, None)
        if slow is not None:
            slow.stop()
            slow.deleteLater()
        if self._in_turn:
            QTimer.singleShot(0, lambda: self.open_in_turn(()))

    def _ready(self, path: str, document: Document) -> None:
        self._finish_opening(path)
        page = self._page_of(path)
        rescued = self._rescued.pop(path, None)
        if rescued is not None:
            document.adopt(rescued)
        self.documents.append(document)
        self._connect(document)
        self.document_added.emit(document)
        self._show_document(document)
        if page is not None:
            self._tabs.remove(page)
        self._preferences.add_recent(path)
        self.recent_changed.emit()
        self.documents_changed.emit()
        self._greetings.greet(document, self._open_anew)

    def _open_anew(self, document: Document) -> None:
        self._drop(document)
        self.open_file(document.path)

    def _connect(self, document: Document) -> None:
        def changed(*_: object) -> None:
            self._tabs.show_titles()
            self.document_changed.emit(document)

        document.on_edits_changed.append(changed)
        document.on_data_changed.append(changed)
        document.on_schema_changed.append(partial(self._follow_schema, document))
        document.on_access_changed.append(partial(self._follow_access, document))
        document.on_worker_lost.append(partial(self._worker_lost, document))
        document.on_error.append(partial(self._saving.show_error, document))

    def _follow_access(self, document: Document) -> None:
        self._greetings.tell_access(document)
        self.document_changed.emit(document)

    def _failed(self, path: str, error: ErrorInfo) -> None:
        self._finish_opening(path)
        if error.code in (_PASSWORD_NEEDED, _PASSWORD_WRONG):
            self._unlock(path, was_wrong=error.code == _PASSWORD_WRONG, error=error)
        else:
            self._show_problem(path, error)

    def _unlock(self, path: str, *, was_wrong: bool, error: ErrorInfo | None = None) -> None:
        password = self._prompts.password(path, was_wrong=was_wrong)
        if password is not None:
            self.open_file(path, password)
        elif error is not None:
            self._show_problem(path, error)

    def _show_problem(self, path: str, error: ErrorInfo) -> None:
        from pytuck_desktop.features.problem.view import ProblemPage
        from pytuck_desktop.i18n.error_texts import explain

        old = self._page_of(path)
        explanation = explain(error)
        page = ProblemPage(path, explanation, self._theme.tokens)
        page.intent.connect(self.answer)
        self._tabs.add(page)
        if old is not None:
            self._tabs.remove(old)
        self.documents_changed.emit()
        self.failed.emit(f"{path}: {explanation.text}")

    def _worker_lost(self, document: Document, reason: str) -> None:
        self._saving.show_worker_lost(document, reason, lambda: self._reopen(document))

    def _reopen(self, document: Document) -> None:
        """Open a file again whose worker was lost, with the edits that were staged."""
        self._rescued[document.path] = document.edits
        self._drop(document)
        self.open_file(document.path)

    # --- tables ----------------------------------------------------------------------------

    def _show_document(self, document: Document) -> None:
        for page in self._tabs.grids:
            if page.viewmodel.document is document:
                self._tabs.show_page(page)
                return
        tables = document.tables
        if tables:
            first = next((table for table in tables if table.kind == "table"), tables[0])
            # The rows of another file that was opened just now must not be taken away again.
            self.open_table(document, first.name, keep=len(self.documents) > 1)
        else:
            self._say_no_tables(document)

    def _say_no_tables(self, document: Document) -> None:
        from pytuck_desktop.features.problem.view import NotePage

        note = NotePage(document.path)
        note.say_no_tables()
        self._tabs.add(note)

    def _open_table(self, intent: OpenTable) -> None:
        document = self.document(intent.path)
        if document is not None:
            self.open_table(document, intent.table, keep=intent.keep)

    def _show_row(self, intent: ShowRow) -> None:
        document = self.document(intent.path)
        if document is None or intent.table not in {table.name for table in document.tables}:
            return
        self.open_table(document, intent.table, keep=False)
        page = self._tabs.grid_of(document, intent.table)
        if page is not None:
            page.go_to_key(intent.key)

    def show_cell(self, document: Document, table: str, identity: Identity, column: str) -> None:
        """Show a cell, wherever its row stands; staged rows have no key to be found by."""
        self.open_table(document, table, keep=True)
        page = self._tabs.grid_of(document, table)
        if page is not None:
            page.go_to_cell(identity, column)

    def open_table(self, document: Document, table: str, *, keep: bool) -> None:
        """Show a table: in its tab, in the preview tab, or in a new one."""
        page = self._tabs.grid_of(document, table)
        if page is None:
            page = self._new_grid(document, table)
            preview = self._tabs.preview
            self._tabs.add(page, after_current=preview is not None)
            if preview is not None and not keep:
                self._tabs.remove(preview)
            if not keep:
                self._tabs.set_preview(page)
        else:
            self._tabs.show_page(page)
        if keep:
            self._tabs.keep(page)
            page.setFocus()

    def _new_grid(self, document: Document, table: str) -> GridView:
        viewmodel = GridViewModel(document, table)
        page = GridView(viewmodel, self._theme.tokens)
        viewmodel.setParent(page)
        page.make_filter_room(self._preferences.shows_filter_row)
        self._layouts.attach(page)
        self.use_display_choices(viewmodel)
        page.intent.connect(self.answer)
        page.kept.connect(partial(self._tabs.keep, page))
        self._greetings.tell_access_on(page)
        self.grid_added.emit(page)
        return page

    def use_display_choices(self, viewmodel: GridViewModel) -> None:
        """Have a grid show dates and numbers as the user has chosen."""
        preferences = self._preferences
        viewmodel.use_style(DisplayStyle(preferences.local_dates, preferences.grouped_numbers))

    def _follow_schema(self, document: Document, *_: object) -> None:
        names = {table.name for table in document.tables}
        for page in self._tabs.grids:
            if page.viewmodel.document is not document:
                continue
            if page.viewmodel.table_name not in names:
                self._tabs.remove(page)
        self._tabs.show_titles()
        self.document_changed.emit(document)

    # --- closing ---------------------------------------------------------------------------

    def close_page(self, page: Page) -> None:
        """Close a tab. The file stays open in the sidebar, and its staged edits with it."""
        self._tabs.remove(page)
        self.documents_changed.emit()

    def _close_path(self, path: str) -> None:
        document = self.document(path)
        if document is not None:
            self.close_document(document)

    def close_document(self, document: Document, then: Callable[[], None] = lambda: None) -> None:
        """Close a file after asking about staged edits; `then` runs once it is closed."""

        def closed() -> None:
            self._drop(document)
            then()

        self._saving.settle(document, closed)

    def close_all(self, then: Callable[[], None]) -> None:
        """Close every file; `then` runs unless the user cancels or a save fails."""
        if not self.documents:
            then()
            return
        self.close_document(self.documents[-1], lambda: self.close_all(then))

    def _drop(self, document: Document) -> None:
        if document not in self.documents:
            return
        self.documents.remove(document)
        for page in self._tabs.pages:
            if isinstance(page, GridView):
                if page.viewmodel.document is document:
                    self._tabs.remove(page)
            elif page.path == document.path:
                self._tabs.remove(page)
        self.document_removed.emit(document)
        document.close()
        self.documents_changed.emit()

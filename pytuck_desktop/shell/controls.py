"""What stands around the rows: sidebar, menus, tool bar, status bar, and what their actions do.

The main window attaches this after its first rows are painted, or at once where no file is opened.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import partial

from PySide6.QtCore import QObject, QPoint, Qt
from PySide6.QtWidgets import QMainWindow, QMenu

from pytuck_desktop.features.grid.view import GridView
from pytuck_desktop.features.sidebar.view import Sidebar
from pytuck_desktop.features.sidebar.viewmodel import SidebarViewModel
from pytuck_desktop.intents import ChooseFiles, OpenSample
from pytuck_desktop.shell.actions import (
    COPY_AS,
    GRID_KEYS,
    MENUS,
    SEPARATOR,
    SUBMENUS,
    WITH_GRID,
    Actions,
    translated,
)
from pytuck_desktop.shell.filtering import Filtering
from pytuck_desktop.shell.finding import Finding
from pytuck_desktop.shell.grid_cells import furnish
from pytuck_desktop.shell.jumps import Jumps
from pytuck_desktop.shell.navigation import Navigation
from pytuck_desktop.shell.preferences import Preferences
from pytuck_desktop.shell.saving import Saving
from pytuck_desktop.shell.side_panels import PANELS, SidePanels
from pytuck_desktop.shell.status_bar import FileStatus, StatusBar, TableStatus
from pytuck_desktop.shell.step_texts import step_text
from pytuck_desktop.shell.tabs import Tabs
from pytuck_desktop.shell.tool_bar import ToolBar
from pytuck_desktop.theme.theme import Theme
from pytuck_desktop.worker.client import ErrorInfo
from pytuck_desktop.workspace.documents import Document

_GRID_ACTIONS = (
    "copy",
    "copy_with_names",
    "copy_csv",
    "copy_json",
    "copy_markdown",
    "copy_sql",
    "copy_python",
    "paste",
    "fill_down",
    "duplicate_rows",
    "select_all",
    "edit_cell",
    "edit_in_window",
    "refresh",
    "ask_row_number",
    "first_row",
    "last_row",
    "follow_key",
    "show_columns",
    "add_row",
    "delete_rows",
    "set_null",
    "set_values",
)
_CELL_MENU = (
    "filter_by_value",
    "exclude_value",
    "filter_null",
    "filter_not_null",
    SEPARATOR,
    "edit_cell",
    "edit_in_window",
    "set_null",
    "set_values",
    "fill_down",
    SEPARATOR,
    "copy",
    "copy_with_names",
    COPY_AS,
    "paste",
    SEPARATOR,
    "follow_key",
    "record",
    "value",
    SEPARATOR,
    "add_row",
    "duplicate_rows",
    "delete_rows",
)


class Controls(QObject):
    """Everything in the window that is not a page, built for the files open by now."""

    def __init__(
        self,
        window: QMainWindow,
        *,
        tabs: Tabs,
        navigation: Navigation,
        saving: Saving,
        preferences: Preferences,
        theme: Theme,
    ) -> None:
        super().__init__(window)
        self._window = window
        self._tabs = tabs
        self._navigation = navigation
        self._saving = saving
        self._preferences = preferences
        self._theme = theme
        self.actions = Actions(theme.tokens, window)
        self._texts = {name: self.actions[name].text() for name in ("undo", "redo")}
        self.sidebar_model = SidebarViewModel(self)
        self.sidebar = Sidebar(self.sidebar_model, theme.tokens)
        self.filtering = Filtering(tabs, preferences, theme)
        self.finding = Finding(tabs, theme)
        self.jumps = Jumps(tabs, navigation, self.filtering)
        self.status = StatusBar(theme.tokens)
        window.setStatusBar(self.status)
        self.panels = SidePanels(self._title_of, theme.tokens)
        self._build_menus()
        window.addToolBar(Qt.ToolBarArea.TopToolBarArea, ToolBar(self.actions))
        self._connect()
        for document in navigation.documents:
            self.sidebar_model.add(document)
        for grid in tabs.grids:
            self._adopt(grid)
        self._follow_tab()
        self._show_state()

    # --- building --------------------------------------------------------------------------

    def _build_menus(self) -> None:
        for title, names in MENUS:
            self._fill(self._window.menuBar().addMenu(translated(title)), names)

    def _fill(self, menu: QMenu, names: Iterable[str]) -> None:
        for name in names:
            if name == SEPARATOR:
                menu.addSeparator()
            elif name in SUBMENUS:
                title, inner = SUBMENUS[name]
                self._fill(menu.addMenu(translated(title)), inner)
            else:
                menu.addAction(self.actions[name])

    def _connect(self) -> None:
        navigation = self._navigation
        self.sidebar.intent.connect(navigation.answer)
        self._saving.conflicted.connect(self._compare)
        self.panels.intent.connect(navigation.answer)
        self.panels.opened.connect(furnish)
        navigation.document_added.connect(self.sidebar_model.add)
        navigation.document_removed.connect(self.sidebar_model.remove)
        navigation.grid_added.connect(self._adopt)
        navigation.documents_changed.connect(self._show_state)
        navigation.document_changed.connect(self._follow_document)
        self._tabs.current_changed.connect(self._follow_tab)
        self._theme.changed.connect(self._use_theme)
        self.filtering.changed.connect(self._show_status)
        self.actions["local_dates"].setChecked(self._preferences.local_dates)
        self.actions["grouped_numbers"].setChecked(self._preferences.grouped_numbers)
        self.jumps.changed.connect(self._show_status)
        self.actions.connect_all(self._handlers())

    def _handlers(self) -> dict[str, Callable[[], None]]:
        answer = self._navigation.answer
        return {
            "open": lambda: answer(ChooseFiles()),
            "open_sample": lambda: answer(OpenSample()),
            "close_tab": self._close_tab,
            "close_file": lambda: self._with_document(self._navigation.close_document),
            "quit": lambda: (self._window.close(), None)[1],
            "undo": lambda: self._with_document(lambda document: document.edits.undo()),
            "redo": lambda: self._with_document(lambda document: document.edits.redo()),
            "save": lambda: self._with_document(self._save),
            "discard": lambda: self._with_document(self._saving.discard),
            "next_invalid": lambda: self._with_document(self._show_next_invalid),
            "review": lambda: self._with_document(self._review),
            "toggle_sidebar": lambda: self.sidebar.setVisible(not self.sidebar.isVisible()),
            "toggle_theme": self._toggle_theme,
            "local_dates": self._keep_display_choices,
            "grouped_numbers": self._keep_display_choices,
            "next_tab": lambda: self._tabs.step(1),
            "previous_tab": lambda: self._tabs.step(-1),
            **{kind.action: partial(self._toggle_panel, kind.action) for kind in PANELS},
            "swap_focus": lambda: self.panels.swap_focus(self._tabs.current_grid),
            **self.filtering.handlers,
            **self.finding.handlers,
            **self.jumps.handlers,
            **{name: partial(self._with_grid, name) for name in _GRID_ACTIONS},
        }

    # --- what the actions need -------------------------------------------------------------

    def _with_document(self, run: Callable[[Document], object]) -> None:
        document = self._navigation.current_document
        if document is not None:
            run(document)

    def _with_grid(self, name: str) -> None:
        if self._tabs.current_grid is not None:
            getattr(self._tabs.current_grid, name)()

    def _save(self, document: Document) -> None:
        # An open editor holds text that is not staged yet: leaving it stages or refuses it.
        if not self.panels.finish_editing():
            return
        for grid in self._tabs.grids:
            if grid.viewmodel.document is document and not grid.finish_editing():
                return
        self._saving.save(document)

    def _show_next_invalid(self, document: Document) -> None:
        cells = [cell[:3] for cell in document.edits.invalid_cells()]
        grid = self._tabs.current_grid
        place = None if grid is None else grid.place.cell
        if cells:
            at = cells.index(place) + 1 if place in cells else 0
            self._navigation.show_cell(document, *cells[at % len(cells)])

    def _review(self, document: Document) -> None:
        from pytuck_desktop.features.review.view import ReviewDialog

        dialog = ReviewDialog(document, self._theme.tokens, self._window)
        dialog.save_asked.connect(lambda: self._save(document))
        dialog.show()

    def _compare(self, document: Document, error: ErrorInfo) -> None:
        from pytuck_desktop.features.conflicts.view import ConflictDialog

        dialog = ConflictDialog(
            document, error.fields["conflicts"], self._theme.tokens, self._window
        )
        dialog.save_asked.connect(lambda: self._save(document))
        dialog.show()

    def _title_of(self, action: str) -> str:
        return re.sub(r"\(&.\)|&", "", self.actions[action].text()).removesuffix("…")

    def _toggle_panel(self, action: str) -> None:
        self.panels.toggle(action)
        self._show_place()

    def _show_place(self) -> None:
        grid = self._tabs.current_grid
        if not self.panels.isHidden():
            self.panels.show_place(None if grid is None else grid.place)

    def _close_tab(self) -> None:
        if self._tabs.current is not None:
            self._navigation.close_page(self._tabs.current)

    def _toggle_theme(self) -> None:
        choice = "light" if self._theme.tokens.is_dark else "dark"
        self._preferences.theme = choice
        self._theme.choose(choice)  # type: ignore[arg-type]

    def _keep_display_choices(self) -> None:
        self._preferences.local_dates = self.actions["local_dates"].isChecked()
        self._preferences.grouped_numbers = self.actions["grouped_numbers"].isChecked()
        for grid in self._tabs.grids:
            self._navigation.use_display_choices(grid.viewmodel)

    def _open_cell_menu(self, at: QPoint) -> None:
        menu = QMenu(self._window)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._fill(menu, _CELL_MENU)
        menu.popup(at)

    # --- state -----------------------------------------------------------------------------

    def _adopt(self, grid: GridView) -> None:
        grid.status_changed.connect(partial(self._follow_rows, grid))
        grid.selection_changed.connect(self._show_status)
        grid.actions_wanted.connect(self._open_cell_menu)
        for name in GRID_KEYS:
            action = self.actions[name]
            action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
            grid.table.addAction(action)
        self.filtering.adopt(grid)
        self._show_count(grid)

    def _follow_rows(self, grid: GridView) -> None:
        self._show_count(grid)
        if grid is self._tabs.current_grid:
            self._show_status()

    def _show_count(self, grid: GridView) -> None:
        rows = grid.viewmodel
        if rows.count_is_exact and not rows.is_filtered:
            self.sidebar_model.show_known(rows.document, rows.table_name, rows.stored_count)

    def _follow_document(self, document: Document) -> None:
        if document is self._navigation.current_document:
            self._show_status()

    def _follow_tab(self) -> None:
        grid = self._tabs.current_grid
        if grid is not None:
            self.sidebar.select_table(grid.viewmodel.document.path, grid.viewmodel.table_name)
        self._show_status()

    def _show_state(self) -> None:
        self.sidebar.setVisible(bool(self._navigation.documents))
        self._show_status()

    def _show_status(self) -> None:
        grid, document = self._tabs.current_grid, self._navigation.current_document
        self._enable_actions(grid, document)
        self._show_place()
        if grid is None:
            self.status.show_table(None)
        else:
            rows, found = grid.viewmodel, self.filtering.of(grid)
            self.status.show_table(
                TableStatus(
                    rows=rows.stored_count if rows.is_filtered else rows.row_count,
                    is_filtered=rows.is_filtered,
                    total=None if found is None else found.model.total,
                    is_exact=rows.count_is_exact,
                    is_estimate=rows.count_is_estimate,
                    is_order_ready=rows.is_order_ready,
                    selection=grid.summary,
                    last_query_ms=rows.last_query_ms,
                    note=grid.note,
                )
            )
        if document is None:
            self.status.show_file(None)
        else:
            self.status.show_file(
                FileStatus(
                    document.info.engine,
                    document.edits.count,
                    sum(1 for _ in document.edits.invalid_cells()),
                    document.is_read_only,
                    document.read_only_reason,
                    document.is_paused,
                )
            )

    def _enable_actions(self, grid: GridView | None, document: Document | None) -> None:
        enable: dict[str, bool] = dict.fromkeys(WITH_GRID, grid is not None)
        staged = document.edits.count if document is not None else 0
        editable = grid is not None and grid.viewmodel.is_editable
        has_cell = grid is not None and bool(grid.table.selected_ranges())
        enable["add_row"] = editable
        enable["edit_in_window"] = has_cell
        for name in (
            "edit_cell",
            "delete_rows",
            "set_null",
            "set_values",
            "paste",
            "fill_down",
            "duplicate_rows",
        ):
            enable[name] = editable and has_cell
        enable["next_invalid"] = document is not None and document.edits.has_invalid
        enable["undo"] = document is not None and document.edits.can_undo
        enable["redo"] = document is not None and document.edits.can_redo
        self._name_steps(document)
        enable["save"] = enable["discard"] = enable["review"] = staged > 0
        enable["close_tab"] = self._tabs.current is not None
        enable["close_file"] = document is not None
        enable["next_tab"] = enable["previous_tab"] = len(self._tabs.pages) > 1
        enable.update(self.filtering.enabled(grid))
        enable.update(self.jumps.enabled(grid))
        for name, on in enable.items():
            self.actions[name].setEnabled(on)
        save = self.tr("Save")
        self.actions["save"].setIconText(f"{save} ({staged:,})" if staged else save)

    def _name_steps(self, document: Document | None) -> None:
        """Say in the menu what Undo and Redo would do."""
        edits = None if document is None else document.edits
        done = {"undo": edits and edits.undo_text, "redo": edits and edits.redo_text}
        for name, step in done.items():
            text, action = self._texts[name], self.actions[name]
            action.setText(self.tr("{0}: {1}").format(text, step_text(step)) if step else text)

    def _use_theme(self) -> None:
        tokens = self._theme.tokens
        self.actions.use_tokens(tokens)
        self.sidebar.use_tokens(tokens)
        self.status.use_tokens(tokens)
        self.panels.use_tokens(tokens)

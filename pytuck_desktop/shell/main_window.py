"""The main window: puts the parts together and connects actions to what they do."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import (
    QFrame,
    QMainWindow,
    QMenu,
    QSizePolicy,
    QSplitter,
    QStackedWidget,
    QToolBar,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from pytuck_desktop import trace
from pytuck_desktop.features.grid.view import GridView
from pytuck_desktop.features.sidebar.view import Sidebar
from pytuck_desktop.features.sidebar.viewmodel import SidebarViewModel
from pytuck_desktop.intents import ChooseFiles, OpenFile, OpenSample
from pytuck_desktop.shell.actions import (
    GRID_KEYS,
    MENUS,
    SEPARATOR,
    STRETCH,
    TOOL_BAR,
    WITH_GRID,
    Actions,
    translated,
)
from pytuck_desktop.shell.navigation import Navigation, Opener
from pytuck_desktop.shell.preferences import Preferences
from pytuck_desktop.shell.prompts import LatePrompts, Prompts
from pytuck_desktop.shell.saving import Saving
from pytuck_desktop.shell.status_bar import FileStatus, StatusBar, TableStatus
from pytuck_desktop.shell.tabs import Tabs
from pytuck_desktop.theme.icons import SIZE
from pytuck_desktop.theme.theme import Theme
from pytuck_desktop.widgets.labels import PlainLabel
from pytuck_desktop.widgets.visible_text import visible_text
from pytuck_desktop.workspace.documents import Document

if TYPE_CHECKING:
    from pytuck_desktop.features.start.view import StartPage

_SIDEBAR_WIDTH = 240
_FIRST_SIZE = (1180, 760)
_CELL_MENU = (
    "edit_cell",
    "set_null",
    SEPARATOR,
    "copy",
    SEPARATOR,
    "add_row",
    "delete_rows",
)


class MainWindow(QMainWindow):
    """The window of the application."""

    rows_painted = Signal()

    def __init__(
        self,
        *,
        opener: Opener,
        theme: Theme,
        preferences: Preferences,
        sample: Callable[[Callable[[str], None]], None],
        prompts: Prompts | None = None,
    ) -> None:
        super().__init__()
        self._theme = theme
        self._preferences = preferences
        self._may_close = False
        self._has_painted_rows = False
        self.tabs = Tabs(theme.tokens)
        self._prompts = prompts or LatePrompts(self, theme)
        self.saving = Saving(self.tabs, self._prompts)
        self.sidebar_model = SidebarViewModel(self)
        self.navigation = Navigation(
            tabs=self.tabs,
            sidebar=self.sidebar_model,
            opener=opener,
            saving=self.saving,
            prompts=self._prompts,
            preferences=preferences,
            theme=theme,
            sample=sample,
        )
        self.actions_ = Actions(theme.tokens, self)
        self.status = StatusBar(theme.tokens)
        self._build()
        self._connect()
        self._restore()
        self._show_state()

    @property
    def is_loading(self) -> bool:
        """Whether the rows in front are on their way."""
        grid = self.grid
        return grid is not None and not grid.has_first_rows

    # --- building --------------------------------------------------------------------------

    def _build(self) -> None:
        tokens = self._theme.tokens
        self.sidebar = Sidebar(self.sidebar_model, tokens)
        self._start: StartPage | None = None
        self._quiet = QFrame()
        self._quiet.setObjectName("page")
        self._hint = PlainLabel("", tone="muted")
        self._hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        QVBoxLayout(self._quiet).addWidget(self._hint)
        self._middle = QStackedWidget()
        self._middle.addWidget(self._quiet)
        self._middle.addWidget(self.tabs)
        self._splitter = QSplitter(Qt.Orientation.Horizontal)
        self._splitter.setHandleWidth(1)
        self._splitter.setChildrenCollapsible(False)
        self._splitter.addWidget(self.sidebar)
        self._splitter.addWidget(self._middle)
        self._splitter.setStretchFactor(1, 1)
        self._splitter.setSizes([_SIDEBAR_WIDTH, _FIRST_SIZE[0] - _SIDEBAR_WIDTH])
        self.setCentralWidget(self._splitter)
        self.setStatusBar(self.status)
        self._build_menus()
        self._build_tool_bar()
        self.setAcceptDrops(True)
        self.setMinimumSize(560, 360)

    def _build_menus(self) -> None:
        for title, names in MENUS:
            menu = self.menuBar().addMenu(translated(title))
            for name in names:
                if name == SEPARATOR:
                    menu.addSeparator()
                else:
                    menu.addAction(self.actions_[name])

    def _build_tool_bar(self) -> None:
        bar = QToolBar(self.tr("Tools"))
        bar.setObjectName("toolBar")
        bar.setMovable(False)
        bar.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        bar.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        bar.setIconSize(QSize(SIZE + 4, SIZE))  # a little air between icon and text
        for name in TOOL_BAR:
            if name == SEPARATOR:
                bar.addSeparator()
            elif name == STRETCH:
                stretch = QWidget()
                stretch.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
                bar.addWidget(stretch)
            else:
                bar.addAction(self.actions_[name])
        for name in ("undo", "redo"):
            self._button(bar, name).setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
        self._button(bar, "save").setObjectName("saveButton")
        self.addToolBar(Qt.ToolBarArea.TopToolBarArea, bar)
        self.tool_bar = bar

    def _button(self, bar: QToolBar, name: str) -> QToolButton:
        button = bar.widgetForAction(self.actions_[name])
        assert isinstance(button, QToolButton)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return button

    def _connect(self) -> None:
        navigation = self.navigation
        self.sidebar.intent.connect(navigation.answer)
        navigation.grid_added.connect(self._adopt)
        navigation.documents_changed.connect(self._show_state)
        navigation.document_changed.connect(self._follow_document)
        navigation.recent_changed.connect(self._show_recent)
        self.tabs.current_changed.connect(self._after_tab)
        self._theme.changed.connect(self._use_theme)
        self.actions_.connect_all(self._handlers())

    def _handlers(self) -> dict[str, Callable[[], None]]:
        answer = self.navigation.answer
        return {
            "open": lambda: answer(ChooseFiles()),
            "open_sample": lambda: answer(OpenSample()),
            "close_tab": self._close_tab,
            "close_file": lambda: self._with_document(self.navigation.close_document),
            "quit": self._quit,
            "undo": lambda: self._with_document(lambda document: document.edits.undo()),
            "redo": lambda: self._with_document(lambda document: document.edits.redo()),
            "save": lambda: self._with_document(self._save),
            "discard": lambda: self._with_document(self.saving.discard),
            "toggle_sidebar": lambda: self.sidebar.setVisible(not self.sidebar.isVisible()),
            "toggle_theme": self._toggle_theme,
            "next_tab": lambda: self.tabs.step(1),
            "previous_tab": lambda: self.tabs.step(-1),
            **{name: partial(self._with_grid, name) for name in _GRID_ACTIONS},
        }

    def _restore(self) -> None:
        self.resize(*_FIRST_SIZE)
        self.restoreGeometry(self._preferences.bytes("geometry"))
        self._splitter.restoreState(self._preferences.bytes("splitter"))

    # --- what the actions need -------------------------------------------------------------

    @property
    def grid(self) -> GridView | None:
        """The table on the screen."""
        page = self.tabs.current
        return page if isinstance(page, GridView) else None

    @property
    def document(self) -> Document | None:
        """The file of the table on the screen, or the only open one."""
        if self.grid is not None:
            return self.grid.viewmodel.document
        documents = self.navigation.documents
        return documents[0] if len(documents) == 1 else None

    def _with_document(self, run: Callable[[Document], object]) -> None:
        document = self.document
        if document is not None:
            run(document)

    def _with_grid(self, name: str) -> None:
        if self.grid is not None:
            getattr(self.grid, name)()

    def _save(self, document: Document) -> None:
        # An open editor holds text that is not staged yet: leaving it stages or refuses it.
        for grid in self.tabs.grids:
            if grid.viewmodel.document is document and not grid.finish_editing():
                return
        self.saving.save(document)

    def _close_tab(self) -> None:
        if self.tabs.current is not None:
            self.navigation.close_page(self.tabs.current)

    def _toggle_theme(self) -> None:
        choice = "light" if self._theme.tokens.is_dark else "dark"
        self._preferences.theme = choice
        self._theme.choose(choice)  # type: ignore[arg-type]

    def _quit(self) -> None:
        self.close()

    # --- state -----------------------------------------------------------------------------

    def _adopt(self, grid: GridView) -> None:
        grid.status_changed.connect(partial(self._follow_rows, grid))
        grid.selection_changed.connect(self._show_status)
        grid.rows_painted.connect(self._trace_rows)
        grid.actions_wanted.connect(self._open_cell_menu)
        for name in GRID_KEYS:
            action = self.actions_[name]
            action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
            grid.table.addAction(action)

    def _follow_rows(self, grid: GridView) -> None:
        rows = grid.viewmodel
        if rows.count_is_exact:
            self.sidebar_model.show_known(rows.document, rows.table_name, rows.stored_count)
        if grid is self.grid:
            self._show_status()

    def _trace_rows(self) -> None:
        if not self._has_painted_rows:
            self._has_painted_rows = True
            trace.mark("first_rows_painted")
        trace.mark("rows_painted")
        self.rows_painted.emit()

    def _follow_document(self, document: Document) -> None:
        if document is self.document:
            self._show_status()

    def _after_tab(self) -> None:
        grid = self.grid
        if grid is not None:
            self.sidebar.select_table(grid.viewmodel.document.path, grid.viewmodel.table_name)
        self._show_state()

    def _show_state(self) -> None:
        """Show what fits the open files: start page, quiet page, or tabs."""
        navigation = self.navigation
        if self.tabs.pages:
            self._middle.setCurrentWidget(self.tabs)
        elif navigation.documents or navigation.is_opening:
            self._hint.show_text(
                self.tr("Choose a table in the sidebar.") if navigation.documents else ""
            )
            self._middle.setCurrentWidget(self._quiet)
        elif self._start is not None:
            self._middle.setCurrentWidget(self._start)
        else:
            # Not at once: a file may be about to be opened, and then it is never needed.
            QTimer.singleShot(0, self._make_start_page)
        self.sidebar.setVisible(bool(navigation.documents))
        self._show_status()

    def _make_start_page(self) -> None:
        if self._start is None and not self.navigation.is_opening:
            # Seen only where no file is open.
            from pytuck_desktop.features.start.view import StartPage

            self._start = StartPage(self._preferences.recent, self._theme.tokens)
            self._start.intent.connect(self.navigation.answer)
            self._middle.addWidget(self._start)
            self._show_state()

    def _show_recent(self) -> None:
        if self._start is not None:
            self._start.show_recent(self._preferences.recent)

    def _show_status(self) -> None:
        grid, document = self.grid, self.document
        self._enable_actions(grid, document)
        if grid is None:
            self.status.show_table(None)
        else:
            rows = grid.viewmodel
            self.status.show_table(
                TableStatus(
                    rows=rows.row_count,
                    is_exact=rows.count_is_exact,
                    is_estimate=rows.count_is_estimate,
                    is_order_ready=rows.is_order_ready,
                    selection=grid.summary,
                    last_query_ms=rows.last_query_ms,
                )
            )
        if document is None:
            self.status.show_file(None)
        else:
            info = document.info
            self.status.show_file(
                FileStatus(
                    info.engine,
                    document.edits.count,
                    document.is_read_only,
                    document.read_only_reason,
                )
            )
        self._show_title(grid, document)

    def _enable_actions(self, grid: GridView | None, document: Document | None) -> None:
        enable: dict[str, bool] = dict.fromkeys(WITH_GRID, grid is not None)
        staged = document.edits.count if document is not None else 0
        editable = grid is not None and grid.viewmodel.is_editable
        has_cell = grid is not None and bool(grid.table.selected_ranges())
        enable["add_row"] = editable
        for name in ("edit_cell", "delete_rows", "set_null"):
            enable[name] = editable and has_cell
        enable["undo"] = document is not None and document.edits.can_undo
        enable["redo"] = document is not None and document.edits.can_redo
        enable["save"] = enable["discard"] = staged > 0
        enable["close_tab"] = self.tabs.current is not None
        enable["close_file"] = document is not None
        enable["next_tab"] = enable["previous_tab"] = len(self.tabs.pages) > 1
        for name, on in enable.items():
            self.actions_[name].setEnabled(on)
        save = self.tr("Save")
        self.actions_["save"].setIconText(f"{save} ({staged:,})" if staged else save)

    def _show_title(self, grid: GridView | None, document: Document | None) -> None:
        parts = []
        if grid is not None:
            parts.append(visible_text(grid.viewmodel.table_name))
        if document is not None:
            parts.append(visible_text(document.name))
        staged = document is not None and document.edits.count > 0
        title = " — ".join([*parts, "Pytuck Desktop"])
        self.setWindowTitle(f"● {title}" if staged else title)

    def _open_cell_menu(self, at: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for name in _CELL_MENU:
            if name == SEPARATOR:
                menu.addSeparator()
            else:
                menu.addAction(self.actions_[name])
        menu.popup(at)

    def _use_theme(self) -> None:
        tokens = self._theme.tokens
        self.actions_.use_tokens(tokens)
        self.sidebar.use_tokens(tokens)
        self.tabs.use_tokens(tokens)
        self.status.use_tokens(tokens)
        if self._start is not None:
            self._start.use_tokens(tokens)

    # --- events ----------------------------------------------------------------------------

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        event.acceptProposedAction()
        for url in event.mimeData().urls():
            if url.isLocalFile():
                self.navigation.answer(OpenFile(url.toLocalFile()))

    def closeEvent(self, event: QCloseEvent) -> None:
        self._preferences.set_bytes("geometry", self.saveGeometry())
        self._preferences.set_bytes("splitter", self._splitter.saveState())
        if self._may_close or not self.navigation.documents:
            event.accept()
            return
        event.ignore()
        self.navigation.close_all(self._close_now)

    def _close_now(self) -> None:
        self._may_close = True
        # Within closeEvent the window does not close again; afterwards it does.
        QTimer.singleShot(0, self.close)


_GRID_ACTIONS = (
    "copy",
    "select_all",
    "edit_cell",
    "refresh",
    "first_row",
    "last_row",
    "add_row",
    "delete_rows",
    "set_null",
)

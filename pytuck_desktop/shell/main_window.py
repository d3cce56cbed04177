"""The main window: the pages in its middle, and the controls around them once it is complete.

The first rows are painted before menus, tool bar, sidebar and status bar are even loaded; room is
kept for these, as much as they took last time.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QTimer, Signal
from PySide6.QtWidgets import QMainWindow, QSplitter, QStackedWidget

from pytuck_desktop import trace
from pytuck_desktop.intents import OpenFile
from pytuck_desktop.shell.navigation import Navigation, Opener
from pytuck_desktop.shell.preferences import Preferences
from pytuck_desktop.shell.prompts import LatePrompts, Prompts
from pytuck_desktop.shell.saving import Saving
from pytuck_desktop.shell.tabs import Tabs
from pytuck_desktop.theme.theme import Theme
from pytuck_desktop.widgets.visible_text import visible_text

if TYPE_CHECKING:
    from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QMouseEvent

    from pytuck_desktop.features.grid.view import GridView
    from pytuck_desktop.features.start.view import QuietPage, StartPage
    from pytuck_desktop.shell.controls import Controls
    from pytuck_desktop.workspace.documents import Document

_SIDEBAR_WIDTH = 240
_FIRST_SIZE = (1180, 760)
_FIRST_MARGINS = (241, 77, 0, 30)
"""Pixels left of, above, right of and below the pages in a window that was never complete yet."""


class MainWindow(QMainWindow):
    """The window of the application.

    Attributes:
        controls: What stands around the pages; None until `complete` was called.
    """

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
        self.controls: Controls | None = None
        self.tabs = Tabs(theme.tokens)
        self._prompts = prompts or LatePrompts(self, theme)
        self.saving = Saving(self.tabs, self._prompts)
        self.navigation = Navigation(
            tabs=self.tabs,
            opener=opener,
            saving=self.saving,
            prompts=self._prompts,
            preferences=preferences,
            theme=theme,
            sample=sample,
        )
        self._start: StartPage | None = None
        self._quiet: QuietPage | None = None
        self._build()
        self._connect()

    def _build(self) -> None:
        self._middle = QStackedWidget()
        self._middle.addWidget(self.tabs)
        self._splitter = QSplitter()
        self._splitter.setHandleWidth(1)
        self._splitter.setChildrenCollapsible(False)
        self._splitter.addWidget(self._middle)
        self.setCentralWidget(self._splitter)
        self.setAcceptDrops(True)
        self.setMinimumSize(620, 360)
        self.resize(*_FIRST_SIZE)
        self.restoreGeometry(self._preferences.bytes("geometry"))
        self.setContentsMargins(*(self._preferences.margins or _FIRST_MARGINS))
        self._show_title()

    def _connect(self) -> None:
        navigation = self.navigation
        navigation.grid_added.connect(self._watch_painting)
        navigation.documents_changed.connect(self._show_state)
        navigation.document_changed.connect(self._show_title)
        navigation.recent_changed.connect(self._show_recent)
        self.tabs.current_changed.connect(self._show_state)
        self._theme.changed.connect(self._use_theme)

    def complete(self) -> None:
        """Put the controls around the pages, unless they are there."""
        if self.controls is not None:
            return
        from pytuck_desktop.shell.controls import Controls

        self.controls = Controls(
            self,
            tabs=self.tabs,
            navigation=self.navigation,
            saving=self.saving,
            preferences=self._preferences,
            theme=self._theme,
        )
        self._splitter.insertWidget(0, self.controls.sidebar)
        self._splitter.addWidget(self.controls.panels)
        self._splitter.setStretchFactor(1, 1)
        self._splitter.setSizes([_SIDEBAR_WIDTH, self.width() - _SIDEBAR_WIDTH])
        self._splitter.restoreState(self._preferences.bytes("splitter"))
        self.setContentsMargins(0, 0, 0, 0)
        self._show_state()

    # --- what is in front ------------------------------------------------------------------

    @property
    def grid(self) -> GridView | None:
        """The table on the screen."""
        return self.tabs.current_grid

    @property
    def document(self) -> Document | None:
        """The file of the table on the screen, or the only open one."""
        return self.navigation.current_document

    @property
    def is_loading(self) -> bool:
        """Whether a file or the rows in front are on their way."""
        grid = self.grid
        return self.navigation.is_opening or (grid is not None and not grid.has_first_rows)

    @property
    def has_rows(self) -> bool:
        """Whether there are rows to paint in front."""
        grid = self.grid
        return grid is not None and grid.viewmodel.row_count > 0 and grid.has_first_rows

    # --- state -----------------------------------------------------------------------------

    def _watch_painting(self, grid: GridView) -> None:
        grid.rows_painted.connect(self._trace_rows)

    def _trace_rows(self) -> None:
        if not self._has_painted_rows:
            self._has_painted_rows = True
            trace.mark("first_rows_painted")
        trace.mark("rows_painted")
        self.rows_painted.emit()

    def _show_state(self) -> None:
        """Show what fits the open files: start page, quiet page, or tabs."""
        navigation = self.navigation
        if self.tabs.pages:
            self._middle.setCurrentWidget(self.tabs)
        elif self.controls is None:
            pass  # a file is being opened, or this is called again soon
        elif navigation.documents or navigation.is_opening:
            self._show_quiet_page(has_file=bool(navigation.documents))
        elif self._start is not None:
            self._middle.setCurrentWidget(self._start)
        else:
            # Not at once: a file may be about to be opened, and then it is never needed.
            QTimer.singleShot(0, self._make_start_page)
        self._show_title()

    def _show_quiet_page(self, *, has_file: bool) -> None:
        if self._quiet is None:
            from pytuck_desktop.features.start.view import QuietPage

            self._quiet = QuietPage()
            self._middle.addWidget(self._quiet)
        self._quiet.show_hint(has_file=has_file)
        self._middle.setCurrentWidget(self._quiet)

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

    def _show_title(self) -> None:
        grid, document = self.grid, self.document
        parts = []
        if grid is not None:
            parts.append(visible_text(grid.viewmodel.table_name))
        if document is not None:
            parts.append(visible_text(document.name))
        staged = document is not None and document.edits.count > 0
        title = " — ".join([*parts, "Pytuck Desktop"])
        self.setWindowTitle(f"● {title}" if staged else title)

    def _use_theme(self) -> None:
        self.tabs.use_tokens(self._theme.tokens)
        if self._start is not None:
            self._start.use_tokens(self._theme.tokens)

    # --- events ----------------------------------------------------------------------------

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        event.acceptProposedAction()
        for url in event.mimeData().urls():
            if url.isLocalFile():
                self.navigation.answer(OpenFile(url.toLocalFile()))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self.controls is not None:
            self.controls.jumps.take_mouse(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        self._remember_sizes()
        if self._may_close or not self.navigation.documents:
            event.accept()
            return
        event.ignore()
        self.navigation.close_all(self._close_now)

    def _remember_sizes(self) -> None:
        self._preferences.set_bytes("geometry", self.saveGeometry())
        if self.controls is None:
            return
        self._preferences.set_bytes("splitter", self._splitter.saveState())
        if self.controls.sidebar.isVisible():
            at, end = self._middle.mapTo(self, QPoint(0, 0)), self._middle.rect().bottomRight()
            right, bottom = (
                self.width() - at.x() - end.x() - 1,
                self.height() - at.y() - end.y() - 1,
            )
            self._preferences.margins = (at.x(), at.y(), right, bottom)

    def _close_now(self) -> None:
        self._may_close = True
        # Within closeEvent the window does not close again; afterwards it does.
        QTimer.singleShot(0, self.close)

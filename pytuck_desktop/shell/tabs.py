"""The pages in the middle of the window: tables, problems, files being opened."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QStackedWidget, QVBoxLayout, QWidget

from pytuck_desktop.features.grid.view import GridView
from pytuck_desktop.shell.tab_strip import TabStrip
from pytuck_desktop.theme.tokens import Tokens
from pytuck_desktop.widgets.visible_text import tool_tip, visible_text

if TYPE_CHECKING:
    from pytuck_desktop.features.problem.view import NotePage, ProblemPage
    from pytuck_desktop.workspace.documents import Document

    Page: TypeAlias = GridView | ProblemPage | NotePage


class Tabs(QFrame):
    """A strip of tabs over their pages. Closing is decided by navigation."""

    current_changed = Signal()
    close_asked = Signal(object)  # the page

    def __init__(self, tokens: Tokens, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.strip = TabStrip(tokens)
        self._stack = QStackedWidget()
        self._pages: list[Page] = []
        self._preview: GridView | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.strip)
        column.addWidget(self._stack, 1)
        self.strip.currentChanged.connect(self._show)
        self.strip.tabMoved.connect(self._move)
        self.strip.tabCloseRequested.connect(lambda at: self.close_asked.emit(self._pages[at]))
        self.strip.tabBarDoubleClicked.connect(self._keep_at)

    @property
    def pages(self) -> tuple[Page, ...]:
        """The pages from left to right."""
        return tuple(self._pages)

    @property
    def current(self) -> Page | None:
        """The page on the screen."""
        at = self.strip.currentIndex()
        return self._pages[at] if 0 <= at < len(self._pages) else None

    @property
    def current_grid(self) -> GridView | None:
        """The table on the screen."""
        page = self.current
        return page if isinstance(page, GridView) else None

    @property
    def grids(self) -> list[GridView]:
        """The pages that show tables."""
        return [page for page in self._pages if isinstance(page, GridView)]

    def grid_of(self, document: Document, table: str) -> GridView | None:
        """Return the tab of a table, if it is open."""
        for page in self.grids:
            if page.viewmodel.document is document and page.viewmodel.table_name == table:
                return page
        return None

    def add(self, page: Page, *, after_current: bool = False) -> None:
        """Add a page and show it."""
        at = self.strip.currentIndex() + 1 if after_current else len(self._pages)
        self._pages.insert(at, page)
        self._stack.addWidget(page)
        self.strip.blockSignals(True)
        self.strip.insertTab(at, "")
        self.strip.blockSignals(False)
        self.show_titles()
        self.show_page(page)

    def remove(self, page: Page) -> None:
        """Take a page away."""
        at = self._pages.index(page)
        self._pages.remove(page)
        if page is self._preview:
            self._preview = None
        self.strip.removeTab(at)
        self._stack.removeWidget(page)
        if isinstance(page, GridView):
            page.viewmodel.close()
        page.deleteLater()
        self.show_titles()
        self._show()

    def show_page(self, page: Page) -> None:
        """Bring a page to the front."""
        self.strip.setCurrentIndex(self._pages.index(page))
        self._show()

    @property
    def preview(self) -> GridView | None:
        """The tab of the last look, which the next look takes over."""
        return self._preview

    def set_preview(self, page: GridView | None) -> None:
        """Make a tab the preview, or none."""
        self._preview = page
        self.show_titles()

    def keep(self, page: GridView) -> None:
        """Keep a tab that was only a look."""
        if page is self._preview:
            self.set_preview(None)

    def _keep_at(self, at: int) -> None:
        if 0 <= at < len(self._pages):
            page = self._pages[at]
            if isinstance(page, GridView):
                self.keep(page)

    def step(self, by: int) -> None:
        """Go to a neighbouring tab."""
        if self._pages:
            self.strip.setCurrentIndex((self.strip.currentIndex() + by) % len(self._pages))

    def show_titles(self) -> None:
        """Show names and marks of all tabs as they are now."""
        documents = {id(page.viewmodel.document) for page in self.grids}
        for at, page in enumerate(self._pages):
            title, tip, icon, staged = _describe(page, with_file=len(documents) > 1)
            if self.strip.tabText(at) != title:
                self.strip.setTabText(at, title)
            self.strip.setTabToolTip(at, tip)
            self.strip.mark(at, icon=icon, is_preview=page is self._preview, is_staged=staged)

    def use_tokens(self, tokens: Tokens) -> None:
        """Take the colours of a theme."""
        self.strip.use_tokens(tokens)
        for page in self._pages:
            page.use_tokens(tokens)

    def _show(self, _at: int = 0) -> None:
        page = self.current
        if page is not None:
            self._stack.setCurrentWidget(page)
        self.current_changed.emit()

    def _move(self, start: int, end: int) -> None:
        self._pages.insert(end, self._pages.pop(start))


def _describe(page: Page, *, with_file: bool) -> tuple[str, str, str, bool]:
    if not isinstance(page, GridView):
        name = visible_text(page.path.replace("\\", "/").rsplit("/", 1)[-1])
        return name, tool_tip(page.path), "file", False
    document, table = page.viewmodel.document, page.viewmodel.table_name
    title = visible_text(table)
    if with_file:
        title = f"{title} — {visible_text(document.name)}"
    icon = "view" if page.viewmodel.is_view else "table"
    staged = bool(document.edits.overlay(table))
    return title, tool_tip(f"{table}\n{document.path}"), icon, staged

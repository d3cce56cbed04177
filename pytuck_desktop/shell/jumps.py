"""Going to rows by what refers to them, and back and forward again as in a browser."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QMouseEvent

from pytuck_desktop.features.grid.view import GridView
from pytuck_desktop.intents import FollowKey, Jump, ShowFoundRow, ShowReferring, StepRow
from pytuck_desktop.shell.arrival import Arrival
from pytuck_desktop.shell.filtering import Filtering
from pytuck_desktop.shell.navigation import Navigation
from pytuck_desktop.shell.tabs import Tabs
from pytuck_desktop.widgets.visible_text import visible_text
from pytuck_desktop.worker.client import ErrorInfo
from pytuck_desktop.workspace.documents import Document, Job
from pytuck_desktop.workspace.pages import Page
from pytuck_desktop.workspace.relations import RowKey
from pytuck_desktop.workspace.row_search import search_row, staged_row
from pytuck_desktop.workspace.staged_edits import Identity
from pytuck_desktop.workspace.table_filters import TableFilter
from pytuck_desktop.workspace.visited import Stop, Visited


class Jumps(QObject):
    """Answers the intents that lead to other rows, and keeps the places left behind."""

    changed = Signal()  # whether one can go back or forward

    def __init__(self, tabs: Tabs, navigation: Navigation, filtering: Filtering) -> None:
        super().__init__(tabs)
        self._tabs = tabs
        self._navigation = navigation
        self._filtering = filtering
        self._visited = Visited()
        self._left: GridView | None = tabs.current_grid
        self._is_returning = False
        self._arrival: Arrival | None = None
        self._search: Job | None = None
        tabs.current_changed.connect(self._follow_tab)
        navigation.document_removed.connect(self._forget)
        navigation.jump_asked.connect(self.answer)

    @property
    def handlers(self) -> dict[str, Callable[[], None]]:
        """What the actions do, by their names."""
        return {
            "go_back": self.go_back,
            "go_forward": self.go_forward,
            "previous_row": lambda: self._step(-1),
            "next_row": lambda: self._step(1),
        }

    def enabled(self, grid: GridView | None) -> dict[str, bool]:
        """Return which of the actions can be done."""
        return {
            "go_back": self._visited.can_go_back,
            "go_forward": self._visited.can_go_forward,
            "follow_key": grid is not None and grid.can_follow_key,
        }

    def answer(self, jump: Jump) -> None:
        """Go where was asked for."""
        match jump:
            case FollowKey():
                self._follow_key(jump)
            case ShowReferring():
                self._show_referring(jump)
            case ShowFoundRow(path, table, identity):
                document = self._navigation.document(path)
                if document is not None:
                    self._show_row(document, table, cast(Identity, identity))
            case StepRow(by):
                self._step(by)

    # --- jumps -----------------------------------------------------------------------------

    def _follow_key(self, jump: FollowKey) -> None:
        document, source = self._navigation.document(jump.path), self._tabs.current_grid
        if document is None or jump.table not in {table.name for table in document.tables}:
            self._say(source, self.tr("There is no table {0} in the file.").format(jump.table))
            return

        key = RowKey(jump.table, jump.columns, jump.values)

        def found(page: Page | None) -> None:
            identity: Identity | None = None if page is None else page.identities[0]
            if identity is None:
                identity = staged_row(document, key)
            if identity is not None:
                self._show_row(document, jump.table, identity, jump.columns[0])
            elif page is not None:  # a row that nothing tells from others
                self._show_referring(ShowReferring(*jump))
            else:
                self._say_dangling(source, jump)

        if self._search is not None:
            self._search.cancel()
        self._search = search_row(
            document, key, jump.columns, found, lambda error: self._fail(source, error)
        )

    def _show_row(
        self, document: Document, table: str, identity: Identity, column: str | None = None
    ) -> None:
        self._leave()
        self._open(document, table, keep=False)
        grid = self._tabs.current_grid
        if grid is None:
            return

        def missing() -> None:
            made = self._filtering.of(grid)
            if made is not None and not made.model.wanted.is_empty:
                self._visited.leave(self._stop(grid))
                made.model.set_wanted(TableFilter())
                self._arrive(grid, identity, column, grid.say_not_here)
            else:
                grid.say_not_here()

        self._arrive(grid, identity, column, missing)

    def _show_referring(self, jump: ShowReferring) -> None:
        from pytuck_desktop.workspace.filter_meaning import with_value

        document = self._navigation.document(jump.path)
        if document is None:
            return
        table = document.table(jump.table)
        wanted = TableFilter()
        for name, value in zip(jump.columns, jump.values, strict=True):
            column = table.columns[table.column_index(name)]
            wanted = with_value(wanted, column, value, is_negated=False)
        grid = self._tabs.grid_of(document, jump.table)
        self._leave()
        if grid is not None and grid is not self._tabs.current_grid and self._has_filter(grid):
            self._visited.leave(self._stop(grid))
        self._open(document, jump.table, keep=False)
        made = self._filtering.current
        if made is not None:
            made.model.set_wanted(wanted)
            made.grid.table.setFocus()

    def _step(self, by: int) -> None:
        grid = self._tabs.current_grid
        if grid is not None:
            last = grid.viewmodel.row_count - 1
            grid.go_to_row(max(0, min(grid.table.current_row + by, last)))

    # --- back and forward ------------------------------------------------------------------

    def go_back(self) -> None:
        """Go to the place that was left last."""
        self._return_to(self._visited.back(self._here()))

    def go_forward(self) -> None:
        """Go to the place from which one has gone back."""
        self._return_to(self._visited.forward(self._here()))

    def take_mouse(self, event: QMouseEvent) -> None:
        """Go back or forward by the buttons at the side of a mouse."""
        if event.button() == Qt.MouseButton.BackButton:
            self.go_back()
        elif event.button() == Qt.MouseButton.ForwardButton:
            self.go_forward()

    def _return_to(self, stop: Stop | None) -> None:
        document = None if stop is None else self._navigation.document(stop.path)
        if stop is None or document is None:
            self.changed.emit()
            return
        if stop.table not in {table.name for table in document.tables}:
            self.changed.emit()
            return
        self._open(document, stop.table, keep=stop.is_kept)
        grid = self._tabs.current_grid
        if grid is not None:
            self._restore(grid, stop)
        self.changed.emit()

    def _restore(self, grid: GridView, stop: Stop) -> None:
        model, made = grid.viewmodel, self._filtering.of(grid)
        names = model.column_names
        places = [(names.index(key.column), key.descending) for key in stop.sort
                  if key.column in names]  # fmt: skip
        if list(model.sort) != places:
            model.set_sort(places)
            grid.table.column_header.show_changes()
        if made is not None and made.model.wanted != stop.filter:
            made.model.set_wanted(stop.filter)
        grid.table.setFocus()
        if stop.identity is not None:
            self._arrive(grid, stop.identity, stop.column, lambda: None)

    # --- places ----------------------------------------------------------------------------

    def _open(self, document: Document, table: str, *, keep: bool) -> None:
        self._is_returning = True
        self._navigation.open_table(document, table, keep=keep)
        self._is_returning = False
        self._left = self._tabs.current_grid

    def _arrive(
        self, grid: GridView, identity: Identity, column: str | None, missing: Callable[[], None]
    ) -> None:
        if self._arrival is not None:
            self._arrival.give_up()
        self._arrival = Arrival(grid, identity, column, missing)
        self._arrival.start()

    def _follow_tab(self) -> None:
        grid = self._tabs.current_grid
        left, self._left = self._left, grid
        if left is not None and left is not grid and not self._is_returning:
            self._visited.leave(self._stop(left))
            self.changed.emit()

    def _leave(self) -> None:
        here = self._here()
        if here is not None:
            self._visited.leave(here)
            self.changed.emit()

    def _here(self) -> Stop | None:
        grid = self._tabs.current_grid
        return None if grid is None else self._stop(grid)

    def _stop(self, grid: GridView) -> Stop:
        place, made = grid.place, self._filtering.of(grid)
        return Stop(
            place.document.path,
            place.table,
            TableFilter() if made is None else made.model.wanted,
            grid.viewmodel.rows.sort,
            place.identity,
            place.column,
            grid is not self._tabs.preview,
        )

    def _has_filter(self, grid: GridView) -> bool:
        made = self._filtering.of(grid)
        return made is not None and not made.model.wanted.is_empty

    def _forget(self, document: Document) -> None:
        self._visited.forget(document.path)
        self.changed.emit()

    # --- messages --------------------------------------------------------------------------

    def _say_dangling(self, grid: GridView | None, jump: FollowKey) -> None:
        key = ", ".join(
            f"{visible_text(name)} = {_short(value)}"
            for name, value in zip(jump.columns, jump.values, strict=True)
        )
        text = self.tr("The reference leads nowhere: {0} has no row with {1}.")
        self._say(grid, text.format(visible_text(jump.table), key))

    @staticmethod
    def _say(grid: GridView | None, text: str) -> None:
        if grid is not None:
            grid.banner.show_message(text, tone="warning")

    @staticmethod
    def _fail(grid: GridView | None, error: ErrorInfo) -> None:
        if grid is not None:
            grid.show_error(error)


def _short(value: object) -> str:
    text = str(value)
    return visible_text(text if len(text) <= 60 else f"{text[:60]}…")

"""What is looked for in a grid, what was found, and which of it is shown. QtCore only."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal

from pytuck_desktop.workspace.documents import Document
from pytuck_desktop.workspace.finding import Cell, Finder
from pytuck_desktop.workspace.needles import Needle
from pytuck_desktop.workspace.rows import RowsView

_DEBOUNCE_MS = 150
_RESTART_MS = 400
"""After changes of the rows; there may be more of them."""

_LAST = Cell(2**50, 0)
CURRENT_GLOW, FOUND_GLOW = 1.0, 0.4


class FindViewModel(QObject):
    """The search of one view of rows.

    Args:
        current: The cell where the user is.
    """

    changed = Signal()  # what was found
    cell_wanted = Signal(object)  # Cell: show it and make it current
    repaint = Signal()

    def __init__(
        self,
        document: Document,
        rows: RowsView,
        current: Callable[[], Cell],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._document = document
        self._rows = rows
        self._current = current
        self.finder = Finder(rows, document.cancel)
        self.finder.on_changed.append(self._after_finding)
        self.needle = Needle("")
        self.shown: Cell | None = None
        self._anchor = Cell(0, 0)
        self._pending = 0
        self._later = QTimer(self, singleShot=True, interval=_DEBOUNCE_MS)
        self._later.timeout.connect(self._start)
        self._again = QTimer(self, singleShot=True, interval=_RESTART_MS)
        self._again.timeout.connect(self._restart)
        document.on_data_changed.append(self._expect_changes)
        document.on_edits_changed.append(self._expect_changes)

    # --- what the user asks for --------------------------------------------------------------

    def begin(self) -> None:
        """Note where the user is: there the search begins."""
        self._anchor = self._current()

    def look_for(self, needle: Needle) -> None:
        """Look for something else, a little later."""
        self.needle = needle
        self._later.start()

    def step(self, by: int) -> None:
        """Go to the next match (1) or to the one before (-1), around the end if need be."""
        if self._later.isActive():
            self._start()
            return
        if self.finder.needle is None and self.needle.text:
            self.begin()
            self._start()
            return
        self._pending = by
        self._anchor = self._current()
        self._go()

    def close(self) -> None:
        """Look for nothing any more."""
        self._later.stop()
        self._again.stop()
        self._pending = 0
        self.shown = None
        self.finder.forget()

    def glow(self, row: int, column: int) -> float:
        """Return how strongly a cell is marked as found, 0 to 1."""
        if not self.finder.found:
            return 0.0
        cell = Cell(row, column)
        if cell == self.shown:
            return CURRENT_GLOW
        return FOUND_GLOW if cell in self.finder.found else 0.0

    # --- what happens then -------------------------------------------------------------------

    def _start(self) -> None:
        self._later.stop()
        self.shown = None
        self._pending = 1
        self.finder.start(self.needle, self._anchor.row)

    def _expect_changes(self) -> None:
        if self._rows.is_closed:
            self._document.on_data_changed.remove(self._expect_changes)
            self._document.on_edits_changed.remove(self._expect_changes)
        elif self.finder.needle is not None:
            self._again.start()

    def _restart(self) -> None:
        self.finder.restart()

    def _after_finding(self) -> None:
        if self._pending:
            self._go()
        self.changed.emit()
        self.repaint.emit()

    def _go(self) -> None:
        """Show the match that is wanted, if it is known by now."""
        cell = self._wanted()
        if cell is None and self.finder.is_running:
            self.changed.emit()
            return
        self._pending = 0
        if cell is not None:
            self.shown = cell
            self.cell_wanted.emit(cell)
        self.changed.emit()
        self.repaint.emit()

    def _wanted(self) -> Cell | None:
        found, finder = self.finder.found, self.finder
        row, column = self._anchor
        # Where nothing is shown yet, the cell where the user is counts, too.
        at = Cell(row, column if self.shown is not None else column - 1)
        if self._pending > 0:
            cell = found.following(at)
            return cell or (found.following(Cell(-1, 0)) if finder.has_wrapped else None)
        cell = found.preceding(at)
        is_sure = cell is not None and cell.row >= finder.start_row
        if finder.is_running and not is_sure:
            return None
        return cell or found.preceding(_LAST)

"""The columns of a grid as the user arranges them: width, order, hidden, frozen."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QObject, Signal

from pytuck_desktop.features.grid.headers import ColumnHeader
from pytuck_desktop.features.grid.viewmodel import GridViewModel
from pytuck_desktop.workspace.column_layout import ColumnLayout


class Columns(QObject):
    """Arranges the sections of a header and notes what the user wants.

    Columns are numbered as in the table, wherever they stand.
    """

    changed = Signal()  # the layout is another one

    def __init__(self, header: ColumnHeader, viewmodel: GridViewModel, parent: QObject) -> None:
        super().__init__(parent)
        self._header = header
        self._viewmodel = viewmodel
        self._widths: dict[str, int] = {}
        self._is_arranging = False
        self._layout = ColumnLayout()
        header.sectionResized.connect(self._note_width)
        header.sectionMoved.connect(self._note_change)
        header.frozen_changed.connect(self._note_change)

    # --- what is remembered ----------------------------------------------------------------

    @property
    def layout_now(self) -> ColumnLayout:
        """How the columns stand."""
        return self._layout

    def use(self, layout: ColumnLayout) -> None:
        """Arrange the columns as they were once."""
        self._layout = layout
        self._widths = dict(layout.widths)
        self.arrange()

    def arrange(self) -> None:
        """Arrange the columns by the layout, after the table got other ones."""
        header, names = self._header, self._viewmodel.column_names
        self._is_arranging = True
        if self._layout.order or header.sectionsMoved():
            for visual, column in enumerate(self._layout.places(names)):
                header.moveSection(header.visualIndex(column), visual)
        if self._layout.hidden or header.hiddenSectionCount():
            are_all_hidden = set(names) <= self._layout.hidden
            for column, name in enumerate(names):
                header.setSectionHidden(column, name in self._layout.hidden and not are_all_hidden)
        for column, name in enumerate(names if self._widths else ()):
            if name in self._widths:
                header.resizeSection(column, self._widths[name])
        header.freeze(self._layout.frozen)
        self._is_arranging = False
        self._tell_order()

    def _note_change(self) -> None:
        if self._is_arranging:
            return
        names = self._viewmodel.column_names
        shown = self.shown()
        order = tuple(names[column] for column in self._all())
        self._layout = ColumnLayout(
            order if order != tuple(names) else (),
            frozenset(names[column] for column in set(range(len(names))).difference(shown)),
            dict(self._widths),
            self._header.frozen,
        )
        self._tell_order()
        self.changed.emit()

    def _note_width(self, column: int, _old: int, new: int) -> None:
        if not self._is_arranging and new > 0 and column < len(self._viewmodel.column_names):
            self._widths[self._viewmodel.column_names[column]] = new
            self._layout = self._layout._replace(widths=dict(self._widths))
            self.changed.emit()

    def _tell_order(self) -> None:
        is_plain = not self._header.sectionsMoved() and not self._header.hiddenSectionCount()
        self._viewmodel.shown_columns = None if is_plain else self.shown()

    # --- what there is ---------------------------------------------------------------------

    def _all(self) -> Iterable[int]:
        return map(self._header.logicalIndex, range(self._header.count()))

    def shown(self) -> list[int]:
        """Return the visible columns from left to right."""
        return [column for column in self._all() if not self._header.isSectionHidden(column)]

    @property
    def hidden_count(self) -> int:
        """How many columns are hidden."""
        return self._header.hiddenSectionCount()

    def is_hidden(self, column: int) -> bool:
        """Return whether a column is hidden."""
        return self._header.isSectionHidden(column)

    def has_own_width(self, column: int) -> bool:
        """Return whether the user has chosen the width of a column."""
        return self._viewmodel.column_names[column] in self._widths

    # --- what the user does ----------------------------------------------------------------

    def set_hidden(self, columns: Iterable[int], *, hidden: bool) -> None:
        """Hide or show columns; the last visible one stays."""
        self._is_arranging = True
        for column in columns:
            if not hidden or self._header.count() - self._header.hiddenSectionCount() > 1:
                self._header.setSectionHidden(column, hidden)
        self._is_arranging = False
        self._note_change()

    def show_all(self) -> None:
        """Show every column."""
        self.set_hidden(range(self._header.count()), hidden=False)

    def freeze_up_to(self, column: int) -> None:
        """Have the columns up to this one stay at the left."""
        self._header.freeze(self._header.visualIndex(column) + 1)

    def unfreeze(self) -> None:
        """Have all columns scroll."""
        self._header.freeze(0)

    @property
    def frozen(self) -> int:
        """How many columns stay at the left."""
        return self._header.frozen

    def set_width(self, column: int, width: int, *, is_own: bool) -> None:
        """Give a column a width, which is remembered if it is the user's `own` wish."""
        self._is_arranging = not is_own
        self._header.resizeSection(column, width)
        self._is_arranging = False

    def reset(self) -> None:
        """Arrange the columns as in the table."""
        self.use(ColumnLayout())
        self.changed.emit()

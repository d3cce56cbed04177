"""The list of a table's columns, with a search: shows, hides and finds them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from pytuck_desktop.widgets.visible_text import tool_tip, visible_text

if TYPE_CHECKING:
    from pytuck_desktop.features.grid.view import GridView

_COLUMN = Qt.ItemDataRole.UserRole
_SIZE = (300, 380)
"""Pixels."""


class ColumnList(QFrame):
    """Stands over the rows: ticks show and hide, Enter and double click go to a column.

    It closes when it loses the focus, or by Esc.
    """

    def __init__(self, grid: GridView) -> None:
        super().__init__(grid)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setObjectName("card")
        self._grid = grid
        self.search = QLineEdit()
        self.search.setPlaceholderText(self.tr("Search columns"))
        self.search.setAccessibleName(self.tr("Search columns"))
        self.search.setClearButtonEnabled(True)
        self.list = QListWidget()
        self.list.setObjectName("columnList")
        self.list.setAccessibleName(self.tr("Columns"))
        self.list.setUniformItemSizes(True)
        self._fill()
        self.search.textChanged.connect(self._filter)
        self.search.installEventFilter(self)
        self.list.itemChanged.connect(self._follow_tick)
        self.list.itemActivated.connect(self._go)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(10, 10, 10, 10)
        layout.addWidget(self.search)
        layout.addWidget(self.list, 1)
        layout.addLayout(self._buttons())

    def _buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        for text, act in (
            (self.tr("Show all"), lambda: self._set_found(hidden=False)),
            (self.tr("Hide all"), lambda: self._set_found(hidden=True)),
            (self.tr("As in the table"), self._reset),
        ):
            button = QPushButton(text)
            button.setObjectName("flat")
            button.setAutoDefault(False)
            button.clicked.connect(act)
            row.addWidget(button)
        row.addStretch(1)
        return row

    def open_below_header(self) -> None:
        """Open at the left of the rows, under the names of the columns."""
        viewport = self._grid.table.viewport()
        corner = viewport.mapTo(self._grid, viewport.rect().topLeft())
        self.setGeometry(
            corner.x() + 8,
            corner.y() + 4,
            min(_SIZE[0], viewport.width() - 16),
            min(_SIZE[1], viewport.height() - 8),
        )
        self.show()
        self.raise_()
        self.search.setFocus()
        QGuiApplication.instance().focusObjectChanged.connect(self._follow_focus)  # type: ignore[union-attr]

    def _follow_focus(self, focused: QObject | None) -> None:
        is_inside = isinstance(focused, QWidget) and (focused is self or self.isAncestorOf(focused))
        if focused is not None and not is_inside:
            self.close()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self._grid.table.setFocus()
        else:
            super().keyPressEvent(event)

    # --- the list --------------------------------------------------------------------------

    def _fill(self) -> None:
        self.list.clear()
        columns, shown = self._grid.columns, self._grid.columns.shown()
        hidden = [at for at in range(len(self._grid.viewmodel.columns)) if columns.is_hidden(at)]
        for column in [*shown, *hidden]:
            described = self._grid.viewmodel.columns[column]
            item = QListWidgetItem(visible_text(described.name[:300]) or self.tr("(no name)"))
            item.setData(_COLUMN, column)
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
            item.setCheckState(_tick(not columns.is_hidden(column)))
            item.setToolTip(tool_tip(f"{described.name}\n{described.type_label}"))
            self.list.addItem(item)
        self._filter(self.search.text())

    def _items(self) -> list[QListWidgetItem]:
        return [self.list.item(at) for at in range(self.list.count())]

    def _found(self) -> list[QListWidgetItem]:
        return [item for item in self._items() if not item.isHidden()]

    def _filter(self, text: str) -> None:
        wanted = text.casefold().split()
        for item in self._items():
            name = item.text().casefold()
            item.setHidden(not all(part in name for part in wanted))
        found = self._found()
        if found and (self.list.currentItem() is None or self.list.currentItem().isHidden()):
            self.list.setCurrentItem(found[0])

    # --- what the user does ----------------------------------------------------------------

    def _follow_tick(self, item: QListWidgetItem) -> None:
        is_hidden = item.checkState() is Qt.CheckState.Unchecked
        self._grid.columns.set_hidden((item.data(_COLUMN),), hidden=is_hidden)
        self._show_ticks()

    def _set_found(self, *, hidden: bool) -> None:
        self._grid.columns.set_hidden([item.data(_COLUMN) for item in self._found()], hidden=hidden)
        self._show_ticks()

    def _show_ticks(self) -> None:
        self.list.blockSignals(True)
        for item in self._items():
            item.setCheckState(_tick(not self._grid.columns.is_hidden(item.data(_COLUMN))))
        self.list.blockSignals(False)
        self.list.viewport().update()

    def _reset(self) -> None:
        self._grid.columns.reset()
        self._grid.fit_first()
        self.list.blockSignals(True)
        self._fill()
        self.list.blockSignals(False)

    def _go(self, item: QListWidgetItem) -> None:
        self._grid.go_to_column(item.data(_COLUMN))
        self._grid.table.setFocus()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let arrows and Enter in the search move in the list."""
        is_press = isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress
        if watched is self.search and is_press and event.key() in _LIST_KEYS:  # type: ignore[attr-defined]
            self.list.event(event)
            return True
        return super().eventFilter(watched, event)


_LIST_KEYS = (
    Qt.Key.Key_Up,
    Qt.Key.Key_Down,
    Qt.Key.Key_PageUp,
    Qt.Key.Key_PageDown,
    Qt.Key.Key_Return,
    Qt.Key.Key_Enter,
)


def _tick(is_on: bool) -> Qt.CheckState:
    return Qt.CheckState.Checked if is_on else Qt.CheckState.Unchecked

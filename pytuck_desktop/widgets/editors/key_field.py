"""A foreign key: typed, or picked from the rows it may refer to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QEvent, QModelIndex, QPoint, Qt, QTimer
from PySide6.QtGui import QFocusEvent, QKeyEvent, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHeaderView,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from pytuck.types import Stored
from pytuck_desktop.widgets.editors.fields import LineField
from pytuck_desktop.widgets.editors.reading import Reading
from pytuck_desktop.widgets.labels import PlainLabel
from pytuck_desktop.widgets.visible_text import visible_text

if TYPE_CHECKING:
    from pytuck_desktop.workspace.parent_rows import ParentRow

_PAUSE_MS = 150
"""A search begins when nothing was typed for this long."""

_LINES, _LINE_HEIGHT, _WIDTH = 9, 24, 380
"""The size of the list, in lines and pixels."""


class KeySearch(Protocol):
    """Finds rows by a part of what is in them; a search that is begun ends the one before."""

    @property
    def columns(self) -> Sequence[str]:
        """The names of the columns that are shown: that of the key, then the others."""

    def search(
        self,
        text: str,
        on_found: Callable[[Sequence[ParentRow]], None],
        on_failed: Callable[[str], None],
    ) -> None:
        """Find rows for a text, all rows for none; one of the two is called later."""

    def cancel(self) -> None:
        """Give up the search that is under way."""


class KeyField(LineField):
    """A line with the list of rows that its text finds; arrow keys and the mouse pick one."""

    def __init__(self, reading: Reading, search: KeySearch, parent: QWidget | None = None) -> None:
        super().__init__(reading, parent)
        self._search = search
        self.list: KeyList | None = None
        self._pause = QTimer(self, singleShot=True, interval=_PAUSE_MS)
        self._pause.timeout.connect(self._find)
        self.textEdited.connect(self._search_later)
        # Until something is typed the list shows the first rows, and is no hindrance to typing.
        QTimer.singleShot(0, self, self._find_first)
        self.destroyed.connect(search.cancel)

    def begin_with(self, text: str) -> None:
        super().begin_with(text)
        self._pause.start()

    def _search_later(self) -> None:
        self._pause.start()

    def _find_first(self) -> None:
        if not self._pause.isActive() and self.isVisible():
            self._search.search("", self._show, self._say)

    def _find(self) -> None:
        self._search.search(self.text().strip(), self._show, self._say)

    def _show(self, choices: Sequence[ParentRow]) -> None:
        if self.isVisible():
            self._open_list().show_choices(choices)

    def _say(self, text: str) -> None:
        if self.isVisible():
            self._open_list().say(text)

    def _open_list(self) -> KeyList:
        if self.list is None:
            self.list = KeyList(self._search.columns, self.window())
            self.list.table.clicked.connect(self._take)
            self.destroyed.connect(self.list.deleteLater)
            self.list.place_at(self)
        return self.list

    def _take(self, index: QModelIndex) -> None:
        assert self.list is not None
        self.setText(str(self.list.key(index.row())))
        self.chosen.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        listed = self.list
        steps = {
            Qt.Key.Key_Down: 1,
            Qt.Key.Key_Up: -1,
            Qt.Key.Key_PageDown: 8,
            Qt.Key.Key_PageUp: -8,
        }
        step = steps.get(Qt.Key(event.key()))
        if step is None or listed is None or not listed.isVisible():
            super().keyPressEvent(event)
            return
        picked = listed.step(step)
        if picked is not None:
            self.setText(str(picked))
            self.selectAll()

    def event(self, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Hide, QEvent.Type.DeferredDelete):
            self._close_list()
        return super().event(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.ActiveWindowFocusReason:
            self._close_list()

    def _close_list(self) -> None:
        self._search.cancel()
        if self.list is not None:
            self.list.hide()


class KeyList(QFrame):
    """The rows that were found; it never takes the focus from the field."""

    def __init__(self, columns: Sequence[str], parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._keys: list[Stored] = []
        self.model = QStandardItemModel(0, len(columns), self)
        self.model.setHorizontalHeaderLabels([visible_text(name) for name in columns])
        self.table = self._make_table()
        self.note = PlainLabel("", tone="muted", wrap=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(4, 4, 4, 4)
        column.addWidget(self.note)
        column.addWidget(self.table)
        self.say(self.tr("Searching…"))

    def _make_table(self) -> QTableView:
        made = QTableView()
        made.setObjectName("keyChoices")
        made.setModel(self.model)
        made.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        made.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        made.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        made.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        made.setShowGrid(False)
        made.setWordWrap(False)
        made.verticalHeader().hide()
        made.verticalHeader().setDefaultSectionSize(_LINE_HEIGHT)
        made.horizontalHeader().setStretchLastSection(True)
        made.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        made.horizontalHeader().setHighlightSections(False)
        made.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft)
        made.setAccessibleName(self.tr("Rows to refer to"))
        return made

    def place_at(self, field: QWidget) -> None:
        """Stand under a field, or above it where there is no room."""
        window = field.window()
        height = _LINE_HEIGHT * _LINES + 10
        self.resize(max(_WIDTH, field.width()), height)
        at = field.mapTo(window, QPoint(0, field.height() + 2))
        if at.y() + height > window.height():
            at.setY(max(0, field.mapTo(window, QPoint(0, 0)).y() - height - 2))
        at.setX(max(0, min(at.x(), window.width() - self.width())))
        self.move(at)
        self.show()
        self.raise_()

    def show_choices(self, choices: Sequence[ParentRow]) -> None:
        """Show rows; none of them is picked yet."""
        self._keys = [choice.key for choice in choices]
        self.model.removeRows(0, self.model.rowCount())
        for choice in choices:
            texts = (str(choice.key), *choice.texts)
            self.model.appendRow([QStandardItem(visible_text(text)) for text in texts])
        self.table.resizeColumnToContents(0)
        self.note.show_text("" if choices else self.tr("No row has this in its key or its texts."))
        self.note.setVisible(not choices)
        self.table.setVisible(bool(choices))

    def say(self, text: str) -> None:
        """Say something in place of rows."""
        self.note.show_text(text)
        self.note.show()
        self.table.hide()

    def key(self, line: int) -> Stored:
        """Return the key of a line."""
        return self._keys[line]

    def step(self, lines: int) -> Stored:
        """Pick the next line, or one further away, and return its key; None if there is none."""
        if not self._keys:
            return None
        current = self.table.currentIndex()
        at = current.row() + lines if current.isValid() else 0
        self.table.selectRow(max(0, min(at, len(self._keys) - 1)))
        return self._keys[self.table.currentIndex().row()]

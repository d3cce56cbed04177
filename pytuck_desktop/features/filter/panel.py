"""The filter panel above the rows: nested conditions, or a line of what they are."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from pytuck_desktop.features.filter.viewmodel import FilterViewModel
from pytuck_desktop.theme.icons import icon
from pytuck_desktop.theme.tokens import Tokens
from pytuck_desktop.widgets.condition_editor import ConditionEditor, remove_button
from pytuck_desktop.widgets.condition_texts import item_text
from pytuck_desktop.widgets.labels import ElidedLabel, PlainLabel
from pytuck_desktop.workspace.conditions import EVERYTHING, GroupKind, Item
from pytuck_desktop.workspace.operator_choices import new_test

_MOST_HEIGHT = 300
_MOST_CHIPS = 4


class FilterPanel(QFrame):
    """Edits the conditions beside the filter row; the rows follow while the user works."""

    closed = Signal()

    def __init__(self, model: FilterViewModel, tokens: Tokens) -> None:
        super().__init__()
        self.setObjectName("filterPanel")
        self._model = model
        self.editor = ConditionEditor(model.columns, tokens)
        self.editor.set_group(model.wanted.group)
        self.editor.changed.connect(self._take_group)
        self._close = QToolButton()
        self._close.setToolTip(self.tr("Close (Esc)"))
        self._close.setAccessibleName(self.tr("Close (Esc)"))
        self._close.clicked.connect(self.closed)
        self.clear = QPushButton(self.tr("Clear all filters"))
        self.clear.setObjectName("flat")
        self.clear.clicked.connect(model.clear)
        self._area = QScrollArea()
        self._build()
        self.installEventFilter(self)
        model.changed.connect(self._follow)
        self.use_tokens(tokens)
        self._follow()

    def _build(self) -> None:
        head = QHBoxLayout()
        head.addWidget(PlainLabel(self.tr("Show only the rows that meet:"), tone="heading"), 1)
        head.addWidget(self.clear)
        head.addWidget(self._close)
        self._area.setObjectName("filterArea")
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        around = QWidget()
        around.setObjectName("filterAround")
        inside = QVBoxLayout(around)
        inside.setContentsMargins(0, 0, 8, 0)
        inside.addWidget(self.editor)
        inside.addStretch(1)
        self._area.setWidget(around)
        self._around = around
        around.installEventFilter(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 6, 8, 8)
        column.setSpacing(4)
        column.addLayout(head)
        column.addWidget(self._area)

    def open(self) -> None:
        """Show the panel with a condition to begin with."""
        if not self.editor.group.items and self._model.columns:
            group = self.editor.group
            self.editor.set_group(group._replace(items=(new_test(self._model.columns[0]),)))
        self.show()
        first = self.editor.root.editors[0] if self.editor.root.editors else self.editor
        first.setFocus()

    def use_tokens(self, tokens: Tokens) -> None:
        """Take the colours of a theme."""
        self._close.setIcon(icon("close", tokens))
        self.editor.use_tokens(tokens)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._around and event.type() == QEvent.Type.LayoutRequest:
            self._fit()
        return super().eventFilter(watched, event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
        else:
            super().keyPressEvent(event)

    def _fit(self) -> None:
        """Be as high as the conditions need, up to a third of a usual window."""
        wanted = self._around.sizeHint().height() + 4
        self._area.setFixedHeight(min(wanted, _MOST_HEIGHT))

    def _take_group(self) -> None:
        self._model.set_group(self.editor.group)
        self._fit()

    def _follow(self) -> None:
        self.editor.set_columns(self._model.columns)
        self.editor.set_group(self._model.wanted.group)
        self.clear.setEnabled(not self._model.wanted.is_empty)
        self._fit()


class FilterLine(QFrame):
    """One line of what the rows are filtered by besides the filter row, part by part."""

    edit_wanted = Signal()

    def __init__(self, model: FilterViewModel, tokens: Tokens) -> None:
        super().__init__()
        self.setObjectName("filterLine")
        self._model = model
        self._tokens = tokens
        self._shown: tuple[tuple[str, Item | str], ...] = ()
        self._has_row = True
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(14, 4, 8, 4)
        self._row.setSpacing(8)
        model.changed.connect(self._follow)
        self._fill()

    def use_tokens(self, tokens: Tokens) -> None:
        """Take the colours of a theme."""
        self._tokens = tokens
        self._fill()

    @property
    def is_needed(self) -> bool:
        """Whether there is something to say."""
        return bool(self._parts())

    def follow_row(self, is_shown: bool) -> None:
        """Say what is typed in the filter row, too, where it is not shown."""
        self._has_row = is_shown
        self._follow()

    def _parts(self) -> tuple[tuple[str, Item | str], ...]:
        """Return each part in words, with the item or the column that it is of."""
        wanted, group = self._model.wanted, self._model.wanted.group
        items = group.items if group.kind is GroupKind.ALL else (group,)
        typed = () if self._has_row else wanted.typed.items()
        return (
            *((f"{column}: {text}", column) for column, text in typed),
            *((item_text(item), item) for item in items if group.items),
        )

    def _follow(self) -> None:
        if self._parts() != self._shown:
            self._fill()

    def _fill(self) -> None:
        while (old := self._row.takeAt(0)) is not None:
            widget = old.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        self._shown = self._parts()
        for text, item in self._shown[:_MOST_CHIPS]:
            self._row.addWidget(self._chip(text, item))
        rest = len(self._shown) - _MOST_CHIPS
        if rest > 0:
            self._row.addWidget(PlainLabel(self.tr("and {0} more").format(rest), tone="muted"))
        edit = QPushButton(self.tr("Edit…"))
        edit.setObjectName("flat")
        edit.clicked.connect(self.edit_wanted)
        self._row.addWidget(edit)
        self._row.addStretch(1)

    def _chip(self, text: str, item: Item | str) -> QFrame:
        chip = QFrame()
        chip.setObjectName("filterChip")
        row = QHBoxLayout(chip)
        row.setContentsMargins(10, 1, 3, 1)
        row.setSpacing(2)
        label = ElidedLabel(text)
        label.setFixedWidth(min(300, label.fontMetrics().horizontalAdvance(text) + 4))
        row.addWidget(label)
        remove = remove_button(
            self.tr("Remove this condition"), self._tokens, partial(self._remove, item)
        )
        row.addWidget(remove)
        return chip

    def _remove(self, item: Item | str, _: bool = False) -> None:
        wanted = self._model.wanted
        if isinstance(item, str):
            self._model.set_wanted(wanted.with_text(item, ""))
        elif item is wanted.group:
            self._model.set_wanted(wanted._replace(group=EVERYTHING))
        else:
            self._model.remove_item(item)

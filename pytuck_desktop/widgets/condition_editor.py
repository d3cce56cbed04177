"""Nested conditions edited as a tree of frames: the filter panel and the query builder use it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QHBoxLayout,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from pytuck_desktop.theme.icons import icon
from pytuck_desktop.theme.tokens import Tokens
from pytuck_desktop.widgets.condition_texts import (
    group_words,
    operator_words,
    refused_text,
    value_text,
)
from pytuck_desktop.widgets.labels import PlainLabel
from pytuck_desktop.widgets.value_field import ValueField
from pytuck_desktop.widgets.visible_text import visible_text
from pytuck_desktop.workspace.conditions import (
    LISTS,
    VALUE_COUNTS,
    ColumnTest,
    Group,
    GroupKind,
    Item,
    Operator,
)
from pytuck_desktop.workspace.file_info import ColumnInfo
from pytuck_desktop.workspace.filter_language import checked
from pytuck_desktop.workspace.operator_choices import (
    new_test,
    operators_for,
    with_column,
    with_operator,
)
from pytuck_desktop.workspace.typed_values import RefusedText, family_of
from pytuck_desktop.workspace.value_lists import parsed_list, written_list

_MOST_NESTED = 6
"""Groups within groups that can be made here; deeper ones are shown all the same."""


class ConditionEditor(QWidget):
    """Edits one group of conditions on some columns.

    Half a condition is part of it, too: leave out with `table_filters.is_meaningful` what means
    nothing yet.
    """

    changed = Signal()

    def __init__(self, columns: Sequence[ColumnInfo], tokens: Tokens) -> None:
        super().__init__()
        self._columns = tuple(columns)
        self._tokens = tokens
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self.root = self._make(Group())

    def _make(self, group: Group) -> GroupEditor:
        made = GroupEditor(group, self._columns, self._tokens, depth=0)
        made.changed.connect(self.changed)
        self._column.addWidget(made)
        return made

    @property
    def group(self) -> Group:
        """The conditions as they stand."""
        return self.root.item

    def set_group(self, group: Group) -> None:
        """Show other conditions, without a signal."""
        if group != self.group:
            self._replace(group)

    def set_columns(self, columns: Sequence[ColumnInfo]) -> None:
        """Offer other columns."""
        if tuple(columns) != self._columns:
            self._columns = tuple(columns)
            self._replace(self.group)

    def use_tokens(self, tokens: Tokens) -> None:
        """Take the colours of a theme."""
        self._tokens = tokens
        self._replace(self.group)

    def _replace(self, group: Group) -> None:
        self._column.removeWidget(self.root)
        self.root.hide()
        self.root.deleteLater()
        self.root = self._make(group)


class GroupEditor(QFrame):
    """A kind, the conditions it is about, and buttons for more."""

    changed = Signal()
    removed = Signal()

    def __init__(
        self, group: Group, columns: tuple[ColumnInfo, ...], tokens: Tokens, *, depth: int
    ) -> None:
        super().__init__()
        self.setObjectName("conditionGroup")
        self._columns = columns
        self._tokens = tokens
        self._depth = depth
        self.editors: list[TestEditor | GroupEditor] = []
        self.kind = QComboBox()
        self.kind.setAccessibleName(self.tr("Which of these conditions a row must meet"))
        for kind, words in group_words().items():
            self.kind.addItem(words, kind)
        self.kind.setCurrentIndex(self.kind.findData(group.kind))
        self.kind.currentIndexChanged.connect(self.changed)
        self.add_test = self._button(self.tr("+ Condition"), self._begin_test)
        self.add_group = self._button(self.tr("+ Group"), self._begin_group)
        self._parts = QVBoxLayout()
        self._parts.setSpacing(4)
        self._build()
        for item in group.items:
            self._add(item)

    def _build(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(6)
        head.addWidget(self.kind)
        head.addWidget(self.add_test)
        if self._depth < _MOST_NESTED:
            head.addWidget(self.add_group)
        head.addStretch(1)
        if self._depth:
            head.addWidget(remove_button(self.tr("Remove this group"), self._tokens, self.removed))
        column = QVBoxLayout(self)
        margin = 8 if self._depth else 0
        column.setContentsMargins(margin + 2 * (self._depth > 0), margin, margin, margin)
        column.setSpacing(6)
        column.addLayout(head)
        column.addLayout(self._parts)

    def _button(self, text: str, run: object) -> QPushButton:
        made = QPushButton(text)
        made.setObjectName("flat")
        made.clicked.connect(run)
        return made

    @property
    def item(self) -> Group:
        """The group as it stands."""
        return Group(
            GroupKind(self.kind.currentData()), tuple(editor.item for editor in self.editors)
        )

    def _begin_test(self) -> None:
        if self._columns:
            editor = self._add(new_test(self._columns[0]))
            editor.setFocus()
            self.changed.emit()

    def _begin_group(self) -> None:
        if self._columns:
            kind = GroupKind.ANY if self.item.kind is GroupKind.ALL else GroupKind.ALL
            self._add(Group(kind, (new_test(self._columns[0]),)))
            self.changed.emit()

    def _add(self, item: Item) -> TestEditor | GroupEditor:
        made: TestEditor | GroupEditor
        if isinstance(item, Group):
            made = GroupEditor(item, self._columns, self._tokens, depth=self._depth + 1)
        else:
            made = TestEditor(item, self._columns, self._tokens)
        made.changed.connect(self.changed)
        made.removed.connect(lambda: self._remove(made))
        self.editors.append(made)
        self._parts.addWidget(made)
        return made

    def _remove(self, editor: TestEditor | GroupEditor) -> None:
        self.editors.remove(editor)
        self._parts.removeWidget(editor)
        editor.hide()
        editor.deleteLater()
        self.changed.emit()


class TestEditor(QWidget):
    """One column, an operator, and the values it takes."""

    __test__ = False  # it is no test of ours
    changed = Signal()
    removed = Signal()

    def __init__(self, test: ColumnTest, columns: tuple[ColumnInfo, ...], tokens: Tokens) -> None:
        super().__init__()
        self._columns = {column.name: column for column in columns}
        self._tokens = tokens
        self.item = test
        self.column = QComboBox()
        self.column.setAccessibleName(self.tr("Column"))
        self.operator = QComboBox()
        self.operator.setAccessibleName(self.tr("Comparison"))
        self.fields: list[ValueField] = []
        self._values = QHBoxLayout()
        self._values.setSpacing(4)
        self.reason = PlainLabel("", tone="error", wrap=True)
        self.reason.hide()
        self._build()
        self._show()
        self.column.currentIndexChanged.connect(self._take_column)
        self.operator.currentIndexChanged.connect(self._take_operator)

    def _build(self) -> None:
        for name, column in self._columns.items():
            self.column.addItem(f"{visible_text(name[:80])}  ·  {column.type_label}", name)
        if self.item.column not in self._columns:
            self.column.addItem(visible_text(self.item.column[:80]), self.item.column)
        for combo, least in ((self.column, 14), (self.operator, 10)):
            combo.setSizeAdjustPolicy(
                QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
            )
            combo.setMinimumContentsLength(least)
            combo.setMaxVisibleItems(24)
            combo.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        row = QHBoxLayout()
        row.setSpacing(6)
        row.addWidget(self.column, 3)
        row.addWidget(self.operator, 2)
        row.addLayout(self._values, 4)
        row.addWidget(remove_button(self.tr("Remove this condition"), self._tokens, self.removed))
        lines = QVBoxLayout(self)
        lines.setContentsMargins(0, 0, 0, 0)
        lines.setSpacing(2)
        lines.addLayout(row)
        lines.addWidget(self.reason)

    # --- showing ---------------------------------------------------------------------------

    def _show(self) -> None:
        blockers = [QSignalBlocker(self.column), QSignalBlocker(self.operator)]
        self.column.setCurrentIndex(self.column.findData(self.item.column))
        self._fill_operators()
        for blocker in blockers:
            blocker.unblock()
        self._fill_values()
        self._judge()

    def _fill_operators(self) -> None:
        column, words = self._columns.get(self.item.column), operator_words()
        choices = () if column is None else operators_for(column)
        if self.item.operator not in choices:
            choices = (*choices, self.item.operator)
        self.operator.clear()
        for operator in choices:
            self.operator.addItem(words[operator], operator)
        self.operator.setCurrentIndex(choices.index(self.item.operator))

    def _fill_values(self) -> None:
        while (old := self._values.takeAt(0)) is not None:
            widget = old.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        self.fields = []
        if self.item.operator in (Operator.IS, Operator.IS_NOT):
            # No text means it: it was taken from a cell.
            shown = ", ".join(map(value_text, self.item.values))
            self._values.addWidget(PlainLabel(shown[:80], tone="muted"), 1)
            return
        texts = self._texts()
        for at, text in enumerate(texts):
            if at:
                self._values.addWidget(PlainLabel("…", tone="muted"))
            self._add_field(text)
        if not texts:
            self._values.addStretch(1)

    def _texts(self) -> list[str]:
        if self.item.operator in LISTS:
            return [written_list(self.item.values)]
        count = VALUE_COUNTS.get(self.item.operator, 1)
        return [str(value) for value in self.item.values[:count]]

    def _add_field(self, text: str) -> None:
        column = self._columns.get(self.item.column)
        if column is None:
            return
        field = ValueField(family_of(column), self._tokens, is_list=self.item.operator in LISTS)
        field.set_text(text)
        field.changed.connect(self._take_values)
        self.fields.append(field)
        self._values.addWidget(field, 1)
        self.setFocusProxy(self.fields[0].edit)

    # --- what the user changes ---------------------------------------------------------------

    def _take_column(self) -> None:
        column = self._columns.get(str(self.column.currentData()))
        if column is not None:
            self.item = with_column(self.item, column)
            self._show()
            self.changed.emit()

    def _take_operator(self) -> None:
        self.item = with_operator(self.item, Operator(self.operator.currentData()))
        self._fill_values()
        self._judge()
        self.changed.emit()

    def _take_values(self) -> None:
        texts = [field.text for field in self.fields]
        is_list = self.item.operator in LISTS
        values = parsed_list(texts[0]) if is_list else tuple(texts)
        self.item = self.item._replace(values=values)
        self._judge()
        self.changed.emit()

    def _judge(self) -> None:
        """Say at the values why they mean nothing; what is only begun is left in peace."""
        column, words = self._columns.get(self.item.column), ""
        is_begun = any(field.text.strip() for field in self.fields)
        if column is not None and is_begun:
            try:
                checked(self.item, column)
            except RefusedText as err:
                words = refused_text(err)
        self.reason.show_text(words)
        self.reason.setVisible(bool(words))
        for field in self.fields:
            field.show_refused(bool(words))


def remove_button(tip: str, tokens: Tokens, clicked: object) -> QToolButton:
    """Return the button that takes something away."""
    made = QToolButton()
    made.setIcon(icon("close", tokens))
    made.setToolTip(tip)
    made.setAccessibleName(tip)
    made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    made.clicked.connect(clicked)
    return made

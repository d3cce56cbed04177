"""The panel beside the rows: the values of a column, how often they are, and a choice of them."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QPushButton,
    QToolButton,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from pytuck_desktop.features.facets.histogram import Histogram
from pytuck_desktop.features.facets.lines import LineDelegate
from pytuck_desktop.features.facets.model import FacetModel, shown_value
from pytuck_desktop.features.facets.viewmodel import FacetsViewModel
from pytuck_desktop.theme.icons import icon
from pytuck_desktop.theme.tokens import Tokens
from pytuck_desktop.widgets.condition_texts import refused_text
from pytuck_desktop.widgets.labels import ElidedLabel, PlainLabel
from pytuck_desktop.widgets.visible_text import visible_text
from pytuck_desktop.workspace.facet_questions import RANGED, Bar
from pytuck_desktop.workspace.filter_language import parsed
from pytuck_desktop.workspace.typed_values import RefusedText, family_of

_WIDTH = 288


class FacetPanel(QFrame):
    """Everything about one column; the column is chosen at the top."""

    closed = Signal()

    def __init__(self, model: FacetsViewModel, tokens: Tokens) -> None:
        super().__init__()
        self.setObjectName("facetPanel")
        self.setFixedWidth(_WIDTH)
        self._model = model
        self.column = QComboBox()
        self.column.setAccessibleName(self.tr("Column"))
        self.column.setMaxVisibleItems(24)
        self.column.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self._names: tuple[str, ...] = ()
        self.summary = PlainLabel("", tone="muted", wrap=True)
        self.histogram = Histogram(tokens)
        self.ends = ElidedLabel(tone="muted")
        self.low, self.high = self._end(self.tr("From")), self._end(self.tr("To"))
        self.reason = PlainLabel("", tone="error", wrap=True)
        self.facet_model = FacetModel(model)
        self.values = QTreeView()
        self.more = QPushButton(self.tr("More values"))
        self.stop = QPushButton(self.tr("Stop counting"))
        self.again = QPushButton(self.tr("Count again"))
        self.clear = QPushButton(self.tr("All values"))
        self._close = QToolButton()
        self._build()
        self._set_up_values(tokens)
        self._connect()
        self.use_tokens(tokens)
        self._follow()

    def _end(self, name: str) -> QLineEdit:
        made = QLineEdit()
        made.setPlaceholderText(name)
        made.setAccessibleName(name)
        made.returnPressed.connect(self._take_ends)
        made.editingFinished.connect(self._take_ends)
        return made

    def _build(self) -> None:
        head = QHBoxLayout()
        head.addWidget(PlainLabel(self.tr("Values"), tone="heading"), 1)
        head.addWidget(self.clear)
        head.addWidget(self._close)
        self._ends_row = QWidget()
        ends = QHBoxLayout(self._ends_row)
        ends.setContentsMargins(0, 0, 0, 0)
        ends.addWidget(self.low)
        ends.addWidget(PlainLabel("…", tone="muted"))
        ends.addWidget(self.high)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 6, 8, 8)
        column.setSpacing(6)
        column.addLayout(head)
        column.addWidget(self.column)
        column.addWidget(self.summary)
        column.addWidget(self.histogram)
        column.addWidget(self.ends)
        column.addWidget(self._ends_row)
        column.addWidget(self.reason)
        column.addWidget(self.values, 1)
        for button in (self.more, self.stop, self.again):
            column.addWidget(button)
        for button in (self.more, self.stop, self.again, self.clear):
            button.setObjectName("flat")
        self._close.setToolTip(self.tr("Close (Esc)"))
        self._close.setAccessibleName(self.tr("Close (Esc)"))

    def _set_up_values(self, tokens: Tokens) -> None:
        view = self.values
        view.setObjectName("facetValues")
        view.setAccessibleName(self.tr("Values with their counts"))
        view.setModel(self.facet_model)
        view.setRootIsDecorated(False)
        view.setUniformRowHeights(True)
        view.setHeaderHidden(True)
        view.setSelectionMode(QTreeView.SelectionMode.NoSelection)
        view.setTextElideMode(Qt.TextElideMode.ElideRight)
        view.setFrameShape(QFrame.Shape.NoFrame)
        self._delegate = LineDelegate(tokens, view)
        view.setItemDelegate(self._delegate)
        header = view.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)

    def _connect(self) -> None:
        model = self._model
        model.changed.connect(self._follow)
        self.column.currentIndexChanged.connect(model.look_at)
        self.values.clicked.connect(self._toggle)
        self.histogram.chosen.connect(self._choose_bar)
        self.more.clicked.connect(model.show_more)
        self.stop.clicked.connect(model.stop)
        self.again.clicked.connect(model.count_again)
        self.clear.clicked.connect(model.clear)
        self._close.clicked.connect(self.closed)

    def use_tokens(self, tokens: Tokens) -> None:
        """Take the colours of a theme."""
        self._close.setIcon(icon("close", tokens))
        self.histogram.use_tokens(tokens)
        self._delegate.use_tokens(tokens)
        self.values.viewport().update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
        else:
            super().keyPressEvent(event)

    # --- choosing ----------------------------------------------------------------------------

    def _toggle(self, index: QModelIndex) -> None:
        """A click anywhere in a line chooses its value, not only one at the box."""
        self._model.toggle(self.facet_model.line(index.row()).test)

    def _choose_bar(self, bar: Bar) -> None:
        if bar == self._marked():
            self._model.choose_range("", "", with_end=False)
        else:
            self._model.choose_range(bar.low, bar.high, with_end=False)

    def _take_ends(self) -> None:
        column, low, high = self._model.column, self.low.text().strip(), self.high.text().strip()
        if column is None or not (self.low.isModified() or self.high.isModified()):
            return
        try:
            if low or high:
                parsed(f"{low}..{high}", column)
        except RefusedText as err:
            self.reason.show_text(refused_text(err))
            self.reason.show()
            return
        self.low.setModified(False)
        self.high.setModified(False)
        self.reason.hide()
        self._model.choose_range(low, high, with_end=True)

    # --- showing -----------------------------------------------------------------------------

    def _follow(self) -> None:
        model = self._model
        self._fill_columns()
        self.facet_model.follow()
        self.summary.show_text(self._summary())
        self._show_ends()
        self.more.setVisible(model.can_show_more and not model.is_counting)
        self.stop.setVisible(model.is_slow)
        self.again.setVisible(model.is_stopped)
        self.clear.setEnabled(bool(model.picks) or bool(model.typed))

    def _fill_columns(self) -> None:
        columns = self._model.columns
        names = tuple(column.name for column in columns)
        blocker = QSignalBlocker(self.column)
        if names != self._names:
            self._names = names
            self.column.clear()
            for shown in columns:
                label = f"{visible_text(shown.name[:80])}  ·  {shown.type_label}"
                self.column.addItem(label)
        if self._model.column is not None and self._model.column.name in names:
            self.column.setCurrentIndex(names.index(self._model.column.name))
        blocker.unblock()

    def _summary(self) -> str:
        model, facet = self._model, self._model.facet
        parts = []
        if model.error is not None:
            parts.append(model.error.message)
        elif model.is_stopped:
            parts.append(self.tr("Stopped."))
        elif model.is_slow or facet.rows is None:
            parts.append(self.tr("Counting…"))
        else:
            parts += [self.tr("{0} rows").format(f"{facet.rows:,}"), self._variety()]
            if facet.nulls:
                parts.append(self.tr("{0} NULL").format(f"{facet.nulls:,}"))
        text = " · ".join(filter(None, parts))
        if model.has_staged:
            text += "\n" + self.tr("Changes that are not saved are not counted.")
        return text

    def _variety(self) -> str:
        facet = self._model.facet
        if facet.values is None:
            return ""
        count = sum(1 for one in facet.values if one.value is not None)
        if facet.has_more:
            return self.tr("more than {0} values").format(f"{count:,}")
        return self.tr("{0} values").format(f"{count:,}")

    def _show_ends(self) -> None:
        model, facet, column = self._model, self._model.facet, self._model.column
        has_range = column is not None and family_of(column) in RANGED
        self._ends_row.setVisible(has_range)
        self.histogram.setVisible(len(facet.bars) > 1)
        self.histogram.show_bars(facet.bars, self._marked())
        self.ends.setVisible(facet.low is not None)
        if column is not None and facet.low is not None:
            low, high = (shown_value(end, family_of(column))[0] for end in (facet.low, facet.high))
            self.ends.show_text(f"{low} … {high}")
        if not (self.low.isModified() or self.high.isModified()):
            low, dots, high = model.typed.partition("..")
            self.low.setText(low.strip() if dots else "")
            self.high.setText(high.strip() if dots else "")
            self.reason.hide()

    def _marked(self) -> Bar | None:
        """The bar that the filter asks for just now."""
        model = self._model
        return next((bar for bar in model.facet.bars if model.is_chosen_bar(bar)), None)

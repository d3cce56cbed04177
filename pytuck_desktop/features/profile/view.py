"""The panel of the statistics of the current column."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from pytuck_desktop.features.profile.state import Profile
from pytuck_desktop.features.profile.value_texts import number_text, value_text
from pytuck_desktop.i18n.error_texts import explain
from pytuck_desktop.theme.tokens import Tokens
from pytuck_desktop.widgets.bar_chart import Bar, BarChart
from pytuck_desktop.widgets.labels import ElidedLabel, PlainLabel
from pytuck_desktop.widgets.shares import Share, SharesList
from pytuck_desktop.widgets.side_panel import SidePanel
from pytuck_desktop.worker.client import ErrorInfo
from pytuck_desktop.workspace.documents import Document, Job
from pytuck_desktop.workspace.file_info import ColumnInfo
from pytuck_desktop.workspace.places import Place

_CANCELLED = "PT-2304"
_DELAY_MS = 200
"""The user may only pass by a column."""


class ColumnProfile(SidePanel):
    """Counts, limits, a histogram and the most frequent values of the current column."""

    def __init__(self, tokens: Tokens, parent: QWidget | None = None) -> None:
        super().__init__(tokens, parent)
        self._place: Place | None = None
        self._job: Job | None = None
        self.profile = Profile()
        self.facts: dict[str, str] = {}
        self._later = QTimer(self, singleShot=True, interval=_DELAY_MS)
        self._later.timeout.connect(self.compute)
        self.heading = ElidedLabel(tone="heading")
        self.note = PlainLabel(tone="muted", wrap=True)
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setFixedHeight(4)
        self.progress.setAccessibleName(self.tr("Progress"))
        self.cancel = QPushButton(self.tr("Cancel"))
        self.cancel.clicked.connect(self._cancel)
        self.again = QPushButton(self.tr("Compute again"))
        self.again.clicked.connect(self.compute)
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(14)
        self._grid.setVerticalSpacing(5)
        self._grid.setColumnStretch(1, 1)
        self._chart_title = PlainLabel(tone="heading")
        self.chart = BarChart(tokens)
        self._top_title = PlainLabel(self.tr("Most frequent values"), tone="heading")
        self.top = SharesList(tokens)
        self.top.setAccessibleName(self.tr("Most frequent values"))
        self._lay_out()
        self._show()

    def _lay_out(self) -> None:
        buttons = QHBoxLayout()
        buttons.addWidget(self.cancel)
        buttons.addWidget(self.again)
        buttons.addStretch(1)
        inside = QWidget()
        inner = QVBoxLayout(inside)
        inner.setContentsMargins(12, 12, 12, 12)
        inner.setSpacing(9)
        inner.addWidget(self.heading)
        inner.addWidget(self.progress)
        inner.addWidget(self.note)
        inner.addLayout(self._grid)
        inner.addWidget(self._chart_title)
        inner.addWidget(self.chart)
        inner.addWidget(self._top_title)
        inner.addWidget(self.top)
        inner.addLayout(buttons)
        inner.addStretch(1)
        area = QScrollArea()
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(inside)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(area)

    # --- where the user is -----------------------------------------------------------------

    def show_place(self, place: Place | None) -> None:
        """Work out the column in front, once the user stays there."""
        column = None if place is None or place.column is None else place.whole_column
        if column == self._place:
            return
        self._cancel()
        self._place = column
        self.profile = Profile()
        self._show()
        if column is None:
            self._later.stop()
        else:
            self._later.start()

    @property
    def _document(self) -> Document | None:
        return None if self._place is None else self._place.document

    @property
    def _column(self) -> ColumnInfo | None:
        place = self._place
        if place is None:
            return None
        columns = place.document.table(place.table).columns
        return next((column for column in columns if column.name == place.column), None)

    # --- working it out --------------------------------------------------------------------

    def compute(self) -> None:
        """Have the statistics worked out anew."""
        place = self._place
        if place is None:
            return
        self._cancel()
        self.profile = Profile()
        profile = self.profile

        def take(part: dict[str, object]) -> None:
            profile.take(part)
            if profile is self.profile:
                self._show()

        def done(_: object) -> None:
            self._finish(profile)

        def failed(error: ErrorInfo) -> None:
            self._finish(profile, error)

        arguments = {"table": place.table, "column": place.column}
        self._job = place.document.ask("profile", arguments, take, done, failed)
        self._show()

    def _finish(self, profile: Profile, error: ErrorInfo | None = None) -> None:
        if profile is not self.profile:
            return
        self._job = None
        self._show()
        if error is not None:
            is_cancelled = error.code in (_CANCELLED, "PT-9002")
            self._say(self.tr("Cancelled.") if is_cancelled else explain(error).text)

    def _cancel(self) -> None:
        if self._job is not None:
            self._job.cancel()

    # --- what is shown ---------------------------------------------------------------------

    def _show(self) -> None:
        column, profile, is_busy = self._column, self.profile, self._job is not None
        if column is None:
            self.heading.show_text(self.tr("Column profile"))
            self._say(self.tr("Choose a cell to see what its column holds."))
        else:
            self.heading.show_text(column.name or self.tr("(column without a name)"))
            self._say("" if profile.rows != 0 else self.tr("The table has no rows."))
        self.progress.setVisible(is_busy)
        self.progress.setRange(0, profile.of if profile.done else 0)
        self.progress.setValue(profile.done)
        self.cancel.setVisible(is_busy)
        self.again.setVisible(column is not None and not is_busy)
        self._show_facts()
        self._show_histogram()
        self._show_top()

    def _say(self, text: str) -> None:
        self.note.show_text(text)
        self.note.setVisible(bool(text))

    def _show_facts(self) -> None:
        facts = dict(self._facts())
        if facts == self.facts:
            return
        self.facts = facts
        while (item := self._grid.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.deleteLater()
        for row, (name, value) in enumerate(facts.items()):
            self._grid.addWidget(PlainLabel(name, tone="muted"), row, 0)
            shown = ElidedLabel(value)
            shown.setAccessibleName(name)
            shown.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            self._grid.addWidget(shown, row, 1)

    def _facts(self) -> list[tuple[str, str]]:
        profile, column = self.profile, self._column
        if profile.rows is None or column is None:
            return []
        facts = [
            (self.tr("Type"), column.type_label or self.tr("none")),
            (self.tr("Rows"), f"{profile.rows:,}"),
            (self.tr("NULL"), self._part_of(profile.nulls)),
        ]
        if profile.distinct is not None:
            facts.append((self.tr("Distinct"), self._part_of(profile.distinct)))
        if profile.least is not None:
            facts += self._limits(column)
        return facts

    def _limits(self, column: ColumnInfo) -> list[tuple[str, str]]:
        profile = self.profile
        if profile.is_length:
            names = self.tr("Shortest"), self.tr("Longest"), self.tr("Mean length")
            texts = [number_text(profile.least), number_text(profile.greatest)]
        else:
            names = self.tr("Least"), self.tr("Greatest"), self.tr("Mean")
            texts = [value_text(each, column.storage) for each in (profile.least, profile.greatest)]
        found = list(zip(names, texts, strict=False))
        if profile.mean is not None:
            found.append((names[2], number_text(profile.mean)))
        if profile.sum is not None:
            found.append((self.tr("Sum"), number_text(profile.sum)))
        return found

    def _part_of(self, number: int) -> str:
        rows = self.profile.rows
        return f"{number:,} ({number / rows:.1%})" if rows else f"{number:,}"

    def _show_histogram(self) -> None:
        profile = self.profile
        bars = [Bar(_range_text(start, end), rows) for start, end, rows in profile.histogram]
        title = self.tr("Lengths") if profile.is_length else self.tr("Distribution")
        self._chart_title.show_text(title)
        self._chart_title.setVisible(bool(bars))
        self.chart.setVisible(bool(bars))
        if bars != self.chart.bars:
            self.chart.show_bars(bars, title)

    def _show_top(self) -> None:
        profile, column = self.profile, self._column
        storage = "" if column is None else column.storage
        self.top.show_shares(
            [Share(value_text(value, storage), rows) for value, rows in profile.top],
            profile.filled,
        )
        self._top_title.setVisible(bool(profile.top))
        self.top.setVisible(bool(profile.top))

    def use_tokens(self, tokens: Tokens) -> None:
        super().use_tokens(tokens)
        self.chart.use_tokens(tokens)
        self.top.use_tokens(tokens)


def _range_text(start: object, end: object) -> str:
    if start == end:
        return str(start)
    return " – ".join(
        number_text(each) if isinstance(each, float) else str(each) for each in (start, end)
    )

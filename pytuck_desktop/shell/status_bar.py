"""The line at the bottom: rows, selection, staged changes, time, engine, lock."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QStatusBar, QWidget

from pytuck_desktop.features.grid.state import SelectionSummary
from pytuck_desktop.i18n.error_texts import read_only_text
from pytuck_desktop.theme.pixmaps import pixmap
from pytuck_desktop.theme.tokens import Tokens
from pytuck_desktop.widgets.labels import ElidedLabel, PlainLabel
from pytuck_desktop.widgets.visible_text import tool_tip


@dataclass(frozen=True, slots=True)
class TableStatus:
    """What the status bar says about the table on the screen.

    Attributes:
        total: The rows of the table without a filter, once they are counted.
    """

    rows: int
    is_exact: bool
    is_estimate: bool
    is_order_ready: bool
    selection: SelectionSummary
    last_query_ms: float | None
    note: str
    is_filtered: bool = False
    total: int | None = None


@dataclass(frozen=True, slots=True)
class FileStatus:
    """What the status bar says about the file."""

    engine: str
    staged: int
    invalid: int
    is_read_only: bool
    read_only_reason: str | None
    is_paused: bool


class StatusBar(QStatusBar):
    """Shows plain facts; hidden parts take no room."""

    def __init__(self, tokens: Tokens, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tokens = tokens
        self.setSizeGripEnabled(False)
        self.rows = PlainLabel()
        self.selection = ElidedLabel(tone="muted")
        self.selection.setMinimumWidth(60)
        self.staged = PlainLabel()
        self.paused = PlainLabel(self.tr("Paused"), tone="muted")
        self.paused.setToolTip(
            self.tr("What others change is not shown until “Recent changes” goes on")
        )
        self.elapsed = PlainLabel(tone="muted")
        self.engine = PlainLabel(tone="muted")
        self._lock = QLabel()
        self.lock_reason = PlainLabel(tone="muted")
        for label, name in (
            (self.rows, self.tr("Rows")),
            (self.selection, self.tr("Selection")),
            (self.staged, self.tr("Staged changes")),
            (self.elapsed, self.tr("Time of the last query")),
            (self.engine, self.tr("Engine")),
            (self.lock_reason, self.tr("Read-only")),
        ):
            label.setAccessibleName(name)
        frame = QFrame()
        row = QHBoxLayout(frame)
        row.setContentsMargins(12, 3, 12, 4)
        row.setSpacing(18)
        row.addWidget(self.rows)
        row.addWidget(self.selection, 1)
        row.addWidget(self.staged)
        row.addWidget(self.paused)
        row.addWidget(self.elapsed)
        row.addWidget(self.engine)
        lock = QHBoxLayout()
        lock.setSpacing(5)
        lock.addWidget(self._lock)
        lock.addWidget(self.lock_reason)
        row.addLayout(lock)
        self.addWidget(frame, 1)
        self.show_table(None)
        self.show_file(None)

    def show_table(self, status: TableStatus | None) -> None:
        """Show the facts of a table, or none."""
        if status is None:
            for label in (self.rows, self.selection, self.elapsed):
                label.show_text("")
            return
        self.rows.show_text(self._rows_text(status))
        self.selection.show_text(status.note or self._selection_text(status.selection))
        elapsed = status.last_query_ms
        self.elapsed.show_text("" if elapsed is None else _elapsed_text(elapsed))

    def show_file(self, status: FileStatus | None) -> None:
        """Show the facts of a file, or none."""
        staged = 0 if status is None else status.staged
        self.staged.setVisible(staged > 0)
        if staged:
            text = self.tr("1 staged change") if staged == 1 else self.tr("{0} staged changes")
            text = text.format(f"{staged:,}")
            if status is not None and status.invalid:
                text = self.tr("{0}, {1} invalid").format(text, f"{status.invalid:,}")
            self.staged.show_text(text)
        self.staged.setStyleSheet(f"color: {self._tokens.changed_text};")
        self.engine.show_text("" if status is None else status.engine)
        self.paused.setVisible(status is not None and status.is_paused)
        locked = status is not None and status.is_read_only
        self._lock.setVisible(locked)
        self.lock_reason.setVisible(locked)
        if status is not None and locked:
            self._lock.setPixmap(pixmap("lock", self._tokens.muted, 13))
            self.lock_reason.show_text(self.tr("Read-only"))
            self.lock_reason.setToolTip(tool_tip(read_only_text(status.read_only_reason)))

    def use_tokens(self, tokens: Tokens) -> None:
        """Take the colours of a theme."""
        self._tokens = tokens
        self.staged.setStyleSheet(f"color: {tokens.changed_text};")
        self._lock.setPixmap(pixmap("lock", tokens.muted, 13))

    def _rows_text(self, status: TableStatus) -> str:
        if status.is_filtered:
            return self._found_text(status)
        if status.is_exact:
            number = f"{status.rows:,}"
            text = self.tr("1 row") if status.rows == 1 else self.tr("{0} rows").format(number)
        else:
            sign = "~" if status.is_estimate else "≥"
            text = self.tr("{0} rows").format(f"{sign} {status.rows:,}")
        if not status.is_order_ready:
            return self.tr("{0} · sorting…").format(text)
        return text

    def _found_text(self, status: TableStatus) -> str:
        number = f"{status.rows:,}" if status.is_exact else f"≥ {status.rows:,}"
        if not status.is_order_ready:
            return self.tr("{0} rows found · searching…").format(number)
        if status.total is None:
            return self.tr("{0} rows found").format(number)
        return self.tr("{0} of {1} rows").format(number, f"{status.total:,}")

    def _selection_text(self, selection: SelectionSummary) -> str:
        if selection.cells <= 1:
            return ""
        parts = [
            self.tr("{0} cells").format(f"{selection.cells:,}"),
            self.tr("{0} rows").format(f"{selection.rows:,}")
            if selection.rows > 1
            else self.tr("1 row"),
        ]
        text = self.tr("Selected: {0} in {1}").format(*parts)
        if selection.sum is None or selection.average is None:
            return text
        total = self.tr("Sum {0} · Average {1}").format(
            _number(selection.sum), _number(selection.average)
        )
        return f"{text}   {total}"


def _number(value: float) -> str:
    if isinstance(value, int):
        return f"{value:,}"
    return f"{value:,.6g}" if abs(value) < 1 else f"{value:,.2f}"


def _elapsed_text(elapsed_ms: float) -> str:
    if elapsed_ms < 1000:
        return f"{elapsed_ms:.1f} ms" if elapsed_ms < 10 else f"{elapsed_ms:.0f} ms"
    return f"{elapsed_ms / 1000:.2f} s"

"""Bars of a histogram, drawn by pyqtgraph, which is loaded beside everything else."""

from __future__ import annotations

import threading
from importlib import import_module
from typing import Any, NamedTuple

from PySide6.QtCore import QEvent, QTimer
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QVBoxLayout, QWidget

from pytuck_desktop.theme.tokens import Tokens

_HEIGHT = 150
_LOOK_EVERY_MS = 25


class Bar(NamedTuple):
    """One bar.

    Attributes:
        label: What it stands for, such as `100 to 200`.
        rows: Its height.
    """

    label: str
    rows: int


class _Library:
    """pyqtgraph takes half a second to load, so that a thread does it."""

    def __init__(self) -> None:
        self._thread: threading.Thread | None = None
        self.module: Any = None

    def begin(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._load, name="pyqtgraph", daemon=True)
            self._thread.start()

    def _load(self) -> None:
        self.module = import_module("pyqtgraph")


_library = _Library()


class BarChart(QWidget):
    """Shows bars side by side; the mouse says what each is."""

    def __init__(self, tokens: Tokens, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tokens = tokens
        self.bars: list[Bar] = []
        self._plot: Any = None
        self._item: Any = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self.setFixedHeight(_HEIGHT)
        self._wait = QTimer(self, interval=_LOOK_EVERY_MS)
        self._wait.timeout.connect(self._look)

    def show_bars(self, bars: list[Bar], name: str) -> None:
        """Show bars; `name` says what they are to those who do not see them."""
        self.bars = bars
        self.setAccessibleName(name)
        self.setAccessibleDescription("; ".join(f"{bar.label}: {bar.rows:,}" for bar in bars))
        if not bars:
            self._wait.stop()
            return
        _library.begin()
        if self._plot is None:
            self._wait.start()
        else:
            self._draw()

    @property
    def is_drawn(self) -> bool:
        """Whether the bars are on the screen."""
        return self._item is not None

    def use_tokens(self, tokens: Tokens) -> None:
        """Take the colours of a theme."""
        self._tokens = tokens
        if self._plot is not None and self.bars:
            self._draw()

    def _look(self) -> None:
        if _library.module is not None:
            self._wait.stop()
            self._build()
            self._draw()

    def _build(self) -> None:
        plot = _library.module.PlotWidget(self)
        plot.setMouseEnabled(x=False, y=False)
        plot.setMenuEnabled(False)
        plot.hideButtons()
        plot.hideAxis("left")
        plot.getAxis("bottom").setStyle(tickLength=0)
        plot.viewport().setMouseTracking(True)
        plot.viewport().installEventFilter(self)
        self._plot = plot
        self._column.addWidget(plot)

    def _draw(self) -> None:
        tokens, plot = self._tokens, self._plot
        plot.setBackground(QColor(tokens.base))
        plot.clear()
        places = list(range(len(self.bars)))
        self._item = _library.module.BarGraphItem(
            x=places,
            height=[bar.rows for bar in self.bars],
            width=0.86,
            brush=QColor(tokens.accent),
            pen=None,
        )
        plot.addItem(self._item)
        axis = plot.getAxis("bottom")
        axis.setPen(QColor(tokens.border))
        axis.setTextPen(QColor(tokens.muted))
        axis.setTicks([self._ticks()])
        plot.setXRange(-0.5, max(0.5, len(self.bars) - 0.5), padding=0.02)
        plot.setYRange(0, max(1, max((bar.rows for bar in self.bars), default=1)), padding=0.04)

    def _ticks(self) -> list[tuple[int, str]]:
        """Return the labels there is room for: the first, the middle and the last."""
        last = len(self.bars) - 1
        places = sorted({0, last // 2, last}) if last > 4 else [0, last]
        return [(place, self.bars[place].label.split("–")[0].strip()) for place in places]

    def eventFilter(self, watched: Any, event: QEvent) -> bool:
        if event.type() == QEvent.Type.MouseMove and self._plot is not None:
            at = self._plot.plotItem.vb.mapSceneToView(event.position())  # type: ignore[attr-defined]
            place = round(at.x())
            bar = self.bars[place] if 0 <= place < len(self.bars) else None
            self._plot.setToolTip("" if bar is None else f"{bar.label}: {bar.rows:,}")
        return super().eventFilter(watched, event)

"""Line drawings from `resources/icons`, in the colours of the theme."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtGui import QColor, QGuiApplication, QPixmap

from pytuck_desktop.resources import resource_path

SIZE = 16
"""Edge of an icon in device-independent pixels."""

_DRAWN_SIZE = 'width="24" height="24"'
"""How every file of the folder gives its size."""


@lru_cache(maxsize=256)
def pixmap(name: str, colour: str, size: int = SIZE) -> QPixmap:
    """Return an icon drawn in one colour, sharp on the densest screen.

    Read by Qt's SVG image plugin: importing QtSvg would cost start-up time.
    """
    ratio = max((screen.devicePixelRatio() for screen in QGuiApplication.screens()), default=1.0)
    edge = round(size * ratio)
    with open(resource_path("icons", f"{name}.svg"), encoding="utf-8") as file:
        source = file.read().replace("currentColor", colour)
    drawn = QPixmap()
    drawn.loadFromData(
        source.replace(_DRAWN_SIZE, f'width="{edge}" height="{edge}"', 1).encode(), "svg"
    )
    drawn.setDevicePixelRatio(ratio)
    return drawn


@lru_cache(maxsize=64)
def plain(colour: str) -> QPixmap:
    """Return one pixel of a colour, to be drawn as large as wanted.

    `QPainter.fillRect` loads the classes of brushes and gradients, which costs start-up time.
    """
    made = QPixmap(1, 1)
    made.fill(QColor(colour))
    return made

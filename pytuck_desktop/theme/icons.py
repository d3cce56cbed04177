"""Line icons from `resources/icons`, in the colours of the theme."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QSize
from PySide6.QtGui import QGuiApplication, QIcon, QImageReader, QPixmap

from pytuck_desktop.resources import resource_path
from pytuck_desktop.theme.tokens import Tokens

SIZE = 16
"""Edge of an icon in device-independent pixels."""


@lru_cache(maxsize=256)
def pixmap(name: str, colour: str, size: int = SIZE) -> QPixmap:
    """Return an icon drawn in one colour, sharp on the densest screen.

    Read by Qt's SVG image plugin: importing QtSvg would cost start-up time.
    """
    with open(resource_path("icons", f"{name}.svg"), encoding="utf-8") as file:
        source = file.read().replace("currentColor", colour)
    data = QByteArray(source.encode())
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    reader = QImageReader(buffer, QByteArray(b"svg"))
    ratio = max((screen.devicePixelRatio() for screen in QGuiApplication.screens()), default=1.0)
    reader.setScaledSize(QSize(round(size * ratio), round(size * ratio)))
    drawn = QPixmap.fromImage(reader.read())
    drawn.setDevicePixelRatio(ratio)
    return drawn


@lru_cache(maxsize=256)
def icon(name: str, tokens: Tokens, colour: str = "") -> QIcon:
    """Return an icon with its disabled form; `colour` instead of the text colour if given."""
    made = QIcon(pixmap(name, colour or tokens.text))
    made.addPixmap(pixmap(name, tokens.disabled), QIcon.Mode.Disabled)
    return made

"""Images from files as small as they are shown, decoded within limits.

An image is hostile until proven otherwise: its pixels and its format are limited before anything
of it is decoded.
"""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QSize, Qt
from PySide6.QtGui import QImage, QImageReader

_MOST_PIXELS = {"jpeg": 16_000_000}
_MOST_PIXELS_ELSE = 8_000_000
"""More are not decoded; JPEG is decoded at a part of its size."""

_FORMATS = {
    b"\x89PNG": "png",
    b"\xff\xd8\xff": "jpeg",
    b"GIF8": "gif",
    b"BM": "bmp",
    b"RIFF": "webp",
}
"""What is decoded at all, by what it begins with."""


class ImageFacts(NamedTuple):
    """What an image says of itself."""

    kind: str
    size: QSize


def image_kind(beginning: bytes) -> str | None:
    """Return the format of an image by its first bytes; None for anything else."""
    return next((name for head, name in _FORMATS.items() if beginning.startswith(head)), None)


def image_facts(data: bytes) -> ImageFacts | None:
    """Return the format and size of an image; None if it is none."""
    kind = image_kind(data)
    if kind is None:
        return None
    reader, _buffer = _reader(data, kind)
    size = reader.size()
    return ImageFacts(kind, size) if size.isValid() else None


def small_image(data: bytes, box: QSize) -> QImage:
    """Return an image that fits in a box; a null image where it is none, or too large."""
    kind = image_kind(data)
    if kind is None:
        return QImage()
    reader, _buffer = _reader(data, kind)
    size = reader.size()
    pixels = size.width() * size.height()
    if not size.isValid() or not 0 < pixels <= _MOST_PIXELS.get(kind, _MOST_PIXELS_ELSE):
        return QImage()
    fitted = size.scaled(box, Qt.AspectRatioMode.KeepAspectRatio)
    if fitted.width() > size.width():
        fitted = size
    reader.setScaledSize(fitted.expandedTo(QSize(1, 1)))
    return reader.read()


def _reader(data: bytes, kind: str) -> tuple[QImageReader, QBuffer]:
    """Return a reader with the buffer it reads, which must live as long."""
    buffer = QBuffer()
    buffer.setData(QByteArray(data))
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    reader = QImageReader(buffer, QByteArray(kind.encode()))
    reader.setAutoDetectImageFormat(False)
    return reader, buffer

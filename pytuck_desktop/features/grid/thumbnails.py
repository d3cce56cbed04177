"""Small pictures of images in cells, fetched and decoded beside everything else.

An image is hostile until proven otherwise: its bytes are limited here, its pixels and its format
by `widgets/small_image`, and it is decoded in a thread of its own.
"""

from __future__ import annotations

import contextlib
from collections import OrderedDict
from typing import NamedTuple

from PySide6.QtCore import QObject, QRunnable, QSize, Qt, QThreadPool, Signal
from PySide6.QtGui import QImage, QPixmap

from pytuck_desktop.features.grid.display import Stored
from pytuck_desktop.features.grid.viewmodel import GridViewModel
from pytuck_desktop.widgets.small_image import small_image
from pytuck_desktop.workspace.staged_edits import Identity

MOST_BYTES = 4 * 1024 * 1024
"""Larger images are not fetched for a small picture."""

_KEPT, _WAITING = 500, 60
"""The most pictures kept, and the most cells that wait for theirs."""


class _Key(NamedTuple):
    """A cell with the value it has now."""

    identity: Identity | None
    column: int
    beginning: bytes
    size: int


class Thumbnails(QObject):
    """The small pictures of one grid.

    Args:
        box: The most room for a picture, in device pixels.
        ratio: Device pixels for one of Qt's.
    """

    arrived = Signal()  # there is one more picture
    decoded = Signal(object, QImage)  # by the thread

    def __init__(self, viewmodel: GridViewModel, box: QSize, ratio: float, parent: QObject) -> None:
        super().__init__(parent)
        self._viewmodel = viewmodel
        self._box = box
        self._ratio = ratio
        self._kept: OrderedDict[_Key, QPixmap | None] = OrderedDict()
        self._waiting: dict[_Key, tuple[int, int]] = {}
        self._running: _Key | None = None
        self._threads = QThreadPool(self)
        self._threads.setMaxThreadCount(1)
        self.decoded.connect(self._keep, Qt.ConnectionType.QueuedConnection)

    def picture(self, row: int, column: int) -> QPixmap | None:
        """Return the picture of a cell, None if there is none or it is on its way."""
        key = self._key(row, column)
        if key is None:
            return None
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        if key != self._running:
            self._waiting.pop(key, None)
            self._waiting[key] = (row, column)
            while len(self._waiting) > _WAITING:  # those scrolled away ask again when they return
                del self._waiting[next(iter(self._waiting))]
            self._go_on()
        return None

    def _key(self, row: int, column: int) -> _Key | None:
        value = self._viewmodel.stored(row, column)
        if not isinstance(value, bytes):
            return None
        size = self._viewmodel.full_length(row, column) or len(value)
        if size > MOST_BYTES:
            return None
        return _Key(self._viewmodel.identity(row), column, value, size)

    def _go_on(self) -> None:
        """Begin with the cell that was asked for last, if none is being worked on."""
        if self._running is not None or not self._waiting:
            return
        key, (row, column) = self._waiting.popitem()
        self._running = key
        if self._key(row, column) != key:
            self._finish(key, None, is_known=False)  # another row stands there by now
            return
        self._viewmodel.fetch_whole(
            row, column, lambda value: self._decode(key, value), lambda _: self._keep(key, None)
        )

    def _decode(self, key: _Key, value: Stored) -> None:
        if not isinstance(value, bytes):
            self._finish(key, None, is_known=False)
            return
        self._threads.start(_Decoding(self, key, value, self._box))

    def _keep(self, key: _Key, image: QImage | None) -> None:
        picture = None
        if image is not None and not image.isNull():
            picture = QPixmap.fromImage(image)
            picture.setDevicePixelRatio(self._ratio)
        self._finish(key, picture, is_known=True)

    def _finish(self, key: _Key, picture: QPixmap | None, *, is_known: bool) -> None:
        self._running = None
        if is_known:
            self._kept[key] = picture
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        if picture is not None:
            self.arrived.emit()
        self._go_on()


class _Decoding(QRunnable):
    """Decodes one image at the size it is shown in."""

    def __init__(self, owner: Thumbnails, key: _Key, data: bytes, box: QSize) -> None:
        super().__init__()
        self._owner = owner
        self._key = key
        self._data = data
        self._box = box

    def run(self) -> None:
        image = small_image(self._data, self._box)
        with contextlib.suppress(RuntimeError):  # the grid was closed meanwhile
            self._owner.decoded.emit(self._key, image)

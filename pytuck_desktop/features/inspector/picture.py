"""A picture that fits in the room it gets, decoded in a thread of its own."""

from __future__ import annotations

import contextlib

from PySide6.QtCore import QRunnable, QSize, Qt, QThreadPool, Signal
from PySide6.QtGui import QImage, QPixmap, QResizeEvent
from PySide6.QtWidgets import QLabel, QWidget

from pytuck_desktop.widgets.small_image import small_image


class Picture(QLabel):
    """Shows an image from a file, never larger than it is."""

    decoded = Signal(object, QImage)  # the bytes, by the thread

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._data = b""
        self._box = QSize()
        self.image = QImage()
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setMinimumSize(40, 40)
        self._threads = QThreadPool(self)
        self._threads.setMaxThreadCount(1)
        self.decoded.connect(self._take, Qt.ConnectionType.QueuedConnection)

    def show_image(self, data: bytes) -> None:
        """Show an image, as soon as it is decoded."""
        if data != self._data:
            self._data = data
            self.image = QImage()
            self.clear()
            self._decode()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._decode()

    def _decode(self) -> None:
        box = self.contentsRect().size() * self.devicePixelRatioF()
        if self._data and not box.isEmpty():
            self._box = box
            self._threads.clear()
            self._threads.start(_Decoding(self, self._data, box))

    def _take(self, data: bytes, image: QImage) -> None:
        if data is not self._data:
            return
        self.image = image
        if image.isNull():
            self.setText(self.tr("This image cannot be shown."))
            return
        picture = QPixmap.fromImage(image)
        picture.setDevicePixelRatio(self.devicePixelRatioF())
        self.setPixmap(picture)


class _Decoding(QRunnable):
    """Decodes one image at the size it is shown in."""

    def __init__(self, owner: Picture, data: bytes, box: QSize) -> None:
        super().__init__()
        self._owner = owner
        self._data = data
        self._box = box

    def run(self) -> None:
        image = small_image(self._data, self._box)
        with contextlib.suppress(RuntimeError):  # the panel was closed meanwhile
            self._owner.decoded.emit(self._data, image)

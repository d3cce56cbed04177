"""Which value is inspected, and fetching it: at once where it is small, else when asked. QtCore."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer, Signal

from pytuck_desktop.features.inspector.state import PART_LENGTH, Content, cut, local_content
from pytuck_desktop.widgets.small_image import image_kind
from pytuck_desktop.worker.client import ErrorInfo
from pytuck_desktop.workspace.documents import Job
from pytuck_desktop.workspace.file_info import ColumnInfo
from pytuck_desktop.workspace.places import Place
from pytuck_desktop.workspace.row_search import unless_given_up
from pytuck_desktop.workspace.staged_edits import NewRow

if TYPE_CHECKING:
    from pytuck.types import Stored

AT_ONCE_BYTES = 256 * 1024
IMAGE_AT_ONCE_BYTES = 4 * 1024 * 1024
MOST_IMAGE_BYTES = 32 * 1024 * 1024
"""Values up to these sizes are fetched without being asked for; larger images never whole."""

_DELAY_MS = 100
"""The user may only pass by a value."""


class InspectorViewModel(QObject):
    """The value of the current cell."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.place: Place | None = None
        self.content: Content | None = None
        self.error: ErrorInfo | None = None
        self._whole: Content | None = None
        self._job: Job | None = None
        self._later = QTimer(self, singleShot=True, interval=_DELAY_MS)
        self._later.timeout.connect(self.load)

    @property
    def is_loading(self) -> bool:
        """Whether more of the value is on its way."""
        return self._job is not None or self._later.isActive()

    @property
    def column(self) -> ColumnInfo | None:
        """The column of the value."""
        place = self.place
        if place is None or place.column is None:
            return None
        tables = {table.name: table for table in place.document.tables}
        table = tables.get(place.table)
        columns = () if table is None else table.columns
        return next((one for one in columns if one.name == place.column), None)

    def show(self, place: Place | None) -> None:
        """Show the value of a place."""
        before, self.place = self.place, place
        value = _value(place)
        if value == _value(before) and _cell(place) == _cell(before):
            return
        self.cancel()
        self.error = None
        self._whole = self.content = self._local(value)
        if self.content is not None and self._whole is not None:
            self.content = cut(self._whole, 0)
            if self.content.is_beginning and self._is_small(self.content):
                self._later.start()
        self.changed.emit()

    def _local(self, value: tuple[Stored, int, bool] | None) -> Content | None:
        column = self.column
        if value is None or column is None:
            return None
        known, size, is_damaged = value
        if not size:
            return local_content(column, known, is_damaged=is_damaged)
        return Content(column, known, size_bytes=size, is_beginning=True, is_damaged=is_damaged)

    @staticmethod
    def _is_small(content: Content) -> bool:
        is_image = isinstance(content.part, bytes) and image_kind(content.part) is not None
        return content.size_bytes <= (IMAGE_AT_ONCE_BYTES if is_image else AT_ONCE_BYTES)

    # --- fetching --------------------------------------------------------------------------

    def load(self) -> None:
        """Fetch the first part of a value of which only the beginning is here."""
        self._fetch(0)

    def step(self, by: int) -> None:
        """Show the next part, or the one before."""
        content = self.content
        if content is None or not isinstance(content.part, (str, bytes)):
            return
        count = PART_LENGTH[str if isinstance(content.part, str) else bytes]
        first = max(0, content.first + by * count)
        if content.length is not None and first >= content.length:
            return
        if self._whole is not None and not self._whole.is_beginning:
            self.content = cut(self._whole, first)
            self.changed.emit()
        else:
            self._fetch(first)

    def _fetch(self, first: int) -> None:
        place, content = self.place, self.content
        self.cancel()
        if place is None or content is None or isinstance(place.identity, (NewRow, type(None))):
            return
        # A part of an image shows nothing.
        is_image = self._wants_image(content)
        count = content.size_bytes if is_image else PART_LENGTH[bytes]
        arguments = {
            "table": place.table,
            "identity": place.identity,
            "column": place.column,
            "first": first,
            "characters": PART_LENGTH[str],
            "bytes": count,
        }
        failed = unless_given_up(self._fail)
        self._job = place.document.ask(
            "value_part",
            arguments,
            lambda _: None,
            lambda answer: self._take(place, answer),
            failed,
        )
        self.changed.emit()

    @staticmethod
    def _wants_image(content: Content) -> bool:
        is_image = isinstance(content.part, bytes) and image_kind(content.part) is not None
        return is_image and content.size_bytes <= MOST_IMAGE_BYTES

    def _take(self, place: Place, plain: dict[str, Any]) -> None:
        self._job = None
        column = self.column
        if _cell(place) != _cell(self.place) or column is None:
            return
        part, first = plain["part"], plain["first"]
        length, size = plain["length"], plain["size"]
        damaged = plain["damaged"]
        self.content = Content(column, part, first, length, size, plain["json"], False, damaged)
        if first == 0 and not self.content.is_part:
            self._whole = self.content
            self.content = cut(self.content, 0)
        self.changed.emit()

    def _fail(self, error: ErrorInfo) -> None:
        self._job = None
        self.error = error
        self.changed.emit()

    def cancel(self) -> None:
        """Give up what is being fetched."""
        self._later.stop()
        job, self._job = self._job, None
        if job is not None:
            job.cancel()
            self.changed.emit()

    @property
    def whole_bytes(self) -> bytes | None:
        """The whole of a blob, if it is here."""
        whole = self._whole
        is_here = whole is not None and not whole.is_beginning
        return whole.part if is_here and whole and isinstance(whole.part, bytes) else None


def _cell(place: Place | None) -> tuple[object, ...]:
    return () if place is None else (place.document, *place.cell, place.position)


def _value(place: Place | None) -> tuple[Stored, int, bool] | None:
    """Return a value, its size if only its beginning is known, and whether it is damaged."""
    if place is None or place.row is None or place.column not in place.row.names:
        return None
    row = place.row
    at = row.names.index(place.column)
    size = 0 if row.wide is None else row.wide.get(at, 0)
    return row.values[at], size, at in row.damaged and at not in row.changed

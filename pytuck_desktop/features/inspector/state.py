"""What is known of one value, and the forms it can be shown in. No Qt, no wording."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

from pytuck_desktop.worker.json_layout import laid_out
from pytuck_desktop.workspace.file_info import ColumnInfo

if TYPE_CHECKING:
    from pytuck.types import Stored

PART_LENGTH = {str: 200_000, bytes: 64 * 1024}
"""Characters and bytes that are shown at once."""

LAID_OUT_AT_ONCE = 20_000
"""Characters of JSON that the window lays out itself."""


class Form(Enum):
    """A way to show a value."""

    TEXT = "text"
    JSON = "json"
    IMAGE = "image"
    HEX = "hex"


class Content(NamedTuple):
    """A value, or a part of it.

    Attributes:
        part: What is known; of a text or blob from `first` on.
        length: Of the whole, in characters or bytes; None while that is not known.
        size_bytes: Of the whole.
        json: The value laid out, if it is JSON.
        is_beginning: Only what the rows brought along; more comes when it is asked for.
    """

    column: ColumnInfo
    part: Stored
    first: int = 0
    length: int | None = None
    size_bytes: int = 0
    json: str | None = None
    is_beginning: bool = False
    is_damaged: bool = False

    @property
    def is_part(self) -> bool:
        """Whether there is more than is shown."""
        known = len(self.part) if isinstance(self.part, (str, bytes)) else 0
        return self.length is not None and known < self.length

    @property
    def last(self) -> int:
        """The place after the last character or byte that is shown."""
        return self.first + (len(self.part) if isinstance(self.part, (str, bytes)) else 0)


def local_content(column: ColumnInfo, value: Stored, *, is_damaged: bool = False) -> Content:
    """Return the content for a value that is known whole; a long one begins with its first part."""
    if not isinstance(value, (str, bytes)):
        return Content(column, value)
    size = len(value.encode("utf-8", errors="surrogatepass")) if isinstance(value, str) else None
    json = None
    if isinstance(value, str) and len(value) <= LAID_OUT_AT_ONCE:
        json = laid_out(value)
    length = len(value)
    size_bytes = length if size is None else size
    return Content(column, value, 0, length, size_bytes, json, is_damaged=is_damaged)


def cut(content: Content, first: int) -> Content:
    """Return the part of a content that is known whole, from `first` on."""
    part = content.part
    if not isinstance(part, (str, bytes)):
        return content
    count = PART_LENGTH[str if isinstance(part, str) else bytes]
    if len(part) <= count:
        return content
    return content._replace(part=part[first : first + count], first=first)

"""What is remembered of an XML file, to write it again in its shape and only in part."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from pytuck.formats.base import Layout
from pytuck.formats.row_chunks import ChunkMap
from pytuck.schema import Table

Shape = Literal["own", "flat", "other"]
"""Our own layout; somebody's flat list of records; anything else, which is not written."""

Part = Literal["attribute", "element", "text"]
"""Where a record has a value: in an attribute, in an element inside it, or between its tags."""


@dataclass(frozen=True, slots=True)
class ForeignColumn:
    """How somebody else's file writes one column.

    Attributes:
        part: Where.
        name: The name of the attribute or element; empty for the text.
        words: The texts for true and false.
        separator: Stands between the date and the time.
        digits: Of the seconds' fraction; None where nobody wrote a point in time.
        zone: How UTC is written.
    """

    part: Part
    name: str = ""
    words: tuple[str, str] | None = None
    separator: str = "T"
    digits: int | None = None
    zone: str = "+00:00"


@dataclass(slots=True)
class FlatList:
    """A file that is one element with records in it.

    Attributes:
        table: The table that the records are.
        encoding: Its encoding, by Python's name.
        mark: Its byte order mark.
        head: What stands before the first record, and `tail` behind the last, in UTF-8.
        tag: The element of a record.
        indent: What stands before a record, and `inner` before an element in it.
        columns: How each column is written.
    """

    table: str
    encoding: str
    mark: bytes
    head: bytes
    tail: bytes
    tag: str
    indent: str
    inner: str
    columns: dict[str, ForeignColumn]


@dataclass(slots=True)
class XmlLayout(Layout):
    """How an XML file is laid out.

    Attributes:
        shape: What it looks like as a whole.
        is_pretty: Elements of ours are moved in.
        tables: The tables in it.
        chunks: Where the rows of each table are, in our own layout in UTF-8.
        flat: How a flat list of records is written.
    """

    shape: Shape = "own"
    is_pretty: bool = True
    tables: dict[str, Table] = field(default_factory=dict)
    chunks: dict[str, ChunkMap] = field(default_factory=dict)
    flat: FlatList | None = None

"""What is remembered of a JSON file, to write it again in its shape and only in part."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from pytuck.formats.base import Layout
from pytuck.formats.row_chunks import ChunkMap
from pytuck.schema import Table

Shape = Literal["own", "records", "tables", "record"]
"""Our own layout; somebody's list of records; object of such lists; one record alone."""

TimeStyle = tuple[str, int, str]
"""How a point in time is written: before the time, digits of the seconds, the zone `Z` or not."""


@dataclass(slots=True)
class ForeignTable:
    """How somebody else's file wrote one table.

    Attributes:
        name: Its name there; a database may need another one.
        keys: The keys of its records, for each column.
        sparse: The keys that some records lack; NULL is written as a lack there, too.
        styles: How points in time are written, by column.
        time_stamps: The columns that have points in time of the file's own kind.
    """

    name: str
    keys: dict[str, str] = field(default_factory=dict)
    sparse: frozenset[str] = frozenset()
    styles: dict[str, TimeStyle] = field(default_factory=dict)
    time_stamps: frozenset[str] = frozenset()


@dataclass(slots=True)
class RecordsLayout(Layout):
    """How a file of ours, or of somebody else who wrote records, is laid out.

    Attributes:
        tables: The tables in it.
        foreign: How somebody else's file wrote each table.
        empty: Names of empty lists there, which are no tables without columns.
    """

    tables: dict[str, Table] = field(default_factory=dict)
    foreign: dict[str, ForeignTable] = field(default_factory=dict)
    empty: tuple[str, ...] = ()


@dataclass(slots=True)
class JsonLayout(RecordsLayout):
    """How a JSON file is laid out.

    Attributes:
        shape: What it looks like as a whole.
        chunks: Where the rows of each table are, in our own layout.
        indent: Spaces that each level is moved in by; None if records are on one line.
    """

    shape: Shape = "own"
    chunks: dict[str, ChunkMap] = field(default_factory=dict)
    indent: int | None = None

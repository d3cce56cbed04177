"""Tables with columns of every type, nasty values and values that do not fit their column."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

from hypothesis import strategies as st

from pytuck.formats.base import Format, Layout
from pytuck.schema import Column, ForeignKey, Index, Table
from pytuck.types import RAW, TYPES
from tests.core.formats.table_rows import RowsInMemory
from tests.strategies import VALUES, floats, integers, texts

STORED = st.none() | integers | floats | texts | st.binary(max_size=20)
"""Whatever SQLite may hold in any column."""

KINDS = [*VALUES, UUID]
COLUMNS = (
    Column("id", TYPES[int], nullable=False, primary_key=True, autoincrement=True),
    *(Column(f"a {kind.__name__}", TYPES[kind], comment="ü\n\"'") for kind in KINDS),
    Column("raw", RAW),
)
EVERYTHING = Table(
    "every thing/..\\é",
    COLUMNS,
    primary_key=("id",),
    indexes=(Index("by text", ("a str", "a int"), is_unique=True),),
    comment="a comment",
    rowid_alias="id",
)
CHILD = Table(
    "CHILD",
    (Column("of", TYPES[int]), Column("name", TYPES[str], nullable=False, default="it's")),
    foreign_keys=(ForeignKey(("of",), EVERYTHING.name, ("id",)),),
)
EMPTY = Table("empty", (Column("a", TYPES[str]),))


def _stored(kind: type) -> st.SearchStrategy[Any]:
    values = st.uuids() if kind is UUID else VALUES[kind]
    return st.none() | values.map(TYPES[kind].to_storage)  # type: ignore[arg-type]


fitting_cells = st.tuples(*map(_stored, KINDS), STORED)
NO_INTEGER = STORED.filter(lambda value: type(value) is not int)
"""What a REAL column may hold: it makes floats of whole numbers."""

any_cells = st.tuples(*(NO_INTEGER if kind is float else STORED for kind in KINDS), STORED)


@st.composite
def rows_of_everything(draw: Any, cells: Any = fitting_cells | any_cells) -> RowsInMemory:
    keys = draw(st.lists(integers, max_size=8, unique=True))
    rows = [(key, *draw(cells)) for key in keys]
    return RowsInMemory(EVERYTHING, rows, next_key=draw(st.none() | st.just(2**40)))


def rows_of_child() -> RowsInMemory:
    return RowsInMemory(CHILD, [(1, ""), (None, "NULL"), (1, "007"), (1, ""), (2, "a\0b\r\n\t ")])


def read_all(format_: Format, path: Path, **how: Any) -> tuple[dict[str, Any], Layout]:
    """Return the tables of a file with their rows, and its layout."""
    found = {}
    with format_.read(path, **how) as reading:
        for stream in reading:
            rows = [tuple(row) for batch in stream.batches for row in batch]
            found[stream.table.name] = (stream.table, rows, stream.next_key)
        return found, reading.layout


def expected(tables: Sequence[RowsInMemory]) -> dict[str, Any]:
    """Return what reading them again must give."""
    return {
        rows.table.name: (
            rows.table,
            [row[:-1] for batch in rows.batches() for row in batch],
            rows.next_key,
        )
        for rows in tables
    }


def typed(rows: Sequence[Sequence[object]]) -> list[list[tuple[str, str]]]:
    """Return rows in a form in which 1, True and 1.0 differ, and -0.0 and 0.0."""
    return [[(type(value).__name__, repr(value)) for value in row] for row in rows]


def assert_same(found: dict[str, Any], wanted: dict[str, Any]) -> None:
    assert list(found) == list(wanted)
    for name, (table, rows, next_key) in wanted.items():
        assert found[name][0] == table
        assert typed(found[name][1]) == typed(rows)
        assert found[name][2] == next_key


SMALL = RowsInMemory(
    Table(
        "small",
        (Column("id", TYPES[int], nullable=False, primary_key=True), Column("name", TYPES[str])),
        primary_key=("id",),
        rowid_alias="id",
    ),
    [(number, f"name {number}") for number in range(1, 6)],
)

FOREIGN = [
    {"name": "Ann", "age": 1, "born": "2001-02-03", "tags": ["a", {"b": None}], "on": True},
    {"name": "", "age": None, "born": None, "tags": [], "on": False},
]
"""Records as somebody else's program keeps them."""

PLAIN_OBJECTS = [datetime(2020, 1, 2, 3, 4, 5), date(2020, 1, 2), Decimal("1.50")]

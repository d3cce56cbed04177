"""Tables with every type, nasty names and nasty values, as hypothesis draws them."""

from __future__ import annotations

from hypothesis import strategies as st

from pytuck.schema import MISSING, Column, ForeignKey, Index, Table
from pytuck.types import JSON, RAW, TYPES
from tests.core.formats.table_rows import RowsInMemory
from tests.strategies import VALUES, json_values, texts

names = st.one_of(
    st.sampled_from(
        [
            "a",
            "b c",
            'quo"te',
            "表",
            "$bytes",
            "$stored",
            "",
            "},\n{",
            "]}",
            "records",
            "\u2028",
            "é",
        ]
    ),
    st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=8),
)
misfits = st.one_of(
    st.none(), st.text(max_size=5).filter(str.isprintable), st.binary(max_size=5), st.just(7)
)


def stored(kind):
    type_ = TYPES[kind]
    return VALUES[kind].map(type_.to_storage)


@st.composite
def tables(draw, name=None):
    """A table, with the strategy for each of its columns."""
    column_names = draw(st.lists(names, min_size=1, max_size=6, unique_by=str.lower))
    columns, values = [], []
    for column in column_names:
        kind = draw(st.sampled_from([*VALUES, None, dict]))
        if kind is None:
            type_ = draw(st.sampled_from([JSON, RAW]))
            value = json_values.map(JSON.encode) if type_ is JSON else misfits
        else:
            type_ = TYPES[kind]
            value = stored(kind)
        default = MISSING
        if kind in VALUES and draw(st.booleans()):
            default = draw(VALUES[kind])
        columns.append(
            Column(column, type_, comment=draw(st.none() | st.just('说明 "x"')), default=default)
        )
        values.append(st.none() | value)
    target = draw(names)
    table = Table(
        name if name is not None else draw(names),
        tuple(columns),
        indexes=(Index("i", (column_names[0],), draw(st.booleans())),),
        foreign_keys=(ForeignKey((column_names[-1],), target, ("x",)),),
        comment=draw(st.none() | texts.filter(bool)),
    )
    return table, values


@st.composite
def several(draw, most=3):
    """Several tables with rows, to be written."""
    count = draw(st.integers(0, most))
    table_names = draw(st.lists(names, min_size=count, max_size=count, unique_by=str.lower))
    found = []
    for name in table_names:
        table, values = draw(tables(name))
        rows = draw(st.lists(st.tuples(*values), max_size=6))
        found.append(RowsInMemory(table, rows, next_key=draw(st.none() | st.integers(1, 99))))
    return found


KEYED = Table(
    "t",
    (
        Column("id", TYPES[int], nullable=False, primary_key=True),
        Column("text", TYPES[str]),
        Column("list", TYPES[list]),
    ),
    primary_key=("id",),
    rowid_alias="id",
)

OTHER = Table("other", KEYED.columns, primary_key=("id",), rowid_alias="id")


def keyed_rows(count, first=1):
    return [(number, f"row {number}\n", f"[{number}]") for number in range(first, first + count)]


def contents(format_, path, options=None):
    """Everything that reading a file gives."""
    found = []
    with format_.read(path, options) as reading:
        for stream in reading:
            rows = [tuple(row) for batch in stream.batches for row in batch]
            found.append((stream.table, stream.next_key, rows))
    return found, reading.layout


def expected(tables):
    return [(rows.table, rows.next_key, rows.rows) for rows in tables]


def agree(found, tables):
    """What was read is what was written: equal tables, and values of the same kinds."""
    wanted = expected(tables)
    tables_agree = [(table, key) for table, key, _ in found] == [item[:2] for item in wanted]
    return tables_agree and same([item[2] for item in found], [item[2] for item in wanted])


def same(left, right):
    """Equal, with the same kinds of numbers."""
    return repr(left) == repr(right)

"""Rows of stored values of every type, nasty ones included."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from uuid import UUID

from hypothesis import strategies as st

from pytuck.schema import Column, Table
from pytuck.types import RAW, TYPES

TEXTS = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=12),
    st.sampled_from(
        ["", "\\t:x", "=1+1", "_x0041_", "a\rb\r\nc", " x ", "\0", "\ufffe", "007", "]]>"]
    ),
)
_KINDS = {
    int: st.integers(-(2**63), 2**63 - 1),
    float: st.floats(allow_nan=False),
    str: TEXTS,
    bool: st.booleans(),
    bytes: st.binary(max_size=8),
    datetime: st.datetimes(),
    date: st.dates(),
    time: st.times(),
    timedelta: st.timedeltas(timedelta(-90_000), timedelta(90_000)),
    dict: st.dictionaries(TEXTS, st.integers() | TEXTS, max_size=2),
    Decimal: st.decimals(allow_nan=False, allow_infinity=False, places=3),
    UUID: st.uuids(),
}
ANYTHING = st.none() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False) | TEXTS
TABLE = Table(
    "Ärger/[x]",
    (*(Column(f"c {kind.__name__}\n<&", TYPES[kind]) for kind in _KINDS), Column("raw", RAW)),
)


def rows():
    """Return a strategy of rows of `TABLE`, some of whose values are not of their column."""
    cells = [
        st.none() | values.map(TYPES[kind].to_storage) | st.sampled_from(["odd", b"\xff", 5])
        for kind, values in _KINDS.items()
    ]
    return st.lists(st.tuples(*cells, ANYTHING), max_size=5)


def same(one, other):
    """Whether rows are the same, with the types of their values and the signs of zeros."""
    return list(map(repr, one)) == list(map(repr, other))

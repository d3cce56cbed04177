"""Stored values keep their value and kind as values of JSON."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytuck.common.exceptions import CorruptFileError
from pytuck.formats.json_cells import JsonCells
from pytuck.schema import Column, Table
from pytuck.types import JSON, RAW, TYPES, type_of
from pytuck.types.json_values import to_json_text
from tests.strategies import VALUES, json_values

anything = st.one_of(
    st.none(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False),
    st.text(st.characters(exclude_categories=("Cs",))),
    st.binary(),
    st.sampled_from(["null", "1", "{}", '{"$stored":1}', '{"a":1}', '{"a": 1}', "NaN", "[" * 900]),
)


def cells_of(*types):
    columns = tuple(Column(f"c{number}", type_) for number, type_ in enumerate(types))
    return JsonCells(Table("t", columns), Path("file.json"))


def through_json(cells, rows):
    text = json.dumps([list(row) for row in cells.encode(rows)], allow_nan=False)
    return cells.decode(json.loads(text))


def same(left, right):
    return repr(left) == repr(right)


@settings(deadline=None)
@given(st.data())
def test_values_of_every_type_come_back(data):
    kind = data.draw(st.sampled_from(list(VALUES)))
    value = data.draw(VALUES[kind])
    stored = type_of(kind).to_storage(value)
    assert same(through_json(cells_of(type_of(kind)), [(stored,), (None,)]), [(stored,), (None,)])


@settings(deadline=None)
@given(json_values)
def test_values_of_json_columns_come_back(value):
    stored = to_json_text(value)
    assert through_json(cells_of(JSON), [(stored,)]) == [(stored,)]


@settings(deadline=None)
@given(st.sampled_from([*TYPES.values(), JSON, RAW]), st.lists(anything, min_size=1))
def test_values_that_do_not_fit_their_column_come_back(type_, values):
    rows = [(value,) for value in values if not (type_ is TYPES[float] and type(value) is int)]
    assert same(through_json(cells_of(type_), rows), rows)


def test_lists_and_dictionaries_stand_in_the_file_as_themselves():
    cells = cells_of(type_of(list), type_of(dict), type_of(bool), type_of(bytes))
    (row,) = cells.encode([("[1,2]", '{"$$a":1}', 1, b"hi")])
    assert row == ([1, 2], {"$$a": 1}, True, "aGk=")


@pytest.mark.parametrize(
    ("type_", "cell"),
    [
        (TYPES[str], {"a": 1}),
        (TYPES[str], [1]),
        (TYPES[int], 2**63),
        (TYPES[bytes], "not base64!"),
        (TYPES[bytes], {"$bytes": 7}),
        (TYPES[float], {"$float": "x"}),
        (JSON, "\ud800"),
        (JSON, {"$stored": [1]}),
    ],
)
def test_a_cell_that_is_none_of_its_column_is_named(type_, cell):
    with pytest.raises(CorruptFileError, match=r"'file.json', table 't', row 8: .* column 'c0'"):
        cells_of(type_).decode([(None,), (cell,)], first_row=7)

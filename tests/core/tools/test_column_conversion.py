"""Whole columns are converted as their values are, one by one."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytuck import TypeConversionError
from pytuck.tools.column_conversion import NOT_CONVERTIBLE, ColumnConverter
from pytuck.types import RAW, TYPES
from tests.strategies import VALUES, texts

number_like = st.sampled_from(
    [
        "1",
        " 2 ",
        "-3",
        "1_000",
        "007",
        "1.50",
        "1e3",
        "1e999",
        "-inf",
        "nan",
        "",
        "  ",
        "٣",
        "0x1",
        "9223372036854775807",
        "9223372036854775808",
        "true",
        "No",
        "-0",
    ]
)
date_like = st.sampled_from(
    [
        "2026-01-02",
        "2026-01-02T03:04",
        "2026-01-02 03:04:05.6+02:00",
        "20260102",
        "2026-W01-1",
        "2026-02-30",
        " 2026-01-02 ",
        "2026-01-02T00:00",
        "24:00",
        "1:2:3",
    ]
)
text_values = st.lists(
    st.none() | number_like | date_like | texts | st.integers().map(str) | st.dates().map(str),
    max_size=6,
)


@given(text_values, st.sampled_from(sorted(TYPES, key=str)), st.booleans())
def test_texts_become_what_each_of_them_becomes(values, kind, required):
    converter = ColumnConverter(TYPES[str], TYPES[kind], is_required=required)
    expected, is_bad = [], False
    for value in values:
        try:
            expected.append(converter.value(value))
        except TypeConversionError:
            is_bad = True
    try:
        found = list(converter.column(values))
    except NOT_CONVERTIBLE:
        assert is_bad
        return
    assert not is_bad
    assert list(map(repr, found)) == list(map(repr, expected))


@given(st.data(), st.sampled_from(sorted(VALUES, key=str)))
def test_values_of_the_same_type_go_over_as_they_are(data, kind):
    values = data.draw(st.lists(st.none() | VALUES[kind], max_size=5))
    stored = [TYPES[kind].to_storage(value) for value in values]
    for is_trusted in (True, False):
        converter = ColumnConverter(TYPES[kind], TYPES[kind], is_trusted=is_trusted)
        assert list(converter.column(stored)) == stored


@pytest.mark.parametrize(
    ("source", "target", "stored", "expected"),
    [
        (int, str, 5, "5"),
        (int, float, 5, 5.0),
        (float, int, 5.0, 5),
        (date, datetime, "2026-01-02", "2026-01-02 00:00:00.000000"),
        (bool, int, 1, 1),
        (Decimal, float, "1.5", 1.5),
        (list, str, "[1]", "[1]"),
        (str, list, "[1]", "[1]"),
        (str, bytes, "é", "é".encode()),
    ],
)
def test_values_of_other_types(source, target, stored, expected):
    converter = ColumnConverter(TYPES[source], TYPES[target])
    (found,) = converter.column([stored])
    assert (found, type(found)) == (expected, type(expected))


@pytest.mark.parametrize(
    ("source", "target", "stored"),
    [(float, int, 1.5), (str, int, "x"), (bytes, date, b"x"), (str, float, "nan")],
)
def test_values_that_do_not_fit(source, target, stored):
    converter = ColumnConverter(TYPES[source], TYPES[target])
    with pytest.raises(NOT_CONVERTIBLE):
        converter.column([None, stored])
    with pytest.raises(TypeConversionError):
        converter.value(stored)


def test_values_that_are_not_of_their_columns_type():
    loose = ColumnConverter(TYPES[int], TYPES[int], is_trusted=False)
    assert loose.column([1, None]) == [1, None]
    with pytest.raises(NOT_CONVERTIBLE):
        loose.column([1, "x"])
    assert loose.column([1, "2"]) == [1, 2]
    assert ColumnConverter(RAW, RAW, is_trusted=False).column([1, "x", b"y"]) == [1, "x", b"y"]

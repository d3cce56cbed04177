"""What the columns of a file without types are found to hold."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytuck.formats.text_inference import ColumnInference, TextInference, stored_column
from pytuck.types import TYPES


def found(*texts, size=3):
    column = ColumnInference("c")
    for start in range(0, len(texts), size):
        column.add(texts[start : start + size])
    return column.result()


@pytest.mark.parametrize(
    ("texts", "kind"),
    [
        ([], str),
        (["", None], str),
        (["0", "-5", "12"], int),
        (["9223372036854775807", "-9223372036854775808"], int),
        (["9223372036854775808"], Decimal),
        (["007"], str),
        (["1", "2", "3", "007"], str),
        (["+491701234567"], str),
        (["1", "2.5"], float),
        (["1e5", "3"], float),
        (["1e5", "x"], str),
        (["1e999"], Decimal),
        (["0.5", "1e-400"], Decimal),
        (["1e-999999999"], str),
        (["0", "0.0", "-0.00"], float),
        (["0.1", "00.5"], str),
        (["inf"], str),
        (["nan"], str),
        (["1_000"], str),
        (["１２"], str),
        ([" 1"], str),
        (["."], str),
        (["1."], str),
        (["9007199254740993", "2", "1", "0.5"], Decimal),
        (["0.12345678901234567890"], Decimal),
        (["true", "false"], bool),
        (["True", "true"], str),
        (["yes", "no"], bool),
        (["yes", "no", "maybe"], str),
        (["1", "true"], str),
        (["2024-02-29"], date),
        (["2023-02-29"], str),
        (["20240229"], int),
        (["2024-01-01", "2024-01-01 00:00:00"], str),
        (["2024-01-01 10:20:30", "2024-01-01T10:20"], datetime),
        (["2024-01-01T10:20:30.5+02:00", "2024-01-01T10:20:30Z"], datetime),
        (["2024-01-01 10:20:30.1234567"], str),
        (["10:20", "10:20:30.5"], time),
        (["25:00"], str),
        (["123e4567-e89b-12d3-a456-426614174000"], UUID),
        (["123E4567-e89b-12d3-a456-426614174000"], str),
        (['{"a": 1}', "[1]"], str),
        (["9" * 5000], str),
    ],
)
def test_the_narrowest_type_that_loses_nothing_is_found(texts, kind):
    assert found(*texts).type == TYPES[kind]
    assert found(*texts, size=1).type == TYPES[kind]


def test_what_ruled_the_narrower_type_out_is_told():
    result = found("1", "", "2", "3", "x", "y")
    assert (result.ruled_out, result.value, result.row) == (TYPES[int], "x", 5)
    assert found("a", "b").ruled_out is None


def test_the_words_for_true_and_false_are_told():
    assert found("Yes", "No").words == ("Yes", "No")


def test_tables_are_looked_at_column_by_column():
    inference = TextInference(["a", "b"])
    inference.add([["1", "x"], ["2", ""]])
    assert [(item.column, item.type) for item in inference.result()] == [
        ("a", TYPES[int]),
        ("b", TYPES[str]),
    ]


@settings(max_examples=200)
@given(
    st.lists(
        st.one_of(
            st.text(max_size=5),
            st.text("0123456789.-+eE", max_size=12),
            st.integers().map(str),
            st.floats().map(repr),
            st.dates().map(str),
            st.datetimes().map(str),
            st.times().map(str),
            st.sampled_from(["true", "false", "yes", "no"]),
        ),
        max_size=8,
    )
)
def test_every_text_is_of_the_type_that_was_found(texts):
    kind = found(*texts).type
    stored = stored_column(kind, texts)
    assert len(stored) == len(texts)
    for text, value in zip(texts, stored, strict=True):
        if kind != TYPES[str]:
            assert (value is None) == (text == "")
        if value is not None:
            kind.from_storage(value)
        if kind == TYPES[float] and text:
            assert Decimal(text) == Decimal(repr(value))


@pytest.mark.parametrize(
    ("kind", "text", "stored"),
    [
        (int, "+07", 7),
        (float, "inf", float("inf")),
        (bool, "Yes", 1),
        (Decimal, "1.50", "1.5"),
        (datetime, "2024-01-01T10:20:30", "2024-01-01 10:20:30.000000"),
        (datetime, "2024-01-01T10:20Z", "2024-01-01 10:20:00.000000+00:00"),
        (time, "10:20", "10:20:00"),
        (list, "[1, 2]", "[1,2]"),
        (str, "", ""),
        (int, "", None),
    ],
)
def test_texts_become_what_is_stored(kind, text, stored):
    assert stored_column(TYPES[kind], [text]) == [stored]


@pytest.mark.parametrize(("kind", "text"), [(int, "x"), (float, "nan"), (bool, "2"), (date, "x")])
def test_texts_of_another_type_are_refused(kind, text):
    with pytest.raises(Exception, match=r"."):
        stored_column(TYPES[kind], [text])

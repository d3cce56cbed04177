"""What is typed into the filter row: parsed, refused, written back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytuck_desktop.workspace.conditions import ColumnTest, Operator
from pytuck_desktop.workspace.file_info import ColumnInfo
from pytuck_desktop.workspace.filter_language import checked, parsed, written
from pytuck_desktop.workspace.typed_values import (
    Meaning,
    Refusal,
    RefusedText,
    meaning_of,
    text_of_value,
    type_of,
    value_test,
)


def column(type_name, storage=""):
    return ColumnInfo("c", type_name, storage, True, False, False, None, None, None)


INTEGER, REAL, TEXT = column("INTEGER"), column("REAL"), column("TEXT")
DECIMAL, BOOLEAN, BLOB = column("DECIMAL_TEXT"), column("BOOLEAN"), column("BLOB")
DATE, DATETIME, TIME = column("DATE"), column("DATETIME"), column("TIME")
INTERVAL, UNKNOWN, JSON = column("INTERVAL"), column(""), column("JSON")
EVERY = (
    INTEGER,
    REAL,
    TEXT,
    DECIMAL,
    BOOLEAN,
    BLOB,
    DATE,
    DATETIME,
    TIME,
    INTERVAL,
    UNKNOWN,
    JSON,
)


@pytest.mark.parametrize(
    ("text", "in_column", "operator", "values"),
    [
        ("10", INTEGER, "=", ("10",)),
        (" >=10 ", INTEGER, ">=", ("10",)),
        ("> 10", INTEGER, ">", ("10",)),
        ("<=-3", INTEGER, "<=", ("-3",)),
        ("<2.5", INTEGER, "<", ("2.5",)),
        ("=7", INTEGER, "=", ("7",)),
        ("!=7", INTEGER, "!=", ("7",)),
        ("<>7", INTEGER, "!=", ("7",)),
        ("!7", INTEGER, "!=", ("7",)),
        ("1..9", INTEGER, "between", ("1", "9")),
        ("1.5..2.5", REAL, "between", ("1.5", "2.5")),
        ("10..", INTEGER, "between", ("10", "")),
        ("..10", INTEGER, "between", ("", "10")),
        ("1,234,567", INTEGER, "=", ("1,234,567",)),
        ("NULL", INTEGER, "null", ()),
        ("!null", TEXT, "not null", ()),
        ("null", BLOB, "null", ()),
        ('"null"', TEXT, "contains", ("null",)),
        ("Ann", TEXT, "contains", ("Ann",)),
        ("10", TEXT, "contains", ("10",)),
        ("=Ann", TEXT, "=", ("Ann",)),
        ("=", TEXT, "=", ("",)),
        ('=" x "', TEXT, "=", (" x ",)),
        ('"say ""hi"""', TEXT, "contains", ('say "hi"',)),
        ("!Ann", TEXT, "not contains", ("Ann",)),
        ("~^A.*n$", TEXT, "matches", ("^A.*n$",)),
        ('~"a"', TEXT, "matches", ('"a"',)),
        ("!~x", TEXT, "not matches", ("x",)),
        ("a..c", TEXT, "between", ("a", "c")),
        ("and so on..", TEXT, "contains", ("and so on..",)),
        ("wait...", TEXT, "contains", ("wait...",)),
        ('"a..c"', TEXT, "contains", ("a..c",)),
        ("2026-03", DATE, "=", ("2026-03",)),
        (">=2026/3/1", DATE, ">=", ("2026/3/1",)),
        ("2026..2027-06", DATETIME, "between", ("2026", "2027-06")),
        ("yes", BOOLEAN, "=", ("yes",)),
        ("是", BOOLEAN, "=", ("是",)),
        ("1:30", INTERVAL, "=", ("1:30",)),
        ("5", UNKNOWN, "=", ("5",)),
        ("five", UNKNOWN, "contains", ("five",)),
        ("city", JSON, "contains", ("city",)),
    ],
)
def test_what_is_typed_means(text, in_column, operator, values):
    assert parsed(text, in_column) == ColumnTest("c", Operator(operator), values)


@pytest.mark.parametrize(
    ("text", "in_column", "reason"),
    [
        (">", INTEGER, "incomplete"),
        ("=", INTEGER, "incomplete"),
        ("!", TEXT, "incomplete"),
        ("~", TEXT, "incomplete"),
        ('""', TEXT, "incomplete"),
        ("ten", INTEGER, "number"),
        (">=x", REAL, "number"),
        ("nan", REAL, "number"),
        ("1..x", INTEGER, "number"),
        ("1...9", INTEGER, "number"),
        ("99999999999999999999", INTEGER, "number"),
        ("1.2.3", DECIMAL, "number"),
        ("maybe", BOOLEAN, "boolean"),
        ("2026-13", DATE, "date"),
        ("2026-02-30", DATE, "date"),
        ("0000", DATE, "date"),
        ("soon", DATETIME, "timestamp"),
        ("2026-01-01 25", DATETIME, "timestamp"),
        ("25:00", TIME, "time"),
        ("a:b", INTERVAL, "interval"),
        ("~(", TEXT, "pattern"),
        ("x", BLOB, "binary"),
        ("=x", BLOB, "binary"),
    ],
)
def test_what_means_nothing_is_refused_with_the_reason(text, in_column, reason):
    with pytest.raises(RefusedText) as refused:
        parsed(text, in_column)
    assert refused.value.reason is Refusal(reason)


def test_nothing_typed_asks_for_nothing():
    assert parsed("", TEXT) is None
    assert parsed("  ", INTEGER) is None


@given(st.text(max_size=12), st.sampled_from(EVERY))
def test_any_text_is_a_test_or_refused(text, in_column):
    try:
        test = parsed(text, in_column)
    except RefusedText:
        return
    assert (test is None) == (not text.strip())
    if test is not None:
        assert checked(test, in_column) is test


@given(st.text("0123456789.=<>!~\"'nul -:ab", max_size=10), st.sampled_from(EVERY))
def test_a_test_is_written_as_text_that_means_it(text, in_column):
    try:
        test = parsed(text, in_column)
    except RefusedText:
        return
    if test is None:
        return
    back = written(test, in_column)
    assert back is not None
    assert parsed(back, in_column) == test


@pytest.mark.parametrize(
    ("text", "in_column", "low", "end"),
    [
        ("2026", DATE, "2026-01-01", "2027-01-01"),
        ("2026-12", DATE, "2026-12-01", "2027-01-01"),
        ("2026年3月", DATE, "2026-03-01", "2026-04-01"),
        ("9999", DATE, "9999-01-01", None),
        ("2026-03-31", DATETIME, "2026-03-31", "2026-04-01"),
        ("2026/3/31 23", DATETIME, "2026-03-31 23", "2026-04-01 00"),
        ("2026-03-31 14:30", DATETIME, "2026-03-31 14:30", "2026-03-31 14:31"),
        ("2026-03-31T14:30:59", DATETIME, "2026-03-31 14:30:59", "2026-03-31 14:31:00"),
        ("9999-12-31", DATETIME, "9999-12-31", None),
        ("9999-12-31 23", DATETIME, "9999-12-31 23", None),
        ("14", TIME, "14:00:00", "15:00:00"),
        ("23:59", TIME, "23:59:00", None),
    ],
)
def test_a_time_given_in_part_is_a_period(text, in_column, low, end):
    assert meaning_of(in_column, text) == Meaning(low, type_of(in_column), True, end)


@pytest.mark.parametrize(
    ("in_column", "stored"),
    [
        (INTEGER, 5),
        (REAL, 0.1),
        (TEXT, ""),
        (TEXT, "null"),
        (TEXT, ' "quoted" '),
        (DECIMAL, "1.5"),
        (BOOLEAN, 0),
        (DATE, "2026-03-31"),
        (DATETIME, "2026-03-31 14:30:00.000000"),
        (DATETIME, "2026-03-31 14:30:00.123456"),
        (TIME, "14:30:00"),
        (INTERVAL, -1_500_000),
    ],
)
def test_a_stored_value_has_a_text_that_stands_for_it_alone(in_column, stored):
    text = text_of_value(in_column, stored)
    meaning = meaning_of(in_column, text)
    assert (meaning.low, meaning.is_period) == (stored, False)
    assert value_test(in_column, stored) == ColumnTest("c", Operator.EQUAL, (text,))
    assert parsed(written(value_test(in_column, stored), in_column), in_column) == value_test(
        in_column, stored
    )


@pytest.mark.parametrize(
    ("in_column", "stored"),
    [
        (INTEGER, "five"),
        (TEXT, 5),
        (DATE, "31.3.2026 or so"),
        (DATETIME, "2026-03-31 14:30:00"),
        (BOOLEAN, 7),
        (BLOB, b"\x00"),
        (UNKNOWN, 5),
    ],
)
def test_a_stored_value_that_cannot_be_typed_is_taken_as_it_is(in_column, stored):
    assert value_test(in_column, stored) == ColumnTest("c", Operator.IS, (stored,))
    excluded = value_test(in_column, stored, is_negated=True)
    assert excluded == ColumnTest("c", Operator.IS_NOT, (stored,))
    assert written(excluded, in_column) is None


def test_a_decimal_is_the_same_with_zeros_at_its_end():
    assert text_of_value(column("DECIMAL_TEXT(10,2)"), "1.50") == "1.50"

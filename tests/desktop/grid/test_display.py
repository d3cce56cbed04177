"""How stored values look in a cell."""

from __future__ import annotations

import pytest

from pytuck.types import type_from_sql
from pytuck_desktop.features.grid.display import Look, formatter, size_text
from pytuck_desktop.features.grid.state import CellRange, merged_rows, total


def shown_by(type_name):
    return formatter(type_name, type_from_sql(type_name).storage_class.value)


@pytest.mark.parametrize(
    ("type_name", "stored", "shown"),
    [
        ("TEXT", None, ("NULL", Look.NULL)),
        ("TEXT", "", ("", Look.EMPTY)),
        ("TEXT", "two\nlines", ("two⏎lines", Look.TEXT)),
        ("TEXT", "a\tb\r\nc", ("a⇥b⏎c", Look.TEXT)),
        ("TEXT", "x\u202egnp.exe", ("x\\u202egnp.exe", Look.TEXT)),
        ("TEXT", "bell\x07", ("bell\\x07", Look.TEXT)),
        ("TEXT", "<b>中文</b>", ("<b>中文</b>", Look.TEXT)),
        ("INTEGER", -42, ("-42", Look.NUMBER)),
        ("INTEGER", "not a number", ("not a number", Look.TEXT)),
        ("REAL", 1.5, ("1.5", Look.NUMBER)),
        ("BOOLEAN", 1, ("true", Look.TRUE)),
        ("BOOLEAN", 0, ("false", Look.FALSE)),
        ("BOOLEAN", 7, ("7", Look.NUMBER)),
        ("BOOLEAN", None, ("NULL", Look.NULL)),
        ("BLOB", b"x" * 12595, ("BLOB 12.3 KB", Look.BLOB)),
        ("DECIMAL_TEXT(8,2)", "12.50", ("12.50", Look.NUMBER)),
        ("DATETIME", "2026-03-31 14:30:00.000000", ("2026-03-31 14:30:00", Look.TEXT)),
        ("INTERVAL", 93_784_500_000, ("1 d 2:03:04.5", Look.NUMBER)),
    ],
)
def test_a_stored_value_is_shown_as(type_name, stored, shown):
    assert shown_by(type_name)(stored, 0) == shown


def test_a_preview_says_that_there_is_more():
    assert shown_by("TEXT")("beginning", 10_000) == ("beginning…", Look.TEXT)
    assert shown_by("BLOB")(b"head", 5 * 1024 * 1024) == ("BLOB 5.0 MB", Look.BLOB)


def test_a_long_text_is_cut_on_the_screen():
    text, _ = shown_by("TEXT")("é" * 1000, 0)
    assert text == "é" * 256 + "…"


@pytest.mark.parametrize(
    ("size", "text"), [(0, "0 B"), (1023, "1023 B"), (1024, "1.0 KB"), (3 * 1024**3, "3.0 GB")]
)
def test_sizes(size, text):
    assert size_text(size) == text


def test_rows_of_ranges_are_merged():
    ranges = [CellRange(5, 0, 9, 1), CellRange(0, 0, 2, 0), CellRange(3, 2, 3, 2)]
    assert merged_rows(ranges) == [(0, 3), (5, 9)]


def test_numbers_are_added_and_texts_left_out():
    assert total([1, 2.5, "3", None]) == (3.5, 2)
    assert total(["a", None]) is None

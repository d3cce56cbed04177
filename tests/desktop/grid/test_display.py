"""How stored values look in a cell."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QLocale

from pytuck.types import type_from_sql
from pytuck_desktop.features.grid.display import (
    DisplayStyle,
    Look,
    formatter,
    ready_cells,
    size_text,
)
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
        ("INTEGER", "not a number", ("not a number", Look.INVALID)),
        ("REAL", 1.5, ("1.5", Look.NUMBER)),
        ("BOOLEAN", 1, ("true", Look.TRUE)),
        ("BOOLEAN", 0, ("false", Look.FALSE)),
        ("BOOLEAN", 7, ("7", Look.INVALID)),
        ("BOOLEAN", None, ("NULL", Look.NULL)),
        ("BLOB", b"x" * 12595, ("BLOB 12.3 KB", Look.BLOB)),
        ("DECIMAL_TEXT(8,2)", "12.50", ("12.50", Look.NUMBER)),
        ("DATETIME", "2026-03-31 14:30:00.000000", ("2026-03-31 14:30:00", Look.TEXT)),
        ("INTERVAL", 93_784_500_000, ("1 d 2:03:04.5", Look.NUMBER)),
        ("DATETIME", 1_700_000_000, ("1700000000", Look.INVALID)),
        ("DATE", "2026-02-31x", ("2026-02-31x", Look.INVALID)),
        ("TIME", "14:30", ("14:30", Look.TEXT)),
        ("TEXT", b"\xff\x00", ("BLOB 2 B", Look.INVALID)),
        ("REAL", "1.5", ("1.5", Look.INVALID)),
        ("NUMERIC", "anything", ("anything", Look.TEXT)),
        ("", 5, ("5", Look.NUMBER)),
        ("JSON_DICT", '{ "a b": [1,\n 2] }', ('{"a b":[1,2]}', Look.TEXT)),
        ("JSON", '{"c": " \\" x"}', ('{"c":" \\" x"}', Look.TEXT)),
        ("BLOB", b"\x89PNG\r\n\x1a\nabcd", ("PNG 12 B", Look.IMAGE)),
        ("BLOB", b"%PDF-1.7", ("PDF 8 B", Look.BLOB)),
    ],
)
def test_a_stored_value_is_shown_as(type_name, stored, shown):
    assert shown_by(type_name)(stored, 0) == shown


def test_a_preview_says_that_there_is_more():
    assert shown_by("TEXT")("beginning", 10_000) == ("beginning…", Look.TEXT)
    assert shown_by("BLOB")(b"head", 5 * 1024 * 1024) == ("BLOB 5.0 MB", Look.BLOB)


def test_long_json_is_cut_after_it_is_compacted():
    shown, _ = shown_by("JSON_LIST")("[" + "1,   " * 2000 + "1]", 0)
    assert shown.startswith("[1,1,1,")
    assert shown.endswith("…")
    assert len(shown) == 257
    whole, _ = shown_by("JSON_LIST")("[ 1 ]" + " " * 300, 0)
    assert whole == "[1]"


@pytest.mark.parametrize(
    ("type_name", "stored", "shown"),
    [
        ("INTEGER", 1234567, "1,234,567"),
        ("INTEGER", -123, "-123"),
        ("REAL", 1234.5678, "1,234.5678"),
        ("REAL", 1e300, "1e+300"),
        ("REAL", float("inf"), "inf"),
        ("DECIMAL_TEXT(12,2)", "-98765.40", "-98,765.40"),
    ],
)
def test_numbers_are_grouped_on_request(type_name, stored, shown):
    storage = type_from_sql(type_name).storage_class.value
    style = DisplayStyle(grouped_numbers=True)
    assert formatter(type_name, storage, style)(stored, 0)[0] == shown
    assert formatter(type_name, storage, style, is_key=True)(stored, 0)[0] != "1,234,567"


def test_dates_are_shown_as_in_the_country_on_request(monkeypatch):
    monkeypatch.setattr(QLocale, "system", lambda: QLocale("de_DE"))
    style = DisplayStyle(local_dates=True)
    shown = {
        kind: formatter(kind, storage, style)(text, 0)
        for kind, storage, text in (
            ("DATE", "date", "2026-03-31"),
            ("TIME", "time", "14:30:05"),
            ("DATETIME", "timestamp", "2026-03-31 14:30:05.250000"),
        )
    }
    assert shown["DATE"] == ("31.03.2026", Look.TEXT)
    assert shown["TIME"] == ("14:30:05", Look.TEXT)
    assert shown["DATETIME"] == ("31.03.2026 14:30:05.250000", Look.TEXT)
    assert formatter("DATE", "date", style)("soon", 0) == ("soon", Look.INVALID)


def test_cells_of_many_columns_are_made_when_they_are_looked_at():
    made = []

    def show(value, full_length):
        made.append(value)
        return (str(value), Look.NUMBER)

    cells = ready_cells([show] * 2000, list(range(2000)), None)
    assert cells[7] == cells[7] == ("7", Look.NUMBER)
    assert made == [7]
    assert len(cells) == 2000


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

"""Text typed into a cell becomes what is stored, or is refused with a reason."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytuck_desktop.workspace.typed_text import Refusal, Typed, editable_text, typed_value


@pytest.mark.parametrize(
    ("type_name", "text", "stored"),
    [
        ("INTEGER", " 42 ", 42),
        ("REAL", "2.5", 2.5),
        ("TEXT", "", ""),
        ("TEXT", "  kept  ", "  kept  "),
        ("DATE", "2026-03-31", "2026-03-31"),
        ("DATETIME", "2026-03-31 14:30", "2026-03-31 14:30:00.000000"),
        ("DECIMAL_TEXT(8,2)", "12.5", "12.50"),
        ("INTERVAL", "90", 90_000_000),
    ],
)
def test_text_is_converted_to_what_is_stored(type_name, text, stored):
    assert typed_value(type_name, text, nullable=True, old=None) == Typed(stored)


@pytest.mark.parametrize(
    ("type_name", "text", "refusal"),
    [
        ("INTEGER", "4.5", Refusal.WHOLE_NUMBER),
        ("INTEGER", "99999999999999999999", Refusal.TOO_LARGE),
        ("REAL", "one", Refusal.NUMBER),
        ("DATE", "31.3.2026", Refusal.DATE),
        ("TIME", "25:00", Refusal.TIME),
        ("DATETIME", "yesterday", Refusal.TIMESTAMP),
        ("UUID", "123", Refusal.UUID),
        ("DECIMAL_TEXT(4,2)", "123.45", Refusal.DIGITS),
    ],
)
def test_a_wrong_text_is_refused(type_name, text, refusal):
    assert typed_value(type_name, text, nullable=True, old=None).refusal is refusal


def test_nothing_typed_means_null_where_allowed():
    assert typed_value("INTEGER", "", nullable=True, old=5) == Typed(None)
    assert typed_value("INTEGER", "", nullable=False, old=5).refusal is Refusal.NEEDS_VALUE


def test_a_value_of_another_type_may_be_replaced_by_its_like():
    assert typed_value("INTEGER", "n/a", nullable=True, old="unknown") == Typed("n/a")
    assert typed_value("NUMERIC(10,5)", "2.5", nullable=True, old=1.5) == Typed(2.5)
    assert typed_value("NUMERIC(10,5)", "text", nullable=True, old="x") == Typed("text")


@given(st.integers(-(2**63), 2**63 - 1))
def test_integers_come_back(value):
    text = editable_text("INTEGER", value)
    assert typed_value("INTEGER", text, nullable=True, old=value) == Typed(value)


@given(st.floats(allow_nan=False))
def test_floats_come_back(value):
    text = editable_text("REAL", value)
    assert typed_value("REAL", text, nullable=True, old=value) == Typed(value)


@given(st.integers(-(10**13), 10**13))
def test_durations_come_back_in_microseconds(value):
    text = editable_text("INTERVAL", value)
    assert typed_value("INTERVAL", text, nullable=True, old=value) == Typed(value)

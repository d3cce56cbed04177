"""Numbers with the marks of any country mean the same."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytuck_desktop.workspace.typed_numbers import plain_number


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("42", "42"),
        ("1,234", "1234"),
        ("0,123", "0.123"),
        ("12,34", "12.34"),
        ("1.234", "1.234"),
        ("1.234.567", "1234567"),
        ("12,34,567.5", "1234567.5"),
        ("−7", "-7"),
        ("1\u202f234,5", "1234.5"),
        ("٣٫٥", "٣.٥"),
        ("1e5", "1e5"),
        ("+1,5E-3", "+1.5E-3"),
        ("1,2,3", "1,2,3"),
        ("1.2.3", "1.2.3"),
        ("12 apples", "12 apples"),
        ("", ""),
    ],
)
def test_marks_are_understood(text, plain):
    assert plain_number(text) == plain


def test_a_lone_comma_is_what_the_country_makes_of_it():
    assert plain_number("1,234", comma_is_decimal=True) == "1.234"
    assert plain_number("1,234,567", comma_is_decimal=True) == "1234567"


@given(st.floats(allow_nan=False, allow_infinity=False) | st.integers())
def test_what_programs_write_stays_as_it_is(number):
    assert plain_number(str(number)) == str(number)


@given(st.integers(0, 10**15))
def test_groups_are_put_together(number):
    assert plain_number(f"{number:,}") == str(number)
    assert plain_number(f"{number:,}.25".replace(",", " ")) == f"{number}.25"


@given(st.text())
def test_any_text_is_taken(text):
    assert isinstance(plain_number(text), str)

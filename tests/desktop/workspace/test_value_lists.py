"""Several values typed into one field."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytuck_desktop.workspace.value_lists import parsed_list, written_list


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("", ()),
        ("a", ("a",)),
        ("a, b ,c", ("a", "b", "c")),
        ("北京，上海", ("北京", "上海")),
        ('"a, b", c', ("a, b", "c")),
        ('"say ""hi"""', ('say "hi"',)),
        ("null, x", (None, "x")),
        ('"null"', ("null",)),
        ('""', ("",)),
        ('a"b', ('a"b',)),
        ("a,,b,", ("a", "b")),
    ],
)
def test_values_are_read_from_a_text(text, values):
    assert parsed_list(text) == values


@given(st.lists(st.none() | st.text()))
def test_what_is_written_is_read_again(values):
    assert parsed_list(written_list(values)) == tuple(values)


@given(st.text())
def test_any_text_can_be_read(text):
    parsed_list(text)

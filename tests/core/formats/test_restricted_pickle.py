"""Pickles as plain data: the same values as Python's unpickler gives, and no others."""

from __future__ import annotations

import io
import pickle

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytuck.formats.pickle_values import RefusedPickleError
from pytuck.formats.restricted_pickle import PickleStream, plain_value
from tests.strategies import dates, datetimes, decimals, durations, floats, texts, times

leaves = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    floats,
    texts,
    st.binary(max_size=300),
    st.text("xé", min_size=250, max_size=400),
    dates,
    datetimes,
    times,
    durations,
    decimals,
)
values = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner)
        | st.dictionaries(texts | st.integers(), inner)
        | st.tuples(inner)
        | st.tuples(inner, inner)
        | st.tuples(inner, inner, inner, inner)
    ),
    max_leaves=20,
)


@settings(max_examples=80, deadline=None)
@given(values, st.integers(0, pickle.HIGHEST_PROTOCOL))
def test_plain_values_are_those_that_python_gives(value, protocol):
    pickled = pickle.dumps(value, protocol)
    assert repr(plain_value(pickled)) == repr(pickle.loads(pickled))


@given(st.uuids(), st.integers(2, pickle.HIGHEST_PROTOCOL))
def test_uuids_are_made(value, protocol):
    assert plain_value(pickle.dumps([value, value], protocol)) == [value, value]


@given(st.sets(st.integers()), st.integers(0, pickle.HIGHEST_PROTOCOL))
def test_sets_are_lists(value, protocol):
    assert sorted(plain_value(pickle.dumps(value, protocol))) == sorted(value)
    assert sorted(plain_value(pickle.dumps(frozenset(value), protocol))) == sorted(value)


def test_shared_parts_are_shared():
    inner = ["x"]
    assert plain_value(pickle.dumps([inner, inner])) == [["x"], ["x"]]


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_a_long_dictionary_is_given_in_parts(protocol):
    long = {number: {"a": f"{number}" * 50, "b": [number]} for number in range(5000)}
    stream = PickleStream(io.BytesIO(pickle.dumps(long, protocol) + pickle.dumps("next")))
    parts = list(stream.load_items())
    assert len(parts) >= 5
    assert dict(item for part in parts for item in part) == long
    assert stream.load() == "next"
    assert stream.is_at_end()


@given(st.binary(max_size=60))
def test_any_bytes_give_a_value_or_are_refused(data):
    try:
        plain_value(data + b".")
    except RefusedPickleError as err:
        assert 0 <= err.position <= len(data) + 1  # noqa: PT017 - some are values


@given(values, st.data())
def test_any_cut_is_noticed(value, data):
    whole = pickle.dumps(value)
    length = data.draw(st.integers(0, len(whole) - 1))
    with pytest.raises(RefusedPickleError):
        plain_value(whole[:length])


def test_what_contains_itself_is_refused():
    loop: list[object] = []
    loop.append(loop)
    with pytest.raises(RefusedPickleError, match="contains itself"):
        plain_value(pickle.dumps(loop))


@pytest.mark.parametrize("value", [print, int, Exception("x"), range(3), object(), 1j])
def test_other_objects_are_refused_by_name(value):
    for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1):
        with pytest.raises(RefusedPickleError, match="no plain data"):
            plain_value(pickle.dumps(value, protocol))

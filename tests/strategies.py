"""Hypothesis strategies that several tests share."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal

from hypothesis import strategies as st

texts = st.text(st.characters(exclude_categories=("Cs",)), max_size=60)
integers = st.integers(-(2**63), 2**63 - 1)
floats = st.floats(allow_nan=False)
decimals = st.decimals(allow_nan=False, allow_infinity=False, places=None).filter(
    lambda number: abs(number.adjusted()) < 60
)
zones = st.one_of(
    st.none(), st.integers(-1439, 1439).map(lambda minutes: timezone(timedelta(minutes=minutes)))
)
datetimes = st.datetimes(min_value=datetime(1, 1, 2), timezones=zones)
times = st.times()
dates = st.dates()
durations = st.timedeltas(
    min_value=timedelta(microseconds=-(2**62)), max_value=timedelta(microseconds=2**62)
)
json_leaves = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False),
    texts,
    st.binary(max_size=9),
    datetimes,
    dates,
    times,
    st.uuids(),
    decimals,
    durations,
)
json_values = st.recursive(
    json_leaves,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(texts | st.just("$bytes") | st.just("$$"), inner, max_size=4)
        | st.tuples(inner, inner)
    ),
    max_leaves=12,
)

VALUES: dict[type, st.SearchStrategy[object]] = {
    int: integers,
    float: floats,
    str: texts,
    bool: st.booleans(),
    bytes: st.binary(max_size=60),
    datetime: datetimes,
    date: dates,
    time: times,
    timedelta: durations,
    list: st.lists(json_values, max_size=4),
    dict: st.dictionaries(texts, json_values, max_size=4),
    Decimal: decimals,
}
"""What a column of each Python type may hold."""

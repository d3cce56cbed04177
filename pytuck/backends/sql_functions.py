"""What SQLite lacks and compiled SQL relies on: functions in Python for every connection.

All are deterministic and look at nothing but their arguments. NULL in gives NULL out; a value that
is not what the function expects (foreign files may hold anything) gives NULL too, as SQLite's own
functions do.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Context, Decimal, DivisionByZero, InvalidOperation
from functools import lru_cache, wraps

import apsw

from pytuck.compiler.dialects.sqlite import CASE_BLIND_LIKE, DECIMAL_COLLATION
from pytuck.types import TYPES, Stored

_EXACT = Context(prec=1000)
"""For results that have an end: sums, differences, products."""

_ROUNDED = Context(prec=34)
"""For quotients and means, the precision of IEEE 754's decimal128."""

_DECIMAL, _DATETIME, _DATE, _INTERVAL = (
    TYPES[kind] for kind in (Decimal, datetime, date, timedelta)
)
_WRONG_VALUE = (ValueError, TypeError, OverflowError, InvalidOperation, DivisionByZero)


def add_functions(raw: apsw.Connection) -> None:
    """Give a new connection the functions and collations that compiled SQL relies on."""
    raw.create_collation(DECIMAL_COLLATION, _compare_decimals)
    for name, (function, count) in SCALARS.items():
        raw.create_scalar_function(name, function, count, deterministic=True)
    for name, aggregate in _AGGREGATES.items():
        raw.create_window_function(name, aggregate, 1)


# --- Text ---


def _case_blind_like(*arguments: Stored) -> int | None:
    pattern, text = arguments
    if pattern is None or text is None:
        return None
    return int(_case_blind_pattern(str(pattern)).fullmatch(str(text).casefold()) is not None)


@lru_cache(maxsize=256)
def _case_blind_pattern(pattern: str) -> re.Pattern[str]:
    # The compiler sends % as \x01 and _ as \x02, escapes resolved.
    quoted = re.escape(pattern.casefold())
    for wild, expression in (("\x01", ".*"), ("\x02", ".")):
        quoted = quoted.replace("\\" + wild, expression).replace(wild, expression)
    return re.compile(quoted, re.DOTALL)


def _regexp(pattern: Stored, text: Stored, ignores_case: Stored) -> int | None:
    if pattern is None or text is None:
        return None
    try:
        expression = _expression(str(pattern), bool(ignores_case))
    except re.error:  # only a pattern from a column: others are checked when they are given
        return None
    return int(expression.search(str(text)) is not None)


@lru_cache(maxsize=256)
def _expression(pattern: str, ignores_case: bool) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE if ignores_case else 0)


def _lower(text: Stored) -> Stored:
    return text.lower() if isinstance(text, str) else text


def _length(text: Stored) -> Stored:
    return len(text) if isinstance(text, str) else None


def _upper(text: Stored) -> Stored:
    return text.upper() if isinstance(text, str) else text


# --- Decimals ---


def _compare_decimals(left: str, right: str) -> int:
    a, b = _decimal_key(left), _decimal_key(right)
    return (a > b) - (a < b)


@lru_cache(maxsize=4096)
def _decimal_key(text: str) -> tuple[int, Decimal, str]:
    try:
        return (0, Decimal(text), "")
    except InvalidOperation:
        return (1, Decimal(0), text)  # what is no number sorts after the numbers, as text


def _decimal(stored: Stored) -> Decimal | None:
    if stored is None or isinstance(stored, bytes):
        return None
    number = Decimal(repr(stored) if isinstance(stored, float) else stored)
    return number if number.is_finite() else None


def _text_of(number: Decimal | None) -> Stored:
    return None if number is None else _DECIMAL.to_storage(number)


def _null_for_wrong(function: Callable[..., Stored]) -> Callable[..., Stored]:
    @wraps(function)
    def careful(*arguments: Stored) -> Stored:
        try:
            return function(*arguments)
        except _WRONG_VALUE:
            return None

    return careful


def _calculation(calculate: Callable[[Decimal, Decimal], Decimal]) -> Callable[..., Stored]:
    def of_stored(left: Stored, right: Stored) -> Stored:
        a, b = _decimal(left), _decimal(right)
        return None if a is None or b is None else _text_of(calculate(a, b))

    return _null_for_wrong(of_stored)


def _floor_divide(left: Decimal, right: Decimal) -> Decimal:
    return (left - _modulo(left, right)) / right


def _modulo(left: Decimal, right: Decimal) -> Decimal:
    """Return the remainder with the sign of the divisor, as Python's integers have it."""
    rest = _EXACT.remainder(left, right)
    return rest + right if rest and (rest < 0) != (right < 0) else rest


def _round(stored: Stored, digits: Stored = 0) -> Stored:
    number = _decimal(stored)
    if number is None or not isinstance(digits, int):
        return None
    return _text_of(number.quantize(Decimal(1).scaleb(-digits), context=_EXACT))


def _absolute(stored: Stored) -> Stored:
    number = _decimal(stored)
    return None if number is None else _text_of(abs(number))


def _canonical(stored: Stored) -> Stored:
    return _text_of(_decimal(stored))


class _DecimalSum:
    """Adds decimals; rows can leave again, since windows move."""

    def __init__(self) -> None:
        self.total = Decimal(0)
        self.count = 0

    def step(self, stored: Stored) -> None:
        number = _decimal(stored)
        if number is not None:
            self.total = _EXACT.add(self.total, number)
            self.count += 1

    def inverse(self, stored: Stored) -> None:
        number = _decimal(stored)
        if number is not None:
            self.total = _EXACT.subtract(self.total, number)
            self.count -= 1

    def value(self) -> Stored:
        return _text_of(self.total) if self.count else None

    final = value


class _DecimalMean(_DecimalSum):
    def value(self) -> Stored:
        return _text_of(_ROUNDED.divide(self.total, Decimal(self.count))) if self.count else None

    final = value


class _DecimalMedian:
    def __init__(self) -> None:
        self.numbers: list[Decimal] = []

    def step(self, stored: Stored) -> None:
        number = _decimal(stored)
        if number is not None:
            self.numbers.append(number)

    def inverse(self, stored: Stored) -> None:
        number = _decimal(stored)
        if number is not None:
            self.numbers.remove(number)

    def value(self) -> Stored:
        numbers, count = sorted(self.numbers), len(self.numbers)
        if not count:
            return None
        middle = numbers[(count - 1) // 2 : count // 2 + 1]
        return _text_of(_ROUNDED.divide(sum(middle, Decimal(0)), Decimal(len(middle))))

    final = value


# --- Statistics ---


class _Spread:
    """How far numbers lie from their mean, computed in one pass.

    Source: B. P. Welford, "Note on a Method for Calculating Corrected Sums of Squares and
    Products", Technometrics 4 (1962).
    """

    is_sample = True
    is_root = True

    def __init__(self) -> None:
        self.count = 0
        self.mean = 0.0
        self.squares = 0.0

    def step(self, stored: Stored) -> None:
        number = _float(stored)
        if number is None:
            return
        self.count += 1
        distance = number - self.mean
        self.mean += distance / self.count
        self.squares += distance * (number - self.mean)

    def inverse(self, stored: Stored) -> None:
        number = _float(stored)
        if number is None:
            return
        self.count -= 1
        if not self.count:
            self.mean = self.squares = 0.0
            return
        distance = number - self.mean
        self.mean -= distance / self.count
        self.squares -= distance * (number - self.mean)

    def value(self) -> Stored:
        degrees = self.count - self.is_sample
        if degrees < 1:
            return None
        variance = max(self.squares, 0.0) / degrees
        return math.sqrt(variance) if self.is_root else variance

    final = value


class _PopulationDeviation(_Spread):
    is_sample = False


class _SampleVariance(_Spread):
    is_root = False


class _PopulationVariance(_Spread):
    is_sample = False
    is_root = False


def _float(stored: Stored) -> float | None:
    if stored is None or isinstance(stored, bytes):
        return None
    try:
        return float(stored)
    except ValueError:
        return None


# --- Dates and times ---


@_null_for_wrong
def _shift_datetime(stored: Stored, microseconds: Stored) -> Stored:
    if not isinstance(stored, str) or not isinstance(microseconds, int):
        return None
    moment = datetime.fromisoformat(stored)
    return _DATETIME.to_storage(moment + timedelta(microseconds=microseconds))


@_null_for_wrong
def _shift_date(stored: Stored, microseconds: Stored) -> Stored:
    if not isinstance(stored, str) or not isinstance(microseconds, int):
        return None
    day = date.fromisoformat(stored)
    return _DATE.to_storage(day + timedelta(microseconds=microseconds))


@_null_for_wrong
def _elapsed(later: Stored, earlier: Stored) -> Stored:
    """Return the time between two moments; between one with an offset and one without, NULL."""
    if not isinstance(later, str) or not isinstance(earlier, str):
        return None
    between = datetime.fromisoformat(later) - datetime.fromisoformat(earlier)
    return _INTERVAL.to_storage(between)


SCALARS: dict[str, tuple[Callable[..., Stored], int]] = {
    CASE_BLIND_LIKE: (_case_blind_like, 2),
    "pytuck_regexp": (_regexp, 3),
    "pytuck_lower": (_lower, 1),
    "pytuck_upper": (_upper, 1),
    "pytuck_length": (_length, 1),
    "pytuck_decimal": (_null_for_wrong(_canonical), 1),
    "pytuck_decimal_add": (_calculation(_EXACT.add), 2),
    "pytuck_decimal_subtract": (_calculation(_EXACT.subtract), 2),
    "pytuck_decimal_multiply": (_calculation(_EXACT.multiply), 2),
    "pytuck_decimal_divide": (_calculation(_ROUNDED.divide), 2),
    "pytuck_decimal_floor_divide": (_calculation(_floor_divide), 2),
    "pytuck_decimal_modulo": (_calculation(_modulo), 2),
    "pytuck_decimal_abs": (_null_for_wrong(_absolute), 1),
    "pytuck_decimal_round": (_null_for_wrong(_round), -1),
    "pytuck_shift_datetime": (_shift_datetime, 2),
    "pytuck_shift_date": (_shift_date, 2),
    "pytuck_elapsed": (_elapsed, 2),
}
_AGGREGATES: dict[str, Callable[[], apsw.WindowClass]] = {
    "pytuck_decimal_sum": _DecimalSum,
    "pytuck_decimal_avg": _DecimalMean,
    "pytuck_decimal_median": _DecimalMedian,
    "pytuck_stddev_samp": _Spread,
    "pytuck_stddev_pop": _PopulationDeviation,
    "pytuck_var_samp": _SampleVariance,
    "pytuck_var_pop": _PopulationVariance,
}

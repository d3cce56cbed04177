"""Finding out what the columns of a file without types hold, and turning their texts into it.

A type is found only if every text of the column means one of its values and nothing is lost:
`007` and `+49 30 1` stay text, whole numbers beyond 64 bits and fractions of more digits than a
float has become decimals. Columns are looked at as wholes, by functions that are loops in C.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from enum import Enum, auto
from typing import Any
from uuid import UUID

from pytuck.types import TYPES, ColumnType, Stored
from pytuck.types.numeric import INTEGER_MAX, INTEGER_MIN

_EXACT_IN_FLOAT = 2**53
_SURELY_EXACT = 15  # digits that a float always keeps
_MOST_DIGITS = 60
_NUMBER_CHARACTERS = str.maketrans("", "", "0123456789.eE+-")
_DATE_TIME = re.compile(
    r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d)?", re.ASCII
)
_TIME = re.compile(r"\d\d:\d\d(:\d\d(\.\d{1,6})?)?", re.ASCII)
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_NUMBER = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d{1,3})?", re.ASCII)
_NOT_ZERO = re.compile(r"[-0.]*[1-9]")
_SHORT_FLOATS = re.compile(r"(?:-?(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?+\n)*+")
_LEADING_ZERO = re.compile(r"\n0\d", re.ASCII)
_ANY_DIGIT = str.maketrans("123456789", "0" * 9)
_SECONDS, _MICROSECONDS = "0000-00-00 00:00:00", "0000-00-00 00:00:00.000000"
_USUAL_SHAPES = (_SECONDS, _MICROSECONDS, _SECONDS.replace(" ", "T"))
_ONE_FOR_DIGITS = str.maketrans("23456789", "1" * 8)
_NOT_IN_NUMBERS = ("\n+", "\n00", "\n01", "\n-00", "\n-01", "\n.", "\n-.", ".\n", ".e", ".E")
_WORDS = (("true", "false"), ("True", "False"), ("TRUE", "FALSE"))
_ANSWERS = (("yes", "no"), ("Yes", "No"), ("YES", "NO"))


class _Kind(Enum):
    """What all texts of a column mean."""

    NOTHING = auto()
    WHOLE = auto()
    WIDE = auto()  # whole numbers, some of which a float would round
    FLOAT = auto()
    DECIMAL = auto()
    BOOLEAN = auto()
    ANSWER = auto()
    DATE = auto()
    DATE_TIME = auto()
    TIME = auto()
    UUID = auto()
    TEXT = auto()


_TYPES: dict[_Kind, ColumnType[Any]] = {
    _Kind.NOTHING: TYPES[str],
    _Kind.WHOLE: TYPES[int],
    _Kind.WIDE: TYPES[int],
    _Kind.FLOAT: TYPES[float],
    _Kind.DECIMAL: TYPES[Decimal],
    _Kind.BOOLEAN: TYPES[bool],
    _Kind.ANSWER: TYPES[bool],
    _Kind.DATE: TYPES[date],
    _Kind.DATE_TIME: TYPES[datetime],
    _Kind.TIME: TYPES[time],
    _Kind.UUID: TYPES[UUID],
    _Kind.TEXT: TYPES[str],
}
_NUMBERS = (_Kind.WHOLE, _Kind.WIDE, _Kind.FLOAT, _Kind.DECIMAL)


@dataclass(frozen=True, slots=True)
class FoundType:
    """What a column was found to hold, and why nothing narrower.

    Attributes:
        column: Its name.
        type: The type that all of its texts are values of.
        ruled_out: The narrower type that the texts before `value` were of; None if all texts are
            of one kind.
        value: The first text that is not of it.
        row: Its row, counted from 1.
        words: The texts for true and false, where they are booleans.
    """

    column: str
    type: ColumnType[Any]
    ruled_out: ColumnType[Any] | None = None
    value: str | None = None
    row: int | None = None
    words: tuple[str, str] | None = None


class ColumnInference:
    """Finds out what one column holds, from some of its texts at a time."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._kind = _Kind.NOTHING
        self._ruled_out: ColumnType[Any] | None = None
        self._value: str | None = None
        self._row: int | None = None
        self._rows = 0
        self._words: tuple[str, str] | None = None

    def add(self, texts: Sequence[str | None]) -> None:
        """Look at more texts of the column; None and empty ones say nothing."""
        if self._kind is not _Kind.TEXT:
            values: list[str] = list(texts if all(texts) else filter(None, texts))  # type: ignore[arg-type]
            if not self._all_fit(values):
                self._widen(texts)
        self._rows += len(texts)

    def result(self) -> FoundType:
        """Return what all texts up to now are."""
        return FoundType(
            self._name,
            _TYPES[self._kind],
            self._ruled_out,
            self._value,
            self._row,
            self._words if _TYPES[self._kind] is TYPES[bool] else None,
        )

    def _all_fit(self, values: list[str]) -> bool:
        if not values:
            return True
        if self._words is not None:
            return set(values) <= set(self._words)
        return self._kind in _CHECKS and _CHECKS[self._kind](values)

    def _widen(self, texts: Sequence[str | None]) -> None:
        """Go through the texts one by one, up to the one that leaves nothing but text."""
        for number, text in enumerate(texts, self._rows + 1):
            if not text or self._all_fit([text]):
                continue
            found, words = _kind_of(text)
            if self._kind is _Kind.NOTHING:
                self._kind, self._words = found, words
                continue
            joined = _joined(self._kind, found)
            if words is not None and words != self._words:
                joined = _Kind.TEXT
            if _TYPES[joined] is not _TYPES[self._kind]:
                self._ruled_out, self._value, self._row = _TYPES[self._kind], text[:200], number
            self._kind = joined
            if joined is _Kind.TEXT:
                return


class TextInference:
    """Finds out what the columns of a table hold.

    Args:
        names: The names of the columns.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self._columns = [ColumnInference(name) for name in names]

    def add(self, rows: Sequence[Sequence[str | None]]) -> None:
        """Look at more rows; each has a text for every column."""
        self.add_columns(list(zip(*rows, strict=False)))

    def add_columns(self, columns: Sequence[Sequence[str | None]]) -> None:
        """Look at the texts of more rows, column by column."""
        for column, texts in zip(self._columns, columns, strict=False):
            column.add(texts)

    def result(self) -> list[FoundType]:
        """Return what each column holds, in their order."""
        return [column.result() for column in self._columns]


def _joined(one: _Kind, other: _Kind) -> _Kind:
    """Return the narrowest kind that has the values of both."""
    if one is other:
        return one
    if one not in _NUMBERS or other not in _NUMBERS:
        return _Kind.TEXT
    if {one, other} == {_Kind.WIDE, _Kind.FLOAT}:
        return _Kind.DECIMAL
    return max(one, other, key=_NUMBERS.index)


def _kind_of(text: str) -> tuple[_Kind, tuple[str, str] | None]:
    """Return what a single text means; for booleans with the words for true and false."""
    for kind, pairs in ((_Kind.BOOLEAN, _WORDS), (_Kind.ANSWER, _ANSWERS)):
        for words in pairs:
            if text in words:
                return kind, words
    for kind, check in _CHECKS.items():
        if check([text]):
            return kind, None
    return _Kind.TEXT, None


# --- What a list of texts may be: each check takes a list that is not empty -------------------


def _are_whole(values: list[str]) -> bool:
    if max(map(len, values)) <= _SURELY_EXACT:
        joined = "\n".join(["", *values])
        if joined.isascii() and joined.replace("\n", "").isdigit():
            return "\n0" not in joined or not _LEADING_ZERO.search(joined)
    return _whole_within(values, -_EXACT_IN_FLOAT, _EXACT_IN_FLOAT)


def _are_wide(values: list[str]) -> bool:
    return _whole_within(values, INTEGER_MIN, INTEGER_MAX)


def _whole_within(values: list[str], lowest: int, highest: int) -> bool:
    try:
        numbers = list(map(int, values))
    except ValueError:
        return False
    if min(numbers) < lowest or max(numbers) > highest:
        return False
    return list(map(str, numbers)) == values  # refuses 007, +1, 1_000 and digits of other scripts


def _are_floats(values: list[str]) -> bool:
    is_short = max(map(len, values)) <= _SURELY_EXACT
    if is_short and _SHORT_FLOATS.fullmatch("\n".join(values) + "\n"):
        return True
    return _are_as_python_writes(values) or _are_plain_floats(values)


def _are_as_python_writes(values: list[str]) -> bool:
    """Whether each text is the shortest one for its number; the first few tell quickly."""
    for some in (values[:4], values):
        try:
            numbers = list(map(float, some))
        except ValueError:
            return False
        if list(map(repr, numbers)) != some:
            return False
    return all(map(math.isfinite, numbers))


def _are_plain_floats(values: list[str]) -> bool:
    joined = "\n" + "\n".join(values) + "\n"
    if not joined.isascii() or joined.translate(_NUMBER_CHARACTERS).strip("\n"):
        return False
    shape = joined.translate(_ONE_FOR_DIGITS)
    if any(wrong in shape for wrong in _NOT_IN_NUMBERS):
        return False
    try:
        numbers = list(map(float, values))
    except ValueError:
        return False
    if any(map(math.isinf, numbers)) or (0.0 in numbers and _are_lost(values, numbers)):
        return False
    long = [text for text in values if len(text) > _SURELY_EXACT]
    written = list(map(repr, map(float, long)))
    return written == long or list(map(Decimal, written)) == list(map(Decimal, long))


def _are_lost(values: list[str], numbers: list[float]) -> bool:
    """Whether a text that means more than zero is too small for a float."""
    return any(
        not number and _NOT_ZERO.match(text) for number, text in zip(numbers, values, strict=True)
    )


def _are_decimals(values: list[str]) -> bool:
    return max(map(len, values)) <= _MOST_DIGITS and all(map(_NUMBER.fullmatch, values))


def _are_dates(values: list[str]) -> bool:
    return _have_shape(values, "0000-00-00") and _all_parse(date.fromisoformat, values)


def _are_date_times(values: list[str]) -> bool:
    is_usual = any(_have_shape(values, shape) for shape in _USUAL_SHAPES)
    if not is_usual and not all(map(_DATE_TIME.fullmatch, values)):
        return False
    return _all_parse(datetime.fromisoformat, values)


def _have_shape(values: list[str], shape: str) -> bool:
    """Whether all texts are the same signs, with any digits for the zeros."""
    length = len(shape)
    if len(values[0]) != length or len(values[-1]) != length:
        return False
    if set(map(len, values)) != {length}:
        return False
    return "".join(values).translate(_ANY_DIGIT) == shape * len(values)


def _are_times(values: list[str]) -> bool:
    return all(map(_TIME.fullmatch, values)) and _all_parse(time.fromisoformat, values)


def _all_parse(parse: Callable[[str], object], values: list[str]) -> bool:
    try:
        for _ in map(parse, values):
            pass
    except ValueError:
        return False
    return True


def _are_uuids(values: list[str]) -> bool:
    return all(map(_UUID.fullmatch, values))


_CHECKS: dict[_Kind, Callable[[list[str]], bool]] = {
    _Kind.WHOLE: _are_whole,
    _Kind.WIDE: _are_wide,
    _Kind.FLOAT: _are_floats,
    _Kind.DECIMAL: _are_decimals,
    _Kind.DATE: _are_dates,
    _Kind.DATE_TIME: _are_date_times,
    _Kind.TIME: _are_times,
    _Kind.UUID: _are_uuids,
}


# --- From texts to what is stored -----------------------------------------------------------------

_BOOLEANS = {word: 1 - place for pair in _WORDS + _ANSWERS for place, word in enumerate(pair)}


def stored_column(type_: ColumnType[Any], texts: Sequence[str | None]) -> list[Stored]:
    """Return what is stored for texts of a column; empty ones are NULL unless they are text.

    Raises:
        ValueError, KeyError, TypeError, ArithmeticError, TypeConversionError: One of them is no
            value of the type.
    """
    if type_ is TYPES[str]:
        return list(texts)
    convert = _CONVERSIONS.get(type_)
    values: list[str] = list(texts if all(texts) else filter(None, texts))  # type: ignore[arg-type]
    if convert is None:
        found = [type_.to_storage(type_.convert(text)) for text in values]
    else:
        found = convert(values)
    if len(found) == len(texts):
        return found
    each = iter(found)
    return [next(each) if text else None for text in texts]


def _wholes(values: list[str]) -> list[Stored]:
    numbers = list(map(int, values))
    if numbers and (min(numbers) < INTEGER_MIN or max(numbers) > INTEGER_MAX):
        raise ValueError("it is outside the 64 bits from -2^63 to 2^63 - 1")
    return numbers  # type: ignore[return-value]


def _floats(values: list[str]) -> list[Stored]:
    numbers = list(map(float, values))
    if math.isnan(sum(numbers)) and any(map(math.isnan, numbers)):
        raise ValueError("NaN cannot be told from NULL")
    return numbers  # type: ignore[return-value]


def _booleans(values: list[str]) -> list[Stored]:
    return list(map(_BOOLEANS.__getitem__, values))


def _decimals(values: list[str]) -> list[Stored]:
    decimal: ColumnType[Any] = TYPES[Decimal]
    return [decimal.to_storage(decimal.parse(text)) for text in values]


def _dates(values: list[str]) -> list[Stored]:
    if values and not _are_dates(values):
        return [str(TYPES[date].convert(text)) for text in values]
    return values  # type: ignore[return-value]


def _date_times(values: list[str]) -> list[Stored]:
    parsed = list(map(datetime.fromisoformat, values))
    if values and _have_shape(values, _MICROSECONDS):
        return values  # type: ignore[return-value]
    if values and (_have_shape(values, _SECONDS) or _have_shape(values, _USUAL_SHAPES[-1])):
        return [f"{text[:10]} {text[11:]}.000000" for text in values]
    return [found.isoformat(" ", "microseconds") for found in parsed]


def _times(values: list[str]) -> list[Stored]:
    return [found.isoformat() for found in map(time.fromisoformat, values)]


_CONVERSIONS: dict[ColumnType[Any], Callable[[list[str]], list[Stored]]] = {
    TYPES[int]: _wholes,
    TYPES[float]: _floats,
    TYPES[bool]: _booleans,
    TYPES[Decimal]: _decimals,
    TYPES[date]: _dates,
    TYPES[datetime]: _date_times,
    TYPES[time]: _times,
}


def is_plain_text(text: str) -> bool:
    """Return whether a text means nothing but itself: no number, date, boolean or the like."""
    return _kind_of(text)[0] is _Kind.TEXT

"""What the texts of a condition mean in a column of some type. No Qt, no wording."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import Enum, StrEnum
from typing import Any, NamedTuple

from pytuck.common.exceptions import PytuckException
from pytuck.types import TYPES, ColumnType, RawType, StorageClass, Stored, type_from_sql
from pytuck_desktop.workspace.conditions import ColumnTest, Operator
from pytuck_desktop.workspace.file_info import ColumnInfo


class Family(Enum):
    """How the values of a column are compared and typed."""

    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"
    TIMESTAMP = "timestamp"
    TIME = "time"
    TEXT = "text"
    JSON = "json"
    BLOB = "blob"
    ANY = "any"  # columns of foreign files that say nothing of their type


class Refusal(StrEnum):
    """Why a text means nothing here; the window says it in words."""

    INCOMPLETE = "incomplete"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"
    TIMESTAMP = "timestamp"
    TIME = "time"
    INTERVAL = "interval"
    PATTERN = "pattern"
    BINARY = "binary"


class RefusedText(ValueError):  # noqa: N818 - it is what was typed, not a failure of ours
    """A typed text means nothing in its column.

    Attributes:
        reason: Why.
        detail: What more is known, in English.
    """

    def __init__(self, reason: Refusal, detail: str = "") -> None:
        super().__init__(f"{reason.value}: {detail}")
        self.reason = reason
        self.detail = detail


class Meaning(NamedTuple):
    """The stored values that a text stands for: one, or all from `low` to before `end`.

    Attributes:
        is_period: `2026-03` is a month, not a point in time.
        end: None if the period has no end: the last year there is.
        kind: The type of both values.
    """

    low: Stored
    kind: ColumnType[Any]
    is_period: bool = False
    end: Stored = None


_FAMILIES = {
    StorageClass.INTEGER: Family.NUMBER,
    StorageClass.REAL: Family.NUMBER,
    StorageClass.DECIMAL: Family.NUMBER,
    StorageClass.BOOLEAN: Family.BOOLEAN,
    StorageClass.DATE: Family.DATE,
    StorageClass.TIMESTAMP: Family.TIMESTAMP,
    StorageClass.TIME: Family.TIME,
    StorageClass.TEXT: Family.TEXT,
    StorageClass.JSON: Family.JSON,
    StorageClass.BLOB: Family.BLOB,
}


def type_of(column: ColumnInfo) -> ColumnType[Any]:
    """Return the type of a column."""
    return type_from_sql(column.type_name)


def family_of(column: ColumnInfo) -> Family:
    """Return how the values of a column are compared and typed."""
    kind = type_of(column)
    return Family.ANY if isinstance(kind, RawType) else _FAMILIES[kind.storage_class]


def value_test(column: ColumnInfo, value: Stored, *, is_negated: bool = False) -> ColumnTest:
    """Return the test that a column has, or has not, just this stored value.

    It is one that can be typed, unless the value is none that can.
    """
    if value is None:
        return ColumnTest(column.name, Operator.NOT_NULL if is_negated else Operator.NULL)
    text = text_of_value(column, value)
    if text is None:
        return ColumnTest(column.name, Operator.IS_NOT if is_negated else Operator.IS, (value,))
    return ColumnTest(column.name, Operator.NOT_EQUAL if is_negated else Operator.EQUAL, (text,))


def text_of_value(column: ColumnInfo, value: Stored) -> str | None:
    """Return the text that stands for a stored value and no other, if there is one."""
    if value is None or isinstance(value, bytes):
        return None
    family = family_of(column)
    if family is Family.ANY:
        return None  # 5 and "5" would be the same
    text = _typed_form(family, type_of(column), value)
    try:
        meaning = meaning_of(column, text)
    except RefusedText:
        return None
    return text if not meaning.is_period and _is_same(meaning, value) else None


def _is_same(meaning: Meaning, value: Stored) -> bool:
    if meaning.kind.storage_class is StorageClass.DECIMAL and isinstance(value, str):
        return bool(meaning.kind.convert(value) == meaning.kind.from_storage(meaning.low))
    return type(meaning.low) is type(value) and meaning.low == value


def _typed_form(family: Family, kind: ColumnType[Any], value: Stored) -> str:
    if isinstance(value, str):
        return _exactly(family, value)
    if family is Family.BOOLEAN and value in (0, 1):
        return "true" if value else "false"
    if kind.sql_name == "INTERVAL" and isinstance(value, int):
        whole, micros = divmod(abs(value), 1_000_000)
        part = f".{micros:06d}".rstrip("0") if micros else ""
        return f"{'-' if value < 0 else ''}{whole}{part}"
    return repr(value)


def _exactly(family: Family, stored: str) -> str:
    """Return a text for one point in time: a whole second would be taken for a period."""
    if family is Family.TIMESTAMP and stored.endswith(".000000"):
        return stored[:-5]
    return f"{stored}.0" if family is Family.TIME and "." not in stored else stored


def meaning_of(column: ColumnInfo, text: str) -> Meaning:
    """Return what a text stands for in a column.

    Raises:
        RefusedText: Nothing.
    """
    kind, family = type_of(column), family_of(column)
    if family is Family.BLOB:
        raise RefusedText(Refusal.BINARY)
    if family in (Family.TEXT, Family.JSON, Family.ANY):
        return Meaning(_stored_text(kind, text), kind)
    if not text.strip():
        raise RefusedText(Refusal.INCOMPLETE)
    return _MEANINGS[family](kind, text.strip())


def number_of(text: str) -> int | float | None:
    """Return the number that a text is, or None."""
    plain = _ungrouped(text.strip())
    for kind in (int, float):
        try:
            number = kind(plain)
        except ValueError:
            continue
        if number == number and abs(number) < 2**63:  # noqa: PLR0124 - not a NaN
            return number
    return None


def _stored_text(kind: ColumnType[Any], text: str) -> Stored:
    """Return a text as the column keeps it: a UUID has several forms, of which one is stored."""
    if kind.python_type is str or kind.encode is None:
        return text
    try:
        return kind.to_storage(kind.convert(text))
    except PytuckException:
        return text


def _number(kind: ColumnType[Any], text: str) -> Meaning:
    if kind.sql_name == "INTERVAL":
        try:
            return Meaning(kind.to_storage(kind.convert(text)), kind)
        except PytuckException as err:
            raise RefusedText(Refusal.INTERVAL) from err
    if kind.storage_class is StorageClass.DECIMAL:
        exact = TYPES[Decimal]
        try:
            return Meaning(exact.to_storage(exact.convert(_ungrouped(text))), exact)
        except PytuckException as err:
            raise RefusedText(Refusal.NUMBER) from err
    number = number_of(text)
    if number is None:
        raise RefusedText(Refusal.NUMBER)
    if kind.storage_class is StorageClass.REAL:
        number = float(number)
    return Meaning(number, TYPES[type(number)])


def _ungrouped(text: str) -> str:
    """Return a number without the commas between its thousands."""
    is_grouped = re.fullmatch(r"[-+]?\d{1,3}(,\d{3})+(\.\d+)?", text) is not None
    return text.replace(",", "") if is_grouped else text


_WORDS = {
    **dict.fromkeys(("1", "true", "yes", "on", "t", "y", "✓", "是", "真"), 1),
    **dict.fromkeys(("0", "false", "no", "off", "f", "n", "✗", "否", "假"), 0),
}


def _boolean(kind: ColumnType[Any], text: str) -> Meaning:
    word = _WORDS.get(text.lower())
    if word is None:
        raise RefusedText(Refusal.BOOLEAN)
    return Meaning(word, kind)


# --- Dates and times: what is left out makes a period ---

_DATE = r"(?P<year>\d{4})(?:[-/.年](?P<month>\d{1,2})(?:[-/.月](?P<day>\d{1,2})日?|月)?|年)?"
_TIME = r"(?P<hour>\d{1,2})(?::(?P<minute>\d{2})(?::(?P<second>\d{2}))?)?"


def _date(kind: ColumnType[Any], text: str) -> Meaning:
    match = re.fullmatch(_DATE, text)
    if match is not None:
        start, end = _days(match, Refusal.DATE)
        is_day = match["day"] is not None
        if is_day:
            return Meaning(start.isoformat(), kind)
        return Meaning(start.isoformat(), kind, True, None if end is None else end.isoformat())
    try:
        return Meaning(kind.to_storage(kind.convert(text)), kind)
    except PytuckException as err:
        raise RefusedText(Refusal.DATE) from err


def _timestamp(kind: ColumnType[Any], text: str) -> Meaning:
    """Return the period that a text leaves open.

    Its ends have no more digits than needed: files of others have shorter texts than ours, and
    text compares from its beginning.
    """
    match = re.fullmatch(_DATE, text)
    if match is not None:
        first, last = _days(match, Refusal.TIMESTAMP)
        return Meaning(first.isoformat(), kind, True, None if last is None else last.isoformat())
    match = re.fullmatch(f"{_DATE}[ T]+{_TIME}", text)
    if match is None or match["day"] is None:
        try:
            return Meaning(kind.to_storage(kind.convert(text)), kind)
        except PytuckException as err:
            raise RefusedText(Refusal.TIMESTAMP) from err
    day, _ = _days(match, Refusal.TIMESTAMP)
    try:
        start = datetime(day.year, day.month, day.day, *_clock(match))
    except ValueError as err:
        raise RefusedText(Refusal.TIMESTAMP) from err
    length, digits = _step(match)
    end = _later(start, length)
    return Meaning(
        _moment(start, digits), kind, True, None if end is None else _moment(end, digits)
    )


def _time(kind: ColumnType[Any], text: str) -> Meaning:
    match = re.fullmatch(_TIME, text)
    if match is None:
        try:
            return Meaning(kind.to_storage(kind.convert(text)), kind)
        except PytuckException as err:
            raise RefusedText(Refusal.TIME) from err
    try:
        start = datetime(2000, 1, 1, *_clock(match))
    except ValueError as err:
        raise RefusedText(Refusal.TIME) from err
    end = start + _step(match)[0]
    last = end.time().isoformat() if end.day == 1 else None
    return Meaning(start.time().isoformat(), kind, True, last)


def _days(match: re.Match[str], reason: Refusal) -> tuple[date, date | None]:
    """Return the first day of a year, month or day, and the first one after it."""
    year, month, day = (int(match[name] or 0) for name in ("year", "month", "day"))
    try:
        start = date(year, month or 1, day or 1)
    except ValueError as err:
        raise RefusedText(reason) from err
    if (year, month or 12, day or 31) >= (9999, 12, 31):
        return start, None
    if day:
        return start, start + timedelta(days=1)
    if month:
        return start, date(year + month // 12, month % 12 + 1, 1)
    return start, None if year == 9999 else date(year + 1, 1, 1)


def _clock(match: re.Match[str]) -> tuple[int, int, int]:
    return int(match["hour"]), int(match["minute"] or 0), int(match["second"] or 0)


def _step(match: re.Match[str]) -> tuple[timedelta, int]:
    """Return how long the period is that a time of day stands for, and its characters."""
    if match["second"] is not None:
        return timedelta(seconds=1), 8
    return (timedelta(minutes=1), 5) if match["minute"] is not None else (timedelta(hours=1), 2)


def _moment(moment: datetime, digits: int) -> str:
    return f"{moment.date().isoformat()} {moment.time().isoformat()[:digits]}"


def _later(moment: datetime, length: timedelta) -> datetime | None:
    try:
        return moment + length
    except OverflowError:
        return None


_MEANINGS = {
    Family.NUMBER: _number,
    Family.BOOLEAN: _boolean,
    Family.DATE: _date,
    Family.TIMESTAMP: _timestamp,
    Family.TIME: _time,
}

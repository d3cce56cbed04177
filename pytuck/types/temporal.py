"""Dates, times, points in time and durations, stored as ISO 8601 text or microseconds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import ClassVar

from pytuck.types.base import ColumnType, StorageClass
from pytuck.types.numeric import INTEGER_MAX, INTEGER_MIN

_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True)
class DateTimeType(ColumnType[datetime]):
    """Points in time, with or without a time zone's offset.

    Stored as `YYYY-MM-DD HH:MM:SS.ffffff`, followed by `+HH:MM` if aware: text that sorts as the
    values compare, within one kind. The offset is kept, a zone's name is not.
    """

    python_type = datetime
    storage_class: ClassVar[StorageClass] = StorageClass.TIMESTAMP

    @property
    def sql_name(self) -> str:
        return "DATETIME"

    def parse(self, value: object) -> datetime:
        if isinstance(value, str):
            return datetime.fromisoformat(value.strip())
        if isinstance(value, datetime):
            return _plain_datetime(value)
        if isinstance(value, date):
            return datetime(value.year, value.month, value.day)
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return _local_time(value)
        raise TypeError

    @staticmethod
    def encode(value: datetime) -> str:
        """Return the text that is stored."""
        return value.isoformat(" ", "microseconds")

    decode = staticmethod(datetime.fromisoformat)


@dataclass(frozen=True)
class DateType(ColumnType[date]):
    """Calendar days."""

    python_type = date
    storage_class: ClassVar[StorageClass] = StorageClass.DATE

    @property
    def sql_name(self) -> str:
        return "DATE"

    def parse(self, value: object) -> date:
        if isinstance(value, str):
            text = value.strip()
            if len(text) <= 10:
                return date.fromisoformat(text)
            value = datetime.fromisoformat(text)
        if isinstance(value, datetime):
            if value.time() != time():
                raise ValueError("its time of day would be lost")
            if value.tzinfo is not None:
                raise ValueError("its time zone would be lost")
            return value.date()
        raise TypeError

    encode = staticmethod(date.isoformat)
    decode = staticmethod(date.fromisoformat)


@dataclass(frozen=True)
class TimeType(ColumnType[time]):
    """Times of day, with or without an offset."""

    python_type = time
    storage_class: ClassVar[StorageClass] = StorageClass.TIME

    @property
    def sql_name(self) -> str:
        return "TIME"

    def is_valid(self, value: object) -> bool:
        return type(value) is time and (value.tzinfo is None or value.utcoffset() is not None)

    def parse(self, value: object) -> time:
        if isinstance(value, str):
            return time.fromisoformat(value.strip())
        if isinstance(value, time):
            raise ValueError("without a date its time zone has no offset, and would be lost")  # noqa: TRY004
        raise TypeError

    encode = staticmethod(time.isoformat)
    decode = staticmethod(time.fromisoformat)


@dataclass(frozen=True)
class IntervalType(ColumnType[timedelta]):
    """Durations, stored as whole microseconds."""

    python_type = timedelta
    storage_class: ClassVar[StorageClass] = StorageClass.INTEGER

    @property
    def sql_name(self) -> str:
        return "INTERVAL"

    def is_valid(self, value: object) -> bool:
        return type(value) is timedelta and INTEGER_MIN <= value // _MICROSECOND <= INTEGER_MAX

    def parse(self, value: object) -> timedelta:
        if isinstance(value, str):
            value = _duration(value.strip())
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            value = timedelta(seconds=value)
        if not isinstance(value, timedelta):
            raise TypeError
        if not self.is_valid(value):
            raise ValueError("it is longer than 64 bits of microseconds")
        return value

    @staticmethod
    def encode(value: timedelta) -> int:
        """Return the duration in microseconds."""
        return value // _MICROSECOND

    @staticmethod
    def decode(stored: int) -> timedelta:
        """Return the duration; stored fractions and text are refused."""
        if type(stored) is not int:
            raise TypeError
        return timedelta(microseconds=stored)


def _plain_datetime(value: datetime) -> datetime:
    """Return the point in time of a subclass, such as that of pandas."""
    if getattr(value, "nanosecond", 0):
        raise ValueError("its nanoseconds would be lost")
    return datetime.combine(value.date(), value.timetz())


def _local_time(seconds: float) -> datetime:
    """Return the local time at a Unix time, which the old library took for a point in time, too."""
    try:
        return datetime.fromtimestamp(seconds)  # noqa: DTZ006 - local and naive is what is meant
    except OSError as err:
        raise ValueError("it is outside the years from 1 to 9999") from err


def _duration(text: str) -> timedelta:
    """Return the duration for `H:M:S`, `M:S` or seconds, with a sign or without."""
    parts = text.removeprefix("-").split(":")
    if len(parts) > 3 or not all(part[:1].isdigit() or part[:1] == "." for part in parts):
        raise ValueError("write hours:minutes:seconds or a number of seconds")
    hours, minutes = ([0, 0, *map(int, parts[:-1])])[-2:]
    duration = timedelta(hours=hours, minutes=minutes, seconds=float(parts[-1]))
    return -duration if text.startswith("-") else duration

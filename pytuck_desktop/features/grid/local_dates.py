"""Dates and times as in the user's country. QtCore only; loaded when the user wants them."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QDate, QLocale, QTime


def date_text(text: str) -> str:
    """Return an ISO date as the country writes it, with all digits of the year."""
    day = QDate.fromString(text[:10], "yyyy-MM-dd")
    return _country().toString(day, _date_format()) if day.isValid() else text


def time_text(text: str) -> str:
    """Return an ISO time as the country writes it; fractions and offset stay behind it."""
    at = QTime.fromString(text[:8], "HH:mm:ss" if text[5:6] == ":" else "HH:mm")
    if not at.isValid():
        return text
    shown = _country().toString(at, _time_format())
    rest = text[8:] if text[5:6] == ":" else text[5:]
    return (
        f"{shown}{rest}"
        if rest.startswith(".") and shown[-1:].isdigit()
        else f"{shown} {rest}".rstrip()
    )


def timestamp_text(text: str) -> str:
    """Return an ISO date with a time as the country writes it."""
    if len(text) <= 11:
        return date_text(text)
    return f"{date_text(text)} {time_text(text[11:])}"


LOCAL_TEXTS: dict[str, Callable[[str], str]] = {
    "date": date_text,
    "time": time_text,
    "timestamp": timestamp_text,
}
"""By the storage class of the column."""


def _country() -> QLocale:
    country = QLocale.system()
    return QLocale() if country.language() == QLocale.Language.C else country


def _date_format() -> str:
    wanted = _country().dateFormat(QLocale.FormatType.ShortFormat)
    return wanted if "yyyy" in wanted else wanted.replace("yy", "yyyy")


def _time_format() -> str:
    wanted = _country().timeFormat(QLocale.FormatType.ShortFormat)
    return wanted if "s" in wanted else wanted.replace("mm", "mm:ss")

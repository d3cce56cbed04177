"""What the worker's errors say to the user, by their code; English of the worker otherwise."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from PySide6.QtCore import QCoreApplication

from pytuck_desktop.worker.client import ErrorInfo

translate = QCoreApplication.translate


class Remedy(Enum):
    """Which action a problem page offers first."""

    CHOOSE_ANOTHER = "choose another"
    TRY_AGAIN = "try again"
    ENTER_PASSWORD = "enter password"  # noqa: S105 - no password


@dataclass(frozen=True, slots=True)
class Explanation:
    """One message for a person.

    Attributes:
        text: What happened and what to do, without the path (the page shows it).
        details: Everything known, for a report.
    """

    text: str
    details: str
    remedy: Remedy


def explain(error: ErrorInfo) -> Explanation:
    """Return what to tell a person about a file that could not be opened or saved."""
    text = _CONSTRAINTS.get(_constraint(error)) or _TEXTS.get(error.code)
    return Explanation(
        text=text() if text is not None else error.message,
        details=details_text(error),
        remedy=_REMEDIES.get(error.code, Remedy.TRY_AGAIN),
    )


def _constraint(error: ErrorInfo) -> str:
    """Return which rule of a table was broken, as far as the error says it."""
    if error.code != "PT-1203":
        return ""
    is_not_null = bool(error.fields.get("column_name"))
    return "not null" if is_not_null else str(error.fields.get("constraint", ""))


def details_text(error: ErrorInfo) -> str:
    """Return everything an error tells, in English, for 'Copy details'."""
    lines = [f"{error.code}: {error.message}"]
    lines += [f"{name}: {value}" for name, value in sorted(error.fields.items()) if value]
    return "\n".join(lines)


_REMEDIES = {
    "PT-2101": Remedy.CHOOSE_ANOTHER,
    "PT-2102": Remedy.CHOOSE_ANOTHER,
    "PT-2103": Remedy.CHOOSE_ANOTHER,
    "PT-2104": Remedy.CHOOSE_ANOTHER,
    "PT-2105": Remedy.CHOOSE_ANOTHER,
    "PT-2107": Remedy.CHOOSE_ANOTHER,
    "PT-2108": Remedy.CHOOSE_ANOTHER,
    "PT-2201": Remedy.ENTER_PASSWORD,
    "PT-2202": Remedy.ENTER_PASSWORD,
}

_CONSTRAINTS: dict[str, Callable[[], str]] = {
    "not null": lambda: translate(
        "Errors",
        "This column must have a value. Nothing was saved; give it one and save again.",
    ),
    "foreign key": lambda: translate(
        "Errors",
        "Rows refer to one another: a row would refer to one that does not exist, or one that "
        "others refer to would go. Nothing was saved; correct the other row first.",
    ),
}

_TEXTS: dict[str, Callable[[], str]] = {
    "PT-1104": lambda: translate(
        "Errors",
        "Another row has this value already, and the column allows it only once. "
        "Nothing was saved; give another value and save again.",
    ),
    "PT-1203": lambda: translate(
        "Errors",
        "A rule of the table refuses this row. Nothing was saved; correct it and save again.",
    ),
    "PT-9003": lambda: translate(
        "Errors",
        "Some staged values do not fit their columns; they are marked. Nothing was saved. "
        "Correct or undo them and save again; F8 goes to the next one.",
    ),
    "PT-2101": lambda: translate(
        "Errors",
        "There is no file at this place. It may have been moved, renamed or deleted; "
        "nothing was created.",
    ),
    "PT-2102": lambda: translate(
        "Errors", "This is a folder or a device, not a file. Choose a file in it instead."
    ),
    "PT-2103": lambda: translate(
        "Errors",
        "The file is empty: it holds no database. If it should have content, "
        "get it again from where it came from.",
    ),
    "PT-2104": lambda: translate(
        "Errors",
        "This file is not a database that can be opened here. If it should be one, it may be "
        "damaged; or it is encrypted by another program.",
    ),
    "PT-2105": lambda: translate(
        "Errors",
        "The end of the file is missing, perhaps after an interrupted copy or download. "
        "Copy it again from where it came from. The file was not changed.",
    ),
    "PT-2106": lambda: translate(
        "Errors",
        "The system does not allow access to this file. Check its permissions, then try again.",
    ),
    "PT-2107": lambda: translate(
        "Errors",
        "The file was made by a newer version of Pytuck. Update this program to open it. "
        "The file was not changed.",
    ),
    "PT-2110": lambda: translate(
        "Errors",
        "Another file stands now where the open one was. Save your changes elsewhere, or open it "
        "again.",
    ),
    "PT-2108": lambda: translate(
        "Errors",
        "The file is damaged and cannot be read safely. Use a backup copy. "
        "The file was not changed.",
    ),
    "PT-2109": lambda: translate(
        "Errors",
        "The disk is full or failed. Nothing of this was saved; make room, then save again.",
    ),
    "PT-2201": lambda: translate("Errors", "The file is encrypted. Enter its password to open it."),
    "PT-2202": lambda: translate(
        "Errors", "The password does not open this file. Check it and try again."
    ),
    "PT-2301": lambda: translate(
        "Errors",
        "Another program is using the file and holds a lock on it. Wait for it or close it, "
        "then try again.",
    ),
    "PT-2302": lambda: translate(
        "Errors", "The file is open for reading only; it cannot be changed."
    ),
    "PT-2401": lambda: translate(
        "Errors",
        "Somebody else changed or deleted this row since it was read. Nothing was saved. "
        "Look at the row again, then discard or repeat your edit.",
    ),
}
_TEXTS["PT-2402"] = _TEXTS["PT-2403"] = _TEXTS["PT-2401"]


def read_only_text(reason: str | None) -> str:
    """Return why a file is open for reading only, by the word the worker gives for it."""
    texts = {
        "asked": translate("Errors", "It was opened for reading only, as asked."),
        "permission": translate(
            "Errors", "The system does not allow this file or its folder to be written."
        ),
        "newer format": translate(
            "Errors", "A newer version of Pytuck made this file; this one only reads it."
        ),
        "older format": translate(
            "Errors", "The old Pytuck library made this file. Convert it to edit it."
        ),
        "format": translate("Errors", "Files of this format can only be read. Convert it to edit."),
        "locked": translate(
            "Errors", "Another program is writing to it. It can be edited when that has finished."
        ),
    }
    return texts.get(reason or "", reason or "")


LOST_FORMATTING = "Formatting, charts and formulas are lost when this workbook is saved."
"""What the library notes of workbooks of others (`pytuck.formats.excel_reading.LOST`)."""


def note_text(note: str) -> str:
    """Return a note on how a file was read, for a person."""
    if note == LOST_FORMATTING:
        return translate(
            "Errors", "Formatting, charts and formulas are lost when this workbook is saved."
        )
    return note

"""Why a typed text is not taken, in the user's words."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from pytuck_desktop.workspace.typed_text import Refusal, Typed


def refusal_text(typed: Typed) -> str:
    """Return why a text is refused; what the type itself said if there are no words for it."""
    translate = QCoreApplication.translate
    words = {
        Refusal.NEEDS_VALUE: translate("Editors", "This column needs a value."),
        Refusal.WHOLE_NUMBER: translate(
            "Editors", "Not a whole number. Digits only, such as 42 or -7."
        ),
        Refusal.TOO_LARGE: translate(
            "Editors", "Too large: whole numbers have 64 bits, up to 9,223,372,036,854,775,807."
        ),
        Refusal.BOOLEAN: translate("Editors", "Neither true nor false."),
        Refusal.CHOICE: translate("Editors", "Choose one of: {0}").format(typed.reason),
        Refusal.DIGITS: translate(
            "Editors", "At most {0} digits before the point and {1} after it."
        ).format(*(typed.reason.split() if typed.refusal is Refusal.DIGITS else ("", ""))),
        Refusal.NUMBER: translate("Editors", "Not a number. Write it like 3.14 or -2."),
        Refusal.DATE: translate("Editors", "Not a date. Write it like 2026-03-31."),
        Refusal.TIME: translate("Editors", "Not a time of day. Write it like 14:30:00."),
        Refusal.TIMESTAMP: translate(
            "Editors", "Not a date and time. Write it like 2026-03-31 14:30:00."
        ),
        Refusal.JSON: translate("Editors", "Not valid JSON of this column's kind."),
        Refusal.UUID: translate(
            "Editors", "Not a UUID. Write it like 123e4567-e89b-12d3-a456-426614174000."
        ),
    }
    return words.get(typed.refusal, typed.reason) if typed.refusal else typed.reason

"""Words about typed conditions: why one means nothing, and what can be typed."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from pytuck_desktop.workspace.typed_values import Family, Refusal, RefusedText


def refused_text(refused: RefusedText) -> str:
    """Return why a text means nothing in its column."""
    translate = QCoreApplication.translate
    words = {
        Refusal.INCOMPLETE: translate("Conditions", "Something is missing here."),
        Refusal.NUMBER: translate("Conditions", "A number is needed, such as 12.5."),
        Refusal.BOOLEAN: translate("Conditions", "Type true or false."),
        Refusal.DATE: translate(
            "Conditions", "A date is needed, such as 2026-03-31, or a month, such as 2026-03."
        ),
        Refusal.TIMESTAMP: translate(
            "Conditions",
            "A time is needed, such as 2026-03-31 14:30, or a day, such as 2026-03-31.",
        ),
        Refusal.TIME: translate("Conditions", "A time of day is needed, such as 14:30."),
        Refusal.INTERVAL: translate("Conditions", "A time span is needed, in seconds: 90."),
        Refusal.PATTERN: translate("Conditions", "This is no regular expression: {0}."),
        Refusal.BINARY: translate(
            "Conditions", "Binary values cannot be compared; type null or !null."
        ),
    }
    return words[refused.reason].format(refused.detail)


def examples(family: Family) -> str:
    """Return what can be typed into the filter row under a column, with examples."""
    translate = QCoreApplication.translate
    words = {
        Family.NUMBER: translate("Conditions", "10   >=10   <5   1..9   !=3   null   !null"),
        Family.BOOLEAN: translate("Conditions", "true   false   null   !null"),
        Family.DATE: translate(
            "Conditions", "2026-03   >=2026-03-31   2026-01..2026-06   null   !null"
        ),
        Family.TIMESTAMP: translate(
            "Conditions", "2026-03-31   >=2026-03-31 14:30   2026-01..2026-06   null   !null"
        ),
        Family.TIME: translate("Conditions", "14:30   >=9:00   9:00..17:00   null   !null"),
        Family.TEXT: translate(
            "Conditions", "part of a text   !part   =whole text   ~regex   a..m   null   !null"
        ),
        Family.JSON: translate("Conditions", "part of a text   !part   ~regex   null   !null"),
        Family.BLOB: translate("Conditions", "null   !null"),
        Family.ANY: translate("Conditions", "10   part of a text   >=10   ~regex   null   !null"),
    }
    return words[family]

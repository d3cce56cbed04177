"""Words about conditions: what they ask for, what can be typed, why a text means nothing."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from pytuck.types import Stored
from pytuck_desktop.workspace.conditions import LISTS, ColumnTest, GroupKind, Item, Operator
from pytuck_desktop.workspace.typed_values import Family, Refusal, RefusedText
from pytuck_desktop.workspace.value_lists import written_list


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


def operator_words() -> dict[Operator, str]:
    """Return the words between a column and a value."""
    translate = QCoreApplication.translate
    return {
        Operator.EQUAL: translate("Conditions", "equals"),
        Operator.NOT_EQUAL: translate("Conditions", "does not equal"),
        Operator.LESS: translate("Conditions", "is less than"),
        Operator.AT_MOST: translate("Conditions", "is at most"),
        Operator.GREATER: translate("Conditions", "is greater than"),
        Operator.AT_LEAST: translate("Conditions", "is at least"),
        Operator.BETWEEN: translate("Conditions", "is between"),
        Operator.CONTAINS: translate("Conditions", "contains"),
        Operator.NOT_CONTAINS: translate("Conditions", "does not contain"),
        Operator.STARTS_WITH: translate("Conditions", "begins with"),
        Operator.ENDS_WITH: translate("Conditions", "ends with"),
        Operator.MATCHES: translate("Conditions", "matches regex"),
        Operator.NOT_MATCHES: translate("Conditions", "does not match regex"),
        Operator.ONE_OF: translate("Conditions", "is one of"),
        Operator.NONE_OF: translate("Conditions", "is none of"),
        Operator.NULL: translate("Conditions", "is NULL"),
        Operator.NOT_NULL: translate("Conditions", "is not NULL"),
        Operator.IS: translate("Conditions", "is exactly"),
        Operator.IS_NOT: translate("Conditions", "is not exactly"),
    }


def group_words() -> dict[GroupKind, str]:
    """Return what the kinds of groups ask for."""
    translate = QCoreApplication.translate
    return {
        GroupKind.ALL: translate("Conditions", "All of these"),
        GroupKind.ANY: translate("Conditions", "Any of these"),
        GroupKind.NONE: translate("Conditions", "None of these"),
    }


def item_text(item: Item) -> str:
    """Return a condition as a short sentence."""
    if isinstance(item, ColumnTest):
        return _test_text(item)
    translate = QCoreApplication.translate
    words = {
        GroupKind.ALL: translate("Conditions", " and "),
        GroupKind.ANY: translate("Conditions", " or "),
        GroupKind.NONE: translate("Conditions", " or "),
    }
    parts = [
        item_text(part) if isinstance(part, ColumnTest) else f"({item_text(part)})"
        for part in item.items
    ]
    text = words[item.kind].join(parts)
    is_negative = item.kind is GroupKind.NONE
    return translate("Conditions", "not ({0})").format(text) if is_negative else text


def value_text(value: Stored) -> str:
    """Return a value of a condition as it is shown."""
    if isinstance(value, bytes):
        return f"x'{value[:16].hex()}{'…' if len(value) > 16 else ''}'"
    return value if isinstance(value, str) else repr(value)


def _test_text(test: ColumnTest) -> str:
    words = operator_words()[test.operator]
    if test.operator is Operator.BETWEEN:
        values = " … ".join(map(value_text, test.values))
    elif test.operator in LISTS:
        values = written_list(test.values)
    else:
        values = ", ".join(map(value_text, test.values))
    return f"{test.column} {words} {values}".rstrip()

"""What is typed into a filter row's cell: `>=10`, `a..b`, `=x`, `!=x`, `~regex`, `null`, text.

    10          equals a number, or the whole of a month such as `2026-03`; text contains it
    =x  !=x     equals, does not equal       >x  >=x  <x  <=x     compares
    a..b        from a to b, both included; `a..` and `..b` have one end
    ~x  !~x     a regular expression is found, or not
    !x          does not contain, or does not equal
    null !null  has no value, has one
    "null"      the word itself: text in quotation marks means nothing but itself

`parsed` and `written` are each other's opposite.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from pytuck_desktop.workspace.conditions import ColumnTest, Operator
from pytuck_desktop.workspace.file_info import ColumnInfo
from pytuck_desktop.workspace.typed_values import (
    Family,
    Refusal,
    RefusedText,
    family_of,
    meaning_of,
    number_of,
)

_SIGNS = (
    (">=", Operator.AT_LEAST),
    ("<=", Operator.AT_MOST),
    ("!=", Operator.NOT_EQUAL),
    ("<>", Operator.NOT_EQUAL),
    ("!~", Operator.NOT_MATCHES),
    ("==", Operator.EQUAL),
    ("=", Operator.EQUAL),
    (">", Operator.GREATER),
    ("<", Operator.LESS),
    ("~", Operator.MATCHES),
)
"""The longer ones first, as each begins like a shorter one."""

_WRITTEN = {operator: sign for sign, operator in reversed(_SIGNS) if sign not in ("==", "<>")}
_PATTERNS = frozenset((Operator.MATCHES, Operator.NOT_MATCHES))
_SEARCHES = frozenset(
    (Operator.CONTAINS, Operator.NOT_CONTAINS, Operator.STARTS_WITH, Operator.ENDS_WITH)
)
_TEXTUAL = frozenset((Family.TEXT, Family.JSON))
_RANGE = re.compile(r"(?P<low>\"(?:[^\"]|\"\")*\"|.*?[^.]|)\.\.(?P<high>[^.].*|)", re.DOTALL)
_QUOTED = re.compile(r'"(?:[^"]|"")*"', re.DOTALL)


def parsed(text: str, column: ColumnInfo) -> ColumnTest | None:
    """Return the test that a text means in a column; None for no text.

    Raises:
        RefusedText: It means nothing there.
    """
    typed = text.strip()
    if not typed:
        return None
    test = _word(typed, column) or _signed(typed, column) or _range(typed, column)
    return checked(test or _plain(typed, column), column)


def checked(test: ColumnTest, column: ColumnInfo) -> ColumnTest:
    """Return a test as it is if its values mean something in the column.

    Raises:
        RefusedText: They do not.
    """
    if test.operator in (Operator.NULL, Operator.NOT_NULL, Operator.IS, Operator.IS_NOT):
        return test
    family, texts = family_of(column), [_text(value) for value in test.values if value is not None]
    if family is Family.BLOB:
        raise RefusedText(Refusal.BINARY)
    if test.operator in _PATTERNS:
        _check_pattern(texts[0])
    elif test.operator in _SEARCHES:
        if not texts[0]:
            raise RefusedText(Refusal.INCOMPLETE)
    elif test.operator is Operator.BETWEEN:
        if not any(texts):
            raise RefusedText(Refusal.INCOMPLETE)
        _check_values(filter(None, texts), column)
    else:
        _check_values(texts, column)
    return test


def _check_values(texts: Iterable[str], column: ColumnInfo) -> None:
    for text in texts:
        meaning_of(column, text)


def written(test: ColumnTest, column: ColumnInfo) -> str | None:
    """Return the text that means a test, or None if none does."""
    if test.operator in (Operator.NULL, Operator.NOT_NULL):
        return "null" if test.operator is Operator.NULL else "!null"
    if any(not isinstance(value, str) for value in test.values):
        return None
    for text in _forms(test, [_text(value) for value in test.values]):
        try:
            if parsed(text, column) == test:
                return text
        except RefusedText:
            continue
    return None


def _forms(test: ColumnTest, texts: list[str]) -> list[str]:
    """Return the texts that may mean a test, the nicest first."""
    if test.operator is Operator.BETWEEN:
        low, high = texts
        return [f"{low}..{high}", f"{_quoted_if(low)}..{_quoted_if(high)}"]
    if len(texts) != 1:
        return []
    text = texts[0]
    if test.operator in _PATTERNS:
        return [f"{_WRITTEN[test.operator]}{text}"]
    sign = _WRITTEN.get(test.operator, "!" if test.operator is Operator.NOT_CONTAINS else "")
    forms = [f"{sign}{text}", f"{sign}{_quoted(text)}"]
    if test.operator is Operator.EQUAL:
        return [text, *forms]
    return forms


def _word(typed: str, column: ColumnInfo) -> ColumnTest | None:
    if typed.lower() == "null":
        return ColumnTest(column.name, Operator.NULL)
    if typed.lower() == "!null":
        return ColumnTest(column.name, Operator.NOT_NULL)
    return None


def _signed(typed: str, column: ColumnInfo) -> ColumnTest | None:
    for sign, operator in _SIGNS:
        if typed.startswith(sign):
            rest = typed[len(sign) :]
            # A regular expression is taken as it is: its quotation marks are its own.
            value = rest.lstrip() if operator in _PATTERNS else _unquoted(rest)
            if not rest.strip() and not _may_be_empty(operator, column):
                raise RefusedText(Refusal.INCOMPLETE)
            return ColumnTest(column.name, operator, (value,))
    if not typed.startswith("!"):
        return None
    if not typed[1:].strip():
        raise RefusedText(Refusal.INCOMPLETE)
    plain = _plain(typed[1:], column)
    opposites = {Operator.CONTAINS: Operator.NOT_CONTAINS, Operator.EQUAL: Operator.NOT_EQUAL}
    return plain._replace(operator=opposites[plain.operator])


def _may_be_empty(operator: Operator, column: ColumnInfo) -> bool:
    is_equality = operator in (Operator.EQUAL, Operator.NOT_EQUAL)
    return is_equality and family_of(column) in (*_TEXTUAL, Family.ANY)


def _range(typed: str, column: ColumnInfo) -> ColumnTest | None:
    match = _RANGE.fullmatch(typed)
    if match is None or _QUOTED.fullmatch(typed):
        return None
    low, high = match["low"].strip(), match["high"].strip()
    has_both = bool(low) and bool(high)
    if not has_both and (family_of(column) in (*_TEXTUAL, Family.ANY) or not (low or high)):
        return None  # "and so on.." is a text like any other
    return ColumnTest(column.name, Operator.BETWEEN, (_unquoted(low), _unquoted(high)))


def _plain(typed: str, column: ColumnInfo) -> ColumnTest:
    value, family = _unquoted(typed), family_of(column)
    is_number = family is Family.ANY and number_of(typed) is not None
    contains = family in _TEXTUAL or (family is Family.ANY and not is_number)
    return ColumnTest(column.name, Operator.CONTAINS if contains else Operator.EQUAL, (value,))


def _unquoted(text: str) -> str:
    text = text.strip()
    return text[1:-1].replace('""', '"') if _QUOTED.fullmatch(text) else text


def _quoted(text: str) -> str:
    return '"{}"'.format(text.replace('"', '""'))


def _quoted_if(text: str) -> str:
    return _quoted(text) if text else ""


def _text(value: object) -> str:
    return value if isinstance(value, str) else str(value)


def _check_pattern(pattern: str) -> None:
    if not pattern:
        raise RefusedText(Refusal.INCOMPLETE)
    try:
        re.compile(pattern)
    except (re.error, RecursionError, OverflowError) as err:
        raise RefusedText(Refusal.PATTERN, str(err)) from err

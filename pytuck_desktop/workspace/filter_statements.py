"""Conditions as the library's own: what a filter asks the database."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from pytuck.query import (
    Condition,
    Expression,
    Select,
    TableSource,
    and_,
    func,
    nodes,
    or_,
    raw_literal,
    select,
)
from pytuck.query.json_form import dump
from pytuck.types import ColumnType, StorageClass, Stored
from pytuck_desktop.workspace.conditions import (
    ColumnTest,
    Group,
    GroupKind,
    Item,
    Operator,
    is_empty,
)
from pytuck_desktop.workspace.file_info import ColumnInfo, TableInfo
from pytuck_desktop.workspace.filter_language import checked
from pytuck_desktop.workspace.staged_edits import StoredIdentity
from pytuck_desktop.workspace.table_sources import source_of
from pytuck_desktop.workspace.typed_values import (
    Family,
    Meaning,
    family_of,
    meaning_of,
    number_of,
)


def shown_statement(
    table: TableInfo,
    condition: Group,
    sort: Sequence[tuple[str, bool]] = (),
    kept: Sequence[StoredIdentity] = (),
) -> dict[str, Any]:
    """Return the question for the rows that meet a condition, as data for the worker.

    Args:
        sort: Names of columns, and whether each sorts downwards.
        kept: Rows that are shown whether they meet it or not.

    Raises:
        RefusedText: A value means nothing in its column.
        KeyError: There is no such column.
    """
    source = source_of(table)
    statement: Select[Any] = select(source)
    if not is_empty(condition):
        asked = condition_of(condition, table, source)
        statement = statement.where(or_(asked, is_one_of(kept, source)) if kept else asked)
    keys = [(source.c[name], is_descending) for name, is_descending in sort]
    order = [key.desc() if is_descending else key.asc() for key, is_descending in keys]
    return dump(statement.order_by(*order) if order else statement)


def condition_of(item: Item, table: TableInfo, source: TableSource) -> Condition:
    """Return the condition of the library that an item stands for.

    Raises:
        RefusedText: A value means nothing in its column.
        KeyError: There is no such column.
    """
    if isinstance(item, ColumnTest):
        column = table.columns[table.column_index(item.column)]
        return _Column(column, source.c[item.column]).test(checked(item, column))
    parts = [condition_of(part, table, source) for part in item.items if not is_empty(part)]
    if not parts:
        return and_()
    if item.kind is GroupKind.ALL:
        return and_(*parts)
    found = or_(*parts)
    return found if item.kind is GroupKind.ANY else _opposite(found)


def is_one_of(identities: Sequence[StoredIdentity], source: TableSource) -> Condition:
    """Return whether a row is one of those identified."""
    row_ids = [identity for identity in identities if not isinstance(identity, tuple)]
    tests: list[Condition] = [source.rowid.in_(row_ids)] if row_ids else []
    for key in identities:
        if isinstance(key, tuple):
            parts = zip(source.schema.primary_key, key, strict=True)
            tests.append(and_(*(source.c[name].is_(raw_literal(part)) for name, part in parts)))
    return or_(*tests)


def containing(value: Expression[Any], part: str, *, minds_case: bool = False) -> Condition:
    """Return whether a text contains another one, whatever the case of its letters."""
    if minds_case or part.lower() == part.upper():
        return value.contains(part)  # far faster, and the same where no letter has a case
    if part.isascii():
        lower: Expression[str] = func.lower(value)
        return lower.contains(part.lower())  # so is this, in texts of ASCII alone
    return value.ilike(f"%{_escaped(part)}%", escape="\\")


def as_text(value: Expression[Any], family: Family) -> Expression[Any]:
    """Return a column's value as text."""
    return value if family is Family.TEXT else value.cast(str)


def _escaped(part: str) -> str:
    return re.sub(r"([\\%_])", r"\\\1", part)


def _opposite(condition: Condition) -> Condition:
    """Return the condition that the rows meet which do not meet this one: NULL does not."""
    return condition.is_not(True)


class _Column:
    """One column, and what tests of it are."""

    def __init__(self, column: ColumnInfo, value: Expression[Any]) -> None:
        self.column = column
        self.value = value
        self.family = family_of(column)
        self.text = as_text(value, self.family)
        if self.family is Family.JSON:
            self.value = self.text
        self._makers: dict[Operator, Callable[..., Condition]] = {
            Operator.EQUAL: self._equals,
            Operator.LESS: lambda text: self.value < _low(self._meaning(text)),
            Operator.AT_LEAST: lambda text: self.value >= _low(self._meaning(text)),
            Operator.AT_MOST: lambda text: self._up_to(self._meaning(text)),
            Operator.GREATER: self._beyond,
            Operator.BETWEEN: self._between,
            Operator.CONTAINS: lambda text: containing(self.text, text),
            Operator.STARTS_WITH: lambda text: self._like(f"{_escaped(text)}%"),
            Operator.ENDS_WITH: lambda text: self._like(f"%{_escaped(text)}"),
            Operator.MATCHES: lambda text: self.text.regexp_match(text, "i"),
            Operator.ONE_OF: self._one_of,
            Operator.NULL: value.is_null,
            Operator.NOT_NULL: value.is_not_null,
            Operator.IS: lambda stored: value.is_(raw_literal(stored)),
            Operator.IS_NOT: lambda stored: value.is_not(raw_literal(stored)),
        }

    def test(self, test: ColumnTest) -> Condition:
        """Return the condition for a test of this column."""
        positive = _OPPOSITES.get(test.operator)
        if positive is not None:
            return _opposite(self._makers[positive](*test.values))
        return self._makers[test.operator](*test.values)

    def _meaning(self, text: str) -> Meaning:
        return meaning_of(self.column, text)

    def _equals(self, text: str) -> Condition:
        meaning = self._meaning(text)
        if meaning.is_period:
            return and_(self.value >= _low(meaning), self._up_to(meaning))
        number = number_of(text) if self.family is Family.ANY else None
        if number is None:
            return self.value == _low(meaning)
        return or_(self.value == raw_literal(number), self.value == _low(meaning))

    def _up_to(self, meaning: Meaning) -> Condition:
        if not meaning.is_period:
            return self.value <= _low(meaning)
        if meaning.end is None:
            return self.value.is_not_null()
        return self.value < _literal(meaning.end, meaning.kind)

    def _beyond(self, text: str) -> Condition:
        meaning = self._meaning(text)
        if not meaning.is_period:
            return self.value > _low(meaning)
        if meaning.end is None:
            return or_()
        return self.value >= _literal(meaning.end, meaning.kind)

    def _between(self, low: str, high: str) -> Condition:
        if not (low and high):
            return self._open_range(low, high)
        first, last = self._meaning(low), self._meaning(high)
        if _is_after(first, last):
            first, last = last, first
        return and_(self.value >= _low(first), self._up_to(last))

    def _open_range(self, low: str, high: str) -> Condition:
        if low:
            return self.value >= _low(self._meaning(low))
        return self._up_to(self._meaning(high))

    def _like(self, pattern: str) -> Condition:
        return self.text.ilike(pattern, escape="\\")

    def _one_of(self, *values: Stored) -> Condition:
        tests = [
            self.value.is_null() if value is None else self._equals(str(value)) for value in values
        ]
        return or_(*tests)


_OPPOSITES = {
    Operator.NOT_EQUAL: Operator.EQUAL,
    Operator.NOT_CONTAINS: Operator.CONTAINS,
    Operator.NOT_MATCHES: Operator.MATCHES,
    Operator.NONE_OF: Operator.ONE_OF,
}


def _low(meaning: Meaning) -> Expression[Any]:
    return _literal(meaning.low, meaning.kind)


def _literal(stored: Stored, kind: ColumnType[Any]) -> Expression[Any]:
    return Expression(nodes.Literal(stored, kind), kind)


def _is_after(first: Meaning, second: Meaning) -> bool:
    low, high = first.low, second.low
    if isinstance(low, str) and isinstance(high, str):
        if first.kind.storage_class is StorageClass.DECIMAL:
            return float(low) > float(high)
        return low > high
    if isinstance(low, (int, float)) and isinstance(high, (int, float)):
        return low > high
    return False

"""What is looked for in the cells of a table, as a question to its rows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import reduce
from typing import Any, NamedTuple

from pytuck.query import Condition, Expression, TableSource, case, func, or_, select
from pytuck.query.json_form import dump
from pytuck.types import Stored
from pytuck_desktop.workspace.file_info import TableInfo
from pytuck_desktop.workspace.filter_statements import as_text, containing
from pytuck_desktop.workspace.table_sources import source_of
from pytuck_desktop.workspace.typed_values import Family, family_of

_GROUP = 40
"""Columns looked through by one expression: databases bound the depth of one."""

_BETWEEN = "\x1f"
"""Stands between the values of a row, where nobody types it."""


_TEXTS = frozenset((Family.TEXT, Family.JSON, Family.ANY))
_PLAIN = frozenset("0123456789+-.,: " + "truefalseinfinitynanz" + "TRUEFALSEINFINITYNANZ")
"""All characters that numbers, dates, times and booleans have as text."""


class Needle(NamedTuple):
    """What is looked for.

    Attributes:
        minds_case: `a` is not `A`.
        is_pattern: A regular expression instead of a part of the text.
    """

    text: str
    minds_case: bool = False
    is_pattern: bool = False

    def error(self) -> str:
        """Return why this cannot be looked for, in English; empty if it can."""
        if not self.is_pattern:
            return ""
        try:
            re.compile(self.text)
        except (re.error, RecursionError, OverflowError) as err:
            return str(err)
        return ""

    def is_in(self, value: Stored) -> bool:
        """Return whether it is in a staged value; the rows in the file are asked elsewhere."""
        if value is None or isinstance(value, bytes):
            return False
        pattern = self.text if self.is_pattern else re.escape(self.text)
        flags = re.NOFLAG if self.minds_case else re.IGNORECASE
        return re.search(pattern, str(value), flags) is not None


class Search(NamedTuple):
    """A question to the rows of a table.

    Attributes:
        statement: What identifies a row, then one expression for each group of columns: NULL, or
            a text with `1` for each column that has it.
        key_width: How many columns of the statement identify a row.
        groups: The places of the columns of each group.
    """

    statement: dict[str, Any]
    key_width: int
    groups: tuple[tuple[int, ...], ...]


def search_for(needle: Needle, table: TableInfo) -> Search:
    """Return the question for what is looked for; columns that cannot have it are left out."""
    source = source_of(table)
    readable = [
        place for place, column in enumerate(table.columns) if _may_have(family_of(column), needle)
    ]
    groups = tuple(
        tuple(readable[start : start + _GROUP]) for start in range(0, len(readable), _GROUP)
    )
    if not groups:
        return Search({}, 0, ())
    keys = _keys(table, source)
    found = [_found(needle, table, source, group) for group in groups]
    statement = select(*keys, *found)
    return Search(dump(statement), len(keys), groups)


def _may_have(family: Family, needle: Needle) -> bool:
    """Return whether a column is worth a look: no number has the letters of most words."""
    if family in _TEXTS:
        return True
    return family is not Family.BLOB and (needle.is_pattern or set(needle.text) <= _PLAIN)


def _keys(table: TableInfo, source: TableSource) -> list[Expression[Any]]:
    if table.identity == "rowid":
        return [source.rowid]
    if table.identity == "key":
        return [source.c[name] for name in table.primary_key]
    return []


def _found(
    needle: Needle, table: TableInfo, source: TableSource, group: Sequence[int]
) -> Expression[Any]:
    columns = [table.columns[place] for place in group]
    texts = [as_text(source.c[column.name], family_of(column)) for column in columns]
    tests = [_test(needle, text) for text in texts]
    flags = [case((test, "1"), else_="0") for test in tests]
    is_native = needle.text.isascii() or needle.minds_case
    if needle.is_pattern or is_native:
        anywhere = or_(*tests)
    else:  # one call of a function for all values of a row is faster than one for each
        joined = [func.coalesce(text, "").concat(_BETWEEN) for text in texts]
        anywhere = _test(needle, reduce(lambda left, right: left.concat(right), joined))
    return case((anywhere, reduce(lambda left, right: left.concat(right), flags)))


def _test(needle: Needle, text: Expression[Any]) -> Condition:
    if needle.is_pattern:
        return text.regexp_match(needle.text, None if needle.minds_case else "i")
    return containing(text, needle.text, minds_case=needle.minds_case)

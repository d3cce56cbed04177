"""Conditions on rows as plain data: tests of columns, and groups of them. No Qt, no library.

The filter row, the filter panel and the query builder all edit this. `typed_values` says what a
typed text means, `filter_statements` makes a condition of `pytuck.query` of it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from pytuck.types import Stored

MAX_DEPTH = 50
"""Groups within groups; deeper data comes from no person."""


class Operator(StrEnum):
    """What a test compares with.

    The negative ones are the exact opposite of the positive ones: a NULL is not 5, so it passes
    `NOT_EQUAL` 5, as everywhere but in SQL.
    """

    EQUAL = "="
    NOT_EQUAL = "!="
    LESS = "<"
    AT_MOST = "<="
    GREATER = ">"
    AT_LEAST = ">="
    BETWEEN = "between"  # both ends included; an empty end is open
    CONTAINS = "contains"
    NOT_CONTAINS = "not contains"
    STARTS_WITH = "starts with"
    ENDS_WITH = "ends with"
    MATCHES = "matches"
    NOT_MATCHES = "not matches"
    ONE_OF = "one of"  # None among the values stands for NULL
    NONE_OF = "none of"
    NULL = "null"
    NOT_NULL = "not null"
    IS = "is"  # the very value that is stored, whatever the column's type
    IS_NOT = "is not"


class GroupKind(StrEnum):
    """Which of its conditions a row must meet."""

    ALL = "all"
    ANY = "any"
    NONE = "none"


class ColumnTest(NamedTuple):
    """One column compared.

    Attributes:
        values: Texts as a person types them; for `IS` and `IS_NOT`, what is stored.
    """

    column: str
    operator: Operator
    values: tuple[Stored, ...] = ()


class Group(NamedTuple):
    """Conditions taken together. An empty group asks for nothing, whatever its kind."""

    kind: GroupKind = GroupKind.ALL
    items: tuple[Item, ...] = ()


Item: TypeAlias = "ColumnTest | Group"
Path = tuple[int, ...]
"""The places of an item in the groups around it, from the outermost one in."""

EVERYTHING = Group()
"""The condition that every row meets."""

VALUE_COUNTS = {Operator.NULL: 0, Operator.NOT_NULL: 0, Operator.BETWEEN: 2}
"""How many values an operator takes, where it is not one."""

LISTS = frozenset((Operator.ONE_OF, Operator.NONE_OF))
"""The operators that take any number of values."""


def is_empty(item: Item) -> bool:
    """Return whether an item asks for nothing."""
    return isinstance(item, Group) and all(map(is_empty, item.items))


def column_tests(item: Item) -> Iterator[ColumnTest]:
    """Return the tests in an item, from left to right."""
    if isinstance(item, ColumnTest):
        yield item
        return
    for part in item.items:
        yield from column_tests(part)


def all_of(*items: Item) -> Group:
    """Return the group that asks for all of the items, with no more brackets than needed."""
    parts: list[Item] = []
    for item in items:
        if isinstance(item, Group) and item.kind is GroupKind.ALL:
            parts.extend(item.items)
        elif not is_empty(item):
            parts.append(item)
    return Group(GroupKind.ALL, tuple(parts))


def with_columns(group: Group, names: frozenset[str]) -> Group:
    """Return what is left of a group without the tests of other columns than these."""
    kept: list[Item] = []
    for item in group.items:
        if isinstance(item, Group):
            part = with_columns(item, names)
            kept += [part] if not is_empty(part) or is_empty(item) else []
        elif item.column in names:
            kept.append(item)
    return group if len(kept) == len(group.items) and tuple(kept) == group.items else Group(
        group.kind, tuple(kept)
    )  # fmt: skip


# --- Changing a part ---


def item_at(group: Group, path: Path) -> Item:
    """Return the item at a path; the group itself at the empty one.

    Raises:
        IndexError: There is none.
    """
    item: Item = group
    for place in path:
        if isinstance(item, ColumnTest):
            raise IndexError(path)
        item = item.items[place]
    return item


def replaced(group: Group, path: Path, item: Item | None) -> Group:
    """Return the group with another item at a path, or with none there.

    Raises:
        IndexError: There is no item at this path.
    """
    if not path:
        if not isinstance(item, Group):
            raise IndexError(path)
        return item
    place, rest = path[0], path[1:]
    inner = group.items[place]
    if rest:
        if isinstance(inner, ColumnTest):
            raise IndexError(path)
        item = replaced(inner, rest, item)
    middle = () if item is None else (item,)
    return group._replace(items=group.items[:place] + middle + group.items[place + 1 :])


def added(group: Group, path: Path, item: Item) -> Group:
    """Return the group with one more item at the end of the group at a path."""
    inner = item_at(group, path)
    if isinstance(inner, ColumnTest):
        raise IndexError(path)
    return replaced(group, path, inner._replace(items=(*inner.items, item)))


# --- As data ---


def plain(item: Item) -> dict[str, Any]:
    """Return an item as dictionaries, lists, texts and numbers, fit for JSON."""
    if isinstance(item, Group):
        return {"group": str(item.kind), "items": [plain(part) for part in item.items]}
    values = [_plain_value(value) for value in item.values]
    return {"column": item.column, "operator": str(item.operator), "values": values}


def from_plain(data: object) -> Item:
    """Return the item that `plain` made data of.

    Raises:
        ValueError: The data is no item.
    """
    try:
        return _from_plain(data, 0)
    except (KeyError, TypeError) as err:
        raise ValueError(f"This is no condition: {data!r:.80}") from err


def _from_plain(data: Any, depth: int) -> Item:
    if not isinstance(data, Mapping) or depth > MAX_DEPTH:
        raise TypeError
    if "group" in data:
        parts = [_from_plain(part, depth + 1) for part in _list(data["items"])]
        return Group(GroupKind(data["group"]), tuple(parts))
    if not isinstance(data["column"], str):
        raise TypeError
    operator = Operator(data["operator"])
    values = tuple(map(_value_from_plain, _list(data["values"])))
    if operator not in LISTS and len(values) != VALUE_COUNTS.get(operator, 1):
        raise TypeError
    return ColumnTest(data["column"], operator, values)


def _list(data: object) -> list[Any]:
    if not isinstance(data, list):
        raise TypeError
    return data


def _plain_value(value: Stored) -> Any:
    if isinstance(value, bytes):
        return {"bytes": value.hex()}
    if isinstance(value, float) and not math.isfinite(value):
        return {"float": repr(value)}
    return value


def _value_from_plain(data: Any) -> Stored:
    if isinstance(data, Mapping):
        return float(data["float"]) if "float" in data else bytes.fromhex(data["bytes"])
    if data is None or isinstance(data, (int, float, str)):
        return data
    raise TypeError

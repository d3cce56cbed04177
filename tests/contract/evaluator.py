"""What statements mean, in plain Python on small tables: the reference for every engine.

A term is written twice by whoever makes it: as an expression for the engines, and as a function of
a row for Python. A row is a dictionary from (source, column) to a value; None is NULL.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby
from typing import Any

Row = Mapping[tuple[str, str], Any]
Truth = bool | None


@dataclass(frozen=True)
class Term:
    """A value: how the engines are asked for it, and what it is.

    Attributes:
        kind: The Python type of its values.
        ask: Returns the expression, given the sources by name.
        value: Returns the value for a row.
        text: What it says, for a failing example.
    """

    kind: type
    ask: Callable[[Mapping[str, Any]], Any]
    value: Callable[[Row], Any]
    text: str

    def __repr__(self) -> str:
        return self.text


# --- Three-valued logic ---


def compare(operator: str, left: Any, right: Any) -> Truth:
    if operator == "is":
        return left == right
    if left is None or right is None:
        return None
    return {
        "==": left == right, "!=": left != right, "<": left < right,
        "<=": left <= right, ">": left > right, ">=": left >= right,
    }[operator]  # fmt: skip


def all_of(parts: Iterable[Truth]) -> Truth:
    known = list(parts)
    return False if False in known else (None if None in known else True)


def any_of(parts: Iterable[Truth]) -> Truth:
    known = list(parts)
    return True if True in known else (None if None in known else False)


def negation(truth: Truth) -> Truth:
    return None if truth is None else not truth


def is_in(value: Any, values: Sequence[Any]) -> Truth:
    return any_of(compare("==", value, item) for item in values)


# --- Values ---


def known(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function that gives NULL as soon as an argument is NULL."""
    return lambda *values: None if None in values else function(*values)


def divide(left: float, right: float) -> float | None:
    return left / right if right else None


def floor_divide(left: int, right: int) -> int | None:
    return left // right if right else None


def remainder(left: int, right: int) -> int | None:
    return left % right if right else None


def matches(text: str, pattern: str, flags: int) -> bool:
    if flags:
        text, pattern = text.casefold(), pattern.casefold()
    expression = "".join(
        ".*" if char == "%" else "." if char == "_" else re.escape(char) for char in pattern
    )
    return re.fullmatch(expression, text, re.DOTALL) is not None


# --- Order ---


def order_key(value: Any) -> tuple[Any, ...]:
    """Return what sorts values as the engines do: NULL first, texts by code point."""
    return (0,) if value is None else (1, value)


def in_order(rows: Iterable[Row], orders: Sequence[tuple[Term, bool]]) -> list[Row]:
    """Return rows sorted by terms, each upwards or downwards."""
    found = list(rows)
    for term, is_descending in reversed(orders):
        found.sort(key=lambda row: order_key(term.value(row)), reverse=is_descending)
    return found


# --- Sources ---


def rows_of(source: str, records: Iterable[Mapping[str, Any]]) -> list[Row]:
    return [{(source, name): value for name, value in record.items()} for record in records]


def joined(kind: str, left: list[Row], right: list[Row], condition: Term | None) -> list[Row]:
    """Return the rows of a join; a side that is missing has NULLs."""

    def nothing(rows: list[Row], columns: Sequence[tuple[str, str]]) -> Row:
        return dict.fromkeys(columns)

    left_columns = list(left[0]) if left else []
    right_columns = list(right[0]) if right else []
    found: list[Row] = []
    met: set[int] = set()
    for one in left:
        partners = [
            (number, {**one, **other})
            for number, other in enumerate(right)
            if condition is None or condition.value({**one, **other}) is True
        ]
        met.update(number for number, _ in partners)
        found += [row for _, row in partners]
        if not partners and kind in {"left", "full"}:
            found.append({**one, **nothing(right, right_columns)})
    if kind in {"right", "full"}:
        empty = nothing(left, left_columns)
        found += [{**empty, **row} for number, row in enumerate(right) if number not in met]
    return found


# --- Groups ---


def grouped(rows: Iterable[Row], keys: Sequence[Term]) -> list[tuple[tuple[Any, ...], list[Row]]]:
    """Return the rows by the values of terms; without any, all rows are one group."""
    if not keys:
        return [((), list(rows))]

    def key(row: Row) -> tuple[Any, ...]:
        return tuple(order_key(term.value(row)) for term in keys)

    found = []
    for _, items in groupby(sorted(rows, key=key), key):
        group = list(items)
        found.append((tuple(term.value(group[0]) for term in keys), group))
    return found


def aggregate(name: str, values: Iterable[Any]) -> Any:
    """Return an aggregate of values; NULLs do not count."""
    given = [value for value in values if value is not None]
    match name:
        case "count":
            return len(given)
        case "count distinct":
            return len(set(given))
        case "sum":
            return sum(given, start=type(given[0])(0)) if given else None
        case "avg":
            return sum(given) / len(given) if given else None
        case "min":
            return min(given, default=None)
        case "max":
            return max(given, default=None)
    raise AssertionError(name)


def canonical(rows: Iterable[Sequence[Any]]) -> list[tuple[str, ...]]:
    """Return rows so that they can be compared whatever their order, types included."""
    return sorted(tuple(map(_shown, row)) for row in rows)


def _shown(value: Any) -> str:
    if isinstance(value, Decimal):
        return f"decimal {value.normalize() + 0}"
    if isinstance(value, float):
        return f"float {value + 0.0!r}"  # 0.0 and -0.0 are one number
    if isinstance(value, (date, datetime)):
        return f"{type(value).__name__} {value.isoformat()}"
    return f"{type(value).__name__} {value!r}"

"""What may have been renamed: how like two tables or two columns are, from 0 to 1."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from pytuck.schema.changes import RenameColumn, RenameTable
from pytuck.schema.normal_form import names_of, stored_default
from pytuck.schema.tables import Column, Table

LEAST_LIKENESS = 0.5
"""What is less alike is not worth a question."""

_MOST_CANDIDATES = 8
"""A table is measured only against so many, those with the most columns of the same names."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A table or a column that may have been renamed, rather than dropped and made anew.

    Attributes:
        change: The rename, by the names there are.
        likeness: How sure it is, from 0 to 1.
    """

    change: RenameTable | RenameColumn
    likeness: float


def proposed_tables(gone: Sequence[Table], new: Sequence[Table]) -> list[Proposal]:
    """Return which tables that go may be which of those that come, each only once."""
    likest = [
        (table_likeness(table, other), table.name, other.name)
        for table in gone
        for other in _candidates(table, new)
    ]
    return [Proposal(RenameTable(old, other), value) for value, old, other in _best(likest)]


def proposed_columns(
    table: str, gone: Sequence[tuple[int, Column]], new: Sequence[tuple[int, Column]]
) -> list[Proposal]:
    """Return which columns that go may be which of those that come, each only once.

    Args:
        table: Its name as it is there.
        gone: With the place of each.
    """
    likest = [
        (column_likeness(column, other, place - other_place), column.name, other.name)
        for place, column in gone
        for other_place, other in new
    ]
    return [Proposal(RenameColumn(table, old, other), value) for value, old, other in _best(likest)]


def table_likeness(table: Table, other: Table) -> float:
    """Return how like two tables are: by their columns above all, then names, then keys."""
    columns = _overlap(_columns_of(table), _columns_of(other))
    keys = _overlap(_keys_of(table), _keys_of(other))
    return round(0.6 * columns + 0.25 * name_likeness(table.name, other.name) + 0.15 * keys, 3)


def column_likeness(column: Column, other: Column, distance: int) -> float:
    """Return how like two columns are: by type and name above all, then by what else they say.

    Args:
        distance: How many places lie between them.
    """
    is_type = column.type.sql_name == other.type.sql_name
    near = 1 / (1 + abs(distance))
    said = _said(column)
    alike = sum(a == b for a, b in zip(said, _said(other), strict=True)) / len(said)
    names = name_likeness(column.name, other.name)
    return round(0.35 * is_type + 0.35 * names + 0.1 * near + 0.2 * alike, 3)


def name_likeness(name: str, other: str) -> float:
    """Return how like two names are: the share of pairs of neighbouring letters they have both."""
    first, second = _letter_pairs(name), _letter_pairs(other)
    shared = sum((first & second).values())
    return 2 * shared / (first.total() + second.total())


def _letter_pairs(name: str) -> Counter[str]:
    text = f" {name.lower()} "
    return Counter(text[place : place + 2] for place in range(len(text) - 1))


def _said(column: Column) -> tuple[object, ...]:
    default = stored_default(column)
    return column.nullable, column.primary_key, column.unique, column.comment, default


def _columns_of(table: Table) -> Counter[object]:
    """Return the columns by name, and by name and type, so that the name alone counts half."""
    named = Counter[object](names_of(table.by_name))
    return named + Counter((item.name.lower(), item.type.sql_name) for item in table.columns)


def _keys_of(table: Table) -> Counter[object]:
    keys = Counter[object]([("key", names_of(table.primary_key))])
    keys += Counter(("index", names_of(index.columns)) for index in table.indexes)
    return keys + Counter((key.target_table.lower(), *key.columns) for key in table.foreign_keys)


def _overlap(first: Counter[object], second: Counter[object]) -> float:
    together = (first | second).total()
    return (first & second).total() / together if together else 1.0


def _candidates(table: Table, new: Sequence[Table]) -> Iterable[Table]:
    if len(new) <= _MOST_CANDIDATES:
        return new
    names = set(names_of(table.by_name))
    shared = {other.name: len(names.intersection(names_of(other.by_name))) for other in new}
    ordered = sorted(new, key=lambda other: shared[other.name], reverse=True)
    return ordered[:_MOST_CANDIDATES]


def _best(likest: list[tuple[float, str, str]]) -> Iterator[tuple[float, str, str]]:
    """Yield the likest pairs, none of whose names was in one before."""
    taken_old: set[str] = set()
    taken_new: set[str] = set()
    for likeness, old, new in sorted(likest, key=lambda pair: (-pair[0], pair[1], pair[2])):
        if likeness >= LEAST_LIKENESS and old not in taken_old and new not in taken_new:
            taken_old.add(old)
            taken_new.add(new)
            yield likeness, old, new

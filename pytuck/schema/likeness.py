"""What may have been renamed: how like two tables or two columns are, from 0 to 1."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pytuck.schema.changes import RenameColumn, RenameTable
from pytuck.schema.normal_form import names_of, stored_default
from pytuck.schema.tables import Column, Table

LEAST_LIKENESS = 0.5
"""What is less alike is not worth a question."""

_MOST_CANDIDATES = 8
"""A table is measured only against so many, those that have the most names in common with it."""

_MOST_COMMON = 50
"""A name that more tables have than this tells none of them apart."""


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
    features = {other.name: _Features(other) for other in new}
    by_name: dict[str, list[str]] = {}
    for other in features.values():
        for name in other.names:
            by_name.setdefault(name, []).append(other.table)
    likest = [
        (table.likeness(features[candidate]), table.table, candidate)
        for table in map(_Features, gone)
        for candidate in _candidates(table, by_name)
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
    return _share(_letter_pairs(name), _letter_pairs(other))


class _Features:
    """What a table is known by: its columns above all, then its name, then its keys."""

    def __init__(self, table: Table) -> None:
        self.table = table.name
        columns = names_of(table.by_name)
        self.names = {
            *columns,
            *(f"{word} " for word in re.findall(r"[^\W_]+", table.name.lower())),
        }
        # By name, and by name and type, so that the name alone counts half.
        typed = ((column.name.lower(), column.type.sql_name) for column in table.columns)
        self._columns = frozenset([*columns, *typed])
        self._letters = _letter_pairs(table.name)
        self._keys = frozenset(
            [
                ("key", names_of(table.primary_key)),
                *(("index", names_of(index.columns)) for index in table.indexes),
                *((key.target_table.lower(), names_of(key.columns)) for key in table.foreign_keys),
            ]
        )

    def likeness(self, other: _Features) -> float:
        """Return how like two tables are."""
        columns, keys = _share(self._columns, other._columns), _share(self._keys, other._keys)
        return round(0.6 * columns + 0.25 * _share(self._letters, other._letters) + 0.15 * keys, 3)


def _letter_pairs(name: str) -> frozenset[str]:
    text = f" {name.lower()} "
    return frozenset(text[place : place + 2] for place in range(len(text) - 1))


def _share(first: frozenset[Any], second: frozenset[Any]) -> float:
    """Return the part that two sets have in common, from 0 to 1."""
    return 2 * len(first & second) / (len(first) + len(second))


def _said(column: Column) -> tuple[object, ...]:
    default = stored_default(column)
    return column.nullable, column.primary_key, column.unique, column.comment, default


def _candidates(table: _Features, by_name: Mapping[str, Sequence[str]]) -> list[str]:
    """Return the tables that have the most, and the rarest, names in common with one."""
    shared: Counter[str] = Counter()
    for name in table.names:
        others = by_name.get(name, ())
        if len(others) <= _MOST_COMMON:
            for other in others:
                shared[other] += 100 // len(others)
    return [other for other, _ in shared.most_common(_MOST_CANDIDATES)]


def _best(likest: list[tuple[float, str, str]]) -> Iterator[tuple[float, str, str]]:
    """Yield the likest pairs, none of whose names was in one before."""
    taken_old: set[str] = set()
    taken_new: set[str] = set()
    for likeness, old, new in sorted(likest, key=lambda pair: (-pair[0], pair[1], pair[2])):
        if likeness >= LEAST_LIKENESS and old not in taken_old and new not in taken_new:
            taken_old.add(old)
            taken_new.add(new)
            yield likeness, old, new

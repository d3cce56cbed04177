"""Which changes bring foreign keys, indexes and unique columns of one table into line."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from pytuck.schema.changes import (
    AddForeignKey,
    AddUnique,
    Change,
    CreateIndex,
    DropForeignKey,
    DropIndex,
    DropUnique,
)
from pytuck.schema.normal_form import index_identity, is_whole, key_identity, names_of
from pytuck.schema.tables import ForeignKey, Index, Table, index_name

Target = tuple[str, frozenset[str]]
"""A table and columns of it that are unique together, in lower case: what foreign keys lead to."""


def dropped_keys(
    found: Table,
    wanted: Table,
    going: Collection[str],
    shaky: Collection[Target],
    *,
    beyond_models: bool,
) -> Iterator[Change]:
    """Yield the changes that drop foreign keys which are not wanted as they are, or are in the way.

    Args:
        going: Columns that are dropped, and their keys with them, in lower case.
        shaky: Keys of other tables that come or go, so that nothing can refer to them meanwhile.
        beyond_models: Those of several columns go, too, if nothing is in their place.
    """
    there, later = _by_columns(found), _by_columns(wanted)
    for columns, keys in there.items():
        is_kept = len(columns) > 1 and columns not in later and not beyond_models
        same = {key_identity(key) for key in later.get(columns, ())}
        is_same = {key_identity(key) for key in keys} == same
        is_tied = any(leads_to(key, shaky) for key in keys)
        if is_tied or not (is_same or is_kept or _meet(columns, going)):
            yield DropForeignKey(found.name, keys[0].columns)


def added_keys(found: Table, wanted: Table) -> Iterator[Change]:
    """Yield the changes that add foreign keys, once the others are dropped."""
    there = {key_identity(key) for key in found.foreign_keys}
    for key in wanted.foreign_keys:
        if key_identity(key) not in there:
            there.add(key_identity(key))
            yield AddForeignKey(found.name, key)


def changing_keys(found: Table, wanted: Table) -> set[Target]:
    """Return what is unique in one of two tables only: nothing can refer to it meanwhile."""
    changing = _unique_columns(found) ^ _unique_columns(wanted)
    keys: list[tuple[str, ...]] = [(name,) for name in changing]
    if names_of(found.primary_key) != names_of(wanted.primary_key):
        keys += [found.primary_key, wanted.primary_key]
    changed = _unmatched(found, wanted, found.indexes) + _unmatched(found, wanted, wanted.indexes)
    keys += [index.columns for index in changed if index.is_unique]
    return {(found.name.lower(), frozenset(names_of(columns))) for columns in keys}


def leads_to(key: ForeignKey, targets: Collection[Target]) -> bool:
    """Return whether a foreign key leads to one of some targets."""
    return (key.target_table.lower(), frozenset(names_of(key.target_columns))) in targets


def _unique_columns(table: Table) -> set[str]:
    return {column.name.lower() for column in table.columns if column.unique}


def dropped_indexes(
    found: Table,
    wanted: Table,
    going: Collection[str],
    reused: Collection[str],
    *,
    beyond_models: bool,
) -> Iterator[Change]:
    """Yield the changes that drop indexes, and allow columns to have the same values again.

    Args:
        going: Columns that are dropped, and their indexes with them, in lower case.
        reused: Names of indexes that are wanted anywhere, in lower case.
        beyond_models: Indexes on expressions or on some rows only go, too.
    """
    unique = _unique_columns(wanted)
    for column in found.columns:
        if column.unique and column.name.lower() not in unique | set(going):
            yield DropUnique(found.name, (column.name,))
    for index in _unmatched(found, wanted, found.indexes):
        goes_anyway = _meet(names_of(index.columns), going) and index.name.lower() not in reused
        if goes_anyway or not (beyond_models or is_whole(index)):
            continue
        is_rule = index.is_constraint
        name = found.name
        yield DropUnique(name, index.columns) if is_rule else DropIndex(name, index.name)


def added_indexes(found: Table, wanted: Table) -> Iterator[Change]:
    """Yield the changes that make indexes and unique columns, once the others are dropped."""
    unique = _unique_columns(found)
    for column in wanted.columns:
        if column.unique and column.name.lower() not in unique and not column.generated:
            yield AddUnique(found.name, (column.name,))
    for index in _unmatched(found, wanted, wanted.indexes):
        if is_whole(index):
            is_rule = index.is_constraint
            name = found.name
            yield AddUnique(name, index.columns) if is_rule else CreateIndex(name, index)


def impossible_indexes(found: Table, wanted: Table) -> list[Index]:
    """Return the indexes that are wanted, and that nothing we know says how to make."""
    return [index for index in _unmatched(found, wanted, wanted.indexes) if not is_whole(index)]


def _by_columns(table: Table) -> dict[tuple[str, ...], list[ForeignKey]]:
    grouped: dict[tuple[str, ...], list[ForeignKey]] = {}
    for key in table.foreign_keys:
        grouped.setdefault(names_of(key.columns), []).append(key)
    return grouped


def _meet(columns: Collection[str], going: Collection[str]) -> bool:
    return any(name in going for name in columns)


def _unmatched(found: Table, wanted: Table, of: tuple[Index, ...]) -> list[Index]:
    """Return those indexes of one of two tables for which there is none like it in the other."""
    left = list(found.indexes)
    missing = []
    for index in wanted.indexes:
        twin = next((item for item in left if _are_alike(item, index, wanted)), None)
        if twin is None:
            missing.append(index)
        else:
            left.remove(twin)
    return left if of is found.indexes else missing


def _are_alike(found: Index, wanted: Index, table: Table) -> bool:
    """Return whether two indexes are the same, but for a number in a name that nobody chose."""
    if index_identity(found) != index_identity(wanted):
        return False
    name, own = (
        wanted.name.lower(),
        index_name(table.name, wanted.columns, is_unique=wanted.is_unique),
    )
    there = found.name.lower()
    return there == name or (
        name == own.lower() and re.fullmatch(re.escape(name) + r"_\d+", there) is not None
    )

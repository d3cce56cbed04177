"""What is kept of a table beside what DuckDB keeps, after a change."""

from __future__ import annotations

from dataclasses import replace

from pytuck.backends.duckdb.catalogue import TableDefinition
from pytuck.schema import Column, ForeignKey


def with_column(
    kept: TableDefinition, column: Column, foreign_key: ForeignKey | None
) -> TableDefinition:
    """Return it with one more column."""
    keys = () if foreign_key is None else (foreign_key,)
    return replace(
        kept,
        types={**kept.types, column.name: column.type.sql_name},
        foreign_keys=(*kept.foreign_keys, *keys),
    )


def without_column(kept: TableDefinition, column: str) -> TableDefinition:
    """Return it without a column and the foreign keys that it is part of."""
    return replace(
        kept,
        types={name: kind for name, kind in kept.types.items() if name != column},
        foreign_keys=tuple(key for key in kept.foreign_keys if not _has(key.columns, column)),
        never_reused=None if kept.never_reused == column else kept.never_reused,
    )


def with_renamed_column(kept: TableDefinition, column: str, new_name: str) -> TableDefinition:
    """Return it after a column got another name."""
    keys = (
        replace(key, columns=_renamed(key.columns, column, new_name)) for key in kept.foreign_keys
    )
    return replace(
        kept,
        types={new_name if name == column else name: kind for name, kind in kept.types.items()},
        foreign_keys=tuple(keys),
        never_reused=new_name if kept.never_reused == column else kept.never_reused,
    )


def with_renamed_target(kept: TableDefinition, table: str, new_name: str) -> TableDefinition:
    """Return it after a table that foreign keys lead to got another name."""
    keys = (
        replace(key, target_table=new_name) if _is_same(key.target_table, table) else key
        for key in kept.foreign_keys
    )
    return replace(kept, foreign_keys=tuple(keys))


def with_renamed_target_column(
    kept: TableDefinition, table: str, column: str, new_name: str
) -> TableDefinition:
    """Return it after a column that foreign keys lead to got another name."""
    keys = (
        replace(key, target_columns=_renamed(key.target_columns, column, new_name))
        if _is_same(key.target_table, table)
        else key
        for key in kept.foreign_keys
    )
    return replace(kept, foreign_keys=tuple(keys))


def keys_of_columns(kept: TableDefinition, columns: tuple[str, ...]) -> list[ForeignKey]:
    """Return the foreign keys of just these columns."""
    wanted = [name.casefold() for name in columns]
    return [key for key in kept.foreign_keys if list(map(str.casefold, key.columns)) == wanted]


def _renamed(names: tuple[str, ...], column: str, new_name: str) -> tuple[str, ...]:
    return tuple(new_name if _is_same(name, column) else name for name in names)


def _has(names: tuple[str, ...], column: str) -> bool:
    return any(_is_same(name, column) for name in names)


def _is_same(name: str, other: str) -> bool:
    return name.casefold() == other.casefold()

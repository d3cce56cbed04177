"""Which values of a column could not be converted into another type."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from pytuck.common.exceptions import ColumnNotFoundError
from pytuck.compiler import compile_statement
from pytuck.query import TableSource, select
from pytuck.schema import AlterColumn, ValueConversion
from pytuck.types import RAW, ColumnType, Stored

if TYPE_CHECKING:
    from pytuck.core.open_database import OpenDatabase

_ROWS_AT_ONCE = 5000


@dataclass(frozen=True, slots=True)
class Unconvertible:
    """Values that cannot be converted.

    Attributes:
        count: How many rows have one.
        examples: The first of them: the row's key, or row id, and the value as it is stored.
    """

    count: int
    examples: tuple[tuple[Any, Stored], ...]


def find_unconvertible(
    storage: OpenDatabase, table: str, column: str, type_: ColumnType[Any], limit: int
) -> Unconvertible:
    """Read all values of a column, and return those that cannot be converted."""
    source = storage.get_table(table)
    name = next((known for known in source.schema.by_name if known.lower() == column.lower()), None)
    if name is None:
        raise ColumnNotFoundError(table, column, known=tuple(source.schema.by_name))
    old = source.schema.column(name)
    fails = ValueConversion(table, old, type_, AlterColumn(table, name, type_)).fails
    columns = tuple(replace(item, type=RAW) for item in source.schema.columns)
    stored = TableSource(replace(source.schema, columns=columns))
    key = [stored.c[part] for part in source.schema.primary_key] or [stored.rowid]
    question = compile_statement(select(stored.c[name], *key), storage.engine.dialect)
    count = 0
    examples: list[tuple[Any, Stored]] = []
    with storage.reading_connection() as connection:
        for batch in connection.batches(question, _ROWS_AT_ONCE):
            for value, *place in batch:
                if value is not None and fails(value):
                    count += 1
                    if len(examples) < limit:
                        examples.append((place[0] if len(place) == 1 else tuple(place), value))
    return Unconvertible(count, tuple(examples))

"""Carrying out changes one after the other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from pytuck import schema
from pytuck.backends.duckdb.connection import DuckDBConnection
from pytuck.backends.duckdb.structure_changes.columns import ColumnChanges
from pytuck.backends.duckdb.structure_changes.keys import KeyChanges
from pytuck.backends.duckdb.structure_changes.safety import ChangeSafety
from pytuck.backends.duckdb.structure_changes.table_building import TableBuilding
from pytuck.backends.duckdb.structure_changes.tables import TableChanges
from pytuck.common.exceptions import ColumnNotFoundError, QueryError, SchemaError
from pytuck.schema import Change


class StructureChanges:
    """Carries out changes on one connection, inside its open transaction."""

    def __init__(self, connection: DuckDBConnection) -> None:
        self._connection = connection
        self._building = TableBuilding(connection)
        columns, keys = ColumnChanges(self._building), KeyChanges(self._building)
        tables = TableChanges(self._building, keys)
        self._ways: dict[type[Change], Callable[[Any], None]] = {
            schema.CreateTable: tables.create_table,
            schema.DropTable: tables.drop_table,
            schema.RenameTable: tables.rename_table,
            schema.CommentTable: tables.comment_table,
            schema.AddColumn: columns.add_column,
            schema.DropColumn: columns.drop_column,
            schema.RenameColumn: columns.rename_column,
            schema.AlterColumn: columns.alter_column,
            schema.CommentColumn: columns.comment_column,
            schema.SetPrimaryKey: keys.set_primary_key,
            schema.ReorderColumns: columns.reorder_columns,
            schema.AddUnique: keys.add_unique,
            schema.DropUnique: keys.drop_unique,
            schema.AddForeignKey: keys.add_foreign_key,
            schema.DropForeignKey: keys.drop_foreign_key,
            schema.CreateIndex: keys.create_index,
            schema.DropIndex: keys.drop_index,
        }

    def apply(self, steps: Sequence[Change]) -> None:
        """Carry out changes one after the other.

        Raises:
            SchemaError: A change contradicts what is there.
            ConstraintError: Rows would refer to rows that are no longer there.
            TypeConversionError: A stored value cannot be converted.
            UnsupportedOperationError: DuckDB's own foreign keys, in files of others, forbid it.
        """
        with ChangeSafety(self._connection).watching(steps):
            for step in steps:
                self._apply_one(step)
            self._building.make_indexes()

    def _apply_one(self, step: Change) -> None:
        try:
            self._ways[type(step)](step)
        except (QueryError, ColumnNotFoundError) as err:
            if err.__cause__ is None:
                raise  # one of ours, which names table and column
            raise SchemaError(
                f"'{self._connection.path}' does not allow to {step.describe()}: {err.message}",
                table_name=step.table,
                details={"path": self._connection.path},
            ) from err

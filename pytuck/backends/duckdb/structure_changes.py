"""Changing tables of a DuckDB database in the open transaction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from pytuck.backends.duckdb import catalogue, foreign_keys
from pytuck.backends.duckdb.catalogue import TableDefinition
from pytuck.backends.duckdb.connection import DuckDBConnection
from pytuck.common.exceptions import ConstraintError, SchemaError, UnsupportedOperationError
from pytuck.compiler import compile_statement, ddl
from pytuck.compiler.dialects import DUCKDB
from pytuck.query import TableSource, update
from pytuck.schema import MISSING, Column, Table, changes


class StructureChanges:
    """Carries changes out, and keeps what DuckDB does not.

    DuckDB changes no table that has an index on a column behind, and no key at all; building such
    a table anew is left to a conversion into a new file.
    """

    def __init__(self, connection: DuckDBConnection) -> None:
        self._connection = connection
        self._ways: dict[type[changes.Change], Callable[[Any], None]] = {
            changes.CreateTable: self._create_table,
            changes.DropTable: self._drop_table,
            changes.CommentTable: self._comment_table,
            changes.CommentColumn: self._comment_column,
            changes.AddColumn: self._add_column,
            changes.DropColumn: self._drop_column,
            changes.CreateIndex: self._create_index,
            changes.DropIndex: self._drop_index,
        }

    def apply(self, steps: Sequence[changes.Change]) -> None:
        """Carry changes out, one after the other.

        Raises:
            UnsupportedOperationError: DuckDB cannot do one of them.
            SchemaError: A change contradicts what is there.
        """
        for step in steps:
            way = self._ways.get(type(step))
            if way is None:
                raise UnsupportedOperationError(
                    f"The duckdb engine cannot {step.describe()}. Make a new table and copy the "
                    "rows into it.",
                    table_name=step.table,
                )
            way(step)

    def _create_table(self, step: changes.CreateTable) -> None:
        table = step.definition
        _refuse_twins(table)
        there = self._connection.all_tables()
        self._connection.fetch(ddl.create_table(table, DUCKDB))
        for index in table.indexes:
            self._connection.fetch(ddl.create_index(table.name, index, DUCKDB))
        self._comment(table.name, None, table.comment)
        for column in table.columns:
            self._comment(table.name, column.name, column.comment)
        catalogue.write_definition(
            self._connection, table.name, catalogue.definition_of(table), there
        )

    def _drop_table(self, step: changes.DropTable) -> None:
        name = step.table
        referring = [
            (table, key)
            for table, definition in self._connection.definitions().items()
            for key in definition.foreign_keys
            if key.target_table.casefold() == name.casefold() != table.casefold()
        ]
        if foreign_keys.is_referred_to(self._connection, referring):
            raise ConstraintError(
                f"Rows of table '{referring[0][0]}' refer to rows of '{name}', which would go. "
                "Delete or change them first.",
                table_name=name,
                details={"constraint": "foreign key"},
            )
        there = self._connection.all_tables()
        self._connection.fetch(ddl.drop_table(name, DUCKDB))
        catalogue.forget_definition(self._connection, name, there)

    def _comment_table(self, step: changes.CommentTable) -> None:
        self._comment(step.table, None, step.comment, takes_away=True)

    def _comment_column(self, step: changes.CommentColumn) -> None:
        self._comment(step.table, step.column, step.comment, takes_away=True)

    def _comment(
        self, table: str, column: str | None, comment: str | None, *, takes_away: bool = False
    ) -> None:
        if comment or takes_away:
            self._connection.fetch(ddl.comment_on(table, column, comment or None, DUCKDB))

    def _add_column(self, step: changes.AddColumn) -> None:
        column = step.column
        has_value = column.default is not MISSING or step.fill not in {MISSING, None}
        if column.primary_key or column.unique or not (column.nullable or has_value):
            raise UnsupportedOperationError(
                f"The duckdb engine cannot {step.describe()}: a new column is neither a key nor "
                "unique, and may be empty unless it has a default.",
                table_name=step.table,
                column_name=column.name,
            )
        plain = replace(column, nullable=True)
        self._connection.fetch(ddl.add_column(step.table, plain, None, DUCKDB))
        self._comment(step.table, column.name, column.comment)
        if step.fill is not MISSING:
            source = TableSource(Table(step.table, (column,)))
            filling: Any = update(source).values({column.name: step.fill})
            self._connection.execute(compile_statement(filling, DUCKDB))
        definition = self._definition(step.table)
        keys = () if step.foreign_key is None else (step.foreign_key,)
        self._keep(
            step.table,
            replace(
                definition,
                types={**definition.types, column.name: column.type.sql_name},
                foreign_keys=(*definition.foreign_keys, *keys),
            ),
        )
        foreign_keys.check_all(self._connection, [(step.table, key) for key in keys])

    def _drop_column(self, step: changes.DropColumn) -> None:
        self._connection.fetch(ddl.drop_column(step.table, step.column, DUCKDB))
        definition = self._definition(step.table)
        types = {name: kind for name, kind in definition.types.items() if name != step.column}
        keys = tuple(key for key in definition.foreign_keys if step.column not in key.columns)
        self._keep(step.table, replace(definition, types=types, foreign_keys=keys))

    def _create_index(self, step: changes.CreateIndex) -> None:
        self._connection.fetch(ddl.create_index(step.table, step.index, DUCKDB))

    def _drop_index(self, step: changes.DropIndex) -> None:
        self._connection.fetch(ddl.drop_index(step.index, DUCKDB))

    def _definition(self, table: str) -> TableDefinition:
        return self._connection.definitions().get(table) or TableDefinition()

    def _keep(self, table: str, definition: TableDefinition) -> None:
        there = self._connection.all_tables()
        catalogue.write_definition(self._connection, table, definition, there)


def _refuse_twins(table: Table) -> None:
    seen: dict[str, Column] = {}
    for column in table.columns:
        twin = seen.setdefault(column.name.casefold(), column)
        if twin is not column:
            raise SchemaError(
                f"The columns '{twin.name}' and '{column.name}' of table '{table.name}' differ in "
                "case only, which DuckDB does not tell apart.",
                table_name=table.name,
            )

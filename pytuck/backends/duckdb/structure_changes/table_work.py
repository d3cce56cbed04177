"""What all changes of DuckDB's tables need."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from pytuck.backends.duckdb import catalogue
from pytuck.backends.duckdb.catalogue import TableDefinition
from pytuck.backends.duckdb.reflection import reflect_table
from pytuck.backends.duckdb.structure_changes.table_building import TableBuilding
from pytuck.common.exceptions import SchemaError
from pytuck.compiler import ddl
from pytuck.compiler.dialects import DUCKDB
from pytuck.schema import Table


class TableWork:
    """Changes some parts of tables on one connection, inside its open transaction."""

    def __init__(self, building: TableBuilding) -> None:
        self.building = building
        self.connection = building.connection

    def table(self, name: str) -> Table:
        """Return the structure of a table or view.

        Raises:
            TableNotFoundError: There is none of this name.
        """
        return reflect_table(self.connection, name)

    def definition(self, table: str) -> TableDefinition:
        """Return what is kept of a table beside what DuckDB keeps."""
        return self.connection.definitions().get(table) or TableDefinition()

    def keep(self, table: str, definition: TableDefinition) -> None:
        """Keep something else of a table."""
        before = self.definition(table)
        if definition == before:
            return
        self.connection.keep_definition(table, definition)
        if before.never_reused and not definition.never_reused:
            catalogue.forget_key(self.connection, table)

    def redirect(self, changed: Callable[[TableDefinition], TableDefinition]) -> None:
        """Have the foreign keys of all tables follow."""
        for name, kept in dict(self.connection.definitions()).items():
            if changed(kept) != kept:
                self.connection.keep_definition(name, changed(kept))

    def comment(self, table: str, column: str | None, comment: str | None) -> None:
        """Set the comment of a table, or of one of its columns."""
        self.building.run(ddl.comment_on(table, column, comment or None, DUCKDB))


def row_id_name(table: Table) -> str:
    """Return the name of the hidden column with the row ids of a table without a primary key.

    Raises:
        SchemaError: Its columns took every name that it could have.
    """
    name = replace(table, has_rowid=True).hidden_rowid
    if name is None:
        raise SchemaError(
            f"Table '{table.name}' needs a primary key: its columns took every name for row ids.",
            table_name=table.name,
        )
    return name

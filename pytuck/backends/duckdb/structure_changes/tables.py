"""Making, dropping and renaming tables of a DuckDB database."""

from __future__ import annotations

from pytuck import schema
from pytuck.backends.duckdb import catalogue, foreign_keys
from pytuck.backends.duckdb.structure_changes import definitions
from pytuck.backends.duckdb.structure_changes.keys import KeyChanges
from pytuck.backends.duckdb.structure_changes.table_building import TableBuilding
from pytuck.backends.duckdb.structure_changes.table_work import TableWork
from pytuck.common.exceptions import ConstraintError, SchemaError
from pytuck.compiler import ddl
from pytuck.compiler.dialects import DUCKDB
from pytuck.schema import Column, Table


class TableChanges(TableWork):
    """Changes of tables as a whole."""

    def __init__(self, building: TableBuilding, keys: KeyChanges) -> None:
        super().__init__(building)
        self._keys = keys

    def create_table(self, step: schema.CreateTable) -> None:
        """Make a table."""
        table = step.definition
        _refuse_twins(table)
        self.building.run(ddl.create_table(table, DUCKDB))
        self.connection.traces.note_made(table.name)
        self.connection.keep_definition(table.name, catalogue.definition_of(table))
        for index in table.indexes:
            if not index.is_constraint:
                self._keys.make_index(table, index)
        for column, comment in [
            (None, table.comment),
            *((c.name, c.comment) for c in table.columns),
        ]:
            if comment:
                self.comment(table.name, column, comment)

    def drop_table(self, step: schema.DropTable) -> None:
        """Delete a table, or a view."""
        table = self.table(step.table)
        if table.kind == "view":
            self.building.run(ddl.drop_view(table.name, DUCKDB))
            return
        self._refuse_if_rows_refer_to(table.name)
        self.building.drop(table.name)
        self.connection.keep_definition(table.name, None)

    def _refuse_if_rows_refer_to(self, name: str) -> None:
        referring = [
            (table, key)
            for table, kept in self.connection.definitions().items()
            for key in kept.foreign_keys
            if key.target_table.casefold() == name.casefold() != table.casefold()
        ]
        if foreign_keys.is_referred_to(self.connection, referring):
            raise ConstraintError(
                f"Rows of table '{referring[0][0]}' refer to rows of '{name}', which would go. "
                "Delete or change them first.",
                table_name=name,
                details={"constraint": "foreign key"},
            )

    def rename_table(self, step: schema.RenameTable) -> None:
        """Give a table another name."""
        table, new = self.table(step.table), step.new_name
        self.building.text(table)  # refuses views
        taken = {name.casefold() for name in self.connection.all_tables()}
        if new == table.name or new.casefold() in taken - {table.name.casefold()}:
            raise SchemaError(f"There is a table '{new}' already.", table_name=new)
        self.building.rename(table, new)
        self._move_definition(table.name, new)

    def _move_definition(self, old: str, new: str) -> None:
        kept = self.connection.definitions().get(old)
        if kept is not None:
            highest = catalogue.highest_key(self.connection, old) if kept.never_reused else 0
            self.connection.keep_definition(old, None)
            self.connection.keep_definition(new, kept)
            if highest:
                catalogue.note_key(self.connection, new, highest)
        self.redirect(lambda other: definitions.with_renamed_target(other, old, new))

    def comment_table(self, step: schema.CommentTable) -> None:
        """Set the comment of a table."""
        self.comment(self.table(step.table).name, None, step.comment)


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

"""Primary keys, unique columns, foreign keys and indexes of a DuckDB table."""

from __future__ import annotations

from dataclasses import replace

from pytuck import schema
from pytuck.backends import change_rules as rules
from pytuck.backends.duckdb.structure_changes import definitions
from pytuck.backends.duckdb.structure_changes.table_building import Rebuild
from pytuck.backends.duckdb.structure_changes.table_work import TableWork, row_id_name
from pytuck.common.exceptions import DuplicateKeyError
from pytuck.compiler import ddl
from pytuck.compiler.dialects import DUCKDB, duckdb_changes, sqlite_rules
from pytuck.compiler.dialects.duckdb_changes import IndexText
from pytuck.schema import Table


class KeyChanges(TableWork):
    """Changes of what identifies rows, leads to them, and finds them."""

    def set_primary_key(self, step: schema.SetPrimaryKey) -> None:
        """Make other columns the primary key."""
        table = self.table(step.table)
        text = self.building.text(table)
        names = tuple(rules.actual_name(table, name) for name in step.columns)
        if names == table.primary_key:
            return
        given = () if table.rowid_alias else table.primary_key
        rules.refuse_nulls(self.connection, table, (*names, *given))
        rules.refuse_equal_rows(
            self.connection, table, names, f"({', '.join(names)}) cannot be the primary key"
        )
        kept, sources = self.definition(table.name), {}
        whole = duckdb_changes.with_primary_key(text, names, given)
        row_id = None if names else kept.row_id or row_id_name(table)
        if kept.row_id is not None and names:
            others = tuple(item for item in whole.columns if item.name != kept.row_id)
            whole = replace(whole, columns=others)
        elif row_id is not None and row_id != kept.row_id:
            whole = duckdb_changes.with_row_ids(whole, row_id)
            alias = table.rowid_alias
            sources[row_id] = DUCKDB.quote(alias) if alias else duckdb_changes.ROW_NUMBER
        self.building.rebuild(table, Rebuild(whole, sources))
        never_reused = kept.never_reused if names == (kept.never_reused,) else None
        self.keep(table.name, replace(kept, row_id=row_id, never_reused=never_reused))

    def add_unique(self, step: schema.AddUnique) -> None:
        """Have no two rows the same values in columns."""
        table = self.table(step.table)
        names = tuple(rules.actual_name(table, name) for name in step.columns)
        text = sqlite_rules.with_unique(
            self.building.text(table), schema.AddUnique(table.name, names)
        )
        rules.refuse_equal_rows(
            self.connection,
            table,
            names,
            f"({', '.join(names)}) cannot be unique",
            *rules.are_given(table, names),
        )
        self.building.rebuild(table, Rebuild(text))

    def drop_unique(self, step: schema.DropUnique) -> None:
        """Allow rows to have the same values again."""
        table = self.table(step.table)
        index = schema.index_in_place_of_rule(table, step.columns)
        if index is not None:
            self.building.drop_index(table.name, index.name)
            return
        text = sqlite_rules.without_unique(self.building.text(table), step)
        self.building.rebuild(table, Rebuild(text))

    def add_foreign_key(self, step: schema.AddForeignKey) -> None:
        """Have the values of columns stand in another table's."""
        table, key = self.table(step.table), step.foreign_key
        self.building.text(table)
        rules.refuse_unpaired(step)
        ddl.foreign_key_rule(key, DUCKDB)  # refuses actions that there are not
        names = tuple(rules.actual_name(table, name) for name in key.columns)
        kept = self.definition(table.name)
        keys = (*kept.foreign_keys, replace(key, columns=names))
        self.keep(table.name, replace(kept, foreign_keys=keys))

    def drop_foreign_key(self, step: schema.DropForeignKey) -> None:
        """Let columns have any values again."""
        table = self.table(step.table)
        kept = self.definition(table.name)
        outdated = definitions.keys_of_columns(kept, step.columns)
        if outdated:
            keys = tuple(key for key in kept.foreign_keys if key not in outdated)
            self.keep(table.name, replace(kept, foreign_keys=keys))
        else:  # in a file of others DuckDB has it
            text = sqlite_rules.without_foreign_key(self.building.text(table), step)
            self.building.rebuild(table, Rebuild(text))

    def create_index(self, step: schema.CreateIndex) -> None:
        """Make an index; a name of our own making gets a number where it is taken."""
        table = self.table(step.table)
        names = tuple(rules.actual_name(table, name) for name in step.index.columns)
        self.make_index(table, replace(step.index, columns=names))

    def make_index(self, table: Table, index: schema.Index) -> None:
        """Make an index of a table.

        Raises:
            DuplicateKeyError: It is to be unique, and rows have the same values.
        """
        name, names = index.name, index.columns
        if index.is_unique:
            self._refuse_equal_rows(table, names)
        if name == schema.index_name(table.name, names, is_unique=index.is_unique):
            name = self.building.free_name(name)
        made = IndexText(name, index.is_unique, tuple(map(DUCKDB.quote, names)))
        if self.connection.traces.has_updates(table.name):  # DuckDB would make no index
            self.building.rebuild(table, Rebuild(self.building.text(table)))
        self.building.add_index(table.name, made)

    def _refuse_equal_rows(self, table: Table, names: tuple[str, ...]) -> None:
        given = rules.are_given(table, names)
        values = rules.equal_rows(self.connection, table, names, *given)
        if values is not None:
            value = values[0] if len(values) == 1 else values
            raise DuplicateKeyError(table.name, value, column_name=", ".join(names))

    def drop_index(self, step: schema.DropIndex) -> None:
        """Delete an index."""
        table = self.table(step.table)
        if any(index.name == step.index for index in self.building.indexes(table.name)):
            self.building.drop_index(table.name, step.index)
            return
        rule = rules.known_index(table, step.index)
        self.drop_unique(schema.DropUnique(table.name, rule.columns))

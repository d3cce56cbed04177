"""What a schema is after changes, worked out without a database."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from pytuck.common.exceptions import SchemaError, TableNotFoundError
from pytuck.schema import changes as c
from pytuck.schema.normal_form import Tables, names_of
from pytuck.schema.table_steps import (
    TABLE_STEPS,
    Renaming,
    actual_name,
    actual_names,
    twin_column,
    with_index,
    with_name,
)
from pytuck.schema.tables import ForeignKey, Table, index_name


def applied(tables: Tables, changes: Iterable[c.Change]) -> dict[str, Table]:
    """Return the tables by name as they are after changes.

    Raises:
        SchemaError: A change contradicts what is there.
        TableNotFoundError, ColumnNotFoundError: It names what is not there.
        TypeConversionError: A default does not fit the type.
    """
    draft = SchemaDraft(tables)
    for change in changes:
        draft.apply(change)
    return draft.tables


class SchemaDraft:
    """Tables that change one step after the other; upper and lower case are the same in names."""

    def __init__(self, tables: Tables) -> None:
        self._tables: dict[str, Table] = {}
        self._index_names: set[str] = set()
        for table in tables.values() if isinstance(tables, Mapping) else tables:
            self._put(table)

    @property
    def tables(self) -> dict[str, Table]:
        """The tables by their names."""
        return {table.name: table for table in self._tables.values()}

    def find(self, name: str) -> Table | None:
        """Return the table of this name, or None."""
        return self._tables.get(name.lower())

    def table(self, name: str) -> Table:
        """Return the table of this name.

        Raises:
            TableNotFoundError: There is none.
        """
        found = self.find(name)
        if found is None:
            raise TableNotFoundError(name, known=tuple(self.tables))
        return found

    def apply(self, change: c.Change) -> None:
        """Take a step.

        Raises:
            SchemaError: It contradicts what is there.
            TableNotFoundError, ColumnNotFoundError: It names what is not there.
            TypeConversionError: A default does not fit the type.
        """
        whole = _OF_SCHEMA.get(type(change))
        if whole is not None:
            whole(self, change)
        else:
            step: Callable[[Table, Any], Table] = TABLE_STEPS[type(change)]
            self._put(step(self.table(change.table), change))

    def create_table(self, change: c.CreateTable) -> None:
        """Add a table; indexes of our own naming get a number where the name is taken."""
        self._refuse_taken(change.table)
        self._put(replace(change.definition, indexes=()))
        for index in change.definition.indexes:
            self.create_index(c.CreateIndex(change.table, index))

    def drop_table(self, change: c.DropTable) -> None:
        """Take a table away."""
        self._take(self.table(change.table))

    def rename_table(self, change: c.RenameTable) -> None:
        """Give a table another name; foreign keys follow."""
        old = self.table(change.table)
        if change.new_name.lower() != old.name.lower():
            self._refuse_taken(change.new_name)
        places = list(self._tables)
        self._take(old)
        self._put(with_name(old, change.new_name))
        places[places.index(old.name.lower())] = change.new_name.lower()
        self._tables = {name: self._tables[name] for name in places}
        self._redirect(old.name, lambda key: replace(key, target_table=change.new_name))

    def rename_column(self, change: c.RenameColumn) -> None:
        """Give a column another name; keys, indexes and the keys of other tables follow."""
        table = self.table(change.table)
        old = actual_name(table, change.column)
        if change.new_name.lower() in names_of(table.by_name) and (
            change.new_name.lower() != old.lower()
        ):
            raise twin_column(table, change.new_name)
        names = Renaming(old, change.new_name)
        self._put(names.table(table))
        self._redirect(
            table.name, lambda key: replace(key, target_columns=names.all(key.target_columns))
        )

    def create_index(self, change: c.CreateIndex) -> None:
        """Add an index; one of our own naming gets a number where the name is taken."""
        table = self.table(change.table)
        index = replace(change.index, columns=actual_names(table, change.index.columns))
        if not index.is_constraint:
            own_name = index_name(table.name, index.columns, is_unique=index.is_unique)
            index = replace(index, name=self._free_name(index.name, is_ours=index.name == own_name))
        self._put(with_index(table, index))

    def _free_name(self, wanted: str, *, is_ours: bool) -> str:
        name, number = wanted, 1
        while name.lower() in self._index_names or name.lower() in self._tables:
            if not is_ours:
                raise SchemaError(f"There is a table or an index '{name}' already.")
            number += 1
            name = f"{wanted}_{number}"
        return name

    def _redirect(self, target: str, follow: Callable[[ForeignKey], ForeignKey]) -> None:
        """Have the foreign keys that lead to a table follow it."""
        lower = target.lower()
        for table in list(self._tables.values()):
            if any(key.target_table.lower() == lower for key in table.foreign_keys):
                keys = (
                    follow(key) if key.target_table.lower() == lower else key
                    for key in table.foreign_keys
                )
                self._put(replace(table, foreign_keys=tuple(keys)))

    def _refuse_taken(self, name: str) -> None:
        if self.find(name) is not None:
            raise SchemaError(f"There is a table '{name}' already.", table_name=name)

    def _take(self, table: Table) -> None:
        del self._tables[table.name.lower()]
        self._index_names -= _index_names(table)

    def _put(self, table: Table) -> None:
        before = self._tables.get(table.name.lower())
        if before is not None:
            self._index_names -= _index_names(before)
        self._tables[table.name.lower()] = table
        self._index_names |= _index_names(table)


def _index_names(table: Table) -> set[str]:
    return {index.name.lower() for index in table.indexes if not index.is_constraint}


_OF_SCHEMA: Mapping[type[c.Change], Callable[[SchemaDraft, Any], None]] = {
    c.CreateTable: SchemaDraft.create_table,
    c.DropTable: SchemaDraft.drop_table,
    c.RenameTable: SchemaDraft.rename_table,
    c.RenameColumn: SchemaDraft.rename_column,
    c.CreateIndex: SchemaDraft.create_index,
}

"""Changes of the structure of a DuckDB database in the open transaction."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from pytuck import schema
from pytuck.backends import change_rules as rules
from pytuck.backends.duckdb import catalogue, definition_changes, foreign_keys
from pytuck.backends.duckdb.catalogue import TableDefinition
from pytuck.backends.duckdb.change_safety import ChangeSafety
from pytuck.backends.duckdb.connection import DuckDBConnection
from pytuck.backends.duckdb.reflection import reflect_table
from pytuck.backends.duckdb.row_functions import RowFunctions
from pytuck.backends.duckdb.table_building import Rebuild, TableBuilding
from pytuck.backends.duckdb.values import decimal_excess
from pytuck.common.exceptions import (
    ColumnNotFoundError,
    ConstraintError,
    QueryError,
    SchemaError,
)
from pytuck.compiler import ddl, duckdb_structure
from pytuck.compiler.dialects import DUCKDB, duckdb_changes, sqlite_rules
from pytuck.compiler.dialects.duckdb_changes import IndexText
from pytuck.query import TableSource
from pytuck.schema import MISSING, Change, Column, Table
from pytuck.types import ColumnType, DecimalType


class StructureChanges:
    """Carries out changes on one connection, inside its open transaction.

    Where DuckDB cannot alter a table as it stands, the table is made anew; what DuckDB itself does
    not keep of a table is kept beside it.
    """

    def __init__(self, connection: DuckDBConnection) -> None:
        self._connection = connection
        self._building = TableBuilding(connection)

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

    def _apply_one(self, step: Change) -> None:
        carry_out: Callable[[StructureChanges, Any], None] = _STEPS[type(step)]
        try:
            carry_out(self, step)
        except (QueryError, ColumnNotFoundError) as err:
            if err.__cause__ is None:
                raise  # one of ours, which names table and column
            raise SchemaError(
                f"'{self._connection.path}' does not allow to {step.describe()}: {err.message}",
                table_name=step.table,
                details={"path": self._connection.path},
            ) from err

    # --- Tables ---

    def create_table(self, step: schema.CreateTable) -> None:
        """Make a table."""
        table = step.definition
        _refuse_twins(table)
        self._building.run(ddl.create_table(table, DUCKDB))
        self._connection.traces.note_made(table.name)
        self._connection.keep_definition(table.name, catalogue.definition_of(table))
        for index in table.indexes:
            if not index.is_constraint:
                self._make_index(table, index)
        for column, comment in [
            (None, table.comment),
            *((c.name, c.comment) for c in table.columns),
        ]:
            if comment:
                self._comment(table.name, column, comment)

    def drop_table(self, step: schema.DropTable) -> None:
        """Delete a table, or a view."""
        table = self._table(step.table)
        if table.kind == "view":
            self._building.run(ddl.drop_view(table.name, DUCKDB))
            return
        self._refuse_if_rows_refer_to(table.name)
        self._building.run(ddl.drop_table(table.name, DUCKDB))
        self._connection.keep_definition(table.name, None)

    def _refuse_if_rows_refer_to(self, name: str) -> None:
        referring = [
            (table, key)
            for table, kept in self._connection.definitions().items()
            for key in kept.foreign_keys
            if key.target_table.casefold() == name.casefold() != table.casefold()
        ]
        if foreign_keys.is_referred_to(self._connection, referring):
            raise ConstraintError(
                f"Rows of table '{referring[0][0]}' refer to rows of '{name}', which would go. "
                "Delete or change them first.",
                table_name=name,
                details={"constraint": "foreign key"},
            )

    def rename_table(self, step: schema.RenameTable) -> None:
        """Give a table another name."""
        table, new = self._table(step.table), step.new_name
        text = self._building.text(table)
        taken = {name.casefold() for name in self._connection.all_tables()}
        if new == table.name or new.casefold() in taken - {table.name.casefold()}:
            raise SchemaError(f"There is a table '{new}' already.", table_name=new)
        if self._connection.traces.has_other_indexes(table.name):
            self._building.rebuild(table, Rebuild(text, name=new))
        else:
            with self._building.without_indexes(table, name=new):
                self._building.run(ddl.rename_table(table.name, new, DUCKDB))
                self._connection.traces.note_renamed(table.name, new)
        self._move_definition(table.name, new)

    def _move_definition(self, old: str, new: str) -> None:
        kept = self._connection.definitions().get(old)
        if kept is not None:
            highest = catalogue.highest_key(self._connection, old) if kept.never_reused else 0
            self._connection.keep_definition(old, None)
            self._connection.keep_definition(new, kept)
            if highest:
                catalogue.note_key(self._connection, new, highest)
        self._redirect(lambda other: definition_changes.with_renamed_target(other, old, new))

    def _redirect(self, changed: Callable[[TableDefinition], TableDefinition]) -> None:
        """Have the foreign keys of all tables follow."""
        for name, kept in dict(self._connection.definitions()).items():
            if changed(kept) != kept:
                self._connection.keep_definition(name, changed(kept))

    def comment_table(self, step: schema.CommentTable) -> None:
        """Set the comment of a table."""
        self._comment(self._table(step.table).name, None, step.comment)

    def comment_column(self, step: schema.CommentColumn) -> None:
        """Set the comment of a column."""
        table = self._table(step.table)
        self._comment(table.name, rules.actual_name(table, step.column), step.comment)

    def _comment(self, table: str, column: str | None, comment: str | None) -> None:
        self._building.run(ddl.comment_on(table, column, comment or None, DUCKDB))

    # --- Columns ---

    def add_column(self, step: schema.AddColumn) -> None:
        """Add a column."""
        table, column = self._table(step.table), step.column
        text = self._building.text(table)
        fill = rules.refuse_added(self._connection, table, step)
        _refuse_digits(table, column, column.default)
        self._place_row_id(table, [*table.by_name, column.name])
        if self._can_be_added(table, column, fill):
            self._add_in_place(table, column, fill)
        else:
            text = self._building.text(table)  # its row ids may have another name by now
            functions = RowFunctions(self._connection)
            with functions.filling(column, rules.filler(column, fill)) as source:
                whole = duckdb_changes.with_column(text, column)
                self._building.rebuild(table, Rebuild(whole, {column.name: source}))
        if column.comment:
            self._comment(table.name, column.name, column.comment)
        kept = self._definition(table.name)
        self._keep(table.name, definition_changes.with_column(kept, column, step.foreign_key))

    def _can_be_added(self, table: Table, column: Column, fill: object) -> bool:
        """Return whether a column with its values can be added to the table as it stands."""
        if column.unique or callable(fill) or not _is_literal(column, fill):
            return False
        return column.nullable or not self._connection.traces.has_updates(table.name)

    def _add_in_place(self, table: Table, column: Column, fill: object) -> None:
        default = MISSING if fill is None else fill
        filled = replace(column, nullable=True, default=default)
        is_optional = column.nullable
        with contextlib.nullcontext() if is_optional else self._building.without_indexes(table):
            self._building.run(ddl.add_column(table.name, filled, None, DUCKDB))
            if default != column.default:
                self._building.run(duckdb_changes.set_default(table.name, column))
            if not is_optional:
                self._building.run(
                    duckdb_changes.set_not_null(table.name, column.name, is_set=True)
                )

    def drop_column(self, step: schema.DropColumn) -> None:
        """Delete a column."""
        table = self._table(step.table)
        column = table.column(rules.actual_name(table, step.column))
        text = self._building.text(table)
        rules.refuse_dropped(table, column)
        without, is_plain = duckdb_changes.without_column(text, column.name)
        indexes = self._building.indexes(table.name)
        kept = [index for index in indexes if column.name not in index.columns]
        _refuse_spoken_of(column.name, kept)
        if is_plain and not indexes and not self._connection.traces.has_other_indexes(table.name):
            self._building.run(ddl.drop_column(table.name, column.name, DUCKDB))
        else:
            self._building.rebuild(table, Rebuild(without, indexes=kept))
        self._keep(
            table.name,
            definition_changes.without_column(self._definition(table.name), column.name),
        )
        self._place_row_id(table, [name for name in table.by_name if name != column.name])

    def rename_column(self, step: schema.RenameColumn) -> None:
        """Give a column another name."""
        table, new = self._table(step.table), step.new_name
        old = rules.actual_name(table, step.column)
        self._building.text(table)
        rules.refuse_twin(table, new, old)
        if new == old:
            return
        names = [new if name == old else name for name in table.by_name]
        self._place_row_id(table, [*table.by_name, new])
        self._rename_column(table, old, new)
        self._keep(
            table.name,
            definition_changes.with_renamed_column(self._definition(table.name), old, new),
        )
        self._redirect(
            lambda other: definition_changes.with_renamed_target_column(other, table.name, old, new)
        )
        self._place_row_id(table, names)

    def _rename_column(self, table: Table, old: str, new: str) -> None:
        indexes = self._building.indexes(table.name)
        after = [index.with_renamed(old, new, DUCKDB) for index in indexes]
        with self._building.without_indexes(table, after=after):
            self._building.run(ddl.rename_column(table.name, old, new, DUCKDB))

    def _place_row_id(self, table: Table, names: Sequence[str]) -> None:
        """Have the hidden column with the row ids bear the name that it is known by.

        Args:
            names: The columns that there are, or are to be.
        """
        kept = self._definition(table.name)
        if kept.row_id is None:
            return
        columns = tuple(Column(name, ColumnType()) for name in names)
        wanted = _row_id_name(Table(table.name, columns))
        if wanted != kept.row_id:
            self._rename_column(table, kept.row_id, wanted)
            self._keep(table.name, replace(kept, row_id=wanted))

    def alter_column(self, step: schema.AlterColumn) -> None:
        """Change type, duty, default or counting of a column."""
        table = self._table(step.table)
        old = table.column(rules.actual_name(table, step.column))
        text = self._building.text(table)
        new = rules.altered_column(old, step)
        if step.autoincrement is True:
            rules.refuse_uncountable(table, old)
        if step.nullable is False:
            rules.refuse_nulls(self._connection, table, (old.name,))
        _refuse_digits(table, new, new.default)
        if new.type.sql_name != old.type.sql_name:
            native = next(item.type for item in text.columns if item.name == old.name)
            whole = duckdb_changes.altered(text, new, step)
            functions = RowFunctions(self._connection)
            with functions.converting(table, old, native, new.type) as source:
                self._building.rebuild(table, Rebuild(whole, {old.name: source}))
        else:
            self._alter_in_place(table, old, new, step)
        self._keep_altered(table, new, step)

    def _alter_in_place(
        self, table: Table, old: Column, new: Column, step: schema.AlterColumn
    ) -> None:
        if step.default is not ...:
            self._building.run(duckdb_changes.set_default(table.name, new))
        if old.nullable == new.nullable or old.primary_key:
            return
        if not new.nullable and self._connection.traces.has_updates(table.name):
            whole = duckdb_changes.altered(self._building.text(table), new, step)
            self._building.rebuild(table, Rebuild(whole))
            return
        with self._building.without_indexes(table):
            self._building.run(
                duckdb_changes.set_not_null(table.name, new.name, is_set=not new.nullable)
            )

    def _keep_altered(self, table: Table, new: Column, step: schema.AlterColumn) -> None:
        kept = self._definition(table.name)
        if step.type is not ...:
            kept = replace(kept, types={**kept.types, new.name: new.type.sql_name})
        counts = new.autoincrement and new.type.python_type is int
        if counts != (kept.never_reused == new.name):
            kept = replace(kept, never_reused=new.name if counts else None)
        self._keep(table.name, kept)
        if step.autoincrement is True:
            highest = self._connection.highest_key(table.name, new.name)
            catalogue.note_key(self._connection, table.name, highest)

    def set_primary_key(self, step: schema.SetPrimaryKey) -> None:
        """Make other columns the primary key."""
        table = self._table(step.table)
        text = self._building.text(table)
        names = tuple(rules.actual_name(table, name) for name in step.columns)
        if names == table.primary_key:
            return
        given = () if table.rowid_alias else table.primary_key
        rules.refuse_nulls(self._connection, table, (*names, *given))
        rules.refuse_equal_rows(
            self._connection, table, names, f"({', '.join(names)}) cannot be the primary key"
        )
        kept, sources = self._definition(table.name), {}
        whole = duckdb_changes.with_primary_key(text, names, given)
        row_id = None if names else kept.row_id or _row_id_name(table)
        if kept.row_id is not None and names:
            others = tuple(item for item in whole.columns if item.name != kept.row_id)
            whole = replace(whole, columns=others)
        elif row_id is not None and row_id != kept.row_id:
            whole = duckdb_changes.with_row_ids(whole, row_id)
            alias = table.rowid_alias
            sources[row_id] = DUCKDB.quote(alias) if alias else duckdb_changes.ROW_NUMBER
        self._building.rebuild(table, Rebuild(whole, sources))
        never_reused = kept.never_reused if names == (kept.never_reused,) else None
        self._keep(table.name, replace(kept, row_id=row_id, never_reused=never_reused))

    def reorder_columns(self, step: schema.ReorderColumns) -> None:
        """Put the columns into another order."""
        table = self._table(step.table)
        text = self._building.text(table)
        names = [rules.actual_name(table, name) for name in step.columns]
        rules.refuse_order(table, names)
        hidden = [item for item in text.columns if item.name not in table.by_name]
        columns = (*(text.column(name) for name in names), *hidden)
        self._building.rebuild(table, Rebuild(replace(text, columns=columns)))

    # --- Rules ---

    def add_unique(self, step: schema.AddUnique) -> None:
        """Have no two rows the same values in columns."""
        table = self._table(step.table)
        names = tuple(rules.actual_name(table, name) for name in step.columns)
        text = sqlite_rules.with_unique(
            self._building.text(table), schema.AddUnique(table.name, names)
        )
        source = TableSource(table)
        rules.refuse_equal_rows(
            self._connection,
            table,
            names,
            f"({', '.join(names)}) cannot be unique",
            *(source.c[name].is_not_null() for name in names),
        )
        self._building.rebuild(table, Rebuild(text))

    def drop_unique(self, step: schema.DropUnique) -> None:
        """Allow rows to have the same values again."""
        table = self._table(step.table)
        text = sqlite_rules.without_unique(self._building.text(table), step)
        self._building.rebuild(table, Rebuild(text))

    def add_foreign_key(self, step: schema.AddForeignKey) -> None:
        """Have the values of columns stand in another table's."""
        table, key = self._table(step.table), step.foreign_key
        self._building.text(table)
        rules.refuse_unpaired(step)
        ddl.foreign_key_rule(key, DUCKDB)  # refuses actions that there are not
        names = tuple(rules.actual_name(table, name) for name in key.columns)
        kept = self._definition(table.name)
        keys = (*kept.foreign_keys, replace(key, columns=names))
        self._keep(table.name, replace(kept, foreign_keys=keys))

    def drop_foreign_key(self, step: schema.DropForeignKey) -> None:
        """Let columns have any values again."""
        table = self._table(step.table)
        kept = self._definition(table.name)
        outdated = definition_changes.keys_of_columns(kept, step.columns)
        if outdated:
            keys = tuple(key for key in kept.foreign_keys if key not in outdated)
            self._keep(table.name, replace(kept, foreign_keys=keys))
        else:  # in a file of others DuckDB has it
            text = sqlite_rules.without_foreign_key(self._building.text(table), step)
            self._building.rebuild(table, Rebuild(text))

    # --- Indexes ---

    def create_index(self, step: schema.CreateIndex) -> None:
        """Make an index; a name of our own making gets a number where it is taken."""
        table = self._table(step.table)
        names = tuple(rules.actual_name(table, name) for name in step.index.columns)
        self._make_index(table, replace(step.index, columns=names))

    def _make_index(self, table: Table, index: schema.Index) -> None:
        name, names = index.name, index.columns
        if name == schema.index_name(table.name, names, is_unique=index.is_unique):
            name = self._building.free_name(name)
        made = IndexText(name, index.is_unique, tuple(map(DUCKDB.quote, names)))
        if self._connection.traces.has_updates(table.name):
            indexes = [*self._building.indexes(table.name), made]
            self._building.rebuild(table, Rebuild(self._building.text(table), indexes=indexes))
        else:
            self._building.make_indexes(table.name, [made])

    def drop_index(self, step: schema.DropIndex) -> None:
        """Delete an index."""
        table = self._table(step.table)
        index = rules.known_index(table, step.index)
        if index.is_constraint:
            self.drop_unique(schema.DropUnique(table.name, index.columns))
        else:
            self._building.drop_index(table.name, index.name)

    # --- Asking and keeping ---

    def _table(self, name: str) -> Table:
        return reflect_table(self._connection, name)

    def _definition(self, table: str) -> TableDefinition:
        return self._connection.definitions().get(table) or TableDefinition()

    def _keep(self, table: str, definition: TableDefinition) -> None:
        before = self._definition(table)
        if definition == before:
            return
        self._connection.keep_definition(table, definition)
        if before.never_reused and not definition.never_reused:
            catalogue.forget_key(self._connection, table)


_STEPS: dict[type[Change], Callable[[StructureChanges, Any], None]] = {
    schema.CreateTable: StructureChanges.create_table,
    schema.DropTable: StructureChanges.drop_table,
    schema.RenameTable: StructureChanges.rename_table,
    schema.CommentTable: StructureChanges.comment_table,
    schema.AddColumn: StructureChanges.add_column,
    schema.DropColumn: StructureChanges.drop_column,
    schema.RenameColumn: StructureChanges.rename_column,
    schema.AlterColumn: StructureChanges.alter_column,
    schema.CommentColumn: StructureChanges.comment_column,
    schema.SetPrimaryKey: StructureChanges.set_primary_key,
    schema.ReorderColumns: StructureChanges.reorder_columns,
    schema.AddUnique: StructureChanges.add_unique,
    schema.DropUnique: StructureChanges.drop_unique,
    schema.AddForeignKey: StructureChanges.add_foreign_key,
    schema.DropForeignKey: StructureChanges.drop_foreign_key,
    schema.CreateIndex: StructureChanges.create_index,
    schema.DropIndex: StructureChanges.drop_index,
}


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


def _refuse_spoken_of(column: str, indexes: Sequence[IndexText]) -> None:
    for index in indexes:
        if index.speaks_of(column):
            raise SchemaError(
                f"The column '{column}' cannot be dropped: the index '{index.name}' speaks of it "
                "in an expression. Drop that first.",
                column_name=column,
            )


def _refuse_digits(table: Table, column: Column, default: object) -> None:
    """Refuse a default of more digits than DuckDB keeps; it would round without a word."""
    kind = column.type
    if not isinstance(kind, DecimalType) or kind.precision or not default:
        return
    excess = decimal_excess(kind.convert(default))
    if excess:
        raise SchemaError(
            f"The default of column '{table.name}.{column.name}': {excess}",
            table_name=table.name,
            column_name=column.name,
        )


def _is_literal(column: Column, fill: object) -> bool:
    """Return whether a value can be written as a literal that DuckDB need not compute."""
    stored = column.type.to_storage(None if fill is MISSING else fill)
    if isinstance(stored, float):
        return math.isfinite(stored)
    return not isinstance(stored, bytes) and "\0" not in str(stored)


def _row_id_name(table: Table) -> str:
    name = replace(table, has_rowid=True).hidden_rowid
    if name is None:
        raise SchemaError(
            f"Table '{table.name}' needs a primary key: its columns took every name for row ids.",
            table_name=table.name,
        )
    return name

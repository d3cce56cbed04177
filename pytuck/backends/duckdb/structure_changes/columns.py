"""Adding, dropping, renaming, altering and reordering columns of a DuckDB table."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Sequence
from dataclasses import replace

from pytuck import schema
from pytuck.backends import change_rules as rules
from pytuck.backends.duckdb import catalogue
from pytuck.backends.duckdb.structure_changes import definitions
from pytuck.backends.duckdb.structure_changes.row_functions import RowFunctions
from pytuck.backends.duckdb.structure_changes.table_building import Rebuild
from pytuck.backends.duckdb.structure_changes.table_work import TableWork, row_id_name
from pytuck.backends.duckdb.values import decimal_excess
from pytuck.common.exceptions import SchemaError
from pytuck.compiler import ddl
from pytuck.compiler.dialects import DUCKDB, duckdb_changes
from pytuck.compiler.dialects.duckdb_changes import IndexText
from pytuck.schema import MISSING, Column, Table
from pytuck.types import ColumnType, DecimalType


class ColumnChanges(TableWork):
    """Changes of columns."""

    def add_column(self, step: schema.AddColumn) -> None:
        """Add a column."""
        table, column = self.table(step.table), step.column
        text = self.building.text(table)
        fill = rules.refuse_added(self.connection, table, step)
        _refuse_digits(table, column, column.default)
        self._place_row_id(table, [*table.by_name, column.name])
        if self._can_be_added(table, column, fill):
            self._add_in_place(table, column, fill)
        else:
            text = self.building.text(table)  # its row ids may have another name by now
            functions = RowFunctions(self.connection)
            with functions.filling(column, rules.filler(column, fill)) as source:
                whole = duckdb_changes.with_column(text, column)
                self.building.rebuild(table, Rebuild(whole, {column.name: source}))
        if column.comment:
            self.comment(table.name, column.name, column.comment)
        kept = self.definition(table.name)
        self.keep(table.name, definitions.with_column(kept, column, step.foreign_key))

    def _can_be_added(self, table: Table, column: Column, fill: object) -> bool:
        """Return whether a column with its values can be added to the table as it stands."""
        if column.unique or callable(fill) or not _is_literal(column, fill):
            return False
        return column.nullable or not self.connection.traces.has_updates(table.name)

    def _add_in_place(self, table: Table, column: Column, fill: object) -> None:
        default = MISSING if fill is None else fill
        filled = replace(column, nullable=True, default=default)
        is_optional = column.nullable
        with contextlib.nullcontext() if is_optional else self.building.altering(table):
            self.building.run(ddl.add_column(table.name, filled, None, DUCKDB))
            if default != column.default:
                self.building.run(duckdb_changes.set_default(table.name, column))
            if not is_optional:
                self.building.run(duckdb_changes.set_not_null(table.name, column.name, is_set=True))

    def drop_column(self, step: schema.DropColumn) -> None:
        """Delete a column."""
        table = self.table(step.table)
        column = table.column(rules.actual_name(table, step.column))
        text = self.building.text(table)
        rules.refuse_dropped(table, column)
        without, is_plain = duckdb_changes.without_column(text, column.name)
        indexes = self.building.indexes(table.name)
        kept = [index for index in indexes if column.name not in index.columns]
        _refuse_spoken_of(column.name, kept)
        if is_plain and not indexes and not self.building.is_fixed(table.name):
            self.building.run(ddl.drop_column(table.name, column.name, DUCKDB))
        else:
            self.building.rebuild(table, Rebuild(without, indexes=kept))
        self.keep(
            table.name,
            definitions.without_column(self.definition(table.name), column.name),
        )
        self._place_row_id(table, [name for name in table.by_name if name != column.name])

    def rename_column(self, step: schema.RenameColumn) -> None:
        """Give a column another name."""
        table, new = self.table(step.table), step.new_name
        old = rules.actual_name(table, step.column)
        self.building.text(table)  # refuses views
        rules.refuse_twin(table, new, old)
        if new == old:
            return
        names = [new if name == old else name for name in table.by_name]
        self._place_row_id(table, [*table.by_name, new])
        self._rename_column(table, old, new)
        self.keep(
            table.name,
            definitions.with_renamed_column(self.definition(table.name), old, new),
        )
        self.redirect(
            lambda other: definitions.with_renamed_target_column(other, table.name, old, new)
        )
        self._place_row_id(table, names)

    def _rename_column(self, table: Table, old: str, new: str) -> None:
        indexes = self.building.indexes(table.name)
        after = [index.with_renamed(old, new, DUCKDB) for index in indexes]
        with self.building.altering(table, after):
            self.building.run(ddl.rename_column(table.name, old, new, DUCKDB))

    def _place_row_id(self, table: Table, names: Sequence[str]) -> None:
        """Have the hidden column with the row ids bear the name that it is known by.

        Args:
            names: The columns that there are, or are to be.
        """
        kept = self.definition(table.name)
        if kept.row_id is None:
            return
        columns = tuple(Column(name, ColumnType()) for name in names)
        wanted = row_id_name(Table(table.name, columns))
        if wanted != kept.row_id:
            self._rename_column(table, kept.row_id, wanted)
            self.keep(table.name, replace(kept, row_id=wanted))

    def alter_column(self, step: schema.AlterColumn) -> None:
        """Change type, duty, default or counting of a column."""
        table = self.table(step.table)
        old = table.column(rules.actual_name(table, step.column))
        self.building.text(table)  # refuses views
        new = rules.altered_column(old, step)
        if step.autoincrement is True:
            rules.refuse_uncountable(table, new)
        if step.nullable is False:
            rules.refuse_nulls(self.connection, table, (old.name,))
        _refuse_digits(table, new, new.default)
        if new.type.sql_name != old.type.sql_name:
            self._convert(table, old, new, step)
        else:
            self._alter_in_place(table, old, new, step)
        self._keep_altered(table, new, step)

    def _convert(self, table: Table, old: Column, new: Column, step: schema.AlterColumn) -> None:
        text = self.building.text(table)
        native = text.column(old.name).type
        whole = duckdb_changes.altered(text, new, step)
        conversion = schema.ValueConversion(table.name, old, new.type, step)
        functions, sources = RowFunctions(self.connection), {}
        kept_in = rules.refuse_kept(table, step) if step.on_bad == "keep" else None
        with contextlib.ExitStack() as stack:
            sources[old.name] = stack.enter_context(functions.converting(table, conversion, native))
            if kept_in is not None:
                whole = duckdb_changes.with_column(whole, kept_in)
                sources[kept_in.name] = stack.enter_context(functions.keeping(conversion, native))
            self.building.rebuild(table, Rebuild(whole, sources))
        if kept_in is not None:
            kept = self.definition(table.name)
            self.keep(table.name, definitions.with_column(kept, kept_in, None))

    def _alter_in_place(
        self, table: Table, old: Column, new: Column, step: schema.AlterColumn
    ) -> None:
        if step.default is not ...:
            self.building.run(duckdb_changes.set_default(table.name, new))
        if old.nullable == new.nullable or old.primary_key:
            return
        has_updates = self.connection.traces.has_updates(table.name)
        if self.building.is_fixed(table.name) or (has_updates and not new.nullable):
            whole = duckdb_changes.altered(self.building.text(table), new, step)
            self.building.rebuild(table, Rebuild(whole))
            return
        with self.building.altering(table):
            self.building.run(
                duckdb_changes.set_not_null(table.name, new.name, is_set=not new.nullable)
            )

    def _keep_altered(self, table: Table, new: Column, step: schema.AlterColumn) -> None:
        kept = self.definition(table.name)
        if step.type is not ...:
            kept = replace(kept, types={**kept.types, new.name: new.type.sql_name})
        counts = new.autoincrement and new.type.python_type is int
        if counts != (kept.never_reused == new.name):
            kept = replace(kept, never_reused=new.name if counts else None)
        self.keep(table.name, kept)
        if step.autoincrement is True:
            highest = self.connection.highest_key(table.name, new.name)
            catalogue.note_key(self.connection, table.name, highest)

    def comment_column(self, step: schema.CommentColumn) -> None:
        """Set the comment of a column."""
        table = self.table(step.table)
        self.comment(table.name, rules.actual_name(table, step.column), step.comment)

    def reorder_columns(self, step: schema.ReorderColumns) -> None:
        """Put the columns into another order."""
        table = self.table(step.table)
        text = self.building.text(table)
        names = [rules.actual_name(table, name) for name in step.columns]
        rules.refuse_order(table, names)
        hidden = [item for item in text.columns if item.name not in table.by_name]
        columns = (*(text.column(name) for name in names), *hidden)
        self.building.rebuild(table, Rebuild(replace(text, columns=columns)))


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

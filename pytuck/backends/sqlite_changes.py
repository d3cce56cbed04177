"""Changes of the structure of a SQLite database, all or nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pytuck import schema
from pytuck.backends import catalogue
from pytuck.backends import change_rules as rules
from pytuck.backends.change_safety import ChangeSafety
from pytuck.backends.reflection import reflect_table, table_names
from pytuck.backends.sqlite_connection import SqliteConnection
from pytuck.common.exceptions import (
    ColumnNotFoundError,
    QueryError,
    SchemaError,
)
from pytuck.compiler import ddl
from pytuck.compiler.dialects import SQLITE, sqlite_changes, sqlite_rules, sqlite_tables
from pytuck.compiler.dialects.sqlite_changes import Rebuild
from pytuck.compiler.dialects.sqlite_conversions import conversion
from pytuck.schema import MISSING, Change

_FILL = "pytuck_fill"
_CONVERT = "pytuck_convert"
_UNCONVERTED = "pytuck_unconverted"


@dataclass
class StructureChanges:
    """Carries out changes on one connection, inside its open transaction.

    Where foreign keys are enforced meanwhile, a table that others refer to cannot be made anew:
    deleting the old one would be deleting its rows.
    """

    connection: SqliteConnection

    @property
    def safety(self) -> ChangeSafety:
        """What it must not do."""
        return ChangeSafety(self.connection)

    def apply(self, changes: Sequence[Change]) -> None:
        """Carry out changes one after the other.

        Raises:
            SchemaError: A change contradicts what is there.
            ConstraintError: Rows would refer to rows that are no longer there.
            TransactionError: It cannot be done inside a transaction that was open before.
        """
        dangling = self.safety.dangling(self.safety.referring(changes))
        broken = self.safety.broken()
        for change in changes:
            self._apply_one(change)
        before = Counter({_name_after(changes, name): count for name, count in dangling.items()})
        self.safety.refuse_newly_dangling(before, self.safety.referring(changes))
        self.safety.refuse_newly_broken(broken)

    def _apply_one(self, change: Change) -> None:
        carry_out: Callable[[StructureChanges, Any], None] = _STEPS[type(change)]
        try:
            carry_out(self, change)
        except (QueryError, ColumnNotFoundError) as err:
            if err.__cause__ is None:
                raise  # one of ours, which names table and column
            raise SchemaError(
                f"'{self.connection.path}' does not allow to {change.describe()}: {err.message}",
                table_name=change.table,
                details={"path": self.connection.path},
            ) from err

    # --- Tables ---

    def create_table(self, change: schema.CreateTable) -> None:
        """Make a table."""
        table = change.definition
        self._run(ddl.create_table(table, SQLITE))
        for index in table.indexes:
            if not index.is_constraint:
                self.create_index(schema.CreateIndex(table.name, index))
        catalogue.write_comments(self.connection, table)

    def drop_table(self, change: schema.DropTable) -> None:
        """Delete a table."""
        table = self._table(change.table)
        if table.kind == "view":
            self._run(ddl.drop_view(table.name, SQLITE))
        else:
            self.safety.refuse_cascade(change)
            self._run(ddl.drop_table(table.name, SQLITE))
        catalogue.write_comments(self.connection, schema.Table(table.name, ()))

    def rename_table(self, change: schema.RenameTable) -> None:
        """Give a table another name."""
        table = self._table(change.table)
        new = change.new_name
        taken = {name.lower() for name in table_names(self.connection)} - {table.name.lower()}
        if new.lower() in taken or new == table.name:
            raise SchemaError(f"There is a table '{new}' already.", table_name=new)
        old = table.name
        if new.lower() == old.lower():  # SQLite finds that name taken, so it goes by another one
            old = self._free_name(f"_pytuck_renamed_{new}")
            self._run(ddl.rename_table(table.name, old, SQLITE))
        self._run(ddl.rename_table(old, new, SQLITE))
        catalogue.move_comments(self.connection, table.name, new)

    def comment_table(self, change: schema.CommentTable) -> None:
        """Set the comment of a table."""
        table = self._table(change.table)
        catalogue.set_comment(self.connection, table.name, "", change.comment)

    # --- Columns ---

    def add_column(self, change: schema.AddColumn) -> None:
        """Add a column."""
        table = self._table(change.table)
        column = change.column
        fill = rules.refuse_added(self.connection, table, change)
        self._add(table, replace(change, table=table.name), fill)
        if column.comment:
            catalogue.set_comment(self.connection, table.name, column.name, column.comment)

    def _add(self, table: schema.Table, change: schema.AddColumn, fill: object) -> None:
        column = change.column
        is_default = fill is MISSING or (not callable(fill) and fill == column.default)
        has_default = column.default is not MISSING and column.default is not None
        is_simple = (column.nullable or has_default) and not column.unique
        is_simple = is_simple and (change.foreign_key is None or not has_default)
        # Filling a column by an update would have the table's triggers think that rows changed.
        if is_simple and (is_default or not self._has_triggers(table)):
            self._run(ddl.add_column(table.name, column, change.foreign_key, SQLITE))
            if not is_default:
                with self.connection.function(_FILL, rules.filler(column, fill)):
                    self._run(sqlite_changes.fill_column(table.name, column.name, _FILL, SQLITE))
            return
        rebuild = sqlite_changes.with_column(self._text(table), change, f"{_FILL}()", SQLITE)
        with self.connection.function(_FILL, rules.filler(column, fill)):
            self._rebuild(table, rebuild, change)

    def drop_column(self, change: schema.DropColumn) -> None:
        """Delete a column."""
        table = self._table(change.table)
        column = table.column(rules.actual_name(table, change.column))
        rules.refuse_dropped(table, column)
        rebuild, is_plain = sqlite_changes.without_column(self._text(table), column.name)
        for index in table.indexes:
            if column.name in index.columns and not index.is_constraint:
                self._run(ddl.drop_index(index.name, SQLITE))
        if is_plain:
            self._run(ddl.drop_column(table.name, column.name, SQLITE))
        else:
            self._rebuild(table, rebuild, change)
        catalogue.set_comment(self.connection, table.name, column.name, None)

    def rename_column(self, change: schema.RenameColumn) -> None:
        """Give a column another name."""
        table = self._table(change.table)
        old = rules.actual_name(table, change.column)
        rules.refuse_twin(table, change.new_name, old)
        self._run(ddl.rename_column(table.name, old, change.new_name, SQLITE))
        catalogue.move_comments(self.connection, table.name, table.name, old, change.new_name)

    def alter_column(self, change: schema.AlterColumn) -> None:
        """Change type, duty, default or counting of a column."""
        table = self._table(change.table)
        old = table.column(rules.actual_name(table, change.column))
        new = rules.altered_column(old, change)
        if change.autoincrement is True:
            rules.refuse_uncountable(table, new)
        if change.nullable is False:
            rules.refuse_nulls(self.connection, table, (old.name,))
        text = sqlite_changes.altered(self._text(table), new, change, SQLITE)
        if new.type.sql_name == old.type.sql_name:
            self._rebuild(table, Rebuild(text), change)
            return
        value = SQLITE.quote(old.name)
        convert = schema.ValueConversion(table.name, old, new.type, change)
        source = conversion(old.type, new.type, value, f"{_CONVERT}({value})")
        rebuild = Rebuild(text, {text.column(old.name).name: source})
        if change.on_bad == "keep":
            kept = rules.refuse_kept(table, change)
            added = schema.AddColumn(table.name, kept)
            more = sqlite_changes.with_column(text, added, f"{_UNCONVERTED}({value})", SQLITE)
            rebuild = Rebuild(more.text, {**rebuild.sources, **more.sources})
        with (
            self.connection.function(_CONVERT, convert, 1),
            self.connection.function(_UNCONVERTED, convert.unconverted, 1),
        ):
            self._rebuild(table, rebuild, change)

    def comment_column(self, change: schema.CommentColumn) -> None:
        """Set the comment of a column."""
        table = self._table(change.table)
        name = rules.actual_name(table, change.column)
        catalogue.set_comment(self.connection, table.name, name, change.comment)

    def set_primary_key(self, change: schema.SetPrimaryKey) -> None:
        """Make other columns the primary key."""
        table = self._table(change.table)
        names = tuple(rules.actual_name(table, name) for name in change.columns)
        if names == table.primary_key:
            return
        given = () if table.rowid_alias else table.primary_key
        rules.refuse_nulls(self.connection, table, (*names, *given))
        rules.refuse_equal_rows(
            self.connection, table, names, f"({', '.join(names)}) cannot be the primary key"
        )
        plan = schema.SetPrimaryKey(table.name, names)
        text = sqlite_changes.with_primary_key(self._text(table), plan, SQLITE)
        self._rebuild(table, Rebuild(text), change)

    def reorder_columns(self, change: schema.ReorderColumns) -> None:
        """Put the columns into another order."""
        table = self._table(change.table)
        names = tuple(rules.actual_name(table, name) for name in change.columns)
        rules.refuse_order(table, names)
        plan = schema.ReorderColumns(table.name, names)
        text = sqlite_changes.reordered(self._text(table), plan)
        self._rebuild(table, Rebuild(text), change)

    # --- Rules ---

    def add_unique(self, change: schema.AddUnique) -> None:
        """Have no two rows the same values in columns."""
        table = self._table(change.table)
        names = tuple(rules.actual_name(table, name) for name in change.columns)
        rules.refuse_equal_rows(
            self.connection,
            table,
            names,
            f"({', '.join(names)}) cannot be unique",
            *rules.are_given(table, names),
        )
        plan = schema.AddUnique(table.name, names)
        self._rebuild(table, Rebuild(sqlite_rules.with_unique(self._text(table), plan)), change)

    def drop_unique(self, change: schema.DropUnique) -> None:
        """Allow rows to have the same values again."""
        table = self._table(change.table)
        index = schema.index_in_place_of_rule(table, change.columns)
        if index is not None:  # which stands in the place of a rule
            self._run(ddl.drop_index(index.name, SQLITE))
            return
        text = sqlite_rules.without_unique(self._text(table), change)
        self._rebuild(table, Rebuild(text), change)

    def add_foreign_key(self, change: schema.AddForeignKey) -> None:
        """Have the values of columns stand in another table's."""
        table = self._table(change.table)
        key = change.foreign_key
        names = tuple(rules.actual_name(table, name) for name in key.columns)
        plan = schema.AddForeignKey(table.name, replace(key, columns=names))
        text = sqlite_rules.with_foreign_key(self._text(table), plan)
        self._rebuild(table, Rebuild(text), change)

    def drop_foreign_key(self, change: schema.DropForeignKey) -> None:
        """Let columns have any values again."""
        table = self._table(change.table)
        text = sqlite_rules.without_foreign_key(self._text(table), change)
        self._rebuild(table, Rebuild(text), change)

    # --- Indexes ---

    def create_index(self, change: schema.CreateIndex) -> None:
        """Make an index; a name of our own making gets a number where it is taken."""
        table = self._table(change.table)
        names = tuple(rules.actual_name(table, name) for name in change.index.columns)
        index = replace(change.index, columns=names)
        if index.name == schema.index_name(table.name, names, is_unique=index.is_unique):
            index = replace(index, name=self._free_name(index.name))
        self._run(ddl.create_index(table.name, index, SQLITE))

    def drop_index(self, change: schema.DropIndex) -> None:
        """Delete an index."""
        table = self._table(change.table)
        index = rules.known_index(table, change.index)
        if index.is_constraint:
            self.drop_unique(schema.DropUnique(table.name, index.columns))
        else:
            self._run(ddl.drop_index(index.name, SQLITE))

    # --- Making a table anew ---

    def _rebuild(self, table: schema.Table, rebuild: Rebuild, change: Change) -> None:
        """Make a table anew under another name, copy its rows, and put it in the old one's place."""
        self.safety.refuse_cascade(change)
        new = self._free_name(f"_pytuck_new_{table.name}")
        belongings = self.connection.fetch(sqlite_changes.definitions_of(table.name))
        counter = self._counter(table)
        count = rules.count_rows(self.connection, table)
        self._run(sqlite_changes.create_rebuilt(new, rebuild.text, SQLITE))
        self._run(sqlite_changes.copy_rows(table, new, rebuild, SQLITE))
        copied = rules.count_rows(self.connection, replace(table, name=new))
        if copied != count:
            raise SchemaError(
                f"Only {copied} of {count} rows of table '{table.name}' could be copied; nothing "
                "was changed.",
                table_name=table.name,
            )
        self._run(ddl.drop_table(table.name, SQLITE))
        # Otherwise SQLite would look for the old table, in views and triggers, before it is back.
        self.connection.pragma("legacy_alter_table", 1)
        try:
            self._run(ddl.rename_table(new, table.name, SQLITE))
        finally:
            self.connection.pragma("legacy_alter_table", 0)
        for kind, _, sql in belongings:
            if kind in ("index", "trigger"):
                self._run(str(sql))
        if counter and "AUTOINCREMENT" in sqlite_changes.key_clause(rebuild.text):
            for sql_text in sqlite_changes.keep_counter(table.name, counter, SQLITE):
                self._run(sql_text)

    def _counter(self, table: schema.Table) -> int | None:
        if not self.connection.pragma_rows("table_info", "sqlite_sequence"):
            return None
        return self.connection.highest_key_given(table.name)

    def _has_triggers(self, table: schema.Table) -> bool:
        rows = self.connection.fetch(sqlite_changes.definitions_of(table.name))
        return any(kind == "trigger" for kind, _, _ in rows)

    def _text(self, table: schema.Table) -> sqlite_tables.TableText:
        rows = self.connection.fetch(sqlite_changes.definitions_of(table.name))
        definition = next((sql for kind, _, sql in rows if kind == "table"), None)
        if definition is None:
            raise SchemaError(
                f"'{table.name}' is a view; its columns are those of what it is made of.",
                table_name=table.name,
            )
        return sqlite_tables.parse_table(str(definition))

    # --- Asking ---

    def _run(self, sql: str) -> None:
        self.connection.fetch(sql)

    def _table(self, name: str) -> schema.Table:
        return reflect_table(self.connection, name)

    def _free_name(self, wanted: str) -> str:
        name, number = wanted, 1
        while self.connection.fetch(sqlite_changes.anything_named(name)):
            number += 1
            name = f"{wanted}_{number}"
        return name


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


def _name_after(changes: Sequence[Change], name: str) -> str:
    for change in changes:
        if isinstance(change, schema.RenameTable) and change.table.lower() == name.lower():
            name = change.new_name
    return name

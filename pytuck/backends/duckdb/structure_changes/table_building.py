"""Changing one table of a DuckDB database where it stands, or by making it anew."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from pytuck.backends.change_rules import count_rows
from pytuck.backends.duckdb.connection import DuckDBConnection
from pytuck.common.exceptions import SchemaError, UnsupportedOperationError
from pytuck.compiler import ddl, duckdb_structure
from pytuck.compiler.dialects import DUCKDB, duckdb_changes
from pytuck.compiler.dialects.duckdb_changes import IndexText
from pytuck.compiler.dialects.sqlite_tables import TableText, parse_table
from pytuck.schema import Table


@dataclass(frozen=True, slots=True)
class Rebuild:
    """A table as it is to be.

    Attributes:
        sources: SQL of values by column name, for columns that are not simply taken over.
        name: Its new name; None if it keeps its own.
        indexes: Those that it is to have; None for those it has.
    """

    text: TableText
    sources: Mapping[str, str] = field(default_factory=dict)
    name: str | None = None
    indexes: Sequence[IndexText] | None = None


@dataclass(frozen=True, slots=True)
class TableBuilding:
    """Runs the SQL of changes, in the order and in the way DuckDB can carry them out."""

    connection: DuckDBConnection

    def run(self, sql: str) -> None:
        """Run SQL that changes the structure."""
        self.connection.note_structure_change()
        self.connection.fetch(sql)

    def text(self, table: Table) -> TableText:
        """Return the definition of a table as DuckDB writes it.

        Raises:
            SchemaError: It is a view.
            UnsupportedOperationError: It cannot be taken apart.
        """
        if table.kind == "view":
            raise SchemaError(
                f"'{table.name}' is a view; its columns are those of what it is made of.",
                table_name=table.name,
            )
        found = self.connection.fetch(duckdb_structure.DEFINITION, (table.name,))
        sql = str(found[0][0])
        text = parse_table(sql)
        rows = self.connection.fetch(duckdb_structure.COLUMNS, (table.name,))
        if [column.name for column in text.columns] != [row[0] for row in rows]:
            raise UnsupportedOperationError(
                f"Table '{table.name}' cannot be changed: its definition is {sql}",
                table_name=table.name,
            )
        return text

    def indexes(self, table: str) -> list[IndexText]:
        """Return the indexes of a table."""
        return [
            IndexText(
                str(name),
                bool(is_unique),
                tuple(json.loads(str(parts))),
                None if comment is None else str(comment),
            )
            for name, is_unique, parts, comment in self.connection.fetch(
                duckdb_structure.INDEXES, (table,)
            )
        ]

    def free_name(self, wanted: str) -> str:
        """Return a name that no table, view or index has, with a number behind it if need be."""
        taken = {str(row[0]).casefold() for row in self.connection.fetch(duckdb_structure.NAMES)}
        name, number = wanted, 1
        while name.casefold() in taken:
            number += 1
            name = f"{wanted}_{number}"
        return name

    def refuse_if_referred_to(self, table: str) -> None:
        """Refuse a change of a table that foreign keys of DuckDB's own lead to.

        Raises:
            UnsupportedOperationError: There are such keys, in a file of others.
        """
        found = self.connection.fetch(duckdb_structure.OWN_REFERENCES, (table,))
        others = sorted({str(row[0]) for row in found})
        if others:
            raise UnsupportedOperationError(
                f"DuckDB does not change '{table}' while foreign keys of {', '.join(others)} that "
                "it checks itself lead to it. Copy the tables into a new file.",
                table_name=table,
            )

    # --- Where the table stands ---

    @contextlib.contextmanager
    def without_indexes(
        self, table: Table, *, name: str | None = None, after: Sequence[IndexText] | None = None
    ) -> Iterator[None]:
        """Take the indexes of a table away for the time of a `with` block.

        DuckDB alters no table that has any. Where it could not make them again, because rows were
        updated meanwhile, the table is made anew first.

        Args:
            name: What the table is called at the end of the block, if that changes.
            after: The indexes to be made again; None for those there were.
        """
        self.refuse_if_referred_to(table.name)
        before = self.indexes(table.name)
        wanted = before if after is None else after
        if wanted and self.connection.traces.has_updates(table.name):
            self.rebuild(table, Rebuild(self.text(table), indexes=()))
        else:
            for index in before:
                self.drop_index(table.name, index.name)
        yield
        self.make_indexes(name or table.name, wanted)

    def drop_index(self, table: str, index: str) -> None:
        """Delete an index of a table."""
        self.run(ddl.drop_index(index, DUCKDB))
        self.connection.traces.note_index(table)

    def make_indexes(self, table: str, indexes: Sequence[IndexText]) -> None:
        """Make indexes of a table."""
        for index in indexes:
            for sql in index.create_on(table, DUCKDB):
                self.run(sql)
            self.connection.traces.note_index(table)

    # --- Anew ---

    def rebuild(self, table: Table, rebuild: Rebuild) -> None:
        """Make a table anew under another name, copy its rows, and put it in the old one's place.

        Raises:
            SchemaError: Not every row could be copied.
        """
        self.refuse_if_referred_to(table.name)
        indexes = self.indexes(table.name) if rebuild.indexes is None else rebuild.indexes
        name = rebuild.name or table.name
        new = self.free_name(f"_pytuck_new_{name}")
        self.run(duckdb_changes.create_table(new, rebuild.text))
        copying = duckdb_changes.copy_rows(table.name, new, rebuild.text, rebuild.sources)
        copied = int(self.connection.fetch(copying)[0][0] or 0)
        count = count_rows(self.connection, table)
        if copied != count:
            raise SchemaError(
                f"Only {copied} of {count} rows of table '{table.name}' could be copied; "
                "nothing was changed.",
                table_name=table.name,
            )
        self.run(ddl.drop_table(table.name, DUCKDB))
        self.run(ddl.rename_table(new, name, DUCKDB))
        self.connection.traces.note_made(name)
        self._comment(table, name, rebuild.text)
        self.make_indexes(name, indexes)

    def _comment(self, table: Table, name: str, text: TableText) -> None:
        there = {column.name for column in text.columns}
        if table.comment:
            self.run(ddl.comment_on(name, None, table.comment, DUCKDB))
        for column in table.columns:
            if column.comment and column.name in there:
                self.run(ddl.comment_on(name, column.name, column.comment, DUCKDB))

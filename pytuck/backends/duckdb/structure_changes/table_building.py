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


class TableBuilding:
    """Runs the SQL of changes, in the order and in the way DuckDB can carry them out.

    Indexes are made at the end, after all changes: DuckDB alters no table that has any.
    """

    def __init__(self, connection: DuckDBConnection) -> None:
        self.connection = connection
        self._later: dict[str, list[IndexText]] = {}

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
        """Return the indexes of a table, with those that are still to be made."""
        return [*self._made_indexes(table), *self._later.get(table, ())]

    def _made_indexes(self, table: str) -> list[IndexText]:
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
        taken.update(index.name.casefold() for made in self._later.values() for index in made)
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

    # --- Indexes ---

    def add_index(self, table: str, index: IndexText) -> None:
        """Have an index of a table be made at the end."""
        self._later.setdefault(table, []).append(index)

    def drop_index(self, table: str, index: str) -> None:
        """Delete an index of a table."""
        later = self._later.get(table, [])
        kept = [item for item in later if item.name != index]
        if len(kept) < len(later):
            self._later[table] = kept
        else:
            self.run(ddl.drop_index(index, DUCKDB))
            self.connection.traces.note_index(table)

    def make_indexes(self) -> None:
        """Make the indexes that are still to be made."""
        for table, indexes in self._later.items():
            for index in indexes:
                for sql in index.create_on(table, DUCKDB):
                    self.run(sql)
                self.connection.traces.note_index(table)
        self._later.clear()

    # --- Where the table stands ---

    def is_fixed(self, table: str) -> bool:
        """Return whether a table cannot be altered where it stands, because of its indexes.

        Also if it had one and has none any more: what is done then, DuckDB's log does not repeat.
        """
        return bool(self._made_indexes(table)) or self.connection.traces.has_other_indexes(table)

    @contextlib.contextmanager
    def altering(self, table: Table, after: Sequence[IndexText] | None = None) -> Iterator[None]:
        """Have a table be one that DuckDB alters, for the time of a `with` block.

        Args:
            after: Its indexes after that; None for those it has.
        """
        self.refuse_if_referred_to(table.name)
        indexes = self.indexes(table.name) if after is None else after
        if self.is_fixed(table.name):
            self.rebuild(table, Rebuild(self.text(table)))
        yield
        self._later[table.name] = list(indexes)

    def rename(self, table: Table, name: str) -> None:
        """Give a table another name."""
        if self.is_fixed(table.name):
            self.rebuild(table, Rebuild(self.text(table), name=name))
            return
        self.refuse_if_referred_to(table.name)
        self.run(ddl.rename_table(table.name, name, DUCKDB))
        self.connection.traces.note_renamed(table.name, name)
        self._later[name] = self._later.pop(table.name, [])

    def drop(self, table: str) -> None:
        """Delete a table."""
        self.run(ddl.drop_table(table, DUCKDB))
        self._later.pop(table, None)

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
        self.drop(table.name)
        self.run(ddl.rename_table(new, name, DUCKDB))
        self.connection.traces.note_made(name)
        self._comment(table, name, rebuild.text)
        self._later[name] = list(indexes)

    def _comment(self, table: Table, name: str, text: TableText) -> None:
        there = {column.name for column in text.columns}
        if table.comment:
            self.run(ddl.comment_on(name, None, table.comment, DUCKDB))
        for column in table.columns:
            if column.comment and column.name in there:
                self.run(ddl.comment_on(name, column.name, column.comment, DUCKDB))

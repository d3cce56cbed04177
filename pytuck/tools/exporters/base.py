"""What is written to a file, and how it is asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pytuck.backends import Connection
from pytuck.common.progress import Work
from pytuck.compiler import Compiled, compile_statement
from pytuck.formats.base import BATCH_ROWS, StoredRow
from pytuck.query import TableSource, count_of, select
from pytuck.schema import Column, Table
from pytuck.types import ColumnType, Stored

Values = Sequence[Stored]


@dataclass(frozen=True, slots=True)
class ExportOptions:
    """How a file is written; each format takes what it knows.

    Attributes:
        header: The first row has the names of the columns.
        null_text: What stands for NULL in texts.
        indent: Spaces that inner parts are moved in by; None writes a row on one line.
        protect_formulas: Put an apostrophe before texts that a spreadsheet would run.
        delimiter: Between two fields of CSV.
        encoding: Of texts.
        title: Of HTML pages; the table's name if not given.
    """

    header: bool = True
    null_text: str = ""
    indent: int | None = None
    protect_formulas: bool = True
    delimiter: str = ","
    encoding: str = "utf-8"
    title: str | None = None


class ExportedTable:
    """Rows that are exported: those of a table, or the answer to a question.

    Attributes:
        name: Of the table, or what the answer is called.
        table: The structure of what is exported: columns, and keys where it is a whole table.
        is_whole: It is a table with all its columns.
        next_key: The next key of a table that counts them.
    """

    def __init__(
        self,
        connection: Connection,
        name: str,
        statement: Any,
        whole: Table | None = None,
        next_key: int | None = None,
        limit: int | None = None,
    ) -> None:
        self._connection = connection
        self._statement = statement if limit is None else statement.limit(limit)
        self._compiled: Compiled = compile_statement(self._statement, connection.dialect)
        self.name = name
        self.is_whole = whole is not None
        self.next_key = next_key
        self.changed = None
        found = self._compiled.template.columns
        columns = tuple(Column(item.name, item.type) for item in found)
        self.table = whole or Table(name, columns)

    @classmethod
    def of_table(
        cls,
        connection: Connection,
        table: Table,
        columns: Sequence[str] | None,
        limit: int | None = None,
    ) -> ExportedTable:
        """Return the rows of a table, in the order of its key.

        Raises:
            ColumnNotFoundError: It has no such column.
        """
        source = TableSource(table)
        names = [column.name for column in table.columns] if columns is None else columns
        question = select(*(source.c[name] for name in names))
        if table.has_rowid and connection.dialect.fills_in_row_ids and table.hidden_rowid:
            question = question.order_by(source.rowid)
        elif table.primary_key:
            question = question.order_by(*(source.c[name] for name in table.primary_key))
        counts = any(column.autoincrement for column in table.columns)
        key = connection.highest_key_given(table.name) + 1 if counts else None
        is_whole = columns is None and table.kind == "table"
        return cls(connection, table.name, question, table if is_whole else None, key, limit)

    @property
    def names(self) -> list[str]:
        """The names of the columns."""
        return [column.name for column in self.table.columns]

    @property
    def types(self) -> list[ColumnType[Any]]:
        """The types of the columns."""
        return [column.type for column in self.table.columns]

    @property
    def row_count(self) -> int:
        """How many rows there are."""
        counted = compile_statement(count_of(self._statement), self._connection.dialect)
        return int(self._connection.execute(counted).rows[0][0] or 0)

    def rows(self, work: Work, total: int | None = None) -> Iterator[Sequence[StoredRow]]:
        """Give the rows batch by batch, and tell how far it is."""
        done = 0
        for batch in self._connection.batches(self._compiled, BATCH_ROWS):
            yield batch
            done += len(batch)
            work.step("writing", self.name, done, total)

    def batches(
        self, size: int = BATCH_ROWS, first: int | None = None, last: int | None = None
    ) -> Iterator[list[tuple[Stored, ...]]]:
        """Give the rows with their numbers behind their values, as formats ask for them."""
        number = 0
        for batch in self._connection.batches(self._compiled, size):
            numbered = list(enumerate(batch, number + 1))
            number += len(batch)
            low, high = first or 1, number if last is None else last
            yield [(*row, place) for place, row in numbered if low <= place <= high]


@dataclass(slots=True)
class Export:
    """One export to a file.

    Attributes:
        tables: What is written.
        counts: How many rows each has.
        protected: Cells of text that got an apostrophe.
        notes: What a person should know.
    """

    tables: Sequence[ExportedTable]
    options: ExportOptions
    work: Work
    counts: Mapping[str, int]
    protected: int = 0
    notes: tuple[str, ...] = ()

    def rows(self, table: ExportedTable) -> Iterator[Sequence[StoredRow]]:
        """Give the rows of a table, and tell how far it is."""
        return table.rows(self.work, self.counts.get(table.name))

    def note(self, text: str) -> None:
        """Add a note."""
        self.notes += (text,)


Writer = Callable[[Path, Export], None]
"""Writes an export to a file that is empty or not there."""

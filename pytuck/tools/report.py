"""What a plan did, as plain data."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from pytuck.types import Stored


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that could not be taken over.

    Attributes:
        table: The table it was read from.
        row: Its number among the readable rows of that table, counted from 1; None for a row
            that could not even be read.
        column: The column whose value is the reason; None if it is the row as a whole.
        reason: What is wrong, as a sentence.
        values: The values as they were read.
        line: The line of the file where it begins, counted from 1, if the file has lines.
        raw: A row that could not be read, as the file has it, perhaps cut short.
    """

    table: str
    row: int | None
    column: str | None
    reason: str
    values: tuple[Stored, ...] = ()
    line: int | None = None
    raw: str | None = None

    def __str__(self) -> str:
        row = "" if self.row is None else f", row {self.row}"
        line = "" if self.line is None else f", line {self.line}"
        where = f", column '{self.column}'" if self.column else ""
        return f"{self.table}{row}{line}{where}: {self.reason}"


@dataclass(frozen=True, slots=True)
class TableReport:
    """What became of the rows of one table.

    Attributes:
        table: Its name where the rows are now.
        read: Rows that were read.
        inserted: Rows that are new there; with a file, rows written to it.
        updated: Rows that were there and were changed or replaced.
        skipped: Rows left out because their key was there already.
        bad: Rows that could not be taken over.
    """

    table: str
    read: int = 0
    inserted: int = 0
    updated: int = 0
    skipped: int = 0
    bad: int = 0


@dataclass(frozen=True, slots=True)
class Report:
    """What a plan did.

    Attributes:
        target: The file that was written.
        tables: What became of the rows of each table.
        seconds: How long it took.
        bad_rows: The first of the rows that could not be taken over; `bad` counts them all.
        notes: What a person should know: columns renamed, values that look different.
        protected_cells: Cells of text that spreadsheets would have taken for formulas.
        is_dry_run: Everything was checked and nothing kept.
    """

    target: str
    tables: tuple[TableReport, ...]
    seconds: float
    bad_rows: tuple[BadRow, ...] = ()
    notes: tuple[str, ...] = ()
    protected_cells: int = 0
    is_dry_run: bool = False

    @property
    def read(self) -> int:
        """Rows that were read, of all tables."""
        return sum(table.read for table in self.tables)

    @property
    def inserted(self) -> int:
        """Rows that are new, of all tables."""
        return sum(table.inserted for table in self.tables)

    @property
    def updated(self) -> int:
        """Rows that were changed or replaced, of all tables."""
        return sum(table.updated for table in self.tables)

    @property
    def skipped(self) -> int:
        """Rows that were left out because their key was there, of all tables."""
        return sum(table.skipped for table in self.tables)

    @property
    def bad(self) -> int:
        """Rows that could not be taken over, of all tables."""
        return sum(table.bad for table in self.tables)

    def to_dict(self) -> dict[str, Any]:
        """Return the report as plain data; bytes among bad values as hexadecimal text."""
        plain = asdict(self)
        for row in plain["bad_rows"]:
            row["values"] = [_readable(value) for value in row["values"]]
        plain["tables"] = list(plain["tables"])
        plain["bad_rows"] = list(plain["bad_rows"])
        plain["notes"] = list(plain["notes"])
        return plain


def _readable(value: Stored) -> int | float | str | None:
    return value.hex() if isinstance(value, bytes) else value

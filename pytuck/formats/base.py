"""What a kind of file is: a reader and a writer of tables, as streams of rows.

Rows are *stored* values, those of SQLite (`None`, `int`, `float`, `str`, `bytes`), in the form that
the type of their column stores (`ColumnType.encode`): a date is ISO text, a list is JSON text, a
boolean is 0 or 1. So a conversion between two files makes no Python objects in between, and a
format says only how each stored value looks in its files.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, ClassVar, Protocol, Self

from pytuck.common.progress import SILENT, Work
from pytuck.formats.capabilities import FormatCapabilities
from pytuck.schema import Table
from pytuck.types import Stored

StoredRow = Sequence[Stored]
"""One row: the stored values of the columns, in their order."""

BATCH_ROWS = 1024
"""About as many rows are read and written at once."""


@dataclass(slots=True)
class TableStream:
    """One table of a file that is being read.

    Attributes:
        table: Its structure.
        batches: Its rows in the order of the file, about `BATCH_ROWS` at a time, to be read once
            and before the next table.
        next_key: The key that the next row gets by itself, where the file says it, so that keys
            of deleted rows are not given again.
        is_inferred: The file does not say the types; they were found out from the values.
        notes: What a person should know about how it was read, such as renamed columns.
        line_of: Tells the line where a row of the batch given last begins, by the row's number
            counted from 1; None where there are no lines.
    """

    table: Table
    batches: Iterator[list[StoredRow]]
    next_key: int | None = None
    is_inferred: bool = False
    notes: tuple[str, ...] = ()
    line_of: Callable[[int], int] | None = None


class RowsRepeatedError(Exception):
    """A value is not of the type that those before it were of, and rows were given already.

    Comes in place of a batch, and only if `Overrides.may_repeat`. Whoever reads takes back what
    the table gave; the reading gives it once more, next, with types that fit all of its values.
    """


class Layout:
    """What must be remembered of a file to write it again as it was laid out, and only in part.

    Each format that needs to has a subclass of its own.
    """


@dataclass(slots=True)
class Reading:
    """A file that is being read, table after table.

    Attributes:
        streams: The tables. Going on to the next one passes over the rest of the one before.
        layout: How the file is laid out; complete when all was read.
    """

    streams: Generator[TableStream, None, None]
    layout: Layout = field(default_factory=Layout)

    def __iter__(self) -> Iterator[TableStream]:
        return self.streams

    def close(self) -> None:
        """Close the file."""
        self.streams.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


class TableRows(Protocol):
    """One table that is to be written, and what is new about it."""

    @property
    def table(self) -> Table:
        """Its structure."""

    @property
    def next_key(self) -> int | None:
        """The key that the next row gets by itself; None where the highest one says it."""

    @property
    def row_count(self) -> int:
        """How many rows it has."""

    @property
    def changed(self) -> Collection[int] | None:
        """The row ids that were written or deleted since the file was read or saved.

        None if the table must be written as a whole.
        """

    def batches(
        self, size: int = BATCH_ROWS, first: int | None = None, last: int | None = None
    ) -> Iterator[list[tuple[Stored, ...]]]:
        """Give the rows in the order of their row ids, each with its row id behind its values.

        The row id is the value of a key of one INTEGER column, and else the row's number.

        Args:
            size: As many rows at a time; the last batch has fewer.
            first: Only the rows with this row id or a higher one.
            last: Only the rows with this row id or a lower one.
        """
        ...


@dataclass(frozen=True, slots=True)
class UnreadableRow:
    """A row of a file that cannot be read, and was left out.

    Attributes:
        table: The table that it would belong to.
        line: Where it begins: the line or row of the file, counted from 1.
        reason: What is wrong with it, in words.
        raw: The row as the file has it, perhaps cut short.
    """

    table: str
    line: int
    reason: str
    raw: str


@dataclass(frozen=True, slots=True)
class Overrides:
    """What a person decided about a file that does not say it.

    Attributes:
        types: Types of columns, by table and column, in place of those found out.
        sample_rows: How many rows are looked at to find the types out; None means all of them,
            so that every value is of its column's type.
        on_bad_row: Is told of each row that cannot be read, and the reading goes on without it;
            None means that such a row is an error.
        may_repeat: A table may be given again, as `RowsRepeatedError` says; a reader that can
            then goes by the types of the first rows for as long as they do, and so reads most
            files only once.
    """

    types: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    sample_rows: int | None = None
    on_bad_row: Callable[[UnreadableRow], None] | None = None
    may_repeat: bool = False


NOTHING_DECIDED = Overrides()


class Format(ABC):
    """One kind of file, as a reader and a writer of tables.

    Attributes:
        name: The engine's name.
        version: The version of the layout that `save` writes; 0 where it is a format of others.
        capabilities: What its files keep, and what they cannot.
        options: The class of its options.
    """

    name: ClassVar[str]
    version: ClassVar[int] = 0
    capabilities: ClassVar[FormatCapabilities]
    options: ClassVar[type]

    @abstractmethod
    def read(
        self,
        path: Path,
        options: Any = None,
        *,
        overrides: Overrides = NOTHING_DECIDED,
        work: Work = SILENT,
    ) -> Reading:
        """Read a file, table after table, in flat memory.

        Args:
            options: An instance of `self.options`; None means its defaults.

        Raises:
            SerializationError: The file is damaged or not of this format; the message names the
                place. It may come with any batch.
        """

    @abstractmethod
    def save(
        self,
        path: Path,
        tables: Sequence[TableRows],
        options: Any = None,
        *,
        layout: Layout | None = None,
        work: Work = SILENT,
    ) -> Layout:
        """Write tables to a file, which has the old content or the new one at any moment.

        Args:
            layout: What reading or saving this very file gave; then what did not change is taken
                over from it. None writes everything.

        Returns:
            How the file is laid out now.

        Raises:
            SerializationError: A value or a table cannot be kept; nothing was written.
            OSError: The folder or the disk refused; nothing was written.
        """

    def losses(self, table: Table) -> list[str]:
        """Return what files of this format cannot keep of a table, in words; mostly nothing."""
        return []

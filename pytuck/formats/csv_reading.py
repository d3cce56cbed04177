"""Reading the tables of CSV files: our own with their description, others by finding out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import PurePosixPath

from pytuck.common.exceptions import TruncatedFileError
from pytuck.common.options import CsvBackendOptions
from pytuck.common.progress import Work
from pytuck.formats.base import Layout, Overrides, RowsRepeatedError, StoredRow, TableStream
from pytuck.formats.csv_cells import cell_kind
from pytuck.formats.csv_description import IN_FOLDER, IN_ZIP, TableFile, check_size, from_json
from pytuck.formats.csv_dialect import Dialect, detect
from pytuck.formats.csv_old_cells import old_decode
from pytuck.formats.csv_place import Place
from pytuck.formats.csv_records import MOST_LINES, PLAIN_ROWS, Records
from pytuck.formats.csv_rows import Decode, Reader
from pytuck.formats.csv_sources import Kind, Source
from pytuck.formats.csv_types import FoundTypes
from pytuck.formats.row_chunks import ChunkMap
from pytuck.formats.text_inference import stored_column
from pytuck.formats.usable_names import usable_names
from pytuck.schema import Table

FIRST_ROWS = 8 * PLAIN_ROWS
"""So many tell the types at first, where a table may be given again."""

MOST_COLUMNS = 2000
"""SQLite has no more."""


@dataclass(slots=True)
class KnownFile:
    """A table's file as it was read or saved.

    Attributes:
        map: Where its rows are; None if it must be written as a whole.
        words: What stands for true and false, by column.
    """

    item: TableFile
    map: ChunkMap | None = None
    words: dict[str, tuple[str, str]] = field(default_factory=dict)


@dataclass(slots=True)
class CsvFiles(Layout):
    """How CSV files are laid out.

    Attributes:
        is_own: They have a description, which makes their fields those of `csv_cells`.
        files: The file of each table, by its name.
        others: Members of a zip that have no table.
    """

    kind: Kind = "file"
    is_own: bool = False
    files: dict[str, KnownFile] = field(default_factory=dict)
    others: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Task:
    """What is read, and how.

    Attributes:
        layout: Is filled while reading.
    """

    source: Source
    options: CsvBackendOptions
    overrides: Overrides
    work: Work
    layout: CsvFiles

    def streams(self) -> Iterator[TableStream]:
        """Give the tables.

        Raises:
            CorruptFileError: Something is damaged or missing.
        """
        description = self.source.description()
        if description is None:
            yield from self._foreign_tables()
            return
        described_in = IN_ZIP if self.source.kind == "zip" else IN_FOLDER
        items = from_json(description, self.source.place(described_in))
        self.layout.is_own = not any(item.is_old for item in items)
        for item in items:
            self._check(item)
        self.layout.others = self.source.others({item.file for item in items})
        for item in items:
            yield self._own_table(item)

    def _check(self, item: TableFile) -> None:
        size = self.source.size(item.file)
        place = self.source.place(item.file, item.table.name)
        if size is None:
            raise place.error(
                f"it is missing, and has the table '{item.table.name}'. Restore it from a copy."
            )
        check_size(item, size, place)

    # --- Our own ---

    def _own_table(self, item: TableFile) -> TableStream:
        decode: list[Decode] = [
            old_decode(column.type) if item.is_old else cell_kind(column.type).decode
            for column in item.table.columns
        ]
        known = KnownFile(item)
        self.layout.files[item.table.name] = known
        return self._stream(known, decode)

    def _stream(
        self,
        known: KnownFile,
        decode: Sequence[Decode],
        types: FoundTypes | None = None,
        notes: Sequence[str] = (),
    ) -> TableStream:
        item = known.item
        place = self.source.place(item.file, item.table.name)
        reader = Reader(
            item.dialect,
            place,
            [column.name for column in item.table.columns],
            decode,
            self.overrides.on_bad_row,
            _key_place(item.table),
            self.options.field_size_limit,
            None if types is None or types.are_final else types.check,
        )
        return TableStream(
            item.table,
            self._rows(known, reader, types),
            item.next_key,
            is_inferred=types is not None,
            notes=tuple(notes),
            line_of=reader.line_of,
        )

    def _rows(
        self, known: KnownFile, reader: Reader, types: FoundTypes | None
    ) -> Iterator[list[StoredRow]]:
        item, place = known.item, reader.place
        with self.source.open(item.file, item.size) as stream:
            most_lines = MOST_LINES if item.rows is None else None
            records = Records(stream, item.dialect, place, most_lines=most_lines)
            if item.dialect.has_header:
                header = _header(records, place)
                if item.rows is not None or item.is_old:
                    _check_header(header, reader.names, place)
            for batch in self._checked(reader, records, types):
                self.work.step("reading", item.table.name, reader.count, item.rows)
                yield batch
            is_whole = item.rows is None or item.rows == reader.count
            if not is_whole and self.overrides.on_bad_row is None:
                raise place.error(
                    f"it has {reader.count:,} rows instead of {item.rows:,}: it was cut off, or "
                    "another program changed it. Restore it from a copy.",
                    kind=TruncatedFileError,
                )
            if records.has_places and records.ends_with_newline:
                known.map = reader.map

    def _checked(
        self, reader: Reader, records: Records, types: FoundTypes | None
    ) -> Iterator[list[StoredRow]]:
        """Give the rows; when a field is of another type, look at all that follow instead."""
        try:
            yield from reader.batches(records)
        except RowsRepeatedError:
            assert types is not None
            seen = reader.count
            for columns in reader.fields(records):
                types.add(columns)
                seen += len(columns[0])
                self.work.step("reading", reader.place.table, seen)
            types.are_final = True
            raise

    # --- Those of others ---

    def _foreign_tables(self) -> Iterator[TableStream]:
        files = self.source.table_files()
        names, notes = usable_names(PurePosixPath(file).stem or file for file in files)
        self.layout.others = self.source.others(set(files))
        for file, name in zip(files, names, strict=True):
            yield from self._foreign_table(file, name, [n for n in notes if repr(name) in n])

    def _foreign_table(self, file: str, name: str, notes: list[str]) -> Iterator[TableStream]:
        """Give the table; once more if it turns out that its types are others."""
        place = self.source.place(file, name)
        dialect = detect(
            lambda: self.source.open(file), self.options, place, PurePosixPath(file).suffix.lower()
        )
        if dialect.encoding != "utf-8":
            notes.append(f"{place} was read as {dialect.encoding}")
        columns, more = self._column_names(file, dialect, place)
        notes += more
        types = FoundTypes(columns, self.overrides.types.get(name, {}), dialect.null_text)
        if not types.are_final:
            self._look_at(file, name, dialect, types)
        yield self._found_table(file, name, dialect, types, notes)
        if types.are_broken:
            yield self._found_table(file, name, dialect, types, notes)

    def _found_table(
        self, file: str, name: str, dialect: Dialect, types: FoundTypes, notes: Sequence[str]
    ) -> TableStream:
        table = types.table(name)
        known = KnownFile(TableFile(table, file, dialect), words=types.words)
        self.layout.files[name] = known
        decode: list[Decode] = [partial(stored_column, column.type) for column in table.columns]
        return self._stream(known, decode, types, notes)

    def _column_names(
        self, file: str, dialect: Dialect, place: Place
    ) -> tuple[list[str], list[str]]:
        """Return the names of the columns, and notes on those that are not as in the file."""
        with self.source.open(file) as stream:
            first = _header(Records(stream, dialect, place), place)
        if len(first) > MOST_COLUMNS:
            raise place.error(
                f"it has {len(first):,} columns, and at most {MOST_COLUMNS:,} can be read. Check "
                "the delimiter.",
                1,
            )
        if not dialect.has_header:
            return [f"column_{number}" for number in range(1, len(first) + 1)], []
        return usable_names(cell or f"column_{number}" for number, cell in enumerate(first, 1))

    def _look_at(self, file: str, name: str, dialect: Dialect, types: FoundTypes) -> None:
        """Look at all rows, or at as many as the types may be found out from."""
        most = FIRST_ROWS if self.overrides.may_repeat else None
        if self.overrides.sample_rows is not None:
            most = self.overrides.sample_rows
        place = self.source.place(file, name)
        with self.source.open(file) as stream:
            records = Records(stream, dialect, place)
            if dialect.has_header:
                _header(records, place)
            seen = 0
            for columns in Reader(dialect, place, types.names, ()).fields(records):
                types.add([column[: None if most is None else most - seen] for column in columns])
                seen += len(columns[0])
                self.work.step("reading", name, seen)
                if most is not None and seen >= most:
                    break
        types.are_final = most != FIRST_ROWS


def _key_place(table: Table) -> int | None:
    names = [column.name for column in table.columns]
    return None if table.rowid_alias is None else names.index(table.rowid_alias)


def _header(records: Records, place: Place) -> list[str]:
    """Return the fields of the first record that is no empty line."""
    while (chunk := records.chunk(1)) is not None:
        if chunk.error is not None:
            raise place.error(f"{chunk.error}. Correct it in the file.", chunk.first_line)
        if chunk.rows[0]:
            return chunk.rows[0]
    return []


def _check_header(header: list[str], names: Sequence[str], place: Place) -> None:
    """Refuse a file whose columns are not those of its description."""
    if header and header != list(names):
        raise place.error(
            f"its columns are {_listed(header)} instead of {_listed(names)}. Restore the file from "
            "a copy, or name the columns as they were.",
            1,
        )


def _listed(names: Iterable[str]) -> str:
    return ", ".join(list(names)[:20])

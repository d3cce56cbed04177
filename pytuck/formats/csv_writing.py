"""Writing the tables of CSV files, and of what did not change only the bytes again."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from pytuck.common.atomic_file import replacing
from pytuck.common.exceptions import SerializationError
from pytuck.common.options import CsvBackendOptions
from pytuck.common.progress import Work
from pytuck.formats.base import TableRows
from pytuck.formats.csv_cells import cell_kind, plain_kind
from pytuck.formats.csv_description import IN_FOLDER, IN_ZIP, TableFile, file_name, to_json
from pytuck.formats.csv_dialect import Dialect, new_dialect
from pytuck.formats.csv_place import Place
from pytuck.formats.csv_reading import CsvFiles, KnownFile
from pytuck.formats.csv_rows import Encode, Writer
from pytuck.formats.csv_sources import is_reserved
from pytuck.formats.file_set import changing
from pytuck.formats.row_chunks import ChunkMap, write_rows
from pytuck.formats.zip_container import ZipReader
from pytuck.formats.zip_writing import ZipWriter
from pytuck.schema import Table


@dataclass(frozen=True, slots=True)
class SaveTask:
    """What is saved, and where.

    Attributes:
        layout: How the files were when they were read or saved; None if there are none.
    """

    path: Path
    tables: Sequence[TableRows]
    options: CsvBackendOptions
    layout: CsvFiles | None
    work: Work

    # --- One file ---

    def one_file(self) -> CsvFiles:
        """Save the only table as a file without description."""
        if len(self.tables) != 1:
            raise SerializationError(
                f"'{self.path}' is one CSV file, which holds one table, and there are "
                f"{len(self.tables)}. Save to a folder, or to a zip (the option `layout`).",
                details={"path": str(self.path)},
            )
        rows = self.tables[0]
        known = next(iter(self.layout.files.values()), None) if self.layout else None
        words = known.words if known else {}
        dialect = known.item.dialect if known else new_dialect(self.options, self._extension)
        item = TableFile(rows.table, self.path.name, dialect)
        place = Place(self.path, "", rows.table.name)
        encode: list[Encode] = [plain_kind(words.get(column.name)) for column in rows.table.columns]
        with replacing(self.path) as temporary, contextlib.ExitStack() as stack:
            out = stack.enter_context(temporary.open("wb"))
            previous = self._previous(stack, rows, known, self.path)
            places = self._write(out, rows, Writer(dialect, place, encode), previous)
        size = self.path.stat().st_size
        saved = KnownFile(replace(item, size=size), places, words)
        return CsvFiles("file", files={rows.table.name: saved})

    @property
    def _extension(self) -> str:
        return self.path.suffix.lower()

    # --- A folder ---

    def folder(self) -> CsvFiles:
        """Save each table as a file, and a description beside them."""
        is_new = not self.path.exists()
        if is_new:
            self.path.mkdir()
        try:
            return self._folder()
        except BaseException:
            if is_new:
                with contextlib.suppress(OSError):  # something else is in it by now
                    self.path.rmdir()
            raise

    def _folder(self) -> CsvFiles:
        saved = CsvFiles("folder", is_own=True)
        names = self._file_names(set())
        with changing(self.path) as files:
            for rows, name in zip(self.tables, names, strict=True):
                known = self._known(rows)
                if known is None or not self._is_unchanged(rows, known, self.path / name):
                    temporary = files.new_file(name)
                    known = self._saved_file(rows, known, name, temporary)
                item = replace(known.item, table=rows.table, next_key=rows.next_key)
                saved.files[rows.table.name] = replace(known, item=item)
            old = self.layout.files.values() if self.layout else ()
            files.removed += [known.item.file for known in old if known.item.file not in names]
            description = to_json(known.item for known in saved.files.values())
            files.new_file(IN_FOLDER).write_bytes(description)
        return saved

    def _saved_file(
        self, rows: TableRows, known: KnownFile | None, name: str, temporary: Path
    ) -> KnownFile:
        place = Place(self.path / name, "", rows.table.name)
        dialect = self._dialect(known)
        writer = Writer(dialect, place, _own_encode(rows.table))
        with contextlib.ExitStack() as stack:
            out = stack.enter_context(temporary.open("wb"))
            previous = None
            if self.layout is not None and self.layout.is_own:
                previous = self._previous(stack, rows, known, self.path / name)
            places = self._write(out, rows, writer, previous)
            size = out.tell()
        count = _row_count(rows, places)
        return KnownFile(TableFile(rows.table, name, dialect, count, size), places)

    # --- A zip ---

    def zip(self) -> CsvFiles:
        """Save each table as a member of a zip, and a description with them."""
        password = self.options.password
        others = self.layout.others if self.layout else []
        saved = CsvFiles("zip", is_own=True, others=list(others))
        names = self._file_names(set(others))
        with contextlib.ExitStack() as stack:
            temporary = stack.enter_context(replacing(self.path))
            old = None
            if self.layout is not None:
                old = stack.enter_context(ZipReader(self.path, password))
            with ZipWriter(temporary, password) as writer:
                for rows, name in zip(self.tables, names, strict=True):
                    saved.files[rows.table.name] = self._saved_member(rows, name, writer, old)
                for name in others:
                    assert old is not None
                    writer.keep(old, name)
                with writer.member(IN_ZIP) as out:
                    out.write(to_json(known.item for known in saved.files.values()))
        return saved

    def _saved_member(
        self, rows: TableRows, name: str, writer: ZipWriter, old: ZipReader | None
    ) -> KnownFile:
        known = self._known(rows)
        if old is not None and known is not None and self._is_unchanged(rows, known, None):
            writer.keep(old, known.item.file)
            item = replace(known.item, table=rows.table, next_key=rows.next_key)
            return KnownFile(item, known.map)
        dialect = self._dialect(known)
        place = Place(self.path, name, rows.table.name)
        with writer.member(name) as out:
            lines = Writer(dialect, place, _own_encode(rows.table))
            places = self._write(out, rows, lines, None)
            size = out.tell()
        count = _row_count(rows, places)
        item = TableFile(rows.table, name, dialect, count, size, rows.next_key)
        return KnownFile(item, places)

    # --- What all have in common ---

    def _known(self, rows: TableRows) -> KnownFile | None:
        return self.layout.files.get(rows.table.name) if self.layout else None

    def _dialect(self, known: KnownFile | None) -> Dialect:
        return known.item.dialect if known else new_dialect(self.options)

    def _is_unchanged(self, rows: TableRows, known: KnownFile, path: Path | None) -> bool:
        """Whether a file can stay as it is; `path` is where it must be, with its size."""
        if rows.changed is None or len(rows.changed) or not self.layout or not self.layout.is_own:
            return False
        return path is None or _has_size(path, known.item.size)

    def _previous(
        self, stack: contextlib.ExitStack, rows: TableRows, known: KnownFile | None, path: Path
    ) -> tuple[BinaryIO, ChunkMap] | None:
        """Return the old file and its map, if unchanged rows can be taken from it."""
        if known is None or known.map is None or rows.changed is None:
            return None
        if known.item.size is not None and not _has_size(path, known.item.size):
            return None
        return stack.enter_context(path.open("rb")), known.map

    def _write(
        self,
        out: BinaryIO,
        rows: TableRows,
        writer: Writer,
        previous: tuple[BinaryIO, ChunkMap] | None,
    ) -> ChunkMap:
        out.write(writer.header([column.name for column in rows.table.columns]))
        places = write_rows(
            out, rows, writer.lines, previous=previous, split=writer.split, work=self.work
        )
        count = _row_count(rows, places)
        self.work.step("writing", rows.table.name, count, count)
        return places

    def _file_names(self, others: set[str]) -> list[str]:
        """Return the names of the tables' files: those they have, and new ones."""
        kept = [self._kept_name(rows) for rows in self.tables]
        taken = {name for name in kept if name} | others | {IN_FOLDER, IN_ZIP}
        names = []
        for rows, name in zip(self.tables, kept, strict=True):
            chosen = name or file_name(rows.table.name, taken)
            taken.add(chosen)
            names.append(chosen)
        return names

    def _kept_name(self, rows: TableRows) -> str | None:
        known = self._known(rows)
        if known is None or "/" in known.item.file or is_reserved(known.item.file):
            return None
        return known.item.file


def _own_encode(table: Table) -> list[Encode]:
    return [cell_kind(column.type).encode for column in table.columns]


def _row_count(rows: TableRows, places: ChunkMap) -> int:
    """Return how many rows were written: what was counted on the way, if all of them were."""
    counted = places.row_count
    return rows.row_count if counted is None else counted


def _has_size(path: Path, size: int | None) -> bool:
    try:
        return path.stat().st_size == size
    except OSError:
        return False


SAVERS: dict[str, Callable[[SaveTask], CsvFiles]] = {
    "file": SaveTask.one_file,
    "folder": SaveTask.folder,
    "zip": SaveTask.zip,
}
"""How each layout is saved."""

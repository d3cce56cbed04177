"""Files of TinyDB: JSON with documents by their ids, in tables.

The key of a table with an INTEGER key is the id of its documents. A file of ours has a table
`_pytuck` more, with the schema, and each document on a line; programs that use TinyDB read and
write it like any other.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from operator import itemgetter
from pathlib import Path
from typing import Any, BinaryIO

from pytuck.common.atomic_file import replacing
from pytuck.common.exceptions import (
    ConflictError,
    CorruptFileError,
    FileFormatError,
    NewerFormatError,
    SchemaError,
    SerializationError,
)
from pytuck.common.options import TinydbBackendOptions
from pytuck.common.progress import SILENT, Work
from pytuck.formats.base import (
    BATCH_ROWS,
    NOTHING_DECIDED,
    Format,
    Layout,
    Overrides,
    Reading,
    StoredRow,
    TableRows,
    TableStream,
)
from pytuck.formats.capabilities import FormatCapabilities
from pytuck.formats.json_cells import JsonCells
from pytuck.formats.json_codec import fastest_codec
from pytuck.formats.json_inference import RecordInference
from pytuck.formats.json_records import RecordCells
from pytuck.formats.json_source import JsonSource
from pytuck.formats.regular_files import open_regular
from pytuck.formats.row_chunks import ChunkMap, RowsOfIds, write_rows
from pytuck.formats.tinydb_lines import HEAD, Documents, LineFile, document_lines, table_line
from pytuck.formats.usable_names import free_name, usable_names
from pytuck.schema import Column, Table
from pytuck.schema.json_form import table_from_json, table_to_json
from pytuck.types import TYPES

SCHEMA_TABLE = "_pytuck"
_DOCUMENT_ID = "doc_id"
_SEPARATOR = b",\n"


@dataclass(slots=True)
class TinydbLayout(Layout):
    """Where the documents are.

    Attributes:
        tables: The tables whose documents' places are known.
        chunks: Those places, by table.
        sparse: The columns of each table that its documents lack where they are NULL.
        state: Which file it is, to notice when it is another one.
    """

    tables: dict[str, Table] = field(default_factory=dict)
    chunks: dict[str, ChunkMap] = field(default_factory=dict)
    sparse: dict[str, frozenset[str]] = field(default_factory=dict)
    state: tuple[int, int, int] | None = None


class TinydbFormat(Format):
    """Files of TinyDB."""

    name = "tinydb"
    version = 1
    capabilities = FormatCapabilities(
        incremental=True,
        limits=(
            "The key of a table with an INTEGER key is the id of its documents.",
            "A table of another program's file must fit into memory: at most 128 MiB of JSON.",
        ),
    )
    options = TinydbBackendOptions

    def read(
        self,
        path: Path,
        options: Any = None,
        *,
        overrides: Overrides = NOTHING_DECIDED,
        work: Work = SILENT,
    ) -> Reading:
        layout = TinydbLayout()
        return Reading(_streams(path, layout, overrides, work), layout)

    def save(
        self,
        path: Path,
        tables: Sequence[TableRows],
        options: Any = None,
        *,
        layout: Layout | None = None,
        work: Work = SILENT,
    ) -> TinydbLayout:
        known = layout if isinstance(layout, TinydbLayout) else TinydbLayout()
        for rows in tables:
            if rows.table.name == SCHEMA_TABLE:
                raise SerializationError(
                    f"TinyDB files keep the schema in the table '{SCHEMA_TABLE}'; rename yours.",
                    table_name=SCHEMA_TABLE,
                )
        writer = _Writer(path, options or TinydbBackendOptions(), known, work)
        with replacing(path) as new, new.open("wb") as out:
            saved = writer.write(out, tables)
        saved.state = _state(path)
        return saved

    def losses(self, table: Table) -> list[str]:
        return ["the table, whose name the schema has"] if table.name == SCHEMA_TABLE else []


FORMAT = TinydbFormat()


def _state(path: Path) -> tuple[int, int, int]:
    status = path.stat()
    return status.st_mtime_ns, status.st_size, status.st_ino


# --- Reading ------------------------------------------------------------------------------------


def _streams(
    path: Path, layout: TinydbLayout, overrides: Overrides, work: Work
) -> Generator[TableStream, None, None]:
    with open_regular(path) as file:
        has_lines = file.read(len(HEAD)) == HEAD
        file.seek(0)
        document = _Document(path, layout, overrides, work)
        yield from document.lines(file) if has_lines else document.whole_tables(file)
    layout.state = _state(path)


class _Document:
    """One file that is being read."""

    def __init__(self, path: Path, layout: TinydbLayout, overrides: Overrides, work: Work) -> None:
        self._path = path
        self._layout = layout
        self._overrides = overrides
        self._work = work

    def lines(self, file: BinaryIO) -> Iterator[TableStream]:
        """Give the tables of a file with a line for each document."""
        source = LineFile(file, self._path)
        for entry in self._entries(source.head()):
            table = self._described(entry)
            source.begin_table(table.name)
            chunks = ChunkMap()
            rows = self._rows_of_lines(source, table, chunks, entry.get("rows"))
            yield TableStream(table, rows, entry.get("next_key"))
            for _ in rows:  # whoever wants the next table passes over the rest of this one
                pass
            self._layout.tables[table.name] = table
            self._layout.chunks[table.name] = chunks
        source.check_end()

    def _rows_of_lines(
        self, source: LineFile, table: Table, chunks: ChunkMap, total: object
    ) -> Iterator[list[StoredRow]]:
        rows_of = _RowsOfDocuments(table, self._path)
        done = 0
        for documents in source.documents(chunks):
            rows, is_counted = rows_of.rows(documents, done)
            chunks.is_ascending = chunks.is_ascending and is_counted
            for start in range(0, len(rows), BATCH_ROWS):
                yield rows[start : start + BATCH_ROWS]
            done += len(rows)
            self._work.step("reading", table.name, done, total if type(total) is int else None)
        if done != total:
            raise self._damaged(f"the table '{table.name}' has {done} rows in place of {total}")

    def whole_tables(self, file: BinaryIO) -> Iterator[TableStream]:
        """Give the tables of any file of TinyDB."""
        source = JsonSource(file, self._path, fastest_codec())
        source.has_nan = True
        source.check_begins_well()
        entries: dict[str, dict[str, Any]] = {}
        names: list[str] = []
        for name in source.members():
            documents = self._checked(name, source.value())
            if name == SCHEMA_TABLE:
                found = self._entries(documents.get("1"))
                entries = {entry["name"]: entry for entry in found}
            elif name in entries:
                yield self._own(entries[name], documents)
            else:
                yield self._foreign(free_name(name, {*names, *entries}), name, documents)
                names.append(name)
        source.check_end()

    def _checked(self, name: str, documents: Any) -> Documents:
        if isinstance(documents, dict) and set(map(type, documents.values())) <= {dict}:
            try:
                for key in documents:
                    int(key)
            except ValueError:
                pass
            else:
                return documents
        raise FileFormatError(
            f"'{self._path}' is no file of TinyDB: '{name}' is no table of documents with numbers. "
            "Open it as JSON.",
            details={"path": str(self._path)},
        )

    def _entries(self, head: Any) -> list[dict[str, Any]]:
        version = head.get("version") if isinstance(head, dict) else None
        if isinstance(version, int) and version > TinydbFormat.version:
            raise NewerFormatError(
                f"'{self._path}' was written by a newer version; update the program to open it.",
                details={"path": str(self._path)},
            )
        entries = head.get("tables") if isinstance(head, dict) else None
        if not isinstance(entries, list) or not all(map(_is_entry, entries)):
            raise self._damaged("the description of the tables is none")
        for entry in entries:
            self._layout.sparse[entry["name"]] = frozenset(entry.get("sparse", ()))
        return entries

    def _described(self, entry: dict[str, Any]) -> Table:
        try:
            return table_from_json(entry["name"], entry["schema"])
        except SchemaError as err:
            raise self._damaged(err.message) from err

    def _own(self, entry: dict[str, Any], documents: Documents) -> TableStream:
        table = self._described(entry)
        rows = self._rows_in_memory(table, _RowsOfDocuments(table, self._path).rows, documents)
        return TableStream(table, rows, entry.get("next_key"))

    def _rows_in_memory(
        self,
        table: Table,
        rows_of: Callable[[Documents, int], tuple[list[StoredRow], bool]],
        documents: Documents,
    ) -> Iterator[list[StoredRow]]:
        waiting = iter(documents.items())
        done = 0
        while part := dict(islice(waiting, BATCH_ROWS)):
            yield rows_of(part, done)[0]
            done += len(part)
            self._work.step("reading", table.name, done, len(documents))

    def _foreign(self, name: str, key: str, documents: Documents) -> TableStream:
        sample = self._overrides.sample_rows
        chosen = self._overrides.types.get(name, {})
        inference = RecordInference(name, chosen, self._path, is_sample=sample is not None)
        records = list(documents.values())
        inference.look_at(records if sample is None else records[:sample])
        found = inference.table()
        columns, notes = usable_names([column.name for column in found.columns])
        found = inference.table(columns)
        id_column = free_name(_DOCUMENT_ID, columns)
        table = Table(
            name,
            (Column(id_column, TYPES[int], nullable=False, primary_key=True), *found.columns),
            primary_key=(id_column,),
            rowid_alias=id_column,
        )
        sparse = inference.sparse_keys
        self._layout.sparse[name] = frozenset(
            column for key_, column in zip(inference.keys, columns, strict=True) if key_ in sparse
        )
        if key != name:
            notes.append(f"the table {key!r} is called {name!r}")

        def rows_of(part: Documents, done: int) -> tuple[list[StoredRow], bool]:
            rows = inference.rows(list(part.values()), done + 1) or [()] * len(part)
            return [(int(id_), *row) for id_, row in zip(part, rows, strict=True)], True

        rows = self._rows_in_memory(table, rows_of, documents)
        return TableStream(table, rows, None, is_inferred=True, notes=tuple(notes))

    def _damaged(self, reason: str) -> CorruptFileError:
        return CorruptFileError(
            f"'{self._path}' is damaged: {reason}. Restore it from a backup.",
            details={"path": str(self._path)},
        )


def _is_entry(entry: object) -> bool:
    return (
        isinstance(entry, dict)
        and isinstance(entry.get("name"), str)
        and isinstance(entry.get("schema"), dict)
        and type(entry.get("next_key")) in (int, type(None))
        and isinstance(entry.get("sparse", []), list)
        and all(isinstance(name, str) for name in entry.get("sparse", []))
    )


class _RowsOfDocuments:
    """Makes the rows of a table of ours of its documents."""

    def __init__(self, table: Table, path: Path) -> None:
        alias = table.rowid_alias
        names = [column.name for column in table.columns]
        self._alias = None if alias is None else names.index(alias)
        self._cells = RecordCells(_body(table), path)
        self._width = len(names)

    def rows(self, documents: Documents, done: int) -> tuple[list[StoredRow], bool]:
        """Return rows, and whether their row ids are the ids of the documents."""
        ids = list(map(int, documents))
        if self._width == 1 and self._alias == 0:
            return [(id_,) for id_ in ids], True
        rows = self._cells.decode(list(documents.values()), done + 1)
        if self._alias is None:
            return list(rows), ids == [*range(done + 1, done + 1 + len(rows))]
        columns: list[Any] = list(zip(*rows, strict=True))
        columns.insert(self._alias, ids)
        return list(zip(*columns, strict=True)), True


def _body(table: Table) -> Table:
    """Return the table of what is in the documents: all but their ids."""
    columns = tuple(column for column in table.columns if column.name != table.rowid_alias)
    return Table(table.name, columns)


# --- Writing ------------------------------------------------------------------------------------


class _Writer:
    """Writes a file, with the lines of the one before where they are known and did not change."""

    def __init__(
        self, path: Path, options: TinydbBackendOptions, known: TinydbLayout, work: Work
    ) -> None:
        self._path = path
        self._options = options
        self._known = known
        self._work = work
        self._codec = fastest_codec(ensure_ascii=options.ensure_ascii)

    def write(self, out: BinaryIO, tables: Sequence[TableRows]) -> TinydbLayout:
        """Write all tables and return where their documents are."""
        saved = TinydbLayout({rows.table.name: rows.table for rows in tables})
        out.write(self._head(tables))
        for rows in tables:
            out.write(_SEPARATOR + table_line(rows.table.name) + b"\n")
            start = out.tell()
            saved.chunks[rows.table.name] = self._write_rows(out, rows)
            saved.sparse[rows.table.name] = self._sparse(rows.table.name)
            out.write(b"\n}" if out.tell() > start else b"}")
        out.write(b"\n}\n")
        return saved

    def _head(self, tables: Iterable[TableRows]) -> bytes:
        described = {
            "layout": "lines" if self._options.indent is None else "indented",
            "version": TinydbFormat.version,
            "tables": [
                {
                    "name": rows.table.name,
                    "schema": table_to_json(rows.table),
                    "next_key": rows.next_key,
                    "rows": rows.row_count,
                    "sparse": sorted(self._sparse(rows.table.name)),
                }
                for rows in tables
            ],
        }
        return b'{"_pytuck":{"1":' + self._codec.dumps(described) + b"}"

    def _sparse(self, table: str) -> frozenset[str]:
        return self._known.sparse.get(table, frozenset())

    def _write_rows(self, out: BinaryIO, rows: TableRows) -> ChunkMap:
        name = rows.table.name
        encode = self._encoder(rows.table)
        chunks = self._known.chunks.get(name)
        if chunks is None or self._known.tables.get(name) != rows.table or rows.changed is None:
            return write_rows(out, rows, encode, separator=_SEPARATOR, work=self._work)
        with open_regular(self._path) as old:
            if self._known.state not in (None, _state(self._path)):
                raise ConflictError(
                    f"'{self._path}' was changed by another program since it was read. Open it "
                    "again, or save to another file.",
                    details={"path": str(self._path)},
                )
            return write_rows(
                out, rows, encode, previous=(old, chunks), separator=_SEPARATOR, work=self._work
            )

    def _encoder(self, table: Table) -> Callable[[RowsOfIds], bytes]:
        body = _body(table)
        cells = JsonCells(body, self._path)
        names = [column.name for column in body.columns]
        places = [
            place for place, column in enumerate(table.columns) if column.name != table.rowid_alias
        ]
        pick = itemgetter(*places) if len(places) > 1 else None
        sparse = self._sparse(table.name)

        def encode(batch: RowsOfIds) -> bytes:
            ids = [row[-1] for row in batch]
            bodies = (
                list(map(pick, batch))
                if pick is not None
                else [tuple([row[place] for place in places]) for row in batch]
            )
            values: Iterable[Any] = cells.encode(bodies) if places else bodies
            documents = [dict(zip(names, row, strict=True)) for row in values]
            if sparse:
                documents = [_without(document, sparse) for document in documents]
            return document_lines(ids, self._texts(documents))

        return encode

    def _texts(self, documents: list[dict[str, Any]]) -> list[bytes]:
        indent = self._options.indent
        if indent is None:
            return self._codec.dumps_each(documents)
        is_ascii = self._options.ensure_ascii
        return [
            json.dumps(document, indent=indent, ensure_ascii=is_ascii).encode()
            for document in documents
        ]


def _without(document: dict[str, Any], sparse: frozenset[str]) -> dict[str, Any]:
    """Return a document without the keys that it lacks where they are NULL."""
    return {
        name: value for name, value in document.items() if value is not None or name not in sparse
    }

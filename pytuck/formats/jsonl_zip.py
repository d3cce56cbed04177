"""Zip containers of JSON lines: those of the old library, and ours, for the sake of a password."""

from __future__ import annotations

import json
import re
from collections.abc import Generator, Iterator, Sequence
from pathlib import Path
from typing import Any

from pytuck.common.exceptions import CorruptFileError, NewerFormatError, SchemaError
from pytuck.common.progress import Work
from pytuck.formats.base import StoredRow, TableRows, TableStream
from pytuck.formats.json_codec import JsonCodec, JsonTextError
from pytuck.formats.json_records import RecordCells, lines_of
from pytuck.formats.jsonl_layout import JsonlLayout
from pytuck.formats.jsonl_lines import LineReader
from pytuck.formats.old_schema import OldCells, table_from_old
from pytuck.formats.row_chunks import write_rows
from pytuck.formats.zip_container import ZipReader
from pytuck.formats.zip_writing import ZipWriter
from pytuck.schema import Table
from pytuck.schema.json_form import table_from_json, table_to_json

_DESCRIPTION = "_metadata.json"
_OLD_VERSION = 1
_VERSION = 2
_PLAIN_NAME = re.compile(r"[A-Za-z0-9][\w\- ]{0,60}", re.ASCII)


class ZippedLines:
    """Reads one container."""

    def __init__(
        self,
        archive: ZipReader,
        codec: JsonCodec,
        layout: JsonlLayout,
        work: Work,
    ) -> None:
        self._archive = archive
        self._path = archive.path
        self._codec = codec
        self._layout = layout
        self._work = work

    def streams(self) -> Generator[TableStream, None, None]:
        """Give the tables."""
        self._layout.shape = "zip"
        description = self._description()
        for name, entry in description["tables"].items():
            if description["format_version"] == _OLD_VERSION:
                stream = self._old_stream(name, entry)
            else:
                stream = self._stream(name, entry)
            yield stream
            for _ in stream.batches:
                pass

    def _description(self) -> dict[str, Any]:
        text = self._archive.read(_DESCRIPTION)
        try:
            found = self._codec.loads(text)
        except JsonTextError as err:
            raise self._damaged(f"'{_DESCRIPTION}' is no valid JSON: {err}") from None
        if not isinstance(found, dict) or not isinstance(found.get("tables"), dict):
            raise self._damaged(f"'{_DESCRIPTION}' describes no tables")
        version = found.get("format_version")
        if version not in (_OLD_VERSION, _VERSION):
            raise NewerFormatError(
                f"'{self._path}' has version {version!r} of the layout; this program reads up to "
                f"{_VERSION}. Open it with a newer version of the program.",
                details={"path": str(self._path)},
            )
        return found

    def _stream(self, name: str, entry: Any) -> TableStream:
        try:
            table = table_from_json(name, entry)
            member, rows, next_key = str(entry["member"]), entry["rows"], entry.get("next_id")
        except (SchemaError, KeyError, TypeError, AttributeError) as err:
            raise self._damaged(f"the description of table '{name}' is not valid ({err})") from err
        cells = RecordCells(table, self._path)
        batches = self._counted(table, member, cells, rows)
        return TableStream(table, batches, next_key if type(next_key) is int else None)

    def _old_stream(self, name: str, entry: Any) -> TableStream:
        table, next_key = table_from_old(name, entry, self._path)
        cells = OldCells(table, self._path)
        stream = TableStream(table, iter(()), next_key)
        member = f"{name}.jsonl"
        if member not in self._archive.names:  # UTF-8 without the mark that says so
            mistaken = member.encode().decode("cp437")
            member = mistaken if mistaken in self._archive.names else member
        stream.batches = self._noted(stream, member, cells)
        return stream

    def _noted(
        self, stream: TableStream, member: str, cells: OldCells
    ) -> Iterator[list[StoredRow]]:
        for batch in self._batches(stream.table, member, cells):
            stream.notes = tuple(cells.notes)
            yield batch

    def _counted(
        self, table: Table, member: str, cells: RecordCells, rows: Any
    ) -> Iterator[list[StoredRow]]:
        done = 0
        for batch in self._batches(table, member, cells):
            done += len(batch)
            yield batch
        if done != rows:
            raise self._damaged(f"'{member}' has {done} rows instead of {rows}")

    def _batches(
        self, table: Table, member: str, cells: RecordCells | OldCells
    ) -> Iterator[list[StoredRow]]:
        done = 0
        with self._archive.open(member) as stream:
            reader = LineReader(stream, self._path, self._codec)
            reader.has_nan = isinstance(cells, OldCells)
            for lines in reader.lines():
                if not all(type(value) is dict for value in lines.values):
                    raise self._damaged(f"'{member}' has a line that is no object")
                rows = cells.decode(lines.values, done + 1)
                done += len(rows)
                yield rows  # type: ignore[misc]
                self._work.step("reading", table.name, done)

    def _damaged(self, reason: str) -> CorruptFileError:
        return CorruptFileError(
            f"'{self._path}': {reason}. Restore the file from a backup.",
            details={"path": str(self._path)},
        )


def write_zip(
    path: Path,
    target: Path,
    tables: Sequence[TableRows],
    codec: JsonCodec,
    password: str | None,
    work: Work,
) -> JsonlLayout:
    """Write a container.

    Args:
        path: The file that is written.
        target: The file whose place it takes, for messages.
    """
    described: dict[str, Any] = {}
    with ZipWriter(path, password) as archive:
        for number, rows in enumerate(tables, 1):
            table = rows.table
            plain = _PLAIN_NAME.fullmatch(table.name) is not None
            member = f"{table.name}.jsonl" if plain else f"table {number}.jsonl"
            if any(member.lower() == entry["member"].lower() for entry in described.values()):
                member = f"_{number}.jsonl"
            with archive.member(member) as out:
                _write_member(out, target, rows, codec, work)
            described[table.name] = {
                **table_to_json(table),
                "next_id": rows.next_key,
                "member": member,
                "rows": rows.row_count,
            }
        description = {
            "engine": "jsonl",
            "format_version": _VERSION,
            "table_count": len(tables),
            "tables": described,
        }
        with archive.member(_DESCRIPTION) as out:
            out.write(json.dumps(description, ensure_ascii=False).encode())
    return JsonlLayout(shape="zip")


def _write_member(out: Any, target: Path, rows: TableRows, codec: JsonCodec, work: Work) -> None:
    lines = lines_of(codec, rows.table, RecordCells(rows.table, target).encode, target)
    written = write_rows(
        out, rows, lambda batch: b"\n".join(lines(batch)), separator=b"\n", work=work
    )
    if written.starts:
        out.write(b"\n")

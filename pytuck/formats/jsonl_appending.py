"""Saving into our files of JSON lines in place: new rows, and few changes, behind what is there.

What is added counts when the first line says so. It is written over last, when all else is on the
disk; until then the file is read as it was, and what is behind that is left out.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import Any, BinaryIO

from pytuck.common.exceptions import ConflictError
from pytuck.common.progress import Work
from pytuck.formats.base import BATCH_ROWS, TableRows
from pytuck.formats.json_codec import JsonCodec
from pytuck.formats.json_records import RecordCells, lines_of
from pytuck.formats.jsonl_changes import are_few, runs
from pytuck.formats.jsonl_header import HEADER_BYTES, Header, marker_line, row_key
from pytuck.formats.jsonl_layout import JsonlLayout
from pytuck.formats.jsonl_own import SEPARATOR
from pytuck.formats.jsonl_writing import RowsBetween, write_records
from pytuck.formats.row_chunks import RowsOfIds


@dataclass(frozen=True, slots=True)
class _Part:
    """What is new about one table.

    Attributes:
        old: Row ids among those that the file has, which were written or deleted.
        last_id: The highest row id that the file has.
        is_new: There are rows with higher ones, or another next key.
    """

    rows: TableRows
    old: frozenset[int]
    last_id: int
    is_new: bool


class Appender:
    """Adds to one file of ours what changed since it was read or saved.

    Args:
        known: How the file is laid out.
        smallest: Bytes of the smallest file that gets changes, and not only new rows.
    """

    def __init__(
        self,
        path: Path,
        tables: Sequence[TableRows],
        codec: JsonCodec,
        work: Work,
        known: JsonlLayout,
        smallest: int,
    ) -> None:
        self._path = path
        self._codec = codec
        self._work = work
        self._known = known
        parts = [_part(rows, known) for rows in tables]
        self._parts = [part for part in parts if part is not None]
        is_same = known.shape == "own" and [rows.table.name for rows in tables] == [*known.tables]
        self.is_possible = is_same and None not in parts and _are_few(self._parts, known, smallest)

    def append(self) -> JsonlLayout:
        """Add what is new behind the rest, if that `is_possible`.

        Raises:
            ConflictError: The file is not the one that the layout is of.
        """
        known = self._known
        with self._path.open("r+b") as out:
            if out.read(HEADER_BYTES) != known.header.to_bytes():
                raise ConflictError(
                    f"'{self._path}' was changed by another program since it was read. Open it "
                    "again, or save under another name.",
                    details={"path": str(self._path)},
                )
            try:
                out.truncate(known.header.size)
                out.seek(known.header.size)
                written = self._write_parts(out)
                if written.header.size != known.header.size:
                    _sync(out)
                    _write_first_line(out, written.header)
            except BaseException:
                with contextlib.suppress(OSError):  # what is behind the end does not count
                    _write_first_line(out, known.header)
                    out.truncate(known.header.size)
                raise
        return written

    def _write_parts(self, out: BinaryIO) -> JsonlLayout:
        known = self._known
        written = JsonlLayout(
            tables=known.tables,
            overlaid=dict(known.overlaid),
            changed_bytes=known.changed_bytes,
            numbered=known.numbered,
        )
        for part in self._parts:
            rows, name = part.rows, part.rows.table.name
            if part.old:
                start = out.tell()
                self._write_changes(out, part)
                written.changed_bytes += out.tell() - start
                written.overlaid[name] = known.overlaid.get(name, set()) | part.old
            written.segments[name] = [*known.segments[name]]
            if part.is_new:
                self._write_new(out, part, written)
            written.next_keys[name] = rows.next_key
            written.row_counts[name] = rows.row_count
        written.header = Header(out.tell(), sum(written.row_counts.values()))
        return written

    def _write_new(self, out: BinaryIO, part: _Part, written: JsonlLayout) -> None:
        """Write the rows behind the last, and note where they are."""
        name = part.rows.table.name
        out.write(marker_line(_named(part.rows)))
        rows = RowsBetween(part.rows, part.last_id + 1, None)
        chunks = write_records(out, rows, self._codec, self._path, self._work)
        written.segments[name].append(chunks)
        if chunks.starts:
            out.write(SEPARATOR)
            if chunks.last_ids[-1] != part.last_id + rows.given:
                written.numbered -= {name}

    def _write_changes(self, out: BinaryIO, part: _Part) -> None:
        """Write the changed rows among those of the file, and the row ids of the deleted ones."""
        table = part.rows.table
        cells = RecordCells(table, self._path, row_key)
        lines = lines_of(self._codec, table, cells.encode, self._path)
        deleted = set(part.old)
        found = chain.from_iterable(_batches(part))
        while batch := list(islice(found, BATCH_ROWS)):
            keys: list[Any] = [row[-1] for row in batch]
            out.write(marker_line({**_named(part.rows), "changes": keys}))
            out.writelines(line + SEPARATOR for line in lines(batch))
            deleted.difference_update(keys)
            self._work.step("writing", table.name, len(part.old) - len(deleted), len(part.old))
        if deleted:
            out.write(marker_line({**_named(part.rows), "deleted": sorted(deleted)}))


def _part(rows: TableRows, known: JsonlLayout) -> _Part | None:
    """Return what is new about a table; None if that cannot stand behind the rest."""
    name = rows.table.name
    last_id = known.last_id(name)
    if rows.changed is None or last_id is None or known.tables.get(name) != rows.table:
        return None
    old = frozenset(row_id for row_id in rows.changed if row_id <= last_id)
    if old and rows.table.rowid_alias is None and (name not in known.numbered or min(old) < 1):
        return None
    is_new = len(old) < len(rows.changed) or rows.next_key != known.next_keys[name]
    return _Part(rows, old, last_id, is_new)


def _are_few(parts: Collection[_Part], known: JsonlLayout, smallest: int) -> bool:
    old = [part.old for part in parts if part.old]
    return not old or are_few(old, known, smallest)


def _batches(part: _Part) -> Iterator[RowsOfIds]:
    """Give the changed rows among those of the file that are still there."""
    for first, last in runs(part.old):
        for batch in part.rows.batches(BATCH_ROWS, first, last):
            yield [row for row in batch if row[-1] in part.old]


def _named(rows: TableRows) -> dict[str, Any]:
    marker: dict[str, Any] = {"$table": rows.table.name}
    if rows.next_key is not None:
        marker["next_id"] = rows.next_key
    return marker


def _write_first_line(out: BinaryIO, header: Header) -> None:
    out.seek(0)
    out.write(header.to_bytes())
    _sync(out)


def _sync(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())

"""Writing the rows of a text file again where they changed, and copying the bytes of the others.

The rows of a table stand in the order of their row ids. For every few rows, a *chunk*, it is known
where they begin in the file and which row id is their last. A save formats only the chunks with
changed rows and copies what lies between them, which is as fast as copying a file.
"""

from __future__ import annotations

import io
import os
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from pytuck.common.exceptions import SerializationError
from pytuck.common.progress import SILENT, Work
from pytuck.formats.base import TableRows
from pytuck.types import Stored

CHUNK_ROWS = 128
"""A changed row costs the formatting of as many; a map has one entry for as many."""

_COPY_BYTES = 1 << 20
_KERNEL_BYTES = 1 << 16
"""Less than this is copied quicker through the buffers of the two files."""

_FEW_ROWS = 3
"""Of a chunk with more changed rows, all are formatted."""

RowsOfIds = list[tuple[Stored, ...]]
"""Rows with the row id behind the values, as `TableRows.batches` gives them."""

Split = Callable[[bytes, int], list[bytes] | None]
"""Gives the texts of so many rows, if it is plain where each ends."""


@dataclass(slots=True)
class ChunkMap:
    """Where the chunks of a table lie in a file.

    Attributes:
        starts: The place of the first byte of each chunk.
        last_ids: The row id of the last row of each chunk.
        counts: How many rows each chunk has; 0 where nobody has counted them.
        first_id: The row id of the first row of all.
        end: The place behind the last chunk.
        is_ascending: The row ids ascend, so that the map can be used.
    """

    starts: array[int] = field(default_factory=lambda: array("q"))
    last_ids: array[int] = field(default_factory=lambda: array("q"))
    counts: array[int] = field(default_factory=lambda: array("q"))
    first_id: int = 0
    end: int = 0
    is_ascending: bool = True

    @property
    def row_count(self) -> int | None:
        """How many rows there are, if somebody has counted them."""
        return None if 0 in self.counts else sum(self.counts)

    def before(self, chunk: int) -> int:
        """Return a row id below those of a chunk, and not below any of the chunk before."""
        return self.last_ids[chunk - 1] if chunk else self.first_id - 1

    def add(self, start: int, end: int, first_id: int, last_id: int, rows: int = 0) -> None:
        """Note a chunk behind the others.

        Args:
            start: The place of its first byte; what stands between it and the chunk before
                is a separator.
            end: The place behind its last byte.
            rows: How many rows it has, if they were counted.
        """
        if last_id < first_id or (self.last_ids and first_id <= self.last_ids[-1]):
            self.is_ascending = False
        if not self.starts:
            self.first_id = first_id
        self.starts.append(start)
        self.last_ids.append(last_id)
        self.counts.append(rows)
        self.end = end

    def add_moved(self, other: ChunkMap, chunks: slice, by: int, end: int) -> None:
        """Note chunks of another map behind the others.

        Args:
            by: How many bytes later they begin here.
            end: The place behind the last of them.
        """
        first_id = other.before(chunks.start) + 1
        if self.last_ids and first_id <= self.last_ids[-1]:
            self.is_ascending = False
        if not self.starts:
            self.first_id = first_id
        self.starts.extend(array("q", [start + by for start in other.starts[chunks]]))
        self.last_ids.extend(other.last_ids[chunks])
        self.counts.extend(other.counts[chunks])
        self.end = end

    def moved(self, by: int) -> ChunkMap:
        """Return the map for a file in which the table begins `by` bytes later."""
        moved = ChunkMap(array("q", (start + by for start in self.starts)), self.last_ids[:])
        moved.end, moved.is_ascending = self.end + by, self.is_ascending
        moved.first_id, moved.counts = self.first_id, self.counts[:]
        return moved


@dataclass(frozen=True, slots=True)
class _Run:
    """Chunks that follow one another and have the same fate.

    Attributes:
        first, last: Numbers of the chunks.
        is_changed: They are formatted again.
    """

    first: int
    last: int
    is_changed: bool


def write_rows(
    out: BinaryIO,
    rows: TableRows,
    encode: Callable[[RowsOfIds], bytes],
    *,
    previous: tuple[BinaryIO, ChunkMap] | None = None,
    separator: bytes = b"",
    split: Split | None = None,
    work: Work = SILENT,
) -> ChunkMap:
    """Write the rows of a table behind what `out` holds, and return where they are.

    Args:
        out: A file at its end.
        encode: Formats up to `CHUNK_ROWS` rows, with `separator` between two of them.
        previous: The file with the rows as they were before `rows.changed`, and where.
        separator: Stands between two rows, and not behind the last.
        split: Parts the text of a chunk; only where there is no separator.

    Raises:
        SerializationError: The previous file ends too early.
    """
    written = ChunkMap(end=out.tell())
    changed = rows.changed
    if previous is None or changed is None or not previous[1].is_ascending:
        for batch in rows.batches(CHUNK_ROWS):
            _write_chunk(out, batch, encode, separator, written)
            _tell(work, rows, written, rows.row_count)
        return written
    source, known = previous
    total = known.row_count
    total = rows.row_count if total is None else total
    mender = None if split is None else _Mender(source, known, rows, encode, split)
    for run in _runs(known, changed):
        if not run.is_changed:
            _copy_run(out, source, known, run, separator, written)
            continue
        if mender is not None and run.first == run.last and mender.mend(out, run.first, written):
            _tell(work, rows, written, total)
            continue
        first = known.last_ids[run.first - 1] + 1 if run.first else None
        is_end = run.last >= len(known.last_ids)
        last = None if is_end else known.last_ids[run.last]
        for batch in rows.batches(CHUNK_ROWS, first, last):
            _write_chunk(out, batch, encode, separator, written)
            _tell(work, rows, written, total)
    return written


def _runs(known: ChunkMap, changed: Collection[int]) -> Iterator[_Run]:
    """Give all chunks as runs; the changed rows behind the last chunk count as one more."""
    count = len(known.last_ids)
    touched = sorted({bisect_left(known.last_ids, row_id) for row_id in changed})
    position = 0
    index = 0
    while index < len(touched):
        first = last = touched[index]
        while index + 1 < len(touched) and touched[index + 1] == last + 1:
            index += 1
            last = touched[index]
        if first > position:
            yield _Run(position, first - 1, is_changed=False)
        yield _Run(first, last, is_changed=True)
        position = last + 1
        index += 1
    if position < count:
        yield _Run(position, count - 1, is_changed=False)


def _write_chunk(
    out: BinaryIO,
    batch: RowsOfIds,
    encode: Callable[[RowsOfIds], bytes],
    separator: bytes,
    written: ChunkMap,
) -> None:
    if written.starts and separator:
        out.write(separator)
    start = out.tell()
    out.write(encode(batch))
    first_id, last_id = batch[0][-1], batch[-1][-1]
    assert isinstance(first_id, int)
    assert isinstance(last_id, int)
    written.add(start, out.tell(), first_id, last_id, len(batch))


def _copy_run(
    out: BinaryIO,
    source: BinaryIO,
    known: ChunkMap,
    run: _Run,
    separator: bytes,
    written: ChunkMap,
) -> None:
    if written.starts and separator:
        out.write(separator)
    start = known.starts[run.first]
    is_last = run.last == len(known.starts) - 1
    end = known.end if is_last else known.starts[run.last + 1] - len(separator)
    by = out.tell() - start
    copy_bytes(source, start, end, out)
    written.add_moved(known, slice(run.first, run.last + 1), by, end + by)


class _Mender:
    """Writes chunks in which few rows changed, with the bytes of the others."""

    def __init__(
        self,
        source: BinaryIO,
        known: ChunkMap,
        rows: TableRows,
        encode: Callable[[RowsOfIds], bytes],
        split: Split,
    ) -> None:
        self._source = source
        self._known = known
        self._rows = rows
        self._encode = encode
        self._split = split
        self._changed = sorted(rows.changed or ())

    def mend(self, out: BinaryIO, chunk: int, written: ChunkMap) -> bool:
        """Write a chunk, and return False if that is not possible in this way."""
        known = self._known
        ids = self._changed_of(chunk)
        texts = self._texts(chunk) if ids else None
        if texts is None:
            return False
        before, count = known.before(chunk), known.counts[chunk] - len(ids)
        for row_id in ids:
            texts[row_id - before - 1] = b""
            for batch in self._rows.batches(1, row_id, row_id):
                texts[row_id - before - 1] = self._encode(batch)
                count += 1
        start = out.tell()
        out.write(b"".join(texts))
        if count:
            written.add(start, out.tell(), before + 1, known.last_ids[chunk], count)
        return True

    def _changed_of(self, chunk: int) -> list[int]:
        """Return the changed row ids of a chunk if they are few, and it had all that it can have."""
        known = self._known
        if chunk >= len(known.last_ids):
            return []
        before, last = known.before(chunk), known.last_ids[chunk]
        start = bisect_right(self._changed, before) if chunk else 0
        ids = self._changed[start : bisect_right(self._changed, last)]
        if known.counts[chunk] != last - before or len(ids) > _FEW_ROWS or ids[0] <= before:
            return []
        return ids

    def _texts(self, chunk: int) -> list[bytes] | None:
        starts = self._known.starts
        is_last = chunk == len(starts) - 1
        text = io.BytesIO()
        end = self._known.end if is_last else starts[chunk + 1]
        copy_bytes(self._source, starts[chunk], end, text)
        return self._split(text.getvalue(), self._known.counts[chunk])


def copy_bytes(source: BinaryIO, start: int, end: int, out: BinaryIO) -> None:
    """Copy a part of one file behind what another holds.

    Raises:
        SerializationError: The source ends before `end`.
    """
    start = _copy_in_kernel(source, start, end, out)
    source.seek(start)
    left = end - start
    while left > 0:
        block = source.read(min(left, _COPY_BYTES))
        if not block:
            raise SerializationError(
                f"'{getattr(source, 'name', '')}' became shorter while it was open; open it again.",
                details={"path": str(getattr(source, "name", ""))},
            )
        out.write(block)
        left -= len(block)


def _copy_in_kernel(source: BinaryIO, start: int, end: int, out: BinaryIO) -> int:
    """Copy as much as the operating system can copy by itself, and return where it stopped."""
    if end - start < _KERNEL_BYTES or not hasattr(os, "copy_file_range"):
        return start
    try:
        files = source.fileno(), out.fileno()
    except OSError:  # a stream that is packed on its way
        return start
    out.flush()
    target = out.tell()
    try:
        while start < end:
            copied = os.copy_file_range(*files, end - start, start, target)
            if not copied:
                break
            start += copied
            target += copied
    except OSError:  # they are on different file systems
        return start
    finally:
        out.seek(target)
    return start


def _tell(work: Work, rows: TableRows, written: ChunkMap, total: int) -> None:
    if not len(written.starts) % 8:
        done = min(len(written.starts) * CHUNK_ROWS, total)
        work.step("writing", rows.table.name, done, total)

"""Changes that stand behind the rows in our JSONL files: rows that were changed, and deleted ones.

So a save of few changes in a large file writes few lines. A line that names a table and has a list
`"changes"` comes before as many rows, and each takes the place of the row that the list says, or
stands in its order among the others; `"deleted"` lists rows that are gone. A row is said by its key
of integers, and else by its number among the rows of the table as they were, without any change.
What comes later in the file counts.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from pytuck.common.exceptions import CorruptFileError
from pytuck.formats.base import StoredRow
from pytuck.formats.json_codec import JsonCodec
from pytuck.formats.json_records import RecordCells, row_ids
from pytuck.formats.jsonl_header import Segment, marker_line, row_key
from pytuck.formats.jsonl_layout import JsonlLayout, is_ascending
from pytuck.formats.jsonl_lines import LineReader
from pytuck.formats.row_chunks import ChunkMap
from pytuck.schema import Table

SMALLEST_FILE = 1 << 20
"""A smaller file is written anew: it takes no time, and every program can read the rows."""

_SHARE = 8
_MOST_BYTES = 8 << 20
_MOST_READ_BYTES = 64 << 20
_MOST_RUNS = 1000
_WIDEST_GAP = 16


# --- Reading ----------------------------------------------------------------------------------


@dataclass(slots=True)
class Changes:
    """What changed in the rows of one table.

    Attributes:
        path: The file, for messages.
        rows: The present row for each key or number; None if it is gone.
    """

    path: Path
    table: Table
    rows: dict[int, StoredRow | None] = field(default_factory=dict)
    _keys: list[int] = field(default_factory=list)
    _done: int = 0

    def applied(
        self, rows: list[StoredRow], done: int, maps: Sequence[ChunkMap]
    ) -> list[StoredRow]:
        """Return the next rows of the table as they are now.

        Args:
            rows: As they were.
            done: How many were before them.
            maps: Where they and those before them are.

        Raises:
            CorruptFileError: They are not in the order of their key.
        """
        if not self.rows or not rows:
            return rows
        keys: Sequence[Any] = row_ids(self.table, rows, done)
        if self.table.rowid_alias is not None and not is_ascending(maps):
            raise _damaged(self.path, self.table, "its rows are not in the order of its key")
        self._keys = self._keys or sorted(self.rows)
        end = bisect_right(self._keys, keys[-1], self._done)
        due, self._done = self._keys[self._done : end], end
        if not due:
            return rows
        found: dict[int, StoredRow | None] = dict(zip(keys, rows, strict=True))
        found.update((key, self.rows[key]) for key in due)
        return [row for _, row in sorted(found.items()) if row is not None]

    def finish(self, maps: Sequence[ChunkMap]) -> set[int]:
        """Return the row ids that have changed, and correct maps that count deleted rows.

        The row id of a row without a key is its number among those that are still there.

        Raises:
            CorruptFileError: There are changes of rows behind the last one.
        """
        if self._done < len(self.rows):
            raise _damaged(self.path, self.table, "it has changes of rows that it has not")
        if self.table.rowid_alias is not None:
            return set(self.rows)
        deleted = sorted(key for key, row in self.rows.items() if row is None)
        changed = {
            key - bisect_left(deleted, key) for key, row in self.rows.items() if row is not None
        }
        if deleted:
            for chunks in maps:
                changed |= _renumbered(chunks, deleted)
        return changed


def _renumbered(chunks: ChunkMap, deleted: list[int]) -> set[int]:
    """Correct a map for deleted rows, and return a row of each chunk that has lost some."""
    first = chunks.first_id
    touched = set()
    chunks.first_id = first - bisect_left(deleted, first)
    for place, last in enumerate(chunks.last_ids):
        before = bisect_left(deleted, first)
        gone = bisect_right(deleted, last)
        chunks.last_ids[place] = last - gone
        if gone > before:
            touched.add(last - gone)
            if gone - before > last - first:  # nothing is left of it that could be a row of it
                chunks.is_ascending = False
        first = last + 1
    return touched


def is_change(segment: Segment) -> bool:
    """Return whether the rows of a segment take the place of others, or others are gone."""
    return "changes" in segment.marker or "deleted" in segment.marker


def length(segment: Segment) -> int:
    """Return how many bytes a segment has, with the line before it."""
    return len(marker_line(segment.marker)) + segment.end - segment.start


def read_changes(
    file: BinaryIO, path: Path, codec: JsonCodec, table: Table, segments: Sequence[Segment]
) -> Changes:
    """Return what the segments with changes of a table say, in their order.

    Raises:
        CorruptFileError: They are not such as are written.
    """
    changes = Changes(path, table)
    if sum(map(length, segments)) > _MOST_READ_BYTES:
        raise _damaged(path, table, "it has more changes than are ever written")
    cells = RecordCells(table, path, row_key)
    for segment in segments:
        changes.rows.update(dict.fromkeys(_listed(changes, segment, "deleted")))
        keys = _listed(changes, segment, "changes")
        file.seek(segment.start)
        rows: list[StoredRow] = []
        for lines in LineReader(file, path, codec, place=segment.start).lines(segment.end):
            rows += cells.decode(lines.values, 1)
        has_keys = table.rowid_alias is not None
        if len(rows) != len(keys) or (has_keys and row_ids(table, rows, 0) != keys):
            raise _damaged(path, table, "changed rows are not those that are listed before them")
        changes.rows.update(zip(keys, rows, strict=True))
    return changes


def _listed(changes: Changes, segment: Segment, key: str) -> list[int]:
    found = segment.marker.get(key, [])
    if not isinstance(found, list) or not {int}.issuperset(map(type, found)):
        raise _damaged(changes.path, changes.table, f"its list {key!r} is none of integers")
    return found


def _damaged(path: Path, table: Table, reason: str) -> CorruptFileError:
    return CorruptFileError(
        f"'{path}', table '{table.name}', is damaged: {reason}. Restore the file from a backup.",
        table_name=table.name,
        details={"path": str(path)},
    )


# --- What is worth while ----------------------------------------------------------------------


def are_few(changed: Sequence[Collection[int]], known: JsonlLayout, smallest: int) -> bool:
    """Return whether changed rows may stand behind the others: few, and at few places.

    Args:
        changed: Their keys, of each table that has some.
        smallest: Bytes of the smallest file that gets changes.
    """
    header = known.header
    count = sum(map(len, changed))
    expected = known.changed_bytes + count * header.size // max(header.rows, 1)
    if header.size < smallest or expected > min(header.size // _SHARE, _MOST_BYTES):
        return False
    return sum(1 for keys in changed for _ in runs(keys)) <= _MOST_RUNS


def runs(keys: Collection[int]) -> Iterator[tuple[int, int]]:
    """Give the first and last of keys that are close to one another, so that one question asks."""
    ascending = sorted(keys)
    first = last = ascending[0]
    for key in ascending:
        if key - last > _WIDEST_GAP:
            yield first, last
            first = key
        last = key
    yield first, last

"""Changes that stand behind the rows in our JSONL files: rows that were changed, keys of deleted ones.

So a save of few changes in a large file writes few lines. A line that names a table and has
`"changes"` comes before rows that take the place of those with the same key, or stand in their
order among the others; one that has `"deleted"` lists keys whose rows are gone. What comes later in
the file counts. Only tables with a key of integers have changes, and their rows stand in its order.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from pytuck.common.exceptions import CorruptFileError
from pytuck.formats.base import StoredRow
from pytuck.formats.json_codec import JsonCodec
from pytuck.formats.json_records import RecordCells
from pytuck.formats.jsonl_header import Segment, row_key
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
        place: The number of the column that is the key.
        rows: The present row of each key; None if it is gone.
    """

    path: Path
    table: Table
    place: int = 0
    rows: dict[int, StoredRow | None] = field(default_factory=dict)
    _keys: list[int] = field(default_factory=list)
    _done: int = 0

    def applied(self, rows: list[StoredRow], maps: list[ChunkMap]) -> list[StoredRow]:
        """Return the next rows of the table as they are now.

        Args:
            rows: As they were, in the order of the key.
            maps: Where they and those before them are.

        Raises:
            CorruptFileError: They are in no order.
        """
        if not self.rows:
            return rows
        if not is_ascending(maps):
            raise _damaged(self.path, self.table, "its rows are not in the order of its key")
        last: Any = rows[-1][self.place]
        self._keys = self._keys or sorted(self.rows)
        end = bisect_right(self._keys, last, self._done)
        due, self._done = self._keys[self._done : end], end
        if not due:
            return rows
        found: dict[Any, StoredRow | None] = {row[self.place]: row for row in rows}
        found.update((key, self.rows[key]) for key in due)
        return [row for _, row in sorted(found.items()) if row is not None]


def is_change(segment: Segment) -> bool:
    """Return whether the rows of a segment take the place of others, or others are gone."""
    return "changes" in segment.marker or "deleted" in segment.marker


def read_changes(
    file: BinaryIO, path: Path, codec: JsonCodec, table: Table, segments: Sequence[Segment]
) -> Changes:
    """Return what the segments with changes of a table say, in their order.

    Raises:
        CorruptFileError: They are not such as are written.
    """
    if not segments:
        return Changes(path, table)
    if table.rowid_alias is None:
        raise _damaged(path, table, "it has changes, but no key of integers")
    if sum(segment.end - segment.start for segment in segments) > _MOST_READ_BYTES:
        raise _damaged(path, table, "it has more changes than are ever written")
    place = [column.name for column in table.columns].index(table.rowid_alias)
    changes = Changes(path, table, place)
    cells = RecordCells(table, path, row_key)
    for segment in segments:
        deleted = segment.marker.get("deleted", [])
        if not isinstance(deleted, list) or not {int}.issuperset(map(type, deleted)):
            raise _damaged(path, table, "the keys of its deleted rows are no list of integers")
        changes.rows.update(dict.fromkeys(deleted))
        file.seek(segment.start)
        for lines in LineReader(file, path, codec, place=segment.start).lines(segment.end):
            for row in cells.decode(lines.values, 1):
                key = row[place]
                if type(key) is not int:
                    raise _damaged(path, table, f"a changed row has the key {key!r}")
                changes.rows[key] = row
    return changes


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

"""What is remembered of a file of JSON lines, to write it again only in part."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from pytuck.formats.json_layout import RecordsLayout
from pytuck.formats.jsonl_header import Header
from pytuck.formats.row_chunks import ChunkMap


@dataclass(slots=True)
class JsonlLayout(RecordsLayout):
    """How a file of JSON lines is laid out.

    Attributes:
        shape: Our own layout; somebody's lines without a description; the old library's zip.
        header: What the first line of our own says.
        segments: Where the rows of each table are: behind the first ones, those of each append.
        next_keys: The next key of each table.
        row_counts: How many rows each table has.
        overlaid: Row ids of each table of which the segments do not say what is true now: the
            changes behind them do.
        changed_bytes: How long these changes are.
        numbered: The tables without a key of integers whose row ids are the numbers of their rows
            in the segments, so that changes can say them.
    """

    shape: Literal["own", "lines", "zip"] = "own"
    header: Header = field(default_factory=lambda: Header(0, 0))
    segments: dict[str, list[ChunkMap]] = field(default_factory=dict)
    next_keys: dict[str, int | None] = field(default_factory=dict)
    row_counts: dict[str, int] = field(default_factory=dict)
    overlaid: dict[str, set[int]] = field(default_factory=dict)
    changed_bytes: int = 0
    numbered: frozenset[str] = frozenset()

    def last_id(self, name: str) -> int | None:
        """Return the highest row id of a table, 0 if it has none; None if nobody knows."""
        segments = self.segments.get(name)
        if segments is None or not is_ascending(segments):
            return None
        return max((segment.last_ids[-1] for segment in segments if segment.last_ids), default=0)


def is_ascending(segments: Sequence[ChunkMap]) -> bool:
    """Return whether the row ids ascend through segments, so that parts can be written again."""
    last: int | None = None
    for segment in segments:
        if not segment.is_ascending:
            return False
        if segment.last_ids:
            if last is not None and segment.first_id <= last:
                return False
            last = segment.last_ids[-1]
    return True

"""What the grid knows about its columns and rows beside the stored values. No Qt."""

from __future__ import annotations

from collections.abc import Collection, Container, Sequence
from enum import IntEnum
from typing import NamedTuple

from pytuck_desktop.features.grid.display import DisplayCell, Stored


class Mark(IntEnum):
    """How a row stands against the file."""

    NONE = 0
    NEW = 1
    CHANGED = 2
    DELETED = 3


MARK_GLYPHS = {Mark.NONE: "", Mark.NEW: "+", Mark.CHANGED: "✎", Mark.DELETED: "−"}
"""Staged states are never told by colour alone."""


class PaintRow(NamedTuple):
    """A row ready to be painted."""

    cells: Sequence[DisplayCell]
    mark: Mark
    changed: frozenset[int]  # columns with staged values
    invalid: Container[int] = ()  # columns with texts that they do not take


class SelectionSummary(NamedTuple):
    """What the status bar says about the selection; sums only where every cell is known."""

    cells: int = 0
    rows: int = 0
    sum: float | int | None = None
    average: float | None = None


class CellRange(NamedTuple):
    """A rectangle of selected cells by positions in the table, all bounds included."""

    top: int
    left: int
    bottom: int
    right: int

    @property
    def cells(self) -> int:
        """Number of cells."""
        return (self.bottom - self.top + 1) * (self.right - self.left + 1)


SUMMED_CELLS = 10_000
"""The most selected cells that are added up while the user waits for nothing."""


def merged_rows(ranges: list[CellRange]) -> list[tuple[int, int]]:
    """Return the rows of the ranges as disjoint (first, last) pairs in order."""
    merged: list[tuple[int, int]] = []
    for top, bottom in sorted((item.top, item.bottom) for item in ranges):
        if merged and top <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(merged[-1][1], bottom))
        else:
            merged.append((top, bottom))
    return merged


def side_by_side(ranges: list[CellRange]) -> list[CellRange]:
    """Return the ranges with those joined that stand side by side over the same rows.

    Where columns have been moved, Qt selects every column for itself.
    """
    joined: list[CellRange] = []
    for item in sorted(ranges, key=lambda part: (part.top, part.bottom, part.left)):
        last = joined[-1] if joined else item._replace(right=-2)
        if last[::2] == item[::2] and item.left <= last.right + 1:
            joined[-1] = last._replace(right=max(last.right, item.right))
        else:
            joined.append(item)
    return joined


def without_columns(ranges: list[CellRange], hidden: Collection[int]) -> list[CellRange]:
    """Return the ranges without the cells of some columns."""
    if not hidden:
        return ranges
    parts: list[CellRange] = []
    for item in ranges:
        inside = (column for column in range(item.left, item.right + 1) if column not in hidden)
        parts += [item._replace(left=column, right=column) for column in inside]
    return side_by_side(parts)


def in_places(ranges: Sequence[CellRange], shown: Sequence[int]) -> list[CellRange]:
    """Return ranges by the places where their columns are to be seen, from the left."""
    places = {column: place for place, column in enumerate(shown)}
    seen = [
        item._replace(left=places[column], right=places[column])
        for item in ranges
        for column in range(item.left, item.right + 1)
        if column in places
    ]
    return side_by_side(seen)


def total(values: list[Stored]) -> tuple[int | float, int] | None:
    """Return sum and number of the numbers among `values`, or None if there is none."""
    numbers = [value for value in values if isinstance(value, (int, float))]
    return (sum(numbers), len(numbers)) if numbers else None

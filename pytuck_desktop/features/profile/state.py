"""The statistics of a column as they come in. No Qt."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pytuck.types import Stored


@dataclass(slots=True)
class Profile:
    """What is known of a column by now.

    Attributes:
        done, of: How many parts are known, and how many there are.
        is_length: Least, greatest and mean are those of the lengths of texts or blobs.
        top: The most frequent values, each with its number of rows.
        histogram: Start, end and rows of each bar.
    """

    done: int = 0
    of: int = 1
    rows: int | None = None
    nulls: int = 0
    distinct: int | None = None
    least: Stored = None
    greatest: Stored = None
    mean: Stored = None
    sum: Stored = None
    is_length: bool = False
    top: list[tuple[Stored, int]] = field(default_factory=list)
    histogram: list[tuple[Any, Any, int]] = field(default_factory=list)

    @property
    def is_complete(self) -> bool:
        """Whether everything is known."""
        return self.done == self.of

    @property
    def filled(self) -> int:
        """Rows with a value."""
        return (self.rows or 0) - self.nulls

    def take(self, part: dict[str, Any]) -> None:
        """Note one part of the worker's answer."""
        self.done, self.of = part["done"], part["of"]
        for name, value in {**part.get("counts", {}), **part.get("range", {})}.items():
            setattr(self, name, value)
        self.distinct = part.get("distinct", self.distinct)
        self.top = [(value, rows) for value, rows in part.get("top", self.top)]
        self.histogram = [tuple(bar) for bar in part.get("histogram", self.histogram)]

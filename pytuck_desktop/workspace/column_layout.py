"""How the user has arranged the columns of a table. No Qt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

LEAST_WIDTH, MOST_WIDTH = 24, 4000
"""Pixels; other widths are not believed."""


class ColumnLayout(NamedTuple):
    """Columns by name; one that is not named stands and looks as it would without a layout.

    Attributes:
        order: From left to right; empty as long as nothing was moved.
        widths: Pixels, of the columns whose width the user has chosen.
        frozen: How many columns at the left do not scroll.
    """

    order: tuple[str, ...] = ()
    hidden: frozenset[str] = frozenset()
    widths: Mapping[str, int] = {}
    frozen: int = 0

    def plain(self) -> dict[str, Any]:
        """Return the layout as what JSON knows."""
        return {
            "order": list(self.order),
            "hidden": sorted(self.hidden),
            "widths": dict(self.widths),
            "frozen": self.frozen,
        }

    @classmethod
    def from_plain(cls, plain: object) -> ColumnLayout:
        """Return a remembered layout; what is not as it should be counts as not remembered."""
        if not isinstance(plain, dict):
            return cls()
        widths, frozen = plain.get("widths"), plain.get("frozen")
        known = widths.items() if isinstance(widths, dict) else ()
        return cls(
            _names(plain.get("order")),
            frozenset(_names(plain.get("hidden"))),
            {name: width for name, width in known if _is_width(width)},
            frozen if isinstance(frozen, int) and frozen > 0 else 0,
        )

    def places(self, names: Sequence[str]) -> list[int]:
        """Return the columns of a table from left to right; new ones stand at the end."""
        rest: dict[str, list[int]] = {}
        for place, name in enumerate(names):
            rest.setdefault(name, []).append(place)
        known = [rest[name].pop(0) for name in self.order if rest.get(name)]
        return known + sorted(place for places in rest.values() for place in places)


def _names(value: object) -> tuple[str, ...]:
    names = value if isinstance(value, list) else []
    return tuple(name for name in names if isinstance(name, str))


def _is_width(width: object) -> bool:
    return isinstance(width, int) and LEAST_WIDTH <= width <= MOST_WIDTH

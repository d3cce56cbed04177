"""Names of tables and columns that a database can have, for those that a file has."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from string import ascii_lowercase, ascii_uppercase

_LOWER = str.maketrans(ascii_uppercase, ascii_lowercase)


def usable_names(names: Iterable[str]) -> tuple[list[str], list[str]]:
    """Return names that no two of are equal to a database, and notes on those that are changed.

    Databases take no notice of the case of ASCII letters, and end a name at a NUL.
    """
    usable: list[str] = []
    notes: list[str] = []
    taken: set[str] = set()
    numbers: dict[str, int] = {}
    for name in names:
        chosen = _free_name(name, taken, numbers)
        taken.add(_folded(chosen))
        usable.append(chosen)
        if chosen != name:
            notes.append(f"{name!r} is called {chosen!r}")
    return usable, notes


def free_name(name: str, taken: Iterable[str]) -> str:
    """Return a name like the one given, or with a number, that is not among those taken."""
    return _free_name(name, {_folded(other) for other in taken}, {})


def _free_name(name: str, taken: Collection[str], numbers: dict[str, int]) -> str:
    """Return a free name.

    Args:
        taken: What there is, folded.
        numbers: The next number to try for each folded name: thousands of columns may have one.
    """
    wanted = chosen = name.replace("\0", "_")
    number = numbers.get(_folded(wanted), 2)
    while _folded(chosen) in taken:
        chosen = f"{wanted}_{number}"
        number += 1
    numbers[_folded(wanted)] = number
    return chosen


def _folded(name: str) -> str:
    return name.translate(_LOWER)

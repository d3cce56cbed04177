"""Names of tables and columns that a database can have, for those that a file has."""

from __future__ import annotations

from collections.abc import Iterable


def usable_names(names: Iterable[str]) -> tuple[list[str], list[str]]:
    """Return names that no two of are equal to a database, and notes on those that are changed.

    Databases take no notice of the case of ASCII letters, and end a name at a NUL.
    """
    usable: list[str] = []
    notes: list[str] = []
    taken: set[str] = set()
    for name in names:
        chosen = free_name(name, taken)
        taken.add(_folded(chosen))
        usable.append(chosen)
        if chosen != name:
            notes.append(f"{name!r} is called {chosen!r}")
    return usable, notes


def free_name(name: str, taken: Iterable[str]) -> str:
    """Return a name like the one given, or with a number, that is not among those taken."""
    folded = {_folded(other) for other in taken}
    wanted = chosen = name.replace("\0", "_")
    number = 2
    while _folded(chosen) in folded:
        chosen = f"{wanted}_{number}"
        number += 1
    return chosen


def _folded(name: str) -> str:
    return "".join(chr(ord(char) + 32) if "A" <= char <= "Z" else char for char in name)

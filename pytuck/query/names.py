"""Names for what the user gives none: aliases, subqueries, columns of the same name."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import count
from threading import Lock
from weakref import WeakValueDictionary


class GivenName(str):
    """A name that is free again when nothing bears it any more.

    So the same statement, built again and again, has the same names and the same compiled SQL.
    """

    __slots__ = ("__weakref__",)


_taken: WeakValueDictionary[str, GivenName] = WeakValueDictionary()
_lock = Lock()


def fresh_name(base: str) -> str:
    """Return `base` with the smallest number behind it that no living name has."""
    with _lock:
        for number in count(1):
            text = f"{base}_{number}"
            if text not in _taken:
                name = _taken[text] = GivenName(text)
                return name
    raise AssertionError("numbers do not end")


def unique_names(names: Iterable[str]) -> list[str]:
    """Return the names with a number behind those that are there already, whatever their case."""
    given: list[str] = []
    taken: set[str] = set()
    for name in names:
        number, unique = 0, name
        while unique.lower() in taken:
            number += 1
            unique = f"{name}_{number}"
        taken.add(unique.lower())
        given.append(unique)
    return given

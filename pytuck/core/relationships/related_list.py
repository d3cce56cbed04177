"""A list of related objects that tells of its changes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Self, SupportsIndex, overload

from pytuck.core.relationships.links import Link

Listener = Callable[[Any, Link, Any], None]


class RelatedList(list[Any]):
    """The objects related to one owner; changing the list changes the relationship.

    Sorting and reversing only move objects about in memory.

    Attributes:
        before: What the database holds, since the first change that was not written; else None.
    """

    __slots__ = ("_added", "_ids", "_link", "_owner", "_removed", "before")

    def __init__(
        self, owner: Any, link: Link, items: Iterable[Any], added: Listener, removed: Listener
    ) -> None:
        super().__init__(items)
        self._owner = owner
        self._link = link
        self._added = added
        self._removed = removed
        self._ids: set[int] = set()
        self.before: list[Any] | None = None

    def __reduce__(self) -> tuple[Any, ...]:
        return list, (list(self),)

    def append(self, item: Any) -> None:
        """Relate one more object to the owner."""
        self._replace_slice(slice(len(self), len(self)), [item])

    def extend(self, items: Iterable[Any]) -> None:
        """Relate more objects to the owner."""
        self._replace_slice(slice(len(self), len(self)), list(items))

    def insert(self, index: SupportsIndex, item: Any) -> None:
        """Relate one more object, at a place in the list."""
        position = range(len(self) + 1)[slice(index.__index__(), None)]
        start = position.start if index.__index__() <= len(self) else len(self)
        self._replace_slice(slice(start, start), [item])

    def remove(self, item: Any) -> None:
        """Take an object from the owner.

        Raises:
            ValueError: It is not in the list.
        """
        index = self.index(item)
        self._replace_slice(slice(index, index + 1), [])

    def pop(self, index: SupportsIndex = -1) -> Any:
        """Take the object at a place from the owner and return it."""
        item = self[index]
        position = range(len(self))[index]
        self._replace_slice(slice(position, position + 1), [])
        return item

    def clear(self) -> None:
        """Take all objects from the owner."""
        self._replace_slice(slice(None), [])

    @overload
    def __setitem__(self, index: SupportsIndex, value: Any) -> None: ...
    @overload
    def __setitem__(self, index: slice, value: Iterable[Any]) -> None: ...
    def __setitem__(self, index: SupportsIndex | slice, value: Any) -> None:
        if isinstance(index, slice):
            self._replace_slice(index, list(value))
        else:
            position = range(len(self))[index]
            self._replace_slice(slice(position, position + 1), [value])

    def __delitem__(self, index: SupportsIndex | slice) -> None:
        if isinstance(index, slice):
            for position in sorted(range(len(self))[index], reverse=True):
                self._replace_slice(slice(position, position + 1), [])
        else:
            position = range(len(self))[index]
            self._replace_slice(slice(position, position + 1), [])

    def __iadd__(self, items: Iterable[Any]) -> Self:  # type: ignore[misc]
        self.extend(items)
        return self

    def __imul__(self, count: SupportsIndex) -> Self:
        if count.__index__() < 1:
            self.clear()
        return self  # an object is related once, however often it is named

    def put(self, item: Any) -> None:
        """Add an object because the other side was changed, unless it is here already."""
        self._remember()
        if id(item) not in self._ids:
            self._ids.add(id(item))
            super().append(item)

    def take(self, item: Any) -> None:
        """Take an object out because the other side was changed, if it is here."""
        self._remember()
        if id(item) in self._ids:
            self._ids.discard(id(item))
            place = next(index for index, other in enumerate(self) if other is item)
            super().__delitem__(place)

    def settle(self) -> None:
        """Take what is in the list as what the database holds."""
        self.before = None

    def changes(self) -> tuple[list[Any], list[Any]]:
        """Return the objects added and those removed since the database was last written."""
        before = self.before
        if before is None:
            return [], []
        had, has = set(map(id, before)), set(map(id, self))
        added = [item for item in self if id(item) not in had]
        return added, [item for item in before if id(item) not in has]

    def _replace_slice(self, place: slice, items: list[Any]) -> None:
        for item in items:
            self._link.check(item)
        self._remember()
        old = super().__getitem__(place)
        had = set(map(id, old))
        self._ids -= had
        fresh = {id(item): item for item in items if id(item) not in self._ids}
        super().__setitem__(place, fresh.values())
        self._ids.update(fresh)
        for item in old:
            if id(item) not in fresh:
                self._removed(self._owner, self._link, item)
        for key, item in fresh.items():
            if key not in had:
                self._added(self._owner, self._link, item)

    def _remember(self) -> None:
        if self.before is None:
            self.before = list(self)
            self._ids = set(map(id, self))

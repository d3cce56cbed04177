"""A list of related objects that tells of its changes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Self, SupportsIndex, overload

from pytuck.core.relationships.links import Link


class RelatedList(list[Any]):
    """The objects related to one owner; changing the list changes the relationship.

    Sorting and reversing only move objects about in memory. Thousands are made at once when
    related objects are loaded, so `make` sets the few attributes and there is no `__init__`.

    Attributes:
        owner: The object that the list belongs to.
        link: The relationship.
    """

    __slots__ = ("_before", "_ids", "link", "owner")

    owner: Any
    link: Link
    _before: list[Any] | None
    _ids: set[int]

    @classmethod
    def make(cls, owner: Any, link: Link, items: Iterable[Any] = ()) -> Self:
        """Return the list of an owner's related objects."""
        made = cls(items)
        made.owner, made.link, made._before = owner, link, None
        return made

    @property
    def before(self) -> list[Any] | None:
        """What the database holds, since the first change that was not written; else None."""
        return self._before

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
        self._before = None

    def unsettle(self, before: list[Any] | None) -> None:
        """Take it that the database still holds `before`, since writing failed."""
        if before is not None:
            self._remember()
            self._before = before

    def changes(self) -> tuple[list[Any], list[Any]]:
        """Return the objects added and those removed since the database was last written."""
        before = self._before
        if before is None:
            return [], []
        had, has = set(map(id, before)), set(map(id, self))
        added = [item for item in self if id(item) not in had]
        return added, [item for item in before if id(item) not in has]

    def _item_added(self, item: Any) -> None:
        """Follow an object that was put into the list."""
        raise NotImplementedError

    def _item_removed(self, item: Any) -> None:
        """Follow an object that was taken from the list."""
        raise NotImplementedError

    def _replace_slice(self, place: slice, items: list[Any]) -> None:
        for item in items:
            self.link.check(item)
        self._remember()
        old = super().__getitem__(place)
        had = set(map(id, old))
        self._ids -= had
        fresh = {id(item): item for item in items if id(item) not in self._ids}
        super().__setitem__(place, fresh.values())
        self._ids.update(fresh)
        for item in old:
            if id(item) not in fresh:
                self._item_removed(item)
        for key, item in fresh.items():
            if key not in had:
                self._item_added(item)

    def _remember(self) -> None:
        if self._before is None:
            self._before = list(self)
            self._ids = set(map(id, self))

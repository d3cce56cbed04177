"""Lists and dictionaries that say so before they are changed in place.

The values of JSON attributes of objects are made of them, so that `user.tags.append("new")` is
noticed like an assignment. They are lists and dictionaries in every other respect: equal to
plain ones, accepted by `json.dumps`, copied and pickled as plain ones.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Self

Changing = Callable[[], None]
"""Called before a container is changed."""


class TrackedList(list[Any]):
    """A list that calls `changing` before it is changed."""

    __slots__ = ("_changing",)

    def __init__(self, items: list[Any], changing: Changing) -> None:
        super().__init__([tracked(item, changing) for item in items])
        self._changing = changing

    def __reduce_ex__(self, protocol: Any) -> Any:
        return (list, (untracked(self),))

    def __deepcopy__(self, memo: Any) -> list[Any]:
        plain: list[Any] = untracked(self)
        return plain

    def __setitem__(self, place: Any, value: Any) -> None:
        self._changing()
        if isinstance(place, slice):
            super().__setitem__(place, [tracked(item, self._changing) for item in value])
        else:
            super().__setitem__(place, tracked(value, self._changing))

    def __delitem__(self, place: Any) -> None:
        self._changing()
        super().__delitem__(place)

    def __iadd__(self, items: Any) -> Self:  # type: ignore[misc]
        self.extend(items)
        return self

    def __imul__(self, times: Any) -> Self:  # type: ignore[misc]
        self[:] = list(self) * times
        return self

    def append(self, item: Any) -> None:
        self._changing()
        super().append(tracked(item, self._changing))

    def extend(self, items: Any) -> None:
        self._changing()
        super().extend([tracked(item, self._changing) for item in items])

    def insert(self, place: Any, item: Any) -> None:
        self._changing()
        super().insert(place, tracked(item, self._changing))

    def pop(self, place: Any = -1) -> Any:
        self._changing()
        return super().pop(place)

    def remove(self, item: Any) -> None:
        self._changing()
        super().remove(item)

    def clear(self) -> None:
        self._changing()
        super().clear()

    def reverse(self) -> None:
        self._changing()
        super().reverse()

    def sort(self, **how: Any) -> None:
        self._changing()
        super().sort(**how)


class TrackedDict(dict[str, Any]):
    """A dictionary that calls `changing` before it is changed."""

    __slots__ = ("_changing",)

    def __init__(self, items: dict[str, Any], changing: Changing) -> None:
        super().__init__({key: tracked(item, changing) for key, item in items.items()})
        self._changing = changing

    def __reduce_ex__(self, protocol: Any) -> Any:
        return (dict, (untracked(self),))

    def __deepcopy__(self, memo: Any) -> dict[str, Any]:
        plain: dict[str, Any] = untracked(self)
        return plain

    def __setitem__(self, key: str, value: Any) -> None:
        self._changing()
        super().__setitem__(key, tracked(value, self._changing))

    def __delitem__(self, key: str) -> None:
        self._changing()
        super().__delitem__(key)

    def __ior__(self, other: Any) -> Self:  # type: ignore[override,misc]
        self.update(other)
        return self

    def update(self, *others: Any, **items: Any) -> None:
        self._changing()
        given = dict(*others, **items)
        super().update({key: tracked(item, self._changing) for key, item in given.items()})

    def setdefault(self, key: str, default: Any = None) -> Any:
        if key not in self:
            self[key] = default
        return self[key]

    def pop(self, key: str, *default: Any) -> Any:
        self._changing()
        return super().pop(key, *default)

    def popitem(self) -> tuple[str, Any]:
        self._changing()
        return super().popitem()

    def clear(self) -> None:
        self._changing()
        super().clear()


def tracked(value: Any, changing: Changing) -> Any:
    """Return a copy of a list or dictionary, at every level, that calls `changing`.

    Anything else is returned as it is.
    """
    kind = type(value)
    if kind is list or kind is TrackedList:
        return TrackedList(value, changing)
    if kind is dict or kind is TrackedDict:
        return TrackedDict(value, changing)
    if kind is tuple:
        return tuple(tracked(item, changing) for item in value)
    return value


def plain_kind(value: object) -> type:
    """Return the class of a value, as its user knows it."""
    kind = type(value)
    return list if kind is TrackedList else dict if kind is TrackedDict else kind


def untracked(value: Any) -> Any:
    """Return a copy of a list or dictionary made of plain ones at every level."""
    kind = type(value)
    if kind is TrackedList or kind is list:
        return [untracked(item) for item in value]
    if kind is TrackedDict or kind is dict:
        return {key: untracked(item) for key, item in value.items()}
    if kind is tuple:
        return tuple(untracked(item) for item in value)
    return value

"""The rows of answers: tuples whose values have names, and the lists they come in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from operator import itemgetter
from typing import Any, ClassVar, NoReturn, Self, SupportsIndex, TypeVar

from pytuck.common.exceptions import QueryError
from pytuck.query.names import unique_names

T = TypeVar("T")


class Row(tuple[Any, ...]):
    """A row of an answer: a tuple whose values are attributes, too: `row.name`.

    A column that is named like one of the methods of tuples (`count`, `index`) hides it.
    """

    __slots__ = ()
    _fields: ClassVar[tuple[str, ...]] = ()

    @property
    def _mapping(self) -> dict[str, Any]:
        """The values by name, as a dictionary."""
        return dict(zip(self._fields, self, strict=True))

    def _asdict(self) -> dict[str, Any]:
        """Return the values by name, as a dictionary."""
        return self._mapping

    def _tuple(self) -> tuple[Any, ...]:
        """Return the values without their names."""
        return tuple(self)

    def __getattr__(self, name: str) -> NoReturn:
        if name.startswith("__"):
            raise AttributeError(name)
        raise AttributeError(f"The row has no {name!r}; it has: {', '.join(self._fields)}.")

    def __reduce__(self) -> tuple[Callable[..., Row], tuple[Any, ...]]:
        return _row_of, (self._fields, tuple(self))


@lru_cache(maxsize=1024)
def row_maker(names: tuple[str, ...]) -> Callable[[Any], Any]:
    """Return what makes rows with these names of tuples, and leaves all else as it is.

    Names that are there already get a number: `id`, `id_1`.
    """
    fields = tuple(unique_names(names))
    values = {name: property(itemgetter(i)) for i, name in enumerate(fields) if name not in _OWN}
    kind = type("Row", (Row,), {**values, "__slots__": (), "_fields": fields})
    new = tuple.__new__

    def make(item: Any) -> Any:
        return new(kind, item) if type(item) is tuple else item

    return make


_OWN = frozenset(name for name in vars(Row) if name.startswith("_"))


def _row_of(names: tuple[str, ...], values: tuple[Any, ...]) -> Row:
    row: Row = row_maker(names)(values)
    return row


class Items(list[T]):
    """Values or objects, and the words by which a few of them are asked for."""

    __slots__ = ()

    def all(self) -> list[T]:
        """Return all of them."""
        return self

    def first(self) -> T | None:
        """Return the first one, or None if there is none."""
        return next(iter(self), None)

    def one(self) -> T:
        """Return the only one.

        Raises:
            QueryError: There is none, or more than one.
        """
        if len(self) != 1:
            raise QueryError(f"Expected one result, got {len(self)}.")
        return self[0]

    def one_or_none(self) -> T | None:
        """Return the only one, or None if there is none.

        Raises:
            QueryError: There is more than one.
        """
        if len(self) > 1:
            raise QueryError(f"Expected at most one result, got {len(self)}.")
        return self[0] if self else None

    def unique(self) -> Items[T]:
        """Return the different ones, each at its first place."""
        try:
            return Items(dict.fromkeys(self))
        except TypeError:  # lists and dictionaries have no hash
            found: Items[T] = Items()
            for item in self:
                if item not in found:
                    found.append(item)
            return found


class Rows(Items[Any]):
    """Rows that get their names when they are looked at.

    To make 100,000 of them beforehand would cost a fifth of the time it takes to read them.

    Attributes:
        names: The names of the values, as they were given.
    """

    __slots__ = ("_make", "names")

    def __init__(self, rows: Iterable[Any], names: tuple[str, ...]) -> None:
        super().__init__(rows)
        self.names = names
        self._make = row_maker(names)

    def __iter__(self) -> Iterator[Any]:
        return map(self._make, super().__iter__())

    def __reversed__(self) -> Iterator[Any]:
        return map(self._make, super().__reversed__())

    def __getitem__(self, place: SupportsIndex | slice) -> Any:
        found = super().__getitem__(place)
        return Rows(found, self.names) if isinstance(place, slice) else self._make(found)

    def __add__(self, other: Any) -> list[Any]:
        return [*self, *other]

    def __reduce__(self) -> tuple[type[list[Any]], tuple[list[Any]]]:
        return list, (list(self),)

    def plain(self) -> Iterator[tuple[Any, ...]]:
        """Give the rows as tuples without names."""
        return super().__iter__()

    def copy(self) -> Self:
        """Return another list of the same rows."""
        return type(self)(super().__iter__(), self.names)

    def pop(self, place: SupportsIndex = -1) -> Any:
        """Take a row out and return it."""
        return self._make(super().pop(place))

    def sort(self, *, key: Callable[[Any], Any] | None = None, reverse: bool = False) -> None:
        """Bring the rows in another order."""
        make = self._make
        super().sort(key=None if key is None else lambda row: key(make(row)), reverse=reverse)

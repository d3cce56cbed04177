"""The rows that SQL of a program gave."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any, overload

from pytuck.types import Stored


class RawRow(Sequence[Any]):
    """A row whose values are found by position and by the name of their column."""

    __slots__ = ("_names", "_values")

    def __init__(self, names: Sequence[str], values: Sequence[Stored]) -> None:
        self._names = names
        self._values = tuple(values)

    def keys(self) -> list[str]:
        """Return the names of the columns."""
        return list(self._names)

    @overload
    def __getitem__(self, key: int | str) -> Any: ...
    @overload
    def __getitem__(self, key: slice) -> tuple[Any, ...]: ...
    def __getitem__(self, key: int | str | slice) -> Any:
        if not isinstance(key, str):
            return self._values[key]
        if key not in self._names:
            raise IndexError(f"There is no column '{key}'; there are: {', '.join(self._names)}.")
        return self._values[list(self._names).index(key)]

    def __len__(self) -> int:
        return len(self._values)

    def __eq__(self, other: object) -> bool:
        return tuple(self) == tuple(other) if isinstance(other, (tuple, RawRow)) else False

    def __hash__(self) -> int:
        return hash(self._values)

    def __repr__(self) -> str:
        return repr(self._values)


class RawRows:
    """The answer to SQL of a program, to be read once."""

    def __init__(self, names: Sequence[str], rows: Sequence[Sequence[Stored]]) -> None:
        self.description = [(name, None, None, None, None, None, None) for name in names]
        self._rows = iter([RawRow(names, row) for row in rows])

    def fetchone(self) -> RawRow | None:
        """Return the next row; None behind the last."""
        return next(self._rows, None)

    def fetchmany(self, size: int = 1) -> list[RawRow]:
        """Return the next rows."""
        return list(islice(self._rows, size))

    def fetchall(self) -> list[RawRow]:
        """Return the rows that are left."""
        return list(self._rows)

    def __iter__(self) -> Iterator[RawRow]:
        return self._rows

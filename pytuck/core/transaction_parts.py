"""Who takes part in a `storage.transaction()`: the sessions whose objects follow what becomes of it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Protocol


class TransactionPart(Protocol):
    """A session in the eyes of the transaction that it takes part in."""

    def mark(self) -> int:
        """Return where its work stands."""

    def undo_to(self, mark: int) -> None:
        """Give its objects back the state they had at a mark; their rows went back already."""

    def settle(self) -> None:
        """Have no more to undo, since the transaction is durable."""


class TransactionParts:
    """The parts of one transaction, in the order in which they joined it."""

    def __init__(self) -> None:
        self._parts: list[TransactionPart] = []

    def join(self, part: TransactionPart) -> None:
        """Have a session follow what becomes of the transaction."""
        if part not in self._parts:
            self._parts.append(part)

    @contextlib.contextmanager
    def following(self) -> Iterator[None]:
        """Have the parts go back if the block, which writes or undoes its rows, fails."""
        marks = [part.mark() for part in self._parts]
        try:
            yield
        except BaseException:
            for place, part in reversed(list(enumerate(self._parts))):
                part.undo_to(marks[place] if place < len(marks) else 0)
            del self._parts[len(marks) :]
            raise

    def undo(self) -> None:
        """Tell the parts that all of the transaction was undone."""
        for part in reversed(self._parts):
            part.undo_to(0)

    def settle(self) -> None:
        """Tell the parts that the transaction is durable."""
        for part in self._parts:
            part.settle()

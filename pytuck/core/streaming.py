"""Results larger than memory, batch by batch from an open cursor."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Generator, Iterator
from types import TracebackType
from typing import Generic, Self, TypeVar

from pytuck.common.exceptions import QueryError

T = TypeVar("T")

BATCH_SIZE = 1000
"""Rows fetched at once: enough to load objects at full speed, too few to be noticed."""


class Stream(Generic[T]):
    """The rows or objects of a question, read while they are iterated over, once.

    Of a session that has written nothing since its last commit it reads the state the file had
    when iteration began, whatever is committed meanwhile. In a transaction it reads on the
    session's own connection, sees what the session wrote, and ends with the transaction.

    Objects are one for each row, and changes of them are noticed, as ever. But what the session
    did not know before, it holds only as long as somebody else does, or until unsaved changes of
    it are committed: so batches that were passed can be collected.

    Args:
        open_batches: Returns the batches of a given size.
    """

    def __init__(self, open_batches: Callable[[int], Generator[list[T], None, None]]) -> None:
        self._open_batches = open_batches
        self._size = BATCH_SIZE
        self._batches: Generator[list[T], None, None] | None = None

    def yield_per(self, count: int) -> Self:
        """Return the stream with so many rows fetched at once.

        Raises:
            QueryError: The number is less than one, or iteration has begun.
        """
        if type(count) is not int or count < 1:
            raise QueryError(f"yield_per() takes a whole number of rows from 1, not {count!r}.")
        if self._batches is not None:
            raise QueryError("The stream is being read already; call yield_per() before.")
        self._size = count
        return self

    def batches(self) -> Iterator[list[T]]:
        """Give the rows or objects in lists, one for each batch.

        Raises:
            QueryError: It was iterated over already.
            TransactionError: The transaction it read in has ended.
        """
        if self._batches is not None:
            raise QueryError("A stream is read once; ask the session for another one.")
        self._batches = self._open_batches(self._size)
        return self._batches

    def __iter__(self) -> Iterator[T]:
        with contextlib.closing(self):
            for batch in self.batches():
                yield from batch
                del batch  # or it would live until the next one is read

    def close(self) -> None:
        """Close the cursor; iteration ends."""
        if self._batches is not None:
            self._batches.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

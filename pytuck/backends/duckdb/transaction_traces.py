"""What a transaction has done to tables, as far as DuckDB cannot change them any more then."""

from __future__ import annotations


class TransactionTraces:
    """Remembers tables for the time of one transaction.

    DuckDB (2.0) makes no index, and asks no column to have a value, where the same transaction
    has updated rows; nor does it drop a column, for an index that the transaction dropped. And a
    table with an index of the same transaction must not get another name: the index would stand
    in the log under the new name before there is one, and a file whose log cannot be repeated
    after a crash does not open. A table made anew has no traces.
    """

    def __init__(self) -> None:
        self._updated: set[str] = set()
        self._indexed: set[str] = set()
        self._made: set[str] = set()
        self._is_unknown = False

    def clear(self) -> None:
        """Begin with another transaction."""
        self.__init__()  # type: ignore[misc]

    def note_text(self) -> None:
        """Remember that SQL of a program was run, which may have done anything."""
        self._is_unknown = True
        self._made.clear()

    def note_update(self, table: str) -> None:
        """Remember that rows of a table were updated or deleted."""
        self._updated.add(table.casefold())

    def note_index(self, table: str) -> None:
        """Remember that a table got or lost an index."""
        self._indexed.add(table.casefold())

    def note_made(self, table: str) -> None:
        """Remember that a table was made, perhaps in place of another one."""
        name = table.casefold()
        self._made.add(name)
        self._updated.discard(name)
        self._indexed.discard(name)

    def note_renamed(self, table: str, new_name: str) -> None:
        """Remember that a table has another name."""
        for names in (self._updated, self._indexed, self._made):
            if table.casefold() in names:
                names.remove(table.casefold())
                names.add(new_name.casefold())

    def has_updates(self, table: str) -> bool:
        """Return whether rows of a table may have been updated."""
        return table.casefold() in self._updated or self._is_uncertain(table)

    def has_other_indexes(self, table: str) -> bool:
        """Return whether a table may have got or lost an index."""
        return table.casefold() in self._indexed or self._is_uncertain(table)

    def _is_uncertain(self, table: str) -> bool:
        return self._is_unknown and table.casefold() not in self._made

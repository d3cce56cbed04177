"""What a transaction has done to tables, as far as DuckDB cannot change them any more then."""

from __future__ import annotations


class TransactionTraces:
    """Remembers tables for the time of one transaction.

    DuckDB (2.0) makes no index, and asks no column to have a value, where the same transaction
    has updated rows. Nor must a table be altered for which an index was made or dropped since the
    log was emptied: there an index stands under the names that its table and columns got later,
    and it is still looked at when it is gone; and a file whose log DuckDB cannot repeat after a
    crash, it does not open. A table made anew has no traces.
    """

    def __init__(self) -> None:
        self._updated: set[str] = set()
        self._indexed: set[str] = set()
        self._made: set[str] = set()
        self._has_text = False
        self._has_log = False

    def clear(self, *, is_log_empty: bool) -> None:
        """Begin with another transaction.

        Args:
            is_log_empty: There are no earlier changes of the structure in the log.
        """
        for names in (self._updated, self._indexed, self._made):
            names.clear()
        self._has_text = False
        self._has_log = not is_log_empty

    def note_text(self) -> None:
        """Remember that SQL of a program was run, which may have done anything."""
        self._has_text = True
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
        name = table.casefold()
        return name in self._updated or (self._has_text and name not in self._made)

    def has_other_indexes(self, table: str) -> bool:
        """Return whether a table may have got or lost an index."""
        name = table.casefold()
        is_uncertain = self._has_text or self._has_log
        return name in self._indexed or (is_uncertain and name not in self._made)

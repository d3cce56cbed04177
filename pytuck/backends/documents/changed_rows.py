"""Which rows were written since a document was read or saved."""

from __future__ import annotations

import threading
from collections import defaultdict
from typing import Any

import apsw

Changes = dict[str, set[int]]
"""Row ids by table."""


class ChangedRows:
    """Collects the row ids of everything that is written through the connections it watches.

    What was rolled back counts, too: it is written again in vain, and nothing is missed.
    """

    def __init__(self) -> None:
        self._rows: Changes = defaultdict(set)
        self._lock = threading.Lock()

    def watch(self, raw: apsw.Connection) -> None:
        """Notice what a connection writes from now on.

        The pre-update hook sees what the update hook does not: rows that REPLACE takes away, and
        those of a DELETE without a condition.
        """
        raw.preupdate_hook(self._note)

    def take(self) -> Changes:
        """Return what was written, and begin anew; nobody may be writing."""
        with self._lock:
            taken, self._rows = self._rows, defaultdict(set)
        return taken

    def put_back(self, changes: Changes) -> None:
        """Count rows as written again, because they could not be saved."""
        with self._lock:
            for table, row_ids in changes.items():
                self._rows[table] |= row_ids

    def _note(self, update: Any) -> None:
        rows = self._rows[update.table_name]
        rows.add(update.rowid)
        if update.op == "UPDATE":
            rows.add(update.rowid_new)

"""A connection to the private database of a document."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import apsw

from pytuck.backends.results import Outcome
from pytuck.backends.sqlite_connection import SqliteConnection
from pytuck.compiler import Compiled, Template
from pytuck.types import Stored


class DocumentConnection(SqliteConnection):
    """A connection whose commits are written to the document's file at once.

    Args:
        opened: The connection that it takes the place of.
        save: Writes what the open transaction of a connection sees to the file, or raises.
        saved: Is called after the commit of what was saved.
    """

    def __init__(
        self,
        opened: SqliteConnection,
        save: Callable[[SqliteConnection], None],
        saved: Callable[[], None],
    ) -> None:
        super().__init__(
            opened.raw, opened.path, opened.dialect, opened.lock_name, opened.timeout_s
        )
        self._save = save
        self._saved = saved

    def execute(self, compiled: Compiled) -> Outcome:
        if not compiled.template.is_write or self.in_transaction:
            return super().execute(compiled)
        with self.transaction():
            return super().execute(compiled)

    def execute_many(self, template: Template, parameters: Iterable[Sequence[Stored]]) -> None:
        if self.in_transaction:
            super().execute_many(template, parameters)
            return
        with self.transaction():
            super().execute_many(template, parameters)

    def commit(self) -> None:
        broken, _ = self.raw.status(apsw.SQLITE_DBSTATUS_DEFERRED_FKS)
        if broken or self.raw.txn_state("main") != apsw.SQLITE_TXN_WRITE:
            super().commit()  # which refuses what refers to nothing
            return
        try:
            self._save(self)
        except BaseException:
            self.rollback()
            raise
        super().commit()
        self._saved()

"""A connection to the private database of a document, which tells of its commits."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from pytuck.backends.results import Outcome
from pytuck.backends.sqlite_connection import SqliteConnection
from pytuck.compiler import Compiled, Template
from pytuck.types import Stored


class DocumentConnection(SqliteConnection):
    """A connection that tells when it has committed.

    Args:
        opened: The connection that it takes the place of.
        committed: Is called after each commit, outside of any transaction.
    """

    def __init__(self, opened: SqliteConnection, committed: Callable[[], None]) -> None:
        super().__init__(opened.raw, opened.path, opened.dialect, opened.lock_name)
        self._committed = committed

    def execute(self, compiled: Compiled) -> Outcome:
        outcome = super().execute(compiled)
        if compiled.template.is_write and not self.in_transaction:
            self._committed()
        return outcome

    def execute_many(self, template: Template, parameters: Iterable[Sequence[Stored]]) -> None:
        super().execute_many(template, parameters)
        if not self.in_transaction:
            self._committed()

    def commit(self) -> None:
        super().commit()
        self._committed()

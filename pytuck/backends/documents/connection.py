"""A connection to the private database of a document."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

import apsw

from pytuck.backends.documents.write_access import WriteAccess
from pytuck.backends.results import Outcome, StoredRow
from pytuck.backends.sqlite_connection import WRITE_WORDS, SqliteConnection
from pytuck.compiler import Compiled, Template
from pytuck.types import Stored

_WORDS_INSIDE = (*WRITE_WORDS, "WITH", "SELECT")
"""What SQL begins with that may be run in a transaction; a setting means nothing there."""


@dataclass(frozen=True, slots=True)
class CommitSaving:
    """How commits are written to the file of a document at once.

    Attributes:
        save: Writes what the open transaction of a connection sees to the file, or raises.
        saved: Is called after the commit of what was saved.
    """

    save: Callable[[SqliteConnection], None]
    saved: Callable[[], None]


class DocumentConnection(SqliteConnection):
    """A connection that has the document's lock while it writes.

    Args:
        opened: The connection that it takes the place of.
        access: The lock of the document.
        saving: How commits are saved at once; None if that is left to `flush()`.
    """

    def __init__(
        self, opened: SqliteConnection, access: WriteAccess, saving: CommitSaving | None
    ) -> None:
        super().__init__(
            opened.raw, opened.path, opened.dialect, opened.lock_name, opened.timeout_s
        )
        self._access = access
        self._saving = saving
        self._is_counted = False

    # --- Statements ---

    def execute(self, compiled: Compiled) -> Outcome:
        if not compiled.template.is_write or self.in_transaction:
            return super().execute(compiled)
        with self._writing():
            return super().execute(compiled)

    def execute_many(self, template: Template, parameters: Iterable[Sequence[Stored]]) -> None:
        if self.in_transaction:
            super().execute_many(template, parameters)
            return
        with self._writing():
            super().execute_many(template, parameters)

    def run_text(
        self, sql: str, parameters: Sequence[Stored] = ()
    ) -> tuple[list[str], list[StoredRow]]:
        if self.in_transaction or not self._may_write(sql):
            return super().run_text(sql, parameters)
        is_inside = sql.lstrip().upper().startswith(_WORDS_INSIDE)
        with self._writing() if is_inside else self._access.writing():
            return super().run_text(sql, parameters)

    def _writing(self) -> AbstractContextManager[None]:
        """What a statement that is a transaction of its own is run in."""
        return self._access.writing() if self._saving is None else self.transaction()

    def _may_write(self, sql: str) -> bool:
        """Return whether SQL is anything but one question."""
        seen: list[bool] = []

        def note(cursor: Any, statement: str, bindings: object) -> bool:
            seen.append(cursor.is_readonly and len(statement.strip()) == len(sql.strip()))
            return False  # it is not run

        cursor = self.raw.cursor()
        cursor.exec_trace = note
        try:
            cursor.execute(sql, can_cache=False)
        except apsw.Error:  # it was kept from running; or what is wrong with it is told later
            return seen == [False]
        finally:
            cursor.close(True)
        return True

    # --- Transactions ---

    def begin(self, *, write: bool = True) -> None:
        if not write or self._refuses_writes:
            super().begin(write=write)
            return
        self._access.begin()
        try:
            super().begin()
        except BaseException:
            self._access.end()
            raise
        self._is_counted = True

    def commit(self) -> None:
        if self._saving is None or not self._has_written():
            super().commit()  # which refuses what refers to nothing
        else:
            try:
                self._saving.save(self)
            except BaseException:
                self.rollback()
                raise
            super().commit()
            self._saving.saved()
        self._end_writing()

    def rollback(self) -> None:
        super().rollback()
        self._end_writing()

    def close(self) -> None:
        super().close()
        self._end_writing()

    def _has_written(self) -> bool:
        """Whether the open transaction has something that may be saved."""
        broken, _ = self.raw.status(apsw.SQLITE_DBSTATUS_DEFERRED_FKS)
        return not broken and self.raw.txn_state("main") == apsw.SQLITE_TXN_WRITE

    def _end_writing(self) -> None:
        if self._is_counted and not self.is_inherited:
            self._is_counted = False
            self._access.end()

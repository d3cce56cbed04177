"""Counting the statements that reach the database, whoever sends them."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import apsw


class StatementLog:
    """The SQL of every statement run on connections that were opened since it began."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    def watch(self, connection: apsw.Connection) -> None:
        """Note what runs on a connection."""
        connection.set_exec_trace(self._note)

    def _note(self, cursor: apsw.Cursor, sql: str, bindings: object) -> bool:
        self.seen.append(sql)
        return True

    @contextlib.contextmanager
    def count(self) -> Iterator[list[str]]:
        """Give a list that holds, after the block, the questions and writes run inside."""
        start = len(self.seen)
        found: list[str] = []
        yield found
        words = ("SELECT", "INSERT", "UPDATE", "DELETE", "WITH")
        found.extend(sql for sql in self.seen[start:] if sql.lstrip().startswith(words))

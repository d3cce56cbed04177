"""What becomes of open SQLite connections in a forked child: nobody can use or close them there.

A connection holds locks, buffers and perhaps half of a transaction of the parent. The child must
not even close it: that would roll the parent's transaction back ("How To Corrupt An SQLite
Database", 2.6). So in the child it is kept, unused, until the process ends.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import weakref
from typing import TYPE_CHECKING, Any, NoReturn

import apsw

from pytuck.common.exceptions import DatabaseConnectionError

if TYPE_CHECKING:
    from pytuck.backends.sqlite_transactions import SqliteTransactions

_open: weakref.WeakSet[SqliteTransactions] = weakref.WeakSet()


class ParentsConnection:
    """Stands in a child for the driver's connection of its parent.

    Args:
        path: The file, for messages.
        in_transaction: Something was written and not committed; the child must not believe that
            it could.
    """

    def __init__(self, path: str, *, in_transaction: bool) -> None:
        self._path = path
        self.in_transaction = in_transaction

    def close(self) -> None:
        """Do nothing: it is the parent's to close."""

    def __getattr__(self, name: str) -> NoReturn:
        if name.startswith("__"):
            raise AttributeError(name)
        raise DatabaseConnectionError(
            f"This connection to '{self._path}' is that of the process from which this one was "
            "forked. Roll the session back, or make a new one, and do its work again.",
            details={"path": self._path},
        )


def note_connection(connection: SqliteTransactions) -> None:
    """Have a connection to a file be out of reach in a child."""
    _open.add(connection)


def forget_connection(connection: SqliteTransactions) -> None:
    """Forget a connection that was closed."""
    _open.discard(connection)


def _part_with_parent() -> None:
    for connection in list(_open):
        raw: Any = connection.raw
        # One reference that is never given back: not even the end of the child closes it.
        ctypes.pythonapi.Py_IncRef(ctypes.py_object(raw))
        was_writing = False
        with contextlib.suppress(apsw.ConnectionClosedError):
            was_writing = connection.in_transaction
        connection.be_inherited(ParentsConnection(connection.path, in_transaction=was_writing))
    _open.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_part_with_parent)

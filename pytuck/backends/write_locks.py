"""Which thread of this process holds the write lock of which file.

A thread that would wait for itself waits in vain: with this table it is told so at once.
"""

from __future__ import annotations

import os
import threading
import weakref
from dataclasses import dataclass
from typing import Any

from pytuck.common.exceptions import DeadlockError


@dataclass(frozen=True, slots=True)
class _Holder:
    process: int
    thread: int
    connection: weakref.ref[Any]


_holders: dict[str, _Holder] = {}
"""The last one to take the lock of a file, by path; whether it still has it, it says itself."""


def note_writer(path: str, connection: Any) -> None:
    """Remember that a connection has just taken the write lock, in this thread.

    Databases in memory have no path of their own, and a lock of their own that knows its holder.
    """
    if path == ":memory:":
        return
    _holders[path] = _Holder(os.getpid(), threading.get_ident(), weakref.ref(connection))


def forget_writer(path: str) -> None:
    """Forget who held the lock."""
    _holders.pop(path, None)


def refuse_to_wait_for_itself(path: str, connection: Any) -> None:
    """Do nothing, unless this thread holds the lock in another transaction.

    Raises:
        DeadlockError: It does.
    """
    holder = _holders.get(path)
    if holder is None or holder.thread != threading.get_ident() or holder.process != os.getpid():
        return
    other = holder.connection()
    if other is not None and other is not connection and other.in_transaction:
        raise DeadlockError(
            f"This thread has another transaction open that writes to '{path}'; commit it or "
            "roll it back first.",
            details={"path": path},
        )

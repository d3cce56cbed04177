"""How a connection to a SQLite file is opened: flags, password, defences."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import apsw

from pytuck.backends.errors import translated
from pytuck.backends.file_check import ENCRYPTED_MAGIC
from pytuck.backends.lock_holders import find_holder
from pytuck.backends.lock_records import WriterNotes
from pytuck.backends.lock_waiting import LockWait, waited_in_vain
from pytuck.backends.open_files import file_number
from pytuck.backends.sql_functions import add_functions
from pytuck.backends.sqlite_connection import SqliteConnection
from pytuck.backends.write_locks import writing_thread
from pytuck.common.exceptions import (
    ConfigurationError,
    CorruptFileError,
    PasswordRequiredError,
    WrongPasswordError,
)
from pytuck.common.options import Durability
from pytuck.common.sqlite_defences import defend
from pytuck.compiler.dialects import SQLITE

_SYNCHRONOUS: dict[Durability, str] = {"full": "FULL", "normal": "NORMAL", "off": "OFF"}


@dataclass(frozen=True, slots=True)
class OpeningPlan:
    """Everything a new connection needs to know.

    Attributes:
        name: The path, or `:memory:`.
        shown_as: The path that messages name, where it is another one.
        is_read_only: Refuse every write.
        can_write_file: The operating system lets this process write the file.
        timeout_s: Seconds to wait for another connection's lock.
        max_connections: How many may be in use at once; None for any number.
    """

    name: str
    is_read_only: bool = False
    can_write_file: bool = True
    is_encrypted: bool = False
    password: str | None = None
    timeout_s: float = 5.0
    durability: Durability = "full"
    shown_as: str | None = None
    max_connections: int | None = None

    @property
    def label(self) -> str:
        """The path that messages name."""
        return self.shown_as or self.name


def connect(plan: OpeningPlan, *, create: bool = False) -> SqliteConnection:
    """Return a new connection, with SQLite's defences against hostile files up.

    Raises:
        PasswordRequiredError, WrongPasswordError: The file is encrypted.
        CorruptFileError: The file's content contradicts itself.
        LockTimeout: Another program has the file for itself.
    """
    flags = apsw.SQLITE_OPEN_URI | apsw.SQLITE_OPEN_FULLMUTEX
    name = plan.name
    if plan.can_write_file:
        # A connection that may write is the one that clears the journal files away on closing;
        # `query_only` keeps a read-only one from writing.
        flags |= apsw.SQLITE_OPEN_READWRITE | (apsw.SQLITE_OPEN_CREATE if create else 0)
    else:
        flags |= apsw.SQLITE_OPEN_READONLY
        name = _without_side_files(plan.name)
    try:
        raw = apsw.Connection(name, flags=flags)
    except apsw.Error as err:
        raise translated(err, plan.label) from err
    try:
        defend(raw)
        raw.set_busy_handler(LockWait(plan.timeout_s))
        if plan.is_encrypted:
            _unlock(raw, plan, create=create)
            raw.pragma("temp_store", 2)  # in memory: nothing in the clear on the disk
        _check_readable(raw, plan)
        raw.pragma("synchronous", _synchronous(raw, plan.durability))
        raw.pragma("foreign_keys", 1)
        if plan.is_read_only:
            raw.pragma("query_only", 1)
        add_functions(raw)
        return SqliteConnection(
            raw, plan.label, SQLITE, lock_name=plan.name, timeout_s=plan.timeout_s
        )
    except apsw.Error as err:
        raw.close()
        raise translated(err, plan.label) from err
    except BaseException:
        raw.close()
        raise


def _synchronous(raw: apsw.Connection, durability: Durability) -> str:
    """Return SQLite's word for when it waits for the disk.

    Without a write-ahead log a commit is done when the journal is deleted, and with `FULL` a
    power cut may bring that back: only `EXTRA` waits for the folder, too.
    """
    if durability == "full" and raw.pragma("journal_mode") != "wal":
        return "EXTRA"
    return _SYNCHRONOUS[durability]


def _without_side_files(name: str) -> str:
    """Return the URI that reads a file without leaving `-wal` and `-shm` files beside it.

    A connection that may not write would create them and could not remove them. Where a `-wal`
    is there already, a writer is at work and the ordinary way is the right one.
    """
    if Path(f"{name}-wal").exists():
        return name
    return f"{Path(name).absolute().as_uri()}?immutable=1"


def _unlock(raw: apsw.Connection, plan: OpeningPlan, *, create: bool) -> None:
    if not plan.password:
        raise PasswordRequiredError(
            f"'{plan.label}' is encrypted. Give the password it was made with.",
            details={"path": plan.label},
        )
    if "\0" in plan.password:
        raise ConfigurationError("A password cannot have a NUL character.")
    if create:
        # The salt stands at the start of the file; this makes encrypted files recognisable.
        raw.pragma("cipher_salt", (ENCRYPTED_MAGIC + os.urandom(12)).hex())
    raw.pragma("key", plan.password)


def _check_readable(raw: apsw.Connection, plan: OpeningPlan) -> None:
    """Read the header once: a key is not checked before that."""
    try:
        raw.pragma("user_version")
        raw.pragma("schema_version")
    except apsw.NotADBError as err:
        if plan.is_encrypted:
            raise WrongPasswordError(
                f"The password does not open '{plan.label}'. Try again; mind upper and lower "
                "case. If it is surely right, the file is damaged.",
                details={"path": plan.label},
            ) from err
        raise CorruptFileError(
            f"The structure of '{plan.label}' is damaged ({err}). Go back to a backup.",
            details={"path": plan.label},
        ) from err
    except apsw.BusyError as err:
        thread = writing_thread(file_number(plan.name) or plan.name)
        holder = find_holder(plan.name, WriterNotes(plan.name), thread)
        raise waited_in_vain(plan.label, holder, plan.timeout_s) from err

"""How a DuckDB database is opened: the driver, its defences, the functions it lacks."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pytuck.backends.base import CommitListener
from pytuck.backends.duckdb.errors import is_locked, translated
from pytuck.backends.open_files import FileNumber, file_number, note_closed, note_open
from pytuck.backends.opening import OpeningPlan
from pytuck.backends.sql_functions import SCALARS
from pytuck.backends.write_locks import WriteLock
from pytuck.common.exceptions import ConfigurationError, MissingDependencyError
from pytuck.common.options import DuckdbBackendOptions
from pytuck.compiler import duckdb_structure
from pytuck.compiler.dialects import DUCKDB
from pytuck.types import Stored

if TYPE_CHECKING:
    import duckdb

MEMORY = ":memory:"

_DEFENCES: dict[str, Any] = {
    "enable_external_access": False,
    "autoload_known_extensions": False,
    "autoinstall_known_extensions": False,
    "allow_community_extensions": False,
    "allow_unsigned_extensions": False,
}
"""A file from a stranger runs and reads nothing (https://duckdb.org/docs/operations_manual)."""

_PATIENCE_S = 0.05
"""How long to wait before a file that another process has is tried again."""


@dataclass(eq=False)
class OpenDatabase:
    """What all storages of this process on one DuckDB file have in common.

    Attributes:
        number: The file; None in memory.
        users: How many there are.
        commits: Counts what was committed.
        schema_changes: Counts changes of tables.
        definitions: What is kept of tables beside what DuckDB keeps, by schema, each with the
            count of schema changes at which it was read.
        told_schema_changes: As many of those were told to the listeners.
        is_structure_in_log: Some of those are not in the file itself yet.
        listeners: Are told of each commit.
        write_lock: Lets one of them write at a time: DuckDB itself would refuse the second.
    """

    write_lock: WriteLock
    number: FileNumber | None
    users: int = 0
    commits: int = 0
    schema_changes: int = 0
    definitions: dict[str, tuple[int, Mapping[str, Any]]] = field(default_factory=dict)
    told_schema_changes: int = 0
    is_structure_in_log: bool = False
    listeners: list[CommitListener] = field(default_factory=list)


_shared: dict[FileNumber, OpenDatabase] = {}
"""What is common to the storages of this process on each DuckDB file."""

_registry_lock = threading.Lock()


def share(path: str, timeout_s: float) -> OpenDatabase:
    """Return what is common to the storages on an open file, and count one more."""
    number = None if path == MEMORY else file_number(Path(path))
    if number is None:
        return OpenDatabase(WriteLock("the database in memory", timeout_s), None, users=1)
    with _registry_lock:
        known = _shared.get(number)
        if known is None:
            known = _shared[number] = OpenDatabase(WriteLock(f"'{path}'", timeout_s), number)
            known.is_structure_in_log = Path(f"{path}.wal").exists()  # of a program that crashed
        known.users += 1
    note_open(number)
    return known


def give_up(shared: OpenDatabase) -> None:
    """Count one storage less."""
    if shared.number is None:
        return
    with _registry_lock:
        shared.users -= 1
        if not shared.users:
            del _shared[shared.number]
    note_closed(shared.number)


def connect(plan: OpeningPlan, options: DuckdbBackendOptions) -> duckdb.DuckDBPyConnection:
    """Return the first connection to a database; others are made of it.

    Raises:
        MissingDependencyError: The driver is not installed.
        LockTimeout: Another process has the file.
        ConfigurationError: It is open in this process with other options.
    """
    driver = _driver()
    if "?" in plan.name:
        raise ConfigurationError(
            f"DuckDB cannot have a file named '{plan.name}': it takes what is behind the question "
            "mark for options. Choose another name.",
            details={"path": plan.name},
        )
    config = dict(_DEFENCES)
    if options.threads is not None:
        config["threads"] = options.threads
    deadline = time.monotonic() + plan.timeout_s
    while True:
        try:
            raw: duckdb.DuckDBPyConnection = driver.connect(
                plan.name, read_only=plan.is_read_only, config=config
            )
            break
        except driver.Error as err:
            if not is_locked(err) or time.monotonic() >= deadline:
                raise translated(err, plan.name) from err
        time.sleep(_PATIENCE_S)
    try:
        _set_up(raw)
    except driver.Error as err:
        raw.close()
        raise translated(err, plan.name) from err
    return raw


def use_schema(raw: duckdb.DuckDBPyConnection, plan: OpeningPlan, schema: str) -> None:
    """Make a connection see the tables of a schema.

    Raises:
        ConfigurationError: There is none of this name.
    """
    if schema == "main":
        return
    try:
        raw.execute(duckdb_structure.SCHEMA.format(DUCKDB.quote(schema)))
    except _driver().Error as err:
        raise ConfigurationError(
            f"'{plan.name}' has no schema '{schema}'.", details={"path": plan.name}
        ) from err


def driver_error() -> type[Exception]:
    """Return the base class of the driver's errors."""
    error: type[Exception] = _driver().Error
    return error


def _driver() -> Any:
    try:
        import duckdb
    except ImportError as err:
        raise MissingDependencyError("duckdb", "duckdb") from err
    if find_spec("numpy") is None:  # the driver looks for it when it is given functions
        raise MissingDependencyError("numpy", "duckdb")
    return duckdb


def _set_up(raw: Any) -> None:
    if _is_set_up(raw):
        return  # by another storage of this process on the same file
    for setting in duckdb_structure.SETTINGS:
        raw.execute(setting)
    for name, (function, parameters, result) in _FUNCTIONS.items():
        raw.create_function(name, function, parameters, result, null_handling="special")
    raw.execute(duckdb_structure.LOCK)


def _is_set_up(raw: duckdb.DuckDBPyConnection) -> bool:
    return bool(raw.execute(duckdb_structure.IS_LOCKED).fetchall()[0][0])


# --- Functions with the meaning they have on every engine ---


def _ilike(pattern: str | None, text: str | None) -> bool | None:
    return _truth(SCALARS["pytuck_ilike"][0](pattern, text))


def _regexp(pattern: str | None, text: str | None, ignores_case: int) -> bool | None:
    return _truth(SCALARS["pytuck_regexp"][0](pattern, text, ignores_case))


def _truth(stored: Stored) -> bool | None:
    return None if stored is None else bool(stored)


def _round(value: float | None, digits: int | None) -> float | None:
    """Return a float rounded half away from zero, to its exact digits."""
    if value is None or digits is None or not math.isfinite(value):
        return value if digits is not None else None
    step = Decimal(1).scaleb(-min(max(digits, 0), 30))
    exact = Decimal(value)
    if abs(exact) >= Decimal(10) ** 17:
        return value  # a whole number anyway
    return float(exact.quantize(step, ROUND_HALF_UP))


_TEXT, _INTEGER = "VARCHAR", "BIGINT"
_TWO_TEXTS = [_TEXT, _TEXT]

_FUNCTIONS: dict[str, tuple[Callable[..., Any], list[Any], Any]] = {
    "pytuck_ilike": (_ilike, _TWO_TEXTS, "BOOLEAN"),
    "pytuck_regexp": (_regexp, [_TEXT, _TEXT, _INTEGER], "BOOLEAN"),
    "pytuck_round": (_round, ["DOUBLE", _INTEGER], "DOUBLE"),
    "pytuck_decimal_round": (SCALARS["pytuck_decimal_round"][0], [_TEXT, _INTEGER], _TEXT),
    "pytuck_shift_datetime": (SCALARS["pytuck_shift_datetime"][0], [_TEXT, _INTEGER], _TEXT),
    "pytuck_shift_date": (SCALARS["pytuck_shift_date"][0], [_TEXT, _INTEGER], _TEXT),
    "pytuck_elapsed": (SCALARS["pytuck_elapsed"][0], _TWO_TEXTS, _INTEGER),
    **{name: (SCALARS[name][0], [_TEXT], _TEXT) for name in ("pytuck_lower", "pytuck_upper")},
    **{
        name: (SCALARS[name][0], _TWO_TEXTS, _TEXT)
        for name in (
            "pytuck_decimal_multiply",
            "pytuck_decimal_divide",
            "pytuck_decimal_floor_divide",
            "pytuck_decimal_modulo",
        )
    },
}
"""Functions that connections get, with the types of their parameters and of their result."""

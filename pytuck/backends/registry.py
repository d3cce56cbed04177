"""Which engines there are, and which one a file needs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from pytuck.backends.base import Engine, ReadOnlyReason
from pytuck.backends.file_check import FORMAT_VERSION, FileFacts, FileKind, examine
from pytuck.backends.memory import MemoryEngine
from pytuck.backends.open_files import facts_of_open_file
from pytuck.backends.opening import OpeningPlan
from pytuck.backends.pytuck import PytuckEngine
from pytuck.backends.sqlite import SqliteEngine
from pytuck.common.exceptions import ConfigurationError, FileFormatError
from pytuck.common.options import BackendOptions, DuckdbBackendOptions, Durability

Opener = Callable[
    [OpeningPlan, FileFacts | None, ReadOnlyReason | None, BackendOptions | None], Engine
]


def _open_pytuck(
    plan: OpeningPlan,
    facts: FileFacts | None,
    reason: ReadOnlyReason | None,
    options: BackendOptions | None,
) -> Engine:
    return PytuckEngine(plan, facts, reason)


def _open_sqlite(
    plan: OpeningPlan,
    facts: FileFacts | None,
    reason: ReadOnlyReason | None,
    options: BackendOptions | None,
) -> Engine:
    return SqliteEngine(plan, facts, reason)


def _open_duckdb(
    plan: OpeningPlan,
    facts: FileFacts | None,
    reason: ReadOnlyReason | None,
    options: BackendOptions | None,
) -> Engine:
    from pytuck.backends.duckdb.engine import DuckDBEngine

    return DuckDBEngine(
        plan, reason, options if isinstance(options, DuckdbBackendOptions) else None
    )


ENGINES: dict[str, Opener] = {
    "pytuck": _open_pytuck,
    "binary": _open_pytuck,  # the older name
    "sqlite": _open_sqlite,
    "duckdb": _open_duckdb,
}
"""The engines by the name given to `Storage`."""

EXTENSIONS: dict[str, str] = {".duckdb": "duckdb", ".ddb": "duckdb"}
"""The engines of new files whose name says one; all others are `.pytuck` files."""

_BY_KIND: dict[FileKind, str] = {
    FileKind.PYTUCK: "pytuck",
    FileKind.ENCRYPTED: "pytuck",
    FileKind.SQLITE: "sqlite",
    FileKind.DUCKDB: "duckdb",
}
_NAMES = {
    "pytuck": "a .pytuck file",
    "sqlite": "a plain SQLite database",
    "duckdb": "a DuckDB file",
}
_MEMORY = ":memory:"


def open_engine(
    path: Path,
    *,
    engine: str | None = None,
    read_only: bool = False,
    create: bool = True,
    password: str | None = None,
    timeout_s: float = 5.0,
    durability: Durability = "full",
    options: BackendOptions | None = None,
) -> Engine:
    """Return the engine on a file; what its content says decides, never its name.

    Args:
        engine: A name from `ENGINES`, or None to find it out: for a new file from the ending of
            its name.
        create: Make the file if nothing stands at `path`.
        options: Options of the engine.

    Raises:
        FileMissingError: There is no file and none may be made.
        FileFormatError: The file is of another kind than `engine`, or of none.
        EncryptionError: The password is missing or wrong.
        MissingDependencyError: The engine needs a package that is not installed.
    """
    plan = OpeningPlan(
        str(path),
        is_read_only=read_only,
        is_encrypted=password is not None,
        password=password,
        timeout_s=timeout_s,
        durability=durability,
    )
    asked = _known(engine) if engine is not None else None
    if create and not read_only and not path.exists():
        name = asked or EXTENSIONS.get(path.suffix.lower(), "pytuck")
        return ENGINES[name](plan, None, None, options)
    # Whoever looks into a DuckDB file that is open here would take DuckDB's lock on it away.
    facts = facts_of_open_file(path) or examine(path)
    return _open_existing(facts, plan, asked, options)


def memory_engine(engine: str | None = None, options: BackendOptions | None = None) -> Engine:
    """Return an engine on a new, empty database in memory."""
    name = _known(engine or "pytuck")
    if name == "duckdb":
        return _open_duckdb(OpeningPlan(_MEMORY, durability="off"), None, None, options)
    return MemoryEngine(name="sqlite" if name == "sqlite" else "pytuck")


def _open_existing(
    facts: FileFacts, plan: OpeningPlan, asked: str | None, options: BackendOptions | None
) -> Engine:
    found = _BY_KIND[facts.kind]
    is_newer = facts.format_version > FORMAT_VERSION
    reason: ReadOnlyReason | None = None
    if plan.is_read_only:
        reason = "asked"
    elif not facts.is_writable:
        reason = "permission"
    elif is_newer:
        reason = "newer format"
    _refuse_other_kind(facts, found, asked)
    if plan.password is not None and facts.kind is not FileKind.ENCRYPTED:
        raise ConfigurationError(
            f"'{facts.path}' is not encrypted; open it without a password.",
            details={"path": str(facts.path)},
        )
    plan = replace(
        plan,
        is_read_only=reason is not None,
        can_write_file=facts.is_writable,
        is_encrypted=facts.kind is FileKind.ENCRYPTED,
    )
    return ENGINES[asked or found](plan, facts, reason, options)


def _refuse_other_kind(facts: FileFacts, found: str, asked: str | None) -> None:
    """Refuse an engine that the file is not for; a `.pytuck` file is a SQLite database, too."""
    if asked is None or asked == found or (found, asked) == ("pytuck", "sqlite"):
        return
    what = "no .pytuck file" if asked == "pytuck" else f"not {_NAMES[asked]}"
    raise FileFormatError(
        f"'{facts.path}' is {_NAMES[found]}, {what}. Open it with engine='{found}'.",
        details={"path": str(facts.path), "found": _NAMES[found]},
    )


def _known(name: str) -> str:
    """Return the name of an engine without its older names."""
    if name not in ENGINES:
        raise ConfigurationError(
            f"There is no engine '{name}'. The engines are: {', '.join(ENGINES)}."
        )
    return "pytuck" if name == "binary" else name

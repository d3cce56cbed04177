"""Which engines there are, and which one a file needs."""

from __future__ import annotations

from pathlib import Path

from pytuck.backends.base import Engine, ReadOnlyReason
from pytuck.backends.file_check import FORMAT_VERSION, FileFacts, FileKind, examine
from pytuck.backends.memory import MemoryEngine
from pytuck.backends.opening import OpeningPlan
from pytuck.backends.pytuck import PytuckEngine
from pytuck.backends.sqlite import SqliteEngine
from pytuck.common.exceptions import ConfigurationError, FileFormatError
from pytuck.common.options import Durability

ENGINES: dict[str, type[SqliteEngine]] = {
    "pytuck": PytuckEngine,
    "binary": PytuckEngine,  # the older name
    "sqlite": SqliteEngine,
}
"""The engines by the name given to `Storage`."""

_BY_KIND: dict[FileKind, type[SqliteEngine]] = {
    FileKind.PYTUCK: PytuckEngine,
    FileKind.ENCRYPTED: PytuckEngine,
    FileKind.SQLITE: SqliteEngine,
}


def open_engine(
    path: Path,
    *,
    engine: str | None = None,
    read_only: bool = False,
    create: bool = True,
    password: str | None = None,
    timeout_s: float = 5.0,
    durability: Durability = "full",
) -> Engine:
    """Return the engine on a file; what its content says decides, never its name.

    Args:
        engine: A name from `ENGINES`, or None to find it out; a new file gets `pytuck` then.
        create: Make the file if nothing stands at `path`.

    Raises:
        FileMissingError: There is no file and none may be made.
        FileFormatError: The file is of another kind than `engine`, or of none.
        EncryptionError: The password is missing or wrong.
    """
    plan = OpeningPlan(
        str(path),
        is_read_only=read_only,
        is_encrypted=password is not None,
        password=password,
        timeout_s=timeout_s,
        durability=durability,
    )
    asked = _engine_class(engine) if engine is not None else None
    if create and not read_only and not path.exists():
        return (asked or PytuckEngine)(plan)
    return _open_existing(examine(path), plan, asked)


def memory_engine(engine: str | None = None) -> Engine:
    """Return an engine on a new, empty database in memory."""
    kind = _engine_class(engine or "pytuck")
    return MemoryEngine(name=kind.name)


def _open_existing(facts: FileFacts, plan: OpeningPlan, asked: type[SqliteEngine] | None) -> Engine:
    found = _BY_KIND[facts.kind]
    is_newer = facts.format_version > FORMAT_VERSION
    reason: ReadOnlyReason | None = None
    if plan.is_read_only:
        reason = "asked"
    elif not facts.is_writable:
        reason = "permission"
    elif is_newer:
        reason = "newer format"
    if asked is PytuckEngine and found is not PytuckEngine:
        raise FileFormatError(
            f"'{facts.path}' is a plain SQLite database, no .pytuck file. Open it with "
            "engine='sqlite'.",
            details={"path": str(facts.path), "found": "SQLite"},
        )
    if plan.password is not None and facts.kind is not FileKind.ENCRYPTED:
        raise ConfigurationError(
            f"'{facts.path}' is not encrypted; open it without a password.",
            details={"path": str(facts.path)},
        )
    plan = OpeningPlan(
        plan.name,
        is_read_only=reason is not None,
        can_write_file=facts.is_writable,
        is_encrypted=facts.kind is FileKind.ENCRYPTED,
        password=plan.password,
        timeout_s=plan.timeout_s,
        durability=plan.durability,
    )
    return (asked or found)(plan, facts, reason)


def _engine_class(name: str) -> type[SqliteEngine]:
    try:
        return ENGINES[name]
    except KeyError:
        raise ConfigurationError(
            f"There is no engine '{name}'. The engines are: {', '.join(ENGINES)}."
        ) from None

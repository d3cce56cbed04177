"""Which engines there are and what a file is, without opening it; names the old library had."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

from pytuck.backends.base import Engine
from pytuck.backends.file_check import FORMAT_VERSION, FileFacts, FileKind, examine
from pytuck.backends.registry import ENGINES, open_engine
from pytuck.common.exceptions import ConfigurationError, PytuckException
from pytuck.common.options import (
    BackendOptions,
    PytuckBackendOptions,
    SqliteBackendOptions,
)

StorageBackend = Engine
"""The old library's name of an engine."""

_OLDER_NAMES = ("binary",)
_DESCRIPTIONS = {
    "pytuck": ("a SQLite file with Python types, comments and encryption", "apsw"),
    "sqlite": ("any SQLite file", "apsw"),
    "duckdb": ("a DuckDB file, fast at questions about many rows", "duckdb"),
}


class BackendRegistry:
    """The engines by name."""

    @staticmethod
    def list_engines() -> list[str]:
        """Return the names of all engines."""
        return [name for name in ENGINES if name not in _OLDER_NAMES]

    @staticmethod
    def available_engines() -> dict[str, bool]:
        """Return for each engine whether its package is installed."""
        return {name: info["available"] for name, info in get_available_engines().items()}


def get_available_engines() -> dict[str, dict[str, Any]]:
    """Return what there is to know about each engine, by name."""
    return {name: _about(name) for name in BackendRegistry.list_engines()}


def print_available_engines() -> None:
    """Print the engines, and what to install for those that are missing."""
    lines = ["Storage engines:"]
    for name, info in get_available_engines().items():
        missing = "" if info["available"] else f" (install {', '.join(info['dependencies'])})"
        lines.append(f"  {name}: {info['description']}{missing}")
    print("\n".join(lines))  # noqa: T201 - this is what it is for


def get_backend(
    engine: str, file_path: str | Path, options: BackendOptions | None = None
) -> Engine:
    """Return an engine on a file, which is made if it does not exist.

    Raises:
        ConfigurationError: There is no such engine.
    """
    password = options.password if isinstance(options, PytuckBackendOptions) else None
    timeout_s = options.timeout if isinstance(options, SqliteBackendOptions) else None
    return open_engine(
        Path(file_path).expanduser(),
        engine=engine,
        password=password,
        timeout_s=5.0 if timeout_s is None else timeout_s,
    )


def is_valid_pytuck_database(file_path: str | Path) -> tuple[bool, str | None]:
    """Return whether a file can be opened, and the name of its engine."""
    facts = _facts(file_path)
    return (False, None) if facts is None else (True, _engine_of(facts))


def is_valid_pytuck_database_engine(file_path: str | Path, engine_name: str) -> bool:
    """Return whether a file can be opened with an engine.

    Raises:
        ConfigurationError: There is no such engine.
    """
    if engine_name not in ENGINES:
        raise ConfigurationError(
            f"There is no engine '{engine_name}'. The engines are: {', '.join(ENGINES)}."
        )
    facts = _facts(file_path)
    wanted = "pytuck" if engine_name in _OLDER_NAMES else engine_name
    return facts is not None and _engine_of(facts) == wanted


def get_database_info(file_path: str | Path) -> dict[str, Any] | None:
    """Return what a file says of itself; None if it is no database.

    `table_count` is None for an encrypted file, which tells nothing without its password.
    """
    facts = _facts(file_path)
    if facts is None:
        return None
    return {
        "engine": _engine_of(facts),
        "format_version": facts.format_version,
        "file_size": facts.size_bytes,
        "modified": facts.path.stat().st_mtime,
        "table_count": None if facts.kind is FileKind.ENCRYPTED else _table_count(facts.path),
        "confidence": "high",
    }


def _about(name: str) -> dict[str, Any]:
    description, package = _DESCRIPTIONS.get(name, (name, name))
    return {
        "name": name,
        "available": importlib.util.find_spec(package) is not None,
        "dependencies": [package],
        "description": description,
        "format_version": FORMAT_VERSION if name == "pytuck" else 0,
    }


def _facts(file_path: str | Path) -> FileFacts | None:
    try:
        return examine(Path(file_path).expanduser())
    except PytuckException:  # whatever it says, the answer here is that it is no database
        return None


def _engine_of(facts: FileFacts) -> str:
    return "pytuck" if facts.kind is FileKind.ENCRYPTED else facts.kind.value


def _table_count(path: Path) -> int | None:
    try:
        engine = open_engine(path, read_only=True)
    except PytuckException:  # damaged behind its first bytes
        return None
    try:
        return len(engine.table_names())
    finally:
        engine.close()

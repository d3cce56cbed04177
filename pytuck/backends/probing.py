"""Which engines there are and what a file is, without opening it; names the old library had."""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pytuck.backends.base import Engine
from pytuck.backends.file_check import FileKind
from pytuck.backends.identifying import identify
from pytuck.backends.registry import ENGINES, open_engine
from pytuck.backends.versions import engine_version
from pytuck.common.exceptions import ConfigurationError, PytuckException
from pytuck.common.options import (
    BackendOptions,
    PytuckBackendOptions,
    SqliteBackendOptions,
)
from pytuck.formats.registry import FORMATS

StorageBackend = Engine
"""The old library's name of an engine."""

_OTHER_NAMES = frozenset({"binary", "ptk"})
"""An older name, and files that can only be read."""

_DATABASES = {
    "pytuck": ("a SQLite file with Python types, comments and encryption", ("apsw",)),
    "sqlite": ("any SQLite file", ("apsw",)),
    "duckdb": ("a DuckDB file, fast at questions about many rows", ("duckdb", "numpy", "pytz")),
}


class BackendRegistry:
    """The engines by name."""

    @staticmethod
    def list_engines() -> list[str]:
        """Return the names of all engines."""
        return [name for name in ENGINES if name not in _OTHER_NAMES]

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
        options=options,
    )


def is_valid_pytuck_database(file_path: str | Path) -> tuple[bool, str | None]:
    """Return whether a file can be opened, and the name of its engine."""
    store = _store(file_path)
    return (False, None) if store is None else (True, store.engine)


def is_valid_pytuck_database_engine(file_path: str | Path, engine_name: str) -> bool:
    """Return whether a file can be opened with an engine.

    Raises:
        ConfigurationError: There is no such engine.
    """
    if engine_name not in ENGINES:
        raise ConfigurationError(
            f"There is no engine '{engine_name}'. The engines are: "
            f"{', '.join(BackendRegistry.list_engines())}."
        )
    store = _store(file_path)
    wanted = "pytuck" if engine_name == "binary" else engine_name
    return store is not None and store.engine == wanted


def get_database_info(file_path: str | Path) -> dict[str, Any] | None:
    """Return what a file says of itself; None if it is none that can be opened.

    `table_count` is None for an encrypted file, which tells nothing without its password, and for
    a document, which would have to be read as a whole.
    """
    store = _store(file_path)
    if store is None:
        return None
    return {
        "engine": store.engine,
        "format_version": store.format_version,
        "file_size": store.size_bytes,
        "modified": store.path.stat().st_mtime,
        "table_count": _table_count(store.path) if store.is_open_database else None,
        "confidence": "high",
    }


@dataclass(frozen=True, slots=True)
class _Store:
    """What was found out about a file without opening it."""

    path: Path
    engine: str
    format_version: int | str
    size_bytes: int
    is_open_database: bool


def _about(name: str) -> dict[str, Any]:
    entry = FORMATS.get(name)
    if entry is not None:
        description, packages = entry.description, entry.packages
    else:
        description, packages = _DATABASES[name]
    return {
        "name": name,
        "available": all(importlib.util.find_spec(package) is not None for package in packages),
        "dependencies": list(packages),
        "description": description,
        "format_version": engine_version(name).layout,
    }


def _store(file_path: str | Path) -> _Store | None:
    path = Path(file_path).expanduser()
    try:
        found = identify(path, None)
    except PytuckException:  # whatever it says, the answer here is that it is no database
        return None
    if found is None:
        return None
    facts = found.facts
    if facts is None:
        assert found.document is not None
        version = engine_version(found.document).layout
        size = path.stat().st_size if path.is_file() else 0
        return _Store(path, found.document, version, size, is_open_database=False)
    if facts.kind is FileKind.OLD_PYTUCK:
        return _Store(path, "pytuck", _magic(path), facts.size_bytes, is_open_database=False)
    is_encrypted = facts.kind is FileKind.ENCRYPTED
    engine = "pytuck" if is_encrypted else facts.kind.value
    return _Store(path, engine, facts.format_version, facts.size_bytes, not is_encrypted)


def _magic(path: Path) -> str:
    with path.open("rb") as file:
        return file.read(4).decode("ascii")


def _table_count(path: Path) -> int | None:
    try:
        engine = open_engine(path, read_only=True)
    except PytuckException:  # damaged behind its first bytes
        return None
    try:
        return len(engine.table_names())
    finally:
        engine.close()

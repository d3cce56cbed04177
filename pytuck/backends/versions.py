"""The versions of everything that files are written by: engines, their libraries, their layouts."""

from __future__ import annotations

from dataclasses import dataclass

from pytuck.backends.file_check import FORMAT_VERSION
from pytuck.formats.registry import FORMATS

_LIBRARIES: dict[str, tuple[str, ...]] = {
    "pytuck": ("apsw-sqlite3mc",),
    "sqlite": ("apsw-sqlite3mc",),
    "duckdb": ("duckdb",),
    "json": ("orjson",),
    "jsonl": ("orjson",),
    "csv": (),
    "excel": ("python-calamine",),
    "xml": (),
    "tinydb": ("orjson",),
    "diskcache": ("diskcache",),
    "pydblite": (),
    "msgpack": ("msgpack",),
    "parquet": ("duckdb",),
}
"""The distributions that read and write the files of each engine."""

_LAYOUTS: dict[str, int] = {
    "pytuck": FORMAT_VERSION,
    "json": 3,
    "jsonl": 3,
    "csv": 3,
    "excel": 3,
    "xml": 3,
    "tinydb": 1,
    "diskcache": 1,
    "pydblite": 1,
    "msgpack": 1,
    "parquet": 1,
}
"""The version of the layout that is written; the old library wrote json 2, jsonl 1, csv 2,
excel 2 and xml 2. Other engines write files of others, without a version of ours.
"""


@dataclass(frozen=True, slots=True)
class EngineVersion:
    """What an engine is made of here.

    Attributes:
        layout: The version of the layout it writes; 0 where it is not ours.
        libraries: The versions of the installed libraries it uses; None for one that is missing.
    """

    engine: str
    layout: int
    libraries: dict[str, str | None]


def engine_versions() -> dict[str, EngineVersion]:
    """Return the versions of every engine, by name."""
    return {name: engine_version(name) for name in ("pytuck", "sqlite", "duckdb", *FORMATS)}


def engine_version(name: str) -> EngineVersion:
    """Return the versions of one engine."""
    libraries = {library: _installed(library) for library in _LIBRARIES.get(name, ())}
    return EngineVersion(name, _LAYOUTS.get(name, 0), libraries)


def _installed(distribution: str) -> str | None:
    from importlib.metadata import PackageNotFoundError, version  # 17 ms

    try:
        return version(distribution)
    except PackageNotFoundError:
        return None

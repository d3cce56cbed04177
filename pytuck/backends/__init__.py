"""Who holds the data, runs SQL on it and keeps it durable.

`registry` finds the engine for a file, `base` says what an engine is, `connection` is one
conversation with a database, `reflection` reads its structure, `errors` turns the driver's errors
into ours.
"""

from pytuck.backends.base import Engine, EngineInfo
from pytuck.backends.connection import Connection
from pytuck.backends.probing import (
    BackendRegistry,
    StorageBackend,
    get_available_engines,
    get_backend,
    get_database_info,
    is_valid_pytuck_database,
    is_valid_pytuck_database_engine,
    print_available_engines,
)
from pytuck.backends.registry import ENGINES, memory_engine, open_engine
from pytuck.backends.results import CursorResult, Result, SqlAnswer
from pytuck.backends.rows import Items, Row

__all__ = [
    "ENGINES",
    "BackendRegistry",
    "Connection",
    "CursorResult",
    "Engine",
    "EngineInfo",
    "Items",
    "Result",
    "Row",
    "SqlAnswer",
    "StorageBackend",
    "get_available_engines",
    "get_backend",
    "get_database_info",
    "is_valid_pytuck_database",
    "is_valid_pytuck_database_engine",
    "memory_engine",
    "open_engine",
    "print_available_engines",
]

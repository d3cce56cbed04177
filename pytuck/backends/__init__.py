"""Who holds the data, runs SQL on it and keeps it durable.

`registry` finds the engine for a file, `base` says what an engine is, `connection` is one
conversation with a database, `reflection` reads its structure, `errors` turns the driver's errors
into ours.
"""

from pytuck.backends.base import Engine, EngineInfo
from pytuck.backends.connection import Connection
from pytuck.backends.registry import ENGINES, memory_engine, open_engine
from pytuck.backends.results import CursorResult, Result

__all__ = [
    "ENGINES",
    "Connection",
    "CursorResult",
    "Engine",
    "EngineInfo",
    "Result",
    "memory_engine",
    "open_engine",
]

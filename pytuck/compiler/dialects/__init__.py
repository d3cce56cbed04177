"""What differs between the SQL of databases: one module each, mostly tables of differences."""

from pytuck.compiler.dialects.base import Dialect
from pytuck.compiler.dialects.duckdb import DUCKDB
from pytuck.compiler.dialects.sqlite import SQLITE

__all__ = ["DUCKDB", "SQLITE", "Dialect"]

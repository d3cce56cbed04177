"""The definitions of a SQLite database, without its rows."""

from __future__ import annotations

from pytuck.backends.sqlite_connection import SqliteConnection
from pytuck.compiler import compile_statement
from pytuck.compiler.dialects import SQLITE
from pytuck.query import TableSource, select
from pytuck.schema import Column, Table
from pytuck.types import TYPES

_DEFINITIONS = TableSource(
    Table("sqlite_schema", tuple(Column(name, TYPES[str]) for name in ("type", "name", "sql")))
)
_ORDER = {"table": 0, "index": 1, "view": 2, "trigger": 3}


def copy_structure(source: SqliteConnection, target: SqliteConnection) -> None:
    """Make every table, index, view and trigger of a database in an empty one, as it was written.

    Raises:
        PytuckException: A definition cannot be carried out, such as one of a module that is not
            there.
    """
    c = _DEFINITIONS.c
    question = select(c.type, c.name, c.sql).where(c.sql.is_not_null())
    rows = source.execute(compile_statement(question, SQLITE)).rows
    made_by_others = {
        str(name)
        for _, name, kind, *_ in source.fetch("PRAGMA table_list")
        if kind == "shadow" or str(name).startswith("sqlite_")
    }
    with target.structure_transaction():
        for _, name, sql in sorted(rows, key=lambda row: _ORDER[str(row[0])]):
            if str(name) not in made_by_others:
                target.fetch(str(sql))

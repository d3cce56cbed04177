"""Looking after DuckDB databases: checks, copies, the room that tables take."""

from __future__ import annotations

from dataclasses import dataclass

from pytuck.backends.duckdb import foreign_keys
from pytuck.backends.duckdb.connection import DuckDBConnection
from pytuck.backends.duckdb.reflection import reflect_table, table_names
from pytuck.backends.duckdb.structure_changes import StructureChanges
from pytuck.backends.table_copying import create_and_fill, table_stream
from pytuck.common.exceptions import (
    CancelledError,
    ConstraintError,
    PytuckException,
    UnsupportedOperationError,
)
from pytuck.common.progress import Work
from pytuck.compiler import ddl, duckdb_structure
from pytuck.compiler.dialects import DUCKDB
from pytuck.schema import Table


@dataclass(frozen=True, slots=True)
class Room:
    """The room in a file.

    Attributes:
        block_bytes: Room is given in blocks of this size.
        free_bytes: That of what was deleted.
    """

    block_bytes: int
    free_bytes: int


def room(connection: DuckDBConnection) -> Room:
    """Return how much room of a file is free."""
    block_bytes, free_blocks = connection.fetch(duckdb_structure.ROOM)[0]
    return Room(int(block_bytes or 0), int(block_bytes or 0) * int(free_blocks or 0))


def table_bytes(connection: DuckDBConnection) -> dict[str, int]:
    """Return the room of the blocks that hold values of each table; tables may share blocks."""
    block_bytes = room(connection).block_bytes
    sizes = {}
    for table in _tables(connection):
        text = ddl.literal_sql(DUCKDB.quote(table.name), DUCKDB)
        blocks = connection.fetch(duckdb_structure.TABLE_BLOCKS.format(text))[0][0]
        sizes[table.name] = int(blocks or 0) * block_bytes
    return sizes


def check(connection: DuckDBConnection, work: Work) -> list[str]:
    """Return what is wrong with a database: blocks that cannot be read, rows without their parents.

    Raises:
        CancelledError: It was to end.
    """
    problems = []
    try:
        for table in _tables(connection):
            work.step("checking", table.name, 0)
            connection.fetch(duckdb_structure.FINGERPRINT.format(DUCKDB.quote(table.name)))
            problems += _dangling(connection, table)
    except CancelledError:
        raise
    except PytuckException as err:  # a block that cannot be read is what was asked about
        problems.append(err.message)  # and after one DuckDB reads no other
    return problems


def copy(source: DuckDBConnection, target: DuckDBConnection, work: Work) -> None:
    """Copy the tables and views of a database into an empty one.

    Raises:
        UnsupportedOperationError: It has something that cannot be copied.
    """
    others = [str(row[0]) for row in source.fetch(duckdb_structure.OTHER_OBJECTS)]
    if others:
        raise UnsupportedOperationError(
            f"'{source.path}' cannot be copied while it is open: beside tables and views it has "
            f"{', '.join(others[:5])}. Close it, and copy the file.",
            details={"path": source.path},
        )
    with source.reading(), target.structure_transaction():
        streams = (table_stream(source, table) for table in _tables(source))
        create_and_fill(target, StructureChanges(target).apply, streams, work)
        for _, sql in source.fetch(duckdb_structure.VIEWS):
            target.fetch(str(sql))
    target.fetch(duckdb_structure.CHECKPOINT)


def _tables(connection: DuckDBConnection) -> list[Table]:
    found = (reflect_table(connection, name) for name in table_names(connection))
    return [table for table in found if table.kind == "table"]


def _dangling(connection: DuckDBConnection, table: Table) -> list[str]:
    problems = []
    for key in table.foreign_keys:
        try:
            foreign_keys.check_all(connection, [(table.name, key)], connection.definitions())
        except ConstraintError:
            problems.append(
                f"Rows of table '{table.name}' refer to rows of {key.target_table} that do not "
                "exist."
            )
    return problems

"""Whether the tables that a `.pytuck` file keeps for itself fit what they speak of."""

from __future__ import annotations

from collections.abc import Iterator

from pytuck.backends import change_log, history
from pytuck.backends.catalogue import COMMENTS
from pytuck.backends.change_log import CHANGES
from pytuck.backends.file_settings import META
from pytuck.backends.sqlite_connection import SqliteConnection
from pytuck.common.exceptions import CorruptFileError
from pytuck.compiler import compile_statement
from pytuck.compiler.dialects import SQLITE
from pytuck.query import TableSource, select


def contradictions(connection: SqliteConnection) -> list[str]:
    """Return what is wrong with the tables that the file keeps for itself, as sentences."""
    problems: list[str] = []
    whole = []
    for source in (META, COMMENTS, CHANGES):
        found = {str(row[1]) for row in connection.pragma_rows("table_info", source.name)}
        missing = sorted(set(source.schema.by_name) - found)
        if found and missing:
            problems.append(f"The table '{source.name}' has no column {', '.join(missing)}.")
        elif found:
            whole.append(source)
    if COMMENTS in whole:
        problems += _lost_comments(connection)
    if CHANGES in whole:
        problems += _unreadable_entries(connection)
    if META in whole:
        problems += _unreadable_settings(connection)
    return problems


def _lost_comments(connection: SqliteConnection) -> Iterator[str]:
    columns: dict[str, set[str]] = {}
    for table, column in _rows(connection, COMMENTS, "table_name", "column_name"):
        if table not in columns:
            described = connection.pragma_rows("table_xinfo", table)
            columns[table] = {str(row[1]) for row in described}
        if not columns[table]:
            yield f"There is a comment on the table '{table}', which does not exist."
        elif column and column not in columns[table]:
            yield f"There is a comment on the column '{table}.{column}', which does not exist."


def _unreadable_entries(connection: SqliteConnection) -> Iterator[str]:
    lost = sum(entry.tables is None for entry in change_log.entries_after(connection, 0))
    if lost:
        yield f"{lost} entries of the log of changes cannot be read."


def _unreadable_settings(connection: SqliteConnection) -> Iterator[str]:
    try:
        history.read_bounds(connection)
    except CorruptFileError as err:
        yield err.message


def _rows(connection: SqliteConnection, source: TableSource, *names: str) -> Iterator[list[str]]:
    question = select(*(source.c[name] for name in names))
    for row in connection.execute(compile_statement(question, SQLITE)).rows:
        yield [str(value) for value in row]

"""The tables a `.pytuck` file keeps for itself; created only when first needed."""

from __future__ import annotations

from typing import Any

from pytuck import schema
from pytuck.backends.sqlite_connection import SqliteConnection
from pytuck.compiler import compile_statement, ddl
from pytuck.compiler.dialects import SQLITE
from pytuck.query import Delete, TableSource, delete, insert, select
from pytuck.types import TYPES

RESERVED_PREFIX = "_pytuck_"
"""Tables whose name begins so are never shown among the user's."""

REVISIONS_NAME = "_pytuck_revisions"
"""The table of the revisions that were applied; it goes where the user's tables go."""

COMMENTS = TableSource(
    schema.Table(
        "_pytuck_comments",
        (
            schema.Column("table_name", TYPES[str], nullable=False, primary_key=True),
            schema.Column("column_name", TYPES[str], nullable=False, primary_key=True),
            schema.Column("comment", TYPES[str], nullable=False),
        ),
        primary_key=("table_name", "column_name"),
    )
)
"""Comments of tables (with an empty `column_name`) and of columns."""


def read_comments(connection: SqliteConnection, table: str) -> dict[str, str]:
    """Return the comments of a table by column name; the table's own is under ''."""
    if not connection.pragma_rows("table_info", COMMENTS.name):
        return {}
    c = COMMENTS.c
    found = select(c.column_name, c.comment).where(c.table_name == table)
    rows = connection.execute(compile_statement(found, SQLITE)).rows
    return {str(column): str(comment) for column, comment in rows}


def set_comment(connection: SqliteConnection, table: str, column: str, comment: str | None) -> None:
    """Keep the comment of a column, or of a table with an empty `column`; None takes it away."""
    comments = read_comments(connection, table)
    comments.pop(column, None)
    if comment:
        comments[column] = comment
    _keep(connection, table, comments)


def move_comments(
    connection: SqliteConnection,
    table: str,
    new_table: str,
    column: str | None = None,
    new_column: str | None = None,
) -> None:
    """Have the comments of a table, or of one column of it, follow another name."""
    comments = read_comments(connection, table)
    if column is not None and new_column is not None and column in comments:
        comments[new_column] = comments.pop(column)
    _keep(connection, table, {})
    _keep(connection, new_table, comments)


def write_comments(connection: SqliteConnection, table: schema.Table) -> None:
    """Keep the comments of a table and its columns in place of those kept so far."""
    comments = {"": table.comment} if table.comment else {}
    comments |= {column.name: column.comment for column in table.columns if column.comment}
    _keep(connection, table.name, comments)


def _keep(connection: SqliteConnection, table: str, comments: dict[str, str]) -> None:
    is_there = bool(connection.pragma_rows("table_info", COMMENTS.name))
    if not is_there and not comments:
        return
    if not is_there:
        connection.fetch(ddl.create_table(COMMENTS.schema, SQLITE))
    outdated: Delete[Any] = delete(COMMENTS).where(COMMENTS.c.table_name == table)
    connection.execute(compile_statement(outdated, SQLITE))
    if comments:
        rows = [
            {"table_name": table, "column_name": name, "comment": comment}
            for name, comment in comments.items()
        ]
        connection.execute(compile_statement(insert(COMMENTS).values_list(rows), SQLITE))

"""Operations that read."""

from __future__ import annotations

import time
from itertools import chain
from typing import Any

from pytuck.common.exceptions import QueryError, RecordNotFoundError
from pytuck.query import Condition, Select, TableSource, and_, count_of, raw_literal, select
from pytuck.query.json_form import load
from pytuck.schema import MISSING, Column, Table
from pytuck_desktop.worker.handlers.open_file import OpenFile, View
from pytuck_desktop.worker.protocol import Plain

MAX_PAGE_ROWS = 4096

MAX_ASKED_ROWS = 10_000
"""Rows of one answer to `ask`, where the question has no limit of its own."""


def open_file(file: OpenFile, arguments: dict[str, Plain]) -> Plain:
    """Open a file and say what it is and which tables it has."""
    file.open(
        str(arguments["path"]),
        password=arguments.get("password"),
        read_only=bool(arguments.get("read_only")),
    )
    info = file.storage.info()
    return {
        "path": info.path,
        "engine": info.engine,
        "format_version": info.format_version,
        "is_encrypted": info.is_encrypted,
        **file.access(),
        "size_bytes": info.size_bytes,
        "notes": list(dict.fromkeys(chain.from_iterable(file.storage.engine.notes.values()))),
        "tables": tables(file, {}),
    }


def tables(file: OpenFile, arguments: dict[str, Plain]) -> Plain:
    """Describe every table and view."""
    return [_described(source.schema) for source in file.storage.tables.values()]


def count(file: OpenFile, arguments: dict[str, Plain]) -> Plain:
    """Count the rows of a table."""
    source = file.storage.get_table(str(arguments["table"]))
    return file.ask(count_of(select(source)))[0][0] or 0


def ask(file: OpenFile, arguments: dict[str, Plain]) -> Plain:
    """Give the rows of a select, at most `MAX_ASKED_ROWS` of them."""
    statement = load(arguments["statement"])
    if not isinstance(statement, Select):
        raise QueryError("Only a select can be asked.")
    if statement.limit_node is None:
        statement = statement.limit(MAX_ASKED_ROWS)
    return file.ask(statement)


def view_open(file: OpenFile, arguments: dict[str, Plain]) -> Plain:
    """Show the rows of a question; answered with the first page, so that one answer is enough.

    The question is a `statement`, or a whole `table` with `sort`: pairs of a column's name and
    whether it sorts downwards. The window can ask for a table before it has loaded what
    statements are made of.
    """
    statement = _shown_statement(file, arguments)
    started = time.perf_counter()
    view = file.open_view(int(arguments["view"]), int(arguments["generation"]), statement)
    first = _page(view, 0, int(arguments.get("count", 256)), started)
    return {**view.status(), "page": first}


def view_close(file: OpenFile, arguments: dict[str, Plain]) -> Plain:
    """Let go of a view."""
    file.close_view(int(arguments["view"]))
    return None


def page(file: OpenFile, arguments: dict[str, Plain]) -> Plain:
    """Give rows by position: None if that part of the order is not built yet."""
    view = open_view_of(file, arguments)
    count = min(int(arguments["count"]), MAX_PAGE_ROWS)
    shown = _page(view, int(arguments["first"]), count, time.perf_counter())
    return {**view.status(), "page": shown}


def locate(file: OpenFile, arguments: dict[str, Plain]) -> Plain:
    """Say at which position a row stands; None if it is not among the rows."""
    return open_view_of(file, arguments).order.locate(as_identity(arguments["identity"]))


def locate_key(file: OpenFile, arguments: dict[str, Plain]) -> Plain:
    """Say at which position of a view the row of a primary key stands; None if it is not there."""
    view = open_view_of(file, arguments)
    source = file.storage.get_table(str(arguments["table"]))
    identity = _identity_of(file, source, as_identity(arguments["key"]))
    return None if identity is None else view.order.locate(identity)


def _identity_of(file: OpenFile, source: TableSource, key: Any) -> Any:
    """Return what identifies the row of a primary key here; None if there is no such row."""
    schema = source.schema
    if schema.rowid_alias or not schema.primary_key:
        return key
    parts = key if isinstance(key, tuple) else (key,)
    if not schema.hidden_rowid:
        return parts
    statement = select(source.rowid).where(has_identity(source, parts))
    rows = file.storage.execute(statement).raw()
    return rows[0][0] if rows else None


def pause(file: OpenFile, arguments: dict[str, Plain]) -> Plain:
    """Show commits of others as they come, or not until this is taken back."""
    file.pause(is_paused=bool(arguments["is_paused"]))
    return None


def share_changes(file: OpenFile, arguments: dict[str, Plain]) -> Plain:
    """Have the file keep a log of its last changes, so that programs tell one another the rows."""
    file.share_changes()
    return None


def cell(file: OpenFile, arguments: dict[str, Plain]) -> Plain:
    """Give one whole value as it is stored.

    Raises:
        RecordNotFoundError: The row is gone.
    """
    source = file.storage.get_table(str(arguments["table"]))
    identity = as_identity(arguments["identity"])
    statement = select(source.c[str(arguments["column"])]).where(has_identity(source, identity))
    rows = file.stored_rows(statement)
    if not rows:
        raise RecordNotFoundError(source.name, identity)
    return rows[0][0]


def rows_of(file: OpenFile, arguments: dict[str, Plain]) -> Plain:
    """Give whole rows by their identities, each with its values by column; None for those gone."""
    source = file.storage.get_table(str(arguments["table"]))
    names = [column.name for column in source.schema.columns]
    found: list[Plain] = []
    for plain in arguments["identities"]:
        statement = select(source).where(has_identity(source, as_identity(plain)))
        rows = file.stored_rows(statement)
        found.append(dict(zip(names, rows[0], strict=True)) if rows else None)
    return found


def open_view_of(file: OpenFile, arguments: dict[str, Plain]) -> View:
    """Return the view that a request is about.

    Raises:
        QueryError: It shows something else by now.
    """
    view = file.views.get(int(arguments["view"]))
    if view is None or view.generation != arguments["generation"]:
        raise QueryError("This view shows something else by now.")
    return view


def as_identity(plain: Plain) -> Any:
    """Return what identifies a row, as it came over the wire."""
    return tuple(plain) if isinstance(plain, list) else plain


def has_identity(source: TableSource, identity: Any) -> Condition:
    """Return the condition that a row is the one identified."""
    if not isinstance(identity, tuple):
        return source.rowid.is_(raw_literal(identity))
    parts = zip(source.schema.primary_key, identity, strict=True)
    return and_(*(source.c[name].is_(raw_literal(part)) for name, part in parts))


def _shown_statement(file: OpenFile, arguments: dict[str, Plain]) -> Select[Any]:
    if "table" in arguments:
        source = file.storage.get_table(str(arguments["table"]))
        keys = [(source.c[name], is_descending) for name, is_descending in arguments["sort"]]
        return select(source).order_by(
            *(column.desc() if is_descending else column.asc() for column, is_descending in keys)
        )
    statement = load(arguments["statement"])
    if not isinstance(statement, Select):
        raise QueryError("Only a select can be shown.")
    return statement


def _page(view: View, first: int, count: int, started: float) -> Plain:
    rows = view.order.page(first, count)
    if rows is None:
        return None
    return {
        "first": rows.first,
        "identities": rows.identities,
        "rows": rows.rows,
        "damaged": [list(cell) for cell in rows.damaged],
        "wide": [[row, column, size] for (row, column), size in rows.wide.items()],
        "elapsed_ms": (time.perf_counter() - started) * 1000,
    }


def _described(table: Table) -> Plain:
    keys = {key.columns[0]: key for key in table.foreign_keys if len(key.columns) == 1}
    if table.kind == "view":
        identity = "none"
    elif table.rowid_alias or table.hidden_rowid:
        identity = "rowid"
    else:
        identity = "key" if table.primary_key else "none"
    return {
        "name": table.name,
        "kind": table.kind,
        "columns": [_described_column(column, keys) for column in table.columns],
        "primary_key": list(table.primary_key),
        "identity": identity,
        "rowid_name": table.rowid_alias or table.hidden_rowid,
        "rowid_alias": table.rowid_alias,
        "comment": table.comment,
        "is_editable": identity != "none",
        "foreign_keys": [
            [list(key.columns), key.target_table, list(key.target_columns)]
            for key in table.foreign_keys
        ],
    }


def _described_column(column: Column, keys: dict[str, Any]) -> Plain:
    key = keys.get(column.name)
    has_default = column.default is not MISSING
    return {
        "name": column.name,
        "type_name": column.type.sql_name,
        "storage": column.type.storage_class.value,
        "nullable": column.nullable,
        "is_primary_key": column.primary_key,
        "is_generated": column.generated,
        "foreign_key": [key.target_table, key.target_columns[0]] if key else None,
        "default": column.type.to_storage(column.default) if has_default else None,
        "comment": column.comment,
    }

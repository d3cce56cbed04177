"""Operations that follow foreign keys, in both directions, beside the reading of pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from pytuck.backends.paging.row_page import RowPage, ShownColumns
from pytuck.compiler import compile_statement
from pytuck.query import Condition, TableSource, and_, count_of, nodes, or_, raw_literal, select
from pytuck_desktop.worker.handlers.browsing import as_identity, has_identity
from pytuck_desktop.worker.handlers.open_file import OpenFile
from pytuck_desktop.worker.protocol import Plain

MAX_ROWS = 500


def find_row(file: OpenFile, arguments: dict[str, Plain]) -> Plain:
    """Give the row of a table that has some values in some columns: one page of one row, or None.

    The columns that are `shown` stand in it; the values are those of a foreign key.
    """
    source = file.storage.get_table(str(arguments["table"]))
    page = _rows(file, source, _has_values(source, arguments), arguments["shown"], 1)
    return _as_plain(page) if page.rows else None


def referring_rows(file: OpenFile, arguments: dict[str, Plain]) -> Plain:
    """Give the first rows that have some values in some columns, and others by their identities.

    Those others are rows with staged changes; whether they count is decided in the window.
    """
    source = file.storage.get_table(str(arguments["table"]))
    shown, count = arguments["shown"], min(int(arguments["count"]), MAX_ROWS)
    found = _rows(file, source, _has_values(source, arguments), shown, count)
    identities = [as_identity(one) for one in arguments["others"][:MAX_ROWS]]
    if not identities:
        return {"found": _as_plain(found), "others": None}
    is_other = or_(*(has_identity(source, identity) for identity in identities))
    others = _rows(file, source, is_other, shown, len(identities))
    return {"found": _as_plain(found), "others": _as_plain(others)}


def referring_count(file: OpenFile, arguments: dict[str, Plain]) -> Plain:
    """Count the rows that have some values in some columns."""
    source = file.storage.get_table(str(arguments["table"]))
    return file.ask(count_of(select(source).where(_has_values(source, arguments))))[0][0] or 0


def _has_values(source: TableSource, arguments: dict[str, Plain]) -> Condition:
    """Return the condition that a row has the values of a foreign key; none of them is NULL."""
    pairs = zip(arguments["columns"], arguments["values"], strict=True)
    return and_(*(source.c[str(name)].is_(raw_literal(value)) for name, value in pairs))


def _rows(
    file: OpenFile, source: TableSource, condition: Condition, names: Sequence[str], count: int
) -> RowPage:
    """Return rows in the order of their keys, long values cut as in a page of the grid."""
    keys = _keys(source)
    asked = select(*(source.c[name] for name in names))
    columns = ShownColumns.of(asked, source.schema)
    order = tuple(nodes.Order(key) for key in keys)
    statement: Any = replace(asked, columns=(*keys, *columns.nodes), entity=None, order=order)
    engine = file.storage.engine
    compiled = compile_statement(statement.where(condition).limit(count), engine.dialect)
    with file.side_reads.connection(engine) as connection:
        rows = connection.execute(compiled).rows
        identities = [_identity(source, row[: len(keys)]) for row in rows]
        return columns.page(connection, 0, identities, [row[len(keys) :] for row in rows])


def _keys(source: TableSource) -> tuple[nodes.Node, ...]:
    table = source.schema
    if table.rowid_alias or table.hidden_rowid:
        return (source.rowid.node,)
    return tuple(source.c[name].node for name in table.primary_key) if table.kind == "table" else ()


def _identity(source: TableSource, key: tuple[Any, ...]) -> Any:
    if not key:
        return None
    return key[0] if source.schema.rowid_alias or source.schema.hidden_rowid else key


def _as_plain(page: RowPage) -> Plain:
    return {
        "first": page.first,
        "identities": page.identities,
        "rows": page.rows,
        "wide": [[row, column, size] for (row, column), size in page.wide.items()],
    }

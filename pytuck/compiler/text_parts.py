"""Questions around parts that a program wrote as SQL itself."""

from __future__ import annotations

from collections.abc import Sequence

from pytuck.compiler.dialects import Dialect


def rows_of_table(
    table: str,
    columns: Sequence[str] | None,
    dialect: Dialect,
    *,
    condition: str | None = None,
    order: str | None = None,
    limit: int | None = None,
    offset: int | None = None,
) -> str:
    """Return the question for rows of a table.

    Args:
        columns: Their names; None for all.
        condition: What stands behind WHERE, in the words of the program that asks.
        order: What stands behind ORDER BY, likewise.
    """
    shown = "*" if columns is None else ", ".join(map(dialect.quote, columns))
    parts = [f"SELECT {shown} FROM {dialect.quote(table)}"]
    if condition:
        parts.append(f"WHERE {condition}")
    if order:
        parts.append(f"ORDER BY {order}")
    if limit is not None or offset is not None:
        parts.append(dialect.no_limit if limit is None else f"LIMIT {int(limit)}")
    if offset is not None:
        parts.append(f"OFFSET {int(offset)}")
    return " ".join(part for part in parts if part)

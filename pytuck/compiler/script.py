"""Scripts: SQL text that makes tables and fills them, for programs that run it as it is."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from pytuck.compiler import ddl
from pytuck.compiler.dialects import Dialect
from pytuck.compiler.dialects.sqlite_changes import keep_counter
from pytuck.schema import Table
from pytuck.types import Stored

_PARAMETER = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|\?(?P<place>\d+)")
_ROWS_AT_ONCE = 100
"""Rows of one INSERT; SQLite takes 500 and more, other programs count brackets."""


def beginning() -> str:
    """Return what stands before all else."""
    return "BEGIN TRANSACTION;\n"


def end() -> str:
    """Return what stands behind all else."""
    return "COMMIT;\n"


def definition(table: Table, dialect: Dialect) -> str:
    """Return the statement that makes a table, with its comment in a remark."""
    remark = "".join(f"-- {line}\n" for line in (table.comment or "").splitlines())
    return f"{remark}{ddl.create_table(table, dialect)};\n"


def indexes(table: Table, dialect: Dialect) -> Iterator[str]:
    """Yield the statements that make the indexes of a table."""
    for index in table.indexes:
        if index.columns and not index.is_partial:
            yield f"{ddl.create_index(table.name, index, dialect)};\n"


def counter(table: Table, next_key: int, dialect: Dialect) -> Iterator[str]:
    """Yield the statements that have a table go on counting where it was."""
    for sql in keep_counter(table.name, next_key - 1, dialect):
        yield f"{sql};\n"


def inserts(
    table: str, columns: Sequence[str], rows: Sequence[Sequence[Stored]], dialect: Dialect
) -> Iterator[str]:
    """Yield the statements that insert rows."""
    names = ", ".join(map(dialect.quote, columns))
    start = f"INSERT INTO {dialect.quote(table)} ({names}) VALUES\n"
    literals = [_literals(column, dialect) for column in zip(*rows, strict=True)]
    lines = [f"({', '.join(row)})" for row in zip(*literals, strict=True)]
    for first in range(0, len(lines), _ROWS_AT_ONCE):
        values = ",\n".join(lines[first : first + _ROWS_AT_ONCE])
        yield f"{start}{values};\n"


def with_values(
    sql: str, parameters: Sequence[Stored], dialect: Dialect, longest: int | None = None
) -> str:
    """Return a statement with its parameters written out, for people to read and to copy.

    Args:
        longest: Values of more characters are cut, with a mark: such a text is only to be read.
    """

    def written(found: re.Match[str]) -> str:
        if found["place"] is None:
            return found[0]  # a text or a name, in which a question mark is one
        literal = _literals([parameters[int(found["place"]) - 1]], dialect)[0]
        is_long = longest is not None and len(literal) > longest
        return f"{literal[:longest]}…" if is_long else literal

    return _PARAMETER.sub(written, sql)


def _literals(values: Sequence[Stored], dialect: Dialect) -> list[str]:
    return ["NULL" if value is None else _WRITERS[type(value)](value, dialect) for value in values]


def _integer(value: int, dialect: Dialect) -> str:
    return str(value)


def _blob(value: bytes, dialect: Dialect) -> str:
    return dialect.blob.format(value.hex())


def _text(value: str, dialect: Dialect) -> str:
    if "\0" in value:
        return f"CAST({dialect.blob.format(value.encode().hex())} AS TEXT)"
    return "'" + value.replace("'", "''") + "'"


def _float(value: float, dialect: Dialect) -> str:
    if math.isinf(value):
        return dialect.infinity if value > 0 else f"-{dialect.infinity}"
    return repr(value)


_WRITERS: dict[type, Callable[[Any, Dialect], str]] = {
    int: _integer,
    float: _float,
    str: _text,
    bytes: _blob,
}
"""What writes a value of each class beside NULL; there are no others."""

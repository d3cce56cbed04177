"""Texts that are not in UTF-8, as other programs leave some in files of SQLite.

A question that meets one fails as a whole. It is asked again with its texts as bytes then, so that
all rows can be shown, and what is unreadable is known.
"""

from __future__ import annotations

from collections.abc import Sequence

from pytuck.backends.connection import Connection
from pytuck.backends.results import StoredRow
from pytuck.common.exceptions import CorruptFileError
from pytuck.compiler import Compiled
from pytuck.compiler.undecoded import TEXT, undecoded
from pytuck.types import Stored


class DamagedText(str):
    """A text with U+FFFD in place of bytes that are no UTF-8: not what is stored."""

    __slots__ = ()


def rows_of(connection: Connection, compiled: Compiled, width: int) -> list[StoredRow]:
    """Return the stored rows of a question of so many columns.

    Raises:
        PytuckException: What the database refused.
    """
    try:
        return connection.execute(compiled).rows
    except CorruptFileError as err:
        return _rows_again(err, connection, compiled.sql, compiled.parameters[0], width)


def rows_of_sql(
    connection: Connection, sql: str, parameters: Sequence[Stored], width: int
) -> list[StoredRow]:
    """Return the stored rows of SQL that the compiler wrote, as `rows_of` does."""
    try:
        return connection.fetch(sql, parameters)
    except CorruptFileError as err:
        return _rows_again(err, connection, sql, parameters, width)


def readable(data: bytes, *, is_whole: bool = True) -> str:
    """Return bytes as text; as `DamagedText` if they are not in UTF-8.

    Args:
        is_whole: Else the last character may be cut, and is left out.
    """
    for cut in range(1 if is_whole else 4):
        try:
            return data[: len(data) - cut].decode()
        except UnicodeDecodeError:
            continue
    return DamagedText(data.decode(errors="replace"))


def _rows_again(
    err: CorruptFileError,
    connection: Connection,
    sql: str,
    parameters: Sequence[Stored],
    width: int,
) -> list[StoredRow]:
    if not isinstance(err.__cause__, UnicodeDecodeError):
        raise err
    rows = connection.fetch(undecoded(sql, width), parameters)
    return [tuple(map(_as_stored, row)) for row in rows]


def _as_stored(value: Stored) -> Stored:
    if not isinstance(value, bytes):
        return value
    return readable(value[1:]) if value.startswith(TEXT) else value[1:]

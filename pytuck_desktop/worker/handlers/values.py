"""Looking into one value, part by part: a value may be larger than anybody wants to wait for."""

from __future__ import annotations

from pytuck.backends.paging.damaged_text import DamagedText, rows_of
from pytuck.common.exceptions import RecordNotFoundError
from pytuck.compiler import compile_statement
from pytuck.query import select
from pytuck.types import Stored
from pytuck_desktop.worker.handlers.browsing import as_identity, has_identity
from pytuck_desktop.worker.handlers.open_file import OpenFile
from pytuck_desktop.worker.json_layout import MOST_CHARACTERS, laid_out
from pytuck_desktop.worker.protocol import Plain


def value_part(file: OpenFile, arguments: dict[str, Plain]) -> Plain:
    """Give a part of a value from a place on: so many `characters` of a text, `bytes` of a blob.

    The answer has the whole `length`, the `size` in bytes, and what the value is as `json`, laid
    out, where it is JSON of a size that can be read.

    Raises:
        RecordNotFoundError: The row is gone.
    """
    value = _whole(file, arguments)
    first = int(arguments["first"])
    count = int(arguments["characters" if isinstance(value, str) else "bytes"])
    if not isinstance(value, (str, bytes)):
        return {"first": 0, "part": value, "length": 0, "size": 0, "json": None, "damaged": False}
    data = value.encode("utf-8", errors="surrogatepass") if isinstance(value, str) else value
    return {
        "first": first,
        "part": value[first : first + count],
        "length": len(value),
        "size": len(data),
        "json": laid_out(value) if isinstance(value, str) and _may_be_json(value) else None,
        "damaged": isinstance(value, DamagedText),
    }


def _may_be_json(value: str) -> bool:
    return len(value) <= MOST_CHARACTERS


def _whole(file: OpenFile, arguments: dict[str, Plain]) -> Stored:
    source = file.storage.get_table(str(arguments["table"]))
    identity = as_identity(arguments["identity"])
    statement = select(source.c[str(arguments["column"])]).where(has_identity(source, identity))
    engine = file.storage.engine
    with file.side_reads.connection(engine) as connection:
        rows = rows_of(connection, compile_statement(statement, engine.dialect), 1)
    if not rows:
        raise RecordNotFoundError(source.name, identity)
    return rows[0][0]

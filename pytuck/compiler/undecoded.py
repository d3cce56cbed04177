"""SQL that gives texts as bytes, for those that are not in the encoding of their file."""

from __future__ import annotations

TEXT, BLOB = b"t", b"b"
"""What a value begins with that is a text or a blob in the file; others are as they are."""

_AS_BYTES = (
    "CASE typeof({0}) WHEN 'text' THEN CAST('t' || {0} AS BLOB) "
    "WHEN 'blob' THEN CAST('b' || CAST({0} AS TEXT) AS BLOB) ELSE {0} END"
)


def undecoded(sql: str, width: int) -> str:
    """Return the SQL of a question's rows with texts and blobs as bytes behind a mark.

    Args:
        sql: A question in SQLite's SQL; its limit keeps its order.
        width: How many columns it has.
    """
    names = [f"c{number}" for number in range(width)]
    values = ", ".join(_AS_BYTES.format(name) for name in names)
    return f"WITH found({', '.join(names)}) AS ({sql}) SELECT {values} FROM found"

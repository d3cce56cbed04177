"""The rows that a foreign key may refer to, found by a part of what is in them."""

from __future__ import annotations

from pytuck.query import cast, func, or_, select
from pytuck_desktop.worker.handlers.open_file import OpenFile
from pytuck_desktop.worker.protocol import Plain

_SHOWN = 120
"""Characters of a text beside the key."""


def parent_rows(file: OpenFile, arguments: dict[str, Plain]) -> Plain:
    """Give the first rows of a table that have a text in them: the key, then other columns.

    Its key may begin with the text, and is named first if it is the text; others contain it,
    whatever the case of letters.

    Raises:
        CancelledError: The search was given up.
    """
    source = file.storage.get_table(str(arguments["table"]))
    key = source.c[str(arguments["column"])]
    texts = [cast(source.c[str(name)], str) for name in arguments["shown"]]
    asked = select(key, *(func.substr(text, 1, _SHOWN) for text in texts))
    wanted, count = str(arguments["text"]), int(arguments["count"])
    if not wanted:
        return [list(row) for row in file.ask(asked.order_by(key).limit(count))]
    key_text = cast(key, str)
    exact = file.ask(asked.where(key_text == wanted).limit(1)) if len(wanted) < _SHOWN else []
    part = f"%{_escaped(wanted)}%"
    has_text = or_(key_text.startswith(wanted), *(text.ilike(part, escape="\\") for text in texts))
    found = file.ask(asked.where(has_text).order_by(key).limit(count))
    rows = [list(row) for row in exact]
    rows += [list(row) for row in found if list(row) not in rows]
    return rows[:count]


def _escaped(text: str) -> str:
    for mark in ("\\", "%", "_"):
        text = text.replace(mark, f"\\{mark}")
    return text

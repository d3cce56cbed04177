"""Several values of a condition as one text: `Berlin, "Frankfurt, Main", null`."""

from __future__ import annotations

import re
from collections.abc import Iterable

from pytuck.types import Stored

_ITEM = re.compile(
    r'\s*(?:"(?P<quoted>(?:[^"]|"")*)"\s*(?=,|，|;|\Z)|(?P<plain>[^,，;]*))(?:[,，;]|\Z)'
)
_NULL = "null"


def parsed_list(text: str) -> tuple[str | None, ...]:
    """Return the values in a text; None for the word null, text in quotation marks as it is."""
    values: list[str | None] = []
    at = 0
    while at < len(text):
        match = _ITEM.match(text, at)
        assert match is not None  # a plain item may be empty
        quoted, plain = match["quoted"], (match["plain"] or "").strip()
        if quoted is not None:
            values.append(quoted.replace('""', '"'))
        elif plain:
            values.append(None if plain.lower() == _NULL else plain)
        at = match.end()
    return tuple(values)


def written_list(values: Iterable[Stored]) -> str:
    """Return the text that `parsed_list` reads these values from."""
    return ", ".join(_NULL if value is None else _written(str(value)) for value in values)


def _written(value: str) -> str:
    needs_marks = re.search(r'[,，;"]', value) or value != value.strip() or not value
    if needs_marks or value.lower() == _NULL:
        return '"{}"'.format(value.replace('"', '""'))
    return value

"""JSON on lines of its own, with every number and text as it is stored. No Qt."""

from __future__ import annotations

import json
import re

MOST_CHARACTERS = 1_000_000
"""Longer JSON is not laid out: nobody reads it, and it would take seconds."""

_PIECE = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{},:]|[^\s\[\]{},:"]+')
_INDENT = "  "


def laid_out(text: str) -> str | None:
    """Return an object or array on several lines; None if the text is no such JSON.

    The text is taken apart, not read and written: `1.0`, `1e3`, keys given twice and their order
    stay what they are.
    """
    if text.lstrip()[:1] not in ("{", "["):
        return None
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return None
    parts: list[str] = []
    depth = 0
    previous = ""
    for piece in _PIECE.findall(text):
        closes = piece in ("]", "}")
        depth -= closes
        if _begins_line(previous, piece):
            parts.append("\n" + _INDENT * depth)
        parts.append(": " if piece == ":" else piece)
        depth += piece in ("[", "{")
        previous = piece
    return "".join(parts)


def _begins_line(previous: str, piece: str) -> bool:
    if piece in ("]", "}"):
        return previous not in ("[", "{")
    return previous in ("[", "{", ",") and piece != ","

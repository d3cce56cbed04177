"""Patterns of LIKE in the form that a database takes."""

from __future__ import annotations

from collections.abc import Callable

from pytuck.query import nodes
from pytuck.types import Stored

ANY_TEXT, ANY_CHARACTER = "\x01", "\x02"
"""The wild cards of patterns that our own functions match; escapes are resolved then."""


def translated_pattern(
    node: nodes.Like, *, any_text: str, any_character: str, quote: Callable[[str], str]
) -> Stored:
    """Return a pattern with other wild cards and without its escapes.

    Args:
        quote: Returns a character that means itself as it stands in the new pattern.
    """
    pattern = node.pattern.stored
    if not isinstance(pattern, str):
        return pattern
    parts: list[str] = []
    characters = iter(pattern)
    for character in characters:
        if node.escape is not None and character == node.escape:
            parts.append(quote(next(characters, node.escape)))
        elif character == "%":
            parts.append(any_text)
        elif character == "_":
            parts.append(any_character)
        else:
            parts.append(quote(character))
    return "".join(parts)


def case_blind_pattern(node: nodes.Like) -> Stored:
    """Return a pattern for the function behind `ilike`."""
    return translated_pattern(node, any_text=ANY_TEXT, any_character=ANY_CHARACTER, quote=str)

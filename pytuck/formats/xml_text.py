"""Text as XML has it: what stands for characters that mean something, and what XML cannot have."""

from __future__ import annotations

import re

NOT_IN_XML = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""Characters that no XML 1.0 has, not even as `&#1;`."""

_UNKNOWN = re.compile(r"&(?!amp;|lt;|gt;|#10;|#13;)")
_ENTITIES = (("<", "&lt;"), (">", "&gt;"), ("\r", "&#13;"), ("\n", "&#10;"))


def escaped(text: str) -> str:
    """Return text as it stands between tags, on one line."""
    if "&" in text:
        text = text.replace("&", "&amp;")
    for character, entity in _ENTITIES:
        if character in text:
            text = text.replace(character, entity)
    return text


def unescaped(text: str) -> str | None:
    """Return what `escaped` was given; None if the text has other entities."""
    if "&" not in text:
        return text
    if _UNKNOWN.search(text):
        return None
    for character, entity in _ENTITIES:
        text = text.replace(entity, character)
    return text.replace("&amp;", "&")


def attribute(text: str) -> str:
    """Return text as it stands in an attribute, between double quotes."""
    return escaped(text).replace('"', "&quot;").replace("\t", "&#9;")

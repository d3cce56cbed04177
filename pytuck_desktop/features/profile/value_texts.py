"""Values of a column, and numbers about them, as short texts."""

from __future__ import annotations

_LONGEST = 120


def number_text(value: object) -> str:
    """Return a number with its thousands set apart, and at most six digits that say something."""
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        if value.is_integer() and abs(value) < 1e15:
            return f"{int(value):,}"
        return f"{value:,.2f}" if 1000 <= abs(value) < 1e15 else f"{value:.6g}"
    return str(value)


def value_text(value: object, storage: str) -> str:
    """Return a stored value as people know it, shortened.

    Args:
        storage: The name of its type's storage class.
    """
    if storage == "boolean" and value in (0, 1):
        return "true" if value else "false"
    if isinstance(value, bytes):
        return f"{value[:24].hex(' ')}{'…' if len(value) > 24 else ''}"
    if isinstance(value, str):
        text = value.replace(".000000", "", 1) if storage == "timestamp" else value
        return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
    return number_text(value)

"""Models that are only looked at: defining them makes no tables."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_is_only_declaring: ContextVar[bool] = ContextVar("is_only_declaring", default=False)


@contextmanager
def only_declaring() -> Iterator[None]:
    """Have models that are defined in a `with` block make no tables, whatever their base says.

    For those who want to know what models say, such as a comparison with what is there.
    """
    token = _is_only_declaring.set(True)
    try:
        yield
    finally:
        _is_only_declaring.reset(token)


def is_only_declaring() -> bool:
    """Return whether models are only looked at."""
    return _is_only_declaring.get()

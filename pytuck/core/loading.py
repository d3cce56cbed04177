"""What making many objects at once takes: a collector held still, and knowing each other."""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Iterator
from typing import Any

FEW_OBJECTS = 100
"""Below this, pausing the collector costs more than it saves."""


@contextlib.contextmanager
def paused_collector() -> Iterator[None]:
    """Pause the cyclic collector, and always restore its state.

    Making objects in bulk triggers it again and again, and it finds nothing: pausing it more
    than halves the time of a large load.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


class Batch:
    """Instances that came into memory together, so that related objects are read for all.

    Attributes:
        rules: How relationships that are not loaded behave when read, by name; `*` for all.
    """

    __slots__ = ("instances", "rules")

    def __init__(self, instances: list[Any]) -> None:
        self.instances = instances
        self.rules: dict[str, str] = {}

    def rule(self, name: str) -> str | None:
        """Return how a relationship behaves when it is read; None if nothing is said."""
        return self.rules.get(name) or self.rules.get("*") if self.rules else None

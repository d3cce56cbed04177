"""Copies of objects: in memory, and on their way to another process.

A copy has the values of the columns. It belongs to no session, and relationships are not loaded
in it.
"""

from __future__ import annotations

from typing import Any, TypeVar

from pytuck.core.instance_values import (
    ADDED_TO,
    BATCH,
    DETACHED,
    SESSION,
    as_read,
    current_value,
    set_values,
)
from pytuck.types.tracked import untracked

M = TypeVar("M")

_OF_SESSIONS = frozenset((SESSION, BATCH, ADDED_TO, DETACHED))


def values_of(instance: Any) -> dict[str, Any]:
    """Return the values of the columns by attribute, without reading expired ones again."""
    return {name: current_value(instance, name) for name in instance.__mapper__.by_name}


def new_like(instance: M) -> M:
    """Return an instance of no session with the same values."""
    twin = type(instance).__new__(type(instance))
    twin.__dict__.update(plain_state(instance))
    twin.__dict__.pop(DETACHED, None)
    return twin


def copy_of_columns(instance: M) -> M:
    """Return an instance of no session with the values of the columns and nothing else."""
    twin = type(instance).__new__(type(instance))
    containers = instance.__mapper__.containers  # type: ignore[attr-defined]
    set_values(twin, values_of(instance), containers)
    return twin


def plain_state(instance: Any) -> dict[str, Any]:
    """Return what an instance holds, but for relationships and its session.

    One that stands for a row says so, and can be added to a session as such.
    """
    mapper, values = instance.__mapper__, instance.__dict__
    state = {
        name: value
        for name, value in values.items()
        if name not in _OF_SESSIONS and name not in mapper.relationships
    }
    for name in mapper.containers:
        if name in state:
            state[as_read(name)] = untracked(state.pop(name))
    if SESSION in values or DETACHED in values:
        state[DETACHED] = True
    return state

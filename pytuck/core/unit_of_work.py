"""What a session has to write, and in which order the tables come."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from pytuck.core.mapping import Mapper

Change = tuple[Any, dict[str, Any]]
"""An instance, and the values that its changed attributes had before."""


@dataclass(slots=True)
class Pending:
    """What a session has to write.

    Attributes:
        new: Instances to insert by `id`, in the order in which they were added.
        changed: Instances to update by `id`, with the values that attributes had before.
        deleted: Instances to delete by `id`.
    """

    new: dict[int, Any] = field(default_factory=dict)
    changed: dict[int, Change] = field(default_factory=dict)
    deleted: dict[int, Any] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.new or self.changed or self.deleted)

    def __len__(self) -> int:
        return len(self.new) + len(self.changed) + len(self.deleted)

    def take_changes(self, later: Pending) -> None:
        """Take over the changes of objects that were noted meanwhile."""
        for key, (instance, before) in later.changed.items():
            known = self.changed.setdefault(key, (instance, {}))[1]
            for name, value in before.items():
                known.setdefault(name, value)
        later.changed = {}

    def put_back(self, earlier: Pending) -> None:
        """Take what was pending before, and could not be written, into what is pending now."""
        self.new = {**earlier.new, **self.new}
        self.deleted = {**earlier.deleted, **self.deleted}
        changed = {key: (item, dict(before)) for key, (item, before) in earlier.changed.items()}
        for key, (instance, before) in self.changed.items():
            known = changed.setdefault(key, (instance, {}))[1]
            for name, value in before.items():
                known.setdefault(name, value)
        self.changed = {key: change for key, change in changed.items() if key not in self.new}


@dataclass(slots=True)
class Inserted:
    """Instances of one model that were inserted.

    Attributes:
        given: Those whose key was given on the way, so that a rollback can take it away.
        versioned: Those whose version was set on the way.
    """

    mapper: Mapper
    instances: list[Any]
    given: list[Any] = field(default_factory=list)
    versioned: list[Any] = field(default_factory=list)

    def take_keys(self) -> None:
        """Undo the giving of keys and versions."""
        name = self.mapper.key_name
        if name is not None:
            for instance in self.given:
                instance.__dict__[name] = None
        if self.mapper.version is not None:
            for instance in self.versioned:
                instance.__dict__[self.mapper.version] = None


@dataclass(slots=True)
class Flushed:
    """What was written together: enough to give the objects their earlier state back.

    Attributes:
        filled: Foreign keys of new objects that followed from relationships: the object, the
            attribute and its value before.
        tables: Tables that a statement wrote to, past the objects; those are read again.
    """

    inserted: list[Inserted] = field(default_factory=list)
    changed: list[Change] = field(default_factory=list)
    deleted: list[Any] = field(default_factory=list)
    filled: list[tuple[Any, str, Any]] = field(default_factory=list)
    tables: tuple[str, ...] = ()


def by_mapper(instances: Iterable[Any]) -> dict[Mapper, list[Any]]:
    """Return instances by their models, in the order in which the models come up."""
    groups: dict[type[Any], list[Any]] = {}
    for instance in instances:
        group = groups.get(type(instance))
        if group is None:
            group = groups[type(instance)] = []
        group.append(instance)
    return {model.__mapper__: group for model, group in groups.items()}


def parents_first(mappers: Iterable[Mapper]) -> list[Mapper]:
    """Return the mappers so that tables come after those they refer to; cycles as they stand."""
    remaining = list(mappers)
    if len(remaining) < 2:
        return remaining
    ordered: list[Mapper] = []
    visited: set[Mapper] = set()

    def visit(mapper: Mapper) -> None:
        if mapper in visited:
            return
        visited.add(mapper)
        for other in remaining:
            if other.table in mapper.refers_to:
                visit(other)
        ordered.append(mapper)

    for mapper in remaining:
        visit(mapper)
    return ordered


def has_order(ordered: list[Mapper]) -> bool:
    """Return whether no table refers to itself or to one that comes after it."""
    later: set[str] = set()
    for mapper in reversed(ordered):
        later.add(mapper.table)
        if mapper.refers_to & later:
            return False
    return True

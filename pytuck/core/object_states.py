"""What a session remembers of its objects: who they are, and what a rollback must restore."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from pytuck.core.mapping import BATCH, SESSION, Batch
from pytuck.core.unit_of_work import Inserted, Pending


class IdentityMap:
    """The objects of one session, one for each row.

    Strong references in a plain dictionary: a `WeakValueDictionary` would double the cost of
    loading. A session lets go of its objects when it is closed.
    """

    def __init__(self, session: object) -> None:
        self._session = session
        self._by_model: dict[type, dict[Any, Any]] = defaultdict(dict)

    def __iter__(self) -> Iterator[Any]:
        for instances in self._by_model.values():
            yield from instances.values()

    def of(self, model: type) -> dict[Any, Any]:
        """Return the objects of a model by key; loaders add to it."""
        return self._by_model[model]

    def add(self, instance: Any) -> None:
        """Make an object one of the session."""
        instance.__dict__[SESSION] = self._session
        self._by_model[type(instance)][instance.__mapper__.key_of(instance)] = instance

    def add_inserted(self, group: Inserted) -> None:
        """Make objects that were inserted together objects of the session."""
        identity, key_of = self._by_model[group.mapper.model], group.mapper.key_of
        name = group.mapper.key_name
        batch = Batch(group.instances) if group.mapper.relationships else None
        for instance in group.instances:
            values = instance.__dict__
            values[SESSION] = self._session
            if batch is not None:
                values[BATCH] = batch
            identity[values[name] if name is not None else key_of(instance)] = instance

    def evict(self, instance: Any) -> None:
        """Let go of an object; it stays readable."""
        identity = self._by_model[type(instance)]
        key = instance.__mapper__.key_of(instance)
        if identity.get(key) is instance:
            del identity[key]
        _detach(instance)

    def rekey(self, models: Iterable[type]) -> None:
        """Put the objects of some models under the keys they have now."""
        for model in models:
            instances = list(self._by_model[model].values())
            self._by_model[model] = {
                instance.__mapper__.key_of(instance): instance for instance in instances
            }

    def clear(self) -> None:
        """Let go of every object."""
        for instances in self._by_model.values():
            for instance in instances.values():
                _detach(instance)
        self._by_model.clear()


class UndoLog:
    """What was written since the last commit, so that a rollback can restore the objects."""

    def __init__(self) -> None:
        self._values: list[tuple[Any, str, Any]] = []
        self._inserted: list[Inserted] = []
        self._removed: list[Any] = []

    def note_value(self, instance: Any, name: str, before: object) -> None:
        """Remember the value an attribute had before it was written."""
        self._values.append((instance, name, before))

    def note_inserted(self, groups: Iterable[Inserted]) -> None:
        """Remember objects that were inserted."""
        self._inserted.extend(groups)

    def note_removed(self, instances: Iterable[Any]) -> None:
        """Remember objects whose rows were deleted."""
        self._removed.extend(instances)

    def restore(self, identity: IdentityMap, pending: Pending) -> None:
        """Give the objects back the state they had at the last commit.

        Args:
            pending: What was not even written.
        """
        for group in self._inserted:
            for instance in group.instances:
                identity.evict(instance)
            group.take_keys()
        for instance, before in pending.changed.values():
            instance.__dict__.update(before)
        for instance, name, value in reversed(self._values):
            instance.__dict__[name] = value
        for instance in self._removed:
            identity.add(instance)
        identity.rekey({type(instance) for instance, _, _ in self._values})
        self.forget()

    def forget(self) -> None:
        """Begin anew, after a commit."""
        self._values.clear()
        self._inserted.clear()
        self._removed.clear()


def _detach(instance: Any) -> None:
    instance.__dict__.pop(SESSION, None)
    instance.__dict__.pop(BATCH, None)

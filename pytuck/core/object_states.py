"""What a session remembers of its objects: who they are, and what a rollback must restore."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from typing import Any
from weakref import WeakValueDictionary

from pytuck.core.instance_values import ADDED_TO, BATCH, DETACHED, SESSION, set_values
from pytuck.core.mapping import Batch, Mapper
from pytuck.core.unit_of_work import Flushed, Inserted, Pending


class _WithPassed(dict[Any, Any]):
    """The objects of a model by key, with those passed by a stream, which it does not keep."""

    def __init__(self, kept: dict[Any, Any]) -> None:
        super().__init__(kept)
        self.passed: WeakValueDictionary[Any, Any] = WeakValueDictionary()

    def __bool__(self) -> bool:
        return len(self) > 0 or bool(self.passed)

    def get(self, key: Any, default: Any = None) -> Any:
        """Return an object, whether it is kept or only still held by somebody."""
        found = super().get(key)
        return found if found is not None else self.passed.get(key, default)


class _Loaded(dict[Any, Any]):
    """What is being loaded, in front of the objects known before."""

    def __init__(self, known: dict[Any, Any]) -> None:
        super().__init__()
        self._known = known

    def get(self, key: Any, default: Any = None) -> Any:
        """Return an object, whether it was just loaded or known before."""
        found = super().get(key)
        return found if found is not None else self._known.get(key, default)


class IdentityMap:
    """The objects of one session, one for each row.

    Strong references in a plain dictionary: a `WeakValueDictionary` would double the cost of
    loading. A session lets go of its objects when it is closed. Only what a stream has passed is
    held weakly: it stays the session's object for as long as anybody else holds it.
    """

    def __init__(self, session: object) -> None:
        self._session = session
        self._by_model: dict[type, dict[Any, Any]] = {}
        self._loaded_weakly: dict[type, dict[Any, Any]] | None = None

    def __iter__(self) -> Iterator[Any]:
        for model in list(self._by_model):
            yield from self.instances_of(model)

    def of(self, model: type) -> dict[Any, Any]:
        """Return the objects of a model by key; loaders add to it."""
        known = self._by_model.get(model)
        if known is None:
            known = self._by_model[model] = {}
        if self._loaded_weakly is None:
            return known
        return self._loaded_weakly.setdefault(model, _Loaded(known))

    def add(self, instance: Any) -> None:
        """Make an object one of the session, in place of any other for its row."""
        known, key = self.of(type(instance)), instance.__mapper__.key_of(instance)
        other = known.get(key)
        if other is not None and other is not instance:
            self.evict(other)
        instance.__dict__[SESSION] = self._session
        instance.__dict__.pop(DETACHED, None)
        known[key] = instance

    def add_inserted(self, group: Inserted) -> None:
        """Make objects that were inserted together objects of the session."""
        identity, key_of = self.of(group.mapper.model), group.mapper.key_of
        name = group.mapper.key_name
        batch = Batch(group.instances) if group.mapper.relationships else None
        for instance in group.instances:
            values = instance.__dict__
            values[SESSION] = self._session
            values.pop(ADDED_TO, None)
            if batch is not None:
                values[BATCH] = batch
            identity[values[name] if name is not None else key_of(instance)] = instance

    def take_out(self, instance: Any, key: Any) -> None:
        """Forget that an object stands for the row with a key."""
        known = self.of(type(instance))
        if known.get(key) is instance:
            known.pop(key, None)
            if isinstance(known, _WithPassed):
                known.passed.pop(key, None)

    def evict(self, instance: Any) -> None:
        """Let go of an object whose row is gone, or never came to be; it stays readable."""
        self.take_out(instance, instance.__mapper__.key_of(instance))
        values = instance.__dict__
        values.pop(SESSION, None)
        values.pop(BATCH, None)
        values.pop(ADDED_TO, None)

    def evict_all(self, mapper: Mapper, instances: Iterable[Any]) -> None:
        """Let go of objects of one model whose rows are gone."""
        known, name = self.of(mapper.model), mapper.key_name
        if name is None or isinstance(known, _WithPassed):
            for instance in instances:
                self.evict(instance)
            return
        for instance in instances:
            values = instance.__dict__
            key = values.get(name)
            if known.get(key) is instance:
                del known[key]
            values.pop(SESSION, None)
            values.pop(BATCH, None)
            values.pop(ADDED_TO, None)

    def detach(self, instance: Any) -> None:
        """Let go of an object whose row remains; it can be added to a session again."""
        self.take_out(instance, instance.__mapper__.key_of(instance))
        _let_go(instance)

    def move(self, instance: Any, before: dict[str, Any]) -> None:
        """Put an object whose values were `before` under the key that it has now."""
        mapper = instance.__mapper__
        if any(name in before for name in mapper.key):
            self.take_out(instance, mapper.key_before(instance, before))
            self.of(type(instance))[mapper.key_of(instance)] = instance

    @contextlib.contextmanager
    def weakly(self) -> Iterator[None]:
        """Hold what is loaded inside, and was not known before, only weakly."""
        loaded = self._loaded_weakly = {}
        try:
            yield
        finally:
            self._loaded_weakly = None
            for model, instances in loaded.items():
                self._hold_weakly(model, instances)

    def _hold_weakly(self, model: type, instances: dict[Any, Any]) -> None:
        known = self.of(model)
        if not isinstance(known, _WithPassed):
            known = self._by_model[model] = _WithPassed(known)
        known.passed.update(instances)

    def instances_of(self, model: type) -> list[Any]:
        """Return the objects of a model, those held weakly included."""
        known = self.of(model)
        instances = list(known.values())
        if isinstance(known, _WithPassed):
            instances += list(known.passed.values())
        return instances

    def models_of(self, table: str) -> list[type]:
        """Return the models of a table that objects are known of."""
        return [
            model
            for model in self._by_model
            if self.instances_of(model) and model.__mapper__.table == table  # type: ignore[attr-defined]
        ]

    def clear(self) -> None:
        """Let go of every object; they can be added to a session again."""
        for instance in self:
            _let_go(instance)
        self._by_model.clear()


class UndoLog:
    """What was written since the last commit, so that a rollback can restore the objects.

    What was committed inside of a `storage.transaction()` stays in it, since that one may still
    be undone; but the session's own rollback goes back to that commit only.
    """

    def __init__(self) -> None:
        self._flushes: list[Flushed] = []
        self._kept = 0

    def __len__(self) -> int:
        return len(self._flushes)

    def note(self, flushed: Flushed) -> None:
        """Remember what was written together."""
        self._flushes.append(flushed)

    def restore(
        self, identity: IdentityMap, pending: Pending, since: int | None = None
    ) -> set[str]:
        """Give the objects back the state they had when the log was `since` entries long.

        Args:
            pending: What was not even written; its objects get their values back, too.
            since: If not given, the state at the last commit.

        Returns:
            The tables whose objects must be read again, because statements wrote to them.
        """
        tables: set[str] = set()
        for instance, before in pending.changed.values():
            set_values(instance, before, instance.__mapper__.containers)
        position = self._kept if since is None else since
        self._kept = min(self._kept, position)
        while len(self._flushes) > position:
            flushed = self._flushes.pop()
            take_back(flushed, identity)
            tables.update(flushed.tables)
        return tables

    def cut(self, position: int) -> None:
        """Forget what was noted since the log was `position` entries long."""
        del self._flushes[position:]

    def keep(self) -> None:
        """Begin anew, after a commit that may still be undone."""
        self._kept = len(self._flushes)

    def forget(self) -> None:
        """Begin anew, after a commit."""
        self._flushes.clear()
        self._kept = 0


def take_back(flushed: Flushed, identity: IdentityMap) -> None:
    """Give objects the state they had before they were written together."""
    for instance in flushed.deleted:
        identity.add(instance)
    for instance, before in flushed.changed:
        key = instance.__mapper__.key_of(instance)
        set_values(instance, before, instance.__mapper__.containers)
        if any(name in before for name in instance.__mapper__.key):
            identity.take_out(instance, key)
            identity.add(instance)
    for group in flushed.inserted:
        for instance in group.instances:
            identity.evict(instance)
        group.take_keys()
    for instance, name, value in reversed(flushed.filled):
        instance.__dict__[name] = value


def _let_go(instance: Any) -> None:
    values = instance.__dict__
    for entry in (SESSION, BATCH, ADDED_TO):
        values.pop(entry, None)
    values[DETACHED] = True

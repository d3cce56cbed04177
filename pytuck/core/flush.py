"""One flush: listeners are told, rows are written, objects learn what they have become."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Sequence
from typing import Any

from pytuck.backends import Connection
from pytuck.core.mapping import Mapper
from pytuck.core.object_states import IdentityMap, take_back
from pytuck.core.row_writing import delete_group, insert_group, update_group
from pytuck.core.unit_of_work import (
    Change,
    Flushed,
    Inserted,
    Pending,
    by_mapper,
    has_order,
    parents_first,
)
from pytuck.events import Listener, event


class Flush:
    """Writes what was pending when it began.

    Inserts come first, parents before children; then updates; then deletes, children before
    parents. Where rows have no such order, the foreign keys are checked at the end.
    What listeners add or change on the way is pending for the next flush, but for the changes
    that a `before_` listener makes of its own instance.

    Args:
        later: What becomes pending on the way.
    """

    def __init__(
        self, session: Any, connection: Connection, identity: IdentityMap, later: Pending
    ) -> None:
        self._session = session
        self._connection = connection
        self._identity = identity
        self._later = later
        self._automatic: list[tuple[Any, dict[str, Any], str, Any]] = []
        self.flushed = Flushed()

    def write(self, pending: Pending) -> Flushed:
        """Write everything, or nothing: the caller undoes the database's part on an error.

        Raises:
            PytuckException: What the database refused; the objects are as before.
        """
        new = by_mapper(pending.new.values())
        changed = [
            change
            for key, change in pending.changed.items()
            if key not in pending.deleted and change[1]
        ]
        deleted = by_mapper(pending.deleted.values())
        try:
            with self._foreign_keys(new, changed, deleted):
                for mapper in parents_first(new):
                    self._insert(Inserted(mapper, new[mapper]))
                self._update(changed)
                for mapper in reversed(parents_first(deleted)):
                    self._delete(mapper, deleted[mapper], pending)
        except BaseException:
            self.take_back()
            raise
        return self.flushed

    def take_back(self) -> None:
        """Give the objects the state they had before."""
        take_back(
            Flushed(self.flushed.inserted, self.flushed.changed[:0], self.flushed.deleted),
            self._identity,
        )
        for instance, before in self.flushed.changed:
            mapper = instance.__mapper__
            if any(name in before for name in mapper.key):
                self._identity.take_out(instance, mapper.key_of(instance))
                key = mapper.key_before(instance, before)
                self._identity.of(mapper.model)[key] = instance
        for instance, before, name, old in reversed(self._automatic):
            instance.__dict__[name] = old
            before.pop(name, None)

    # --- The three kinds of work ---

    def _insert(self, group: Inserted) -> None:
        mapper, instances = group.mapper, group.instances
        self._tell(mapper, "before_insert", instances)
        if mapper.version is not None:
            group.versioned = [i for i in instances if i.__dict__.get(mapper.version) is None]
            for instance in group.versioned:
                instance.__dict__[mapper.version] = 1
        self.flushed.inserted.append(group)
        insert_group(self._connection, group)
        self._identity.add_inserted(group)
        self._tell(mapper, "after_insert", instances)

    def _update(self, changed: list[Change]) -> None:
        models = by_mapper([instance for instance, _ in changed])
        if any(event.of_class(mapper.model, "before_update") for mapper in models):
            for mapper, instances in models.items():
                self._tell(mapper, "before_update", instances)
            self._take_over(changed)
        groups: dict[tuple[Mapper, tuple[str, ...]], list[Change]] = {}
        for change in changed:
            mapper = change[0].__mapper__
            if mapper.onupdate or mapper.version is not None:
                self._set_automatic(mapper, *change)
            changed_names = change[1]
            is_one = len(changed_names) == 1
            key = (mapper, tuple(changed_names if is_one else sorted(changed_names)))
            group = groups.get(key)
            if group is None:
                group = groups[key] = []
            group.append(change)
        for (mapper, names), group in groups.items():
            update_group(self._connection, mapper, names, group)
            self.flushed.changed += group
            for instance, before in group:
                self._identity.move(instance, before)
        for mapper, instances in models.items():
            self._tell(mapper, "after_update", instances)

    def _delete(self, mapper: Mapper, instances: list[Any], pending: Pending) -> None:
        self._tell(mapper, "before_delete", instances)
        for instance in instances:
            _, before = pending.changed.get(id(instance), (None, {}))
            for name in (*mapper.key, mapper.version or ""):
                if name in before:
                    instance.__dict__[name] = before[name]
            if before:
                self.flushed.changed.append((instance, before))
        delete_group(self._connection, mapper, instances)
        for instance in instances:
            self._identity.evict(instance)
        self.flushed.deleted += instances
        self._tell(mapper, "after_delete", instances)

    # --- Parts of it ---

    def _foreign_keys(
        self, new: Iterable[Mapper], changed: Sequence[Change], deleted: Iterable[Mapper]
    ) -> contextlib.AbstractContextManager[None]:
        moves_keys = any(
            name in before for instance, before in changed for name in instance.__mapper__.key
        )
        if moves_keys or not (has_order(parents_first(new)) and has_order(parents_first(deleted))):
            return self._connection.deferred_foreign_keys()
        return contextlib.nullcontext()

    def _tell(self, mapper: Mapper, name: str, instances: Sequence[Any]) -> None:
        listeners: tuple[Listener, ...] = event.of_class(mapper.model, name)
        if listeners:
            for instance in instances:
                for listener in listeners:
                    listener(instance, self._session)

    def _take_over(self, changed: list[Change]) -> None:
        """Write what listeners changed of the instances they were told about, too."""
        for instance, before in changed:
            _, later = self._later.changed.pop(id(instance), (None, {}))
            for name, old in later.items():
                before.setdefault(name, old)

    def _set_automatic(self, mapper: Mapper, instance: Any, before: dict[str, Any]) -> None:
        """Count the version up, and set the attributes that change with every change."""
        values = instance.__dict__
        for name in mapper.onupdate:
            if name not in before:
                column = mapper.by_name[name].column
                self._remember(instance, before, name)
                values[name] = column.convert(column.resolve_onupdate(), mapper.table)
        if mapper.version is not None:
            if mapper.version not in before:
                self._remember(instance, before, mapper.version)
            values[mapper.version] = (before[mapper.version] or 0) + 1

    def _remember(self, instance: Any, before: dict[str, Any], name: str) -> None:
        old = getattr(instance, name)
        self._automatic.append((instance, before, name, old))
        before[name] = old

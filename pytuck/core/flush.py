"""One flush: listeners are told, rows are written, objects learn what they have become."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from pytuck.backends import Connection
from pytuck.core.mapping import Mapper
from pytuck.core.object_states import take_back
from pytuck.core.relationships.flushing import RelatedFlush, follow_deleted, follow_written
from pytuck.core.relationships.links import with_related
from pytuck.core.relationships.related_work import RelatedChanges
from pytuck.core.row_writing import delete_group, give_keys, insert_group, update_group
from pytuck.core.stale_models import refuse_stale
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

if TYPE_CHECKING:
    from pytuck.core.session import Session
    from pytuck.core.session_state import SessionState


class Flush:
    """Writes what was pending when it began.

    Keys are given first, so that related objects can take them over; then the listeners of
    `before_` events are told; then rows are written, parents before children: of each table the
    changed rows, then the new ones; deleted rows last, children before parents. Where rows have
    no such order, the database checks foreign keys at the end. Listeners of `after_` events are
    told when everything is written.

    What listeners add or change on the way is pending for the next flush, but for the changes
    that a `before_` listener makes of its own instance.

    Args:
        state: Of the session; what is pending there becomes so on the way.
        changes: What changed in relationships.
    """

    def __init__(
        self,
        session: Session,
        state: SessionState,
        connection: Connection,
        changes: RelatedChanges,
    ) -> None:
        self._session = session
        self._connection = connection
        self._identity = state.identity
        self._related = RelatedFlush(connection, changes)
        self._later = state.pending
        self._owners: dict[int, Any] = {}
        self._automatic: list[tuple[Any, dict[str, Any], str, Any]] = []
        self.flushed = Flushed()

    def write(self, pending: Pending) -> Flushed:
        """Write everything, or nothing: the caller undoes the database's part on an error.

        Raises:
            PytuckException: What the database refused; the objects are as before.
        """
        new = by_mapper(pending.new.values())
        groups = {mapper: Inserted(mapper, new[mapper]) for mapper in parents_first(new)}
        deleted = by_mapper(pending.deleted.values())
        for mapper in (*groups, *deleted):
            refuse_stale(mapper)
        self._find_owners(pending)
        try:
            self._prepare_new(list(groups.values()), pending)
            if self._is_insert_alone(groups, pending):
                self._insert_alone(groups)
                return self.flushed
            self._related.fill_keys(self._owners.values(), pending.deleted)
            changed = self._prepare_changed(pending)
            for mapper, instances in deleted.items():
                self._tell(mapper, "before_delete", instances)
            self._write_rows(pending, groups, changed, deleted)
            self._tell_after(groups, changed, deleted)
        except BaseException:
            self.take_back()
            raise
        return self.flushed

    def take_back(self) -> None:
        """Give the objects the state they had before."""
        self._related.take_back()
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

    # --- Before anything is written ---

    def _find_owners(self, pending: Pending) -> None:
        """Find the new objects that have related ones in memory."""
        self._owners = {id(owner): owner for owner in with_related(pending.new.values())}

    def _prepare_new(self, groups: list[Inserted], pending: Pending) -> None:
        """Tell listeners of new objects, and give these their keys and first versions."""
        is_alone = not self._related and len(groups) == 1 and len(groups[0].instances) == 1
        for group in groups:
            mapper, instances = group.mapper, group.instances
            self.flushed.inserted.append(group)
            if event.of_class(mapper.model, "before_insert"):
                self._related.fill_keys(self._owners.values(), pending.deleted, is_final=False)
            if self._tell(mapper, "before_insert", instances):
                self._find_owners(pending)
            if mapper.version is not None:
                group.versioned = [i for i in instances if i.__dict__.get(mapper.version) is None]
                for instance in group.versioned:
                    instance.__dict__[mapper.version] = 1
            give_keys(self._connection, group, is_alone=is_alone)

    def _prepare_changed(self, pending: Pending) -> list[Change]:
        """Return what is to be updated, after the listeners were told of it."""
        pending.take_changes(self._later)
        if not pending.changed:
            return []
        changed = [
            change
            for key, change in pending.changed.items()
            if key not in pending.deleted and change[1]
        ]
        models = by_mapper([instance for instance, _ in changed])
        for mapper in models:
            refuse_stale(mapper)
        if any(event.of_class(mapper.model, "before_update") for mapper in models):
            for mapper, instances in models.items():
                self._tell(mapper, "before_update", instances)
            self._take_over(changed)
        for instance, before in changed:
            mapper = instance.__mapper__
            if mapper.onupdate or mapper.version is not None:
                self._set_automatic(mapper, instance, before)
        return changed

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

    # --- The rows ---

    def _is_insert_alone(self, groups: dict[Mapper, Inserted], pending: Pending) -> bool:
        """Return whether new objects of one model are all there is to write, as is most common."""
        return (
            len(groups) == 1
            and not (pending.changed or pending.deleted or self._later.changed)
            and not (self._owners or self._related)
            and all(mapper.table not in mapper.refers_to for mapper in groups)
        )

    def _insert_alone(self, groups: dict[Mapper, Inserted]) -> None:
        for group in groups.values():
            insert_group(self._connection, group)
            self._identity.add_inserted(group)
        self._tell_after(groups, [], {})

    def _write_rows(
        self,
        pending: Pending,
        groups: dict[Mapper, Inserted],
        changed: list[Change],
        deleted: dict[Mapper, list[Any]],
    ) -> None:
        updates = _by_columns(changed)
        order = parents_first(dict.fromkeys([*groups, *(mapper for mapper, _ in updates)]))
        makes_room = any(mapper in deleted for mapper in groups)
        with self._foreign_keys(order, changed, deleted, is_any_order=makes_room):
            self._related.delete_associations(pending.deleted)
            if makes_room:  # a row that goes leaves its unique values to one that comes
                self._update(updates)
                self._delete(pending, deleted)
            for mapper in order:
                if not makes_room:
                    self._update({k: v for k, v in updates.items() if k[0] is mapper})
                if mapper in groups:
                    insert_group(self._connection, groups[mapper])
                    self._identity.add_inserted(groups[mapper])
            self._related.insert_associations(self._owners, pending.deleted)
            if not makes_room:
                self._delete(pending, deleted)
        self._related.settle(self._owners.values())
        self.flushed.filled = self._related.filled

    def _update(self, updates: dict[tuple[Mapper, tuple[str, ...]], list[Change]]) -> None:
        for (mapper, names), group in updates.items():
            update_group(self._connection, mapper, names, group)
            self.flushed.changed += group
            for instance, before in group:
                self._identity.move(instance, before)

    def _delete(self, pending: Pending, deleted: dict[Mapper, list[Any]]) -> None:
        for mapper in reversed(parents_first(deleted)):
            instances = deleted[mapper]
            if pending.changed:
                self._forget_changes(mapper, instances, pending)
            delete_group(self._connection, mapper, instances)
            self._identity.evict_all(mapper, instances)
            self.flushed.deleted += instances

    def _forget_changes(self, mapper: Mapper, instances: list[Any], pending: Pending) -> None:
        """Have changed objects found by the keys and versions that their rows have."""
        for instance in instances:
            _, before = pending.changed.get(id(instance), (None, {}))
            for name in (*mapper.key, mapper.version or ""):
                if name in before:
                    instance.__dict__[name] = before[name]
            if before:
                self.flushed.changed.append((instance, before))

    def _foreign_keys(
        self,
        order: Iterable[Mapper],
        changed: Sequence[Change],
        deleted: Iterable[Mapper],
        *,
        is_any_order: bool,
    ) -> contextlib.AbstractContextManager[None]:
        moves_keys = any(
            name in before for instance, before in changed for name in instance.__mapper__.key
        )
        is_ordered = has_order(parents_first(order)) and has_order(parents_first(deleted))
        if moves_keys or is_any_order or not is_ordered:
            return self._connection.deferred_foreign_keys()
        return contextlib.nullcontext()

    # --- Listeners, and what others have in memory ---

    def _tell_after(
        self,
        groups: dict[Mapper, Inserted],
        changed: list[Change],
        deleted: dict[Mapper, list[Any]],
    ) -> None:
        for mapper, instances in deleted.items():
            follow_deleted(self._session, mapper, instances)
        for mapper, group in groups.items():
            follow_written(self._session, mapper, group.instances)
        for mapper, group in groups.items():
            self._tell(mapper, "after_insert", group.instances)
        if changed:
            for mapper, instances in by_mapper([instance for instance, _ in changed]).items():
                self._tell(mapper, "after_update", instances)
        for mapper, instances in deleted.items():
            self._tell(mapper, "after_delete", instances)

    def _tell(self, mapper: Mapper, name: str, instances: Sequence[Any]) -> bool:
        """Tell an event of each instance; return whether anybody heard it."""
        listeners: tuple[Listener, ...] = event.of_class(mapper.model, name)
        if not listeners:
            return False
        for instance in instances:
            for listener in listeners:
                listener(instance, self._session)
        return True


def _by_columns(changed: list[Change]) -> dict[tuple[Mapper, tuple[str, ...]], list[Change]]:
    """Return changes by model and by the attributes changed: each is one statement."""
    groups: dict[tuple[Mapper, tuple[str, ...]], list[Change]] = {}
    for change in changed:
        names = change[1]
        key = (change[0].__mapper__, tuple(names if len(names) == 1 else sorted(names)))
        group = groups.get(key)
        if group is None:
            group = groups[key] = []
        group.append(change)
    return groups

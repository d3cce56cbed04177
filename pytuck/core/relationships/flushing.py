"""What a session does about relationships when it writes: cascades, keys, association rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from pytuck.common.exceptions import ValidationError
from pytuck.core.mapping import SESSION, Mapper
from pytuck.core.relationships import deleting
from pytuck.core.relationships.in_step import follow, set_column
from pytuck.core.relationships.links import Kind, Link
from pytuck.core.relationships.related_list import RelatedList
from pytuck.query import Condition, Delete, Insert, and_, delete, insert, or_

_MANY_ROWS = 200
"""Association rows that one delete names; SQL limits how deep ORs nest."""

AssociationRow = tuple[tuple[str, Any], ...]


class RelatedWork:
    """The relationships of one session: what changed, and what a flush must do about it.

    Args:
        session: The session.
        open_session: Makes a session on another storage.
    """

    def __init__(self, session: Any, open_session: Callable[[Any], Any]) -> None:
        self._session = session
        self._open_session = open_session
        self._changed: dict[int, Any] = {}
        self._orphans: dict[int, tuple[Any, Link]] = {}
        self._cut: list[tuple[Link, Any]] = []
        self._filled: list[tuple[Any, str, Any]] = []
        self._beside: dict[int, Any] = {}

    def __bool__(self) -> bool:
        return bool(self._changed or self._orphans or self._cut)

    # --- What models and lists report ---

    def note(self, owner: Any) -> None:
        """Look at an owner's relationships in the next flush."""
        self._changed[id(owner)] = owner

    def note_orphan(self, item: Any, link: Link) -> None:
        """Look in the next flush whether an object that was taken from its owner has a new one."""
        if "delete-orphan" in link.cascade:
            self._orphans[id(item)] = (item, link)

    def note_cut(self, link: Link, owner: Any) -> None:
        """Delete the association rows of an owner in the next flush."""
        self._cut.append((link, link.local_key(owner)))

    def take_in(self, item: Any, link: Link) -> None:
        """Add an object to the session because its owner is in it."""
        if link.is_in_one_storage and SESSION not in item.__dict__:
            self._session.add(item)

    def loaded(self, model: type[Any], key: Any) -> Any:
        """Return the object of this session with a key, or None; nothing is read."""
        return self._session.loaded(model, key)

    def beside(self, storage: Any) -> Any:
        """Return the session itself, or its companion on another storage."""
        if storage is self._session.storage:
            return self._session
        companion = self._beside.get(id(storage))
        if companion is None:
            companion = self._beside[id(storage)] = self._open_session(storage)
        return companion

    def close(self) -> None:
        """Close the companions on other storages."""
        for companion in self._beside.values():
            companion.close()
        self._beside.clear()

    # --- The flush, in the order of its steps ---

    def cascade(self, new: dict[int, Any], deleted: dict[int, Any]) -> None:
        """Add and delete what comes along with what is added and deleted.

        Args:
            new, deleted: The session's pending objects by `id`; they grow meanwhile.
        """
        visited: set[int] = set()
        while fresh := [item for item in self._with_links(new) if id(item) not in visited]:
            for owner in fresh:
                visited.add(id(owner))
                self._take_in_members(owner)
        self._delete_orphans(new)
        done: set[int] = set()
        while fresh := [item for key, item in list(deleted.items()) if key not in done]:
            for instance in fresh:
                done.add(id(instance))
                deleting.cascade_delete(self._session, instance)

    def fill_foreign_keys(self, owners: Iterable[Any]) -> None:
        """Give objects the keys of those they refer to, which are known by now.

        Raises:
            ValidationError: One of them has no key, or an object that needs one refers to none.
        """
        for owner in owners:
            for link in _links(owner.__mapper__):
                if link.is_many_to_one and link.is_loaded(owner):
                    self._fill_reference(owner, link)

    def fill_children(self, owners: Iterable[Any]) -> None:
        """Give the children of owners the owners' keys."""
        for owner in owners:
            for link in _links(owner.__mapper__):
                if link.is_one_to_many and link.local_key(owner) is not None:
                    for child in link.members(owner):
                        self._fill(child, link.remote, owner, link.local)

    def take_filled(self) -> list[tuple[Any, str, Any]]:
        """Return, once, the columns filled in so far: object, attribute and value before."""
        filled, self._filled = self._filled, []
        return filled

    def empty_filled(self) -> None:
        """Take back what was filled in, after a flush that failed."""
        for instance, name, before in reversed(self.take_filled()):
            instance.__dict__[name] = before

    def changed(self) -> list[Any]:
        """Return the objects of the session whose relationships were changed."""
        return list(self._changed.values())

    def write_associations(self, new: Iterable[Any], execute: Callable[[Any], object]) -> None:
        """Bring the tables between models up to date."""
        added: dict[str, tuple[Any, dict[AssociationRow, None]]] = {}
        removed: dict[str, tuple[Any, dict[AssociationRow, None]]] = {}
        for owner, link, members in self._many_to_many(new):
            gone: list[Any] = []
            if members.before is None:
                fresh = list(members)
            else:
                fresh, gone = members.changes()
            _collect(added, link, owner, fresh)
            _collect(removed, link, owner, gone)
        for source, rows in removed.values():
            for portion in _portions(list(rows)):
                statement: Delete[Any] = delete(source).where(_any_row(source, portion))
                execute(statement)
        for source, rows in added.values():
            inserted: Insert[Any] = insert(source).values_list([dict(row) for row in rows])
            if rows:
                execute(inserted)
        for link, key in self._cut:
            assert link.association is not None
            between = link.association
            parts = (key,) if len(between.local) == 1 else key
            pairs = zip(between.local, parts, strict=True)
            cut: Delete[Any] = delete(between.source).where(
                and_(*(between.source.c[name] == part for name, part in pairs))
            )
            execute(cut)

    def settle(self, new: Iterable[Any]) -> None:
        """Take what was written as the present state."""
        for owner in [*new, *self._changed.values()]:
            for link in _links(owner.__mapper__):
                value = owner.__dict__.get(link.name)
                if isinstance(value, RelatedList):
                    value.settle()
        self._changed.clear()
        self._orphans.clear()
        self._cut.clear()

    def forget(self, instances: Iterable[Any]) -> None:
        """Drop what is loaded of relationships; it is read again when it is next used."""
        self._changed.clear()
        self._orphans.clear()
        self._cut.clear()
        for instance in instances:
            forget_related(instance)

    def forget_unchanged(self, instances: Iterable[Any]) -> None:
        """Drop what is loaded and has no changes to write, after rows changed unseen."""
        for instance in instances:
            if id(instance) not in self._changed:
                forget_related(instance)

    # --- How it is done ---

    def _fill_reference(self, owner: Any, link: Link) -> None:
        target = owner.__dict__[link.name]
        if target is None:
            return
        if link.remote_key(target) is None:
            raise ValidationError(
                f"{link.label} refers to {target!r}, which has no key yet. Save it first, in a "
                "session of its own storage.",
                table_name=link.owner.table,
            )
        self._fill(owner, link.local, target, link.remote)

    def _fill(
        self, instance: Any, names: tuple[str, ...], source: Any, others: tuple[str, ...]
    ) -> None:
        for name, other in zip(names, others, strict=True):
            before, value = instance.__dict__.get(name), source.__dict__[other]
            if before != value:
                if SESSION not in instance.__dict__:
                    self._filled.append((instance, name, before))
                set_column(instance, name, value)

    def _with_links(self, new: dict[int, Any]) -> Iterator[Any]:
        for item in [*new.values(), *self._changed.values()]:
            if item.__mapper__.relationships:
                yield item

    def _take_in_members(self, owner: Any) -> None:
        for link in _links(owner.__mapper__):
            if "save-update" in link.cascade and link.is_in_one_storage:
                for item in link.members(owner):
                    if SESSION not in item.__dict__:
                        self._session.add(item)

    def _delete_orphans(self, new: dict[int, Any]) -> None:
        for item, link in self._orphans.values():
            if _has_owner(item, link):
                continue
            if id(item) in new:
                del new[id(item)]
            elif SESSION in item.__dict__:
                self._session.delete(item)

    def _many_to_many(self, new: Iterable[Any]) -> Iterator[tuple[Any, Link, RelatedList]]:
        fresh = {id(item): item for item in new}
        for key, owner in {**fresh, **self._changed}.items():
            for link in _links(owner.__mapper__):
                members = owner.__dict__.get(link.name)
                if link.kind is not Kind.MANY_TO_MANY or not isinstance(members, RelatedList):
                    continue
                if key in fresh:
                    members.settle_empty()
                if members.before is not None:
                    yield owner, link, members


def forget_related(instance: Any) -> None:
    """Drop what an object has loaded of its relationships."""
    for name in instance.__mapper__.relationships:
        instance.__dict__.pop(name, None)


def follow_written(session: Any, mapper: Mapper, instances: Iterable[Any]) -> None:
    """Put objects that were just inserted into what their parents have in memory."""
    for link, parent, instance in _parents(session, mapper, instances):
        if link.is_loaded(parent):
            follow(parent, link, instance, is_new=True)


def follow_deleted(session: Any, mapper: Mapper, instances: Iterable[Any]) -> None:
    """Take objects that were just deleted out of what others have in memory."""
    gone = list(instances)
    for link, parent, instance in _parents(session, mapper, gone):
        if link.is_loaded(parent):
            follow(parent, link, instance, is_new=False)
    for link in _links(mapper):
        if link.kind is Kind.MANY_TO_MANY and link.back is not None:
            for other in session.all_loaded(link.target.model):
                if link.back.is_loaded(other):
                    for instance in gone:
                        follow(other, link.back, instance, is_new=False)


def _parents(
    session: Any, mapper: Mapper, instances: Iterable[Any]
) -> Iterator[tuple[Link, Any, Any]]:
    """Yield the parents in memory of each object, by the foreign keys it has."""
    for link in mapper.model.__storage__.models.incoming(mapper):
        if link.local != link.owner.key:
            continue
        for instance in instances:
            key = link.remote_key(instance)
            parent = None if key is None else session.loaded(link.owner.model, key)
            if parent is not None:
                yield link, parent, instance


def _links(mapper: Mapper) -> list[Link]:
    return [declared.link for declared in mapper.relationships.values()]


def _has_owner(item: Any, link: Link) -> bool:
    if link.back is not None and not link.back.is_list:
        return item.__dict__.get(link.back.name) is not None
    return link.can_be_unset and link.remote_key(item) is not None


def _collect(
    rows: dict[str, tuple[Any, dict[AssociationRow, None]]],
    link: Link,
    owner: Any,
    items: Iterable[Any],
) -> None:
    assert link.association is not None
    between = link.association
    _, found = rows.setdefault(between.source.name, (between.source, {}))
    for item in items:
        # Both sides name the same row, so it must look the same from both.
        row = {
            **_columns(between.local, owner, link.local),
            **_columns(between.remote, item, link.remote),
        }
        found[tuple(sorted(row.items()))] = None


def _columns(names: tuple[str, ...], instance: Any, attributes: tuple[str, ...]) -> dict[str, Any]:
    return {
        name: instance.__dict__[attribute]
        for name, attribute in zip(names, attributes, strict=True)
    }


def _portions(rows: list[AssociationRow]) -> Iterator[list[AssociationRow]]:
    for start in range(0, len(rows), _MANY_ROWS):
        yield rows[start : start + _MANY_ROWS]


def _any_row(source: Any, rows: list[AssociationRow]) -> Condition:
    return or_(*(and_(*(source.c[name] == value for name, value in row)) for row in rows))

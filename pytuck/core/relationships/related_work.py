"""What a session remembers of the relationships of its objects until the next flush."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from pytuck.core.instance_values import ADDED_TO, SESSION
from pytuck.core.relationships import deleting
from pytuck.core.relationships.links import Link, links_of, with_related
from pytuck.core.unit_of_work import by_mapper


@dataclass(slots=True)
class RelatedChanges:
    """What changed in relationships.

    Attributes:
        owners: Objects whose relationships were changed, by `id`.
        orphans: Objects that were taken from an owner without whom they must not be, by `id`.
        cut: Owners whose association rows all go, by their keys.
    """

    owners: dict[int, Any] = field(default_factory=dict)
    orphans: dict[int, tuple[Any, Link]] = field(default_factory=dict)
    cut: list[tuple[Link, Any]] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.owners or self.orphans or self.cut)

    def put_back(self, earlier: RelatedChanges) -> None:
        """Take in what was noted before and could not be written."""
        self.owners = {**earlier.owners, **self.owners}
        self.orphans = {**earlier.orphans, **self.orphans}
        self.cut = earlier.cut + self.cut


class RelatedWork:
    """The relationships of one session: what changed, and what comes along with what.

    Args:
        session: The session.
        open_session: Makes a session on another storage.

    Attributes:
        changes: What the next flush has to look at.
    """

    def __init__(self, session: Any, open_session: Callable[[Any], Any]) -> None:
        self.changes = RelatedChanges()
        self._session = session
        self._open_session = open_session
        self._beside: dict[int, Any] = {}

    def __bool__(self) -> bool:
        return bool(self.changes)

    # --- What models and lists report ---

    def note(self, owner: Any) -> None:
        """Look at an owner's relationships in the next flush."""
        self.changes.owners[id(owner)] = owner

    def note_orphan(self, item: Any, link: Link) -> None:
        """Look in the next flush whether an object that was taken from its owner has a new one."""
        if "delete-orphan" in link.cascade:
            self.changes.orphans[id(item)] = (item, link)

    def note_cut(self, link: Link, owner: Any) -> None:
        """Delete the association rows of an owner in the next flush."""
        self.changes.cut.append((link, link.local_key(owner)))

    def take_in(self, item: Any, link: Link) -> None:
        """Add an object to the session because its owner is in it."""
        if link.is_in_one_storage and _is_of_none(item):
            self._session.add(item)

    def loaded(self, model: type[Any], key: Any) -> Any:
        """Return the object of this session with a key, or None; nothing is read."""
        return self._session.loaded(model, key)

    # --- Sessions on other storages ---

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

    # --- What comes along ---

    def added(self, instance: Any) -> None:
        """Add what is related to an object that was just added, and so on from there."""
        waiting = [instance]
        while waiting:
            owner = waiting.pop()
            for item in self._to_take_in(owner):
                self._session.make_pending(item)
                waiting.append(item)

    def cascade(self, new: dict[int, Any], deleted: dict[int, Any]) -> None:
        """Add and delete what comes along with what is changed and deleted.

        Args:
            new, deleted: The session's pending objects by `id`; they grow meanwhile.
        """
        for owner in with_related([*new.values(), *self.changes.owners.values()]):
            if id(owner) not in deleted:
                self.added(owner)
        self._delete_orphans(new)
        done: set[int] = set()
        while fresh := [item for key, item in list(deleted.items()) if key not in done]:
            done.update(map(id, fresh))
            for mapper, instances in by_mapper(fresh).items():
                if mapper.relationships:
                    deleting.cascade_delete(self._session, mapper, instances)

    def along(self, instance: Any, cascade: str) -> list[Any]:
        """Return an object and those that a cascade reaches from it, as far as they are loaded."""
        found = {id(instance): instance}
        waiting = [instance]
        while waiting:
            owner = waiting.pop()
            for link in links_of(owner.__mapper__):
                if cascade in link.cascade:
                    fresh = [item for item in link.members(owner) if id(item) not in found]
                    found.update((id(item), item) for item in fresh)
                    waiting.extend(fresh)
        return list(found.values())

    def forget(self, instances: Iterable[Any]) -> None:
        """Drop what is loaded of relationships; it is read again when it is next used."""
        self.changes = RelatedChanges()
        for instance in instances:
            forget_related(instance)

    def forget_unchanged(self, instances: Iterable[Any]) -> None:
        """Drop what is loaded and has no changes to write, after rows changed unseen."""
        for instance in instances:
            if id(instance) not in self.changes.owners:
                forget_related(instance)

    def forget_one(self, instance: Any, names: Iterable[str]) -> None:
        """Drop some of what is loaded of an object's relationships, and its changes."""
        for name in names:
            if name in instance.__mapper__.relationships:
                instance.__dict__.pop(name, None)
        if not any(name in instance.__dict__ for name in instance.__mapper__.relationships):
            self.changes.owners.pop(id(instance), None)

    def _to_take_in(self, owner: Any) -> Iterator[Any]:
        for link in links_of(owner.__mapper__):
            if "save-update" in link.cascade and link.is_in_one_storage:
                yield from (item for item in link.members(owner) if _is_of_none(item))

    def _delete_orphans(self, new: dict[int, Any]) -> None:
        for item, link in self.changes.orphans.values():
            if _has_owner(item, link):
                continue
            if id(item) in new:
                self._session.forget_new(item)
            elif SESSION in item.__dict__:
                self._session.delete(item)


def forget_related(instance: Any) -> None:
    """Drop what an object has loaded of its relationships."""
    for name in instance.__mapper__.relationships:
        instance.__dict__.pop(name, None)


def _is_of_none(item: Any) -> bool:
    return SESSION not in item.__dict__ and ADDED_TO not in item.__dict__


def _has_owner(item: Any, link: Link) -> bool:
    if link.back is not None and not link.back.is_list:
        return item.__dict__.get(link.back.name) is not None
    return link.can_be_unset and link.remote_key(item) is not None

"""Keeping both sides of a relationship the same in memory, and noting what a flush must write.

Setting one side changes the other side if that is in memory; nothing is loaded for its sake. The
foreign key follows at once where the owner's key is known, and in the flush where it is not.
"""

from __future__ import annotations

from typing import Any

from pytuck.core.instance_values import SESSION, session_of
from pytuck.core.relationships.links import Kind, Link
from pytuck.core.relationships.related_list import RelatedList


class ListInStep(RelatedList):
    """A list whose changes the other side of the relationship follows."""

    __slots__ = ()

    def _item_added(self, item: Any) -> None:
        owner, link = self.owner, self.link
        if link.kind is Kind.ONE_TO_MANY:
            _move_from_old_owner(owner, link, item)
            _set_child_keys(owner, link, item)
        _join(owner, link, item)
        note(owner)

    def _item_removed(self, item: Any) -> None:
        owner, link = self.owner, self.link
        leave(owner, link, item)
        if link.kind is Kind.ONE_TO_MANY:
            _unset_child_keys(link, item)
            _note_orphan(owner, link, item)
        note(owner)


def replace_list(owner: Any, link: Link, items: list[Any]) -> None:
    """Make `items` the objects related to an owner.

    Raises:
        ValidationError: One of them is no object of the target.
    """
    current = owner.__dict__.get(link.name)
    if current is items:
        return
    if current is None:
        if SESSION not in owner.__dict__:
            owner.__dict__[link.name] = ListInStep.make(owner, link)
        current = getattr(owner, link.name)  # loads it
    current[:] = items


def replace_one(owner: Any, link: Link, value: Any) -> None:
    """Make `value` the one object related to an owner, or None.

    Raises:
        ValidationError: It is no object of the target.
    """
    if value is not None:
        link.check(value)
    before = _present_one(owner, link)
    if before is value and link.name in owner.__dict__:
        _write_keys(owner, link, value)
        return
    owner.__dict__[link.name] = value
    if before is not None and before is not value:
        leave(owner, link, before)
    if link.kind is Kind.ONE_TO_MANY:
        _note_one(owner, link, before)
    if value is None:
        _clear_keys(owner, link)
    else:
        _write_keys(owner, link, value)
        _join(owner, link, value)
    note(owner)


def note(owner: Any) -> None:
    """Have the owner's session look at its relationships in the next flush."""
    session = owner.__dict__.get(SESSION)
    if session is not None:
        session.relations.note(owner)


def set_column(instance: Any, name: str, value: Any) -> None:
    """Set a column of a foreign key without touching the relationship that stands on it."""
    values = instance.__dict__
    before = values.get(name)
    if before == value and name in values:
        return
    session = values.get(SESSION)
    if session is not None:
        session.note_change(instance, name, value)
    values[name] = value


def key_changed(instance: Any, name: str, before: Any) -> None:
    """Follow a column of a foreign key that the user set: what stood on it is outdated."""
    mapper, session = instance.__mapper__, session_of(instance)
    for relationship in mapper.relationships.values():
        link = relationship.link_if_known()
        if link is not None and link.is_many_to_one and name in link.local:
            old = instance.__dict__.pop(link.name, None)
            if old is not None:
                leave(instance, link, old)
    if session is None:
        return
    for link in mapper.model.__storage__.models.incoming(mapper):
        if name not in link.remote or len(link.remote) > 1:
            continue
        for key, is_new in ((before, False), (instance.__dict__.get(name), True)):
            _update_parent(session, link, key, instance, is_new=is_new)


def _update_parent(session: Any, link: Link, key: Any, child: Any, *, is_new: bool) -> None:
    parent = (
        session.relations.loaded(link.owner.model, key) if link.local == link.owner.key else None
    )
    if parent is None or link.name not in parent.__dict__:
        return
    follow(parent, link, child, is_new=is_new)


def follow(owner: Any, link: Link, item: Any, *, is_new: bool) -> None:
    """Bring what an owner has in memory up to date with a row that changed.

    Args:
        is_new: `item` belongs to the owner now; otherwise it does no more.
    """
    members = owner.__dict__.get(link.name)
    if isinstance(members, RelatedList) and not (is_new and link.order_by):
        was_clean = members.before is None
        (members.put if is_new else members.take)(item)
        if was_clean:
            members.settle()  # the row says it already; there is nothing to write
    elif isinstance(members, RelatedList) or (members is item) != is_new:
        del owner.__dict__[link.name]


def _join(owner: Any, link: Link, item: Any) -> None:
    """Tell the other side that it has a new related object; take it into the session."""
    back = link.back
    if back is not None:
        _tell(item, back, owner)
    session = session_of(owner)
    if session is not None and "save-update" in link.cascade:
        session.relations.take_in(item, link)
    session = session_of(item)
    if session is not None and back is not None and "save-update" in back.cascade:
        session.relations.take_in(owner, back)


def _tell(item: Any, back: Link, owner: Any) -> None:
    values = item.__dict__
    if not back.is_list:
        values[back.name] = owner
        return
    members = values.get(back.name)
    if members is None:
        if SESSION in values or item.__mapper__.key_of(item) is not None:
            return  # it is loaded when it is read, with what was flushed until then
        members = values[back.name] = ListInStep.make(item, back)
    members.put(owner)
    if back.kind is Kind.MANY_TO_MANY:
        note(item)


def leave(owner: Any, link: Link, item: Any) -> None:
    """Tell the other side that it lost a related object."""
    back = link.back
    if back is None:
        return
    values = item.__dict__
    if back.is_list:
        members = values.get(back.name)
        if isinstance(members, RelatedList):
            members.take(owner)
            note(item)
    elif values.get(back.name) is owner:
        values[back.name] = None


def _move_from_old_owner(owner: Any, link: Link, item: Any) -> None:
    back = link.back
    old = item.__dict__.get(back.name) if back is not None else None
    if old is None:
        session, key = item.__dict__.get(SESSION), link.remote_key(item)
        if session is not None and key is not None and link.local == link.owner.key:
            old = session.relations.loaded(link.owner.model, key)
    if old is None or old is owner:
        return
    members = old.__dict__.get(link.name)
    if isinstance(members, RelatedList):
        members.take(item)
    elif members is item:
        old.__dict__[link.name] = None


def _present_one(owner: Any, link: Link) -> Any:
    """Return the one object related so far, loading it only where it must be told."""
    if link.name in owner.__dict__:
        return owner.__dict__[link.name]
    session = owner.__dict__.get(SESSION)
    if session is None:
        return None
    if link.is_many_to_one:
        key = link.local_key(owner)
        by_key = key is not None and link.remote == link.target.key
        return session.relations.loaded(link.target.model, key) if by_key else None
    return getattr(owner, link.name)  # loads it


def _note_one(owner: Any, link: Link, before: Any) -> None:
    """Let go of the one child an owner had."""
    if before is not None:
        _unset_child_keys(link, before)
        _note_orphan(owner, link, before)


def _write_keys(owner: Any, link: Link, value: Any) -> None:
    if value is None or link.kind is Kind.MANY_TO_MANY:
        return
    if link.is_many_to_one:
        if link.remote_key(value) is None:
            _clear_keys(owner, link)  # the flush gives the new one
        else:
            for name, other in zip(link.local, link.remote, strict=True):
                set_column(owner, name, value.__dict__[other])
    else:
        _move_from_old_owner(owner, link, value)
        _set_child_keys(owner, link, value)


def _clear_keys(owner: Any, link: Link) -> None:
    if link.is_many_to_one and link.can_be_unset:
        for name in link.local:
            set_column(owner, name, None)


def _set_child_keys(owner: Any, link: Link, item: Any) -> None:
    if link.local_key(owner) is None:
        _unset_child_keys(link, item)  # the flush gives the new one
        return
    for name, other in zip(link.local, link.remote, strict=True):
        set_column(item, other, owner.__dict__[name])


def _unset_child_keys(link: Link, item: Any) -> None:
    if link.can_be_unset:
        for name in link.remote:
            set_column(item, name, None)


def _note_orphan(owner: Any, link: Link, item: Any) -> None:
    session = session_of(owner) or session_of(item)
    if session is not None:
        session.relations.note_orphan(item, link)

"""What a deleted object does to those related to it."""

from __future__ import annotations

from typing import Any

from pytuck.core.instance_values import SESSION
from pytuck.core.relationships import loading
from pytuck.core.relationships.in_step import follow, leave, set_column
from pytuck.core.relationships.links import Kind, Link, links_of


def cascade_delete(session: Any, instance: Any) -> None:
    """Delete what goes with an object, and untie what stays.

    Its children are deleted with it under the cascade `delete`; the others get NULL for the key,
    where their column may have it. The database refuses the rest, if the key is a real one.
    """
    for declared in instance.__mapper__.relationships.values():
        link: Link = declared.link
        if link.kind is Kind.MANY_TO_MANY:
            session.relations.note_cut(link, instance)
        if not link.is_in_one_storage:
            continue
        if "delete" in link.cascade:
            for item in _members(instance, link, session):
                _delete(session, item)
        elif link.is_one_to_many and link.can_be_unset:
            for child in _members(instance, link, session):
                _untie(child, link)


def untie_new(session: Any, instance: Any) -> None:
    """Take a new object that will not be written out of what others have in memory."""
    mapper = instance.__mapper__
    for link in links_of(mapper):
        for item in list(link.members(instance)):
            leave(instance, link, item)
    for link in mapper.model.__storage__.models.incoming(mapper):
        for owner in session.all_loaded(link.owner.model):
            if link.is_loaded(owner):
                follow(owner, link, instance, is_new=False)


def _members(instance: Any, link: Link, session: Any) -> list[Any]:
    loading.load_with_siblings(instance, link, session)
    return list(link.members(instance))


def _delete(session: Any, item: Any) -> None:
    if SESSION in item.__dict__:
        session.delete(item)
    else:
        session.forget_new(item)


def _untie(child: Any, link: Link) -> None:
    for name in link.remote:
        set_column(child, name, None)
    if link.back is not None and not link.back.is_list:
        child.__dict__[link.back.name] = None

"""What a deleted object does to those related to it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pytuck.core.instance_values import SESSION
from pytuck.core.mapping import Mapper
from pytuck.core.relationships import loading
from pytuck.core.relationships.in_step import follow, leave, set_column
from pytuck.core.relationships.links import Kind, Link, links_of


def cascade_delete(session: Any, mapper: Mapper, instances: Sequence[Any]) -> None:
    """Delete what goes with objects of one model, and untie what stays.

    Their children are deleted with them under the cascade `delete`; the others get NULL for the
    key, where their column may have it. The database refuses the rest, if the key is a real one.
    """
    for link in links_of(mapper):
        if link.kind is Kind.MANY_TO_MANY:
            for instance in instances:
                session.relations.note_cut(link, instance)
        is_deleted_along = "delete" in link.cascade
        is_untied = link.is_one_to_many and link.can_be_unset
        if not link.is_in_one_storage or not (is_deleted_along or is_untied):
            continue
        own = [item for item in instances if item.__dict__.get(SESSION) is session]
        loading.load(link, own, session)
        for instance in instances:
            for item in list(link.members(instance)):
                if is_deleted_along:
                    _delete(session, item)
                else:
                    _untie(item, link)


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

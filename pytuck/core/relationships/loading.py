"""Reading related objects, for as many owners at once as came into memory together.

So iterating over the rows of a question and touching a relationship of each costs one statement
more, not one for each row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from pytuck.common.exceptions import QueryError
from pytuck.core.instance_values import BATCH, SESSION, session_of
from pytuck.core.relationships.in_step import ListInStep
from pytuck.core.relationships.links import Kind, Link
from pytuck.query import Expression, Ordering, Select, and_, or_, select

_open_session: Callable[[Any], Any]
"""Makes a session on a storage, for objects that have none; `pytuck.core` sets it."""

_MANY_CONDITIONS = 200
"""Owners with a composite key that one statement asks for; SQL limits how deep ORs nest."""


def use_sessions(open_session: Callable[[Any], Any]) -> None:
    """Say how a session is made; sessions stand on relationships, so they cannot be imported."""
    global _open_session  # noqa: PLW0603 - set once, when the package is imported
    _open_session = open_session


def load_lazily(instance: Any, link: Link) -> Any:
    """Return what is related to an instance, reading it for all that were loaded with it.

    Raises:
        QueryError: Its loading is forbidden by `raiseload` or `lazy="raise"`.
    """
    values = instance.__dict__
    batch = values.get(BATCH)
    rule = link.lazy if batch is None else batch.rule(link.name) or link.lazy
    if rule == "raise":
        raise QueryError(
            f"{link.label} is not loaded, and loading it by itself is forbidden (raiseload). Ask "
            f"for it in the question: options(selectinload('{link.name}')).",
            table_name=link.owner.table,
        )
    if rule != "noload":
        load_with_siblings(instance, link, session_of(instance))
    if link.name not in values:
        values[link.name] = ListInStep.make(instance, link) if link.is_list else None
    return values[link.name]


def load_with_siblings(instance: Any, link: Link, session: Any) -> None:
    """Read what is related to an instance and to those of its session it was loaded with."""
    if link.is_loaded(instance):
        return
    if session is not None and SESSION not in instance.__dict__:
        with session.no_autoflush:  # reading must not write an object that is not ready yet
            load(link, [instance], session)
        return
    batch = instance.__dict__.get(BATCH)
    siblings = (instance,) if batch is None else batch.instances
    load(link, [item for item in siblings if item.__dict__.get(SESSION) is session], session)


def load(link: Link, owners: Iterable[Any], session: Any) -> None:
    """Read what is related to those of `owners` that do not have it in memory.

    Args:
        session: The owners' session; None reads objects that belong to none.
    """
    waiting = [owner for owner in owners if link.name not in owner.__dict__]
    if waiting:
        _LOADERS[link.kind](link, waiting, session)


def _load_references(link: Link, owners: list[Any], session: Any) -> None:
    keys = {key for owner in owners if (key := link.local_key(owner)) is not None}
    found: dict[Any, Any] = {}
    if session is not None and link.remote == link.target.key and link.is_in_one_storage:
        loaded = ((key, session.relations.loaded(link.target.model, key)) for key in keys)
        found = {key: target for key, target in loaded if target is not None}
        keys -= found.keys()
    for target in _select(link, keys, session):
        found[link.remote_key(target)] = target
    back = link.back if link.back is not None and not link.back.is_list else None
    for owner in owners:
        target = owner.__dict__[link.name] = found.get(link.local_key(owner))
        if back is not None and target is not None:
            target.__dict__.setdefault(back.name, owner)


def _load_children(link: Link, owners: list[Any], session: Any) -> None:
    if link.is_list and link.local == link.owner.key and len(link.local) == 1:
        _load_lists(link, owners, session)
    else:
        _load_any_children(link, owners, session)


def _load_lists(link: Link, owners: list[Any], session: Any) -> None:
    """Read the lists of owners that are told apart by one key: the usual case, made fast."""
    local, remote, name = link.local[0], link.remote[0], link.name
    back = link.back.name if link.back is not None and not link.back.is_list else None
    append, make = list.append, ListInStep.make
    by_key: dict[Any, Any] = {}
    for owner in owners:
        values = owner.__dict__
        values[name] = by_key[values[local]] = make(owner, link)
    by_key.pop(None, None)
    for child in _select(link, by_key, session):
        values = child.__dict__
        members = by_key.get(values[remote])
        if members is not None:
            append(members, child)
            if back is not None:
                values[back] = members.owner


def _load_any_children(link: Link, owners: list[Any], session: Any) -> None:
    by_key: dict[Any, list[Any]] = {}
    for owner in owners:
        key = link.local_key(owner)
        if key is not None:
            by_key[key] = []
    remote = link.remote[0] if len(link.remote) == 1 else None
    for child in _select(link, by_key.keys(), session):
        key = child.__dict__.get(remote) if remote else link.remote_key(child)
        if key in by_key:
            by_key[key].append(child)
    back = link.back.name if link.back is not None and not link.back.is_list else None
    for owner in owners:
        children = by_key.get(link.local_key(owner), ())
        if back is not None:
            for child in children:
                child.__dict__[back] = owner
        _put(owner, link, children)


def _load_many_to_many(link: Link, owners: list[Any], session: Any) -> None:
    assert link.association is not None
    by_key: dict[Any, list[Any]] = {}
    for owner in owners:
        key = link.local_key(owner)
        if key is not None:
            by_key[key] = []
    between = link.association.source.c
    columns = [between[name] for name in link.association.local]
    is_single = len(columns) == 1
    for keys in _portions(by_key.keys(), is_single=is_single):
        _, (_, condition) = link.join(link.owner.model, link.target.model)
        question: Any = select(link.target.model, *columns)
        statement = question.join(link.association.source, condition).where(_one_of(columns, keys))
        for target, *key in fetch(_ordered(statement, link), session, link):
            by_key[key[0] if is_single else tuple(key)].append(target)
    for owner in owners:
        _put(owner, link, by_key.get(link.local_key(owner), ()))


_LOADERS: dict[Kind, Callable[[Link, list[Any], Any], None]] = {
    Kind.MANY_TO_ONE: _load_references,
    Kind.ONE_TO_MANY: _load_children,
    Kind.MANY_TO_MANY: _load_many_to_many,
}


def fetch(statement: Select[Any], session: Any, link: Link) -> list[Any]:
    """Return the answer to a question about a link's target, in the session of its storage."""
    storage = link.target.model.__storage__
    if session is not None:
        found: list[Any] = session.relations.beside(storage).execute(statement).all()
        return found
    passing = _open_session(storage)
    try:
        detached: list[Any] = passing.execute(statement).all()
    finally:
        passing.close()
    return detached


def _select(link: Link, keys: Iterable[Any], session: Any) -> list[Any]:
    """Return the targets whose remote attributes have one of the keys."""
    model = link.target.model
    columns = [getattr(model, name) for name in link.remote]
    found: list[Any] = []
    for portion in _portions(keys, is_single=len(columns) == 1):
        statement = select(model).where(_one_of(columns, portion))
        found.extend(fetch(_ordered(statement, link), session, link))
    return found


def _portions(keys: Iterable[Any], *, is_single: bool) -> list[list[Any]]:
    wanted = list(keys)
    if is_single:
        return [wanted] if wanted else []
    starts = range(0, len(wanted), _MANY_CONDITIONS)
    return [wanted[start : start + _MANY_CONDITIONS] for start in starts]


def _one_of(columns: Sequence[Expression[Any]], keys: list[Any]) -> Expression[bool]:
    if len(columns) == 1:
        return columns[0].in_(keys)
    return or_(
        *(
            and_(*(column == part for column, part in zip(columns, key, strict=True)))
            for key in keys
        )
    )


def _ordered(statement: Select[Any], link: Link) -> Select[Any]:
    keys: list[Expression[Any] | Ordering] = [
        getattr(link.target.model, key) if isinstance(key, str) else key for key in link.order_by
    ]
    return statement.order_by(*keys) if keys else statement


def _put(owner: Any, link: Link, items: Sequence[Any]) -> None:
    if link.is_list:
        owner.__dict__[link.name] = ListInStep.make(owner, link, items)
        return
    if len(items) > 1:
        raise QueryError(
            f"{link.label} is to hold one object, but {len(items)} rows of "
            f"'{link.target.table}' belong to {owner!r}.",
            table_name=link.target.table,
        )
    owner.__dict__[link.name] = items[0] if items else None

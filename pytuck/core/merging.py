"""Bringing the values of an object from elsewhere into a session."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from pytuck.common.exceptions import QueryError, StaleDataError
from pytuck.core.instance_values import DETACHED, SESSION, current_value, set_values
from pytuck.core.mapping import Mapper
from pytuck.core.models import PureBaseModel
from pytuck.schema import MISSING

if TYPE_CHECKING:
    from pytuck.core.session import Session

M = TypeVar("M", bound=PureBaseModel)


def merge(session: Session, instance: M, *, load: bool) -> M:
    """Return the session's object for the row of `instance`, with its values; see `Session`."""
    if instance in session:
        return instance
    mapper = instance.__mapper__
    key = mapper.key_of(instance)
    has_key = bool(mapper.key) and None not in (key if isinstance(key, tuple) else (key,))
    if not load:
        return _without_loading(session, instance, key if has_key else None)
    known: M | None = session.get(type(instance), key) if has_key else None
    if known is None:
        is_of_none = SESSION not in instance.__dict__ and DETACHED not in instance.__dict__
        new = instance if is_of_none else _copy(instance)
        session.add(new)
        return new
    _refuse_other_version(mapper, instance, known)
    for name in mapper.by_name:
        value = current_value(instance, name)
        if value is not MISSING and name not in mapper.key and name != mapper.version:
            setattr(known, name, value)
    return known


def _without_loading(session: Session, instance: M, key: Any) -> M:
    owner = instance.__dict__.get(SESSION)
    if key is None or (owner is not None and owner.is_modified(instance)):
        raise QueryError(
            f"{instance!r} has no key or unsaved changes, so its values are not what is stored; "
            "merge it with load=True."
        )
    known: M | None = session._identity.of(type(instance)).get(key)
    if known is None:
        known = _copy(instance)
        session._identity.add(known)
        return known
    if not session.is_modified(known):
        set_values(known, _values(instance), instance.__mapper__.containers)
    return known


def _copy(instance: M) -> M:
    """Return an instance of no session with the same values."""
    twin = type(instance).__new__(type(instance))
    set_values(twin, _values(instance), instance.__mapper__.containers)
    return twin


def _values(instance: Any) -> dict[str, Any]:
    return {name: current_value(instance, name) for name in instance.__mapper__.by_name}


def _refuse_other_version(mapper: Mapper, instance: Any, known: Any) -> None:
    if mapper.version is None:
        return
    expected, found = getattr(instance, mapper.version), getattr(known, mapper.version)
    if expected is not None and expected != found:
        raise StaleDataError(
            f"{mapper.model.__name__} with the key {mapper.key_of(known)!r} (table "
            f"'{mapper.table}') has the version {found!r}, not {expected!r}; somebody else "
            "changed it. Read it again.",
            table_name=mapper.table,
            pk=mapper.key_of(known),
            details={"expected_version": expected},
        )

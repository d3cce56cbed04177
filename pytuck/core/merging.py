"""Bringing the values of an object from elsewhere into a session."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from pytuck.common.exceptions import QueryError, StaleDataError
from pytuck.core.instance_values import (
    ADDED_TO,
    DETACHED,
    SESSION,
    current_value,
    set_values,
)
from pytuck.core.mapping import Mapper
from pytuck.core.models import PureBaseModel
from pytuck.core.object_copies import copy_of_columns, values_of
from pytuck.core.relationships.links import links_of
from pytuck.core.relationships.loading import put_loaded
from pytuck.schema import MISSING

if TYPE_CHECKING:
    from pytuck.core.session import Session

M = TypeVar("M", bound=PureBaseModel)


class Merge:
    """One merge: an object, and those that the cascade `merge` reaches from it.

    Args:
        session: Where the values go.
        load: Read the rows first. If false, the values are taken for what is stored.
    """

    def __init__(self, session: Session, *, load: bool) -> None:
        self._session = session
        self._load = load
        self._merged: dict[int, Any] = {}

    def merge(self, instance: M) -> M:
        """Return the session's object for the row of `instance`, with its values.

        Raises:
            StaleDataError: The row has another version than the object.
            QueryError: Nothing is to be loaded, and the object has unsaved changes or no key.
        """
        if instance in self._session:
            return instance
        known: M | None = self._merged.get(id(instance))
        if known is None:
            known = self._merged[id(instance)] = self._of_session(instance)
            self._merge_related(instance, known)
            if known not in self._session:
                self._session.add(known)
        return known

    def _of_session(self, instance: M) -> M:
        session, mapper = self._session, instance.__mapper__
        key = mapper.key_of(instance)
        has_key = bool(mapper.key) and None not in (key if isinstance(key, tuple) else (key,))
        if not self._load:
            return _without_loading(session, instance, key if has_key else None)
        known: M | None = session.get(type(instance), key) if has_key else None
        if known is None:
            is_of_none = not instance.__dict__.keys() & {SESSION, DETACHED, ADDED_TO}
            return instance if is_of_none else copy_of_columns(instance)
        _refuse_other_version(mapper, instance, known)
        for name in mapper.by_name:
            value = current_value(instance, name)
            if value is not MISSING and name not in mapper.key and name != mapper.version:
                setattr(known, name, value)
        return known

    def _merge_related(self, instance: Any, known: Any) -> None:
        related = [
            (link, list(link.members(instance)))
            for link in links_of(instance.__mapper__)
            if "merge" in link.cascade and link.is_loaded(instance)
        ]
        if known is instance:  # only the session's objects may come along with it
            for link, _ in related:
                del instance.__dict__[link.name]
        for link, members in related:
            merged = [self.merge(item) for item in members]
            if not self._load:
                put_loaded(known, link, merged)
            elif link.is_list:
                setattr(known, link.name, merged)
            else:
                setattr(known, link.name, merged[0] if merged else None)


def _without_loading(session: Session, instance: M, key: Any) -> M:
    owner = instance.__dict__.get(SESSION)
    if key is None or (owner is not None and owner.is_modified(instance)):
        raise QueryError(
            f"{instance!r} has no key or unsaved changes, so its values are not what is stored; "
            "merge it with load=True."
        )
    known: M | None = session.state.identity.of(type(instance)).get(key)
    if known is None:
        known = copy_of_columns(instance)
        session.state.identity.add(known)
        return known
    if not session.is_modified(known):
        set_values(known, values_of(instance), instance.__mapper__.containers)
    return known


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

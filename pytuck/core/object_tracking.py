"""How objects come into a session, how their changes are noticed, and how they are expired."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from pytuck.common.exceptions import QueryError, RecordNotFoundError
from pytuck.core.instance_values import (
    ADDED_TO,
    DETACHED,
    SESSION,
    as_read,
    current_value,
    drop_values,
    session_of,
)
from pytuck.core.mapping import Mapper
from pytuck.core.models import PureBaseModel
from pytuck.core.unit_of_work import Pending
from pytuck.schema import MISSING
from pytuck.types import ColumnType
from pytuck.types.tracked import untracked

if TYPE_CHECKING:
    from pytuck.core.session_contents import SessionContents
    from pytuck.core.session_state import SessionState
    from pytuck.core.statement_runner import StatementRunner


class ObjectTracker:
    """Follows the objects of one session.

    Args:
        session: The session they belong to.
        state: What the session remembers.
        statements: Reads the rows of expired objects.
    """

    def __init__(
        self, session: SessionContents, state: SessionState, statements: StatementRunner
    ) -> None:
        self._session = session
        self._state = state
        self._statements = statements

    def require_own(self, instance: Any) -> None:
        """Refuse an object that is not of this session.

        Raises:
            QueryError: It is not.
        """
        if not isinstance(instance, PureBaseModel) or instance.__dict__.get(SESSION) is not (
            self._session
        ):
            raise QueryError(f"{instance!r} was not loaded by this session.")

    def refuse_foreign(self, instance: Any) -> None:
        """Refuse an object of another session.

        Raises:
            QueryError: It is, or it is no instance of a model.
        """
        if not isinstance(instance, PureBaseModel):
            raise QueryError(f"{instance!r} is no instance of a model.")
        owner = session_of(instance)
        if owner is not None and owner is not self._session:
            raise QueryError(f"{instance!r} belongs to another session; close that one first.")

    def add(self, instance: Any) -> None:
        """Make an instance pending; it is of no other session."""
        pending, values = self._state.pending, instance.__dict__
        if pending.deleted:
            pending.deleted.pop(id(instance), None)
        if SESSION in values:
            return
        if DETACHED in values:
            self.attach(instance)
            self._write_all(instance)
        elif self._state.flushing is None or id(instance) not in self._state.flushing.new:
            pending.new[id(instance)] = instance
            values[ADDED_TO] = self._session
        if not instance.__mapper__.relationship_names.isdisjoint(values):
            self._state.relations.added(instance)

    def delete(self, instance: Any) -> None:
        """Have an object's row deleted, unless that is being done already."""
        self.require_own(instance)
        flushing = self._state.flushing
        if flushing is None or id(instance) not in flushing.deleted:
            self._state.pending.deleted[id(instance)] = instance

    def attach(self, instance: Any) -> None:
        """Take over an object of a session that is closed."""
        mapper = instance.__mapper__
        key = mapper.key_of(instance)
        if self._state.identity.of(mapper.model).get(key) is not None:
            raise QueryError(
                f"{instance!r} cannot be added: the session has another object for its row. "
                "Use merge()."
            )
        self._state.identity.add(instance)

    def _write_all(self, instance: Any) -> None:
        """Have all values of an object written, since nobody watched it meanwhile."""
        mapper = instance.__mapper__
        present = {
            name: value
            for name in mapper.by_name
            if name not in mapper.key and (value := current_value(instance, name)) is not MISSING
        }
        if present:
            self._state.pending.changed[id(instance)] = (instance, present)

    def note_change(self, instance: Any, name: str, new: Any) -> None:
        """Remember the old value of an attribute that is being set; models call this."""
        mapper, changed = instance.__mapper__, self._state.pending.changed
        values = instance.__dict__
        kind = mapper.by_name[name].column.type
        if name in mapper.containers:
            old, new = current_value(instance, name), untracked(new)
        else:
            old = values.get(name, MISSING)
        known = changed.get(id(instance))
        if known is None:
            if not _are_same(kind, old, new):
                changed[id(instance)] = (instance, {name: old})
            return
        before = known[1]
        if name not in before:
            if not _are_same(kind, old, new):
                before[name] = old
        elif _are_same(kind, before[name], new):
            del before[name]
            if not before:
                del changed[id(instance)]

    def note_change_in_place(self, instance: Any, name: str, value: Any) -> None:
        """Remember a list or dictionary that is about to be changed; it calls this itself."""
        _, before = self._state.pending.changed.setdefault(id(instance), (instance, {}))
        if name not in before:
            before[name] = untracked(value)

    def mark_changed(self, instance: Any, name: str) -> None:
        """Have an attribute written by the next flush, whether or not it was changed.

        Raises:
            QueryError: The object has no such attribute.
        """
        if name not in instance.__mapper__.by_name:
            raise QueryError(f"{type(instance).__name__} has no attribute {name}.")
        _, before = self._state.pending.changed.setdefault(id(instance), (instance, {}))
        getattr(instance, name)
        before.setdefault(name, current_value(instance, name))

    def forget(self, instance: Any, names: Iterable[str]) -> None:
        """Expire attributes, and with them their unsaved changes."""
        key = instance.__mapper__.key
        changed = self._state.pending.changed.get(id(instance))
        if changed is not None:
            for name in names:
                old = changed[1].pop(name, MISSING)
                if name in key and old is not MISSING:
                    instance.__dict__[name] = old
            if not changed[1]:
                del self._state.pending.changed[id(instance)]
        drop_values(instance, [name for name in names if name not in key])
        self._state.relations.forget_one(instance, names)

    def expire(self, instance: Any, names: list[str]) -> None:
        """Expire attributes, and all of the objects that come along."""
        along = self._along(instance, "refresh-expire", names)
        self.forget(instance, names)
        for item in along:
            self.forget(item, names_of(item, None))

    def refresh(self, instance: Any, names: list[str]) -> None:
        """Read attributes again, and all of the objects that come along."""
        items = [instance, *self._along(instance, "refresh-expire", names)]
        fresh = [self._statements.fetch(item) for item in items]
        for item, new in zip(items, fresh, strict=True):
            self.forget(item, names if item is instance else names_of(item, None))
            fill_in(item, new)

    def is_there(self, known: Any, mapper: Mapper) -> bool:
        """Return whether an object the session knows has a row still, as far as it can tell."""
        if id(known) in self._state.pending.deleted:
            return False
        if len(known.__dict__) > len(mapper.by_name):
            return True
        try:
            self.load_expired(known)
        except RecordNotFoundError:
            self._state.identity.evict(known)
            return False
        return True

    def load_expired(self, instance: Any) -> None:
        """Read the attributes that an instance has not at hand."""
        fill_in(instance, self._statements.fetch(instance))

    def _along(self, instance: Any, cascade: str, names: list[str]) -> list[Any]:
        """Return the objects of this session that a cascade reaches, but for the first."""
        if not instance.__mapper__.relationships.keys() & set(names):
            return []
        found = self._state.relations.along(instance, cascade)[1:]
        return [item for item in found if item.__dict__.get(SESSION) is self._session]

    def drop_new(self, instance: Any) -> None:
        """Forget a new object that is not written yet."""
        self._state.pending.new.pop(id(instance), None)
        instance.__dict__.pop(ADDED_TO, None)

    def expunge(self, instance: Any) -> None:
        """Let go of an object; what is pending of it never will be written."""
        if id(instance) in self._state.pending.new:
            self.drop_new(instance)
            return
        _, before = self._state.pending.changed.pop(id(instance), (None, {}))
        self._state.pending.deleted.pop(id(instance), None)
        mapper = instance.__mapper__
        self._state.identity.take_out(instance, mapper.key_before(instance, before))
        self._state.identity.detach(instance)

    def drop_pending(self) -> Pending:
        """Return what was pending, and have nothing pending any more."""
        pending, self._state.pending = self._state.pending, Pending()
        for instance in pending.new.values():
            instance.__dict__.pop(ADDED_TO, None)
        return pending


def names_of(instance: Any, names: Iterable[str] | None) -> list[str]:
    """Return the names of an instance's attributes and relationships, all or those asked for."""
    mapper = instance.__mapper__
    known = {**mapper.by_name, **mapper.relationships}
    wanted = list(known) if names is None else list(names)
    unknown = [name for name in wanted if name not in known]
    if unknown:
        raise QueryError(f"{type(instance).__name__} has no attribute {', '.join(unknown)}.")
    return wanted


def fill_in(instance: Any, fresh: Any) -> None:
    """Give an instance the values it has not at hand, from a copy just read."""
    values, new = instance.__dict__, fresh.__dict__
    for name in instance.__mapper__.by_name:
        entry = as_read(name)
        if name not in values and entry not in values:
            entry = name if name in new else entry
            values[entry] = new[entry]


def _are_same(kind: ColumnType[Any], old: Any, new: Any) -> bool:
    """Return whether two values of a column are stored alike."""
    if old is new:
        return True
    if type(old) is not type(new) or old != new:
        return False
    # Equal points in time may have different offsets, equal lists 1 or True.
    return kind.encode is None or old is None or kind.encode(old) == kind.encode(new)

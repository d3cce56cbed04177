"""What is in a session, and what models and relationships tell it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, TypeVar

from pytuck.core.instance_values import ADDED_TO, DETACHED, SESSION
from pytuck.core.models import PureBaseModel
from pytuck.core.object_tracking import ObjectTracker
from pytuck.core.relationships.deleting import untie_new
from pytuck.core.session_state import SessionState
from pytuck.core.statement_runner import StatementRunner
from pytuck.core.storage import Storage

M = TypeVar("M", bound=PureBaseModel)


class SessionContents:
    """The objects of a session: the part of it that models, lists and loaders know.

    Attributes:
        storage: The open database.
        relations: The relationships of its objects; models and lists report to it.
        state: What the parts of the session share; not for use from outside.
    """

    def __init__(self, storage: Storage, isolation_level: str | None = None) -> None:
        self.storage = storage
        self.state = SessionState(self, isolation_level)
        self.relations = self.state.relations
        self._statements = StatementRunner(self, self.state)
        self._tracker = ObjectTracker(self, self.state, self._statements)
        # Every assignment to an attribute of an object comes here, so it comes straight.
        self.note_change = self._tracker.note_change
        self.note_change_in_place = self._tracker.note_change_in_place
        self.load_expired = self._tracker.load_expired

    @property
    def new(self) -> list[Any]:
        """Objects to be inserted."""
        flushing = self.state.flushing.new if self.state.flushing is not None else {}
        return list({**flushing, **self.state.pending.new}.values())

    @property
    def dirty(self) -> list[Any]:
        """Objects with changes to be written."""
        flushing = self.state.flushing.changed if self.state.flushing is not None else {}
        return [instance for instance, _ in {**flushing, **self.state.pending.changed}.values()]

    @property
    def deleted(self) -> list[Any]:
        """Objects whose rows are to be deleted."""
        flushing = self.state.flushing.deleted if self.state.flushing is not None else {}
        return list({**flushing, **self.state.pending.deleted}.values())

    def is_modified(self, instance: PureBaseModel) -> bool:
        """Return whether an object has changes, or values, to be written."""
        return id(instance) in self.state.pending.changed or id(instance) in self.state.pending.new

    def __contains__(self, instance: object) -> bool:
        return vars(instance).get(SESSION) is self or id(instance) in self.state.pending.new

    def __iter__(self) -> Iterator[Any]:
        yield from list(self.state.pending.new.values())
        yield from self.state.identity

    # --- What models and relationships tell a session ---

    def loaded(self, model: type[M], key: Any) -> M | None:
        """Return the object with a key that is in memory, or None; nothing is read."""
        found: M | None = self.state.identity.of(model).get(key)
        return found

    def all_loaded(self, model: type[M]) -> list[M]:
        """Return the objects of a model that are in memory, new ones too; nothing is read."""
        new = [instance for instance in self.state.pending.new.values() if type(instance) is model]
        return self.state.identity.instances_of(model) + new

    def has_loaded(self, model: type[Any]) -> bool:
        """Return whether any object of a model is in memory."""
        return bool(self.state.identity.of(model))

    def make_pending(self, instance: PureBaseModel) -> None:
        """Have an object inserted that comes along with another.

        One that has a row already belongs to the session from now on; nothing of it is written.
        """
        if DETACHED in instance.__dict__:
            self._tracker.attach(instance)
            return
        self.state.pending.new[id(instance)] = instance
        instance.__dict__[ADDED_TO] = self

    def forget_new(self, instance: PureBaseModel) -> None:
        """Take a new object back that was added and not yet written."""
        self._tracker.drop_new(instance)
        untie_new(self, instance)

    def forget(self, instance: PureBaseModel, names: Iterable[str]) -> None:
        """Expire attributes whose rows were written past the object."""
        self._tracker.forget(instance, names)

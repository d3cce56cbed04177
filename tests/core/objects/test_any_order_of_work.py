"""Whatever is done in a session, its objects and its database agree with plain dictionaries.

The dictionaries say what each object holds now, what the last flush wrote, and what a rollback
must bring back: to the last commit, or to each open savepoint.
"""

from __future__ import annotations

import contextlib
import copy
from itertools import count
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from pytuck import Column, Session, Storage, declarative_base, delete, event, select, update
from pytuck.types.tracked import untracked

PLACES = st.integers(0, 5)
NAMES = st.sampled_from(["", "a", "b", "名"]) | st.none()
COLUMNS = ("name", "tags", "parent_id")


def _model(storage: Storage) -> type[Any]:
    class Item(declarative_base(storage)):  # type: ignore[misc]
        __tablename__ = "items"
        id = Column(int, primary_key=True)
        name = Column(str)
        tags = Column(list, default_factory=list)
        parent_id = Column(int, foreign_key="items.id")
        changes = Column(int, version=True)

    return Item


class Work(RuleBasedStateMachine):
    """One session; `now` is what its objects must hold, by their place in `objects`."""

    @initialize()
    def begin(self) -> None:
        self.storage = Storage()
        self.model = _model(self.storage)
        self.session = Session(self.storage)
        self.objects: list[Any] = []
        self.keys = count(-1, -1)
        self.now: dict[int, dict[str, Any]] = {}
        self.flushed: dict[int, dict[str, Any]] = {}
        self.committed: dict[int, dict[str, Any]] = {}
        self.savepoints: list[tuple[Any, dict[int, dict[str, Any]]]] = []
        for name in ("first", "second"):
            self.add(name)
        self.commit()

    def teardown(self) -> None:
        if hasattr(self, "storage"):
            event.clear(self.model)
            self.session.close()
            self.storage.close()

    # --- Which object is meant ---

    def _place(self, place: int) -> int:
        places = sorted(self.now)
        return places[place % len(places)]

    def _is_parent(self, place: int) -> bool:
        key = self.objects[place].id
        everything = [*self.now.values(), *self.flushed.values()]
        return key is not None and any(values["parent_id"] == key for values in everything)

    def _take_in(self, item: Any, values: dict[str, Any]) -> None:
        self.objects.append(item)
        self.now[len(self.objects) - 1] = values

    # --- Changes ---

    @rule(name=NAMES)
    def add(self, name: str | None) -> None:
        item = self.model(name=name, tags=[[1]])
        self._take_in(item, {"name": name, "tags": [[1]], "parent_id": None})
        self.session.add(item)

    @precondition(lambda self: self.now)
    @rule(place=PLACES, name=NAMES)
    def rename(self, place: int, name: str | None) -> None:
        place = self._place(place)
        self.objects[place].name = name
        self.now[place]["name"] = name

    @precondition(lambda self: self.now)
    @rule(place=PLACES, is_deep=st.booleans())
    def change_in_place(self, place: int, is_deep: bool) -> None:
        place = self._place(place)
        for tags in (self.objects[place].tags, self.now[place]["tags"]):
            (tags[0] if is_deep else tags).append("x")

    @precondition(lambda self: self.now)
    @rule(place=PLACES, parent=PLACES)
    def refer(self, place: int, parent: int) -> None:
        place, parent = self._place(place), self._place(parent)
        self.flush()
        key = self.objects[parent].id
        self.objects[place].parent_id = key
        self.now[place]["parent_id"] = key

    @precondition(lambda self: self.now)
    @rule(place=PLACES)
    def change_key(self, place: int) -> None:
        place = self._place(place)
        if not self._is_parent(place):
            self.objects[place].id = next(self.keys)

    @precondition(lambda self: self.now)
    @rule(place=PLACES)
    def let_go_and_add_again(self, place: int) -> None:
        self.flush()
        item = self.objects[self._place(place)]
        if len(self.savepoints) or self.now != self.committed:
            return  # a rollback knows nothing of what was let go
        self.session.expunge(item)
        assert item not in self.session
        self.session.add(item)

    @precondition(lambda self: self.now)
    @rule(place=PLACES)
    def delete(self, place: int) -> None:
        place = self._place(place)
        if not self._is_parent(place):
            self.session.delete(self.objects[place])
            del self.now[place]

    @precondition(lambda self: self.now)
    @rule(place=PLACES)
    def delete_after_all_not(self, place: int) -> None:
        item = self.objects[self._place(place)]
        if item not in self.session.new:
            self.session.delete(item)
            self.session.add(item)

    # --- Statements and bulk methods ---

    @rule(old=NAMES, new=NAMES)
    def update_by_statement(self, old: str | None, new: str | None) -> None:
        statement = update(self.model).where(self.model.name.is_(old)).values(name=new)
        self.session.execute(statement)
        for values in self.now.values():
            if values["name"] == old:
                values["name"] = new
        self._note_flush()

    @precondition(lambda self: self.now)
    @rule(place=PLACES)
    def delete_by_statement(self, place: int) -> None:
        self.flush()
        place = self._place(place)
        if not self._is_parent(place):
            key = self.objects[place].id
            self.session.execute(delete(self.model).where(self.model.id == key))
            del self.now[place]
            self._note_flush()

    @rule(name=NAMES)
    def insert_in_bulk(self, name: str | None) -> None:
        self.flush()
        (key,) = self.session.bulk_insert(self.model, [{"name": name, "tags": [[]]}])
        self._take_in(
            self.session.get(self.model, key), {"name": name, "tags": [[]], "parent_id": None}
        )
        self._note_flush()

    @precondition(lambda self: self.now)
    @rule(place=PLACES, name=NAMES)
    def update_in_bulk(self, place: int, name: str | None) -> None:
        self.flush()
        place = self._place(place)
        item = self.objects[place]
        values = {"id": item.id, "name": name, "changes": item.changes}
        self.session.bulk_update(self.model, [values])
        self.now[place]["name"] = name
        self._note_flush()

    @precondition(lambda self: self.now)
    @rule(place=PLACES)
    def delete_in_bulk(self, place: int) -> None:
        self.flush()
        place = self._place(place)
        if not self._is_parent(place):
            self.session.bulk_delete([self.objects[place]])
            del self.now[place]
            self._note_flush()

    # --- Reading again ---

    @precondition(lambda self: self.now)
    @rule(place=PLACES, name=st.sampled_from([None, *COLUMNS]), is_now=st.booleans())
    def forget(self, place: int, name: str | None, is_now: bool) -> None:
        place = self._place(place)
        if place not in self.flushed:
            return
        names = None if name is None else [name]
        item = self.objects[place]
        self.session.refresh(item, names) if is_now else self.session.expire(item, names)
        for column in names or COLUMNS:
            self.now[place][column] = copy.deepcopy(self.flushed[place][column])

    @precondition(lambda self: self.now)
    @rule(place=PLACES, name=NAMES)
    def merge(self, place: int, name: str | None) -> None:
        self.flush()
        place = self._place(place)
        item = self.objects[place]
        with contextlib.closing(Session(self.storage)) as other:
            twin = other.merge(self.model(id=item.id, name=name, tags=[["m"]]))
            other.expunge(twin)
        twin.changes = item.changes
        assert self.session.merge(twin) is item
        self.now[place] = {"name": name, "tags": [["m"]], "parent_id": None}

    # --- Transactions ---

    @rule()
    def flush(self) -> None:
        self.session.flush()
        self._note_flush()

    @precondition(lambda self: self.now)
    @rule(place=PLACES, when=st.sampled_from(["before", "after"]))
    def flush_in_vain(self, place: int, when: str) -> None:
        unlucky = self.objects[self._place(place)]
        keys = [item.id for item in self.objects]
        before = {id(item) for item in self.session.new}, {id(i) for i in self.session.dirty}

        def refuse(item: Any) -> None:
            if item is unlucky:
                raise ZeroDivisionError

        for what in ("insert", "update", "delete"):
            event.listen(self.model, f"{when}_{what}", refuse)
        with contextlib.suppress(ZeroDivisionError):
            self.session.flush()
            self._note_flush()
            keys = [item.id for item in self.objects]
            before = (set(), set())
        event.clear(self.model)
        assert [item.id for item in self.objects] == keys
        after = {id(item) for item in self.session.new}, {id(i) for i in self.session.dirty}
        assert after == before

    @rule()
    def commit(self) -> None:
        self.session.commit()
        self.savepoints.clear()
        self._note_flush()
        self.committed = copy.deepcopy(self.now)
        with contextlib.closing(Session(self.storage)) as other:
            assert self._stored(other) == self._wanted()

    @rule()
    def rollback(self) -> None:
        self.session.rollback()
        self.savepoints.clear()
        self._go_back_to(self.committed)

    @precondition(lambda self: len(self.savepoints) < 3)
    @rule()
    def set_savepoint(self) -> None:
        nested = self.session.begin_nested()
        self._note_flush()
        self.savepoints.append((nested, copy.deepcopy(self.now)))

    @precondition(lambda self: self.savepoints)
    @rule(place=PLACES, is_kept=st.booleans())
    def end_savepoint(self, place: int, is_kept: bool) -> None:
        place %= len(self.savepoints)
        nested, then = self.savepoints[place]
        del self.savepoints[place:]
        if is_kept:
            nested.commit()
            self._note_flush()
        else:
            nested.rollback()
            self._go_back_to(then)

    # --- What must be true ---

    @invariant()
    def objects_hold_what_they_should(self) -> None:
        if not hasattr(self, "storage"):
            return
        doomed = set(map(id, self.session.deleted))
        for place, item in enumerate(self.objects):
            if place in self.now:
                assert item in self.session
                found = {name: untracked(getattr(item, name)) for name in COLUMNS}
                assert found == self.now[place]
            elif id(item) not in doomed:
                assert item not in self.session

    @invariant()
    def what_is_not_changed_is_not_dirty(self) -> None:
        if not hasattr(self, "storage"):
            return
        changed = {
            place
            for place, values in self.now.items()
            if place in self.flushed and values != self.flushed[place]
        }
        dirty = {id(item) for item in self.session.dirty}
        assert {id(self.objects[place]) for place in changed} <= dirty

    @invariant()
    def one_object_stands_for_one_row(self) -> None:
        if not hasattr(self, "storage"):
            return
        with self.session.no_autoflush:
            for place in self.now:
                item = self.objects[place]
                if not self.session.is_modified(item):
                    assert self.session.get(self.model, item.id) is item

    def _note_flush(self) -> None:
        self.flushed = copy.deepcopy(self.now)
        assert self._stored(self.session) == self._wanted()
        assert not self.session.new
        assert not self.session.dirty

    def _go_back_to(self, then: dict[int, dict[str, Any]]) -> None:
        self.now = copy.deepcopy(then)
        self._note_flush()

    def _stored(self, session: Session) -> dict[int, dict[str, Any]]:
        model = self.model
        rows = session.execute(select(model.id, model.name, model.tags, model.parent_id)).all()
        return {key: dict(zip(COLUMNS, values, strict=True)) for key, *values in rows}

    def _wanted(self) -> dict[int, dict[str, Any]]:
        return {self.objects[place].id: values for place, values in self.now.items()}


TestWork = Work.TestCase
TestWork.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)

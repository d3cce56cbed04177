"""Every event of the catalogue happens, and stands in the guide."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytuck import Column, Session, Storage, declarative_base, event
from pytuck.events import CATALOGUE, MODEL_EVENTS

GUIDE = Path(__file__).resolve().parents[3] / "docs" / "events.md"


@pytest.mark.parametrize(
    ("family", "name"), [(family, name) for family, names in CATALOGUE.items() for name in names]
)
def test_the_guide_names_it(family, name):
    rows = [line for line in GUIDE.read_text("utf-8").splitlines() if line.startswith("| `")]
    assert sum(f"`{name}`" in row for row in rows) == sum(
        name in names for names in CATALOGUE.values()
    )
    assert CATALOGUE[family][name].endswith(".")


def test_each_is_told(tmp_path):
    told = set()

    def hear(target, family):
        for name in CATALOGUE[family]:
            event.listen(target, name, lambda _, name=name: told.add((family, name)))

    hear(Storage, "storage")
    hear(Session, "session")
    with Storage(tmp_path / "a.pytuck") as storage:

        class User(declarative_base(storage)):
            __tablename__ = "users"
            id = Column(int, primary_key=True)
            name = Column(str)

        hear(User, "model")
        with Session(storage) as session:
            session.add(user := User(name="a"))
            session.commit()
            user.name = "b"
            session.commit()
            session.delete(user)
            session.rollback()
            session.delete(user)
            session.flush()
            users = [User(name="c")]
            session.bulk_insert(users)
            session.bulk_update(users)
            session.bulk_delete(users)
        storage.flush()
    assert told == {(family, name) for family, names in CATALOGUE.items() for name in names}
    assert {name for family, name in told if family == "model"} == set(MODEL_EVENTS)

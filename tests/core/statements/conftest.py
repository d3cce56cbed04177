from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from types import SimpleNamespace

import pytest

from pytuck import Column, Session, Storage, declarative_base


@pytest.fixture
def storage() -> Iterator[Storage]:
    with contextlib.closing(Storage()) as storage:
        yield storage


@pytest.fixture
def company(storage):
    """Models of departments, people and orders."""
    base = declarative_base(storage)

    class Department(base):
        __tablename__ = "departments"
        id = Column(int, primary_key=True)
        name = Column(str, nullable=False, unique=True)

    class Person(base):
        __tablename__ = "people"
        id = Column(int, primary_key=True)
        name = Column(str, nullable=False)
        age = Column(int)
        salary = Column(Decimal)
        department_id = Column(int, foreign_key="departments.id")
        boss_id = Column(int, foreign_key="people.id")
        hired = Column(datetime)
        born = Column(date)
        profile = Column(dict)
        tags = Column(list)

    class Order(base):
        __tablename__ = "orders"
        id = Column(int, primary_key=True)
        person_id = Column(int, foreign_key="people.id")
        amount = Column(float)

    class Note(base):
        __tablename__ = "notes"
        text = Column(str)

    return SimpleNamespace(base=base, Department=Department, Person=Person, Order=Order, Note=Note)


@pytest.fixture
def session(storage, company) -> Iterator[Session]:
    """Ada (41, sales) leads Bo (30, sales) and Cy (30, research); Di is nobody's; Empty is empty."""
    c = company
    with contextlib.closing(Session(storage)) as session:
        session.add_all(
            [c.Department(id=i, name=n) for i, n in enumerate(["Sales", "Research", "Empty"], 1)]
        )
        session.add_all(
            [
                c.Person(
                    id=1,
                    name="Ada",
                    age=41,
                    salary=Decimal("10.10"),
                    department_id=1,
                    hired=datetime(2020, 2, 29, 13, 5, 7, 250),
                    born=date(1985, 12, 31),
                    profile={"city": "Wien", "n": 3, "deep": {"list": [1, 2]}, "ok": True},
                    tags=["a", "b"],
                ),
                c.Person(
                    id=2,
                    name="Bo",
                    age=30,
                    salary=Decimal("20.20"),
                    department_id=1,
                    boss_id=1,
                    hired=datetime(2021, 7, 1),
                    born=date(1996, 1, 1),
                    profile={"city": "北京", "n": 10, "ok": False},
                    tags=[],
                ),
                c.Person(
                    id=3, name="Cy", age=30, salary=Decimal("-0.30"), department_id=2, boss_id=1
                ),
                c.Person(id=4, name="Ärger_%", age=None),
            ]
        )
        session.add_all(
            [
                c.Order(id=i, person_id=p, amount=a)
                for i, p, a in [(1, 1, 5.0), (2, 1, 7.5), (3, 2, 1.0)]
            ]
        )
        session.add_all([c.Note(text="x"), c.Note(text="y")])
        session.commit()
        yield session

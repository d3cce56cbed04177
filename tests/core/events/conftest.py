from __future__ import annotations

import contextlib

import pytest

from pytuck import Column, Session, declarative_base, event


@pytest.fixture(autouse=True)
def _no_listeners_left():
    yield
    event.clear()


@pytest.fixture
def models(storage):
    """The base, an abstract model, and two models of it."""
    base = declarative_base(storage)

    class Named(base):
        __abstract__ = True
        id = Column(int, primary_key=True)
        name = Column(str, nullable=False)

    class User(Named):
        __tablename__ = "users"
        stamp = Column(str)

    class Group(Named):
        __tablename__ = "groups"

    return base, Named, User, Group


@pytest.fixture
def session(storage, models):
    with contextlib.closing(Session(storage)) as session:
        yield session

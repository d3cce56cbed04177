from __future__ import annotations

import contextlib

import pytest

from pytuck import Session, event


@pytest.fixture(autouse=True)
def _no_listeners_left():
    yield
    event.clear()


@pytest.fixture
def session(storage):
    with contextlib.closing(Session(storage)) as session:
        yield session


@pytest.fixture
def other(storage):
    with contextlib.closing(Session(storage)) as session:
        yield session

"""Copies of objects have their values and belong to no session."""

from __future__ import annotations

import copy
import json
import pickle

import pytest

from pytuck import Column, DuplicateKeyError, Relationship, Session, Storage, declarative_base

STORAGE = Storage()
Base = declarative_base(STORAGE)


class Author(Base):
    __tablename__ = "authors"
    id = Column(int, primary_key=True)
    name = Column(str)
    tags = Column(list)
    books = Relationship("Book", back_populates="author")


class Book(Base):
    __tablename__ = "books"
    id = Column(int, primary_key=True)
    author_id = Column(int, foreign_key="authors.id")
    author = Relationship("Author", back_populates="books")


@pytest.fixture
def session():
    session = Session(STORAGE)
    yield session
    session.rollback()
    session.close()


@pytest.fixture
def author(session):
    author = Author(name="Ada", tags=["a", ["b"]], books=[Book()])
    session.add(author)
    session.flush()
    return author


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy])
def test_a_copy_is_a_new_object_of_no_session(session, author, copied):
    twin = copied(author)
    twin.tags[1].append("c")
    twin.name = "Eve"
    assert twin not in session
    assert not session.is_modified(author)
    assert (author.name, author.tags) == ("Ada", ["a", ["b"]])
    session.add(twin)
    with pytest.raises(DuplicateKeyError):
        session.flush()
    twin.id = None
    session.flush()
    assert session.get(Author, twin.id).tags == ["a", ["b", "c"]]
    assert twin.books == []


def test_a_pickle_stands_for_the_row(session, author):
    author.note = "own attribute"
    again = pickle.loads(pickle.dumps(author))
    assert (again.id, again.name, again.tags, again.note) == (
        author.id,
        "Ada",
        ["a", ["b"]],
        "own attribute",
    )
    again.name = "changed elsewhere"
    assert session.merge(again) is author
    assert author.name == "changed elsewhere"
    session.expunge_all()
    session.add(again)
    session.flush()
    assert [book.author for book in again.books] == [again]


def test_a_new_object_is_new_after_a_pickle_too(session):
    again = pickle.loads(pickle.dumps(Author(name="new")))
    session.add(again)
    session.flush()
    assert session.get(Author, again.id) is again


def test_lists_and_dictionaries_leave_as_plain_ones(session, author):
    assert json.dumps(author.tags) == '["a", ["b"]]'
    assert type(copy.deepcopy(author.tags)) is list
    assert type(pickle.loads(pickle.dumps(author.tags))[1]) is list

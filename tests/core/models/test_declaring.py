"""What a model class may say of its table."""

from __future__ import annotations

import contextlib
from datetime import datetime

import pytest

from pytuck import (
    Column,
    DeclarativeBase,
    DuplicateKeyError,
    Index,
    Mapped,
    Relationship,
    SchemaError,
    Session,
    Storage,
    UniqueConstraint,
    ValidationError,
    declarative_base,
    mapped_column,
    relationship,
    select,
)


class Stamped:
    """A mixin of no base at all."""

    created = Column(datetime, default=lambda: datetime(2026, 1, 1))
    note: Mapped[str | None]


@pytest.fixture
def storage():
    with contextlib.closing(Storage()) as storage:
        yield storage


def columns(storage, table):
    return [column.name for column in storage.get_table(table).schema.columns]


def test_mixins_and_abstract_bases_share_their_columns(storage):
    class Base(DeclarativeBase, storage=storage):
        pass

    class Named(Base):
        __abstract__ = True
        id = Column(int, primary_key=True)
        name = Column(str, nullable=False)

    class Cat(Stamped, Named):
        __tablename__ = "cats"
        lives = Column(int, default=9)

    class Dog(Named, Stamped):
        __tablename__ = "dogs"
        name = Column(str, nullable=False, unique=True)

    assert set(columns(storage, "cats")) == {"id", "name", "created", "note", "lives"}
    with Session(storage) as session:
        session.add_all([Cat(name="Tom"), Dog(name="Rex", note="good")])
    with Session(storage) as session:
        cat = session.scalars(select(Cat).where(Cat.created < datetime(2027, 1, 1)))[0]
        assert (cat.name, cat.lives, cat.note) == ("Tom", 9, None)
        session.add(Dog(name="Rex"))
        with pytest.raises(DuplicateKeyError):
            session.flush()
        session.rollback()


def test_a_model_below_a_model_has_a_table_of_its_own(storage):
    base = declarative_base(storage)

    class Animal(base):
        __tablename__ = "animals"
        id = Column(int, primary_key=True)
        name = Column(str)

    class Bird(Animal):
        __tablename__ = "birds"
        span = Column(float)

    with Session(storage) as session:
        session.add_all([Animal(name="x"), Bird(name="y", span=1.5)])
        session.commit()
        assert [animal.name for animal in session.query(Animal)] == ["x"]
        assert [(bird.name, bird.span) for bird in session.query(Bird)] == [("y", 1.5)]


def test_annotations_declare_columns_and_relationships(storage):
    class Base(DeclarativeBase, storage=storage):
        pass

    class Author(Base):
        __tablename__ = "authors"
        id: Mapped[int] = mapped_column(primary_key=True)
        name: Mapped[str] = mapped_column(unique=True, comment="as printed")
        born: Mapped[int | None]
        tags: Mapped[list[str]] = mapped_column(default_factory=list)
        books: Mapped[list[Book]] = relationship(back_populates="author")

    class Book(Base):
        __tablename__ = "books"
        id: Mapped[int] = mapped_column(primary_key=True)
        title: Mapped[str]
        author_id: Mapped[int | None] = mapped_column(foreign_key="authors.id")
        author: Mapped[Author | None] = relationship(back_populates="books")

    found = {column.name: column for column in storage.get_table("authors").schema.columns}
    assert not found["name"].nullable
    assert found["name"].comment == "as printed"
    assert found["born"].nullable
    with pytest.raises(ValidationError, match="title"):
        Book()
    with Session(storage) as session:
        session.add(Author(name="Wu", books=[Book(title="西游记")], tags=["a"]))
        session.commit()
        book = session.query(Book).one()
        assert book.author.name == "Wu"
        assert book.author.tags == ["a"]
        assert session.query(Book).join(Book.author).filter(Author.born.is_null()).count() == 1


def test_annotations_that_say_nothing_are_refused(storage):
    base = declarative_base(storage)
    with pytest.raises(SchemaError, match="needs an annotation"):

        class Bare(base):
            __tablename__ = "bare"
            id = mapped_column(primary_key=True)

    with pytest.raises(SchemaError, match="Nowhere"):

        class Unknown(base):
            __tablename__ = "unknown"
            id: Mapped[Nowhere] = mapped_column(primary_key=True)  # noqa: F821


def test_keys_and_indexes_of_several_columns(storage):
    base = declarative_base(storage)

    class Seat(base):
        __tablename__ = "seats"
        __table_args__ = (
            UniqueConstraint("row", "guest"),
            Index("guest", "place", name="by_guest"),
        )
        row = Column(int, primary_key=True)
        place = Column(str, primary_key=True)
        guest = Column(str, name="visitor")

    found = {index.name: index for index in storage.get_table("seats").schema.indexes}
    assert found["by_guest"].columns == ("visitor", "place")
    with Session(storage) as session:
        session.add_all([Seat(row=1, place="a", guest="Ada"), Seat(row=2, place="a", guest="Ada")])
        session.commit()
        assert session.get(Seat, (1, "a")).guest == "Ada"
        session.add(Seat(row=1, place="b", guest="Ada"))
        with pytest.raises(DuplicateKeyError):
            session.commit()
        session.rollback()
        seat = session.get(Seat, (2, "a"))
        seat.place = "z"
        session.commit()
        assert session.get(Seat, (2, "z")) is seat
        assert session.get(Seat, (2, "a")) is None
    with pytest.raises(SchemaError, match="nothing"):

        class Wrong(base):
            __tablename__ = "wrong"
            __table_args__ = (Index("nothing"),)
            id = Column(int, primary_key=True)


def test_comments_defaults_and_names(storage):
    base = declarative_base(storage)
    counter = iter(range(10, 20))

    class Thing(base):
        __tablename__ = "things"
        __table_comment__ = "what there is"
        id = Column(int, primary_key=True, autoincrement=True)
        title = Column(str, name="标题", default="?", comment="shown first", index="sorted")
        number = Column(int, default=lambda: next(counter), index="hash")
        parent_id = Column(int, foreign_key=("things", "id"))

    table = storage.get_table("things").schema
    assert table.comment == "what there is"
    assert table.column("标题").comment == "shown first"
    assert table.column("标题").default == "?"
    with Session(storage) as session:
        session.add_all([Thing(), Thing(title="x")])
        session.commit()
        assert [(t.title, t.number) for t in session.query(Thing)] == [("?", 10), ("x", 11)]
        session.delete(session.get(Thing, 2))
        session.commit()
        session.add(again := Thing())
        session.commit()
        assert again.id == 3
    with pytest.raises(ValidationError, match="index type"):
        Column(int, index="tree")


def test_models_without_a_key_are_told_apart_by_their_row(storage):
    base = declarative_base(storage)

    class Line(base):
        __tablename__ = "lines"
        text = Column(str)

    with Session(storage) as session:
        session.add_all([Line(text="same"), Line(text="same")])
        session.commit()
        first, second = session.query(Line).all()
        first.text = "changed"
        session.delete(second)
        session.commit()
    with Session(storage) as session:
        assert [line.text for line in session.query(Line)] == ["changed"]


def test_declarations_that_contradict_themselves(storage):
    base = declarative_base(storage)
    with pytest.raises(ValidationError, match="__tablename__"):

        class Nameless(base):
            id = Column(int, primary_key=True)

    with pytest.raises(SchemaError, match="no columns"):

        class Empty(base):
            __tablename__ = "empty"

    with pytest.raises(ValidationError, match="no target"):

        class Lonely(base):
            __tablename__ = "lonely"
            id = Column(int, primary_key=True)
            others = Relationship()

        Lonely().others  # noqa: B018

"""Relationships: authors and books, orders and their lines, books and their subjects.

    python examples/relationships.py

Works on a database in memory and prints what it does.
"""

from __future__ import annotations

from pytuck import (
    Column,
    DeclarativeBase,
    Relationship,
    Session,
    Storage,
    prefetch,
    select,
    selectinload,
)

storage = Storage()


class Base(DeclarativeBase, storage=storage):
    """The models of this example."""


class Author(Base):
    """One author has many books; they are deleted with the author."""

    __tablename__ = "authors"
    id = Column(int, primary_key=True)
    name = Column(str, nullable=False)
    books = Relationship(
        "Book", back_populates="author", order_by="year", cascade="all, delete-orphan"
    )


class Book(Base):
    """A book has one author and any number of subjects."""

    __tablename__ = "books"
    id = Column(int, primary_key=True)
    title = Column(str, nullable=False)
    year = Column(int)
    author_id = Column(int, nullable=False, foreign_key="authors.id", index=True)
    author = Relationship(Author, back_populates="books")
    subjects = Relationship("Subject", secondary="book_subjects", back_populates="books")


class Subject(Base):
    """A subject is shared by many books."""

    __tablename__ = "subjects"
    name = Column(str, primary_key=True)
    books = Relationship("Book", secondary="book_subjects", back_populates="subjects")


class BookSubject(Base):
    """The table between books and subjects."""

    __tablename__ = "book_subjects"
    book_id = Column(int, primary_key=True, foreign_key="books.id")
    subject = Column(str, primary_key=True, foreign_key="subjects.name")


def fill(session: Session) -> None:
    """Save a few authors with their books: the whole graph comes along with its first object."""
    satire, voyage = Subject(name="satire"), Subject(name="voyage")
    swift = Author(name="Jonathan Swift")
    swift.books = [
        Book(title="Gulliver's Travels", year=1726, subjects=[satire, voyage]),
        Book(title="A Modest Proposal", year=1729, subjects=[satire]),
    ]
    wu = Author(name="吴承恩", books=[Book(title="西游记", year=1592, subjects=[voyage])])
    session.add_all([swift, wu])
    session.commit()


def main() -> None:
    """Show reading, changing and deleting related objects."""
    with Session(storage) as session:
        fill(session)

        # One statement for the authors, one for all their books, however many there are.
        for author in session.execute(select(Author)).all():
            print(author.name, [book.title for book in author.books])

        # The same, asked for at once and two steps deep.
        question = select(Author).options(selectinload("books.subjects"))
        for author in session.execute(question).all():
            print(author.name, {subject.name for book in author.books for subject in book.subjects})

        # Both sides stay the same.
        voyage = session.get(Subject, "voyage")
        assert voyage is not None
        gulliver = session.execute(select(Book).where(Book.year == 1726)).one()
        voyage.books.remove(gulliver)
        print("subjects left:", [subject.name for subject in gulliver.subjects])
        session.commit()

        # Books go with their author.
        session.delete(gulliver.author)
        session.commit()
        books = session.execute(select(Book)).all()
        prefetch(books, "author")
        print("books left:", [(book.title, book.author.name) for book in books])
        print(books[0].to_dict(depth=1))


if __name__ == "__main__":
    main()

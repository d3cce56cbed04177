"""Sessions mean the same on every engine, as far as its capabilities say."""

from __future__ import annotations

import threading

import pytest

from pytuck import (
    Column,
    Session,
    Storage,
    declarative_base,
    delete,
    func,
    insert,
    relationship,
    select,
    update,
)
from pytuck.common.exceptions import (
    ConstraintError,
    DeadlockError,
    DuplicateKeyError,
    LockTimeout,
    TransactionError,
    UnsupportedOperationError,
    ValidationError,
)


@pytest.fixture
def models(storage):
    Base = declarative_base(storage)

    class Author(Base):
        __tablename__ = "authors"
        id = Column(int, primary_key=True)
        name = Column(str, unique=True, nullable=False)
        boss_id = Column(int, foreign_key=("authors", "id"))
        books = relationship("Book", back_populates="author", cascade="all, delete-orphan")

    class Book(Base):
        __tablename__ = "books"
        id = Column(int, primary_key=True, autoincrement=True)
        title = Column(str)
        author_id = Column(int, foreign_key=("authors", "id"), nullable=False)
        author = relationship("Author", back_populates="books")

    class Line(Base):
        __tablename__ = "lines"
        text = Column(str)

    return Author, Book, Line


def test_a_graph_of_objects_is_written_changed_and_deleted(storage, models):
    Author, Book, _ = models
    with Session(storage) as session:
        authors = [
            Author(name=f"a{n}", books=[Book(title=f"b{n}{m}") for m in range(3)])
            for n in range(20)
        ]
        session.add_all(authors)
        session.commit()
        authors[0].name = "changed"
        authors[1].books[0].title = "other"
        del authors[2].books[1]
        session.delete(authors[3])
        session.commit()
    with Session(storage) as session:
        found = {author.name: [b.title for b in author.books] for author in session.query(Author)}
    assert len(found) == 19
    assert found["changed"] == ["b00", "b01", "b02"]
    assert found["a1"] == ["other", "b11", "b12"]
    assert found["a2"] == ["b20", "b22"]


def test_rows_that_refer_to_one_another_are_written_and_deleted_together(storage, models):
    Author, _, _ = models
    with Session(storage) as session:
        session.add_all([Author(id=1, name="a", boss_id=2), Author(id=2, name="b", boss_id=1)])
        session.commit()
        for author in session.query(Author).all():
            session.delete(author)
        session.commit()
        assert session.query(Author).count() == 0


def test_keys_are_given_in_order_and_autoincrement_never_gives_one_again(storage, models):
    Author, Book, _ = models
    with Session(storage) as session:
        session.execute(insert(Author).values(name="first"))
        session.add(Author(id=10, name="given"))
        session.add(Author(name="next"))
        session.commit()
        names = session.execute(select(Author.id).order_by(Author.id)).scalars()
        assert names == [1, 10, 11]
        key = session.execute(insert(Author).values(name="last")).inserted_primary_key
        assert key == 12
        session.add_all([Book(title=str(n), author_id=1) for n in range(3)])
        session.commit()
        session.execute(delete(Book).where(Book.id == 3))
        session.commit()
        session.add(Book(title="new", author_id=1))
        assert session.execute(insert(Book).values(title="raw", author_id=1)).inserted_primary_key
        session.commit()
        assert session.execute(select(Book.id).order_by(Book.id)).scalars() == [1, 2, 4, 5]


def test_models_without_a_key_are_known_by_their_row_ids(storage, models):
    *_, Line = models
    with Session(storage) as session:
        session.add_all([Line(text=text) for text in "abca"])
        session.execute(insert(Line).values(text="raw"))
        session.commit()
        for line in session.query(Line).all():
            line.text += "!"
        session.commit()
        session.delete(session.query(Line).filter_by(text="b!").one())
        session.commit()
    with Session(storage) as session:
        assert sorted(line.text for line in session.query(Line)) == ["a!", "a!", "c!", "raw!"]
    assert [column.name for column in storage.tables["lines"].schema.columns] == ["text"]


def test_errors_name_table_and_column(storage, models):
    Author, Book, _ = models
    with Session(storage) as session:
        session.add(Author(name="a"))
        session.commit()
        session.add(Author(name="a"))
        with pytest.raises(DuplicateKeyError) as duplicate:
            session.commit()
        assert (duplicate.value.table_name, duplicate.value.column_name) == ("authors", "name")
        assert duplicate.value.pk == "a"
        session.rollback()
        session.add(Book(title="x", author_id=77))
        with pytest.raises(ConstraintError, match="books"):
            session.commit()
        session.rollback()
        session.add(Book(title="fine", author_id=1))
        session.commit()
        with pytest.raises(ConstraintError):
            session.execute(delete(Author).where(Author.id == 1))
        session.rollback()
        with pytest.raises(ConstraintError):
            session.execute(update(Author).where(Author.id == 1).values(id=5))
        session.rollback()
        assert session.query(Book).count() == 1
    table = storage.tables["authors"]
    with pytest.raises(ConstraintError) as missing:
        storage.execute(insert(table).values({"id": 9}))
    assert (missing.value.table_name, missing.value.column_name) == ("authors", "name")


def test_nothing_of_a_failed_batch_is_kept(storage, models):
    Author, _, _ = models
    table = storage.tables["authors"]
    rows = [{"name": f"n{n}"} for n in range(40)] + [{"name": "n0"}]
    with pytest.raises(DuplicateKeyError):
        storage.execute(insert(table).values_list(rows))
    assert storage.count_rows("authors") == 0
    with Session(storage) as session, pytest.raises(DuplicateKeyError):
        session.bulk_insert([Author(name="x"), Author(name="x")])
    assert storage.count_rows("authors") == 0


def test_a_rollback_undoes_everything(storage, models):
    Author, _, _ = models
    with Session(storage) as session:
        session.add(Author(name="kept"))
        session.commit()
        session.add(Author(name="lost"))
        session.flush()
        session.execute(update(Author).values(name=Author.name + "!"))
        session.rollback()
        assert session.execute(select(Author.name)).scalars() == ["kept"]


def test_a_part_of_a_transaction_is_undone_where_there_are_savepoints(storage, models):
    Author, _, _ = models
    with Session(storage) as session:
        session.add(Author(name="a"))
        session.flush()
        if not storage.engine.capabilities.savepoints:
            with pytest.raises(UnsupportedOperationError, match="savepoints"):
                session.begin_nested()
        else:
            with pytest.raises(KeyError), session.begin_nested():
                session.add(Author(name="b"))
                session.flush()
                raise KeyError
        session.commit()
        assert session.execute(select(Author.name)).scalars() == ["a"]


def test_after_a_failed_statement_nothing_is_kept_by_mistake(storage, models):
    """Either the rest of the transaction can go on, or it must be rolled back as a whole."""
    Author, _, _ = models
    with Session(storage) as session:
        session.add(Author(name="a"))
        session.flush()
        session.add(Author(name="a"))
        with pytest.raises(DuplicateKeyError):
            session.flush()
        if storage.engine.capabilities.savepoints:
            session.rollback()
        else:
            with pytest.raises(TransactionError, match="savepoints"):
                session.execute(select(Author))
            session.rollback()
        assert session.query(Author).count() == 0
        session.add(Author(name="a"))
        session.commit()
        assert session.query(Author).count() == 1


def test_an_inner_transaction_that_fails_never_leaves_half_of_it(storage, models):
    try:
        with storage.transaction():
            storage.insert("authors", {"name": "outer"})
            with pytest.raises(KeyError), storage.transaction():
                storage.insert("authors", {"name": "inner"})
                raise KeyError
    except TransactionError:
        assert not storage.engine.capabilities.savepoints
        expected = []
    else:
        expected = ["outer"]
    names = select(storage.tables["authors"].c.name)
    assert storage.execute(names).scalars() == expected


def test_two_transactions_of_one_thread_are_a_deadlock_at_once(storage, models):
    Author, _, _ = models
    with Session(storage) as first, Session(storage) as second:
        first.add(Author(name="a"))
        first.flush()
        second.add(Author(name="b"))
        with pytest.raises((DeadlockError, LockTimeout)):
            second.flush()
        first.commit()
        second.commit()
        assert second.query(Author).count() == 2


def test_threads_write_one_after_the_other(storage, models):
    Author, _, _ = models
    failed = []

    def work(number):
        try:
            for step in range(5):
                with Session(storage) as session:
                    session.add(Author(name=f"{number}/{step}"))
                    session.commit()
        except Exception as err:  # noqa: BLE001 - whatever it is, the test reports it
            failed.append(err)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    ids = storage.execute(select(storage.tables["authors"].c.id)).scalars()
    assert sorted(ids) == list(range(1, 21))


def test_streams_read_in_batches_what_was_there_when_they_began(storage, models):
    *_, Line = models
    with Session(storage) as session:
        session.bulk_insert([Line(text=str(n)) for n in range(2500)])
        session.commit()
    with Session(storage) as session:
        batches = list(session.stream(select(Line.text)).yield_per(1000).batches())
        assert [len(batch) for batch in batches] == [1000, 1000, 500]
        session.execute(insert(Line).values(text="more"))
        inside = session.stream(select(func.count()).select_from(Line))
        assert [tuple(row) for row in inside] == [(2501,)]


def test_a_table_that_rows_refer_to_is_not_dropped(storage, models):
    Author, Book, _ = models
    with Session(storage) as session:
        session.add(Author(name="a", books=[Book(title="b")]))
        session.commit()
    with pytest.raises(ConstraintError):
        storage.drop_table("authors")
    storage.drop_table("books")
    storage.drop_table("authors")
    assert list(storage.tables) == ["lines"]


def test_values_that_do_not_fit_are_refused_before_they_are_written(storage, models):
    with pytest.raises(ValidationError):
        storage.insert("authors", {"id": "no number", "name": "a"})
    assert storage.count_rows("authors") == 0


def test_commits_are_noticed(storage, models):
    assert storage.poll_changes()[0] in {True, False}
    storage.insert("authors", {"name": "a"})
    assert storage.poll_changes() == (True, False)
    assert storage.poll_changes() == (False, False)
    storage.create_table("more", [Column(int, name="id", primary_key=True)])
    assert storage.poll_changes() == (True, True)


def test_a_file_that_is_open_for_reading_is_not_written(reopened):
    storage = reopened()
    storage.create_table("t", [Column(int, name="id", primary_key=True)])
    storage.insert("t", {})
    path = storage.file_path
    storage.close()
    before = path.read_bytes()
    with Storage(path, read_only=True) as storage:
        assert storage.count_rows("t") == 1
        with pytest.raises(TransactionError, match="reading only"):
            storage.insert("t", {})
        with pytest.raises(TransactionError, match="reading only"):
            storage.drop_table("t")
    assert path.read_bytes() == before
    assert [item.name for item in path.parent.iterdir()] == [path.name]


def test_tables_of_one_name_are_filled_each_in_its_own_way(reopened):
    for key in (True, False, True):
        with reopened() as storage:
            storage.create_table("t", [Column(str, name="id", primary_key=key)])
            storage.insert("t", {"id": "a"})
            storage.bulk_insert("t", [{"id": "b"}, {"id": "c"}])
            assert [row["id"] for row in storage.query("t", [])] == ["a", "b", "c"]
            storage.drop_table("t")

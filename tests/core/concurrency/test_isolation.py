"""What a transaction sees of others that commit while it is open."""

from __future__ import annotations

import contextlib
import threading

import pytest

from pytuck import (
    Column,
    ConfigurationError,
    ConflictError,
    ReadOnlyError,
    Session,
    StaleDataError,
    Storage,
    declarative_base,
    select,
    update,
)
from tests.core.concurrency.programs import running

ACCOUNTS = [Column(int, name="id", primary_key=True), Column(int, name="amount", default=100)]

MOVES_MONEY = """
from pytuck import Storage
with Storage(sys.argv[1]) as storage:
    while wait() == "go":
        with storage.transaction():
            for key, by in ((1, -10), (2, 10)):
                amount = storage.select("accounts", key)["amount"]
                storage.update("accounts", key, {"amount": amount + by})
        say("done")
"""


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "bank.pytuck"
    with Storage(path) as storage:
        storage.create_table("accounts", ACCOUNTS)
        storage.bulk_insert("accounts", [{}, {}])
    return path


@pytest.fixture
def storage(path):
    with Storage(path, timeout_s=10) as storage:
        yield storage


@pytest.fixture
def account_model(storage):
    class Account(declarative_base(storage)):
        __tablename__ = "accounts"
        id = Column(int, primary_key=True)
        amount = Column(int, default=100)

    return Account


@pytest.fixture
def mover(path):
    with running(MOVES_MONEY, path) as program:
        yield lambda: (program.tell("go"), program.listen())


def amount_of(session, model, key):
    return session.scalars(select(model.amount).where(model.id == key))[0]


def in_a_thread(work):
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()


def test_a_session_sees_one_state_until_its_transaction_ends(storage, account_model, mover):
    with Session(storage) as session:
        assert amount_of(session, account_model, 1) == 100
        mover()
        assert amount_of(session, account_model, 2) == 100
        session.commit()
        assert (amount_of(session, account_model, 1), amount_of(session, account_model, 2)) == (
            90,
            110,
        )
        mover()
        session.rollback()
        assert (amount_of(session, account_model, 1), amount_of(session, account_model, 2)) == (
            80,
            120,
        )


def test_what_rests_on_an_old_state_is_not_written(storage, account_model, mover):
    with contextlib.closing(Session(storage)) as session:
        account = session.get(account_model, 1)
        mover()
        account.amount -= 50
        for _ in range(2):  # trying the same again does not help
            with pytest.raises(StaleDataError, match="again") as caught:
                session.commit()
        assert isinstance(caught.value, ConflictError)
        assert session.dirty == [account]
        session.rollback()
        session.expire_all()
        session.get(account_model, 1).amount -= 50
        session.commit()
    assert storage.select("accounts", 1)["amount"] == 40


def test_a_transaction_that_reads_goes_on_to_write_if_nobody_came_between(storage, account_model):
    with Session(storage) as session:
        session.get(account_model, 1).amount += amount_of(session, account_model, 2)
    assert storage.select("accounts", 1)["amount"] == 200


def test_run_does_the_work_again(storage, account_model, mover):
    """A session that joins nothing loses the race; `run` repeats all of it."""
    tries = []

    def work(opened):
        tries.append(1)
        if len(tries) == 1:
            raise StaleDataError("somebody was faster")
        with Session(opened) as session:
            session.get(account_model, 1).amount += 1

    storage.run(work)
    assert len(tries) == 2
    assert storage.select("accounts", 1)["amount"] == 101


def test_a_thread_sees_what_it_has_just_done_itself(storage, account_model):
    with Session(storage) as session, Session(storage) as other:
        assert amount_of(session, account_model, 1) == 100
        other.execute(update(account_model).values(amount=1))
        other.commit()
        assert amount_of(session, account_model, 1) == 1
        storage.update("accounts", 1, {"amount": 2})
        assert amount_of(session, account_model, 1) == 2
        session.get(account_model, 2).amount = 5
        storage.update("accounts", 1, {"amount": 3})
        session.commit()
    assert storage.select("accounts", 2)["amount"] == 5


def test_a_transaction_that_was_begun_by_name_does_not(storage, account_model):
    with Session(storage) as session, session.begin():
        assert amount_of(session, account_model, 1) == 100
        storage.update("accounts", 1, {"amount": 2})
        assert amount_of(session, account_model, 1) == 100


def test_another_thread_is_somebody_else(storage, account_model):
    with Session(storage) as session:
        assert amount_of(session, account_model, 1) == 100
        in_a_thread(lambda: storage.update("accounts", 1, {"amount": 2}))
        assert amount_of(session, account_model, 1) == 100


def test_read_committed_sees_each_commit(path, mover):
    with Storage(path, isolation_level="read committed") as storage:

        class Account(declarative_base(storage)):
            __tablename__ = "accounts"
            id = Column(int, primary_key=True)
            amount = Column(int, default=100)

        assert storage.isolation_level == "READ COMMITTED"
        with Session(storage) as session:
            assert amount_of(session, Account, 1) == 100
            mover()
            assert amount_of(session, Account, 1) == 90
            session.get(Account, 2).amount = 0
            mover()
            session.commit()
        with Session(storage, isolation_level="SERIALIZABLE") as session:
            before = amount_of(session, Account, 1)
            mover()
            assert amount_of(session, Account, 1) == before


def test_reading_transactions_of_a_storage(storage, account_model, mover):
    with storage.transaction(read_only=True):
        first = storage.select("accounts", 1)["amount"]
        mover()
        assert first + storage.select("accounts", 2)["amount"] == 200
        with storage.transaction(read_only=True), Session(storage) as session:
            assert (
                amount_of(session, account_model, 1) + amount_of(session, account_model, 2) == 200
            )
        assert sum(row["amount"] for row in storage.query("accounts", [])) == 200
    assert storage.select("accounts", 1)["amount"] == 90


def test_reading_transactions_write_nothing(storage, account_model):
    with storage.transaction(read_only=True), Session(storage) as session:
        assert amount_of(session, account_model, 1) == 100
        session.add(account_model())
        for act in (
            session.commit,
            lambda: storage.insert("accounts", {}),
            lambda: storage.bulk_insert("accounts", [{}, {}]),
            lambda: storage.transaction().__enter__(),
            lambda: storage.drop_table("accounts"),
        ):
            with pytest.raises(ReadOnlyError):
                act()
        session.rollback()
    assert storage.insert("accounts", {}) == 3


def test_many_readers_beside_a_writer_never_see_half_a_move(storage, account_model):
    wrong, done = [], threading.Event()

    def read():
        while not done.is_set():
            with Session(storage) as session:
                if (
                    amount_of(session, account_model, 1) + amount_of(session, account_model, 2)
                    != 200
                ):
                    wrong.append(1)

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    for _ in range(40):
        with Session(storage) as session:
            session.get(account_model, 1).amount -= 1
            session.flush()
            session.get(account_model, 2).amount += 1
    done.set()
    for reader in readers:
        reader.join()
    assert wrong == []


@pytest.mark.parametrize(
    ("name", "first"),
    [("a.pytuck", "SERIALIZABLE"), ("a.sqlite", "READ COMMITTED"), (None, "READ UNCOMMITTED")],
)
def test_levels_have_names_and_others_are_refused(tmp_path, name, first):
    path = tmp_path / name if name else None
    with Storage(path) as storage:
        assert storage.isolation_level == first
        assert first in storage.engine.isolation_levels
        with pytest.raises(ConfigurationError, match=first):
            Session(storage, isolation_level="REPEATABLE READ")
    with pytest.raises(ConfigurationError, match="CHAOS"):
        Storage(path, isolation_level="CHAOS")

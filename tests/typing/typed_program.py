"""What type checkers must infer of a program; checked by `test_inferred_types.py`, and runs."""

from __future__ import annotations

from typing import Any, assert_type

from pytuck import (
    Column,
    CRUDBaseModel,
    DeclarativeBase,
    Expression,
    Items,
    Mapped,
    Query,
    Relationship,
    Result,
    Select,
    Session,
    Storage,
    SyncResult,
    mapped_column,
    relationship,
    select,
)
from pytuck.core.storage import Table

storage = Storage()


class Base(DeclarativeBase, storage=storage):
    """The base of the models."""


class User(Base):
    """Declared by columns."""

    __tablename__ = "users"
    id = Column(int, primary_key=True)
    name = Column(str, nullable=False)
    orders = Relationship["list[Order]"]("Order", back_populates="user")


class Order(Base):
    """Declared by annotations."""

    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)
    total: Mapped[float | None]
    user_id: Mapped[int | None] = mapped_column(foreign_key="users.id")
    user: Mapped[User | None] = relationship(back_populates="orders")


class Active(CRUDBaseModel, storage=storage):
    """The base of models that save themselves."""


class Note(Active):
    """Saves itself."""

    __tablename__ = "notes"
    id = Column(int, primary_key=True)


def statements(session: Session) -> None:
    """Statements know what they give."""
    assert_type(select(User), Select[User])
    assert_type(session.execute(select(User)), Result[User])
    assert_type(session.execute(select(User)).all(), list[User])
    assert_type(session.execute(select(User, Order.total)).all(), list[tuple[User, float | None]])
    assert_type(session.execute(select(User.name, User.id)).first(), tuple[str, int] | None)
    assert_type(session.execute(select(User.name)).first(), tuple[str] | None)
    assert_type(session.scalars(select(User)), Items[User])
    assert_type(session.scalars(select(User.name)), Items[str])
    assert_type(session.scalars(select(User.name)).first(), str | None)
    assert_type(session.scalar(select(User.name)), str | None)
    assert_type(session.scalar(select(User)), User | None)
    assert_type(User.name, Expression[str])
    for user in session.stream(select(User)):
        assert_type(user, User)


def objects(session: Session) -> None:
    """So do sessions, queries and objects."""
    assert_type(session.get(User, 1), User | None)
    assert_type(session.query(User), Query[User])
    assert_type(session.query(User).filter(User.name == "x").all(), list[User])
    user = session.query(User).order_by("id").first()
    assert user is not None
    assert_type(user, User)
    assert_type(user.name, str)
    assert_type(user.id, int)
    assert_type(user.orders, list[Order])
    order = user.orders[0]
    assert_type(order.total, float | None)
    assert_type(order.user, User | None)


def active_records() -> None:
    """And models that save themselves."""
    assert_type(Note.create(id=1), Note)
    assert_type(Note.get(1), Note | None)
    assert_type(Note.all(), list[Note])


def tables(session: Session) -> None:
    """Tables by name and changes of them have types as well."""
    assert_type(storage.tables["users"], Table)
    assert_type(storage.tables["users"].columns["id"], Column[Any])
    assert_type(storage.run(lambda opened: opened.count_rows("users")), int)
    assert_type(storage.select("users", 1), dict[str, Any])
    assert_type(storage.get_table_info(), list[dict[str, Any]])
    assert_type(storage.get_table_info("users"), dict[str, Any])
    assert_type(session.sync_schema(User, dry_run=True), SyncResult)
    with storage.transaction() as opened:
        assert_type(opened, Storage)


def main() -> None:
    """Run what is declared above."""
    with Session(storage) as session:
        session.add(User(name="Ada", orders=[Order(total=1.5)]))
        session.commit()
        statements(session)
        objects(session)
        tables(session)
    active_records()


if __name__ == "__main__":
    main()

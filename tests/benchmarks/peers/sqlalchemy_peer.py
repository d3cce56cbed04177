"""SQLAlchemy 2, with the standard library's driver."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import data
from base import BasePeer
from sqlalchemy import ForeignKey, create_engine, event, func, insert, or_, select
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    Session,
    mapped_column,
    relationship,
    selectinload,
)


class Base(DeclarativeBase):
    """The models."""


class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    email: Mapped[str]
    age: Mapped[int]
    city: Mapped[str]
    score: Mapped[float]
    orders: Mapped[list[Order]] = relationship(back_populates="user")


class Order(Base):
    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    number: Mapped[int]
    product: Mapped[str]
    amount: Mapped[float]
    user: Mapped[User] = relationship(back_populates="orders")


def engine_on(path: Path) -> Any:
    """Return the engine on a file, with the pragmas that all SQL peers have."""
    engine = create_engine(f"sqlite:///{path}")

    @event.listens_for(engine, "connect")
    def set_pragmas(connection: Any, _: object) -> None:
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")

    Base.metadata.create_all(engine)
    return engine


def as_dict(row: tuple[Any, ...]) -> dict[str, Any]:
    """Return the values of a user."""
    return dict(zip(("name", "email", "age", "city", "score"), row[1:], strict=True))


class Peer(BasePeer):
    """Objects through the session, unless the work says otherwise."""

    def __init__(self, folder: Path, size: data.Size) -> None:
        super().__init__(folder, size)
        self._engine: Any = None

    def fill(self) -> None:
        names = ("id", "user_id", "number", "product", "amount")
        with engine_on(self.path).begin() as connection:
            users = [{"id": row[0], **as_dict(row)} for row in data.users(self.size.users)]
            connection.execute(insert(User), users)
            orders = [dict(zip(names, row, strict=True)) for row in data.orders(self.size.users)]
            connection.execute(insert(Order), orders)

    def _session(self) -> Session:
        if self._engine is None:
            self._engine = engine_on(self.path)
        return Session(self._engine)

    def add_all(self) -> data.Measured:
        engine = engine_on(self.empty_path())

        def run() -> int:
            with Session(engine) as session:
                users = [User(**as_dict(row)) for row in data.users(self.size.new)]
                session.add_all(users)
                session.commit()
                return users[-1].id

        return run

    def bulk_insert(self) -> data.Measured:
        engine = engine_on(self.empty_path())
        rows = [as_dict(row) for row in data.users(self.size.new)]

        def run() -> int:
            with Session(engine) as session:
                session.execute(insert(User), rows)
                session.commit()
            return len(rows)

        return run

    def gets(self) -> data.Measured:
        session = self._session()
        keys = range(1, self.size.users, self.size.users // self.size.gets)
        return lambda: sum(session.get(User, key) is not None for key in keys)

    def filtered(self) -> data.Measured:
        session = self._session()
        return lambda: len(session.scalars(select(User).where(User.age == 3)).all())

    def objects(self) -> data.Measured:
        session = self._session()
        return lambda: len(session.scalars(select(User)).all())

    def tuples(self) -> data.Measured:
        session = self._session()
        question = select(User.id, User.name, User.email, User.age, User.city, User.score)
        return lambda: len(session.execute(question).all())

    def or_count(self) -> data.Measured:
        session = self._session()
        condition = or_(User.age == 3, User.city == "上海")
        question = select(func.count()).select_from(User).where(condition)
        return lambda: int(session.scalar(question) or 0)

    def group_by(self) -> data.Measured:
        session = self._session()
        question = select(User.city, func.count(), func.avg(User.score)).group_by(User.city)
        return lambda: len(session.execute(question).all())

    def join_tuples(self) -> data.Measured:
        session = self._session()
        question = select(User.name, Order.amount).join(User.orders)
        question = question.where(User.age == 3, Order.number == 0)
        return lambda: len(session.execute(question).all())

    def join_objects(self) -> data.Measured:
        session = self._session()
        question = select(User, Order).join(User.orders)
        question = question.where(User.age == 3, Order.number == 0)
        return lambda: len(session.execute(question).all())

    def eager(self) -> data.Measured:
        session = self._session()

        def run() -> int:
            question = select(User).where(User.id <= self.size.parents)
            users = session.scalars(question.options(selectinload(User.orders))).all()
            return sum(len(user.orders) for user in users)

        return run

    def update(self) -> data.Measured:
        engine = engine_on(self.copy())

        def run() -> int:
            with Session(engine) as session:
                users = session.scalars(select(User).where(User.age == 3)).all()
                for user in users:
                    user.score += 1
                session.commit()
                return len(users)

        return run

    def delete(self) -> data.Measured:
        engine = engine_on(self.copy())

        def run() -> int:
            with Session(engine) as session:
                question = select(User).where(User.age == 9)
                users = session.scalars(question.options(selectinload(User.orders))).all()
                for user in users:
                    session.delete(user)
                session.commit()
                return len(users)

        return run

    def delete_leaves(self) -> data.Measured:
        engine = engine_on(self.copy())

        def run() -> int:
            with Session(engine) as session:
                question = select(Order).where(Order.id <= self.size.last_leaf)
                orders = session.scalars(question).all()
                for order in orders:
                    session.delete(order)
                session.commit()
                return len(orders)

        return run

    def open(self) -> data.Measured:
        def run() -> int:
            with Session(engine_on(self.path)) as session:
                return len(session.scalars(select(User).limit(1)).all())

        return run

    def commits(self) -> data.Measured:
        session = Session(engine_on(self.empty_path()))

        def run() -> int:
            for row in data.users(data.COMMITS):
                session.add(User(**as_dict(row)))
                session.commit()
            return data.COMMITS

        return run

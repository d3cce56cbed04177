from __future__ import annotations

import contextlib
from collections.abc import Iterator
from types import SimpleNamespace

import apsw
import pytest

from pytuck import Column, Relationship, Session, Storage, declarative_base
from tests.core.statement_log import StatementLog


@pytest.fixture
def log() -> Iterator[StatementLog]:
    """Every statement of the test; ask for it before the storage is opened."""
    log = StatementLog()
    apsw.connection_hooks.append(log.watch)
    yield log
    apsw.connection_hooks.remove(log.watch)


@pytest.fixture(params=["file", "memory"])
def storage(request, tmp_path, log):
    path = tmp_path / "test.pytuck" if request.param == "file" else None
    with Storage(path, durability="off") as storage:
        yield storage


@pytest.fixture
def shop(storage):
    """Users with a profile and orders, orders with lines, products with tags."""
    base = declarative_base(storage)

    class User(base):
        __tablename__ = "users"
        id = Column(int, primary_key=True)
        name = Column(str, nullable=False)
        orders = Relationship("Order", back_populates="user")
        profile = Relationship("Profile", back_populates="user", uselist=False)

    class Profile(base):
        __tablename__ = "profiles"
        id = Column(int, primary_key=True)
        user_id = Column(int, foreign_key="users.id", unique=True)
        text = Column(str)
        user = Relationship("User", back_populates="profile")

    class Order(base):
        __tablename__ = "orders"
        id = Column(int, primary_key=True)
        user_id = Column(int, foreign_key="users.id", index=True)
        title = Column(str)
        user = Relationship("User", back_populates="orders")
        lines = Relationship(
            "Line", back_populates="order", cascade="all, delete-orphan", order_by="number"
        )

    class Line(base):
        __tablename__ = "lines"
        order_id = Column(int, primary_key=True, foreign_key="orders.id")
        number = Column(int, primary_key=True)
        product_id = Column(int, foreign_key="products.id")
        order = Relationship(Order, back_populates="lines")
        product = Relationship("Product")

    class Product(base):
        __tablename__ = "products"
        id = Column(int, primary_key=True)
        name = Column(str)
        tags = Relationship("Tag", secondary="product_tags", back_populates="products")

    class Tag(base):
        __tablename__ = "tags"
        id = Column(int, primary_key=True)
        name = Column(str, unique=True)
        products = Relationship("Product", secondary="product_tags", back_populates="tags")

    class ProductTag(base):
        __tablename__ = "product_tags"
        product_id = Column(int, primary_key=True, foreign_key="products.id")
        tag_id = Column(int, primary_key=True, foreign_key="tags.id")

    return SimpleNamespace(
        base=base,
        User=User,
        Profile=Profile,
        Order=Order,
        Line=Line,
        Product=Product,
        Tag=Tag,
        ProductTag=ProductTag,
    )


@pytest.fixture
def session(storage, shop):
    with contextlib.closing(Session(storage)) as session:
        yield session

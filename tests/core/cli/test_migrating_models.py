"""As a new user does it: change a model, run two commands, look at the database."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from pytuck import Storage

ROOT = Path(__file__).resolve().parents[3]
RUNS_THE_COMMAND = "import sys; from pytuck.cli import main; sys.exit(main())"

FIRST = """
from pytuck import Column, DeclarativeBase, Index, Storage

storage = Storage("shop.pytuck")

class Base(DeclarativeBase, storage=storage, create_tables=False):
    pass

class Item(Base):
    __tablename__ = "items"
    __table_comment__ = "what is for sale"
    __table_args__ = (Index("name", "price", name="by_name"),)
    id = Column(int, primary_key=True)
    name = Column(str, nullable=False, index=True)
    price = Column(float, default=1.5, comment="in euros")
"""
SECOND = """
from datetime import date
from decimal import Decimal
from pytuck import Column, Storage, declarative_base

Base = declarative_base(Storage("shop.pytuck"), create_tables=False)

class Maker(Base):
    __tablename__ = "makers"
    id = Column(int, primary_key=True)
    name = Column(str, unique=True)

class Item(Base):
    __tablename__ = "items"
    __table_comment__ = "what is for sale"
    id = Column(int, primary_key=True)
    title = Column(str, nullable=False)
    price = Column(Decimal, default=Decimal("1.5"), comment="in euros")
    since = Column(date)
    maker_id = Column(int, foreign_key="makers.id", index=True)
"""


class Shop:
    """A folder with a program in it."""

    def __init__(self, folder):
        self.folder = folder

    def models(self, code):
        (self.folder / "shop.py").write_text(code)

    def run(self, *arguments, status=0):
        done = subprocess.run(
            [sys.executable, "-c", RUNS_THE_COMMAND, *arguments],
            cwd=self.folder,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == status, done.stdout + done.stderr
        return done.stdout + done.stderr

    @property
    def script(self):
        """The newest script."""
        scripts = (self.folder / "migrations").glob("*.py")
        return max(scripts, key=lambda path: path.stat().st_mtime_ns)


@pytest.fixture
def shop(tmp_path):
    made = Shop(tmp_path)
    made.models(FIRST)
    made.run("migrate", "init", "shop.pytuck", "--models", "shop")
    made.run("migrate", "new", "the first tables", "--auto")
    return made


def test_the_first_tables(shop):
    with Storage(shop.folder / "shop.pytuck") as storage:
        assert storage.list_tables() == []
    shop.run("migrate", "upgrade")
    with Storage(shop.folder / "shop.pytuck") as storage:
        items = storage.get_table("items").schema
        assert items.comment == "what is for sale"
        assert sorted(index.name for index in items.indexes) == ["by_name", "idx_items_name"]
        storage.insert("items", {"name": "pear"})
        assert storage.select("items", 1)["price"] == 1.5
    assert "nothing to do" in shop.run("migrate", "new", "again", "--auto")
    shop.run("migrate", "downgrade", "base")
    with Storage(shop.folder / "shop.pytuck") as storage:
        assert storage.list_tables() == []


def test_a_changed_model(shop):
    shop.run("migrate", "upgrade")
    with Storage(shop.folder / "shop.pytuck") as storage:
        storage.insert("items", {"name": "pear", "price": 2.25})
    shop.models(SECOND)
    assert "The models differ: create table makers" in shop.run("migrate", "check", status=3)
    hint = shop.run("migrate", "new", "makers", "--auto")
    assert "--rename items.name=title" in hint
    shop.script.unlink()
    told = shop.run("migrate", "new", "makers", "--auto", "--rename", "items.name=title")
    assert "rename column items.name to title" in told
    assert 'op.rename_column("items", "name", "title")' in shop.script.read_text()
    shop.run("migrate", "upgrade")
    with Storage(shop.folder / "shop.pytuck") as storage:
        row = storage.select("items", 1)
        assert (row["title"], str(row["price"]), row["maker_id"]) == ("pear", "2.25", None)
        key = storage.get_table("items").schema.foreign_keys[0]
        assert (key.columns, key.target_table) == (("maker_id",), "makers")
        assert storage.get_table("items").schema.column("price").comment == "in euros"
        assert [index.name for index in storage.get_table("items").schema.indexes] == [
            "idx_items_maker_id"
        ]
        assert storage.check() == []
    assert "nothing to do" in shop.run("migrate", "new", "again", "--auto")
    shop.run("migrate", "check")
    shop.run("migrate", "downgrade", "-1")
    shop.script.unlink()
    shop.models(FIRST)
    assert "nothing to do" in shop.run("migrate", "new", "again", "--auto")
    with Storage(shop.folder / "shop.pytuck") as storage:
        assert storage.select("items", 1) == {"id": 1, "name": "pear", "price": 2.25}


def test_what_is_not_applied_comes_first(shop):
    assert "migrate upgrade" in shop.run("migrate", "new", "too early", "--auto", status=1)


def test_tables_without_models_stay_unless_they_are_to_go(shop):
    shop.run("migrate", "upgrade")
    with Storage(shop.folder / "shop.pytuck") as storage:
        storage.execute_sql("CREATE TABLE others (id INTEGER PRIMARY KEY)")
    assert "nothing to do" in shop.run("migrate", "new", "again", "--auto")
    told = shop.run("migrate", "new", "tidy", "--auto", "--drop-tables")
    assert "drop table others" in told


def test_models_that_cannot_be_had(shop):
    shop.run("migrate", "upgrade")
    shop.models("1 / 0")
    assert "'shop' cannot be imported: ZeroDivisionError" in shop.run(
        "migrate", "new", "x", "--auto", status=1
    )
    shop.models("x = 1_000")
    assert "no models" in shop.run("migrate", "new", "x", "--auto", status=1)
    assert "TABLE.COLUMN=NEW" in shop.run(
        "migrate", "new", "x", "--auto", "--rename", "a.=b", status=1
    )

"""The sample: the same every time, whole or not there, never in place of a user's file."""

from __future__ import annotations

import importlib.util
from decimal import Decimal
from pathlib import Path

import pytest

from pytuck import Storage, select
from tests.architecture.source_files import ROOT

_spec = importlib.util.spec_from_file_location(
    "bookshop", ROOT / "resources" / "sample" / "bookshop.py"
)
assert _spec is not None
assert _spec.loader is not None
bookshop = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(bookshop)


def _rows(path: Path) -> dict[str, list[tuple[object, ...]]]:
    with Storage(path, read_only=True) as storage:
        return {
            name: storage.execute(select(table)).all() for name, table in storage.tables.items()
        }


def test_it_is_the_same_every_time(tmp_path):
    bookshop.create(tmp_path / "one.pytuck")
    bookshop.create(tmp_path / "two.pytuck")
    assert _rows(tmp_path / "one.pytuck") == _rows(tmp_path / "two.pytuck")


def test_it_has_every_kind_of_value(tmp_path):
    bookshop.create(tmp_path / "shop.pytuck")
    rows = _rows(tmp_path / "shop.pytuck")
    assert set(rows) == {"authors", "books", "customers", "order_lines", "orders", "reviews"}
    kinds = {type(value) for table in rows.values() for row in table for value in row}
    expected = "int float str bool bytes datetime date time timedelta list dict Decimal UUID"
    assert {kind.__name__ for kind in kinds} >= {*expected.split(), "NoneType"}
    assert all(Decimal(18) < row[4] < 130 for row in rows["order_lines"])


def test_it_leaves_nothing_else_behind(tmp_path):
    bookshop.create(tmp_path / "new folder" / "shop.pytuck")
    assert [path.name for path in tmp_path.rglob("*")] == ["new folder", "shop.pytuck"]


def test_it_never_overwrites_a_file(tmp_path):
    path = tmp_path / "shop.pytuck"
    path.write_bytes(b"mine")
    with pytest.raises(FileExistsError):
        bookshop.create(path)
    assert path.read_bytes() == b"mine"
    assert list(tmp_path.iterdir()) == [path]


def test_it_leaves_nothing_if_it_fails(tmp_path, monkeypatch):
    def fail(_shop):
        raise OSError("disk full")

    monkeypatch.setattr(bookshop.Bookshop, "fill", fail)
    with pytest.raises(OSError, match="disk full"):
        bookshop.create(tmp_path / "shop.pytuck")
    assert list(tmp_path.iterdir()) == []

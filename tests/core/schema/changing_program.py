"""A program that changes the structure of a DuckDB file over and over; it says when it has.

    python -m tests.core.schema.changing_program FILE NUMBER

Every round is one transaction that makes one of two shapes of the database the other. The comment
of the table says how many there were.
"""

from __future__ import annotations

import sys

from pytuck import Storage, update
from pytuck.schema import (
    AddColumn,
    AlterColumn,
    Change,
    Column,
    CommentTable,
    CreateIndex,
    CreateTable,
    DropColumn,
    DropIndex,
    ForeignKey,
    Index,
    RenameColumn,
    RenameTable,
    ReorderColumns,
    SetPrimaryKey,
    Table,
)
from pytuck.types import TYPES

ROWS = 3000
_INT, _TEXT = TYPES[int], TYPES[str]

ITEMS = Table(
    "items",
    (
        Column("id", _INT, nullable=False, primary_key=True),
        Column("code", _INT, nullable=False, unique=True),
        Column("price", _INT, default=1, comment="in cents"),
        Column("name", _TEXT),
    ),
    primary_key=("id",),
    indexes=(Index("by_price", ("price",)),),
    comment="0",
)
SALES = Table(
    "sales",
    (Column("item", _INT), Column("day", _TEXT)),
    foreign_keys=(ForeignKey(("item",), "items", ("id",)),),
)

FORTH: tuple[Change, ...] = (
    RenameTable("items", "goods"),
    AlterColumn("goods", "price", type=_TEXT, nullable=False),
    RenameColumn("goods", "id", "number"),
    DropColumn("goods", "name"),
    AddColumn("goods", Column("stock", _INT, nullable=False), fill=5),
    CreateIndex("goods", Index("by_stock", ("stock", "code"))),
    RenameTable("sales", "sold"),
    SetPrimaryKey("sold", ("item",)),
)
BACK: tuple[Change, ...] = (
    SetPrimaryKey("sold", ()),
    AlterColumn("sold", "item", nullable=True),
    RenameTable("sold", "sales"),
    DropIndex("goods", "by_stock"),
    RenameTable("goods", "items"),
    DropColumn("items", "stock"),
    RenameColumn("items", "number", "id"),
    AlterColumn("items", "price", type=_INT, nullable=True),
    AddColumn("items", Column("name", _TEXT), fill="x"),
    ReorderColumns("items", ("id", "code", "price", "name")),
)


def make(storage: Storage) -> None:
    """Make the first shape, with rows."""
    storage.change(CreateTable("items", ITEMS), CreateTable("sales", SALES))
    storage.bulk_insert(
        "items", [{"code": n, "price": n % 7, "name": "x"} for n in range(1, ROWS + 1)]
    )
    storage.bulk_insert("sales", [{"item": n, "day": "today"} for n in range(1, ROWS + 1)])


def change_for_ever(storage: Storage, number: int) -> None:
    """Go from one shape to the other, in one call or step by step with writes in between."""
    while True:
        number += 1
        steps, name = (FORTH, "goods") if number % 2 else (BACK, "items")
        steps = (*steps, CommentTable(name, str(number)))
        if number % 4 < 2:
            storage.change(*steps)
        else:
            _change_step_by_step(storage, steps)
        print(number, flush=True)


def _change_step_by_step(storage: Storage, steps: tuple[Change, ...]) -> None:
    with storage.transaction():
        for step in steps:
            storage.change(step)
            for name, table in storage.tables.items():
                if "code" in table.columns:
                    source = storage.tables[name]
                    storage.execute(update(source).values({"code": source.c["code"] + 0}))


if __name__ == "__main__":
    with Storage(sys.argv[1]) as opened:
        print("ready", flush=True)
        change_for_ever(opened, int(sys.argv[2]))

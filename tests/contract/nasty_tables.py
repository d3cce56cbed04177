"""Tables with everything that gets lost easily, to be put into every kind of file.

The values are those of the table of traps in the design page on reliability.
"""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from enum import Enum
from itertools import zip_longest
from typing import Any
from uuid import UUID

from pytuck import Storage, schema
from pytuck.schema import MISSING, Column, ForeignKey, Index, Table
from pytuck.types import TYPES, ColumnType, type_of


class Colour(Enum):
    RED = "red"
    GREEN = 'grün, "hell"'


VALUES: dict[str, list[Any]] = {
    "i": [0, -1, 2**53 + 1, 2**63 - 1, -(2**63), 10**15, 10**16],
    "f": [0.1, 1.0, -1.5, 1e308, 5e-324, 1e22, 123456789.12345679, float("inf"), float("-inf")],
    "s": [
        "",
        " ",
        " both ends ",
        "NULL",
        "null",
        "007",
        "1e5",
        "true",
        "2020-01-01",
        "a\nb",
        "a\r\nb",
        "\r",
        "\tx\t",
        "nul\0nul",
        "\x01\x08\x0b\x1f\x7f\x85\u2028",
        "\ufffe\uffff",
        "\ufeffmark",
        "emoji 😀 中文 עברית",
        "e\u0301 é",
        "'\"`;-- \\ \\N \\n",
        '"',
        '""',
        "a,b;c|d",
        "=1+1",
        "+1",
        "-1",
        "@x",
        "_x0041_",
        "_x000D_",
        "<a>&amp;</a>",
        "]]>",
        '{"a": 1}',
        '{"$bytes": "aGk="}',
        "inf",
        "x" * 30_000,
    ],
    "b": [True, False],
    "by": [b"", b"\0\xff\n", bytes(range(256)), b"text"],
    "dt": [
        datetime(2026, 1, 2, 3, 4, 5, 678901),
        datetime(1, 1, 1),
        datetime(9999, 12, 31, 23, 59, 59, 999999),
        datetime(1900, 2, 28, 12),
        datetime(2026, 7, 1, tzinfo=timezone(timedelta(hours=5, minutes=45))),
        datetime(2026, 7, 1, 0, 0, 0, 1, tzinfo=UTC),
    ],
    "d": [date(2026, 1, 2), date(1, 1, 1), date(9999, 12, 31), date(1900, 2, 28), date(1904, 1, 1)],
    "t": [time(0), time(23, 59, 59, 999999), time(12, 30), time(8, tzinfo=UTC)],
    "td": [timedelta(0), timedelta(microseconds=1), timedelta(days=-1, microseconds=7)],
    "dec": [
        Decimal(0),
        Decimal("0.1"),
        Decimal("-12345678901234567890.123456789"),
        Decimal("1E+5"),
    ],
    "u": [UUID(int=0), UUID("12345678-1234-5678-1234-567812345678")],
    "l": [[], [None, True, 1, 1.5, "x", [b"\0", {"k": date(2026, 1, 1)}]], [float("inf")]],
    "m": [{}, {"a": None, "$b": 1, "$$": [], "": {"é": "\0"}}, {"$bytes": "no bytes"}],
    "e": list(Colour),
}

KINDS: dict[str, type] = {
    "i": int,
    "f": float,
    "s": str,
    "b": bool,
    "by": bytes,
    "dt": datetime,
    "d": date,
    "t": time,
    "td": timedelta,
    "dec": Decimal,
    "u": UUID,
    "l": list,
    "m": dict,
    "e": Colour,
}


def _key(name: str = "id", **more: Any) -> Column:
    return Column(name, TYPES[int], nullable=False, primary_key=True, **more)


def tables() -> list[Table]:
    """Return the structure of the tables, parents first."""
    everything = Table(
        "every type",
        (
            _key(autoincrement=True),
            *(
                Column(name, _type(kind), comment=f"“{name}” 注释" if name == "s" else None)
                for name, kind in KINDS.items()
            ),
        ),
        ("id",),
        comment="every type there is\nin two lines",
        rowid_alias="id",
    )
    composite = Table(
        'Größe/表 "x".csv',
        (
            Column("a b", TYPES[int], nullable=False, primary_key=True),
            Column("select", TYPES[str], nullable=False, primary_key=True, default="d'e\"f"),
            Column("x.y", TYPES[float], default=1.5),
            Column("$key", TYPES[bool], default=True),
            Column("日期", TYPES[date], default=date(2026, 1, 1)),
            Column("raw", TYPES[bytes], default=b"\0\xff"),
        ),
        ("a b", "select"),
        indexes=(Index("idx of two", ("x.y", "$key")),),
    )
    text_key = Table(
        "CON",
        (
            Column("code", TYPES[str], nullable=False, primary_key=True),
            Column("name", TYPES[str], nullable=False, unique=True),
        ),
        ("code",),
    )
    child = Table(
        "child",
        (_key(), Column("code", TYPES[str]), Column("parent", TYPES[int])),
        ("id",),
        foreign_keys=(
            ForeignKey(("code",), "CON", ("code",)),
            ForeignKey(("parent",), "child", ("id",)),
        ),
        indexes=(Index("idx_child_code", ("code",), is_unique=True),),
        rowid_alias="id",
    )
    no_key = Table("_no key", (Column("x", TYPES[int]), Column("y", TYPES[str])))
    one_column = Table("one", (Column("only", TYPES[str]),))
    empty = Table("empty", (_key(), Column("when", TYPES[datetime])), ("id",), rowid_alias="id")
    return [everything, composite, text_key, child, no_key, one_column, empty]


def rows() -> dict[str, list[dict[str, Any]]]:
    """Return the rows of each table."""
    everything = [
        {name: value for name, value in zip(VALUES, row, strict=True) if value is not None}
        for row in zip_longest(*VALUES.values())
    ]
    return {
        "every type": [{}, *everything],
        'Größe/表 "x".csv': [
            {"a b": 1, "select": ""},
            {"a b": 1, "select": "x", "x.y": None, "$key": None, "日期": None, "raw": None},
        ],
        "CON": [{"code": "007", "name": ""}, {"code": "7", "name": " "}, {"code": "", "name": "n"}],
        "child": [{"id": 7, "code": "7", "parent": 9}, {"id": 9, "code": None, "parent": 7}],
        "_no key": [{"x": 1, "y": None}, {"x": 1, "y": None}, {"x": None, "y": ""}],
        "one": [{"only": None}, {"only": ""}, {"only": "x"}, {"only": None}],
    }


def fill(storage: Storage) -> None:
    """Make the tables in a storage, with their rows."""
    storage.change(*(schema.CreateTable(table.name, table) for table in tables()))
    found = rows()
    with storage.transaction():
        for name, wanted in found.items():
            for row in wanted:
                storage.insert(name, row) if name != "child" else None
        # Each of these refers to the other.
        storage.insert("child", {"id": 7, "code": "7"})
        storage.insert("child", {"id": 9, "code": None, "parent": 7})
        storage.update("child", 7, {"parent": 9})
        # The key of a deleted row is not given again.
        last = storage.insert("every type", {"s": "deleted"})
        storage.delete("every type", last)


Contents = dict[str, tuple[Table, Counter[tuple[str, ...]]]]


def contents(storage: Storage) -> Contents:
    """Return every table with its rows: exact types and values, in no order."""
    found = {}
    for name, table in storage.tables.items():
        found_rows = storage.query(name, [])
        names = [column.name for column in table.schema.columns]
        found[name] = (
            comparable(table.schema),
            Counter(tuple(exact(row[column]) for column in names) for row in found_rows),
        )
    return found


def exact(value: Any) -> str:
    """Return what tells a value from any other, type and sign included."""
    if isinstance(value, datetime):
        return f"datetime {value.isoformat()} {value.utcoffset()}"
    if isinstance(value, time):
        return f"time {value.isoformat()} {value.utcoffset()}"
    return f"{type(value).__name__} {value!r}"


def comparable(table: Table) -> Table:
    """Return a table's structure without what differs between engines by their nature."""
    columns = tuple(
        Column(
            column.name,
            column.type,
            column.nullable,
            column.primary_key,
            column.default if column.default is not MISSING else MISSING,
            column.unique,
            column.autoincrement,
            column.comment,
        )
        for column in table.columns
    )
    return Table(
        table.name,
        columns,
        table.primary_key,
        tuple(sorted(table.foreign_keys, key=repr)),
        tuple(sorted(table.indexes, key=lambda index: index.name)),
        table.comment,
    )


def _type(kind: type) -> ColumnType[Any]:
    return type_of(kind)

"""Changes are written as a person would write them, and mean the same when they are read."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from enum import Enum

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from pytuck import Column, ForeignKey, SchemaError
from pytuck.migrations.change_code import ChangeCode
from pytuck.migrations.schema_operations import SchemaOperations as Operations
from pytuck.schema import (
    MISSING,
    AddColumn,
    AddForeignKey,
    AlterColumn,
    CommentTable,
    CreateIndex,
    CreateTable,
    DropTable,
    Index,
    SetPrimaryKey,
    Table,
    compare,
)
from pytuck.schema import Column as Plain
from pytuck.schema import ForeignKey as Key
from pytuck.schema.inverse import inverse_of_all
from pytuck.types import JSON, TYPES, ChoiceType, DecimalType, RawType, type_of
from tests.core.schema.random_schemas import renames, schemas


def read(code: ChangeCode, lines: list[str]) -> list:
    """Return the changes that the lines of a script make, run as a script is."""
    changes: list = []
    scope = {"op": Operations(changes.append)}
    exec("\n".join([*code.imports(), *lines]), scope)
    return changes


def meaning(change):
    """Return a change without what code does not say: it follows, or has no meaning."""
    if isinstance(change, AddColumn):
        column = change.column
        return replace(change, column=replace(column, default=without_null(column)))
    if not isinstance(change, CreateTable):
        return change
    table = change.definition
    return replace(
        change,
        definition=replace(
            table,
            foreign_keys=tuple(sorted(table.foreign_keys, key=repr)),
            indexes=tuple(sorted(table.indexes, key=lambda index: index.name)),
            rowid_alias=None,
        ),
    )


def without_null(column):
    return MISSING if column.default is None else column.default


@settings(max_examples=60, deadline=None, phases=set(Phase) - {Phase.shrink})
@given(data=st.data())
def test_any_changes_mean_the_same_when_their_code_is_run(data):
    found, wanted = data.draw(schemas()), data.draw(schemas())
    changes = compare(found, wanted, data.draw(renames(found, wanted))).changes
    changes = [*changes, *inverse_of_all(changes, found)]
    code = ChangeCode()
    lines = [code.call(change) for change in changes]
    assert list(map(meaning, read(code, lines))) == list(map(meaning, changes))
    assert max((len(line) for call in lines for line in call.splitlines()), default=0) <= 160


class Colour(Enum):
    RED = "red"


EVERY_TYPE = [
    Plain(f"c{number}", kind, default=default)
    for number, (kind, default) in enumerate(
        [
            *((kind, MISSING) for kind in TYPES.values()),
            (JSON, MISSING),
            (RawType("GEOMETRY(1, 'x')"), b"\0'"),
            (DecimalType(5, 2), Decimal("1.50")),
            (ChoiceType(("a", 'it\'s "b"', 3)), 3),
            (TYPES[float], float("-inf")),
            (TYPES[list], [1, (2,), {"a": datetime(2000, 1, 2, tzinfo=UTC)}]),
            (TYPES[datetime], datetime(2000, 1, 2, tzinfo=timezone(timedelta(hours=2)))),
            (TYPES[str], "line\nend  \\ 'a' \"b\""),
        ]
    )
]


def test_columns_of_every_type_are_read_as_they_were():
    table = Table("every type", tuple(EVERY_TYPE), comment='it\'s\n"all"')
    code = ChangeCode()
    changes = [CreateTable(table.name, table)]
    changes += [AddColumn("t", column, fill=column.default) for column in EVERY_TYPE]
    changes += [AlterColumn("t", c.name, type=c.type, default=None) for c in EVERY_TYPE]
    lines = [code.call(change) for change in changes]
    assert list(map(meaning, read(code, lines))) == list(map(meaning, changes))
    assert code.imports() == [
        "from datetime import date, datetime, time, timedelta, timezone",
        "from decimal import Decimal",
        "from uuid import UUID",
        "",
        "from pytuck import Column",
        "from pytuck.types import JSON, ChoiceType, DecimalType, RawType",
    ]


def test_a_table_is_written_as_a_person_would():
    table = Table(
        "order items",
        (
            Plain("id", TYPES[int], False, primary_key=True, autoincrement=True),
            Plain("user_id", TYPES[int], False),
            Plain("show", TYPES[str]),
            Plain("seat", TYPES[int], comment="counted from 1"),
            Plain("state", ChoiceType(("new", "paid")), default="new"),
        ),
        primary_key=("id",),
        foreign_keys=(
            Key(("user_id",), "users", ("id",), on_delete="CASCADE"),
            Key(("show", "seat"), "seats", ("show", "number")),
        ),
        indexes=(
            Index("idx_order items_user_id", ("user_id",)),
            Index("by_seat", ("show", "seat"), is_unique=True),
        ),
        comment="what was ordered",
    )
    assert ChangeCode().call(CreateTable(table.name, table)) == (
        """\
op.create_table(
    "order items",
    [
        Column(int, name="id", primary_key=True, autoincrement=True),
        Column(
            int,
            name="user_id",
            nullable=False,
            index=True,
            foreign_key=ForeignKey("users.id", on_delete="CASCADE"),
        ),
        Column(str, name="show"),
        Column(int, name="seat", comment="counted from 1"),
        Column(ChoiceType(("new", "paid")), name="state", default="new"),
        ForeignKeyConstraint(["show", "seat"], "seats", ["show", "number"]),
        Index("show", "seat", name="by_seat", unique=True),
    ],
    comment="what was ordered",
)"""
    )


@pytest.mark.parametrize(
    ("change", "line"),
    [
        (DropTable("users"), 'op.drop_table("users")'),
        (CommentTable("users", None), 'op.comment_table("users", None)'),
        (
            AddColumn("users", Plain("age", TYPES[int], comment="..."), foreign_key=None),
            'op.add_column("users", Column(int, name="age", comment="..."))',
        ),
        (
            AlterColumn("users", "age", type=TYPES[Decimal], nullable=False),
            'op.alter_column("users", "age", type=Decimal, nullable=False)',
        ),
        (
            AlterColumn("users", "age", type=TYPES[int], on_bad="default", fallback=0),
            'op.alter_column("users", "age", type=int, on_bad="default", fallback=0)',
        ),
        (
            AlterColumn("users", "age", type=TYPES[int], on_bad="keep", keep_in="old"),
            'op.alter_column("users", "age", type=int, on_bad="keep", keep_in="old")',
        ),
        (SetPrimaryKey("users", ("id",)), 'op.set_primary_key("users", "id")'),
        (SetPrimaryKey("users", ()), 'op.set_primary_key("users", [])'),
        (
            CreateIndex("users", Index("idx_users_a_b", ("a", "b"))),
            'op.create_index("users", ["a", "b"])',
        ),
        (
            AddForeignKey("pets", Key(("owner",), "users", ("id",), on_update="CASCADE")),
            'op.add_foreign_key("pets", "owner", "users", "id", on_update="CASCADE")',
        ),
    ],
)
def test_a_change_is_a_short_line(change, line):
    assert ChangeCode().call(change) == line


def test_an_enumeration_is_written_by_its_values():
    column = Plain("colour", type_of(Colour), default=Colour.RED)
    assert ChangeCode().call(AddColumn("t", column)) == (
        'op.add_column("t", Column(ChoiceType(("red",)), name="colour", default="red"))'
    )


def test_what_has_no_code_says_so():
    column = Plain("a", TYPES[int])
    computed = replace(column, generated=True)
    for change in (
        AddColumn("t", column, fill=lambda: 1),
        CreateTable("t", Table("t", (computed,))),
        CreateTable("t", Table("t", (column,), indexes=(Index("i", ()),))),
        CreateIndex("t", Index("i", ("a",), is_partial=True)),
    ):
        with pytest.raises(SchemaError, match="cannot be written as code"):
            ChangeCode().call(change)


def test_a_column_is_added_as_a_model_would_declare_it():
    changes: list = []
    op = Operations(changes.append)
    numbers = iter(range(9))
    declared = Column(
        int,
        name="boss",
        index=True,
        foreign_key=ForeignKey("people.id", on_delete="SET NULL"),
        default=lambda: next(numbers),
    )
    op.add_column("people", declared)
    added, index = changes
    assert added.foreign_key == Key(("boss",), "people", ("id",), "SET NULL")
    assert (added.fill(), added.fill()) == (0, 1)
    assert index == CreateIndex("people", Index("idx_people_boss", ("boss",)))


def test_the_order_of_a_key_names_its_columns():
    columns = [Column(int, name="a", primary_key=True), Column(int, name="b", primary_key=True)]
    changes: list = []
    op = Operations(changes.append)
    op.create_table("t", columns, primary_key=["b", "a"])
    assert changes[0].definition.primary_key == ("b", "a")
    with pytest.raises(SchemaError, match="must name the columns that are marked so: a, b"):
        op.create_table("t", columns, primary_key=["a"])

"""What changes look like in a revision script, and that it leads there and back."""

from __future__ import annotations

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from pytuck import Storage
from pytuck.migrations.change_script import change_script
from pytuck.migrations.operations import SchemaOperations
from pytuck.schema import Column, CreateTable, DropIndex, DropTable, Index, Table, compare
from pytuck.types import TYPES
from tests.core.schema.random_schemas import described, renames, schemas

USERS = Table(
    "users",
    (Column("id", TYPES[int], nullable=False, primary_key=True), Column("name", TYPES[str])),
    primary_key=("id",),
    indexes=(Index("by_lower", ()),),
)


def run(storage, imports, lines):
    exec("\n".join([*imports, *lines]), {"op": SchemaOperations(storage.change)})


def described_tables(storage):
    return {name: described(table.schema) for name, table in storage.tables.items()}


@settings(max_examples=40, deadline=None, phases=set(Phase) - {Phase.shrink})
@given(data=st.data())
def test_a_script_leads_there_and_back(data):
    found, wanted = data.draw(schemas()), data.draw(schemas())
    changes = compare(found, wanted, data.draw(renames(found, wanted))).changes
    script = change_script(changes, found)
    with Storage() as storage:
        storage.change(*(CreateTable(table.name, table) for table in found))
        before = described_tables(storage)
        run(storage, script.imports, script.upgrade)
        assert described_tables(storage) == {table.name: described(table) for table in wanted}
        run(storage, script.imports, script.downgrade)
        assert described_tables(storage) == before


def test_a_script_says_what_is_lost():
    script = change_script([DropTable("users")], [Table("users", USERS.columns, ("id",))])
    assert script.upgrade == (
        "# This loses all rows of table 'users'.",
        'op.drop_table("users")',
    )
    assert script.downgrade == (
        "op.create_table(",
        '    "users",',
        "    [",
        '        Column(int, name="id", primary_key=True),',
        '        Column(str, name="name"),',
        "    ],",
        ")",
    )
    assert script.imports == ("from pytuck import Column",)


def test_a_script_says_what_cannot_be_undone():
    script = change_script([DropIndex("users", "by_lower")], [USERS])
    assert script.upgrade == ('op.drop_index("users", "by_lower")',)
    (line,) = script.downgrade
    assert line.startswith("raise NotImplementedError(")
    assert "cannot be undone" in line

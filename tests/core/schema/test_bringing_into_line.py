"""Tables that exist are brought into line with models."""

from __future__ import annotations

import pytest

from pytuck import (
    Column,
    DeclarativeBase,
    Session,
    SyncOptions,
    SyncResult,
    TableNotFoundError,
    TypeConversionError,
    declarative_base,
)
from pytuck.schema import AddColumn, AlterColumn, CommentColumn, CommentTable, DropColumn


@pytest.fixture
def old(storage):
    storage.create_table(
        "users",
        [
            Column(int, name="id", primary_key=True),
            Column(str, name="age"),
            Column(str, name="gone"),
        ],
    )
    storage.insert("users", {"age": "41", "gone": "x"})
    return storage


WANTED = [
    Column(int, name="id", primary_key=True),
    Column(int, name="age", comment="in years"),
    Column(str, name="name", nullable=False, default="?", index=True),
    Column(int, name="boss", foreign_key="users.id"),
]


def test_what_is_missing_is_added_and_the_rest_stays(old):
    result = old.sync_table_schema("users", WANTED, "people")
    assert result == SyncResult(
        "users",
        table_comment_updated=True,
        columns_added=["name", "boss"],
        column_comments_updated=["age"],
        changes=result.changes,
    )
    assert [type(change) for change in result.changes if isinstance(change, AddColumn)] == [
        AddColumn,
        AddColumn,
    ]
    assert old.select("users", 1) == {
        "id": 1,
        "age": "41",
        "gone": "x",
        "name": "?",
        "boss": None,
    }
    table = old.get_table("users")
    assert (table.comment, table.columns["age"].comment) == ("people", "in years")
    assert table.columns["name"].index
    assert table.columns["boss"].foreign_key == ("users", "id")
    assert not old.sync_table_schema("users", WANTED, "people").has_changes


def test_options_say_what_may_change(old):
    everything = SyncOptions(drop_missing_columns=True, update_column_types=True)
    result = old.sync_table_schema("users", WANTED, "people", everything)
    assert (result.columns_dropped, result.columns_altered) == (["gone"], ["age"])
    assert old.select("users", 1) == {"id": 1, "age": 41, "name": "?", "boss": None}
    nothing = SyncOptions(
        sync_table_comment=False, sync_column_comments=False, add_new_columns=False
    )
    more = [*WANTED, Column(int, name="more", comment="m")]
    assert not old.sync_table_schema("users", more, "other", nothing).has_changes


def test_a_dry_run_only_tells(old):
    everything = SyncOptions(drop_missing_columns=True, update_column_types=True)
    result = old.sync_table_schema("users", WANTED, "people", everything, dry_run=True)
    assert {type(change) for change in result.changes} >= {
        AddColumn,
        AlterColumn,
        CommentColumn,
        CommentTable,
        DropColumn,
    }
    assert "drop column users.gone" in [change.describe() for change in result.changes]
    assert old.get_table("users").schema.by_name.keys() == {"id", "age", "gone"}
    assert old.sync_table_schema("users", WANTED, "people", everything).changes == result.changes


def test_a_sync_that_fails_half_way_changes_nothing(old):
    old.update("users", 1, {"age": "old"})
    everything = SyncOptions(drop_missing_columns=True, update_column_types=True)
    with pytest.raises(TypeConversionError, match="'old'"):
        old.sync_table_schema("users", WANTED, "people", everything)
    assert old.select("users", 1) == {"id": 1, "age": "old", "gone": "x"}
    with pytest.raises(TableNotFoundError, match="nobody"):
        old.sync_table_schema("nobody", WANTED)


def test_defining_a_model_brings_its_table_into_line_where_the_base_says_so(old):
    base = declarative_base(
        old, sync_schema=True, sync_options=SyncOptions(drop_missing_columns=True)
    )

    class User(base):
        __tablename__ = "users"
        id = Column(int, primary_key=True)
        age = Column(str)
        mail = Column(str, comment="address")

    with Session(old) as session:
        assert session.get(User, 1).mail is None
    assert old.get_table("users").columns["mail"].comment == "address"
    assert "gone" not in old.get_table("users").columns

    class Base(DeclarativeBase, storage=old, sync_schema=True):
        pass

    class Again(Base):
        __tablename__ = "users"
        id = Column(int, primary_key=True)
        extra = Column(int, default=4)

    with Session(old) as session:
        assert session.get(Again, 1).extra == 4
        assert not session.sync_schema(Again).has_changes

"""What a comparison of two schemas finds, proposes, leaves alone and says it cannot do."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pytuck import SchemaError
from pytuck.schema import (
    AddColumn,
    AddForeignKey,
    AlterColumn,
    Column,
    CommentColumn,
    CommentTable,
    CreateIndex,
    CreateTable,
    DropColumn,
    DropForeignKey,
    DropIndex,
    DropTable,
    DropUnique,
    ForeignKey,
    Index,
    RenameColumn,
    Renames,
    RenameTable,
    ReorderColumns,
    Scope,
    SetPrimaryKey,
    Table,
    applied,
    compare,
)
from pytuck.types import TYPES, type_of

ID = Column("id", TYPES[int], nullable=False, primary_key=True)
NAME, AGE = Column("name", TYPES[str]), Column("age", TYPES[int])


def table(name, *columns, **given):
    return Table(name, (ID, *columns), primary_key=("id",), **given)


def referring(name, *targets):
    """Return a table with a column and a foreign key for each target."""
    columns = [Column(f"to_{target}", TYPES[int]) for target in targets]
    keys = tuple(ForeignKey((f"to_{target}",), target, ("id",)) for target in targets)
    return table(name, *columns, foreign_keys=keys)


USERS = table("users", NAME, AGE, indexes=(Index("by_age", ("age",)),), comment="people")


def changes(found, wanted, **given):
    return list(compare(found, wanted, **given).changes)


def test_the_same_schema_has_no_differences():
    other = replace(USERS, rowid_alias="id", comment="people")
    assert compare([USERS], {"users": other}).changes == ()
    empty = table("t", replace(NAME, default=None, comment=""), comment="")
    assert changes([empty], [table("t", NAME)]) == []


def test_tables_are_made_behind_those_they_refer_to_and_dropped_before():
    tables = [referring("c", "b"), referring("b", "a"), table("a")]
    assert [change.table for change in changes([], tables)] == ["a", "b", "c"]
    assert changes(tables, []) == [DropTable("c"), DropTable("b"), DropTable("a")]


def test_tables_in_a_circle_are_untied_before_they_are_dropped():
    circle = [referring("a", "b", "a"), referring("b", "a")]
    assert {type(change) for change in changes([], circle)} == {CreateTable}
    found = changes(circle, [])
    assert found == [DropForeignKey("b", ("to_a",)), DropTable("a"), DropTable("b")]


def test_a_long_chain_of_tables_is_put_in_order():
    chain = [table("t0"), *(referring(f"t{n}", f"t{n - 1}") for n in range(1, 3000))]
    made = [change.table for change in changes([], reversed(chain))]
    assert made == [item.name for item in chain]


def test_everything_of_a_table_is_compared():
    wanted = Table(
        "users",
        (
            replace(AGE, type=TYPES[float], nullable=False, default=1.5, comment="years"),
            replace(ID, autoincrement=True),
            Column("boss", TYPES[int]),
        ),
        primary_key=("id",),
        foreign_keys=(ForeignKey(("boss",), "users", ("id",)),),
        indexes=(Index("by_age", ("age",), is_unique=True),),
    )
    assert changes([USERS], [wanted]) == [
        DropIndex("users", "by_age"),
        AddColumn("users", wanted.columns[2], foreign_key=wanted.foreign_keys[0]),
        DropColumn("users", "name"),
        AlterColumn("users", "age", type=TYPES[float], nullable=False, default=1.5),
        AlterColumn("users", "id", autoincrement=True),
        ReorderColumns("users", ("age", "id", "boss")),
        CommentTable("users", None),
        CommentColumn("users", "age", "years"),
        CreateIndex("users", wanted.indexes[0]),
    ]


def test_a_default_that_fits_the_new_type_stays():
    found = table("t", replace(AGE, default=3))
    wanted = table("t", replace(AGE, type=TYPES[str], default="3"))
    assert changes([found], [wanted]) == [AlterColumn("t", "age", type=TYPES[str])]
    other = table("t", replace(AGE, type=type_of(list), default=[3]))
    assert changes([found], [other]) == [AlterColumn("t", "age", type=type_of(list), default=[3])]
    without = table("t", AGE)
    assert changes([found], [without]) == [AlterColumn("t", "age", default=None)]


def test_a_foreign_key_that_does_something_else_is_made_anew():
    found = referring("pets", "users")
    key = replace(found.foreign_keys[0], on_delete="CASCADE")
    wanted = replace(found, foreign_keys=(key,))
    assert changes([USERS, found], [USERS, wanted]) == [
        DropForeignKey("pets", ("to_users",)),
        AddForeignKey("pets", key),
    ]


def test_a_rule_and_an_index_that_nobody_named_are_the_same():
    index = Index("unique_users_name_age", ("name", "age"), is_unique=True)
    rule = replace(index, is_constraint=True)
    by_index, by_rule = replace(USERS, indexes=(index,)), replace(USERS, indexes=(rule,))
    assert changes([by_index], [by_rule]) == changes([by_rule], [by_index]) == []
    assert changes([by_rule], [replace(USERS, indexes=())]) == [DropUnique("users", rule.columns)]
    numbered = replace(USERS, indexes=(replace(index, name="unique_users_name_age_2"),))
    assert changes([numbered], [by_index]) == []


def test_an_index_whose_name_a_new_table_takes_goes_first():
    new = table("other", AGE, indexes=(Index("by_age", ("age",)),))
    found = changes([USERS], [new])
    assert found == [DropIndex("users", "by_age"), CreateTable("other", new), DropTable("users")]


# --- Renames ---


def test_renames_are_proposed_and_made_only_if_they_are_given():
    users = replace(USERS, indexes=())
    people = replace(users, name="people", columns=(ID, replace(NAME, name="full_name"), AGE))
    comparison = compare([users, table("log")], [people, table("log")])
    assert [type(change) for change in comparison.changes] == [CreateTable, DropTable]
    (proposal,) = comparison.proposals
    assert proposal.change == RenameTable("users", "people")
    assert 0.5 < proposal.likeness < 1

    renames = Renames.of([proposal.change])
    comparison = compare([users, table("log")], [people, table("log")], renames)
    (proposal,) = comparison.proposals
    assert proposal.change == RenameColumn("users", "name", "full_name")
    assert [type(change) for change in comparison.changes] == [
        RenameTable,
        AddColumn,
        DropColumn,
        ReorderColumns,
    ]

    renames = Renames.of([RenameTable("USERS", "People"), proposal.change])
    assert changes([users], [people], renames=renames) == [
        RenameTable("users", "people"),
        RenameColumn("people", "name", "full_name"),
    ]


def test_the_likest_column_is_proposed_first_and_none_twice():
    found = table("t", Column("name", TYPES[str]), Column("city", TYPES[str]), AGE)
    wanted = table("t", Column("city_name", TYPES[str]), Column("years", TYPES[bytes]))
    proposals = compare([found], [wanted]).proposals
    assert proposals[0].change in (
        RenameColumn("t", "name", "city_name"),
        RenameColumn("t", "city", "city_name"),
    )
    assert len(proposals) == 1


def test_a_name_that_is_only_spelled_in_another_way_is_renamed():
    wanted = replace(USERS, name="Users", columns=(ID, replace(NAME, name="NAME"), AGE))
    assert changes([USERS], [wanted]) == [
        RenameTable("users", "Users"),
        RenameColumn("Users", "name", "NAME"),
    ]


def test_names_change_places():
    a, b = table("a", NAME), table("b", AGE)
    wanted = [replace(a, name="b"), replace(b, name="a")]
    found = changes([a, b], wanted, renames=Renames(tables={"a": "b", "b": "a"}))
    assert found == [
        RenameTable("b", "b_old"),
        RenameTable("a", "b"),
        RenameTable("b_old", "a"),
    ]


def test_what_is_in_the_way_of_a_rename_makes_room_and_goes():
    a, b = table("a", NAME), table("b", AGE)
    renames = Renames(tables={"a": "b"})
    assert changes([a, b], [replace(a, name="b")], renames=renames) == [
        RenameTable("b", "b_old"),
        RenameTable("a", "b"),
        DropTable("b_old"),
    ]
    with pytest.raises(SchemaError, match="renamed to 'b'"):
        compare([a, b], [replace(a, name="b")], renames, Scope(drop_tables=False))


@pytest.mark.parametrize(
    "renames",
    [
        Renames(tables={"nobody": "users"}),
        Renames(tables={"users": "nobody"}),
        Renames(columns={("users", "nothing"): "name"}),
        Renames(columns={("users", "name"): "nothing"}),
        Renames(columns={("nobody", "name"): "age"}),
    ],
)
def test_a_rename_of_what_is_not_there_is_refused(renames):
    with pytest.raises(SchemaError, match=r"cannot become|can be renamed"):
        compare([USERS], [USERS], renames)


# --- What counts ---


def test_kinds_of_differences_can_be_left_out():
    found = [
        USERS,
        replace(referring("pets", "users"), comment="animals"),
        table("log"),
    ]
    wanted = [table("users", AGE), table("pets", Column("to_users", TYPES[int]))]
    scope = Scope(
        drop_tables=False,
        drop_columns=False,
        indexes=False,
        foreign_keys=False,
        comments=False,
        column_order=False,
    )
    assert changes(found, wanted, scope=scope) == []
    assert len(changes(found, wanted)) == 6


def test_the_order_of_the_columns_that_stay_counts():
    wanted = table("users", AGE, Column("new", TYPES[int]))
    scope = Scope(drop_columns=False)
    assert ReorderColumns not in map(type, changes([USERS], [wanted], scope=scope))
    wanted = Table("users", (AGE, ID), primary_key=("id",))
    found = changes([USERS], [wanted], scope=scope)
    assert ReorderColumns("users", ("age", "id", "name")) in found


def test_what_no_model_can_say_stays_where_that_is_asked_for():
    both = ForeignKey(("name", "age"), "other", ("a", "b"))
    found = replace(
        USERS,
        columns=(*USERS.columns, Column("twice", TYPES[int], generated=True)),
        foreign_keys=(both,),
        indexes=(Index("by_lower", ()), Index("grown", ("age",), is_partial=True)),
    )
    wanted = replace(USERS, indexes=())
    assert changes([found], [wanted], scope=Scope(beyond_models=False)) == []
    assert changes([found], [wanted]) == [
        DropForeignKey("users", ("name", "age")),
        DropIndex("users", "by_lower"),
        DropIndex("users", "grown"),
        DropColumn("users", "twice"),
    ]


def test_what_cannot_be_made_is_said():
    wanted = replace(
        USERS,
        columns=(*USERS.columns, Column("twice", TYPES[int], generated=True)),
        indexes=(*USERS.indexes, Index("by_lower", ())),
    )
    comparison = compare([USERS], [wanted])
    assert comparison.changes == ()
    assert "'users.twice' is computed" in comparison.impossible[0]
    assert "'by_lower' of table 'users'" in comparison.impossible[1]
    comparison = compare([], [wanted])
    assert comparison.changes == (CreateTable("users", USERS),)
    assert len(comparison.impossible) == 2


def test_views_are_left_alone():
    view = Table("seen", (ID,), kind="view")
    assert changes([USERS, view], [USERS]) == changes([USERS], [USERS, view]) == []
    assert list(applied([USERS, view], [DropTable("seen")])) == ["users"]


def test_a_key_that_others_refer_to_is_free_while_it_changes():
    found = [USERS, referring("pets", "users")]
    wanted = [
        replace(USERS, primary_key=("name",)),
        replace(found[1], foreign_keys=(ForeignKey(("to_users",), "users", ("name",)),)),
        replace(referring("toys", "users"), foreign_keys=()),
    ]
    wanted[0] = applied([USERS], [SetPrimaryKey("users", ("name",))])["users"]
    wanted[2] = replace(wanted[2], foreign_keys=wanted[1].foreign_keys)
    assert [change.describe() for change in changes(found, wanted)] == [
        "drop foreign key pets.to_users",
        "create table toys",
        "make (name) the primary key of users",
        "add foreign key pets.to_users to users.name",
        "add foreign key toys.to_users to users.name",
    ]

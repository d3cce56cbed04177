"""Random conditions give the same rows as their plain meaning in Python."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytuck import Column
from pytuck.query import and_, delete, func, not_, or_, select, update

NAMES = ["", "a", "A", "ä", "Ä", "ab", "a%", "a_", "*", "[x]", "ẞ", "ß", "中文", None]
ROWS = [
    {"id": number, "name": NAMES[number % len(NAMES)], "age": (number * 7) % 11 or None}
    for number in range(1, 57)
]

Truth = bool | None


def _compare(operator: str, left: Any, right: Any) -> Truth:
    if operator == "is":
        return left == right
    if left is None or right is None:
        return None
    return {
        "==": left == right, "!=": left != right, "<": left < right,
        "<=": left <= right, ">": left > right, ">=": left >= right,
    }[operator]  # fmt: skip


def _like(text: str | None, pattern: str, flags: int) -> Truth:
    if text is None:
        return None
    if flags:
        text, pattern = text.casefold(), pattern.casefold()
    expression = "".join(
        ".*" if char == "%" else "." if char == "_" else re.escape(char) for char in pattern
    )
    return re.fullmatch(expression, text, re.DOTALL) is not None


def _text(kind: str, text: str | None, part: str) -> Truth:
    if text is None:
        return None
    return {
        "contains": part in text,
        "startswith": text.startswith(part),
        "endswith": text.endswith(part),
    }[kind]


def _in(value: Any, values: list[Any]) -> Truth:
    if not values:
        return False
    if value is None:
        return None
    return True if value in values else (None if None in values else False)


def _and(parts: list[Truth]) -> Truth:
    return False if False in parts else (None if None in parts else True)


def _or(parts: list[Truth]) -> Truth:
    return True if True in parts else (None if None in parts else False)


names = st.sampled_from([name for name in NAMES if name is not None])
ages = st.integers(-1, 12)
leaves = st.one_of(
    st.tuples(st.just("age"), st.sampled_from(["==", "!=", "<", "<=", ">", ">=", "is"]), ages),
    st.tuples(st.just("name"), st.sampled_from(["==", "!=", "<", "<=", ">", ">=", "is"]), names),
    st.tuples(st.just("in"), st.lists(ages | st.none(), max_size=5)),
    st.tuples(st.just("in"), st.lists(ages, min_size=33, max_size=40)),
    st.tuples(st.just("like"), st.text("aAäÄ%_*[]?x", max_size=4), st.booleans()),
    st.tuples(st.just("text"), st.sampled_from(["contains", "startswith", "endswith"]), names),
    st.tuples(st.just("null"), st.sampled_from(["name", "age"])),
    st.tuples(st.just("between"), ages, ages),
)
trees = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.tuples(st.just("and"), st.lists(inner, max_size=3)),
        st.tuples(st.just("or"), st.lists(inner, max_size=3)),
        st.tuples(st.just("not"), inner),
    ),
    max_leaves=8,
)


def _condition(tree: Any, c: Any) -> Any:
    match tree:
        case ("age" | "name" as column, operator, value):
            term = c[column]
            return {
                "==": term == value, "!=": term != value, "<": term < value, "<=": term <= value,
                ">": term > value, ">=": term >= value, "is": term.is_(value),
            }[operator]  # fmt: skip
        case ("in", values):
            return c.age.in_(values)
        case ("like", pattern, ignores_case):
            return c.name.ilike(pattern) if ignores_case else c.name.like(pattern)
        case ("text", kind, part):
            return getattr(c.name, kind)(part)
        case ("null", column):
            return c[column].is_null()
        case ("between", low, high):
            return c.age.between(low, high)
        case ("and", parts):
            return and_(*(_condition(part, c) for part in parts))
        case ("or", parts):
            return or_(*(_condition(part, c) for part in parts))
        case ("not", part):
            return not_(_condition(part, c))
    raise AssertionError(tree)


def _meaning(tree: Any, row: dict[str, Any]) -> Truth:
    match tree:
        case ("age" | "name" as column, operator, value):
            return _compare(operator, row[column], value)
        case ("in", values):
            return _in(row["age"], values)
        case ("like", pattern, ignores_case):
            return _like(row["name"], pattern, ignores_case)
        case ("text", kind, part):
            return _text(kind, row["name"], part)
        case ("null", column):
            return row[column] is None
        case ("between", low, high):
            age = row["age"]
            return None if age is None else low <= age <= high
        case ("and", parts):
            return _and([_meaning(part, row) for part in parts])
        case ("or", parts):
            return _or([_meaning(part, row) for part in parts])
        case ("not", part):
            inner = _meaning(part, row)
            return None if inner is None else not inner
    raise AssertionError(tree)


@pytest.fixture
def table(storage):
    storage.create_table(
        "people",
        [
            Column(int, name="id", primary_key=True),
            Column(str, name="name"),
            Column(int, name="age"),
        ],
    )
    storage.bulk_insert("people", ROWS)
    return storage.tables["people"]


def test_every_condition_selects_the_rows_for_which_it_is_true(storage, table):
    @settings(max_examples=400, deadline=None)
    @given(trees)
    def check(tree):
        statement = select(table.c.id).where(_condition(tree, table.c)).order_by(table.c.id)
        expected = [row["id"] for row in ROWS if _meaning(tree, row) is True]
        assert storage.execute(statement).scalars() == expected

    check()


def test_nulls_come_first_upwards_and_last_downwards(storage, table):
    upwards = storage.execute(select(table.c.age).order_by(table.c.age)).scalars()
    downwards = storage.execute(select(table.c.age).order_by(table.c.age.desc())).scalars()
    nulls = [age for age in upwards if age is None]
    assert upwards[: len(nulls)] == nulls
    assert downwards[-len(nulls) :] == nulls
    last = storage.execute(select(table.c.age).order_by(table.c.age.asc().nulls_last())).scalars()
    assert last[-len(nulls) :] == nulls


def test_limit_and_offset_cut_the_order(storage, table):
    ids = [row["id"] for row in ROWS]
    assert storage.execute(select(table.c.id).limit(3)).scalars() == ids[:3]
    assert storage.execute(select(table.c.id).offset(50)).scalars() == ids[50:]
    assert storage.execute(select(table.c.id).limit(2).offset(5)).scalars() == ids[5:7]
    assert storage.execute(select(table.c.id).limit(0)).scalars() == []


def test_repeated_shapes_share_their_sql_but_not_their_values(storage, table):
    from pytuck.compiler import compile_statement
    from pytuck.compiler.dialects import SQLITE

    first = compile_statement(select(table).where(table.c.age == 1, table.c.name == "a"), SQLITE)
    second = compile_statement(select(table).where(table.c.age == 2, table.c.name == "b"), SQLITE)
    assert first.template is second.template
    assert second.parameters == ((2, "b"),)
    like_a = compile_statement(select(table).where(table.c.name.like("a%")), SQLITE)
    like_b = compile_statement(select(table).where(table.c.name.like("b_")), SQLITE)
    assert like_a.template is like_b.template
    assert like_b.parameters == (("b?",),)


def test_an_alias_of_another_table_is_another_shape(storage, table):
    storage.create_table("pets", [Column(int, name="id", primary_key=True)])
    storage.bulk_insert("pets", [{"id": 100}])
    pets = storage.tables["pets"]
    for source, highest in ((table, 56), (pets, 100), (table, 56)):
        other = source.alias("other")
        statement = select(func.max(other.c.id)).where(table.c.id == 1)
        assert storage.execute(statement).scalar() == highest
        beside = delete(pets).where(pets.c.id == -1, other.c.id == other.c.id)
        assert storage.execute(beside).rowcount() == 0


def test_writes_beside_different_subqueries_are_different_shapes(storage, table):
    for low in (50, 54):
        old = select(table.c.id).where(table.c.id > low).subquery("old")
        storage.execute(update(table).where(table.c.id == old.c.id).values(age=low))
    old = select(table.c.id).where(table.c.age > 20).order_by("id").limit(3).subquery("old")
    storage.execute(delete(table).where(table.c.id == old.c.id))
    ages = storage.execute(select(table.c.age).where(table.c.id > 50)).scalars()
    assert ages == [50, 54, 54]

"""Random schemas, rows and statements: every engine gives what plain Python gives."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from pytuck import Storage, delete, func, select, update
from pytuck.query import exists
from tests.contract import evaluator as ev
from tests.contract.evaluator import Term
from tests.contract.generated import KINDS, Made, Terms, tables

EXAMPLES = int(os.environ.get("PYTUCK_DIFFERENTIAL_EXAMPLES", "0"))
"""How many pairs of tables are made for each kind of statement; 0 means the same few each time."""

STATEMENTS = 6
"""Statements for each pair of tables."""

_FEW = settings(
    max_examples=4, derandomize=True, database=None, phases=[Phase.explicit, Phase.generate]
)
_MANY = settings(max_examples=EXAMPLES or 1)

Storages = dict[str, Storage]
Sources = Mapping[str, Any]
Asked = Callable[[Sources], Any]
_numbers = count(1)


def _check(every_storage: Storages, statements: st.SearchStrategy[Any], run: Any) -> None:
    """Make tables in every engine and have `run` compare the answers to some statements.

    Args:
        statements: Gives, for a pair of tables, strategies of what `run` takes.
    """

    @settings(_MANY if EXAMPLES else _FEW, deadline=None, suppress_health_check=list(HealthCheck))
    @given(data=st.data())
    def check(data: st.DataObject) -> None:
        number = next(_numbers)
        made = [data.draw(tables(f"{name} {number}"), label="table") for name in ("left", "right")]
        for storage in every_storage.values():
            for table in made:
                table.create_in(storage)
        try:
            for _ in range(STATEMENTS):
                drawn = data.draw(statements(made), label="statement")
                run(every_storage, made, drawn)
        finally:
            for storage in every_storage.values():
                for table in made:
                    storage.drop_table(table.name)

    check()


def _compare(
    every_storage: Storages,
    made: Sequence[Made],
    ask: Asked,
    expected: Sequence[Sequence[Any]],
    *,
    is_ordered: bool = False,
) -> None:
    wanted = [tuple(row) for row in expected]
    for name, storage in every_storage.items():
        sources = _sources(storage, made)
        found = [tuple(row) for row in storage.execute(ask(sources)).all()]
        assert ev.canonical(found) == ev.canonical(wanted), name
        if is_ordered:
            assert [ev.canonical([row]) for row in found] == [
                ev.canonical([row]) for row in wanted
            ], name


def _sources(storage: Storage, made: Sequence[Made]) -> Sources:
    return {
        label: storage.tables[table.name]
        for label, table in zip(("left", "right"), made, strict=True)
    }


def _rows(made: Sequence[Made], label: str) -> list[ev.Row]:
    return ev.rows_of(label, made[("left", "right").index(label)].records)


# --- Questions on one table ---


@st.composite
def _plain_questions(draw: st.DrawFn, made: Sequence[Made]) -> dict[str, Any]:
    terms = Terms({"left": made[0]})
    return {
        "shown": draw(st.lists(terms.any_kind(), min_size=1, max_size=3)),
        "where": draw(st.none() | terms.condition()),
        "order": draw(st.lists(st.tuples(terms.any_kind(1), st.booleans()), max_size=2)),
        "limit": draw(st.none() | st.integers(0, 5)),
        "offset": draw(st.none() | st.integers(0, 3)),
        "is_distinct": draw(st.booleans()),
    }


def _ask_plainly(every_storage: Storages, made: Sequence[Made], q: dict[str, Any]) -> None:
    rows = [row for row in _rows(made, "left") if q["where"] is None or q["where"].value(row)]
    start = q["offset"] or 0
    end = None if q["limit"] is None else start + q["limit"]
    if q["is_distinct"]:
        shown = [tuple(term.value(row) for term in q["shown"]) for row in rows]
        expected = [row for _, row in {str(ev.canonical([row])): row for row in shown}.items()]
    else:
        ordered = ev.in_order(sorted(rows, key=lambda row: row["left", "id"]), q["order"])
        expected = [tuple(term.value(row) for term in q["shown"]) for row in ordered[start:end]]

    def ask(s: Sources) -> Any:
        statement = select(*(term.ask(s).label(f"v{n}") for n, term in enumerate(q["shown"])))
        statement = statement.select_from(s["left"])
        if q["where"] is not None:
            statement = statement.where(q["where"].ask(s))
        if q["is_distinct"]:
            return statement.distinct()
        for term, is_descending in q["order"]:
            key = term.ask(s)
            statement = statement.order_by(key.desc() if is_descending else key)
        statement = statement.order_by(s["left"].c["id"])
        statement = statement if q["limit"] is None else statement.limit(q["limit"])
        return statement if q["offset"] is None else statement.offset(q["offset"])

    _compare(every_storage, made, ask, expected, is_ordered=not q["is_distinct"])


def test_values_conditions_and_orders(every_storage):
    _check(every_storage, _plain_questions, _ask_plainly)


# --- Joins ---


@st.composite
def _joins(draw: st.DrawFn, made: Sequence[Made]) -> dict[str, Any]:
    terms = Terms({"left": made[0], "right": made[1]})
    kind = draw(st.sampled_from(["inner", "left", "right", "full", "cross"]))
    equal = Term(
        bool,
        lambda s: s["left"].c["n"] == s["right"].c["n"],
        lambda row: ev.compare("==", row["left", "n"], row["right", "n"]),
        "(left.n == right.n)",
    )
    # Not every engine takes any condition for a full join.
    on = st.just(equal) if kind in {"full", "right"} else st.just(equal) | terms.condition(1)
    return {
        "kind": kind,
        "on": None if kind == "cross" else draw(on),
        "where": draw(st.none() | terms.condition(1)),
        "shown": draw(st.lists(terms.any_kind(1), min_size=1, max_size=3)),
    }


def _ask_join(every_storage: Storages, made: Sequence[Made], q: dict[str, Any]) -> None:
    rows = ev.joined(q["kind"], _rows(made, "left"), _rows(made, "right"), q["on"])
    rows = [row for row in rows if q["where"] is None or q["where"].value(row)]
    expected = [tuple(term.value(row) for term in q["shown"]) for row in rows]

    def ask(s: Sources) -> Any:
        statement = select(*(term.ask(s).label(f"v{n}") for n, term in enumerate(q["shown"])))
        statement = statement.select_from(s["left"])
        on = () if q["on"] is None else (q["on"].ask(s),)
        statement = statement.join(s["right"], *on, kind=q["kind"])
        return statement if q["where"] is None else statement.where(q["where"].ask(s))

    _compare(every_storage, made, ask, expected)


def test_joins(every_storage):
    _check(every_storage, _joins, _ask_join)


# --- Groups ---

_AGGREGATES: dict[str, Sequence[type]] = {
    "count": KINDS,
    "count distinct": KINDS,
    "sum": (int, float, Decimal),
    "avg": (int, float),
    "min": (int, float, str, date, datetime, Decimal),
    "max": (int, float, str, date, datetime, Decimal),
}


@st.composite
def _groups(draw: st.DrawFn, made: Sequence[Made]) -> dict[str, Any]:
    terms = Terms({"left": made[0]})

    def aggregate() -> st.SearchStrategy[tuple[str, Term]]:
        return st.sampled_from(list(_AGGREGATES)).flatmap(
            lambda name: st.sampled_from(_AGGREGATES[name]).flatmap(
                lambda kind: st.tuples(st.just(name), terms.of(kind, 1))
            )
        )

    # A value alone says nothing to group by, and a whole number would be a position.
    keys = terms.any_kind(1).filter(lambda term: "left[" in term.text)
    return {
        "keys": draw(st.lists(keys, max_size=2)),
        "aggregates": draw(st.lists(aggregate(), min_size=1, max_size=3)),
        "where": draw(st.none() | terms.condition(1)),
        "at_least": draw(st.none() | st.integers(0, 3)),
    }


def _ask_groups(every_storage: Storages, made: Sequence[Made], q: dict[str, Any]) -> None:
    rows = [row for row in _rows(made, "left") if q["where"] is None or q["where"].value(row)]
    expected = []
    for key, group in ev.grouped(rows, q["keys"]):
        if q["at_least"] is not None and len(group) < q["at_least"]:
            continue
        values = [ev.aggregate(name, map(term.value, group)) for name, term in q["aggregates"]]
        expected.append((*key, len(group), *values))

    def ask(s: Sources) -> Any:
        keys = [term.ask(s) for term in q["keys"]]
        values = [_aggregate(name, term.ask(s)) for name, term in q["aggregates"]]
        shown = [
            item.label(f"v{number}") for number, item in enumerate([*keys, func.count(), *values])
        ]
        statement = select(*shown).select_from(s["left"])
        if q["where"] is not None:
            statement = statement.where(q["where"].ask(s))
        if keys:
            statement = statement.group_by(*keys)
        if q["at_least"] is not None:
            statement = statement.having(func.count() >= q["at_least"])
        return statement

    _compare(every_storage, made, ask, expected)


def _aggregate(name: str, term: Any) -> Any:
    if name == "count distinct":
        return func.count(term.distinct())
    return getattr(func, name)(term)


def test_groups_and_aggregates(every_storage):
    _check(every_storage, _groups, _ask_groups)


# --- Compounds and subqueries ---


@st.composite
def _compounds(draw: st.DrawFn, made: Sequence[Made]) -> dict[str, Any]:
    kind = draw(st.sampled_from(KINDS))
    left, right = Terms({"left": made[0]}), Terms({"right": made[1]})
    return {
        "operator": draw(st.sampled_from(["union", "union_all", "intersect", "except_"])),
        "parts": (draw(left.of(kind, 1)), draw(right.of(kind, 1))),
        "where": (draw(left.condition(0)), draw(right.condition(0))),
    }


def _ask_compound(every_storage: Storages, made: Sequence[Made], q: dict[str, Any]) -> None:
    sides = [
        [(term.value(row),) for row in _rows(made, label) if where.value(row)]
        for label, term, where in zip(("left", "right"), q["parts"], q["where"], strict=True)
    ]
    known = [{str(ev.canonical([row])): row for row in side} for side in sides]
    match q["operator"]:
        case "union":
            expected = list({**known[0], **known[1]}.values())
        case "union_all":
            expected = sides[0] + sides[1]
        case "intersect":
            expected = [row for key, row in known[0].items() if key in known[1]]
        case _:
            expected = [row for key, row in known[0].items() if key not in known[1]]

    def ask(s: Sources) -> Any:
        first, second = (
            select(term.ask(s).label("v")).select_from(s[label]).where(where.ask(s))
            for label, term, where in zip(("left", "right"), q["parts"], q["where"], strict=True)
        )
        return getattr(first, q["operator"])(second)

    _compare(every_storage, made, ask, expected)


def test_compounds(every_storage):
    _check(every_storage, _compounds, _ask_compound)


@st.composite
def _subqueries(draw: st.DrawFn, made: Sequence[Made]) -> dict[str, Any]:
    kind = draw(st.sampled_from(KINDS))
    return {
        "way": draw(st.sampled_from(["in", "not in", "exists", "scalar"])),
        "outer": draw(Terms({"left": made[0]}).of(kind, 1)),
        "inner": draw(Terms({"right": made[1]}).of(kind, 1)),
        "where": draw(Terms({"right": made[1]}).condition(0)),
        "related": draw(Terms({"left": made[0], "right": made[1]}).condition(0)),
    }


def _ask_subquery(every_storage: Storages, made: Sequence[Made], q: dict[str, Any]) -> None:
    inner = [row for row in _rows(made, "right") if q["where"].value(row)]
    values = [q["inner"].value(row) for row in inner]

    def truth(row: ev.Row) -> ev.Truth:
        match q["way"]:
            case "in":
                return ev.is_in(q["outer"].value(row), values)
            case "not in":
                return ev.negation(ev.is_in(q["outer"].value(row), values))
            case "exists":
                return any(q["related"].value({**row, **other}) for other in inner)
        return ev.compare("==", len(inner), row["left", "n"])

    expected = [(row["left", "id"],) for row in _rows(made, "left") if truth(row)]

    def ask(s: Sources) -> Any:
        question = select(q["inner"].ask(s).label("v")).select_from(s["right"])
        question = question.where(q["where"].ask(s))
        outer = select(s["left"].c["id"])
        match q["way"]:
            case "in":
                return outer.where(q["outer"].ask(s).in_(question))
            case "not in":
                return outer.where(q["outer"].ask(s).not_in(question))
            case "exists":
                return outer.where(exists(question.where(q["related"].ask(s))))
        count_ = select(func.count()).select_from(s["right"]).where(q["where"].ask(s))
        return outer.where(s["left"].c["n"] == count_.scalar_subquery())

    _compare(every_storage, made, ask, expected)


def test_subqueries(every_storage):
    _check(every_storage, _subqueries, _ask_subquery)


# --- Writes ---


@st.composite
def _writes(draw: st.DrawFn, made: Sequence[Made]) -> dict[str, Any]:
    terms = Terms({"left": made[0]})
    labels = [label for label in made[0].columns if label != "id"]
    label = draw(st.sampled_from(labels))
    return {
        "column": label,
        "value": draw(terms.of(made[0].columns[label], 1)),
        "where": draw(terms.condition(1)),
        "is_delete": draw(st.booleans()),
    }


def _write(every_storage: Storages, made: Sequence[Made], q: dict[str, Any]) -> None:
    before = _rows(made, "left")
    met = [row for row in before if q["where"].value(row)]
    if q["is_delete"]:
        after = [row for row in before if row not in met]
    else:
        after = [
            {**row, ("left", q["column"]): q["value"].value(row)} if row in met else row
            for row in before
        ]
    wanted = ev.canonical([tuple(row.values()) for row in after])
    for name, storage in every_storage.items():
        s = _sources(storage, made)
        statement: Any = update(s["left"]).values({q["column"]: q["value"].ask(s)})
        if q["is_delete"]:
            statement = delete(s["left"])
        with pytest.raises(ZeroDivisionError), storage.transaction():
            assert storage.execute(statement.where(q["where"].ask(s))).rowcount() == len(met), name
            found = [tuple(row) for row in storage.execute(select(s["left"])).all()]
            assert ev.canonical(found) == wanted, name
            raise ZeroDivisionError  # the next statement finds the rows as they were


def test_updates_and_deletes(every_storage):
    _check(every_storage, _writes, _write)

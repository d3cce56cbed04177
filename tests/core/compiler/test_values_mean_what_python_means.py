"""Random values and calculations give what Python makes of the same values."""

from __future__ import annotations

import contextlib
import statistics
from collections import defaultdict
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pytuck import Column, Storage
from pytuck.query import Expression, case, cast, delete, func, insert, literal, select, table
from tests.strategies import texts

few = settings(max_examples=100, deadline=None)
small = st.integers(-1000, 1000)
floats = st.floats(-1e6, 1e6).map(lambda number: round(number, 3))
decimals = st.decimals(-10_000, 10_000, places=2)
moments = st.datetimes(datetime(1, 1, 1), datetime(9000, 12, 31))

Pair = tuple[Expression[Any], Any]


@pytest.fixture(scope="module")
def answer():
    """Return the value of an expression, as the database computes it."""
    with contextlib.closing(Storage()) as storage:
        yield lambda *expressions: storage.execute(select(*expressions)).one()


# --- Calculations ---


def _calculated(operator: str, left: Pair, right: Pair) -> Pair:
    a, b = left[1], right[1]
    operations: dict[str, Callable[[Any, Any], Any]] = {
        "+": lambda x, y: x + y,
        "-": lambda x, y: x - y,
        "*": lambda x, y: x * y,
        "//": lambda x, y: x // y,
        "%": lambda x, y: x % y,
        "/": lambda x, y: x / y,
    }
    is_null = a is None or b is None or (operator in "//%" and b == 0)
    return operations[operator](left[0], right[0]), None if is_null else operations[operator](a, b)


def _trees(leaves: st.SearchStrategy[Any], operators: str) -> st.SearchStrategy[Pair]:
    return st.recursive(
        leaves.map(lambda value: (literal(value, int if value is None else None), value)),
        lambda inner: st.tuples(st.sampled_from(operators.split()), inner, inner).map(
            lambda parts: _calculated(*parts)
        ),
        max_leaves=6,
    )


@few
@given(_trees(st.integers(-50, 50) | st.none(), "+ - * // %"))
def test_whole_numbers(answer, tree):
    expression, value = tree
    assume(value is None or abs(value) < 2**53)
    assert answer(expression) == (value,)


@few
@given(floats, floats.filter(lambda number: abs(number) > 1e-3))
def test_floats(answer, a, b):
    x, y = literal(a), literal(b)
    assert answer(x + y, x - y, x * y, x / y) == (a + b, a - b, a * b, a / b)
    assert answer(x % y)[0] == pytest.approx(a % b, abs=1e-9)


@few
@given(decimals, decimals)
def test_decimals(answer, a, b):
    x, y = literal(a), literal(b)
    assert answer(x + y, x - y, x * y, -x, func.abs(x)) == (a + b, a - b, a * b, -a, abs(a))
    assert answer(x < y, x == y, x >= y) == (a < b, a == b, a >= b)
    if b:
        assert answer(x % y + x // y * y) == (a,)


@few
@given(moments, st.timedeltas(timedelta(-300_000), timedelta(300_000)))
def test_points_in_time(answer, moment, shift):
    assume(
        datetime(1, 1, 2) < moment + shift if moment > datetime(900, 1, 1) else shift > timedelta()
    )
    x = literal(moment)
    assert answer(x + shift, (x + shift) - x) == (moment + shift, shift)
    parts = ("year", "month", "day", "hour", "minute", "second", "microsecond")
    assert answer(*(getattr(func, part)(x) for part in parts)) == tuple(
        getattr(moment, part) for part in parts
    )
    assert answer(func.weekday(x), func.date(x)) == (moment.weekday(), moment.date())
    day = literal(moment.date())
    assert answer(func.day_of_year(day), func.quarter(day), func.week(day)) == (
        moment.timetuple().tm_yday,
        (moment.month + 2) // 3,
        moment.isocalendar().week,
    )
    assert answer(cast(x, date), cast(day, datetime)) == (
        moment.date(),
        datetime.combine(moment.date(), datetime.min.time()),
    )


# --- Text ---


@few
@given(texts, texts)
def test_text(answer, a, b):
    x, y = literal(a), literal(b)
    assert answer(x + y, func.length(x), func.lower(x), func.upper(x)) == (
        a + b,
        len(a),
        a.lower(),
        a.upper(),
    )
    assert answer(x.contains(y), (x + y).endswith(y), (x + y).startswith(x)) == (b in a, True, True)
    assert answer(x.startswith(y), x.endswith(y)) == (a.startswith(b), a.endswith(b))
    assert answer(x == y, x < y, x.in_([b, b + "x"])) == (a == b, a < b, a in (b, b + "x"))
    assert answer(x.in_([b, *map(str, range(40))])) == (a in (b, *map(str, range(40))),)


# --- Parts of JSON ---

keys = st.text(max_size=4) | st.sampled_from(
    ['"', "\\", ".", "[0]", "a b", "ü", "'", "#", "$", "$x", "$float"]
)
leaves = st.one_of(st.none(), st.booleans(), small, st.text(max_size=5))
documents = st.dictionaries(
    keys,
    st.recursive(
        leaves,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3),
        max_leaves=6,
    ),
    min_size=1,
    max_size=3,
)


@few
@given(documents, st.data())
def test_parts_of_json(answer, document, data):
    expression, value = literal(document), document
    while isinstance(value, (dict, list)) and value:
        key: Any
        if isinstance(value, dict):
            key = data.draw(st.sampled_from(sorted(value)))
        else:
            key = data.draw(st.integers(-len(value), len(value) - 1))
        expression, value = expression[key], value[key]
    assert answer(expression) == (value,)
    assert answer(expression == value) == (True,)
    assert answer(expression.is_null()) == (value is None,)


# --- Many rows ---

T = table("numbers", [("id", int), ("group", str), ("number", int), ("amount", Decimal)])
rows = st.lists(
    st.tuples(st.sampled_from("abc"), small | st.none(), decimals | st.none()), max_size=12
)


@pytest.fixture(scope="module")
def numbers():
    """Return the answer to a question about a table with given rows."""
    with contextlib.closing(Storage()) as storage:
        columns = {"id": int, "group": str, "number": int, "amount": Decimal}
        storage.create_table(
            "numbers",
            [Column(kind, name=name, primary_key=name == "id") for name, kind in columns.items()],
        )

        def ask(given_rows, question):
            storage.execute(delete(T))
            if given_rows:
                storage.execute(
                    insert(T).values_list(
                        [
                            {"id": i, "group": group, "number": number, "amount": amount}
                            for i, (group, number, amount) in enumerate(given_rows)
                        ]
                    )
                )
            return storage.execute(question).all()

        yield ask


@few
@given(rows)
def test_aggregates_of_groups(numbers, given_rows):
    groups: dict[str, list[Any]] = defaultdict(list)
    for group, number, amount in given_rows:
        groups[group].append((number, amount))
    n, amount = T.c.number, T.c.amount
    question = (
        select(
            T.c.group, func.count(), func.count(n), func.count(n.distinct()), func.sum(n),
            func.min(n), func.max(n), func.median(n), func.sum(amount), func.max(amount),
        ).group_by(T.c.group).order_by(T.c.group)
    )  # fmt: skip
    expected = []
    for group, values in sorted(groups.items()):
        known = [number for number, _ in values if number is not None]
        amounts = [amount for _, amount in values if amount is not None]
        expected.append(
            (
                group, len(values), len(known), len(set(known)), sum(known) if known else None,
                min(known, default=None), max(known, default=None),
                statistics.median(known) if known else None,
                sum(amounts) if amounts else None, max(amounts, default=None),
            )
        )  # fmt: skip
    assert numbers(given_rows, question) == expected


@few
@given(rows)
def test_how_far_numbers_lie_apart(numbers, given_rows):
    known = [number for _, number, _ in given_rows if number is not None]
    found = numbers(given_rows, select(func.avg(T.c.number), func.stddev(T.c.number)))[0]
    assert found[0] == (pytest.approx(statistics.mean(known)) if known else None)
    assert found[1] == (pytest.approx(statistics.stdev(known)) if len(known) > 1 else None)


@few
@given(rows, st.sampled_from(["amount", "number"]), st.booleans(), st.booleans())
def test_order(numbers, given_rows, name, downwards, nulls_first):
    key = T.c[name].desc() if downwards else T.c[name].asc()
    key = key.nulls_first() if nulls_first else key.nulls_last()
    found = numbers(given_rows, select(T.c[name]).order_by(key, T.c.id))
    values = [row[1 if name == "number" else 2] for row in given_rows]
    known = sorted((value for value in values if value is not None), reverse=downwards)
    nulls = [None] * (len(values) - len(known))
    assert [value for (value,) in found] == (nulls + known if nulls_first else known + nulls)


@few
@given(rows)
def test_running_totals(numbers, given_rows):
    total = func.sum(T.c.number).over(partition_by=T.c.group, order_by=T.c.id)
    last_two = func.count().over(order_by=T.c.id, rows=(-1, 0))
    sums: dict[str, int | None] = {}
    expected = []
    for i, (group, number, _) in enumerate(given_rows):
        if number is not None:
            sums[group] = (sums.get(group) or 0) + number
        expected.append((sums.get(group), min(i + 1, 2)))
    assert numbers(given_rows, select(total, last_two).order_by(T.c.id)) == expected


@few
@given(rows, small)
def test_case_and_coalesce(numbers, given_rows, limit):
    n = T.c.number
    size = case((n > limit, "big"), (n.is_null(), "none"), else_="small")
    found = numbers(given_rows, select(size, func.coalesce(n, limit)).order_by(T.c.id))
    assert found == [
        ("none" if m is None else "big" if m > limit else "small", limit if m is None else m)
        for _, m, _ in given_rows
    ]


@few
@given(rows, rows)
def test_sets_of_rows(numbers, first, second):
    width = len(first)
    pair = (T.c.group, T.c.number)
    a = select(*pair).where(T.c.id < width)
    b = select(*pair).where(T.c.id >= width)
    left, right = {row[:2] for row in first}, {row[:2] for row in second}
    for question, expected in (
        (a.union(b), left | right),
        (a.intersect(b), left & right),
        (a.except_(b), left - right),
    ):
        found = numbers(first + second, question)
        assert len(found) == len(expected)
        assert set(found) == expected
    assert len(numbers(first + second, a.union_all(b))) == len(first) + len(second)

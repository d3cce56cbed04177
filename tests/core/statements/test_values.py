"""What expressions are worth."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from pytuck import QueryError, case, cast, distinct, extract, func, literal, or_, select


def value(session, expression, where=None):
    statement = select(expression)
    return session.execute(statement if where is None else statement.where(where)).scalar()


@pytest.mark.parametrize("a", [7, -7, 0])
@pytest.mark.parametrize("b", [2, -2, 3])
def test_whole_numbers_are_calculated_as_in_python(session, a, b):
    x, y = literal(a), literal(b)
    row = session.execute(select(x + y, x - y, x * y, x / y, x // y, x % y, -x)).one()
    assert row == (a + b, a - b, a * b, a / b, a // b, a % b, -a)


@pytest.mark.parametrize("a", [7.5, -7.5])
@pytest.mark.parametrize("b", [2.0, -2.0, 0.5])
def test_floats_are_calculated_as_in_python(session, a, b):
    x, y = literal(a), literal(b)
    row = session.execute(select(x + y, x - y, x * y, x / y, x // y, x % y)).one()
    assert row == (a + b, a - b, a * b, a / b, a // b, a % b)


def test_decimals_are_exact(session, company):
    P = company.Person
    ada = P.id == 1
    assert value(session, P.salary + Decimal("0.20"), ada) == Decimal("10.30")
    assert value(session, P.salary * 3, ada) == Decimal("30.30")
    assert value(session, P.salary - 1, ada) == Decimal("9.10")
    assert value(session, P.salary / 4, ada) == Decimal("2.525")
    assert value(session, -P.salary, ada) == Decimal("-10.10")
    assert value(session, func.sum(P.salary)) == Decimal("30.00")
    assert value(session, func.avg(P.salary)) == Decimal(10)
    assert value(session, func.min(P.salary)) == Decimal("-0.30")
    assert value(session, func.max(P.salary)) == Decimal("20.20")
    assert value(session, func.median(P.salary)) == Decimal("10.10")
    assert value(session, func.round(P.salary, 1), ada) == Decimal("10.1")
    assert value(session, func.abs(P.salary), P.id == 3) == Decimal("0.30")
    assert session.scalars(select(P.name).where(P.salary > 9).order_by(P.salary.desc())) == [
        "Bo",
        "Ada",
    ]


def test_dividing_by_nothing_gives_null(session):
    for expression in (literal(1) / 0, literal(1) // 0, literal(1) % 0, literal(Decimal(1)) / 0):
        assert value(session, expression) is None


def test_text_is_joined(session, company):
    P = company.Person
    assert value(session, P.name + "-" + P.name, P.id == 1) == "Ada-Ada"
    assert value(session, literal("Dr. ").concat(P.name), P.id == 2) == "Dr. Bo"


def test_points_in_time_are_moved_and_measured(session, company):
    P = company.Person
    ada = P.id == 1
    assert value(session, P.hired + timedelta(days=1, seconds=1), ada) == datetime(
        2020, 3, 1, 13, 5, 8, 250
    )
    assert value(session, P.born - timedelta(days=365), ada) == date(1984, 12, 31)
    assert value(session, P.hired - datetime(2020, 2, 28), ada) == timedelta(
        days=1, hours=13, minutes=5, seconds=7, microseconds=250
    )


def test_parts_of_dates(session, company):
    P = company.Person
    hired = session.execute(
        select(
            *(
                getattr(func, part)(P.hired)
                for part in ("year", "month", "day", "hour", "minute", "second", "microsecond")
            )
        ).where(P.id == 1)
    ).one()
    assert hired == (2020, 2, 29, 13, 5, 7, 250)
    moment = datetime(2020, 2, 29)
    assert value(session, func.weekday(P.hired), P.id == 1) == moment.weekday()
    assert value(session, func.week(P.hired), P.id == 1) == moment.isocalendar().week
    assert value(session, func.day_of_year(P.hired), P.id == 1) == 60
    assert value(session, func.quarter(P.born), P.id == 1) == 4
    assert value(session, extract("year", P.born), P.id == 1) == 1985
    assert value(session, func.date(P.hired), P.id == 1) == date(2020, 2, 29)
    with pytest.raises(QueryError, match="no part of a date"):
        extract("moon", P.born)


def test_case_and_cast(session, company):
    P = company.Person
    group = case((P.age > 40, "old"), (P.age > 20, "young"), else_="unknown")
    assert session.scalars(select(group).order_by(P.id)) == ["old", "young", "young", "unknown"]
    assert session.scalars(select(case((P.age > 40, 1))).order_by(P.id)) == [1, None, None, None]
    assert session.scalars(select(case({"Ada": 1}, value=P.name, else_=0)).order_by(P.id)) == [
        1,
        0,
        0,
        0,
    ]
    assert value(session, cast(P.age, str), P.id == 1) == "41"
    assert value(session, cast("12", int)) == 12
    assert value(session, P.salary.cast(float), P.id == 1) == 10.1
    assert value(session, cast("1.50", Decimal)) == Decimal("1.5")
    assert value(session, cast(P.hired, date), P.id == 1) == date(2020, 2, 29)
    with pytest.raises(QueryError, match="at least one pair"):
        case()


def test_aggregates(session, company):
    P = company.Person
    row = session.execute(
        select(
            func.count(),
            func.count(P.age),
            func.count(distinct(P.age)),
            func.count(P.age.distinct()),
            func.sum(P.age),
            func.avg(P.age),
            func.min(P.age),
            func.max(P.age),
            func.median(P.age),
            func.total(P.age),
        )
    ).one()
    assert row == (4, 3, 2, 2, 101, 101 / 3, 30, 41, 30.0, 101.0)
    assert value(session, func.stddev(P.age)) == pytest.approx(6.350852961)
    assert value(session, func.stddev_pop(P.age)) == pytest.approx(5.185449729)
    assert value(session, func.stddev(P.age), P.id == 1) is None
    assert value(session, func.group_concat(P.name, order_by=P.id), P.id < 3) == "Ada,Bo"
    assert (
        value(session, func.group_concat(P.name, " + ", order_by=P.id.desc()), P.id < 3)
        == "Bo + Ada"
    )
    assert value(session, func.count().filter(P.age == 30)) == 2
    assert value(session, func.sum(P.age), P.id > 99) is None


def test_functions_of_text_and_numbers(session, company):
    P = company.Person
    odd = P.id == 4
    assert value(session, func.lower(P.name), odd) == "ärger_%"
    assert value(session, func.upper(P.name), odd) == "ÄRGER_%"
    assert value(session, func.length(P.name), odd) == 7
    assert value(session, func.trim(literal("  x "))) == "x"
    assert value(session, func.round(literal(2.567), 2)) == 2.57
    assert value(session, func.abs(literal(-3))) == 3
    assert value(session, func.coalesce(P.age, 0), odd) == 0
    assert value(session, func.replace(P.name, "_%", "!"), odd) == "Ärger!"
    assert value(session, func.hex(literal(b"\x01\xff"))) == "01FF"
    assert value(session, func.printf("%05d", 42)) == "00042"


def test_text_is_searched_as_it_stands(session, company):
    P = company.Person

    def names(condition):
        return session.scalars(select(P.name).where(condition).order_by(P.id))

    assert names(P.name.like("A%")) == ["Ada"]
    assert names(P.name.like("a%")) == []
    assert names(P.name.ilike("ä%")) == ["Ärger_%"]
    assert names(P.name.like("_o")) == ["Bo"]
    assert names(P.name.like("%!_!%", escape="!")) == ["Ärger_%"]
    assert names(P.name.contains("_%")) == ["Ärger_%"]
    assert names(P.name.startswith("B")) == ["Bo"]
    assert names(P.name.endswith("%")) == ["Ärger_%"]
    assert names(P.name.contains("d")) == ["Ada"]
    assert names(~P.name.contains("d")) == ["Bo", "Cy", "Ärger_%"]
    assert names(P.name.regexp_match("^[A-C].$")) == ["Bo", "Cy"]
    assert names(P.name.regexp_match("^ÄR", "i")) == ["Ärger_%"]
    assert names(P.name.between("B", "C")) == ["Bo"]
    assert names(P.name.in_([])) == []
    assert names(P.name.not_in([])) == ["Ada", "Bo", "Cy", "Ärger_%"]
    assert names(P.age.in_(range(50_000))) == ["Ada", "Bo", "Cy"]
    assert names(or_(P.age == None, P.age != 30)) == ["Ada", "Ärger_%"]  # noqa: E711


def test_parts_of_lists_and_dictionaries(session, company):
    P = company.Person

    def names(condition):
        return session.scalars(select(P.name).where(condition).order_by(P.id))

    assert names(P.profile["city"] == "北京") == ["Bo"]
    assert names(P.profile["n"] > 5) == ["Bo"]
    assert names(P.profile["deep"]["list"][1] == 2) == ["Ada"]
    assert names(P.profile["ok"] == True) == ["Ada"]  # noqa: E712
    assert names(P.profile["deep"].is_null()) == ["Bo", "Cy", "Ärger_%"]
    assert names(P.tags[0] == "a") == ["Ada"]
    assert names(P.tags[-1] == "b") == ["Ada"]
    assert value(session, P.profile["city"].as_string(), P.id == 1) == "Wien"
    assert value(session, P.profile["n"].as_integer() + 1, P.id == 1) == 4
    assert value(session, P.profile["deep"], P.id == 1) == {"list": [1, 2]}
    assert names(P.profile["city"].as_string().startswith("W")) == ["Ada"]
    with pytest.raises(QueryError, match="Only lists and dictionaries"):
        P.name["x"]


def test_window_functions(session, company):
    P, Order = company.Person, company.Order
    rows = session.execute(
        select(
            Order.id,
            func.row_number().over(order_by=Order.amount.desc()),
            func.sum(Order.amount).over(partition_by=Order.person_id, order_by=Order.id),
            func.lag(Order.amount).over(order_by=Order.id),
            func.sum(Order.amount).over(order_by=Order.id, rows=(-1, 0)),
        ).order_by(Order.id)
    ).all()
    assert rows == [(1, 2, 5.0, None, 5.0), (2, 1, 12.5, 5.0, 12.5), (3, 3, 1.0, 7.5, 8.5)]
    total = session.scalars(select(func.sum(P.salary).over(order_by=P.id)).order_by(P.id))
    assert total == [Decimal("10.10"), Decimal("30.30"), Decimal("30.00"), Decimal("30.00")]


def test_groups_and_their_conditions(session, company):
    P = company.Person
    statement = select(P.department_id, func.count().label("n")).group_by(P.department_id)
    assert session.execute(statement.order_by("department_id")).all() == [(None, 1), (1, 2), (2, 1)]
    assert session.execute(statement.having(func.count() > 1)).all() == [(1, 2)]
    assert session.execute(statement.order_by("n", "department_id").limit(1)).all() == [(None, 1)]
    assert session.execute(
        select(func.count()).group_by(P.age).order_by(func.count().desc())
    ).all()[0] == (2,)


def test_order_of_nulls(session, company):
    P = company.Person
    assert session.scalars(select(P.age).order_by(P.age)) == [None, 30, 30, 41]
    assert session.scalars(select(P.age).order_by(P.age.desc())) == [41, 30, 30, None]
    assert session.scalars(select(P.age).order_by(P.age.nulls_last())) == [30, 30, 41, None]
    assert session.scalars(select(P.age).order_by(P.age.desc().nulls_first())) == [None, 41, 30, 30]
    assert session.scalars(select(P.age).distinct().order_by(P.age)) == [None, 30, 41]

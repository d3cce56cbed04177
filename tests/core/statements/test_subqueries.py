"""Questions inside of questions, and put together."""

from __future__ import annotations

import pytest

from pytuck import (
    QueryError,
    Result,
    aliased,
    except_,
    exists,
    func,
    intersect,
    literal,
    select,
    union,
    union_all,
)


def test_values_and_lists_of_another_question(session, company):
    P, Order = company.Person, company.Order
    oldest = select(func.max(P.age)).scalar_subquery()
    assert session.scalars(select(P.name).where(P.age == oldest)) == ["Ada"]
    assert session.scalars(select(P.name).where(P.age == select(func.max(P.age)))) == ["Ada"]
    buyers = select(Order.person_id).where(Order.amount > 2)
    assert session.scalars(select(P.name).where(P.id.in_(buyers))) == ["Ada"]
    assert session.scalars(select(P.name).where(P.id.not_in(buyers)).order_by("id")) == [
        "Bo",
        "Cy",
        "Ärger_%",
    ]


def test_a_correlated_question_speaks_of_the_row_around_it(session, company):
    P, Order = company.Person, company.Order
    spent = select(func.sum(Order.amount)).where(Order.person_id == P.id).scalar_subquery()
    rows = session.execute(select(P.name, spent.label("spent")).order_by(P.id)).all()
    assert rows == [("Ada", 12.5), ("Bo", 1.0), ("Cy", None), ("Ärger_%", None)]
    has_order = exists(select(Order.id).where(Order.person_id == P.id))
    assert session.scalars(select(P.name).where(~has_order).order_by(P.id)) == ["Cy", "Ärger_%"]
    assert session.scalars(
        select(P.name).where(select(Order).where(Order.person_id == P.id).exists())
    ) == [
        "Ada",
        "Bo",
    ]


def test_a_correlated_question_about_the_same_table(session, company):
    P = company.Person
    other = aliased(P)
    is_oldest = ~exists(
        select(other.id).where(other.department_id == P.department_id, other.age > P.age)
    )
    statement = select(P.name).where(is_oldest, P.department_id.is_not(None)).order_by(P.id)
    assert session.scalars(statement) == ["Ada", "Cy"]


def test_a_question_as_a_table(session, company):
    P, D = company.Person, company.Department
    sizes = select(P.department_id, func.count().label("size")).group_by(P.department_id).subquery()
    rows = session.execute(
        select(D.name, sizes.c.size).join(sizes, sizes.c.department_id == D.id).order_by(D.id)
    ).all()
    assert rows == [("Sales", 2), ("Research", 1)]
    assert session.execute(select(func.max(sizes.c["size"]))).scalar() == 2


def test_common_table_expressions(session, company):
    P = company.Person
    adults = select(P.id, P.name).where(P.age > 35).cte("adults")
    assert session.execute(select(adults.c.name)).all() == [("Ada",)]
    twice = adults.alias()
    assert session.execute(select(adults.c.id, twice.c.id).cross_join(twice)).all() == [(1, 1)]


def test_a_recursive_one_walks_a_tree(session, company):
    P = company.Person
    chain = (
        select(P.id, P.name, literal(0).label("depth"))
        .where(P.boss_id.is_(None))
        .cte("chain", recursive=True)
    )
    chain = chain.union_all(
        select(P.id, P.name, chain.c.depth + 1).join(chain, P.boss_id == chain.c.id)
    )
    rows = session.execute(
        select(chain.c.name, chain.c.depth).order_by(chain.c.depth, chain.c.name)
    ).all()
    assert rows == [("Ada", 0), ("Ärger_%", 0), ("Bo", 1), ("Cy", 1)]


def test_numbers_counted_by_a_recursive_one(session):
    numbers = select(literal(1).label("n")).cte("numbers", recursive=True)
    numbers = numbers.union_all(select(numbers.c.n + 1).where(numbers.c.n < 5))
    assert session.scalars(select(numbers.c.n)) == [1, 2, 3, 4, 5]


def test_unions_and_their_like(session, company):
    P, D = company.Person, company.Department
    a, b = select(P.name), select(D.name)
    assert set(session.scalars(union(a, b))) == {
        "Ada",
        "Bo",
        "Cy",
        "Ärger_%",
        "Sales",
        "Research",
        "Empty",
    }
    ages = select(P.age).where(P.age.is_not(None))
    assert session.scalars(union_all(ages, ages).order_by("age")) == [30, 30, 30, 30, 41, 41]
    assert session.scalars(ages.union(ages).order_by(P.age.desc())) == [41, 30]
    assert session.scalars(intersect(ages, select(literal(41)))) == [41]
    assert session.scalars(except_(ages, select(literal(41)))) == [30]
    assert session.scalars(union_all(ages, ages).order_by("age").limit(2).offset(3)) == [30, 41]


def test_a_union_of_one_model_gives_its_objects(session, company):
    P = company.Person
    both = (
        select(P).where(P.id == 1).union(select(P).where(P.age == 41), select(P).where(P.id == 2))
    )
    assert [person.name for person in session.scalars(both.order_by("id"))] == ["Ada", "Bo"]
    with pytest.raises(QueryError, match="different numbers of columns"):
        select(P.id).union(select(P.id, P.name))


def test_a_union_of_the_same_models_and_columns_gives_objects_in_rows(session, company):
    P = company.Person
    both = select(P, P.age).where(P.id == 1).union(select(P, P.age).where(P.id == 2))
    rows = session.execute(both.order_by("id")).all()
    assert [(row.Person.name, row.age) for row in rows] == [("Ada", 41), ("Bo", 30)]


def test_queries_stand_where_selects_do(session, company):
    P, Order = company.Person, company.Order
    buyers = session.query(Order.person_id)
    assert session.scalars(select(P.name).where(P.id.in_(buyers)).order_by("id")) == ["Ada", "Bo"]
    assert session.scalars(select(P.name).where(P.age == session.query(func.max(P.age)))) == ["Ada"]
    assert session.scalars(
        select(P.name).where(exists(buyers.filter(Order.person_id == P.id)), P.age < 40)
    ) == ["Bo"]


def test_questions_of_the_wrong_width_are_refused(session, company):
    P, Order = company.Person, company.Order
    wide = select(Order.id, Order.person_id)
    with pytest.raises(QueryError, match="one column"):
        P.id.in_(wide)
    with pytest.raises(QueryError, match="one column"):
        P.id == wide  # noqa: B015
    with pytest.raises(QueryError, match="a list of values"):
        P.id.in_(3)
    with pytest.raises(QueryError, match="exists"):
        exists(P)


def test_truth_in_columns_is_combined_like_conditions(session, company):
    P = company.Person
    flags = select(P.id, (P.age > 35).label("old"), P.name).subquery()
    old = flags.c.old
    assert session.scalars(select(flags.c.name).where(old)) == ["Ada"]
    assert session.scalars(select(flags.c.id).where(~old & (flags.c.id > 2))) == [3]
    assert session.scalars(select(flags.c.id).where(old | (flags.c.id == 2))) == [1, 2]


def test_the_best_of_each_group(session, company):
    Order = company.Order
    rank = func.row_number().over(partition_by=Order.person_id, order_by=Order.amount.desc())
    ranked = select(Order.id, rank.label("place")).subquery()
    assert session.scalars(select(ranked.c.id).where(ranked.c.place == 1)) == [2, 3]
    with pytest.raises(QueryError, match="a column of a subquery"):
        session.scalars(select(Order.id).where(rank == 1))


def test_a_union_of_tables_without_models(storage, session):
    table = storage.tables["departments"]
    both = select(table.c.id).union(select(table.c.id + 10))
    assert sorted(storage.execute(both).scalars()) == [1, 2, 3, 11, 12, 13]
    assert type(storage.execute(both)) is Result

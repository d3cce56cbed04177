"""`session.query(...)`."""

from __future__ import annotations

import pytest

from pytuck import ColumnNotFoundError, QueryError, func, select


def test_a_query_is_built_step_by_step(session, company):
    P, D = company.Person, company.Department
    query = session.query(P).filter(P.age >= 30)
    assert [person.name for person in query.order_by("name").all()] == ["Ada", "Bo", "Cy"]
    assert [person.name for person in query.filter_by(age=30).order_by(P.name.desc())] == [
        "Cy",
        "Bo",
    ]
    assert [person.name for person in query.order_by("name", desc=True).limit(1).offset(1)] == [
        "Bo"
    ]
    assert (
        session.query(P).join(D, P.department_id == D.id).filter(D.name == "Research").one().name
        == "Cy"
    )
    assert query.count() == 3
    assert query.first() is session.get(P, 1)


def test_roadmap_examples(session, company):
    P = company.Person
    assert session.query(func.count(P.id)).scalar() == 4
    assert session.query(func.avg(P.age)).scalar() == 101 / 3
    groups = session.query(P.department_id, func.count(P.id)).group_by(P.department_id)
    assert sorted(groups.all(), key=str) == [(1, 2), (2, 1), (None, 1)]
    assert groups.having(func.count(P.id) > 1).all() == [(1, 2)]


def test_one_of_a_query(session, company):
    P = company.Person
    assert session.query(P).filter_by(name="Bo").one().age == 30
    assert session.query(P).filter_by(name="No").one_or_none() is None
    assert session.query(P).filter_by(name="No").first() is None
    assert session.query(P).get(1).name == "Ada"
    assert session.query(P).get(99) is None
    with pytest.raises(QueryError, match="got 4"):
        session.query(P).one()
    with pytest.raises(QueryError, match="got 2"):
        session.query(P).filter_by(age=30).one_or_none()
    with pytest.raises(QueryError, match="by its key alone"):
        session.query(P).filter_by(age=30).get(1)
    with pytest.raises(ColumnNotFoundError, match="nme"):
        session.query(P).filter_by(nme="Bo")


def test_counting_what_is_grouped_cut_or_distinct(session, company):
    P = company.Person
    assert session.query(P.age).distinct().count() == 3
    assert session.query(P.age, func.count()).group_by(P.age).count() == 3
    assert session.query(func.count(P.id)).count() == 1
    assert session.query(P).order_by("name").limit(3).count() == 3
    assert session.query(P).offset(3).count() == 1
    union = session.query(P.age).union(session.query(P.id))
    assert union.count() == len({30, 41, None, 1, 2, 3, 4})


def test_slices_and_single_values(session, company):
    P = company.Person
    query = session.query(P.name).order_by(P.id)
    assert query[1:3] == [("Bo",), ("Cy",)]
    assert query[:1] == [("Ada",)]
    assert query[3:] == [("Ärger_%",)]
    assert query.scalars() == ["Ada", "Bo", "Cy", "Ärger_%"]
    assert query.scalar() == "Ada"
    for wrong in (slice(-1, None), slice(0, 3, 2), slice(3, 1)):
        with pytest.raises(QueryError, match="range of rows"):
            query[wrong]
    with pytest.raises(QueryError, match="first"):
        query[0]


def test_whether_there_is_a_row(session, company):
    P, D = company.Person, company.Department
    assert session.query(P).filter(P.age == 41).any()
    assert not session.query(P).filter(P.age == 42).any()
    has_people = session.query(P).filter(P.department_id == D.id).exists()
    assert session.query(D.name).filter(~has_people).all() == [("Empty",)]


def test_rows_of_a_query_are_updated_and_deleted(session, company):
    P, Order = company.Person, company.Order
    bo = session.get(P, 2)
    assert session.query(P).filter(P.age == 30).update({"age": 31}) == 2
    assert bo.age == 31
    assert (
        session.query(P).filter_by(name="Bo").update({P.age: P.age + 1}, synchronize_session=False)
        == 1
    )
    assert bo.age == 32
    assert session.query(Order).filter(Order.amount > 5).delete() == 1
    assert session.query(Order).delete() == 2
    with pytest.raises(QueryError, match="an order or a limit"):
        session.query(P).limit(1).delete()


def test_rows_of_a_joined_query_are_updated_and_deleted(session, company):
    P, D, Order = company.Person, company.Department, company.Order
    researchers = session.query(P).join(D, P.department_id == D.id).filter(D.name == "Research")
    assert researchers.update({"age": 50}) == 1
    assert session.get(P, 3).age == 50
    assert session.query(Order).join(P).filter(P.name == "Ada").delete() == 2
    assert session.scalars(select(Order.id)) == [3]


def test_what_is_cut_can_be_cut_further(session, company):
    P = company.Person
    query = session.query(P.id).order_by("id")
    assert query.limit(0).first() is None
    assert query.limit(0).scalar() is None
    assert query.limit(3)[1:] == [(2,), (3,)]
    assert query.offset(1)[1:2] == [(3,)]
    assert query.offset(1).limit(2)[:9] == [(2,), (3,)]
    assert query.limit(2)[5:] == []


def test_a_query_reads_batch_by_batch(session, company):
    P = company.Person
    assert [person.id for person in session.query(P).order_by("id").yield_per(2)] == [1, 2, 3, 4]
    assert [age for (age,) in session.query(P.age).order_by("id").stream()] == [41, 30, 30, None]


def test_a_query_is_a_select(session, company):
    P = company.Person
    assert session.query(P).filter(P.age > 1).statement == select(P).where(P.age > 1)
    rows = session.query(P).filter(P.age > 35).with_entities(P.id, P.name).all()
    assert rows == [(1, "Ada")]
    subquery = session.query(P.id).filter(P.age > 35).subquery()
    assert session.query(subquery.c.id).all() == [(1,)]

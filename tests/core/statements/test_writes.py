"""Inserts, updates and deletes with everything a condition may be."""

from __future__ import annotations

from decimal import Decimal

import pytest

from pytuck import (
    ColumnNotFoundError,
    DuplicateKeyError,
    QueryError,
    aliased,
    delete,
    exists,
    func,
    insert,
    select,
    update,
)


def ages(session, company):
    P = company.Person
    return session.execute(select(P.name, P.age).order_by(P.id)).all()


def test_many_rows_are_inserted_at_once(session, company):
    D = company.Department
    result = session.execute(insert(D).values_list([{"name": f"d{n}"} for n in range(1000)]))
    assert result.rowcount() == 1000
    assert session.execute(select(func.count(D.id)).where(D.name.startswith("d"))).scalar() == 1000
    session.execute(insert(D).values([{"id": 2000, "name": "list"}]))
    session.execute(insert(D).values(id=2001, name="words"))
    assert session.get(D, 2001).name == "words"
    with pytest.raises(QueryError, match="same columns"):
        insert(D).values_list([{"name": "x"}, {"id": 1}])
    with pytest.raises(ColumnNotFoundError, match="nme"):
        insert(D).values(nme="x")


def test_an_insert_gives_back_what_it_made(session, company):
    D = company.Department
    rows = session.execute(insert(D).values(name="new").returning(D.id, D.name)).all()
    assert rows == [(4, "new")]
    made = session.scalars(insert(D).values(name="object").returning(D))
    assert [type(item) for item in made] == [D]
    assert session.get(D, made[0].id) is made[0]


def test_an_insert_from_a_question(session, company):
    D, P = company.Department, company.Person
    question = select(P.name + "'s group").where(P.age > 35)
    session.execute(insert(D).from_select(["name"], question))
    assert session.scalars(select(D.name).where(D.id > 3)) == ["Ada's group"]
    session.execute(insert(D).values(name=select(func.max(P.name)).where(P.age == 30)))
    assert session.scalars(select(D.name).where(D.id > 4)) == ["Cy"]
    with pytest.raises(QueryError, match="2 columns"):
        insert(D).from_select(["id", "name"], question)


def test_rows_whose_key_exists_are_left_out_or_changed(session, company):
    D = company.Department
    row = insert(D).values(id=9, name="Empty")
    with pytest.raises(DuplicateKeyError, match="name"):
        session.execute(row)
    assert session.execute(row.on_conflict_do_nothing()).rowcount() == 0
    assert session.execute(row.on_conflict_do_nothing(["name"])).rowcount() == 0
    changed = row.on_conflict_do_update(["name"], {"id": row.excluded.id * 10})
    session.execute(changed)
    assert session.execute(select(D.id).where(D.name == "Empty")).all() == [(90,)]
    by_key = insert(D).values_list([{"id": 2, "name": "Lab"}, {"id": 4, "name": "Void"}])
    session.execute(by_key.on_conflict_do_update())
    assert session.scalars(select(D.name).order_by(D.id)) == ["Sales", "Lab", "Void", "Empty"]
    guarded = insert(D).values(id=2, name="no").on_conflict_do_update(where=D.name != "Lab")
    session.execute(guarded)
    assert session.get(D, 2).name == "Lab"


def test_updates_with_calculations_and_questions(session, company):
    P, Order = company.Person, company.Order
    ada = session.get(P, 1)
    assert session.execute(update(P).where(P.age > 35).values(age=P.age + 1)).rowcount() == 1
    assert ada.age == 42
    bought = select(Order.person_id).where(Order.amount > 2)
    session.execute(update(P).where(P.id.in_(bought)).values(age=0))
    assert ages(session, company)[0] == ("Ada", 0)
    spent = select(func.sum(Order.amount)).where(Order.person_id == P.id).scalar_subquery()
    session.execute(
        update(P)
        .where(exists(select(Order).where(Order.person_id == P.id)))
        .values(age=func.round(spent))
    )
    assert ages(session, company) == [("Ada", 13), ("Bo", 1), ("Cy", 30), ("Ärger_%", None)]
    changed = session.execute(
        update(P).where(P.id == 2).values({"salary": Decimal("1.5")}).returning(P.name, P.salary)
    )
    assert changed.all() == [("Bo", Decimal("1.5"))]
    assert session.execute(update(P).filter_by(name="Bo").values(age=None)).rowcount() == 1


def test_an_update_reads_other_tables_beside_its_own(session, company):
    P, D = company.Person, company.Department
    session.execute(
        update(P)
        .where(P.department_id == D.id, D.name == "Sales")
        .values(name=D.name + " " + P.name)
    )
    assert [name for name, _ in ages(session, company)] == [
        "Sales Ada",
        "Sales Bo",
        "Cy",
        "Ärger_%",
    ]


def test_deletes_with_questions(session, company):
    P, Order = company.Person, company.Order
    order = session.get(Order, 3)
    assert (
        session.execute(
            delete(Order).where(Order.person_id.in_(select(P.id).where(P.age == 30)))
        ).rowcount()
        == 1
    )
    assert order not in session
    other = aliased(Order)
    is_doubled = exists(
        select(other.id).where(other.person_id == Order.person_id, other.id < Order.id)
    )
    gone = session.execute(delete(Order).where(is_doubled).returning(Order.id)).all()
    assert gone == [(2,)]


def test_a_delete_reads_other_tables_beside_its_own(session, company):
    P, D, Order = company.Person, company.Department, company.Order
    sales = (Order.person_id == P.id, P.department_id == D.id, D.name == "Sales")
    gone = session.execute(delete(Order).where(*sales, Order.amount > 2).returning(Order.id))
    assert sorted(gone.all()) == [(1,), (2,)]
    assert session.scalars(select(Order.id)) == [3]


def test_writes_read_subqueries(session, company):
    P, Order = company.Person, company.Order
    spent = (
        select(Order.person_id, func.sum(Order.amount).label("total"))
        .group_by(Order.person_id)
        .subquery()
    )
    session.execute(update(P).where(P.id == spent.c.person_id).values(age=spent.c.total))
    assert [age for _, age in ages(session, company)] == [12.5, 1, 30, None]
    big = select(P.id).where(P.age > 20).cte("big")
    assert session.execute(delete(P).where(P.id.in_(select(big.c.id)))).rowcount() == 1


def test_rows_are_given_beside_an_insert(session, company):
    D = company.Department
    assert session.execute(insert(D), [{"name": "x"}, {"name": "y"}]).rowcount() == 2
    session.execute(insert(D), {"name": "z"})
    assert session.scalars(select(D.name).where(D.id > 3)) == ["x", "y", "z"]
    with pytest.raises(QueryError, match="Only an insert"):
        session.execute(update(D), [{"name": "w"}])


def test_statements_are_undone_by_a_rollback(session, company):
    P = company.Person
    ada = session.get(P, 1)
    session.execute(update(P).values(age=1))
    session.execute(delete(company.Order))
    assert ada.age == 1
    session.rollback()
    assert ada.age == 41
    assert session.query(company.Order).count() == 3

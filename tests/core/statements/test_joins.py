"""Which rows come together."""

from __future__ import annotations

import pytest

from pytuck import QueryError, aliased, func, select


def test_a_join_follows_the_foreign_key(session, company):
    P, D = company.Person, company.Department
    rows = session.execute(select(P.name, D.name).join(D).order_by(P.id)).all()
    assert rows == [("Ada", "Sales"), ("Bo", "Sales"), ("Cy", "Research")]


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("inner", {("Ada", "Sales"), ("Bo", "Sales"), ("Cy", "Research")}),
        ("left", {("Ada", "Sales"), ("Bo", "Sales"), ("Cy", "Research"), ("Ärger_%", None)}),
        ("right", {("Ada", "Sales"), ("Bo", "Sales"), ("Cy", "Research"), (None, "Empty")}),
        (
            "full",
            {
                ("Ada", "Sales"),
                ("Bo", "Sales"),
                ("Cy", "Research"),
                ("Ärger_%", None),
                (None, "Empty"),
            },
        ),
    ],
)
def test_kinds_of_joins(session, company, kind, expected):
    P, D = company.Person, company.Department
    rows = session.execute(select(P.name, D.name).join(D, P.department_id == D.id, kind=kind)).all()
    assert set(rows) == expected
    assert len(rows) == len(expected)


def test_outer_and_cross_joins_by_their_own_methods(session, company):
    P, D = company.Person, company.Department
    assert len(session.execute(select(P.id, D.id).outerjoin(D)).all()) == 4
    assert len(session.execute(select(P.id, D.id).join(D, isouter=True)).all()) == 4
    assert len(session.execute(select(P.id, D.id).outerjoin(D, full=True)).all()) == 5
    assert len(session.execute(select(P.id, D.id).cross_join(D)).all()) == 12


def test_a_table_joins_itself_under_another_name(session, company):
    P = company.Person
    boss = aliased(P)
    rows = session.execute(
        select(P.name, boss.name).join(boss, P.boss_id == boss.id).order_by(P.name)
    ).all()
    assert rows == [("Bo", "Ada"), ("Cy", "Ada")]
    pairs = session.execute(select(P, boss).join(boss, P.boss_id == boss.id).order_by(P.id)).all()
    ada = session.get(P, 1)
    assert [(worker.name, leader) for worker, leader in pairs] == [("Bo", ada), ("Cy", ada)]


def test_two_models_give_pairs_of_objects_and_none_where_there_is_no_partner(session, company):
    P, D = company.Person, company.Department
    rows = session.execute(select(P, D).outerjoin(D).order_by(P.id)).all()
    assert [(person.name, group and group.name) for person, group in rows] == [
        ("Ada", "Sales"),
        ("Bo", "Sales"),
        ("Cy", "Research"),
        ("Ärger_%", None),
    ]
    assert rows[0][1] is rows[1][1]


def test_a_model_beside_columns_and_values(session, company):
    P, Order, N = company.Person, company.Order, company.Note
    rows = session.execute(
        select(P, func.sum(Order.amount), func.count(Order.id))
        .join(Order)
        .group_by(P.id)
        .order_by(P.id)
    ).all()
    assert rows == [(session.get(P, 1), 12.5, 2), (session.get(P, 2), 1.0, 1)]
    notes = session.execute(select(N, N.text).order_by(N.text)).all()
    assert [(note.text, text) for note, text in notes] == [("x", "x"), ("y", "y")]


def test_tables_without_a_join_are_read_beside_each_other(session, company):
    P, D = company.Person, company.Department
    statement = select(P.name, D.name).where(P.department_id == D.id).order_by(P.id)
    assert session.execute(statement).all()[0] == ("Ada", "Sales")
    assert session.execute(select(func.count()).where(P.department_id == D.id)).scalar() == 3


def test_a_join_that_cannot_be_found_says_what_to_write(session, company):
    D, Order, P = company.Department, company.Order, company.Person
    with pytest.raises(QueryError, match="no foreign key between 'departments' and 'orders'"):
        select(Order).join(D)
    with pytest.raises(QueryError, match="aliased"):
        select(P).join(Order).join(Order)
    with pytest.raises(QueryError, match="foreign keys"):
        select(P).join(aliased(P))
    with pytest.raises(QueryError, match="neither a model class nor a table"):
        select(P).join("orders")


def test_filter_by_names_columns_of_the_table_joined_last(session, company):
    P, Order = company.Person, company.Order
    statement = select(P.name).join(Order).filter_by(amount=1.0)
    assert session.execute(statement).all() == [("Bo",)]


def test_functions_alone_know_their_table(session, company):
    P, D = company.Person, company.Department
    assert session.query(func.count(P.id)).filter_by(age=30).scalar() == 2
    assert session.execute(select(func.count(P.id)).join(D)).scalar() == 3
    counts = select(func.count(P.id)).group_by("department_id").order_by("department_id")
    assert session.scalars(counts) == [1, 2, 1]
    statement = select(func.count()).where(P.age > 1).filter_by(name="Bo")
    assert session.scalar(statement) == 1


def test_an_unknown_kind_of_join_is_refused(session, company):
    P, D = company.Person, company.Department
    with pytest.raises(QueryError, match="'inner', 'left', 'right', 'full', 'cross'"):
        select(P).join(D, kind="outer")
    with pytest.raises(QueryError, match="neither a condition nor a relationship"):
        select(P).join(D, "department_id")

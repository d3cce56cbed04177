"""What answers consist of."""

from __future__ import annotations

import copy
import pickle

import pytest

from pytuck import QueryError, aliased, func, select


def test_the_values_of_a_row_have_names(session, company):
    P = company.Person
    rows = session.execute(
        select(P.name, func.count().label("n"), func.count())
        .where(P.age == 30)
        .group_by(P.name)
        .order_by("name")
    ).all()
    assert rows == [("Bo", 1, 1), ("Cy", 1, 1)]
    assert [(row.name, row.n, row.count) for row in rows] == [("Bo", 1, 1), ("Cy", 1, 1)]
    assert rows[0]._asdict() == rows[0]._mapping == {"name": "Bo", "n": 1, "count": 1}
    assert (rows[-1]._fields, rows[-1]._tuple()) == (("name", "n", "count"), ("Cy", 1, 1))
    name, *_ = rows[0]
    assert name == "Bo"
    with pytest.raises(AttributeError, match="no 'nme'; it has: name, n, count"):
        rows[0].nme  # noqa: B018


def test_same_names_are_numbered(session, company):
    P, D = company.Person, company.Department
    result = session.execute(select(P.id, D.id, D.name).join(D).where(P.id == 3))
    row = result.one()
    assert (row.id, row.id_1, row.name) == (3, 2, "Research")
    assert result.keys() == ("id", "id_1", "name")
    assert result.mappings().one() == {"id": 3, "id_1": 2, "name": "Research"}


def test_objects_in_rows_are_named_by_their_model_or_alias(session, company):
    P, D = company.Person, company.Department
    boss = aliased(P, "boss")
    statement = select(P, D, boss, P.age).join(D).join(boss, P.boss_id == boss.id)
    row = session.execute(statement.where(P.id == 3)).one()
    assert (row.Person.name, row.Department.name, row.boss.name) == ("Cy", "Research", "Ada")
    assert row._mapping == {"Person": row[0], "Department": row[1], "boss": row[2], "age": 30}
    assert session.execute(statement).mappings().first().keys() == row._mapping.keys()
    assert session.scalars(statement.where(P.id == 3)) == [row.Person]


def test_rows_keep_their_names_whatever_the_list_goes_through(session, company):
    P = company.Person
    rows = session.execute(select(P.id, P.name).order_by(P.id)).all()
    assert isinstance(rows, list)
    assert [row.id for row in reversed(rows)] == [4, 3, 2, 1]
    assert [row.id for row in rows[1:3]] == [2, 3]
    assert [row.id for row in sorted(rows, key=lambda row: row.name)] == [1, 2, 3, 4]
    rows.sort(key=lambda row: -row.id)
    assert rows.pop().id == 1
    assert [row.id for row in rows.copy()] == [4, 3, 2]
    assert [row.id for row in rows + rows[:1]] == [4, 3, 2, 4]
    rows.append((9, "Nine"))
    rows.append(None)
    assert rows[3].name == "Nine"
    assert rows[4] is None
    first = pickle.loads(pickle.dumps(rows))[0]
    assert (first.id, copy.copy(first).name) == (4, "Ärger_%")


def test_single_values_and_objects(session, company):
    P = company.Person
    ages = session.execute(select(P.age).order_by(P.id)).scalars()
    assert ages == ages.all() == [41, 30, 30, None]
    assert ages.unique() == [41, 30, None]
    assert session.scalars(select(P).where(P.id == 2)).one().name == "Bo"
    assert session.scalars(select(P).where(P.id == 99)).first() is None
    assert session.scalars(select(P.tags).order_by(P.id)).unique() == [["a", "b"], [], None]
    one = select(P.name).where(P.id == 2)
    assert session.execute(one).scalar_one() == "Bo"
    assert session.execute(one.where(P.age == 1)).scalar_one_or_none() is None
    with pytest.raises(QueryError, match="Expected one result, got 0"):
        session.execute(one.where(P.age == 1)).scalar_one()
    with pytest.raises(QueryError, match="at most one result, got 4"):
        session.execute(select(P.id)).scalar_one_or_none()
    assert session.execute(select(P).where(P.age == 30)).unique().all() == session.scalars(
        select(P).where(P.age == 30)
    )


def test_mappings_of_a_model_are_its_columns(session, company):
    D = company.Department
    assert session.execute(select(D).where(D.id == 1)).mappings() == [{"id": 1, "name": "Sales"}]

"""What operators build, and what they refuse."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from pytuck.common.exceptions import ColumnNotFoundError, QueryError, TypeConversionError
from pytuck.query import func, or_, select, table, update

T = table("things", [("id", int), ("name", str), ("made", datetime)])


def test_a_condition_has_no_truth_value():
    with pytest.raises(QueryError, match="and_"):
        bool(T.c.id == 1)


def test_a_literal_of_another_kind_names_the_column():
    with pytest.raises(TypeConversionError, match=r"things\.id"):
        _ = T.c.id == "abc"


def test_numbers_and_dates_keep_their_own_type_beside_each_other():
    assert (T.c.id > 1.5).node.right.stored == 1.5
    assert (T.c.made < date(2026, 1, 2)).node.right.stored == "2026-01-02"


def test_unknown_columns_are_errors_that_name_the_known_ones():
    with pytest.raises(ColumnNotFoundError, match="id, name, made"):
        _ = T.c.nothing
    with pytest.raises(ColumnNotFoundError):
        select(T).order_by("nothing")
    with pytest.raises(ColumnNotFoundError):
        update(T).values(nothing=1)


def test_what_is_no_condition_is_refused():
    with pytest.raises(QueryError):
        select(T).where(True)
    with pytest.raises(QueryError):
        or_(T.c.id == 1, False)


@pytest.mark.parametrize("count", [-1, 1.5, True, "3"])
def test_a_limit_is_a_number_of_rows(count):
    with pytest.raises(QueryError, match="limit"):
        select(T).limit(count)


def test_statements_do_not_change():
    base = select(T)
    narrowed = base.where(T.c.id == 1)
    assert base.where_node is None
    assert narrowed != base


def test_a_question_without_columns_is_about_the_table_of_its_conditions():
    assert select(func.count()).where(T.c.id > 1).source == select(T).source

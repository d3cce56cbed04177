"""A statement whose values are written out means what it means with parameters."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytuck.compiler import compile_statement
from pytuck.compiler.dialects import SQLITE
from pytuck.compiler.script import with_values
from pytuck.query import Insert, TableSource
from pytuck.schema import Column, Table
from pytuck.types import RAW, Stored

VALUES = st.one_of(
    st.none(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=12),
    st.sampled_from(["?1", "it's ?2", 'say "?1"', "--", "\0", "a\0b"]),
    st.binary(max_size=12),
)


NAME = "why ?1 'and' ?2"


def stored_by(sql: str, parameters: tuple[Stored, ...] = ()) -> list[object]:
    with closing(sqlite3.connect(":memory:")) as database:
        database.execute(f'CREATE TABLE "{NAME}" ("id?1" PRIMARY KEY, b)')
        database.execute(sql, parameters)
        return database.execute(f'SELECT typeof(b), b FROM "{NAME}"').fetchall()


@given(first=st.integers(0, 9), second=VALUES)
def test_values_written_out_store_the_same(first, second):
    # The last digit of a number is lost where SQLite reads it: it promises fifteen of them.
    columns = (Column("id?1", RAW), Column("b", RAW))
    source = TableSource(Table(NAME, columns))
    nodes = (source.c["id?1"].node, source.c["b"].node)
    statement = Insert(source.node, nodes, ((first, second),))
    compiled = compile_statement(statement, SQLITE)
    sql, parameters = compiled.template.sql, compiled.parameters[0]
    text = with_values(sql, parameters, SQLITE)
    ((is_kind, is_value),), ((kind, value),) = stored_by(text), stored_by(sql, parameters)
    assert is_kind == kind
    assert is_value == (pytest.approx(value, rel=1e-15) if kind == "real" else value)


def test_long_values_are_cut_when_a_text_is_only_to_be_read():
    assert with_values("SELECT ?1, ?2", ["x" * 100, 7], SQLITE, 5) == "SELECT 'xxxx…, 7"

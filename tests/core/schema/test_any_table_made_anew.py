"""Whatever a table looks like, making it anew keeps its rows and its definition."""

from __future__ import annotations

import sqlite3

from hypothesis import given, settings
from hypothesis import strategies as st

from pytuck import Storage
from pytuck.compiler.dialects import SQLITE
from pytuck.compiler.dialects.sqlite_changes import create_rebuilt
from pytuck.compiler.dialects.sqlite_tables import parse_table

_NAMES = st.text(st.sampled_from("abXé ,('\"[`-/*.;"), min_size=1, max_size=6).filter(
    lambda name: "]" not in name and name.strip()
)
_QUOTES = st.sampled_from(['"', "`", "["])
_SPACES = st.sampled_from([" ", "\n", " /* (a, */ ", " -- ), x\n"])
_CLAUSES = st.lists(
    st.sampled_from(
        [
            "NOT NULL ON CONFLICT ABORT",
            "DEFAULT 'it''s (, not)'",
            "DEFAULT (1 + (2))",
            "DEFAULT -1.5e-3",
            "DEFAULT x'00ff'",
            "DEFAULT NULL",
            "CHECK (1 IN (1, 2) AND ')' <> '--')",
            "COLLATE NOCASE",
            "UNIQUE",
            "REFERENCES other(id) ON DELETE SET DEFAULT ON UPDATE SET NULL",
            "REFERENCES other NOT DEFERRABLE INITIALLY IMMEDIATE",
            'CONSTRAINT "my check" CHECK (2 > 1)',
        ]
    ),
    max_size=4,
    unique_by=lambda clause: clause.split()[0],
)
_TYPES = st.sampled_from(["", "INTEGER", "text", "DECIMAL_TEXT(10, 2)", "\"ENUM('a','b')\"", "a b"])


@st.composite
def _definitions(draw):
    """Return the SQL of a table `t`, and its columns' names."""
    names = draw(st.lists(_NAMES, min_size=1, max_size=5, unique_by=lambda name: name.lower()))
    space = draw(_SPACES)
    parts = []
    for name in names:
        pieces = [_quoted(name, draw(_QUOTES)), draw(_TYPES), *draw(_CLAUSES)]
        parts.append(space.join(piece for piece in pieces if piece))
    if draw(st.booleans()):
        parts.append(f"PRIMARY{space}KEY ({_quoted(names[0], '[')})")
    if draw(st.booleans()):
        parts.append(f"CONSTRAINT both UNIQUE ({', '.join(_quoted(n, chr(34)) for n in names)})")
    return f"CREATE TABLE{space}t{space}({', '.join(parts)})", names


def _quoted(name, quote):
    if quote == "[":
        return f"[{name}]"
    return quote + name.replace(quote, quote * 2) + quote


def _described(raw):
    """Return what SQLite itself says of the table `t`."""
    columns = raw.execute("SELECT * FROM pragma_table_xinfo('t')").fetchall()
    keys = raw.execute("SELECT * FROM pragma_foreign_key_list('t')").fetchall()
    indexes = raw.execute("SELECT \"unique\", origin FROM pragma_index_list('t')").fetchall()
    return columns, keys, sorted(indexes)


@given(_definitions())
def test_a_definition_means_the_same_when_it_is_put_together_again(made):
    sql, names = made
    first, second = sqlite3.connect(":memory:"), sqlite3.connect(":memory:")
    first.execute(sql)
    text = parse_table(sql)
    assert [column.name for column in text.columns] == names
    second.execute(create_rebuilt("t", text, SQLITE))
    assert _described(first) == _described(second)
    assert parse_table(create_rebuilt("t", text, SQLITE)) == text
    first.close()
    second.close()


@settings(max_examples=60)
@given(data=st.data())
def test_any_changes_one_after_the_other_keep_the_rows(data):
    with Storage() as storage:
        connection = storage.engine.acquire()
        sql, names = data.draw(_definitions())
        connection.fetch("CREATE TABLE other (id INTEGER PRIMARY KEY)")
        connection.fetch(sql)
        if "REFERENCES" not in sql:
            marks = ", ".join("?" for _ in names)
            connection.fetch(f"INSERT INTO t VALUES ({marks})", ["1"] * len(names))
        rows = connection.fetch("SELECT * FROM t")
        storage.reorder_columns("t", data.draw(st.permutations(names)))
        storage.rename_table("t", "u")
        storage.rename_column("u", names[0], "renamed")
        storage.reorder_columns("u", ["renamed", *names[1:]])
        assert connection.fetch("SELECT * FROM u") == rows
        assert storage.check() == []

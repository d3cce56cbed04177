"""Plain records in and out of databases of others."""

from __future__ import annotations

import sqlite3
from datetime import date, datetime

import pytest

from pytuck import (
    ConfigurationError,
    DatabaseConnectionError,
    DuplicateKeyError,
    PytuckException,
    TableNotFoundError,
)
from pytuck.common.options import DuckdbConnectorOptions, SqliteConnectorOptions
from pytuck.connectors import (
    CONNECTORS,
    DatabaseConnector,
    DuckDBConnector,
    SQLiteConnector,
    get_available_connectors,
    get_connector,
)

COLUMNS = [
    {"name": "id", "type": int, "primary_key": True, "nullable": False},
    {"name": "name", "type": str, "nullable": True},
    {"name": "born", "type": date, "nullable": True},
]


@pytest.fixture(params=["sqlite", "duckdb"])
def connector(request, tmp_path):
    with get_connector(request.param, str(tmp_path / f"a.{request.param}")) as connector:
        connector.create_table("people", COLUMNS, "id")
        yield connector


def test_the_connectors_there_are(tmp_path):
    assert {"sqlite": SQLiteConnector, "duckdb": DuckDBConnector} == CONNECTORS
    assert get_available_connectors() == {"sqlite": True, "duckdb": True}
    assert issubclass(SQLiteConnector, DatabaseConnector)
    with pytest.raises(ConfigurationError, match="mysql"):
        get_connector("mysql", "a.db")
    with get_connector("sqlite", tmp_path / "a.db", SqliteConnectorOptions(timeout=1)) as one:
        assert one.get_table_names() == []
    with get_connector("duckdb", tmp_path / "a.duckdb", DuckdbConnectorOptions(threads=1)) as two:
        assert two.get_table_names() == []


def test_nothing_works_before_connecting_and_after_closing(tmp_path):
    connector = SQLiteConnector(str(tmp_path / "a.db"))
    for _ in range(2):
        assert not connector.is_connected()
        for use in (
            connector.get_table_names,
            connector.commit,
            connector.begin_transaction,
            lambda: connector.get_table_data("t"),
            lambda: connector.execute("SELECT 1"),
        ):
            with pytest.raises(DatabaseConnectionError, match="not connected"):
                use()
        connector.connect()
        assert connector.is_connected()
        connector.close()


def test_tables_and_their_structure(connector):
    assert connector.get_table_names() == ["people"]
    assert connector.table_exists("people")
    assert not connector.table_exists("cats")
    columns, key = connector.get_table_schema("people")
    assert key == "id"
    assert [(column["name"], column["type"], column["primary_key"]) for column in columns] == [
        ("id", int, True),
        ("name", str, False),
        ("born", date, False),
    ]
    connector.drop_table("people")
    connector.drop_table("people")
    assert connector.get_table_names(exclude_system=False) == []
    with pytest.raises(TableNotFoundError):
        connector.get_table_schema("people")


def test_rows_are_written_and_read(connector):
    assert connector.supports_crud()
    assert connector.insert_row("people", {"name": "Ada", "born": date(1815, 12, 10)}, "id") == 1
    connector.insert_records(
        "people", ["id", "name"], [{"id": 5, "name": "Bob"}, {"id": 6, "name": "Cy"}]
    )
    connector.commit()
    born = "1815-12-10" if connector.DB_TYPE == "sqlite" else date(1815, 12, 10)
    assert connector.select_by_pk("people", "id", 1) == {"id": 1, "name": "Ada", "born": born}
    assert connector.select_by_pk("people", "id", 5, ["name"]) == {"name": "Bob"}
    assert connector.select_by_pk("people", "id", 99) is None
    assert connector.update_row("people", "id", 5, {"name": "Bea"}) == 1
    assert connector.delete_row("people", "id", 6) == 1
    assert connector.delete_row("people", "id", 6) == 0
    assert [row["name"] for row in connector.get_table_data("people")] == ["Ada", "Bea"]
    with pytest.raises(DuplicateKeyError):
        connector.insert_row("people", {"id": 1}, "id")


def test_questions_with_conditions_of_the_program(connector):
    connector.insert_records(
        "people", ["id", "name"], [{"id": number, "name": f"n{number}"} for number in range(1, 6)]
    )
    rows = connector.query_rows(
        "people", "id > ?", (1,), ["id"], order_by="id DESC", limit=2, offset=1
    )
    assert rows == [{"id": 4}, {"id": 3}]
    assert len(connector.query_rows("people", limit=2)) == 2
    assert len(connector.query_rows("people", offset=2)) == 3
    with pytest.raises(PytuckException):
        connector.query_rows("people", columns=['id" FROM people; --'])


def test_sql_of_the_program(connector):
    connector.executemany("INSERT INTO people (id, name) VALUES (?, ?)", [(1, "a"), (2, "b")])
    rows = connector.execute("SELECT id, name FROM people WHERE id > ? ORDER BY id", (0,))
    assert [column[0] for column in rows.description] == ["id", "name"]
    first = rows.fetchone()
    assert (first["name"], first[0], first.keys()) == ("a", 1, ["id", "name"])
    assert [tuple(row) for row in rows.fetchall()] == [(2, "b")]
    assert rows.fetchone() is None
    assert list(connector.execute("SELECT id FROM people WHERE id = 99")) == []
    connector.execute("UPDATE people SET born = ? WHERE id = 1", (date(2026, 1, 1),))
    with pytest.raises(PytuckException):
        connector.execute("SELECT nothing FROM nowhere")
    with pytest.raises(PytuckException):
        connector.executemany(
            "INSERT INTO people (id, name) VALUES (?, ?)", [(3, "c"), (1, "again")]
        )
    assert connector.select_by_pk("people", "id", 3) is None


def test_transactions(connector):
    connector.begin_transaction()
    connector.insert_row("people", {"id": 1, "name": "a"}, "id")
    connector.rollback_transaction()
    assert connector.get_table_data("people") == []
    connector.begin_transaction()
    connector.insert_row("people", {"id": 1, "name": "a"}, "id")
    connector.commit_transaction()
    path, kind = connector.db_path, connector.DB_TYPE
    connector.begin_transaction()
    connector.insert_row("people", {"id": 2, "name": "b"}, "id")
    connector.close()
    with get_connector(kind, path) as again:
        assert [row["id"] for row in again.get_table_data("people")] == [1]


def test_other_programs_read_what_was_written(tmp_path):
    path = tmp_path / "a.db"
    with SQLiteConnector(path) as connector:
        connector.create_table(
            "t", [*COLUMNS, {"name": "at", "type": datetime, "comment": "when"}], "id"
        )
        connector.insert_row("t", {"name": "x", "at": datetime(2026, 1, 1)}, "id")
    with sqlite3.connect(path) as raw:
        assert raw.execute("SELECT id, name, at FROM t").fetchall() == [
            (1, "x", "2026-01-01 00:00:00.000000")
        ]
    raw.close()

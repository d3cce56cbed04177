"""Files into tables."""

from __future__ import annotations

import json
from datetime import date

import pytest

from pytuck import (
    CancelledError,
    Column,
    ColumnNotFoundError,
    ConfigurationError,
    ConstraintError,
    DuplicateKeyError,
    MigrationError,
    Storage,
    TableNotFoundError,
)
from pytuck.common.progress import CancelToken
from pytuck.tools import ImportPlan, TableImport

ROWS = [
    {"id": 1, "name": "Ada", "born": "1815-12-10", "score": "1.50"},
    {"id": 2, "name": "Bob", "born": "none", "score": "2"},
    {"id": 3, "name": None, "born": "1912-06-23", "score": ""},
]


@pytest.fixture
def people(tmp_path):
    path = tmp_path / "people.json"
    path.write_text(json.dumps(ROWS))
    return path


@pytest.fixture(params=["pytuck", "sqlite", "duckdb"])
def target(request, tmp_path):
    with Storage(tmp_path / f"target.{request.param}", engine=request.param) as storage:
        yield storage


@pytest.fixture
def table(target):
    target.create_table(
        "folk",
        [
            Column(int, name="id", primary_key=True),
            Column(str, name="Name"),
            Column(date, name="born"),
            Column(str, name="note", default="new"),
        ],
    )
    target.insert("folk", {"id": 1, "Name": "old", "born": date(2000, 1, 1), "note": "kept"})
    return target


def into_folk(policy="abort", **columns):
    return [TableImport("people", "folk", {"score": None, **columns}, on_conflict=policy)]


def test_a_new_table_gets_the_types_found_out(people, target):
    report = ImportPlan(people, target).run()
    assert (report.read, report.inserted, report.bad) == (3, 3, 0)
    assert target.select("people", 1)["name"] == "Ada" if target.tables["people"].primary_key else 1
    assert [row["id"] for row in target.query("people", [], order_by="id")] == [1, 2, 3]


def test_types_keys_and_names_that_were_chosen(people, target):
    plan = ImportPlan(people, target)
    plan.tables = [
        TableImport(
            "people",
            "folk",
            {"name": "called", "score": None},
            {"born": date, "id": "INTEGER"},
            primary_key="id",
        )
    ]
    report = plan.run()
    assert report.bad == 1
    (bad,) = report.bad_rows
    assert (bad.table, bad.row, bad.column) == ("people", 2, "born")
    assert "none" in bad.reason
    assert "none" in bad.values
    assert target.tables["folk"].schema.primary_key == ("id",)
    assert target.select("folk", 1) == {"id": 1, "called": "Ada", "born": date(1815, 12, 10)}


def test_decimals_keep_their_digits(tmp_path, target):
    from decimal import Decimal

    path = tmp_path / "prices.json"
    path.write_text('[{"p": "0.10"}, {"p": "12345678901234567890.5"}]')
    ImportPlan(path, target, tables=[TableImport("prices", types={"p": Decimal})]).run()
    found = {row["p"] for row in target.query("prices", [])}
    assert found == {Decimal("0.1"), Decimal("12345678901234567890.5")}


def test_skip_leaves_rows_that_are_there(people, table):
    report = ImportPlan(people, table, tables=into_folk("skip", born=None)).run()
    assert (report.inserted, report.updated, report.skipped) == (2, 0, 1)
    assert table.select("folk", 1)["Name"] == "old"
    assert table.select("folk", 3)["note"] == "new"


def test_update_changes_the_columns_the_file_has(people, table):
    report = ImportPlan(people, table, tables=into_folk("update", born=None)).run()
    assert (report.inserted, report.updated, report.skipped) == (2, 1, 0)
    row = table.select("folk", 1)
    assert (row["Name"], row["note"], row["born"]) == ("Ada", "kept", date(2000, 1, 1))


def test_replace_puts_new_rows_in_the_place_of_old_ones(people, table):
    report = ImportPlan(people, table, tables=into_folk("replace", born=None)).run()
    assert (report.inserted, report.updated, report.skipped) == (2, 1, 0)
    row = table.select("folk", 1)
    assert (row["Name"], row["note"], row["born"]) == ("Ada", "new", None)


def test_abort_undoes_everything(people, table):
    with pytest.raises(DuplicateKeyError):
        ImportPlan(people, table, tables=into_folk(born=None)).run()
    assert table.query("folk", []) == [
        {"id": 1, "Name": "old", "born": date(2000, 1, 1), "note": "kept"}
    ]


def test_an_abort_names_the_key_and_the_row(people, tmp_path):
    with Storage(tmp_path / "a.pytuck") as storage:
        storage.create_table("people", [Column(int, name="id", primary_key=True)])
        storage.insert("people", {"id": 2})
        plan = ImportPlan(people, storage)
        plan.tables = [TableImport("people", columns=dict.fromkeys(["name", "born", "score"]))]
        with pytest.raises(DuplicateKeyError) as caught:
            plan.run()
        assert caught.value.pk == 2
        assert caught.value.details["row"] == 2


def test_stopping_at_the_first_bad_row_undoes_everything(people, table):
    plan = ImportPlan(people, table, tables=into_folk("update"), on_bad_row="stop")
    with pytest.raises(MigrationError, match="row 2, column 'born'"):
        plan.run()
    assert table.count_rows("folk") == 1


def test_rows_the_database_refuses_are_found_one_by_one(tmp_path):
    path = tmp_path / "t.json"
    path.write_text(json.dumps([{"a": number % 50, "b": number} for number in range(3000)]))
    with Storage(tmp_path / "a.pytuck") as storage:
        storage.create_table(
            "t", [Column(int, name="a", unique=True), Column(int, name="b", primary_key=True)]
        )
        report = ImportPlan(path, storage, on_conflict="update", most_bad_rows=7).run()
        assert (report.inserted, report.bad, len(report.bad_rows)) == (50, 2950, 7)
        assert [row.row for row in report.bad_rows] == [51, 52, 53, 54, 55, 56, 57]
        assert storage.count_rows("t") == 50


def test_missing_values_are_bad_rows(tmp_path, target):
    path = tmp_path / "t.json"
    path.write_text('[{"a": 1}, {"a": null}, {"a": 3}]')
    target.create_table("t", [Column(int, name="a", nullable=False)])
    report = ImportPlan(path, target).run()
    assert (report.inserted, report.bad, report.bad_rows[0].row) == (2, 1, 2)
    assert "must have" in report.bad_rows[0].reason


def test_rows_that_refer_to_later_ones(tmp_path, target):
    path = tmp_path / "t.json"
    path.write_text('[{"id": 1, "up": 2}, {"id": 2, "up": null}]')
    target.create_table(
        "t", [Column(int, name="id", primary_key=True), Column(int, name="up", foreign_key="t.id")]
    )
    assert ImportPlan(path, target).run().inserted == 2
    path.write_text('[{"id": 3, "up": 99}]')
    with pytest.raises(ConstraintError):
        ImportPlan(path, target).run()
    assert target.count_rows("t") == 2


def test_a_column_without_a_place_is_not_dropped_silently(people, table):
    with pytest.raises(ConfigurationError, match="'score' of 'people' has no place"):
        ImportPlan(people, table, tables=[TableImport("people", "folk")]).run()
    with pytest.raises(ColumnNotFoundError):
        ImportPlan(people, table, tables=into_folk(name="nick")).run()
    with pytest.raises(ColumnNotFoundError):
        ImportPlan(people, table, tables=into_folk(nothing="Name")).run()
    with pytest.raises(ConfigurationError, match="Two columns"):
        ImportPlan(people, table, tables=into_folk(born="Name")).run()
    with pytest.raises(TableNotFoundError, match="people"):
        ImportPlan(people, table, tables=[TableImport("folks")]).run()


def test_a_dry_run_keeps_nothing(people, table, tmp_path):
    report = ImportPlan(people, table, tables=into_folk("update"), dry_run=True).run()
    assert (report.inserted, report.updated, report.bad, report.is_dry_run) == (1, 1, 1, True)
    assert table.count_rows("folk") == 1
    assert ImportPlan(people, tmp_path / "new.pytuck", dry_run=True).run().inserted == 3
    assert not (tmp_path / "new.pytuck").exists()


def test_cancelling_undoes_everything(tmp_path, target):
    path = tmp_path / "t.json"
    path.write_text(json.dumps([{"id": number} for number in range(5000)]))
    token = CancelToken()

    def cancel(progress):
        if progress.task == "writing":
            token.cancel()

    with pytest.raises(CancelledError):
        ImportPlan(path, target).run(cancel, token)
    assert target.list_tables() == []
    before = sorted(tmp_path.iterdir())
    with pytest.raises(CancelledError):
        ImportPlan(path, tmp_path / "new.pytuck").run(cancel, token)
    assert sorted(tmp_path.iterdir()) == before


def test_a_file_that_breaks_in_the_middle_undoes_everything(tmp_path, target):
    path = tmp_path / "t.json"
    path.write_text('[{"id": 1}, {"id": 2}, {"id"')
    with pytest.raises(Exception, match=r"t\.json"):
        ImportPlan(path, target).run()
    assert target.list_tables() == []


def test_a_database_is_a_file_to_import_from(filled, target):
    ImportPlan(filled, target).run()
    with Storage(filled) as source:
        for name in ("shops", "things"):
            assert target.query(name, []) == source.query(name, [])
            assert target.tables[name].schema.columns == source.tables[name].schema.columns
    assert target.insert("shops", {"name": "next"}) == 3


def test_values_that_do_not_fit_their_column_are_found_in_databases(tmp_path):
    import sqlite3

    with sqlite3.connect(tmp_path / "loose.db") as raw:
        raw.executescript("CREATE TABLE t (a INTEGER, b REAL); INSERT INTO t VALUES (1,2),('x',3)")
    raw.close()
    report = ImportPlan(tmp_path / "loose.db", tmp_path / "new.pytuck").run()
    assert (report.inserted, report.bad) == (1, 1)
    assert report.bad_rows[0].values == ("x", 3.0)


def test_a_new_document(people, tmp_path):
    ImportPlan(people, tmp_path / "new.duckdb").run()
    ImportPlan(people, tmp_path / "copy.json").run()
    with Storage(tmp_path / "copy.json") as storage:
        assert storage.count_rows("people") == 3


def test_the_preview_shows_types_reasons_and_rows(people, table):
    plan = ImportPlan(people, table, tables=into_folk())
    preview = plan.preview(rows=2)
    assert preview.engine == "json"
    (shown,) = preview.tables
    assert (shown.source, shown.target, shown.is_new) == ("people", "folk", False)
    columns = {column.source: column for column in shown.columns}
    assert (columns["name"].target, columns["score"].target) == ("Name", None)
    assert columns["born"].type == "DATE"
    assert "goes into" in columns["born"].reason
    assert len(shown.rows) == 2
    assert ImportPlan(people, table).preview().tables[0].columns[0].reason == (
        "was found out from the values"
    )
    assert table.list_tables() == ["folk"]


def test_a_plan_is_plain_data(people, target):
    plan = ImportPlan(people, target, tables=[TableImport("people", types={"born": date})])
    plain = json.loads(json.dumps(plan.to_dict()))
    again = ImportPlan.from_dict(plain, target)
    assert again.to_dict() == plan.to_dict()
    report = json.loads(json.dumps(again.run().to_dict()))
    assert report["bad_rows"][0]["row"] == 2
    with pytest.raises(ConfigurationError, match="FANCY"):
        ImportPlan(people, target, tables=[TableImport("people", types={"born": "FANCY"})]).run()

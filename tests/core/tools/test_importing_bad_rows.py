"""Rows of files that cannot be taken over: collected with their lines, or the end of the import."""

from __future__ import annotations

import pytest

from pytuck import Column, MigrationError, Storage
from pytuck.tools import ImportPlan, TableImport

RAGGED = 'id,name\n1,a\n2\n"3","two\nlines"\n4,d,extra\n5,e\n'


@pytest.fixture
def target(tmp_path):
    with Storage(tmp_path / "target.pytuck") as storage:
        yield storage


def test_rows_of_csv_with_too_few_and_too_many_fields(tmp_path, target):
    path = tmp_path / "people.csv"
    path.write_text(RAGGED)
    report = ImportPlan(path, target).run()
    assert [row["id"] for row in target.query("people")] == [1, 3, 5]
    assert [(row.line, row.row, row.raw) for row in report.bad_rows] == [
        (3, None, "2"),
        (6, None, "4,d,extra"),
    ]
    assert "the row has 3 fields instead of 2" in str(report.bad_rows[1])
    (table,) = report.tables
    assert (table.read, table.inserted, table.bad) == (5, 3, 2)


def test_values_that_fit_no_column_are_told_with_their_line(tmp_path, target):
    path = tmp_path / "people.csv"
    path.write_text('id,name\n1,a\n\n"2","two\nlines"\nx,c\n4,d\ny,e\n')
    target.create_table(
        "people", [Column(int, name="id", primary_key=True), Column(str, name="name")]
    )
    report = ImportPlan(path, target).run()
    assert [(row.row, row.line, row.column) for row in report.bad_rows] == [
        (3, 6, "id"),
        (5, 8, "id"),
    ]
    assert [row["id"] for row in target.query("people")] == [1, 2, 4]


def test_lines_that_are_no_json_and_no_objects(tmp_path, target):
    path = tmp_path / "log.jsonl"
    path.write_text('{"id": 1}\n\n{"id": 2\n[3]\n{"id": 4}\n')
    report = ImportPlan(path, target).run()
    assert [row["id"] for row in target.query("log")] == [1, 4]
    assert [(row.line, row.raw) for row in report.bad_rows] == [(3, '{"id": 2'), (4, "[3]")]
    assert report.bad == 2


@pytest.mark.parametrize(("name", "text"), [("a.csv", RAGGED), ("a.jsonl", '{"id": 1}\n{\n')])
def test_stopping_at_a_row_that_cannot_be_read_keeps_nothing(tmp_path, target, name, text):
    path = tmp_path / name
    path.write_text(text)
    with pytest.raises(MigrationError, match=r"a, line [23]: .*Nothing was imported"):
        ImportPlan(path, target, on_bad_row="stop").run()
    assert list(target.tables) == []


def test_a_preview_is_not_stopped_by_rows_that_cannot_be_read(tmp_path, target):
    path = tmp_path / "people.csv"
    path.write_text(RAGGED)
    (table,) = ImportPlan(path, target, on_bad_row="stop").preview().tables
    assert table.rows == ((1, "a"), (3, "two\nlines"), (5, "e"))


# --- Types that turn out to be others far behind the first rows ---


def late(tmp_path, *last):
    path = tmp_path / "late.csv"
    lines = [f"{number},{number / 4},,yes" for number in range(1, 30_001)]
    path.write_text("\n".join(["id,share,empty,is_new", *lines, *last, ""]))
    return path


@pytest.mark.parametrize("engine", ["pytuck", "sqlite", "duckdb", "json"])
def test_a_type_that_only_the_last_row_denies(tmp_path, engine):
    path = late(tmp_path, "007,0.1,2024-01-31,maybe")
    with Storage(tmp_path / f"new.{engine}", engine=engine) as storage:
        report = ImportPlan(path, storage).run()
        found = {c.name: c.type.sql_name for c in storage.tables["late"].schema.columns}
        rows = storage.query("late")
        assert found == {"id": "TEXT", "share": "REAL", "empty": "DATE", "is_new": "TEXT"}
        assert (rows[0]["id"], rows[-1]["id"], len(rows)) == ("1", "007", 30_001)
        assert report.inserted == 30_001
    assert report.notes == ()


def test_bad_rows_are_told_once_though_the_file_is_read_again(tmp_path, target):
    path = late(tmp_path, "1,2", "007,0.1,,no")
    lines = path.read_text().replace("\n5,", "\n5,,,,,").replace("\n20000,", "\n20000,,,,,")
    path.write_text(lines)
    report = ImportPlan(path, target).run()
    assert [row.line for row in report.bad_rows] == [6, 20_001, 30_002]
    assert (report.inserted, report.bad) == (29_999, 3)


def test_tables_that_were_chosen_and_named_come_through_a_second_reading(tmp_path, target):
    path = late(tmp_path, "007,0.1,,no")
    plan = ImportPlan(path, target, tables=[TableImport("late", "early", {"empty": None})])
    plan.run()
    assert list(target.tables) == ["early"]
    assert target.query("early")[-1]["id"] == "007"


def test_an_open_file_has_the_types_of_all_its_rows(tmp_path):
    with Storage(late(tmp_path, "007,0.1,,no")) as storage:
        found = {c.name: c.type.sql_name for c in storage.tables["late"].schema.columns}
        assert found == {"id": "TEXT", "share": "REAL", "empty": "TEXT", "is_new": "BOOLEAN"}
        assert storage.query("late")[-1]["id"] == "007"

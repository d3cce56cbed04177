"""The command's ways to move data."""

from __future__ import annotations

import csv
import json

import pytest

from pytuck import Storage
from pytuck.cli import main


@pytest.fixture
def people(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "people.json").write_text(
        '[{"id": 1, "born": "1815-12-10"}, {"id": 2, "born": "?"}]'
    )
    return tmp_path


def test_there_and_back(people, capsys):
    assert main(["import", "people.json", "a.pytuck", "--primary-key", "id"]) == 0
    assert "people: 2 rows" in capsys.readouterr().out
    assert main(["convert", "a.pytuck", "b.duckdb", "--quiet"]) == 0
    assert main(["convert", "b.duckdb", "c.json", "--engine", "json"]) == 0
    assert main(["export", "c.json", "d.csv", "--delimiter", ";", "--null", "-"]) == 0
    with (people / "d.csv").open(newline="") as file:
        assert list(csv.reader(file, delimiter=";")) == [
            ["id", "born"],
            ["1", "1815-12-10"],
            ["2", "?"],
        ]
    assert json.loads((people / "c.json").read_text())["tables"]
    assert main(["info", "b.duckdb"]) == 0
    assert "people (2 rows): id, born" in capsys.readouterr().out


def test_bad_rows_have_a_status_of_their_own(people, capsys):
    arguments = ["import", "people.json", "a.pytuck", "--table", "folk", "--type", "born=DATE"]
    assert main([*arguments, "--stop"]) == 1
    assert not (people / "a.pytuck").exists()
    assert main([*arguments, "--dry-run"]) == 3
    assert not (people / "a.pytuck").exists()
    assert main([*arguments, "--column", "id=number"]) == 3
    told = capsys.readouterr()
    assert "people, row 2, column 'born'" in told.err
    with Storage(people / "a.pytuck") as storage:
        assert list(storage.tables["folk"].columns) == ["number", "born"]


def test_what_cannot_be_done_is_told_on_stderr(people, capsys):
    for arguments, word in (
        (["convert", "no.json", "a.pytuck"], "no.json"),
        (["export", "people.json", "a.xyz"], "a.xyz"),
        (["import", "people.json", "a.pytuck", "--type", "born"], "'born'"),
        (["export", "people.json", "people.json"], "overwrite"),
        (["models", "no.pytuck"], "no.pytuck"),
    ):
        assert main(arguments) == 1
        told = capsys.readouterr()
        assert word in told.err
        assert told.out == ""
    with pytest.raises(SystemExit) as caught:
        main(["convert"])
    assert caught.value.code == 2


def test_conflicts(people):
    arguments = ["import", "people.json", "a.pytuck", "--primary-key", "id"]
    assert main(arguments) == 0
    assert main(arguments) == 1
    assert main([*arguments, "--on-conflict", "skip"]) == 0
    assert main([*arguments, "--on-conflict", "update"]) == 0


def test_models_are_printed(people, capsys):
    main(["import", "people.json", "a.pytuck"])
    capsys.readouterr()
    assert main(["models", "a.pytuck"]) == 0
    compile(capsys.readouterr().out, "models.py", "exec")


def test_warnings_of_a_conversion_are_told_before_it(people, capsys):
    with Storage("a.db", engine="sqlite") as storage, storage.engine.connection() as connection:
        connection.fetch("CREATE TABLE t (a CHECK (a > 0))")
    assert main(["convert", "a.db", "b.pytuck"]) == 0
    assert "CHECK" in capsys.readouterr().err

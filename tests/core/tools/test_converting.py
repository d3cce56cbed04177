"""Whole stores into other kinds of store."""

from __future__ import annotations

import json
import signal
import sqlite3
import subprocess
import sys

import pytest

from pytuck import (
    CancelledError,
    Column,
    ConfigurationError,
    FileFormatError,
    MigrationError,
    Storage,
    TableNotFoundError,
)
from pytuck.common.progress import CancelToken
from pytuck.tools import ConversionPlan
from pytuck.tools.converting import CheckedRows

ENGINES = (
    "pytuck",
    "sqlite",
    "duckdb",
    "json",
    "jsonl",
    "csv",
    "tinydb",
    "diskcache",
    "pydblite",
    "msgpack",
    "parquet",
    "excel",
    "xml",
)


def contents(path, password=None):
    with Storage(path, read_only=True, password=password) as storage:
        tables = {name: storage.tables[name].schema for name in storage.tables}
        rows = {name: storage.query(name, [], order_by="id") for name in tables}
        return {name: table.columns for name, table in tables.items()}, rows


@pytest.mark.parametrize("second", ["pytuck", "duckdb", "json", "csv"])
@pytest.mark.parametrize("first", ENGINES)
def test_there_and_on_keeps_columns_and_rows(filled, tmp_path, first, second):
    one, two, back = tmp_path / f"one.{first}", tmp_path / f"two.{second}", tmp_path / "back.pytuck"
    ConversionPlan(filled, one, target_engine=first).run()
    report = ConversionPlan(one, two, target_engine=second).run()
    ConversionPlan(two, back).run()
    assert contents(back)[1] == contents(filled)[1]
    assert contents(two)[1] == contents(filled)[1]
    assert {table.table: table.inserted for table in report.tables} == {"shops": 1, "things": 3}


@pytest.mark.parametrize("engine", ENGINES)
def test_keys_indexes_comments_defaults_and_counters_are_kept(filled, tmp_path, engine):
    target = tmp_path / f"new.{engine}"
    ConversionPlan(filled, target, target_engine=engine).run()
    with Storage(filled) as old, Storage(target) as new:
        for name in ("shops", "things"):
            before, after = old.tables[name].schema, new.tables[name].schema
            assert after.columns == before.columns
            assert after.primary_key == before.primary_key
            assert after.foreign_keys == before.foreign_keys
            assert [index.columns for index in after.indexes] == [
                index.columns for index in before.indexes
            ]
            assert after.comment == before.comment
        assert new.insert("shops", {"name": "next"}) == 3


def test_what_stands_at_the_target_is_not_overwritten_unasked(filled, tmp_path):
    target = tmp_path / "there.json"
    target.write_text("mine")
    with pytest.raises(FileExistsError, match="overwrite=True"):
        ConversionPlan(filled, target).run()
    assert target.read_text() == "mine"
    ConversionPlan(filled, target, overwrite=True).run()
    assert "tables" in json.loads(target.read_text())


def test_a_missing_source_is_told_as_python_does(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"nothing\.json"):
        ConversionPlan(tmp_path / "nothing.json", tmp_path / "a.pytuck").run()


def test_the_source_is_not_changed(filled, tmp_path):
    before = filled.read_bytes()
    ConversionPlan(filled, tmp_path / "a.duckdb").run()
    assert filled.read_bytes() == before


def test_a_store_cannot_be_converted_into_itself(filled):
    with pytest.raises(ConfigurationError, match="itself"):
        ConversionPlan(filled, filled, overwrite=True).run()
    with Storage(filled) as storage:
        assert storage.count_rows("things") == 3


@pytest.mark.parametrize("target", ["a.pytuck", "a.duckdb", "a.json"])
def test_cancelling_leaves_nothing(tmp_path, target):
    source = tmp_path / "big.sqlite"
    with Storage(source, engine="sqlite") as storage:
        storage.create_table("t", [Column(int, name="id", primary_key=True)])
        storage.bulk_insert("t", [{"id": number} for number in range(5000)])
    token = CancelToken()
    before = sorted(path.name for path in tmp_path.iterdir())
    with pytest.raises(CancelledError):
        ConversionPlan(source, tmp_path / target).run(lambda progress: token.cancel(), token)
    assert sorted(path.name for path in tmp_path.iterdir()) == before


def test_a_damaged_source_leaves_what_is_at_the_target(tmp_path):
    source, target = tmp_path / "broken.json", tmp_path / "there.pytuck"
    source.write_text('[{"id": 1}, {"id": 2}, {"id": ')
    with Storage(target) as storage:
        storage.create_table("mine", [Column(int, name="id", primary_key=True)])
    before = target.read_bytes()
    with pytest.raises(FileFormatError):
        ConversionPlan(source, target, overwrite=True).run()
    assert target.read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["broken.json", "there.pytuck"]


@pytest.mark.parametrize("change", ["value", "fewer", "type"])
def test_the_check_notices_a_target_that_differs(filled, tmp_path, monkeypatch, change):
    """As if the writer of the format had a mistake."""
    honest = CheckedRows.batches

    def dishonest(self, *args):
        for batch in honest(self, *args):
            if self.table.name == "things":
                (first, _, *rest), *others = batch
                changed = {"value": [(first, "?", *rest)], "fewer": [], "type": [(first, 1, *rest)]}
                yield [*changed[change], *others]
            else:
                yield batch

    monkeypatch.setattr(CheckedRows, "batches", dishonest)
    with pytest.raises(MigrationError, match="things") as caught:
        ConversionPlan(filled, tmp_path / "a.json").run()
    assert caught.value.table_name == "things"
    assert not (tmp_path / "a.json").exists()


def test_numbers_that_python_takes_for_the_same_differ_for_the_check(tmp_path):
    from pytuck.schema import Column as Part
    from pytuck.schema import Table
    from pytuck.tools.checksums import Checksum
    from pytuck.types import RAW, TYPES

    def checksum(kind, *values):
        found = Checksum(Table("t", (Part("a", kind),)))
        found.add([(value,) for value in values])
        return found

    assert checksum(TYPES[int], 1, 2) == checksum(TYPES[int], 2, 1)
    assert checksum(TYPES[int], -1) != checksum(TYPES[int], -2)
    assert checksum(RAW, 1) != checksum(RAW, 1.0)
    assert checksum(TYPES[float], 1, -0.0) == checksum(TYPES[float], 1.0, 0.0)
    assert checksum(TYPES[int], 1, 1) != checksum(TYPES[int], 1)


def test_some_of_the_tables(filled, tmp_path):
    ConversionPlan(filled, tmp_path / "a.json", tables=["shops"]).run()
    ConversionPlan(filled, tmp_path / "b.pytuck", exclude=["things"]).run()
    for name in ("a.json", "b.pytuck"):
        with Storage(tmp_path / name) as storage:
            assert storage.list_tables() == ["shops"]
    with pytest.raises(TableNotFoundError, match="shops, things"):
        ConversionPlan(filled, tmp_path / "c.json", tables=["chairs"]).run()
    assert not (tmp_path / "c.json").exists()


def test_passwords(filled, tmp_path):
    secret, plain = tmp_path / "secret.pytuck", tmp_path / "plain.pytuck"
    ConversionPlan(filled, secret, target_password="hush").run()
    assert b"corner" not in secret.read_bytes()
    ConversionPlan(secret, plain, source_password="hush").run()
    assert contents(plain) == contents(filled)


def test_warnings_tell_what_a_store_of_another_kind_loses(tmp_path):
    path = tmp_path / "rich.db"
    with sqlite3.connect(path) as raw:
        raw.executescript(
            "CREATE TABLE p (id INTEGER PRIMARY KEY, a TEXT COLLATE NOCASE CHECK (a <> ''));"
            "CREATE TABLE c (id INTEGER PRIMARY KEY, p REFERENCES p (id) ON DELETE CASCADE, n INT);"
            "CREATE VIEW v AS SELECT a FROM p;"
            "CREATE TRIGGER t AFTER INSERT ON p BEGIN SELECT 1; END;"
            "CREATE INDEX some ON c (n) WHERE n > 1;"
            "INSERT INTO p VALUES (1, 'x')"
        )
    raw.close()
    preview = ConversionPlan(path, tmp_path / "a.pytuck").preview()
    text = "\n".join(preview.warnings)
    assert preview.tables == {"p": 1, "c": 0}
    for word in ("CHECK", "collations", "deleting", "view 'v'", "trigger 't'", "index 'some'"):
        assert word in text
    assert ConversionPlan(path, tmp_path / "copy.db").warnings == ()


def test_a_copy_of_the_same_kind_keeps_everything(tmp_path):
    path = tmp_path / "rich.db"
    with sqlite3.connect(path) as raw:
        raw.executescript("CREATE TABLE p (a CHECK (a <> '')); CREATE VIEW v AS SELECT a FROM p")
    raw.close()
    ConversionPlan(path, tmp_path / "copy.db").run()
    with sqlite3.connect(tmp_path / "copy.db") as copy:
        assert copy.execute("SELECT count(*) FROM sqlite_master").fetchone() == (2,)
    copy.close()


def test_an_open_database_is_not_replaced(filled, tmp_path):
    target = tmp_path / "open.pytuck"
    with Storage(target) as storage:
        storage.create_table("mine", [Column(int, name="id", primary_key=True)])
        storage.insert("mine", {"id": 1})
        with pytest.raises(Exception, match=r"open\.pytuck"):
            ConversionPlan(filled, target, overwrite=True).run()
        assert storage.count_rows("mine") == 1


def test_a_plan_is_plain_data(filled, tmp_path):
    plan = ConversionPlan(
        filled, tmp_path / "a.json", target_engine="json", tables=["shops"], source_password="x"
    )
    plain = json.loads(json.dumps(plan.to_dict()))
    assert "x" not in plain.values()
    again = ConversionPlan.from_dict(plain)
    assert again.to_dict() == plan.to_dict()
    with pytest.raises(ConfigurationError, match="colour"):
        ConversionPlan.from_dict({**plain, "colour": 1})
    assert json.loads(json.dumps(again.run().to_dict()))["tables"][0]["table"] == "shops"


@pytest.mark.skipif(sys.platform == "win32", reason="nobody can be killed like this there")
def test_what_a_killed_conversion_leaves_is_swept_by_the_next(filled, tmp_path):
    program = (
        "import os, signal, sys\n"
        "from pytuck.tools import ConversionPlan\n"
        "def die(progress): os.kill(os.getpid(), signal.SIGKILL)\n"
        "ConversionPlan(sys.argv[1], sys.argv[2]).run(die)\n"
    )
    target = tmp_path / "new.duckdb"
    done = subprocess.run([sys.executable, "-c", program, filled, target], check=False)
    assert done.returncode == -signal.SIGKILL
    assert not target.exists()
    assert any(path.name.startswith(".new.duckdb.") for path in tmp_path.iterdir())
    ConversionPlan(filled, target).run()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["filled.pytuck", "new.duckdb"]

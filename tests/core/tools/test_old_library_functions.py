"""The functions of `pytuck.tools` as programs of the existing library call them."""

from __future__ import annotations

import inspect
import sqlite3

import openpyxl
import pytest

from pytuck import (
    Column,
    ConfigurationError,
    MigrationError,
    PytuckException,
    Storage,
    declarative_base,
)
from pytuck.common.options import JsonBackendOptions, PytuckBackendOptions
from pytuck.tools import (
    get_available_engines,
    get_available_source_types,
    import_from_database,
    load_table,
    migrate_engine,
)


@pytest.fixture
def database(tmp_path):
    path = tmp_path / "old.db"
    with sqlite3.connect(path) as raw:
        raw.executescript(
            "CREATE TABLE a (id INTEGER PRIMARY KEY, n VARCHAR(10) NOT NULL, d DATE, u);"
            "INSERT INTO a VALUES (1, 'q', '2026-01-01', 'zz');"
            "CREATE TABLE nopk (x TEXT); INSERT INTO nopk VALUES ('r1'), ('r2');"
            "CREATE TABLE two (a INT, b INT, PRIMARY KEY (a, b)); INSERT INTO two VALUES (1, 2);"
            "CREATE VIEW v AS SELECT * FROM a"
        )
    raw.close()
    return path


def test_the_functions_take_what_they_took():
    migrate = inspect.signature(migrate_engine).parameters
    assert list(migrate)[:7] == [
        "source_path",
        "source_engine",
        "target_path",
        "target_engine",
        "overwrite",
        "source_options",
        "target_options",
    ]
    assert list(inspect.signature(import_from_database).parameters) == [
        "source_path",
        "target_path",
        "target_engine",
        "source_type",
        "tables",
        "primary_key_map",
        "exclude_tables",
        "schema_only",
        "overwrite",
        "source_options",
        "target_options",
    ]
    assert list(inspect.signature(load_table).parameters) == [
        "model",
        "file_path",
        "sheet_name",
        "encoding",
        "delimiter",
    ]


def test_engines_and_sources():
    assert get_available_engines()["pytuck"] is True
    assert get_available_source_types() == ["sqlite", "duckdb"]


def test_migrate_engine(filled, tmp_path):
    target = str(tmp_path / "new.json")
    found = migrate_engine(
        str(filled), "pytuck", target, "json", target_options=JsonBackendOptions(indent=2)
    )
    assert found == {
        "tables": 2,
        "records": 4,
        "source_engine": "pytuck",
        "target_engine": "json",
        "source_path": str(filled),
        "target_path": target,
    }
    with pytest.raises(FileExistsError):
        migrate_engine(filled, "pytuck", target, "json")
    assert migrate_engine(filled, "binary", target, "json", overwrite=True)["records"] == 4
    with pytest.raises(FileNotFoundError):
        migrate_engine(tmp_path / "no", "json", tmp_path / "a", "pytuck")
    with pytest.raises(ConfigurationError):
        migrate_engine(filled, "nope", tmp_path / "a", "pytuck")
    with pytest.raises(ConfigurationError):
        migrate_engine(filled, "pytuck", tmp_path / "a", "nope")
    with pytest.raises(MigrationError):
        migrate_engine(filled, "json", tmp_path / "a", "pytuck")
    assert not (tmp_path / "a").exists()


def test_passwords_may_stand_in_the_options(filled, tmp_path):
    options = PytuckBackendOptions(encryption="high", password="hush")
    secret = tmp_path / "secret.pytuck"
    migrate_engine(filled, "pytuck", secret, "pytuck", target_options=options)
    with Storage(secret, password="hush") as storage:
        assert storage.count_rows("things") == 3
    plain = tmp_path / "plain.json"
    migrate_engine(secret, "pytuck", plain, "json", source_options=options)
    assert "corner" in plain.read_text("utf-8")


@pytest.mark.parametrize("engine", ["pytuck", "json", "duckdb"])
def test_import_from_database(database, tmp_path, engine):
    target = tmp_path / f"new.{engine}"
    found = import_from_database(database, target, engine, exclude_tables=["two"])
    assert (found["tables"], found["records"], found["source_type"]) == (2, 3, "sqlite")
    assert found["table_details"] == {
        "a": {
            "records": 1,
            "columns": ["id", "n", "d", "u"],
            "primary_key": "id",
            "auto_rowid": False,
        },
        "nopk": {
            "records": 2,
            "columns": ["_rowid", "x"],
            "primary_key": "_rowid",
            "auto_rowid": True,
        },
    }
    with Storage(target) as storage:
        assert storage.select("nopk", 2) == {"_rowid": 2, "x": "r2"}
        assert storage.list_tables() == ["a", "nopk"]


def test_keys_that_were_chosen_and_no_rows(database, tmp_path):
    target = tmp_path / "new.pytuck"
    found = import_from_database(
        database, target, tables=["nopk", "two"], primary_key_map={"nopk": "x"}, schema_only=True
    )
    assert found["records"] == 0
    assert found["table_details"]["nopk"]["primary_key"] == "x"
    assert found["table_details"]["two"]["primary_key"] == ["a", "b"]
    with Storage(target) as storage:
        assert storage.tables["nopk"].primary_key == "x"
        assert storage.count_rows("two") == 0


def test_imports_that_cannot_be(database, tmp_path):
    target = tmp_path / "new.pytuck"
    with pytest.raises(FileNotFoundError):
        import_from_database(tmp_path / "no.db", target)
    with pytest.raises(ConfigurationError, match="mysql"):
        import_from_database(database, target, source_type="mysql")
    with pytest.raises(MigrationError, match="chairs"):
        import_from_database(database, target, tables=["a", "chairs"])
    with pytest.raises(MigrationError):
        import_from_database(database, target, exclude_tables=["a", "nopk", "two"])
    assert not target.exists()
    target.write_text("mine")
    with pytest.raises(FileExistsError):
        import_from_database(database, target)
    assert target.read_text() == "mine"


@pytest.fixture
def model():
    with Storage() as storage:
        Base = declarative_base(storage)

        class Person(Base):
            __tablename__ = "people"
            id = Column(int, primary_key=True)
            called = Column(str, name="name")
            height = Column(float)

        yield Person


def test_load_table_from_csv(model, tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("id,name,height,other\n1,Ada,1.5,x\n2,,\n", "utf-8-sig")
    ada, nobody = load_table(model, path)
    assert (ada.id, ada.called, ada.height) == (1, "Ada", 1.5)
    assert (nobody.called, nobody.height) == (None, None)
    path.write_text("id;called\n1;é\n", "latin-1")
    (person,) = load_table(model, str(path), encoding="latin-1", delimiter=";")
    assert person.called == "é"


def test_load_table_from_a_workbook(model, tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["x"])
    sheet = book.create_sheet("people")
    for row in (["id", "name", "height"], [1, "Ada", 2], [None, None, None], [2, 5, None]):
        sheet.append(row)
    path = tmp_path / "a.xlsx"
    book.save(path)
    ada, five = load_table(model, path, sheet_name="people")
    assert (ada.id, ada.height, five.called) == (1, 2.0, "5")
    with pytest.raises(ValueError, match="'cats' not found"):
        load_table(model, path, sheet_name="cats")


def test_rows_and_files_that_do_not_fit(model, tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("id,name\n1,a\nx,b\n")
    with pytest.raises(ValueError, match=r"Error at row 3.*'x'") as caught:
        load_table(model, path)
    assert isinstance(caught.value, PytuckException)
    with pytest.raises(FileNotFoundError):
        load_table(model, tmp_path / "no.csv")
    (tmp_path / "a.txt").write_text("")
    with pytest.raises(ValueError, match="Unsupported file type"):
        load_table(model, tmp_path / "a.txt")
    (tmp_path / "a.xlsx").write_bytes(b"PK\x03\x04nothing")
    with pytest.raises(PytuckException, match=r"a\.xlsx"):
        load_table(model, tmp_path / "a.xlsx")
    path.write_bytes(b"id\n\xff\n")
    with pytest.raises(PytuckException, match="encoding"):
        load_table(model, path)
    path.write_text("")
    assert load_table(model, path) == []

"""Programs written for pytuck 1.4.0 run unchanged and print what they printed there.

`expected/` holds what they print with that version; `compare.py` writes it anew.
"""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

import pytuck
from pytuck.backends import (
    BackendRegistry,
    StorageBackend,
    get_available_engines,
    get_backend,
    get_database_info,
    is_valid_pytuck_database,
    is_valid_pytuck_database_engine,
    print_available_engines,
)
from pytuck.query import Condition

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
PROGRAMS = sorted((HERE / "programs").glob("*.py"))

OLD_NAMES = {
    "pytuck": """Storage Session declarative_base Column Relationship PureBaseModel CRUDBaseModel
        select insert update delete or_ and_ not_ event prefetch Query BinaryExpression Result
        CursorResult SyncOptions SyncResult PytuckException TableNotFoundError RecordNotFoundError
        DuplicateKeyError ColumnNotFoundError ValidationError TypeConversionError
        ConfigurationError SchemaError QueryError TransactionError DatabaseConnectionError
        SerializationError EncryptionError MigrationError PytuckIndexError
        UnsupportedOperationError func case cast aliased exists relationship selectinload
        joinedload""",
    "pytuck.common.options": """PytuckBackendOptions BinaryBackendOptions SqliteBackendOptions
        DuckdbBackendOptions SyncOptions SyncResult BackendOptions""",
    "pytuck.common.exceptions": "PytuckException ValidationError SchemaError",
    "pytuck.common.typing": "T T_CRUD RelationshipT ColumnTypes",
    "pytuck.core": "PSEUDO_PK_NAME PrefetchOption prefetch event Storage Session Column PureBaseModel CRUDBaseModel",
    "pytuck.core.orm": """Column Relationship PureBaseModel CRUDBaseModel declarative_base
        PSEUDO_PK_NAME""",
    "pytuck.core.event": "EventManager event MODEL_EVENTS STORAGE_EVENTS ALL_EVENTS",
    "pytuck.core.prefetch": "prefetch PrefetchOption",
    "pytuck.core.storage": "Storage Table",
    "pytuck.core.session": "Session",
    "pytuck.core.types": "TypeCode ColumnTypes",
    "pytuck.query": """Query BinaryExpression Condition or_ and_ not_ Statement Select Insert
        Update Delete Result CursorResult select insert update delete LogicalExpression func""",
    "pytuck.query.builder": "BinaryExpression Condition LogicalExpression or_ and_ not_",
    "pytuck.query.statements": "Statement Select Insert Update Delete select insert update delete",
}


@pytest.fixture
def storage():
    with pytuck.Storage() as storage:
        yield storage


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda path: path.stem)
def test_a_program_prints_what_it_printed(program, tmp_path):
    done = subprocess.run(
        [sys.executable, str(program)],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == (HERE / "expected" / f"{program.stem}.txt").read_text("utf-8")


@pytest.mark.parametrize("module", OLD_NAMES)
def test_old_names_are_where_they_were(module):
    found = importlib.import_module(module)
    assert [name for name in OLD_NAMES[module].split() if not hasattr(found, name)] == []


def test_events_and_prefetch_are_what_old_programs_take_them_for():
    from pytuck.core import event
    from pytuck.core.prefetch import prefetch

    assert event is pytuck.event
    assert prefetch is pytuck.prefetch
    assert isinstance(pytuck.core.prefetch("orders"), pytuck.core.PrefetchOption)


def test_files_are_recognised_without_opening_them(tmp_path, capsys):
    path = tmp_path / "a.pytuck"
    with pytuck.Storage(path) as storage:
        storage.create_table("t", [pytuck.Column(int, name="id", primary_key=True)])
    assert is_valid_pytuck_database(path) == (True, "pytuck")
    assert is_valid_pytuck_database_engine(path, "pytuck")
    assert not is_valid_pytuck_database_engine(str(path), "sqlite")
    info = get_database_info(path)
    assert (info["engine"], info["table_count"], info["file_size"]) == (
        "pytuck",
        1,
        path.stat().st_size,
    )
    other = tmp_path / "text.txt"
    other.write_text("nothing", "utf-8")
    for missing in (other, tmp_path / "none"):
        assert is_valid_pytuck_database(missing) == (False, None)
        assert get_database_info(missing) is None
    with pytest.raises(pytuck.ConfigurationError, match="nonsense"):
        is_valid_pytuck_database_engine(path, "nonsense")
    assert get_available_engines()["sqlite"]["available"]
    assert set(BackendRegistry.list_engines()) == set(BackendRegistry.available_engines())
    engine = get_backend("pytuck", path)
    assert isinstance(engine, StorageBackend)
    assert engine.table_names() == ["t"]
    engine.close()
    print_available_engines()
    assert "pytuck: a SQLite file" in capsys.readouterr().out


def test_conditions_as_plain_data_are_for_tables_by_name(storage):
    base = pytuck.declarative_base(storage)

    class User(base):
        __tablename__ = "users"
        id = pytuck.Column(int, primary_key=True)

    storage.insert("users", {"id": 7})
    wanted = Condition("id", "=", 7)
    assert storage.query("users", [wanted]) == [{"id": 7}]
    assert wanted.to_condition() == (User.id == 7).to_condition()
    with pytest.raises(pytuck.QueryError, match="not a condition"):
        pytuck.select(User).where(wanted)
    assert storage.backend.supports_server_side_pagination()

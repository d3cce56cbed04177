"""What is true of DuckDB files alone: who may have them, and what they may not do."""

from __future__ import annotations

import subprocess
import sys

import pytest

from pytuck import Column, Storage, func, select
from pytuck.common.exceptions import (
    ConfigurationError,
    CorruptFileError,
    FileFormatError,
    LockTimeout,
    MissingDependencyError,
    PytuckException,
    TruncatedFileError,
    UnsupportedOperationError,
)

duckdb = pytest.importorskip("duckdb")


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "我的 data.duckdb"
    with Storage(path) as storage:
        storage.create_table("t", [Column(int, name="id", primary_key=True)])
        storage.bulk_insert("t", [{}, {}])
    return path


def test_a_file_is_known_by_its_content(path, tmp_path):
    other = tmp_path / "no ending"
    other.write_bytes(path.read_bytes())
    with Storage(other) as storage:
        assert storage.engine_name == "duckdb"
        assert storage.count_rows("t") == 2
    with pytest.raises(FileFormatError, match="engine='duckdb'"):
        Storage(other, engine="pytuck")


def test_opening_changes_nothing(path):
    before = path.read_bytes()
    with Storage(path) as storage:
        assert storage.count_rows("t") == 2
    assert path.read_bytes() == before
    assert [item.name for item in path.parent.iterdir()] == [path.name]


def test_another_process_is_told_who_has_the_file(path):
    code = (
        "import sys\nfrom pytuck import Storage\n"
        "try:\n    Storage(sys.argv[1], timeout_s=0.1)\n"
        "except Exception as err:\n    print(type(err).__name__, err)\n"
    )
    with Storage(path), Storage(path) as second:  # the second must not take the lock away
        command = [sys.executable, "-c", code, str(path)]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        assert second.count_rows("t") == 2
    assert done.stdout.startswith(LockTimeout.__name__)
    assert "read_only=True" in done.stdout


def test_one_process_opens_a_file_in_one_way(path):
    with Storage(path), pytest.raises(ConfigurationError, match="already"):
        Storage(path, read_only=True)


@pytest.mark.parametrize("length", [50, 5000, 12_288, 13_000])
def test_a_truncated_file_is_an_error(path, length):
    path.write_bytes(path.read_bytes()[:length])
    with pytest.raises(PytuckException) as found:
        Storage(path).count_rows("t")
    # Whole blocks that are missing are noticed by DuckDB itself.
    assert isinstance(found.value, CorruptFileError if length == 12_288 else TruncatedFileError)


def test_a_file_whose_free_blocks_were_cut_off_is_whole(path):
    for _ in range(3):
        with Storage(path) as storage:
            storage.create_table("big", [Column(str, name="x", primary_key=True)])
            storage.bulk_insert("big", [{"x": str(n)} for n in range(100)])
            storage.drop_table("big")
    with Storage(path) as storage:
        assert storage.list_tables() == ["t"]


def test_a_file_from_a_stranger_reads_no_other_file(tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("canary", encoding="utf-8")
    path = tmp_path / "strange.duckdb"
    with duckdb.connect(str(path)) as raw:
        raw.execute(f"CREATE VIEW v AS SELECT content FROM read_text('{secret}')")
    with Storage(path) as storage, pytest.raises(PytuckException) as found:
        storage.execute(select(storage.tables["v"])).all()
    assert "canary" not in str(found.value)


def test_files_of_others_are_read_as_what_they_mean(tmp_path):
    path = tmp_path / "foreign.duckdb"
    with duckdb.connect(str(path)) as raw:
        raw.execute("CREATE TABLE t (i HUGEINT, d TIMESTAMP, e ENUM('b', 'a'), l INTEGER[])")
        raw.execute("INSERT INTO t VALUES (2::HUGEINT ** 70, '2024-02-29 12:30:00', 'a', [1, 2])")
    with Storage(path) as storage:
        table = storage.tables["t"]
        row = storage.execute(select(table)).all()[0]
        assert row[0] == 2**70
        assert row[1].isoformat() == "2024-02-29T12:30:00"
        assert row[2:] == ("a", "[1,2]")
        assert storage.execute(select(func.year(table.c.d))).scalars() == [2024]


def test_a_password_is_refused(tmp_path):
    with pytest.raises(UnsupportedOperationError, match="does not encrypt"):
        Storage(tmp_path / "x.duckdb", password="secret")


def test_without_the_package_the_error_names_the_extra(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "duckdb", None)
    with pytest.raises(MissingDependencyError, match=r"pytuck-desktop\[duckdb\]"):
        Storage(tmp_path / "x.duckdb")

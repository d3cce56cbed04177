"""A document is written when it is flushed or closed, and is never half written."""

from __future__ import annotations

import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import pytest

from pytuck import Column, PytuckException, Storage
from pytuck.common.exceptions import (
    CancelledError,
    ConfigurationError,
    ConflictError,
    DeadlockError,
    ReadOnlyError,
)
from pytuck.common.options import DuckdbBackendOptions
from pytuck.common.progress import CancelToken
from pytuck.formats.registry import FORMATS

KINDS = tuple(FORMATS)


@pytest.fixture(params=KINDS)
def path(request, tmp_path) -> Path:
    """A document with one table of three rows."""
    path = tmp_path / f"shop{FORMATS[request.param].extensions[0]}"
    with Storage(path) as storage:
        storage.create_table(
            "items", [Column(int, name="id", primary_key=True), Column(str, name="name")]
        )
        storage.bulk_insert("items", [{"name": name} for name in ("pear", "plum", "fig")])
    return path


def names(path: Path) -> list[str]:
    with Storage(path, read_only=True) as storage:
        return [row["name"] for row in storage.query("items", [])]


def files(path: Path) -> list[Path]:
    """Return the file, or those of the folder but for what SQLite keeps beside its own."""
    found = [path] if path.is_file() else sorted(path.rglob("*"))
    return [each for each in found if each.is_file() and not each.name.endswith(("-wal", "-shm"))]


def state(path: Path) -> list[tuple[str, bytes, int, int]]:
    return [
        (each.name, each.read_bytes(), each.stat().st_ino, each.stat().st_mtime_ns)
        for each in files(path)
    ]


def change_from_outside(path: Path) -> None:
    file = files(path)[0]
    os.utime(file, ns=(1, file.stat().st_mtime_ns + 1_000_000))


def delete(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink()


def lock_of(path: Path) -> str:
    """Return the name of the file that stands beside a document with unsaved changes."""
    return f".{path.name}.pytuck-lock"


def test_a_commit_is_in_the_file_after_a_flush(path):
    before = state(path)
    storage = Storage(path)
    storage.insert("items", {"name": "kiwi"})
    assert storage.is_unsaved
    assert state(path) == before
    storage.flush()
    assert not storage.is_unsaved
    assert names(path) == ["pear", "plum", "fig", "kiwi"]
    storage.update("items", 1, {"name": "peach"})
    storage.delete("items", 2)
    storage.close()
    assert names(path) == ["peach", "fig", "kiwi"]


def test_what_changes_nothing_writes_nothing(path):
    before = state(path)
    with Storage(path) as storage:
        storage.query("items", [])
        storage.flush()
        with pytest.raises(ValueError, match="no"), storage.transaction():
            storage.insert("items", {"name": "kiwi"})
            raise ValueError("no")
        storage.flush()
    assert state(path) == before


def test_a_new_document_without_tables_is_not_made(tmp_path):
    Storage(tmp_path / "new.json").close()
    assert list(tmp_path.iterdir()) == []


def test_each_commit_is_in_the_file_if_asked(path):
    with Storage(path, auto_flush=True) as storage:
        storage.insert("items", {"name": "kiwi"})
        assert names(path)[-1] == "kiwi"
        with storage.transaction():
            storage.insert("items", {"name": "lime"})
            storage.insert("items", {"name": "date"})
            assert names(path)[-1] == "kiwi"
        assert names(path)[-2:] == ["lime", "date"]
        storage.add_column("items", Column(int, name="stock"), default_value=2)
        with Storage(path, read_only=True) as other:
            assert other.select("items", 1)["stock"] == 2
        before = state(path)
        with storage.transaction():
            storage.query("items", [])
        assert state(path) == before


def test_a_commit_that_cannot_be_written_is_none(path):
    with Storage(path, auto_flush=True) as storage:
        with pytest.raises(ConflictError, match=str(path)), storage.transaction():
            storage.insert("items", {"name": "kiwi"})
            change_from_outside(path)
        assert storage.count_rows("items") == 3
        storage.insert("items", {"name": "lime"})  # read again meanwhile
    assert names(path) == ["pear", "plum", "fig", "lime"]


def replace_from_outside(path: Path) -> None:
    """Have another row in the file as a program does that knows nothing of our locks."""
    copy = path.with_name(f"copy{path.suffix}")
    if path.is_dir():
        shutil.copytree(path, copy)
    else:
        shutil.copy(path, copy)
    with Storage(copy) as storage:
        storage.insert("items", {"name": "theirs"})
    if path.is_dir():
        shutil.rmtree(path)
    copy.replace(path)


def test_a_file_that_somebody_else_changed_is_not_overwritten(path):
    storage = Storage(path)
    storage.insert("items", {"name": "mine"})
    replace_from_outside(path)
    with pytest.raises(ConflictError, match="changed by another program"):
        storage.flush()
    with pytest.raises(ConflictError):
        storage.close()
    assert storage.count_rows("items") == 4  # still open, so that nothing is lost
    assert names(path)[-1] == "theirs"
    storage.discard()
    assert names(path)[-1] == "theirs"


def test_a_file_that_was_deleted_or_made_meanwhile_is_not_replaced(path, tmp_path):
    storage = Storage(path)
    storage.insert("items", {"name": "mine"})
    delete(path)
    with pytest.raises(ConflictError, match="deleted"):
        storage.flush()
    storage.discard()
    new = tmp_path / "new.json"
    storage = Storage(new)
    storage.create_table("t", [Column(int, name="id", primary_key=True)])
    new.write_text("[]", "utf-8")
    with pytest.raises(ConflictError, match="made"):
        storage.flush()
    storage.discard()
    assert new.read_text("utf-8") == "[]"


def test_a_cancelled_save_leaves_the_file_and_keeps_the_changes(path):
    before = [each.name for each in files(path)]
    with Storage(path) as storage:
        storage.bulk_insert("items", [{"name": str(n)} for n in range(5_000)])
        cancel = CancelToken()
        told = []

        def listen(progress):
            told.append(progress)
            cancel.cancel()

        with pytest.raises(CancelledError):
            storage.flush(listen, cancel)
        assert told[0].task == "writing"
        assert names(path) == ["pear", "plum", "fig"]
        assert [each.name for each in files(path)] == before
        assert {entry.name for entry in path.parent.iterdir()} == {path.name, lock_of(path)}
    assert len(names(path)) == 5_003


def test_reading_is_told_and_cancelled(path):
    with Storage(path) as storage:
        storage.bulk_insert("items", [{"name": str(n)} for n in range(5_000)])
    told = []
    Storage(path, progress=told.append).close()
    assert {progress.task for progress in told} == {"reading"}
    assert told[-1].done == 5_003
    cancel = CancelToken()
    cancel.cancel()
    with pytest.raises(CancelledError):
        Storage(path, cancel=cancel)


def test_a_transaction_of_the_same_thread_is_committed_first(path):
    with Storage(path) as storage:
        storage.insert("items", {"name": "kiwi"})
        with storage.transaction():
            storage.insert("items", {"name": "lime"})
            with pytest.raises(DeadlockError, match=path.name):
                storage.flush()
    assert names(path)[-2:] == ["kiwi", "lime"]


def test_threads_write_while_a_document_is_saved(path):
    with Storage(path) as storage:
        failures = []

        def write(number):
            try:
                for place in range(40):
                    storage.insert("items", {"name": f"{number}-{place}"})
            except PytuckException as err:
                failures.append(err)

        threads = [threading.Thread(target=write, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        while any(thread.is_alive() for thread in threads):
            storage.flush()
        assert failures == []
    assert len(names(path)) == 163


def test_a_document_opened_for_reading_is_not_changed(path):
    before = state(path)
    with Storage(path, read_only=True) as storage:
        assert storage.read_only_reason == "asked"
        with pytest.raises(ReadOnlyError):
            storage.insert("items", {"name": "kiwi"})
        with pytest.raises(ReadOnlyError):
            storage.create_table("t", [Column(int, name="id", primary_key=True)])
    assert state(path) == before


def test_tables_that_come_and_go_are_in_the_file(path):
    with Storage(path) as storage:
        storage.rename_table("items", "goods")
        storage.create_table("more", [Column(int, name="x")], comment="without a key")
        storage.insert("more", {"x": 1})
        storage.flush()
        storage.update_table_comment("more", "another")
        storage.create_index("goods", ["name"])
    with Storage(path) as storage:
        assert storage.list_tables() == ["goods", "more"]
        assert storage.get_table("more").schema.comment == "another"
        assert [i.columns for i in storage.get_table("goods").schema.indexes] == [("name",)]
        storage.drop_table("more")
    with Storage(path) as storage:
        assert storage.list_tables() == ["goods"]


def test_the_private_copy_is_private_and_goes(path, tmp_path, monkeypatch):
    private = tmp_path / "temporary"
    private.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(private))  # others may open files meanwhile
    storage = Storage(path)
    (copy,) = private.iterdir()
    if os.name == "posix":
        assert stat.S_IMODE(copy.stat().st_mode) == 0o700
    storage.close()
    assert list(private.iterdir()) == []


@pytest.mark.skipif(os.name == "nt", reason="what a killed program left is known by its age there")
@pytest.mark.parametrize("path", ["json", "jsonl", "csv"], indirect=True)
def test_what_a_killed_program_left_is_taken_away(path):
    program = f"""
import os, signal, sys
from pathlib import Path
from pytuck import Storage
from pytuck.common.atomic_file import replacing
storage = Storage({str(path)!r})
storage.insert("items", {{"name": "lost"}})
with replacing(Path({str(path)!r})) as temporary:
    temporary.write_bytes(b"half")
    print(temporary, flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""
    done = subprocess.run([sys.executable, "-c", program], check=False, capture_output=True)
    assert done.returncode == -signal.SIGKILL, done.stderr
    left = Path(done.stdout.decode().strip())
    assert left.exists()
    assert names(path) == ["pear", "plum", "fig"]
    with Storage(path) as storage:
        storage.update("items", 1, {"name": "kiwi"})  # makes the file anew, whatever it is
    assert not left.exists()
    assert [entry.name for entry in path.parent.iterdir()] == [path.name]


@pytest.mark.skipif(os.name == "nt", reason="nothing ends a program that hard there")
@pytest.mark.parametrize("kind", ["jsonl", "csv"])
@pytest.mark.parametrize("seconds", [0.0, 0.05, 0.2])
def test_a_program_that_is_killed_while_it_saves_leaves_one_state(tmp_path, kind, seconds):
    path = tmp_path / "items"
    with Storage(path, engine=kind) as storage:
        storage.create_table(
            "items", [Column(int, name="id", primary_key=True), Column(str, name="name")]
        )
        storage.bulk_insert("items", [{"name": f"{0:060}"} for _ in range(20_000)])
    program = f"""
from pytuck import Storage
storage = Storage({str(path)!r}, engine={kind!r})
for number in range(1, 10_000):
    for key in range(1, 20_000, 400):
        storage.update("items", key, {{"name": f"{{number:060}}"}})
    storage.flush()
    print(number, flush=True)
"""
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(seconds)
        process.kill()
    with Storage(path, engine=kind) as storage:
        found = {storage.select("items", key)["name"] for key in range(1, 20_000, 400)}
        assert len(found) == 1
        assert int(found.pop()) >= 1
        assert storage.count_rows("items") == 20_000


def test_options_of_another_engine_are_refused(path):
    options = DuckdbBackendOptions()
    with pytest.raises(ConfigurationError, match="DuckdbBackendOptions"):
        Storage(path, backend_options=options)


def test_engines_say_what_they_keep(path):
    with Storage(path) as storage:
        capabilities = storage.engine.capabilities
        assert capabilities.document is not None
        assert capabilities.document.keeps_schema
        assert not capabilities.several_writers
    assert Storage().engine.capabilities.document is None

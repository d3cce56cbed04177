"""A save that fails leaves what there was, and what was to be saved is not lost either."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from pytuck import ConflictError, FilePermissionError, MigrationError, PytuckException, Storage
from pytuck.tools import migrate_engine
from tests.contract import failing_saves, file_kinds
from tests.contract.failing_saves import LARGE, contents
from tests.contract.file_kinds import DOCUMENTS, KINDS, WRITTEN, make, opened, parts, read

available = [
    kind for kind in WRITTEN if file_kinds.get_available_engines()[file_kinds.engine_of(kind)]
]


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory) -> dict[str, dict]:
    """What a full disk did to a file of each kind, in a process that may write little."""
    arguments = []
    for kind in available:
        folder = tmp_path_factory.mktemp("full")
        arguments += [kind, str(make(kind, folder))]
    command = [sys.executable, "-m", failing_saves.__name__, *arguments]
    ended = subprocess.run(command, capture_output=True, check=False, timeout=300)
    assert ended.returncode == 0, ended.stderr.decode()
    return json.loads(ended.stdout)


@pytest.mark.skipif(os.name == "nt", reason="Windows cannot limit what a process writes")
@pytest.mark.parametrize("kind", available)
def test_a_full_disk_is_told_and_harms_nothing(kind, outcomes):
    outcome = outcomes[kind]
    assert outcome["told"] is not None
    assert WRITTEN[kind] in outcome["told"]
    assert outcome["is_as_before"]
    assert outcome["rows"] == 4 + LARGE


@pytest.mark.parametrize("kind", DOCUMENTS)
def test_a_file_that_is_gone_or_another_one_is_not_overwritten(kind, tmp_path):
    file_kinds.skip_if_missing(kind)
    folder = tmp_path / "folder"
    folder.mkdir()
    path = make(kind, folder)
    storage = opened(kind, path)
    storage.insert("items", {"name": "mine"})
    part = parts(path)[0]
    content = part.read_bytes()
    part.unlink()
    with pytest.raises(ConflictError, match=path.name):
        storage.flush()
    part.write_bytes(content + b" ")
    before = contents(folder)
    with pytest.raises(ConflictError, match=path.name):
        storage.close()
    assert contents(folder) == before
    storage.discard()


@pytest.mark.parametrize("kind", DOCUMENTS)
@pytest.mark.skipif(os.name == "nt" or os.geteuid() != 0, reason="gives up root's rights")
def test_a_folder_that_may_not_be_written_is_told(kind, reachable):
    file_kinds.skip_if_missing(kind)
    folder = reachable / "folder"
    folder.mkdir()
    path = make(kind, folder)
    storage = opened(kind, path)
    storage.insert("items", {"name": "mine"})
    before = contents(folder)
    os.seteuid(65534)
    try:
        with pytest.raises(PytuckException, match=path.name):
            storage.flush()
    finally:
        os.seteuid(0)
    assert contents(folder) == before
    storage.close()
    assert len(read(kind, path)["items"]) == 5


@pytest.fixture
def reachable() -> Iterator[Path]:
    """A folder that anybody can reach; pytest keeps its own from others."""
    folder = Path(tempfile.mkdtemp(prefix="pytuck-test-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.skipif(os.name == "nt" or os.geteuid() != 0, reason="gives up root's rights")
def test_a_folder_that_may_not_be_entered_is_told(reachable):
    folder = reachable / "folder"
    folder.mkdir()
    paths = [make(kind, folder) for kind in ("json", "sqlite", "csv folder")]
    folder.chmod(0o600)
    os.seteuid(65534)
    try:
        for path in paths:
            with pytest.raises(FilePermissionError, match=path.name):
                Storage(path)
            with pytest.raises(MigrationError, match=path.name):
                migrate_engine(path, "json", reachable / "x.jsonl", "jsonl")
    finally:
        os.seteuid(0)


def test_a_name_that_is_too_long_is_told(tmp_path):
    path = tmp_path / ("x" * 300)
    with pytest.raises(FilePermissionError, match="too long"):
        Storage(path)
    with pytest.raises(MigrationError, match="too long"):
        migrate_engine(path, "json", tmp_path / "x.jsonl", "jsonl")
    with pytest.raises(MigrationError, match="too long"):
        migrate_engine(make("json", tmp_path), "json", path, "jsonl")


def state(folder: Path) -> list[tuple[str, bytes | None, int]]:
    """Return everything below a folder, with contents and times."""
    return sorted(
        (str(each), each.read_bytes() if each.is_file() else None, each.stat().st_mtime_ns)
        for each in (folder, *folder.rglob("*"))
    )


@pytest.mark.parametrize("read_only", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_opening_and_reading_changes_nothing(kind, read_only, tmp_path):
    file_kinds.skip_if_missing(kind)
    folder = tmp_path / "folder"
    folder.mkdir()
    path = make(kind, folder)
    before = [each for each in state(folder) if each[0] != str(folder)]
    rows = read(kind, path, read_only=read_only)
    assert rows
    with opened(kind, path, read_only=read_only) as storage:
        storage.flush()
        next(iter(storage.tables))
    with pytest.raises(PytuckException):
        opened(kind, path, engine="excel" if kind != "excel" else "json")
    assert [each for each in state(folder) if each[0] != str(folder)] == before


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.skipif(os.name == "nt" or os.geteuid() != 0, reason="gives up root's rights")
def test_what_may_not_be_written_is_read_and_stays(kind, reachable):
    file_kinds.skip_if_missing(kind)
    folder = reachable / "folder"
    folder.mkdir()
    path = make(kind, folder)
    rows = read(kind, path)
    for part in parts(path):
        part.chmod(0o444)
    before = state(folder)
    os.seteuid(65534)
    try:
        assert read(kind, path) == rows
    finally:
        os.seteuid(0)
    assert state(folder) == before

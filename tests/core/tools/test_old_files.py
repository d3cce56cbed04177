"""A file of the old library becomes a present one, and is kept."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from pytuck import FileFormatError, Storage, WrongPasswordError
from pytuck.common.exceptions import CancelledError, TargetExistsError
from pytuck.common.progress import CancelToken
from pytuck.tools import convert_old_file

SAMPLES = Path(__file__).resolve().parents[2] / "data" / "old_library" / "ptk"


@pytest.fixture(params=["ptk7_plain", "ptk4_plain", "ptk7_high"])
def old(request, tmp_path) -> Path:
    return Path(shutil.copy(SAMPLES / f"{request.param}.pytuck", tmp_path / "data.pytuck"))


def password(path) -> str | None:
    return "geheim" if path.read_bytes()[6] & 2 else None


def contents(storage):
    return {name: storage.query(name, []) for name in storage.tables}


def test_the_new_file_takes_the_name_and_the_old_one_is_kept(old):
    before = old.read_bytes()
    with Storage(old, password=password(old)) as storage:
        wanted = contents(storage)
    kept = convert_old_file(old, password=password(old))
    assert kept == old.with_name("data.old.pytuck")
    assert kept.read_bytes() == before
    with Storage(old) as storage:
        assert storage.engine_name == "pytuck"
        assert not storage.is_read_only
        assert contents(storage) == wanted
        assert storage.check() == []
    assert sorted(path.name for path in old.parent.iterdir()) == ["data.old.pytuck", "data.pytuck"]


def test_nothing_that_is_there_is_overwritten(old):
    first = old.with_name("data.old.pytuck")
    first.write_bytes(b"mine")
    assert convert_old_file(old, password=password(old)).name == "data.old-2.pytuck"
    assert first.read_bytes() == b"mine"
    other = old.with_name("data.old-2.pytuck")
    with pytest.raises(TargetExistsError):
        convert_old_file(other, first, password=password(other))


def test_a_target_of_another_name_leaves_the_old_file_where_it_is(old, tmp_path):
    before = old.read_bytes()
    target = tmp_path / "new.pytuck"
    assert convert_old_file(old, target, password=password(old), new_password="new") == old
    assert old.read_bytes() == before
    with pytest.raises(WrongPasswordError):
        Storage(target, password="geheim")
    with Storage(target, password="new") as storage:
        assert "alle Typen 表" in storage.tables


def test_a_present_file_is_not_converted(tmp_path):
    Storage(tmp_path / "new.pytuck").close()
    with pytest.raises(FileFormatError, match="nothing to convert"):
        convert_old_file(tmp_path / "new.pytuck")


def test_a_cancelled_conversion_leaves_everything(old):
    before = old.read_bytes()
    cancel = CancelToken()
    cancel.cancel()
    with pytest.raises(CancelledError):
        convert_old_file(old, password=password(old), cancel=cancel)
    assert old.read_bytes() == before
    assert [path.name for path in old.parent.iterdir()] == ["data.pytuck"]


@pytest.mark.skipif(os.name == "nt", reason="signals are POSIX's")
def test_a_killed_conversion_leaves_the_old_file(old):
    before = old.read_bytes()
    program = f"""
import os, signal
from pytuck.tools import convert_old_file
def kill(progress):
    if progress.task == "verifying":
        os.kill(os.getpid(), signal.SIGKILL)
convert_old_file({str(old)!r}, password={password(old)!r}, progress=kill)
"""
    done = subprocess.run([sys.executable, "-c", program], check=False, capture_output=True)
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert old.read_bytes() == before
    convert_old_file(old, password=password(old))
    assert sorted(path.name for path in old.parent.iterdir()) == ["data.old.pytuck", "data.pytuck"]

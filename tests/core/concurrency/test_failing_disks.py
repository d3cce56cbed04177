"""Full and failing disks and lost permissions: clear errors, nothing torn, and work goes on."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys

import pytest

from pytuck import Column, PytuckException, Storage
from tests.core.concurrency.programs import ROOT, running

COLUMNS = [Column(int, name="id", primary_key=True), Column(str, name="text")]

FILLS_A_LIMITED_DISK = """
import resource, signal
from pytuck import Storage
from pytuck.common.exceptions import StorageFullError

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
with Storage(sys.argv[1]) as storage:
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, limits[1]))
    kept = 0
    try:
        while True:
            storage.insert("rows", {"text": str(kept) + "x" * 5000})
            kept += 1
    except StorageFullError as err:
        assert sys.argv[1] in err.message, err
    assert storage.count_rows("rows") == kept
    resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    storage.insert("rows", {"text": "room again"})
    assert storage.check() == []
    say(kept + 1)
"""


@pytest.mark.parametrize("engine", ["pytuck", "sqlite"])
@pytest.mark.parametrize("kind", ["full", "broken"])
def test_every_write_may_fail(tmp_path, engine, kind):
    done = subprocess.run(
        [sys.executable, "-m", "tests.core.concurrency.failing_disk", tmp_path, engine, kind],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) >= 5


@pytest.mark.skipif(os.name != "posix", reason="files have no limit of size here")
@pytest.mark.parametrize("ending", ["pytuck", "sqlite"])
def test_a_disk_that_is_full_and_has_room_again(tmp_path, ending):
    path = tmp_path / f"a.{ending}"
    with Storage(path) as storage:
        storage.create_table("rows", COLUMNS)
    with running(FILLS_A_LIMITED_DISK, path) as program:
        kept = int(program.listen())
        program.tell()
        assert program.end() == 0
    assert kept > 10
    with Storage(path) as storage:
        assert storage.count_rows("rows") == kept
        assert storage.check() == []


@pytest.mark.skipif(
    os.name != "posix" or os.geteuid() == 0, reason="nobody takes this user's permissions"
)
def test_permissions_that_are_lost_and_come_back(tmp_path):
    path = tmp_path / "a.sqlite"
    with Storage(path) as storage:
        storage.create_table("rows", COLUMNS)
        tmp_path.chmod(0o500)  # no journal can be made
        try:
            with pytest.raises(PytuckException, match=r"a\.sqlite"):
                storage.insert("rows", {"text": "lost"})
        finally:
            tmp_path.chmod(0o700)
        assert storage.insert("rows", {"text": "kept"}) == 1


@pytest.mark.parametrize("durability", ["full", "normal", "off"])
@pytest.mark.parametrize("ending", ["pytuck", "sqlite"])
def test_how_sqlite_is_told_to_wait_for_the_disk(tmp_path, durability, ending):
    path = tmp_path / f"a.{ending}"
    Storage(path).close()
    with Storage(path, durability=durability) as storage, contextlib.ExitStack() as stack:
        level = stack.enter_context(storage.engine.connection()).pragma("synchronous")
        journal = stack.enter_context(storage.engine.connection()).pragma("journal_mode")
    full = 2 if ending == "pytuck" else 3  # without a write-ahead log only EXTRA is enough
    assert level == {"full": full, "normal": 1, "off": 0}[durability]
    assert journal == ("wal" if ending == "pytuck" else "delete")

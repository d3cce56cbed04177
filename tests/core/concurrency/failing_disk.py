"""A program whose disk fails at the n-th write, for every n; run as a process of its own.

    python -m tests.core.concurrency.failing_disk FOLDER pytuck|sqlite full|broken

A file layer of SQLite's own kind is put before the real one, so everything above it is as ever.
It prints how many failures there were; any wrong outcome is an `AssertionError`.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import apsw

from pytuck import Column, DatabaseConnectionError, Session, Storage, declarative_base

_REAL = apsw.vfs_names()[0]


class Disk:
    """What the disk is about to do.

    Attributes:
        left: Writes until the one that fails; None for never.
        has_failed: That write has come.
        error: What it raises.
    """

    left: int | None = None
    has_failed = False
    error: type[apsw.Error] = apsw.FullError

    @classmethod
    def write(cls) -> None:
        """Count one more write, flush or cut."""
        if cls.left is None:
            return
        cls.left -= 1
        if cls.left < 0 and not cls.has_failed:
            cls.has_failed = True
            raise cls.error("failed on purpose")


class _File(apsw.VFSFile):
    def __init__(self, name: Any, flags: list[int]) -> None:
        super().__init__(_REAL, name, flags)

    def xWrite(self, data: Any, offset: int) -> None:  # noqa: N802 - SQLite's name
        Disk.write()
        super().xWrite(data, offset)

    def xSync(self, flags: int) -> None:  # noqa: N802 - SQLite's name
        Disk.write()
        super().xSync(flags)

    def xTruncate(self, size: int) -> None:  # noqa: N802 - SQLite's name
        Disk.write()
        super().xTruncate(size)


class _Layer(apsw.VFS):
    def __init__(self) -> None:
        super().__init__("failing", _REAL, makedefault=True)

    def xOpen(self, name: Any, flags: list[int]) -> _File:  # noqa: N802 - SQLite's name
        return _File(name, flags)


def _commit_once(storage: Storage, model: Any, number: int) -> bool:
    """Write some pages in one transaction; return whether it was acknowledged."""
    session = Session(storage)
    session.add_all([model(text=f"{number} " + "x" * 3000) for _ in range(3)])
    try:
        session.commit()
    except DatabaseConnectionError as err:
        assert str(storage.file_path) in err.message, err  # noqa: PT017 - no test, a program
        return False
    finally:
        session.close()
    return True


def _numbers(path: Path) -> list[int]:
    with Storage(path) as storage:
        assert storage.check() == []
        return [int(row["text"].split()[0]) for row in storage.query("rows", [])]


def _fail_at(path: Path, after: int) -> bool:
    """Have the write that comes after some others fail; return whether there was one."""
    before = _numbers(path)
    number = max(before, default=0) + 1
    with Storage(path) as storage:

        class Row(declarative_base(storage)):  # type: ignore[misc]
            __tablename__ = "rows"
            id = Column(int, primary_key=True)
            text = Column(str)

        Disk.left, Disk.has_failed = after, False
        is_acknowledged = _commit_once(storage, Row, number)
        Disk.left = None
        had_failed = Disk.has_failed
        assert is_acknowledged or had_failed
        assert _commit_once(storage, Row, number + 1), "the next commit does not work"
    kept = _numbers(path)
    new = [number] * 3 + [number + 1] * 3
    wanted = [before + new] if is_acknowledged else [before + new, before + new[3:]]
    assert kept in wanted, (after, is_acknowledged, kept[-8:])
    return had_failed


def main() -> None:
    folder, engine, kind = sys.argv[1:]
    layer = _Layer()
    Disk.error = apsw.FullError if kind == "full" else apsw.IOError
    path = Path(folder, f"a.{engine}")
    with Storage(path, engine=engine) as storage:
        storage.create_table(
            "rows", [Column(int, name="id", primary_key=True), Column(str, name="text")]
        )
    failures = 0
    while _fail_at(path, failures):
        failures += 1
    print(failures)
    del layer


if __name__ == "__main__":
    main()

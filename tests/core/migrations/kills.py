"""Programs that are killed in the middle of an upgrade, at random times.

    python -m tests.core.migrations.kills FILE FOLDER

upgrades a database to the last revision.
"""

from __future__ import annotations

import random
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from pytuck import Column, Storage
from pytuck.migrations import Migrations
from tests.core.migrations.scripts import write

ROOT = Path(__file__).resolve().parents[3]
ROWS = 3000

_BEFORE = [("id", "INTEGER"), ("price", "INTEGER"), ("name", "TEXT")]
_AFTER = [("id", "INTEGER"), ("price", "TEXT"), ("title", "TEXT"), ("stock", "INTEGER")]


@dataclass
class Kills:
    """What came of them.

    Attributes:
        untouched: The database was as before.
        done: All revisions were applied.
        mixtures: It was neither; the reasons.
    """

    untouched: int = 0
    done: int = 0
    mixtures: list[str] | None = None


def kill_upgrades(folder: Path, file_name: str, runs: int, seed: int) -> Kills:
    """Upgrade copies of a database, kill the program at random times, and look at what is there.

    Args:
        folder: An empty one.
        file_name: The name of the database, which says its engine.
    """
    scripts = folder / "revisions"
    _write_scripts(scripts)
    chance = random.Random(seed)
    found = Kills(mixtures=[])
    took_s = _upgrade(_made(folder / "first", file_name), scripts, None)
    for number in range(runs):
        path = _made(folder / str(number), file_name)
        _upgrade(path, scripts, chance.uniform(0, took_s))
        _judge(path, scripts, found)
    return found


def _made(folder: Path, file_name: str) -> Path:
    folder.mkdir()
    with Storage(folder / file_name) as storage:
        columns = [
            Column(int, name="id", primary_key=True),
            Column(int, name="price", index=True),
            Column(str, name="name"),
        ]
        storage.create_table("items", columns)
        storage.create_table("sales", [Column(int, name="item", foreign_key="items.id")])
        storage.bulk_insert("items", [{"price": n, "name": f"item {n}"} for n in range(ROWS)])
        storage.bulk_insert("sales", [{"item": n + 1} for n in range(ROWS)])
    return folder / file_name


def _write_scripts(folder: Path) -> None:
    write(folder, "aaa1", 'op.alter_column("items", "price", type=str)')
    write(
        folder,
        "bbb2",
        'op.update_rows("items", lambda row: {"name": row["name"].upper()})\n'
        'op.rename_column("items", "name", "title")',
        parents=("aaa1",),
    )
    write(
        folder,
        "ccc3",
        'op.add_column("items", Column(int, name="stock", default=1))\nop.drop_table("sales")',
        parents=("bbb2",),
    )


def _upgrade(path: Path, scripts: Path, killed_after_s: float | None) -> float:
    """Upgrade in another process; return how long that took from the moment it was ready."""
    command = [sys.executable, "-m", __name__, str(path), str(scripts)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        began = time.monotonic()
        if killed_after_s is None:
            process.wait(60)
        else:
            time.sleep(killed_after_s)
            process.kill()
        return time.monotonic() - began


def _judge(path: Path, scripts: Path, found: Kills) -> None:
    assert found.mixtures is not None
    with Storage(path) as storage:
        columns = [
            (column.name, column.type.sql_name)
            for column in storage.get_table("items").schema.columns
        ]
        rows = storage.query("items", order_by="id")
        applied = len(Migrations(storage, scripts).graph()) - len(
            Migrations(storage, scripts).pending()
        )
        tables = storage.list_tables()
        if (columns, tables, applied) == (_BEFORE, ["items", "sales"], 0):
            is_right = [(row["price"], row["name"]) for row in rows] == [
                (n, f"item {n}") for n in range(ROWS)
            ]
            found.untouched += 1
        elif (columns, tables, applied) == (_AFTER, ["items"], 3):
            is_right = [(row["price"], row["title"], row["stock"]) for row in rows] == [
                (str(n), f"ITEM {n}", 1) for n in range(ROWS)
            ]
            found.done += 1
        else:
            is_right = False
        problems = storage.check()
        if not is_right or problems:
            found.mixtures.append(f"{path}: {columns}, {tables}, {applied}, {problems}")


def main() -> None:
    path, scripts = sys.argv[1:]
    with Storage(path) as storage:
        migrations = Migrations(storage, scripts)
        print("ready", flush=True)
        migrations.upgrade(backup=False)


if __name__ == "__main__":
    main()

"""A program that is killed while it changes a table leaves the old table or the new one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from pytuck import Column, Storage
from tests.core.schema.structure_kills import kill_changes_again_and_again

ROOT = Path(__file__).resolve().parents[3]
ROWS = 2000
CHILD = """
import os, signal, sys
import apsw
from pytuck import Storage

left = int(sys.argv[2])
def step():
    global left
    left -= 1
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    return False

storage = Storage(sys.argv[1])
connection = storage.engine.acquire()
connection.raw.set_progress_handler(step, 100)
storage.engine.release(connection)
storage.alter_column("items", "price", col_type=str, nullable=False)
os.kill(os.getpid(), signal.SIGTERM)
"""
"""Counts the steps of SQLite's machine and kills itself at one of them."""


@pytest.mark.skipif(os.name == "nt", reason="needs SIGKILL")
@pytest.mark.parametrize("step", [1, 20, 150, 300, 400, 500, 600, 660, 10**9])
def test_a_killed_change_is_done_or_not_done(step, tmp_path):
    path = tmp_path / "shop.pytuck"
    with Storage(path) as storage:
        storage.create_table(
            "items",
            [
                Column(int, name="id", primary_key=True),
                Column(int, name="price", index=True),
            ],
        )
        storage.create_table("sales", [Column(int, name="item", foreign_key="items.id")])
        storage.bulk_insert("items", [{"price": number} for number in range(ROWS)])
        storage.bulk_insert("sales", [{"item": number + 1} for number in range(ROWS)])
    done = subprocess.run(
        [sys.executable, "-c", CHILD, str(path), str(step)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in {-signal.SIGKILL, -signal.SIGTERM}, done.stderr
    with Storage(path) as storage:
        assert storage.check() == []
        assert storage.list_tables() == ["items", "sales"]
        kind = storage.get_table("items").columns["price"].col_type
        assert kind is (str if done.returncode == -signal.SIGTERM else int)
        prices = [row["price"] for row in storage.query("items", [], order_by="id")]
        assert prices == [kind(number) for number in range(ROWS)]
        assert storage.get_table("items").columns["price"].index
        assert storage.count_rows("sales") == ROWS


def test_a_program_that_changes_duckdb_tables_without_end_is_killed(tmp_path):
    pytest.importorskip("duckdb")
    count = kill_changes_again_and_again(tmp_path / "a.duckdb", kills=5)
    assert (count.kills, count.is_perfect) == (5, True), count

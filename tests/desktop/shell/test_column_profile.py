"""The statistics of the current column, worked out beside everything else."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from pytuck import Column, Storage
from pytuck_desktop.features.profile.view import ColumnProfile


@pytest.fixture
def file(tmp_path) -> Path:
    path = tmp_path / "shop.pytuck"
    with Storage(path) as storage:
        storage.create_table(
            "items",
            [
                Column(int, name="id", primary_key=True),
                Column(str, name="<b>colour</b>"),
                Column(float, name="price"),
                Column(date, name="since"),
            ],
        )
        colours = ("red", "green", "red", None)
        storage.bulk_insert(
            "items",
            [
                {
                    "<b>colour</b>": colours[n % 4],
                    "price": n / 10,
                    "since": date(2024, 1, 1) + timedelta(days=n),
                }
                for n in range(1000)
            ],
        )
    return path


def open_profile(driver) -> ColumnProfile:
    driver.act("column_profile")
    panel = driver.window.controls.panels.panel("column_profile")
    assert isinstance(panel, ColumnProfile)
    return panel


def test_it_follows_the_current_column(driver, file):
    driver.open_rows(file)
    driver.go(0, 1)
    panel = open_profile(driver)
    driver.wait(lambda: panel.profile.is_complete)
    assert panel.heading.text() == "<b>colour</b>"
    assert panel.facts["Rows"] == "1,000"
    assert panel.facts["NULL"] == "250 (25.0%)"
    assert panel.facts["Distinct"] == "2 (0.2%)"
    assert [(share.text, share.rows) for share in panel.top.shares] == [
        ("red", 500),
        ("green", 250),
    ]
    driver.key(Qt.Key.Key_Right)
    driver.wait(lambda: panel.heading.text() == "price" and panel.profile.is_complete)
    assert panel.facts["Greatest"] == "99.9"
    assert panel.facts["Mean"] == "49.95"
    driver.wait(lambda: panel.chart.is_drawn)
    assert sum(bar.rows for bar in panel.chart.bars) == 1000
    driver.key(Qt.Key.Key_Right)
    driver.wait(lambda: panel.heading.text() == "since" and panel.profile.is_complete)
    assert (panel.facts["Least"], panel.facts["Greatest"]) == ("2024-01-01", "2026-09-26")
    assert "Mean" not in panel.facts


def test_long_work_is_cancelled_and_begun_again(driver, tmp_path):
    path = tmp_path / "slow.db"
    with closing(sqlite3.connect(path)) as file:
        file.execute("CREATE TABLE items (id INTEGER PRIMARY KEY, n INTEGER)")
        file.execute("INSERT INTO items VALUES (1, 1)")
        file.execute(
            "CREATE VIEW slow AS WITH RECURSIVE c(n) AS "
            "(SELECT 1 UNION ALL SELECT n + 1 FROM c LIMIT 1000000000) SELECT n FROM c"
        )
        file.commit()
    driver.open_rows(path, "items")
    driver.go(0, 1)
    panel = open_profile(driver)
    driver.wait(lambda: panel.profile.is_complete)
    job = driver.document
    failures = []
    slow = job.ask("profile", {"table": "slow", "column": "n"}, print, print, failures.append)
    waiting = job.ask("profile", {"table": "slow", "column": "n"}, print, print, failures.append)
    waiting.cancel()
    driver.qtbot.wait(100)
    slow.cancel()
    driver.wait(lambda: len(failures) == 2)
    assert {error.code for error in failures} == {"PT-2304", "PT-9002"}
    panel.compute()
    driver.wait(lambda: panel.profile.is_complete)
    assert panel.facts["Rows"] == "1"


def test_it_says_what_is_missing(driver, file):
    panel = open_profile(driver)
    assert panel.note.text() == "Choose a cell to see what its column holds."
    driver.open_rows(file)
    driver.go(0, 0)
    driver.wait(lambda: panel.profile.is_complete)
    assert panel.note.isHidden()
    panel.again.click()
    driver.wait(lambda: panel.profile.is_complete)

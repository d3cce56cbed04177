"""The values of a column in the panel beside the rows: counted, chosen, and what that filters."""

from __future__ import annotations

import sqlite3
from datetime import date, datetime
from decimal import Decimal

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester

from pytuck import Column, Storage

ID, CITY, AGE, DAY, AT, PRICE, OK, DATA = range(8)
CITIES = ["Berlin", "北京", None, "Berlin", ""]


@pytest.fixture
def people(tmp_path):
    path = tmp_path / "people.pytuck"
    with Storage(path) as storage:
        storage.create_table(
            "people",
            [
                Column(int, name="id", primary_key=True),
                Column(str, name="city"),
                Column(int, name="age"),
                Column(date, name="day"),
                Column(datetime, name="at"),
                Column(Decimal, name="price"),
                Column(bool, name="ok"),
                Column(bytes, name="data"),
            ],
        )
        storage.bulk_insert(
            "people",
            [
                {
                    "city": CITIES[n % 5],
                    "age": n % 100,
                    "day": date(2024 + n % 3, 1 + n % 12, 1),
                    "at": datetime(2026, 1, 1 + n % 30, n % 24),
                    "price": Decimal(n % 40) / 4,
                    "ok": [True, False, None][n % 3],
                    "data": b"x" if n % 2 else None,
                }
                for n in range(1000)
            ],
        )
    return path


@pytest.fixture
def grid(driver, people):
    grid = driver.open_rows(people)
    driver.wait(lambda: grid.viewmodel.count_is_exact)
    return grid


def current(driver):
    return driver.window.controls.filtering.current


def show(driver, column):
    """Open the panel for a column, and wait until all is counted."""
    driver.go(0, column)
    if current(driver).facets is None or current(driver).facets.isHidden():
        driver.act("facets")
    counted(driver)
    return current(driver).facets


def counted(driver):
    made = current(driver)
    model = made.facet_model

    def is_over():
        return (
            not model._later.isActive()
            and not model.is_counting
            and model.facet.values is not None
            and not made.model.is_waiting
        )

    driver.wait(is_over)
    driver.wait(lambda: driver.grid.viewmodel.is_order_ready)
    driver.wait(lambda: driver.grid.viewmodel.count_is_exact)


def lines(panel):
    model = panel.facet_model
    return [
        (model.index(row, 0).data(), model.index(row, 1).data()) for row in range(model.rowCount())
    ]


def click(driver, panel, text):
    row = [line[0] for line in lines(panel)].index(text)
    at = panel.values.visualRect(panel.facet_model.index(row, 0)).center()
    driver.qtbot.mouseClick(panel.values.viewport(), Qt.MouseButton.LeftButton, pos=at)


def test_values_are_counted_and_chosen(driver, grid):
    panel = show(driver, CITY)
    QAbstractItemModelTester(panel.facet_model)
    assert lines(panel) == [("Berlin", "400"), ("NULL", "200"), ("“”", "200"), ("北京", "200")]
    assert panel.summary.text() == "1,000 rows · 3 values · 200 NULL"
    click(driver, panel, "北京")
    counted(driver)
    assert grid.viewmodel.row_count == 200
    click(driver, panel, "NULL")
    counted(driver)
    assert grid.viewmodel.row_count == 400
    assert lines(panel)[0] == ("Berlin", "400")  # its own choice changes no count
    click(driver, panel, "“”")
    click(driver, panel, "北京")
    counted(driver)
    assert grid.viewmodel.row_count == 400
    driver.qtbot.mouseClick(panel.clear, Qt.MouseButton.LeftButton)
    counted(driver)
    assert grid.viewmodel.row_count == 1000


def test_the_space_bar_chooses_as_a_click_does(driver, grid):
    panel = show(driver, CITY)
    panel.values.setCurrentIndex(panel.facet_model.index(0, 0))
    driver.qtbot.keyClick(panel.values, Qt.Key.Key_Space)
    counted(driver)
    assert grid.viewmodel.row_count == 400
    driver.qtbot.keyClick(panel.values, Qt.Key.Key_Space)
    counted(driver)
    assert grid.viewmodel.row_count == 1000


def test_counts_follow_the_filter_of_other_columns(driver, grid):
    panel = show(driver, OK)
    assert lines(panel) == [("✓ true", "334"), ("NULL", "333"), ("✗ false", "333")]
    current(driver).model.type_text("city", "=Berlin")
    current(driver).model.apply()
    driver.wait(lambda: grid.viewmodel.is_filtered)
    counted(driver)
    assert sum(int(count) for _, count in lines(panel)) == 400
    click(driver, panel, "✓ true")
    counted(driver)
    assert grid.viewmodel.row_count == int(dict(lines(panel))["✓ true"])
    assert current(driver).model.wanted.typed == {"city": "=Berlin"}


@pytest.mark.parametrize("column", [AGE, DAY, AT, PRICE])
def test_a_bar_chooses_just_the_rows_it_counts(driver, grid, column):
    panel = show(driver, column)
    bars = panel.histogram.bars
    assert len(bars) > 5 or column == DAY
    assert sum(bar.count for bar in bars) == 1000
    at = len(bars) // 2
    where = panel.histogram.area(at).center()
    driver.qtbot.mouseClick(panel.histogram, Qt.MouseButton.LeftButton, pos=where)
    counted(driver)
    assert grid.viewmodel.row_count == bars[at].count
    assert panel.histogram._marked == bars[at]
    driver.qtbot.mouseClick(panel.histogram, Qt.MouseButton.LeftButton, pos=where)
    counted(driver)
    assert grid.viewmodel.row_count == 1000


def test_ends_are_typed_and_refused_where_they_mean_nothing(driver, grid):
    panel = show(driver, AGE)
    driver.qtbot.keyClicks(panel.low, "x")
    driver.qtbot.keyClick(panel.low, Qt.Key.Key_Return)
    assert panel.reason.isVisible()
    assert grid.viewmodel.row_count == 1000
    panel.low.selectAll()
    driver.qtbot.keyClicks(panel.low, "98")
    driver.qtbot.keyClick(panel.low, Qt.Key.Key_Return)
    counted(driver)
    assert not panel.reason.isVisible()
    assert grid.viewmodel.row_count == 20
    assert current(driver).model.text("age") == "98.."
    driver.qtbot.keyClicks(panel.high, "98")
    driver.qtbot.keyClick(panel.high, Qt.Key.Key_Return)
    counted(driver)
    assert grid.viewmodel.row_count == 10


def test_only_the_commonest_values_are_listed_until_more_are_asked_for(driver, grid):
    panel = show(driver, ID)
    assert len(lines(panel)) == 30
    assert panel.more.isVisible()
    assert "more than 30" in panel.summary.text()
    driver.qtbot.mouseClick(panel.more, Qt.MouseButton.LeftButton)
    counted(driver)
    assert len(lines(panel)) == 300
    click(driver, panel, "7")
    counted(driver)
    assert grid.viewmodel.row_count == 1


def test_binary_columns_tell_null_from_values(driver, grid):
    panel = show(driver, DATA)
    assert sorted(lines(panel)) == [("BLOB", "500"), ("NULL", "500")]
    click(driver, panel, "BLOB")
    counted(driver)
    assert grid.viewmodel.row_count == 500


def test_a_chosen_value_stays_listed_when_no_row_has_it(driver, grid):
    panel = show(driver, CITY)
    click(driver, panel, "北京")
    counted(driver)
    current(driver).model.type_text("id", "1")
    current(driver).model.apply()
    driver.wait(lambda: grid.viewmodel.row_count == 0)
    counted(driver)
    assert lines(panel)[0] == ("北京", "–")
    click(driver, panel, "北京")
    driver.wait(lambda: grid.viewmodel.row_count == 1)


def test_what_is_not_saved_is_not_counted_and_said_so(driver, grid):
    driver.edit(0, CITY, "Oslo")
    panel = show(driver, CITY)
    assert "not saved" in panel.summary.text()
    assert "Oslo" not in dict(lines(panel))
    driver.save()
    driver.wait(lambda: "Oslo" in dict(lines(panel)))
    assert "not saved" not in panel.summary.text()


def test_a_long_count_can_be_stopped_and_begun_again(driver, tmp_path):
    path = tmp_path / "large.pytuck"
    with Storage(path, durability="off") as storage:
        storage.create_table(
            "numbers", [Column(int, name="id", primary_key=True), Column(str, name="t")]
        )
    file = sqlite3.connect(path)
    with file:
        file.execute(
            "INSERT INTO numbers WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n "
            "WHERE i < 600000) SELECT i, 'row ' || ((i * 7919) % 600011) FROM n"
        )
    file.close()
    grid = driver.open_rows(path)
    driver.wait(lambda: grid.viewmodel.count_is_exact)
    driver.go(0, 1)
    driver.act("facets")
    model, panel = current(driver).facet_model, current(driver).facets
    driver.wait(lambda: model.is_counting)
    model.stop()
    assert panel.again.isVisible()
    assert model.facet.values is None
    driver.qtbot.mouseClick(panel.again, Qt.MouseButton.LeftButton)
    counted(driver)
    assert len(lines(panel)) == 30


def test_a_hidden_filter_row_leaves_its_filters_in_words(driver, grid):
    panel = show(driver, AGE)
    driver.qtbot.keyClicks(panel.low, "50")
    driver.qtbot.keyClick(panel.low, Qt.Key.Key_Return)
    counted(driver)
    assert current(driver).line is None or current(driver).line.isHidden()
    driver.act("toggle_filter_row")
    line = current(driver).line
    assert line.isVisible()
    driver.act("clear_filter")
    driver.wait(lambda: grid.viewmodel.row_count == 1000)
    assert line.isHidden()

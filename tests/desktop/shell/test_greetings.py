"""What is said of a file that was opened: that it is old, or what saving it would lose."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from PySide6.QtWidgets import QPushButton

from pytuck import Storage
from pytuck.formats.excel_reading import LOST
from pytuck_desktop.i18n.error_texts import LOST_FORMATTING

SAMPLES = Path(__file__).resolve().parents[2] / "data" / "old_library" / "ptk"


@pytest.mark.parametrize("sample", ["ptk7_plain", "ptk7_high"])
def test_an_old_file_is_shown_and_converted(driver, tmp_path, sample):
    path = Path(shutil.copy(SAMPLES / f"{sample}.pytuck", tmp_path / "old.pytuck"))
    before = path.read_bytes()
    driver.answers.passwords = ["geheim", "geheim"]
    driver.open_rows(path, "nokey")
    assert driver.document.is_read_only
    assert driver.grid.viewmodel.row_count == 3
    driver.open_rows(path)
    driver.window.navigation.open_table(driver.document, "alle Typen 表", keep=True)
    driver.loaded()
    assert not driver.window.controls.actions["add_row"].isEnabled()
    button = next(
        button for page in driver.window.tabs.grids if (button := _button(page)) is not None
    )
    button.click()
    driver.wait(lambda: driver.window.navigation.documents and not driver.document.is_read_only)
    driver.wait(lambda: driver.window.grid is not None and driver.grid.banner.isVisible())
    assert "old.old.pytuck" in driver.grid.banner.label.text()
    assert path.with_name("old.old.pytuck").read_bytes() == before
    driver.close()
    password = None if "plain" in sample else "geheim"
    with Storage(path, password=password) as storage:
        assert storage.count_rows("nokey") == 3
        assert not storage.is_read_only
        assert storage.history.is_on


def _button(page):
    return next((b for b in page.banner.findChildren(QPushButton) if b.text() == "Convert"), None)


def test_what_saving_a_workbook_of_others_loses_is_said(driver, tmp_path):
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    book.active.append(["a", "b"])
    book.active.append([1, "x"])
    book.save(tmp_path / "others.xlsx")
    driver.open_rows(tmp_path / "others.xlsx")
    assert driver.grid.banner.isVisible()
    text = driver.grid.banner.label.text()
    assert text == LOST_FORMATTING == LOST

"""A row is gone to by its number."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QInputDialog


@pytest.mark.parametrize(("typed", "row"), [("777", 776), ("1", 0), ("999999999999", 999)])
def test_a_number_leads_to_its_row(driver, shop, typed, row):
    driver.open_rows(shop, "customers")
    driver.act("ask_row_number")
    (dialog,) = driver.grid.findChildren(QInputDialog)
    driver.wait(dialog.isVisible)
    assert "1,000" in dialog.labelText()
    dialog.setTextValue(typed)
    driver.qtbot.keyClick(dialog, Qt.Key.Key_Return)
    driver.wait(lambda: driver.grid.table.current_row == row)

"""The tool bar in windows of any width: what matters most is never out of sight."""

from __future__ import annotations

import pytest

from pytuck_desktop.shell.tool_bar import ToolBar


@pytest.mark.parametrize("width", [620, 700, 820, 1200])
def test_save_is_in_sight(driver, shop, width):
    driver.window.resize(width, 500)
    driver.open_rows(shop, "customers")
    driver.edit(0, 1, "Ada")
    (bar,) = driver.window.findChildren(ToolBar)
    save = bar.widgetForAction(driver.window.controls.actions["save"])
    driver.wait(lambda: save.isVisible() and save.geometry().right() <= bar.width())
    driver.window.resize(1300, 500)
    driver.wait(lambda: save.geometry().width() > 60)
    assert not any(button.text() and not button.isVisible() for button in bar._buttons.values())

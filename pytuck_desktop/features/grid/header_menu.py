"""The menu of a column's header."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMenu

if TYPE_CHECKING:
    from pytuck_desktop.features.grid.view import GridView

translate = QCoreApplication.translate


def header_menu(grid: GridView, column: int) -> QMenu:
    """Return what can be done with a column; the menu deletes itself when it is closed."""
    menu = QMenu(grid)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    _add_sorting(menu, grid, column)
    menu.addSeparator()
    _add_arranging(menu, grid, column)
    menu.addSeparator()
    menu.addAction(translate("GridView", "Fit column to content"), lambda: grid.fit_column(column))
    menu.addAction(translate("GridView", "Fit all columns"), grid.fit_all)
    menu.addSeparator()
    name = grid.viewmodel.columns[column].name
    menu.addAction(
        translate("GridView", "Copy column name"), lambda: QGuiApplication.clipboard().setText(name)
    )
    return menu


def _add_sorting(menu: QMenu, grid: GridView, column: int) -> None:
    menu.addAction(translate("GridView", "Sort ascending"), lambda: grid.sort_by([(column, False)]))
    menu.addAction(translate("GridView", "Sort descending"), lambda: grid.sort_by([(column, True)]))
    unsort = menu.addAction(translate("GridView", "File order"), lambda: grid.sort_by([]))
    unsort.setEnabled(bool(grid.viewmodel.sort))


def _add_arranging(menu: QMenu, grid: GridView, column: int) -> None:
    columns = grid.columns
    menu.addAction(translate("GridView", "Freeze up to here"), lambda: columns.freeze_up_to(column))
    unfreeze = menu.addAction(translate("GridView", "Unfreeze columns"), columns.unfreeze)
    unfreeze.setEnabled(columns.frozen > 0)
    hide = menu.addAction(
        translate("GridView", "Hide column"), lambda: columns.set_hidden((column,), hidden=True)
    )
    hide.setEnabled(len(columns.shown()) > 1)
    show = menu.addAction(translate("GridView", "Show hidden columns"), columns.show_all)
    show.setEnabled(columns.hidden_count > 0)
    menu.addAction(translate("GridView", "Columns…"), grid.show_columns)

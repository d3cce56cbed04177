"""Asks for the number of a row to go to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRegularExpression, Qt
from PySide6.QtGui import QRegularExpressionValidator
from PySide6.QtWidgets import QInputDialog, QLineEdit

if TYPE_CHECKING:
    from pytuck_desktop.features.grid.view import GridView

_DIGITS = 15


def ask_row_number(view: GridView) -> QInputDialog:
    """Open the question, and go to the row when it is answered; a number too high is the last."""
    dialog = QInputDialog(view)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setWindowTitle(view.tr("Go to row"))
    rows = f"{view.viewmodel.row_count:,}"
    dialog.setLabelText(view.tr("Number of the row, 1 to {0}:").format(rows))
    dialog.setTextValue(str(max(0, view.table.current_row) + 1))
    field = dialog.findChild(QLineEdit)
    if field is not None:
        digits = QRegularExpression(f"[1-9][0-9]{{0,{_DIGITS - 1}}}")
        field.setValidator(QRegularExpressionValidator(digits, field))

    def go(text: str) -> None:
        if text.isdecimal():
            view.go_to_row(int(text) - 1)
            view.table.setFocus()

    dialog.textValueSelected.connect(go)
    dialog.open()
    return dialog

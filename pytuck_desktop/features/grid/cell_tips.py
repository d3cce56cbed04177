"""Tool tips of cells and column names: what does not fit on the screen, always as plain text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QToolTip

from pytuck_desktop.features.grid.display import Look, Stored, size_text
from pytuck_desktop.features.grid.painting import PADDING
from pytuck_desktop.features.grid.refusal_texts import refusal_text
from pytuck_desktop.features.grid.typed_text import typed_of
from pytuck_desktop.widgets.visible_text import tool_tip

if TYPE_CHECKING:
    from PySide6.QtGui import QHelpEvent

    from pytuck_desktop.features.grid.headers import ColumnHeader
    from pytuck_desktop.features.grid.table import GridTable
    from pytuck_desktop.features.grid.viewmodel import GridViewModel

_CHARACTERS, _LINES, _LINE = 1200, 20, 120
"""The most of a value that a tip shows: characters, lines, and characters of a line."""

translate = QCoreApplication.translate


def show_cell_tip(table: GridTable, viewmodel: GridViewModel, event: QHelpEvent) -> None:
    """Show the tip of the cell under the pointer, or none."""
    index = table.indexAt(event.pos())
    area = table.visualRect(index)
    row = table.grid_model.first + index.row()
    text = ""
    if index.isValid():
        cells = viewmodel.displayed(row)
        shown = "" if cells is None else cells[index.column()][0]
        room = area.width() - 2 * PADDING
        is_cut = table.fontMetrics().horizontalAdvance(shown) > room
        text = cell_tip(viewmodel, row, index.column(), is_cut=is_cut)
    QToolTip.showText(event.globalPos(), tool_tip(text) if text else "", table.viewport(), area)


def cell_tip(viewmodel: GridViewModel, row: int, column: int, *, is_cut: bool) -> str:
    """Return what there is to say of a cell beyond what it shows; empty if nothing."""
    cells = viewmodel.displayed(row)
    if cells is None:
        return ""
    shown, look = cells[column]
    stored = viewmodel.stored(row, column)
    lines: list[str] = []
    if isinstance(stored, str) and (is_cut or shown != stored):
        lines.append(_beginning(stored))
    elif is_cut and look not in (Look.TRUE, Look.FALSE):
        lines.append(shown)
    full_length = viewmodel.full_length(row, column)
    if full_length and isinstance(stored, str):
        lines.append(translate("CellTips", "{0} in all").format(size_text(full_length)))
    refused = viewmodel.invalid(row, column)
    if refused is not None:
        lines.append(refusal_text(typed_of(refused)))
    elif look is Look.INVALID:
        lines.append(_why_invalid(viewmodel, row, column, stored))
    link = viewmodel.link(row, column)
    if link is not None:
        lines.append(translate("CellTips", "Ctrl+click or F12: go to {0}").format(link[0]))
    return "\n".join(lines)


def show_column_tip(header: ColumnHeader, viewmodel: GridViewModel, event: QHelpEvent) -> None:
    """Show the whole name, type and comment of the column under the pointer."""
    column = header.column_at(event.pos().x())
    text = column_tip(viewmodel, column) if 0 <= column < len(viewmodel.columns) else ""
    QToolTip.showText(event.globalPos(), tool_tip(text) if text else "", header.viewport())


def column_tip(viewmodel: GridViewModel, column: int) -> str:
    """Return what there is to say of a column."""
    described = viewmodel.columns[column]
    lines = [described.name[:300], described.type_label[:300]]
    if described.foreign_key is not None:
        lines.append("→ {}.{}".format(*described.foreign_key))
    if described.comment:
        lines.append(_beginning(described.comment))
    return "\n".join(line for line in lines if line)


def _beginning(text: str) -> str:
    lines = text[:_CHARACTERS].splitlines()
    kept = [line if len(line) <= _LINE else _wrapped(line) for line in lines[:_LINES]]
    is_whole = len(text) <= _CHARACTERS and len(lines) <= _LINES
    return "\n".join(kept) + ("" if is_whole else "…")


def _wrapped(line: str) -> str:
    return "\n".join(line[at : at + _LINE] for at in range(0, len(line), _LINE))


def _why_invalid(viewmodel: GridViewModel, row: int, column: int, stored: Stored) -> str:
    if viewmodel.is_damaged(row, column):
        return translate("CellTips", "This text is not in UTF-8; unreadable parts are shown as �.")
    kinds = {
        str: translate("CellTips", "text"),
        bytes: translate("CellTips", "binary data"),
        int: translate("CellTips", "a whole number"),
        float: translate("CellTips", "a number"),
    }
    return translate(
        "CellTips", "Not of the column's type: this is {0}, the column is {1}."
    ).format(kinds.get(type(stored), ""), viewmodel.columns[column].type_label)

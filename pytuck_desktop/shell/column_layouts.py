"""Remembers how columns were arranged, by file and table, for the tables seen last."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCryptographicHash

from pytuck_desktop.shell.preferences import Preferences
from pytuck_desktop.workspace.column_layout import ColumnLayout

if TYPE_CHECKING:
    from pytuck_desktop.features.grid.view import GridView

_MOST_TABLES = 200
_MOST_CHARACTERS = 100_000
"""A layout that is longer (thousands of columns with long names) is not remembered."""

_NAMES = "columns/tables"


class ColumnLayouts:
    """The layouts in the preferences."""

    def __init__(self, preferences: Preferences) -> None:
        self._preferences = preferences

    def attach(self, grid: GridView) -> None:
        """Arrange the columns of a grid as they were, and note how they are arranged from now."""
        name = _name(grid.viewmodel.document.path, grid.viewmodel.table_name)
        text = self._preferences.text(name)
        if text:
            grid.columns.use(_read(text))
        grid.columns.changed.connect(lambda: self._keep(name, grid.columns.layout_now))

    def _keep(self, name: str, layout: ColumnLayout) -> None:
        import json

        text = json.dumps(layout.plain(), ensure_ascii=False, separators=(",", ":"))
        if len(text) > _MOST_CHARACTERS:
            return
        names = [name, *(one for one in self._preferences.texts(_NAMES) if one != name)]
        for old in names[_MOST_TABLES:]:
            self._preferences.forget(old)
        self._preferences.set_texts(_NAMES, names[:_MOST_TABLES])
        self._preferences.set_text(name, text)


def _read(text: str) -> ColumnLayout:
    import json

    try:
        return ColumnLayout.from_plain(json.loads(text))
    except (ValueError, RecursionError):  # somebody has edited the file of settings
        return ColumnLayout()


def _name(path: str, table: str) -> str:
    whole = f"{path}\0{table}".encode(errors="surrogatepass")
    digest = QCryptographicHash.hash(whole, QCryptographicHash.Algorithm.Sha1)
    return f"columns/{bytes(digest.toHex().data()).decode()}"

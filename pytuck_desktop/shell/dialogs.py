"""The dialogs that put questions to the user."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from pytuck_desktop.features.unlock.view import UnlockDialog
from pytuck_desktop.shell.prompts import Prompts, Unsaved
from pytuck_desktop.theme.theme import Theme
from pytuck_desktop.widgets.visible_text import visible_text

_DATABASES = "*.pytuck *.sqlite *.sqlite3 *.db *.db3 *.s3db *.duckdb *.ddb"
_DOCUMENTS = "*.csv *.tsv *.json *.jsonl *.ndjson *.xlsx *.xlsm *.xml *.parquet *.msgpack *.tinydb *.pdl *.zip"


class DialogPrompts(Prompts):
    """Asks by modal dialogs over the window."""

    def __init__(self, window: QWidget, theme: Theme) -> None:
        self._window = window
        self._theme = theme

    def files_to_open(self, folder: str) -> Sequence[str]:
        translate = QCoreApplication.translate
        named = (
            (translate("Prompts", "Databases and tables"), f"{_DATABASES} {_DOCUMENTS}"),
            (translate("Prompts", "Databases"), _DATABASES),
            (translate("Prompts", "Documents with tables"), _DOCUMENTS),
            (translate("Prompts", "All files"), "*"),
        )
        kinds = ";;".join(f"{name} ({patterns})" for name, patterns in named)
        paths, _ = QFileDialog.getOpenFileNames(
            self._window, translate("Prompts", "Open files"), folder, kinds
        )
        return paths

    def password(self, path: str, *, was_wrong: bool) -> str | None:
        dialog = UnlockDialog(
            path, was_wrong=was_wrong, tokens=self._theme.tokens, parent=self._window
        )
        accepted = dialog.exec() == UnlockDialog.DialogCode.Accepted
        password = dialog.password if accepted else None
        dialog.deleteLater()
        return password

    def unsaved(self, name: str, count: int) -> Unsaved:
        translate = QCoreApplication.translate
        box = self._box(
            translate("Prompts", "Save the changes to “{0}”?").format(_name(name)),
            translate("Prompts", "Staged changes: {0}. They are lost if you do not save.").format(
                f"{count:,}"
            ),
        )
        save = box.addButton(translate("Prompts", "Save"), QMessageBox.ButtonRole.AcceptRole)
        discard = box.addButton(
            translate("Prompts", "Discard"), QMessageBox.ButtonRole.DestructiveRole
        )
        box.addButton(translate("Prompts", "Cancel"), QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(save)
        box.exec()
        clicked = box.clickedButton()
        box.deleteLater()
        if clicked is save:
            return Unsaved.SAVE
        return Unsaved.DISCARD if clicked is discard else Unsaved.CANCEL

    def may_discard(self, name: str, count: int) -> bool:
        translate = QCoreApplication.translate
        box = self._box(
            translate("Prompts", "Discard {0} changes to “{1}”?").format(f"{count:,}", _name(name)),
            translate("Prompts", "Undo brings them back while the file is open."),
        )
        discard = box.addButton(
            translate("Prompts", "Discard"), QMessageBox.ButtonRole.DestructiveRole
        )
        box.addButton(translate("Prompts", "Cancel"), QMessageBox.ButtonRole.RejectRole)
        box.exec()
        chosen = box.clickedButton() is discard
        box.deleteLater()
        return chosen

    def _box(self, text: str, more: str) -> QMessageBox:
        box = QMessageBox(self._window)
        box.setWindowTitle("Pytuck Desktop")
        box.setIcon(QMessageBox.Icon.NoIcon)
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setText(text)
        box.setInformativeText(more)
        return box


def _name(path: str) -> str:
    return visible_text(PurePath(path).name)

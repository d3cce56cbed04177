"""The password dialog; it is asked again after a wrong password, saying so."""

from __future__ import annotations

from pathlib import PurePath

from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from pytuck_desktop.theme.pixmaps import pixmap
from pytuck_desktop.theme.tokens import Tokens
from pytuck_desktop.widgets.labels import PlainLabel
from pytuck_desktop.widgets.visible_text import visible_text


class UnlockDialog(QDialog):
    """Asks for one password. It is kept nowhere."""

    def __init__(
        self, path: str, *, was_wrong: bool, tokens: Tokens, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Password"))
        self.setMinimumWidth(420)
        self.reason = PlainLabel(
            self.tr("That password does not open the file. Try again.") if was_wrong else "",
            tone="error",
            wrap=True,
        )
        self.reason.setVisible(was_wrong)
        self.field = QLineEdit()
        self.field.setEchoMode(QLineEdit.EchoMode.Password)
        self.field.setAccessibleName(self.tr("Password"))
        show = QCheckBox(self.tr("Show password"))
        show.toggled.connect(self._show_password)
        column = QVBoxLayout(self)
        column.setContentsMargins(22, 20, 22, 18)
        column.setSpacing(10)
        column.addLayout(self._heading(path, tokens))
        column.addSpacing(4)
        column.addWidget(self.field)
        column.addWidget(self.reason)
        column.addWidget(show)
        column.addSpacing(8)
        column.addWidget(self._buttons())
        self.field.setFocus()

    def _heading(self, path: str, tokens: Tokens) -> QHBoxLayout:
        mark = QLabel()
        mark.setPixmap(pixmap("lock", tokens.accent_text, 26))
        name = visible_text(PurePath(path).name)
        words = QVBoxLayout()
        words.setSpacing(4)
        words.addWidget(
            PlainLabel(self.tr("“{0}” is encrypted").format(name), tone="heading", wrap=True)
        )
        words.addWidget(
            PlainLabel(self.tr("Enter its password to open it."), tone="muted", wrap=True)
        )
        top = QHBoxLayout()
        top.setSpacing(14)
        top.addWidget(mark)
        top.addLayout(words, 1)
        return top

    def _buttons(self) -> QDialogButtonBox:
        buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        self._open = buttons.button(QDialogButtonBox.StandardButton.Ok)
        self._open.setText(self.tr("Open"))
        self._open.setEnabled(False)
        buttons.button(QDialogButtonBox.StandardButton.Cancel).setText(self.tr("Cancel"))
        self.field.textChanged.connect(lambda text: self._open.setEnabled(bool(text)))
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        return buttons

    @property
    def password(self) -> str:
        """What was typed."""
        return self.field.text()

    def _show_password(self, shown: bool) -> None:
        mode = QLineEdit.EchoMode.Normal if shown else QLineEdit.EchoMode.Password
        self.field.setEchoMode(mode)

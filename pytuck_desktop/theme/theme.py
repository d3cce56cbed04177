"""Which theme is on, and switching it."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QApplication

from pytuck_desktop.theme.palette import palette
from pytuck_desktop.theme.style_sheet import style_sheet
from pytuck_desktop.theme.tokens import DARK, LIGHT, Tokens

ThemeChoice = Literal["light", "dark", "system"]

QT_ARGUMENTS = ("pytuck-desktop", "-style", "Fusion")
"""What `QApplication` is made with: the look is drawn over Fusion on every system.

`setStyle` would give back the style, and with it load all that PySide6 knows of styles.
"""


class Theme(QObject):
    """The look of the application.

    Own palettes are set rather than asking Qt for a colour scheme: the request is silently
    ignored where the platform theme has no support for it (bare X11, off-screen).
    """

    changed = Signal()

    def __init__(self, app: QApplication, choice: ThemeChoice) -> None:
        super().__init__(app)
        self._app = app
        self._choice: ThemeChoice = choice
        self.tokens: Tokens = LIGHT
        app.styleHints().colorSchemeChanged.connect(self._follow_system)
        app.setFont(_with_fallbacks(app.font()))
        self._apply()

    @property
    def choice(self) -> ThemeChoice:
        """What was chosen; `system` follows the operating system."""
        return self._choice

    def choose(self, choice: ThemeChoice) -> None:
        """Switch to another theme at once."""
        self._choice = choice
        self._apply()
        self.changed.emit()

    def _follow_system(self) -> None:
        if self._choice == "system":
            self._apply()
            self.changed.emit()

    def _apply(self) -> None:
        self.tokens = DARK if self._is_dark() else LIGHT
        self._app.setPalette(palette(self.tokens))
        self._app.setStyleSheet(style_sheet(self.tokens))

    def _is_dark(self) -> bool:
        if self._choice == "system":
            return self._app.styleHints().colorScheme() == Qt.ColorScheme.Dark
        return self._choice == "dark"


def _with_fallbacks(font: QFont) -> QFont:
    """Return the system's font, followed by good ones for Chinese.

    Left to itself, fontconfig may pick a bold or serif face for the missing characters.
    """
    chinese = ("Noto Sans CJK SC", "Source Han Sans SC", "Microsoft YaHei UI", "PingFang SC")
    families = font.families() or [font.family()]
    with_chinese = QFont(font)
    with_chinese.setFamilies([*families, *chinese])
    return with_chinese

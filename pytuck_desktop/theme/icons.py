"""Icons for buttons and menus, with their disabled form."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtGui import QIcon

from pytuck_desktop.theme.pixmaps import pixmap
from pytuck_desktop.theme.tokens import Tokens


@lru_cache(maxsize=256)
def icon(name: str, tokens: Tokens, colour: str = "") -> QIcon:
    """Return an icon with its disabled form; `colour` instead of the text colour if given."""
    made = QIcon(pixmap(name, colour or tokens.text))
    made.addPixmap(pixmap(name, tokens.disabled), QIcon.Mode.Disabled)
    return made

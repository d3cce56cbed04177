"""What stands beside the rows and follows the user: the base of every panel."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from pytuck_desktop.theme.tokens import Tokens
from pytuck_desktop.workspace.places import Place


class SidePanel(QWidget):
    """One panel: made when it is opened first, and told of places only while it is in front."""

    intent = Signal(object)  # an Intent

    def __init__(self, tokens: Tokens, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.tokens = tokens

    def show_place(self, place: Place | None) -> None:
        """Show what belongs to a place; None where no table is in front."""
        raise NotImplementedError

    def finish_editing(self) -> bool:
        """Stage what an open editor holds; False if it is refused."""
        return True

    def use_tokens(self, tokens: Tokens) -> None:
        """Take the colours of a theme."""
        self.tokens = tokens

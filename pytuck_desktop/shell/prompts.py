"""Questions to the user, as a protocol, so that tests and view-models need no dialog."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from typing import Protocol

from PySide6.QtWidgets import QWidget

from pytuck_desktop.theme.theme import Theme


class Unsaved(Enum):
    """What to do with staged edits before closing."""

    SAVE = "save"
    DISCARD = "discard"
    CANCEL = "cancel"


class Prompts(Protocol):
    """The questions there are."""

    def files_to_open(self, folder: str) -> Sequence[str]:
        """Return the files chosen, none if the user thought better of it."""

    def password(self, path: str, *, was_wrong: bool) -> str | None:
        """Return the password, None if the user gave up."""

    def unsaved(self, name: str, count: int) -> Unsaved:
        """Return what to do with the staged edits of a file that is about to close."""

    def may_discard(self, name: str, count: int) -> bool:
        """Return whether many staged edits may be discarded."""


class LatePrompts(Prompts):
    """Asks by dialogs, which are loaded when the first question comes up."""

    def __init__(self, window: QWidget, theme: Theme) -> None:
        self._window = window
        self._theme = theme
        self._loaded: Prompts | None = None

    def files_to_open(self, folder: str) -> Sequence[str]:
        return self._dialogs().files_to_open(folder)

    def password(self, path: str, *, was_wrong: bool) -> str | None:
        return self._dialogs().password(path, was_wrong=was_wrong)

    def unsaved(self, name: str, count: int) -> Unsaved:
        return self._dialogs().unsaved(name, count)

    def may_discard(self, name: str, count: int) -> bool:
        return self._dialogs().may_discard(name, count)

    def _dialogs(self) -> Prompts:
        if self._loaded is None:
            from pytuck_desktop.shell.dialogs import DialogPrompts

            self._loaded = DialogPrompts(self._window, self._theme)
        return self._loaded

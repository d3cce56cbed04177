"""What there is to say about a file that was just opened: its age, and how it was read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePath
from weakref import WeakKeyDictionary

from PySide6.QtCore import QObject

from pytuck_desktop.features.grid.view import GridView
from pytuck_desktop.i18n.error_texts import note_text
from pytuck_desktop.shell.saving import Saving
from pytuck_desktop.shell.tabs import Tabs
from pytuck_desktop.widgets.visible_text import visible_text
from pytuck_desktop.workspace.documents import Document

_MOST_NOTES = 3
"""As many are shown; more would leave no room for the rows."""


class Greetings(QObject):
    """Shows notes on files, and offers to convert those of the old library."""

    def __init__(self, tabs: Tabs, saving: Saving) -> None:
        super().__init__(tabs)
        self._tabs = tabs
        self._saving = saving
        self._kept: dict[str, str] = {}
        self._locked: WeakKeyDictionary[GridView, str] = WeakKeyDictionary()

    def greet(self, document: Document, reopen: Callable[[Document], None]) -> None:
        """Say of a file that was just opened what there is to say."""
        kept = self._kept.pop(document.path, None)
        if kept is not None:
            name = visible_text(PurePath(kept).name)
            self._say(document, self.tr("Converted. The old file is kept as “{0}”.").format(name))
        elif document.read_only_reason == "older format":
            self._say(
                document,
                self.tr(
                    "The old Pytuck library made this file, so it can only be read. Convert it to "
                    "edit it; the old file is kept."
                ),
                (self.tr("Convert"), lambda: self._convert(document, reopen)),
            )
        elif document.info.notes and document.read_only_reason != "locked":
            shown = [note_text(note) for note in document.info.notes[:_MOST_NOTES]]
            self._say(document, " ".join(shown), details="\n".join(document.info.notes))

    def tell_access(self, document: Document) -> None:
        """Say that another program writes to a file, or take that back."""
        for page in self._tabs.grids:
            if page.viewmodel.document is document:
                self.tell_access_on(page)

    def tell_access_on(self, page: GridView) -> None:
        """Say above some rows that another program writes to their file, or take that back."""
        document = page.viewmodel.document
        if document.read_only_reason == "locked":
            text = self.tr(
                "Process {0} is writing to this file, so it can only be read for now. What is "
                "saved there shows up here by itself."
            )
            writer = visible_text(document.info.writer or "?")
            page.banner.show_message(text.format(writer), tone="info")
            self._locked[page] = page.banner.label.text()
        elif page in self._locked and self._locked.pop(page) == page.banner.label.text():
            page.banner.clear()

    def _convert(self, document: Document, reopen: Callable[[Document], None]) -> None:
        def converted(kept: str) -> None:
            self._kept[document.path] = kept
            reopen(document)

        self._say(document, self.tr("Converting…"))
        document.convert_old(converted, lambda error: self._saving.show_error(document, error))

    def _say(
        self,
        document: Document,
        text: str,
        *actions: tuple[str, Callable[[], None]],
        details: str = "",
    ) -> None:
        for page in self._tabs.grids:
            if page.viewmodel.document is document:
                page.banner.show_message(text, tone="info", actions=actions, details=details)

"""Saving, discarding and what may go wrong with it, for whole files."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from pytuck_desktop.features.grid.view import GridView
from pytuck_desktop.shell.prompts import Prompts, Unsaved
from pytuck_desktop.shell.tabs import Tabs
from pytuck_desktop.worker.client import ErrorInfo
from pytuck_desktop.workspace.documents import CONFLICT, Document

ASK_FROM = 4
"""Discarding this many staged edits or more is asked about; fewer are easily undone."""


class Saving(QObject):
    """Save and Discard, with their questions and messages."""

    conflicted = Signal(object, object)  # Document, and the ErrorInfo of a save

    def __init__(self, tabs: Tabs, prompts: Prompts) -> None:
        super().__init__(tabs)
        self._tabs = tabs
        self._prompts = prompts
        self._is_saving: set[int] = set()

    def save(self, document: Document, then: Callable[[], None] = lambda: None) -> None:
        """Write all staged edits of a file in one transaction; `then` runs if that worked."""
        if document.edits.count == 0:
            then()
            return
        if id(document) in self._is_saving:
            return
        self._is_saving.add(id(document))

        def saved() -> None:
            self._is_saving.discard(id(document))
            for page in self._pages(document):
                page.banner.clear()
            then()

        def failed(error: ErrorInfo) -> None:
            self._is_saving.discard(id(document))
            self.show_error(document, error)
            if error.code == CONFLICT:
                self.conflicted.emit(document, error)

        document.save(saved, failed)

    def discard(self, document: Document) -> None:
        """Give up all staged edits of a file; asks if they are many. Undo brings them back."""
        count = document.edits.count
        if count == 0:
            return
        if count >= ASK_FROM and not self._prompts.may_discard(document.path, count):
            return
        document.discard()

    def settle(self, document: Document, then: Callable[[], None]) -> None:
        """Ask what becomes of staged edits, do it, and go on with `then` unless cancelled."""
        count = document.edits.count
        if count == 0:
            then()
            return
        wish = self._prompts.unsaved(document.path, count)
        if wish is Unsaved.SAVE:
            self.save(document, then)
        elif wish is Unsaved.DISCARD:
            then()

    def show_error(self, document: Document, error: ErrorInfo) -> None:
        """Show an error of a file above the rows it concerns."""
        pages = self._pages(document)
        table = error.fields.get("table_name")
        concerned = [page for page in pages if page.viewmodel.table_name == table] or pages
        current = self._tabs.current
        page = current if current in concerned else (concerned[0] if concerned else None)
        if isinstance(page, GridView):
            self._tabs.show_page(page)
            page.show_error(error)

    def show_worker_lost(self, document: Document, reason: str, reopen: Callable[[], None]) -> None:
        """Tell that a file's process ended, and offer to open the file again."""
        from pytuck_desktop.i18n.error_texts import details_text

        error = ErrorInfo("PT-9001", reason, {"path": document.path})
        for page in self._pages(document):
            page.banner.show_message(
                self.tr(
                    "The process that reads this file has ended. The file itself keeps its last "
                    "saved state; staged changes are still here."
                ),
                details=details_text(error),
                actions=[(self.tr("Open again"), reopen)],
            )

    def _pages(self, document: Document) -> list[GridView]:
        return [page for page in self._tabs.grids if page.viewmodel.document is document]

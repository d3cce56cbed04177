"""Which files stand in the sidebar, and their row counts, asked for when all else is quiet."""

from __future__ import annotations

from collections import deque
from functools import partial

from PySide6.QtCore import QObject, QTimer

from pytuck_desktop.features.sidebar.model import SidebarModel
from pytuck_desktop.features.sidebar.state import count_text
from pytuck_desktop.workspace.documents import Document

_COUNT_DELAY_MS = 400
"""Counting starts after the first rows are on the screen."""


class SidebarViewModel(QObject):
    """Keeps the tree in step with the open documents."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.model = SidebarModel(self)
        self._documents: dict[str, Document] = {}
        self._next_count = QTimer(self, singleShot=True, interval=_COUNT_DELAY_MS)
        self._next_count.timeout.connect(self._ask_count)
        self._uncounted: deque[tuple[str, str]] = deque()

    def add(self, document: Document) -> None:
        """Show an opened file."""
        self._documents[document.path] = document
        self.model.add_file(document)
        document.on_schema_changed.append(partial(self._follow_schema, document))
        document.on_access_changed.append(partial(self.model.follow_access, document))
        document.on_data_changed.append(partial(self._count_later, document))
        self._count_later(document)

    def remove(self, document: Document) -> None:
        """Take a closed file away."""
        self._documents.pop(document.path, None)
        self.model.remove_file(document.path)

    def _follow_schema(self, document: Document, *_: object) -> None:
        if document.path in self._documents:
            self.model.follow_schema(document)
            self._count_later(document)

    def show_known(self, document: Document, table: str, count: int) -> None:
        """Show a number of rows that was counted elsewhere; it is not counted again."""
        self._uncounted = deque(each for each in self._uncounted if each != (document.path, table))
        self._show(document.path, table, count)

    def _count_later(self, document: Document, *_: object) -> None:
        wanted = [(document.path, table.name) for table in document.tables]
        self._uncounted.extend(each for each in wanted if each not in self._uncounted)
        self._next_count.start()

    def _ask_count(self) -> None:
        """Have one table counted: one at a time, so that pages never wait for long."""
        while self._uncounted:
            path, table = self._uncounted.popleft()
            document = self._documents.get(path)
            if document is not None and any(each.name == table for each in document.tables):
                document.request_count(table, partial(self._counted, path, table))
                return

    def _counted(self, path: str, table: str, count: int) -> None:
        self._show(path, table, count)
        if self._uncounted:
            self._ask_count()

    def _show(self, path: str, table: str, count: int) -> None:
        if path in self._documents:
            self.model.show_count(path, table, count_text(count, is_exact=True))

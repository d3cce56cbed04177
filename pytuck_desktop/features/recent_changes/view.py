"""The panel of recent changes: commits as they come in, from whichever program."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex
from PySide6.QtWidgets import (
    QHBoxLayout,
    QListView,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from pytuck_desktop.features.recent_changes.model import RecentModel
from pytuck_desktop.features.recent_changes.painting import RecentPainter
from pytuck_desktop.intents import ShowRow
from pytuck_desktop.theme.tokens import Tokens
from pytuck_desktop.widgets.labels import PlainLabel
from pytuck_desktop.widgets.side_panel import SidePanel
from pytuck_desktop.worker.client import ErrorInfo
from pytuck_desktop.workspace.documents import Document
from pytuck_desktop.workspace.places import Place


class RecentChanges(SidePanel):
    """Lists the last commits to the file in front; a double click or Enter goes to the rows."""

    def __init__(self, tokens: Tokens, parent: QWidget | None = None) -> None:
        super().__init__(tokens, parent)
        self._document: Document | None = None
        self._steps: dict[QModelIndex, int] = {}
        self.model = RecentModel()
        self._painter = RecentPainter(self.model, tokens)
        self.list = QListView()
        self.list.setObjectName("panelList")
        self.list.setAccessibleName(self.tr("Recent changes"))
        self.list.setModel(self.model)
        self.list.setItemDelegate(self._painter)
        self.list.setUniformItemSizes(True)
        self.list.setMouseTracking(True)
        self.list.activated.connect(self._go)
        self.hint = PlainLabel("", tone="muted", wrap=True)
        self.pause = QPushButton(self.tr("Pause"))
        self.pause.setCheckable(True)
        self.pause.setToolTip(self.tr("Leaves the rows on the screen as they are"))
        self.pause.clicked.connect(self._pause)
        self.forget = QPushButton(self.tr("Clear list"))
        self.forget.clicked.connect(self._forget)
        self.share = QPushButton(self.tr("Tell rows among programs"))
        self.share.setToolTip(
            self.tr(
                "The file keeps a log of its last changes from now on, so that it is known which "
                "rows another program has changed"
            )
        )
        self.share.clicked.connect(self._share)
        self._lay_out()
        self.show_place(None)

    def _lay_out(self) -> None:
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self.pause)
        buttons.addWidget(self.forget)
        buttons.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 10, 10, 10)
        column.setSpacing(8)
        column.addLayout(buttons)
        column.addWidget(self.hint)
        column.addWidget(self.list, 1)
        column.addWidget(self.share)

    # --- what is shown ---------------------------------------------------------------------

    def show_place(self, place: Place | None) -> None:
        """Show the commits to the file in front."""
        document = None if place is None else place.document
        if document is not self._document:
            self._leave()
            self._document = document
            if document is not None:
                document.recent.listeners.append(self._follow)
                document.on_access_changed.append(self._follow)
        self._follow()

    def _leave(self) -> None:
        document = self._document
        if document is not None:
            document.recent.listeners.remove(self._follow)
            document.on_access_changed.remove(self._follow)

    def _follow(self) -> None:
        document = self._document
        self.model.show(None if document is None else document.recent)
        self.pause.setEnabled(document is not None)
        self.pause.setChecked(document is not None and document.is_paused)
        self.pause.setText(self.tr("Go on") if self.pause.isChecked() else self.tr("Pause"))
        self.forget.setEnabled(bool(self.model.lines))
        self.hint.show_text(self._hint())
        self.hint.setVisible(bool(self.hint.text()))
        self.share.setVisible(self._could_share())

    def _hint(self) -> str:
        document = self._document
        if document is None:
            return self.tr("Open a table to see what is changed in its file.")
        if document.is_paused:
            return self.tr("Paused: the rows on the screen stay as they are.")
        if not self.model.lines:
            return self.tr("Nothing was changed since the file was opened.")
        if document.recent.missed:
            return self.tr("{0} commits came too fast to be listed.").format(
                f"{document.recent.missed:,}"
            )
        return ""

    def _could_share(self) -> bool:
        """Whether others changed something, and a log in the file would tell what."""
        document = self._document
        return (
            document is not None
            and document.info.engine == "pytuck"
            and not document.is_read_only
            and not document.shares_changes
            and any(line.table is None and not line.commit.is_here for line in self.model.lines)
        )

    def use_tokens(self, tokens: Tokens) -> None:
        super().use_tokens(tokens)
        self._painter.tokens = tokens
        self.list.viewport().update()

    # --- what is done ----------------------------------------------------------------------

    def _pause(self) -> None:
        if self._document is not None:
            self._document.pause(self.pause.isChecked())

    def _forget(self) -> None:
        if self._document is not None:
            self._document.recent.clear()

    def _share(self) -> None:
        if self._document is not None:
            self._document.share_changes(self._follow, self._say_failure)

    def _say_failure(self, error: ErrorInfo) -> None:
        self.hint.show_text(error.message)
        self.hint.show()

    def _go(self, index: QModelIndex) -> None:
        """Go to the first row of a line; once more, to the next one."""
        table = self.model.lines[index.row()].table
        if table is None or not table.keys or self._document is None:
            return
        step = self._steps.get(index, 0)
        self._steps = {index: step + 1}
        self.intent.emit(
            ShowRow(self._document.path, table.name, table.keys[step % len(table.keys)])
        )

"""The dialog in which the user settles what others changed meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from pytuck_desktop.features.conflicts.model import ConflictModel, Place
from pytuck_desktop.i18n.error_texts import explain
from pytuck_desktop.theme.tokens import Tokens
from pytuck_desktop.widgets.labels import PlainLabel
from pytuck_desktop.worker.client import ErrorInfo
from pytuck_desktop.workspace.conflicts import TheirRows
from pytuck_desktop.workspace.documents import Document
from pytuck_desktop.workspace.staged_edits import StoredIdentity

_WIDTHS = (110, 80, 120, 150, 170, 170)


class ConflictDialog(QDialog):
    """Shows mine, theirs and the original of each cell in question; a click chooses."""

    save_asked = Signal()

    def __init__(
        self,
        document: Document,
        rows: Sequence[tuple[str, StoredIdentity]],
        tokens: Tokens,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Changed by others meanwhile"))
        self.resize(880, 460)
        self._document = document
        self._theirs = TheirRows()
        self.model = ConflictModel(tokens)
        self.heading = PlainLabel(
            self.tr("Others have changed these cells since you saw them. Nothing was saved."),
            tone="heading",
            wrap=True,
        )
        self.hint = PlainLabel(
            self.tr("Choose which value is to stay in each row by a click or by Space."),
            tone="muted",
            wrap=True,
        )
        self.table = _Choices(self.model)
        self.table.setAccessibleName(self.windowTitle())
        for place, width in enumerate(_WIDTHS):
            self.table.setColumnWidth(place, width)
        column = QVBoxLayout(self)
        column.setContentsMargins(18, 16, 18, 14)
        column.setSpacing(10)
        column.addWidget(self.heading)
        column.addWidget(self.hint)
        column.addWidget(self.table, 1)
        column.addLayout(self._buttons())
        self._enable(is_ready=False)
        self._theirs.fetch(document, rows, self._take, self._fail)

    def _buttons(self) -> QHBoxLayout:
        self.all_mine = self._button(self.tr("All mine"), lambda: self.model.choose_all(mine=True))
        self.all_theirs = self._button(
            self.tr("All theirs"), lambda: self.model.choose_all(mine=False)
        )
        cancel = self._button(self.tr("Cancel"), self.reject)
        self.apply = self._button(self.tr("Apply"), self._apply)
        self.apply.setToolTip(self.tr("The changes stay staged; Undo brings the conflict back"))
        self.save = self._button(self.tr("Apply and save"), self._save)
        self.save.setObjectName("primary")
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.all_mine)
        row.addWidget(self.all_theirs)
        row.addStretch(1)
        for button in (cancel, self.apply, self.save):
            row.addWidget(button)
        return row

    def _button(self, text: str, run: Callable[[], object]) -> QPushButton:
        button = QPushButton(text)
        button.setAutoDefault(False)
        button.clicked.connect(lambda _=False: run())
        return button

    def _enable(self, *, is_ready: bool) -> None:
        for button in (self.all_mine, self.all_theirs, self.apply, self.save):
            button.setEnabled(is_ready)

    def _take(self, theirs: TheirRows) -> None:
        self.model.show(theirs.conflicts(self._document.edits))
        if not self.model.conflicts:
            self.hint.show_text(
                self.tr("There is nothing to choose: the rows to be deleted are gone already.")
            )
        self._enable(is_ready=True)

    def _fail(self, error: ErrorInfo) -> None:
        self.hint.show_text(explain(error).text)

    def _apply(self) -> None:
        self._theirs.settle(self._document.edits, self.model.given_up)
        self.accept()

    def _save(self) -> None:
        self._apply()
        self.save_asked.emit()


class _Choices(QTableView):
    """A table in which a click or Space on a side chooses it."""

    def __init__(self, model: ConflictModel) -> None:
        super().__init__()
        self._model = model
        self.setModel(model)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setWordWrap(False)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.horizontalHeader().setStretchLastSection(True)
        self.clicked.connect(self._choose)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space and self.currentIndex().isValid():
            self._choose(self.currentIndex())
        else:
            super().keyPressEvent(event)

    def _choose(self, index: QModelIndex) -> None:
        if index.column() in (Place.THEIRS, Place.MINE):
            self._model.choose(index.row(), mine=index.column() == Place.MINE)

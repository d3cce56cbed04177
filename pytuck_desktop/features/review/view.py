"""The review: everything a save would write, as rows and as statements, before it is written."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFontDatabase, QGuiApplication
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QHBoxLayout,
    QHeaderView,
    QPlainTextEdit,
    QPushButton,
    QTableView,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from pytuck_desktop.features.review.model import ReviewModel
from pytuck_desktop.features.review.state import review_lines, take_back
from pytuck_desktop.i18n.error_texts import explain
from pytuck_desktop.theme.tokens import Tokens
from pytuck_desktop.widgets.labels import PlainLabel
from pytuck_desktop.worker.client import ErrorInfo
from pytuck_desktop.workspace.documents import Document

_WIDTHS = (34, 130, 90, 130, 210)
_STATEMENTS_SHOWN = 1000
_VALUE_SHOWN = 400
"""Characters of a value in the shown statements."""


class ReviewDialog(QDialog):
    """Shows the staged edits of a file, and follows them while it is open."""

    save_asked = Signal()

    def __init__(self, document: Document, tokens: Tokens, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Review changes"))
        self.resize(860, 520)
        self._document = document
        self.model = ReviewModel(tokens)
        self.heading = PlainLabel("", tone="heading", wrap=True)
        self.lines = self._table()
        self.statements = QPlainTextEdit()
        self.statements.setReadOnly(True)
        self.statements.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.statements.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.statements.setAccessibleName(self.tr("Statements"))
        self.pages = QTabWidget()
        self.pages.addTab(self.lines, self.tr("Rows"))
        self.pages.addTab(self.statements, self.tr("Statements"))
        self.pages.currentChanged.connect(self._show_statements)
        column = QVBoxLayout(self)
        column.setContentsMargins(18, 16, 18, 14)
        column.setSpacing(10)
        column.addWidget(self.heading)
        column.addWidget(self.pages, 1)
        column.addLayout(self._buttons())
        document.on_edits_changed.append(self._follow)
        self.finished.connect(self._leave)
        self._follow()

    def _table(self) -> QTableView:
        table = QTableView()
        table.setModel(self.model)
        table.setAccessibleName(self.tr("Staged changes"))
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setWordWrap(False)
        table.verticalHeader().hide()
        table.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        for place, width in enumerate(_WIDTHS):
            table.setColumnWidth(place, width)
        table.horizontalHeader().setStretchLastSection(True)
        table.selectionModel().selectionChanged.connect(self._enable)
        return table

    def _buttons(self) -> QHBoxLayout:
        self.take_back = self._button(self.tr("Take back"), self._take_back)
        self.take_back.setToolTip(self.tr("Unstages the selected changes; Undo brings them back"))
        self.copy = self._button(self.tr("Copy statements"), self._copy)
        close = self._button(self.tr("Close"), self.reject)
        self.save = self._button(self.tr("Save"), self._save)
        self.save.setObjectName("primary")
        row = QHBoxLayout()
        row.setSpacing(8)
        for button in (self.take_back, self.copy):
            row.addWidget(button)
        row.addStretch(1)
        row.addWidget(close)
        row.addWidget(self.save)
        return row

    def _button(self, text: str, run: Callable[[], object]) -> QPushButton:
        button = QPushButton(text)
        button.setAutoDefault(False)
        button.clicked.connect(lambda _=False: run())
        return button

    # --- what is shown ---------------------------------------------------------------------

    def _follow(self, *_: object) -> None:
        count = self._document.edits.count
        if not count:
            self.heading.show_text(self.tr("There is nothing to save."))
        else:
            self.heading.show_text(self.tr("Staged changes: {0}").format(f"{count:,}"))
        self.model.show(review_lines(self._document.edits))
        self._show_statements()
        self._enable()

    def _enable(self, *_: object) -> None:
        self.take_back.setEnabled(self.lines.selectionModel().hasSelection())
        self.save.setEnabled(self._document.edits.count > 0)

    def _show_statements(self, *_: object) -> None:
        if self.pages.currentWidget() is self.statements:
            self._document.fetch_statements(
                self._show_texts,
                self._show_failure,
                most=_STATEMENTS_SHOWN + 1,
                longest=_VALUE_SHOWN,
            )

    def _show_texts(self, texts: list[str]) -> None:
        if len(texts) > _STATEMENTS_SHOWN:
            more = self.tr("and more: “Copy statements” copies all of them, with whole values")
            texts[_STATEMENTS_SHOWN:] = [f"-- {more}"]
        self.statements.setPlainText("\n".join(texts))

    def _show_failure(self, error: ErrorInfo) -> None:
        self.statements.setPlainText(explain(error).text)

    # --- what is done ----------------------------------------------------------------------

    def _take_back(self) -> None:
        rows = {index.row() for index in self.lines.selectionModel().selectedRows()}
        take_back(self._document.edits, [self.model.lines[row] for row in sorted(rows)])

    def _copy(self) -> None:
        self._document.fetch_statements(
            lambda texts: QGuiApplication.clipboard().setText("\n".join(texts)), self._show_failure
        )

    def _save(self) -> None:
        self.save_asked.emit()
        self.accept()

    def _leave(self, *_: object) -> None:
        if self._follow in self._document.on_edits_changed:
            self._document.on_edits_changed.remove(self._follow)

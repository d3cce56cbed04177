"""Opens and closes the editors of cells for Qt; painting is left to `CellPainter`."""

from __future__ import annotations

from PySide6.QtCore import (
    QAbstractItemModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
)
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QPlainTextEdit, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from pytuck_desktop.features.grid.editors import Editors


class EditingDelegate(QStyledItemDelegate):
    """Passes on to `Editors` what Qt asks of a delegate."""

    def __init__(self, editors: Editors, parent: QWidget) -> None:
        super().__init__(parent)
        self._editors = editors

    def createEditor(
        self,
        parent: QWidget,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> QWidget:
        return self._editors.create(parent, index)

    def eventFilter(self, editor: QObject, event: QEvent) -> bool:
        """Have Ctrl+Enter end an editor of several lines, in which Enter begins a new one.

        What is entered once more although it was refused is kept.
        """
        if not (isinstance(editor, QWidget) and _is_entered(editor, event)):
            return super().eventFilter(editor, event)
        if self._editors.is_refused(editor):
            self._editors.keep_refused(editor)
        self.commitData.emit(editor)
        self.closeEditor.emit(editor)
        return True

    def setEditorData(self, editor: QWidget, index: QModelIndex | QPersistentModelIndex) -> None:
        """Nothing: an editor is filled when it is made, and never overwritten while open."""

    def setModelData(
        self,
        editor: QWidget,
        model: QAbstractItemModel,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        self._editors.commit(editor)

    def updateEditorGeometry(
        self,
        editor: QWidget,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        self._editors.place(editor, option.rect)


def _is_entered(editor: QWidget, event: QEvent) -> bool:
    if not isinstance(event, QKeyEvent) or event.type() != QEvent.Type.KeyPress:
        return False
    if event.key() not in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
        return False
    control = event.modifiers() & Qt.KeyboardModifier.ControlModifier
    return bool(control) or not isinstance(editor, QPlainTextEdit)

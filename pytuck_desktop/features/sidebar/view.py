"""The sidebar's widgets: a tree that paints names, counts, types and key marks."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QKeyEvent, QPainter, QPalette
from PySide6.QtWidgets import (
    QFrame,
    QMenu,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from pytuck_desktop.features.sidebar.model import NODE_ROLE, Node
from pytuck_desktop.features.sidebar.viewmodel import SidebarViewModel
from pytuck_desktop.intents import CloseFile, OpenTable
from pytuck_desktop.theme.pixmaps import pixmap
from pytuck_desktop.theme.tokens import Tokens
from pytuck_desktop.widgets.visible_text import visible_text

_ICON = 14
_GAP = 7


class SidebarDelegate(QStyledItemDelegate):
    """Icon, name, and at the right the count or type, muted."""

    def __init__(self, tokens: Tokens, parent: QWidget) -> None:
        super().__init__(parent)
        self.tokens = tokens

    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        node = index.data(NODE_ROLE)
        padding = 13 if isinstance(node, Node) and node.parent is None else 10
        metrics: QFontMetrics = option.fontMetrics
        return QSize(80, metrics.height() + padding)

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        node = index.data(NODE_ROLE)
        if not isinstance(node, Node):
            return
        area: QRect = option.rect
        painter.save()
        self._paint_back(painter, area, option.state)
        area = area.adjusted(5, 0, -10, 0)
        font = QFont(option.font)
        if node.column is not None:
            font.setPointSizeF(max(7.0, font.pointSizeF() * 0.92))
        elif node.parent is None:
            font.setWeight(QFont.Weight.DemiBold)
        area = self._paint_icon(painter, area, node)
        area = self._paint_note(painter, area, node, font)
        painter.setFont(font)
        painter.setPen(QColor(self.tokens.text))
        name = QFontMetrics(font).elidedText(
            visible_text(node.title[:300]), Qt.TextElideMode.ElideRight, area.width()
        )
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter, name)
        painter.restore()

    def _paint_back(self, painter: QPainter, area: QRect, state: QStyle.StateFlag) -> None:
        colour = ""
        if state & QStyle.StateFlag.State_Selected:
            colour = self.tokens.selection
        elif state & QStyle.StateFlag.State_MouseOver:
            colour = self.tokens.hover
        if colour:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colour))
            painter.drawRoundedRect(area.adjusted(0, 1, -4, -1), 5, 5)

    def _paint_icon(self, painter: QPainter, area: QRect, node: Node) -> QRect:
        name, colour = "database", self.tokens.accent_text
        if node.column is not None:
            name, colour = "column", self.tokens.muted
            if node.column.is_primary_key:
                name, colour = "key", self.tokens.changed_text
            elif node.column.foreign_key is not None:
                name, colour = "link", self.tokens.accent_text
        elif node.table is not None:
            name, colour = ("view" if node.table.kind == "view" else "table"), self.tokens.muted
        top = area.top() + (area.height() - _ICON) // 2
        painter.drawPixmap(area.left() + 2, top, pixmap(name, colour, _ICON))
        return area.adjusted(_ICON + _GAP + 2, 0, 0, 0)

    def _paint_note(self, painter: QPainter, area: QRect, node: Node, font: QFont) -> QRect:
        if node.is_read_only:
            at = QPoint(area.right() - _ICON, area.top() + (area.height() - _ICON) // 2)
            painter.drawPixmap(at, pixmap("lock", self.tokens.muted, _ICON))
            return area.adjusted(0, 0, -_ICON - _GAP, 0)
        note = node.count if node.column is None else visible_text(node.column.type_label[:60])
        if not note:
            return area
        small = QFont(font)
        small.setPointSizeF(max(7.0, font.pointSizeF() * 0.9))
        metrics = QFontMetrics(small)
        note = metrics.elidedText(note, Qt.TextElideMode.ElideRight, area.width() // 2)
        painter.setFont(small)
        painter.setPen(QColor(self.tokens.muted))
        sides = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
        painter.drawText(area, sides, note)
        return area.adjusted(0, 0, -metrics.horizontalAdvance(note) - _GAP, 0)


class Sidebar(QFrame):
    """The open files; a click looks at a table, a double click or Enter keeps it open."""

    intent = Signal(object)

    def __init__(
        self, viewmodel: SidebarViewModel, tokens: Tokens, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.tree = _Tree()
        self.tree.setObjectName("sidebarTree")
        self.tree.setAccessibleName(self.tr("Open files and their tables"))
        self.tree.setModel(viewmodel.model)
        self._model = viewmodel.model
        self._delegate = SidebarDelegate(tokens, self.tree)
        self.tree.setItemDelegate(self._delegate)
        # The delegate paints the selection; Qt would paint another one beside the branch arrow.
        colours = self.tree.palette()
        colours.setColor(QPalette.ColorRole.Highlight, Qt.GlobalColor.transparent)
        self.tree.setPalette(colours)
        self.tree.clicked.connect(self._look)
        self.tree.kept.connect(self._keep)
        self.tree.doubleClicked.connect(self._keep)
        self.tree.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.tree.customContextMenuRequested.connect(self._menu)
        self._model.rowsInserted.connect(self._expand_new)
        column = QVBoxLayout(self)
        column.setContentsMargins(6, 6, 0, 0)
        column.addWidget(self.tree)

    def use_tokens(self, tokens: Tokens) -> None:
        """Take the colours of a theme."""
        self._delegate.tokens = tokens
        self.tree.viewport().update()

    def select_table(self, path: str, table: str) -> None:
        """Mark the table whose rows are shown."""
        index = self._model.index_of(path, table)
        if index.isValid() and index != self.tree.currentIndex():
            self.tree.setCurrentIndex(index)

    def _look(self, index: QModelIndex) -> None:
        self._open(index, keep=False)

    def _keep(self, index: QModelIndex) -> None:
        self._open(index, keep=True)

    def _open(self, index: QModelIndex, *, keep: bool) -> None:
        node = self._model.node(index)
        if node is not None and node.column is not None:
            node = node.parent
        if node is not None and node.table is not None:
            self.intent.emit(OpenTable(node.path, node.table.name, keep))

    def _expand_new(self, parent: QModelIndex, first: int, last: int) -> None:
        if not parent.isValid():
            for line in range(first, last + 1):
                self.tree.expand(self._model.index(line, 0))
        elif self._model.node(parent) is not None and not parent.parent().isValid():
            self.tree.expand(parent)

    def _menu(self, at: QPoint) -> None:
        node = self._model.node(self.tree.indexAt(at))
        if node is None:
            return
        index = self.tree.indexAt(at)
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if node.parent is not None:
            menu.addAction(self.tr("Open in a tab of its own"), lambda: self._keep(index))
        else:
            path = node.path
            menu.addAction(self.tr("Close this file"), lambda: self.intent.emit(CloseFile(path)))
        menu.popup(self.tree.viewport().mapToGlobal(at))


class _Tree(QTreeView):
    kept = Signal(QModelIndex)

    def __init__(self) -> None:
        super().__init__()
        self.setHeaderHidden(True)
        self.setIndentation(14)
        self.setMouseTracking(True)
        self.setExpandsOnDoubleClick(False)
        self.setUniformRowHeights(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.kept.emit(self.currentIndex())
            return
        super().keyPressEvent(event)

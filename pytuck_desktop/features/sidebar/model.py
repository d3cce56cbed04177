"""The tree of open files, their tables and views, and their columns."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Protocol

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from pytuck_desktop.features.sidebar.state import column_line, file_tip, table_tip
from pytuck_desktop.widgets.visible_text import tool_tip, visible_text
from pytuck_desktop.workspace.file_info import ColumnInfo, TableInfo

AnyIndex = QModelIndex | QPersistentModelIndex


class OpenFile(Protocol):
    """What the sidebar needs of an open document."""

    @property
    def path(self) -> str:
        """The file."""

    @property
    def name(self) -> str:
        """Its name without the folder."""

    @property
    def tables(self) -> list[TableInfo]:
        """Its tables, then its views."""

    @property
    def is_read_only(self) -> bool:
        """Whether nothing can be written."""


@dataclass(eq=False, slots=True)
class Node:
    """A line of the tree; `parent` is None for a file."""

    parent: Node | None
    line: int
    path: str
    title: str
    table: TableInfo | None = None
    column: ColumnInfo | None = None
    is_read_only: bool = False
    count: str = ""
    children: list[Node] = field(default_factory=list)


NODE_ROLE = Qt.ItemDataRole.UserRole + 1


class SidebarModel(QAbstractItemModel):
    """Files at the top, their tables beneath, columns beneath those."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._files: list[Node] = []

    def add_file(self, document: OpenFile) -> None:
        """Show a file at the end."""
        at = len(self._files)
        self.beginInsertRows(QModelIndex(), at, at)
        node = Node(None, at, document.path, document.name, is_read_only=document.is_read_only)
        node.children = _table_nodes(node, document.tables)
        self._files.append(node)
        self.endInsertRows()

    def follow_access(self, document: OpenFile) -> None:
        """Show whether a file can be written now."""
        node = self._file(document.path)
        if node is not None:
            node.is_read_only = document.is_read_only
            index = self.index_of(document.path)
            self.dataChanged.emit(index, index)

    def remove_file(self, path: str) -> None:
        """Take a file away."""
        node = self._file(path)
        if node is None:
            return
        self.beginRemoveRows(QModelIndex(), node.line, node.line)
        self._files.remove(node)
        for at, other in enumerate(self._files):
            other.line = at
        self.endRemoveRows()

    def follow_schema(self, document: OpenFile) -> None:
        """Show the tables a file has now, keeping the counts known."""
        node = self._file(document.path)
        if node is None:
            return
        counts = {child.title: child.count for child in node.children}
        parent = self.createIndex(node.line, 0, node)
        if node.children:
            self.beginRemoveRows(parent, 0, len(node.children) - 1)
            node.children = []
            self.endRemoveRows()
        made = _table_nodes(node, document.tables)
        for child in made:
            child.count = counts.get(child.title, "")
        if made:
            self.beginInsertRows(parent, 0, len(made) - 1)
            node.children = made
            self.endInsertRows()

    def show_count(self, path: str, table: str, count: str) -> None:
        """Show how many rows a table has."""
        index = self.index_of(path, table)
        node = self.node(index)
        if node is not None and node.count != count:
            node.count = count
            self.dataChanged.emit(index, index)

    def index_of(self, path: str, table: str = "") -> QModelIndex:
        """Return the index of a file, or of a table of it."""
        node = self._file(path)
        if node is not None and table:
            node = next((child for child in node.children if child.title == table), None)
        return QModelIndex() if node is None else self.createIndex(node.line, 0, node)

    def node(self, index: AnyIndex) -> Node | None:
        """Return what stands at an index."""
        pointer = index.internalPointer() if index.isValid() else None
        return pointer if isinstance(pointer, Node) else None

    def _file(self, path: str) -> Node | None:
        return next((node for node in self._files if node.path == path), None)

    def index(
        self,
        row: int,
        column: int,
        parent: AnyIndex = QModelIndex(),  # noqa: B008
    ) -> QModelIndex:
        children = self._children(parent)
        if column != 0 or not 0 <= row < len(children):
            return QModelIndex()
        return self.createIndex(row, 0, children[row])

    def parent(self, index: AnyIndex = QModelIndex()) -> QModelIndex:  # type: ignore[override]  # noqa: B008
        node = self.node(index)
        if node is None or node.parent is None:
            return QModelIndex()
        return self.createIndex(node.parent.line, 0, node.parent)

    def rowCount(self, parent: AnyIndex = QModelIndex()) -> int:  # noqa: B008
        return len(self._children(parent))

    def columnCount(self, parent: AnyIndex = QModelIndex()) -> int:  # noqa: B008
        return 1

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        node = self.node(index)
        if node is None:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return visible_text(node.title)
        if role == Qt.ItemDataRole.ToolTipRole:
            return tool_tip(self._tip(node))
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{visible_text(node.title)} {node.count}".strip()
        if role == NODE_ROLE:
            return node
        return None

    @staticmethod
    def _tip(node: Node) -> str:
        if node.column is not None:
            return column_line(node.column)
        return table_tip(node.table) if node.table is not None else file_tip(node.path)

    def _children(self, parent: AnyIndex) -> list[Node]:
        node = self.node(parent)
        return self._files if node is None else node.children


def _table_nodes(parent: Node, tables: list[TableInfo]) -> list[Node]:
    made = []
    for line, table in enumerate(tables):
        node = Node(parent, line, parent.path, table.name, table=table)
        node.children = [
            Node(node, at, parent.path, column.name, column=column)
            for at, column in enumerate(table.columns)
        ]
        made.append(node)
    return made

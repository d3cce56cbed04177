"""JSON as an item model: keys and values in a tree, whose single values can be edited."""

from __future__ import annotations

import json
from typing import Any

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QPersistentModelIndex, Qt, Signal

from pytuck_desktop.widgets.visible_text import tool_tip, visible_text

Index = QModelIndex | QPersistentModelIndex

_SHOWN = 400
"""Characters of a value that are shown in the tree."""


class _Node:
    """A part of the document: where it stands in what it belongs to."""

    __slots__ = ("children", "key", "parent", "value")

    def __init__(self, parent: _Node | None, key: str | int, value: Any) -> None:
        self.parent = parent
        self.key = key
        self.value = value
        self.children: list[_Node] | None = None

    def parts(self) -> list[_Node]:
        """Return the nodes below, made when they are looked at for the first time."""
        if self.children is None:
            items: Any = ()
            if isinstance(self.value, dict):
                items = self.value.items()
            elif isinstance(self.value, list):
                items = enumerate(self.value)
            self.children = [_Node(self, key, part) for key, part in items]
        return self.children


class JsonModel(QAbstractItemModel):
    """A JSON document; an edit of it is told by `edited`."""

    edited = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._root = _Node(None, "", None)
        self.is_editable = True

    def show(self, document: Any) -> None:
        """Show another document."""
        self.beginResetModel()
        self._root = _Node(None, "", None)
        self._root.children = [_Node(self._root, "$", document)]
        self.endResetModel()

    @property
    def document(self) -> Any:
        """The document as it is now."""
        return self._root.parts()[0].value if self._root.children else None

    def add(self, index: Index) -> QModelIndex:
        """Add a NULL at the end of a list or object, or behind a single value's place in it."""
        node = self._node(index)
        if not isinstance(node.value, (dict, list)):
            index, node = index.parent(), node.parent or node
        if not isinstance(node.value, (dict, list)):
            return QModelIndex()
        parts = node.parts()
        key = _free_key(node.value) if isinstance(node.value, dict) else len(parts)
        holder = self.index(index.row(), 0, index.parent())
        self.beginInsertRows(holder, len(parts), len(parts))
        if isinstance(node.value, dict):
            node.value[str(key)] = None
        else:
            node.value.append(None)
        parts.append(_Node(node, key, None))
        self.endInsertRows()
        self.edited.emit()
        return self.index(len(parts) - 1, 1, holder)

    def remove(self, index: Index) -> None:
        """Take a part out of what it belongs to; the document itself stays."""
        node = self._node(index)
        holder = node.parent
        if holder is None or holder is self._root:
            return
        self.beginRemoveRows(index.parent(), index.row(), index.row())
        del holder.value[node.key]
        parts = holder.parts()
        del parts[index.row()]
        self.endRemoveRows()
        if isinstance(holder.value, list) and parts:
            for at, part in enumerate(parts):
                part.key = at
            above = self._index_of(holder)
            self.dataChanged.emit(self.index(0, 0, above), self.index(len(parts) - 1, 0, above))
        self.edited.emit()

    # --- what Qt asks ----------------------------------------------------------------------

    def _node(self, index: Index) -> _Node:
        node = index.internalPointer() if index.isValid() else self._root
        assert isinstance(node, _Node)
        return node

    def index(self, row: int, column: int, parent: Index = QModelIndex()) -> QModelIndex:  # noqa: B008
        if not self.hasIndex(row, column, parent):
            return QModelIndex()
        return self.createIndex(row, column, self._node(parent).parts()[row])

    def parent(self, index: Index = QModelIndex()) -> QModelIndex:  # type: ignore[override]  # noqa: B008
        holder = self._node(index).parent if index.isValid() else None
        return QModelIndex() if holder is None else self._index_of(holder)

    def _index_of(self, node: _Node) -> QModelIndex:
        holder = node.parent
        if holder is None:
            return QModelIndex()
        return self.createIndex(holder.parts().index(node), 0, node)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - as Qt declares it
        return 0 if parent.column() > 0 else len(self._node(parent).parts())

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - as Qt declares it
        return 2

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if role != Qt.ItemDataRole.DisplayRole or orientation != Qt.Orientation.Horizontal:
            return None
        return (self.tr("Key"), self.tr("Value"))[section]

    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        shown = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        return shown | Qt.ItemFlag.ItemIsEditable if self._may_edit(index) else shown

    def _may_edit(self, index: Index) -> bool:
        if not self.is_editable:
            return False
        node = self._node(index)
        if index.column() == 0:
            return node.parent is not None and isinstance(node.parent.value, dict)
        return not node.parts()

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        node = self._node(index)
        if role == Qt.ItemDataRole.EditRole:
            return str(node.key) if index.column() == 0 else _as_json(node.value)
        text = visible_text(str(node.key) if index.column() == 0 else _shown(node))
        if role == Qt.ItemDataRole.ToolTipRole:
            return tool_tip(text)
        return text if role == Qt.ItemDataRole.DisplayRole else None

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        if role != Qt.ItemDataRole.EditRole or not index.isValid() or not self._may_edit(index):
            return False
        node = self._node(index)
        is_name = index.column() == 0
        is_set = self._rename(node, str(value)) if is_name else self._put(index, str(value))
        if is_set:
            self.dataChanged.emit(index, index)
            self.edited.emit()
        return is_set

    def _rename(self, node: _Node, name: str) -> bool:
        holder = node.parent
        assert holder is not None
        if name in holder.value:
            return False
        entries = [(name if key == node.key else key, one) for key, one in holder.value.items()]
        holder.value.clear()
        holder.value.update(entries)
        node.key = name
        return True

    def _put(self, index: Index, text: str) -> bool:
        node, value = self._node(index), _meant(text)
        if type(value) is type(node.value) and value == node.value:
            return False
        node.value = value
        if node.parent is not None and node.parent is not self._root:
            node.parent.value[node.key] = value
        parts = _Node(node.parent, node.key, value).parts()
        if parts:
            self.beginInsertRows(self.index(index.row(), 0, index.parent()), 0, len(parts) - 1)
            for part in parts:
                part.parent = node
            node.children = parts
            self.endInsertRows()
        return True


def _meant(text: str) -> Any:
    """Return what was typed as a value; a text without quotation marks is meant as a text."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _free_key(holder: dict[str, Any]) -> str:
    number = len(holder) + 1
    while f"key{number}" in holder:
        number += 1
    return f"key{number}"


def _as_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _shown(node: _Node) -> str:
    if isinstance(node.value, dict):
        return f"{{{len(node.value):,}}}"
    if isinstance(node.value, list):
        return f"[{len(node.value):,}]"
    return _as_json(node.value)[:_SHOWN]

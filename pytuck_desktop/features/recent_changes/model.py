"""The last commits as a list: a line for each table that a commit changed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt

from pytuck_desktop.widgets.visible_text import visible_text
from pytuck_desktop.workspace.recent_commits import RecentCommit, RecentCommits, TableCommit

Index = QModelIndex | QPersistentModelIndex


class Line(NamedTuple):
    """One line; without a table it is not known what was changed."""

    commit: RecentCommit
    table: TableCommit | None


class RecentModel(QAbstractListModel):
    """The lines of one file, the newest first."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[Line] = []

    def show(self, commits: RecentCommits | None) -> None:
        """Show the commits of a file, or none."""
        lines = [] if commits is None else [line for each in commits for line in _lines(each)]
        added = len(lines) - len(self.lines)
        if added > 0 and lines[added:] == self.lines:
            self.beginInsertRows(QModelIndex(), 0, added - 1)
            self.lines = lines
            self.endInsertRows()
        elif lines != self.lines:
            self.beginResetModel()
            self.lines = lines
            self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - as Qt declares it
        return 0 if parent.isValid() else len(self.lines)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return " · ".join(self.texts(self.lines[index.row()]))
        return None

    def texts(self, line: Line) -> tuple[str, str, str, str]:
        """Return what a line says: the table, the time, what was done, and by whom."""
        table = self.tr("The whole file") if line.table is None else visible_text(line.table.name)
        when = datetime.fromtimestamp(line.commit.time).astimezone().strftime("%H:%M:%S")
        return table, when, self._done(line), self._author(line.commit)

    def _done(self, line: Line) -> str:
        table = line.table
        if table is None:
            new_schema = self.tr("Tables were changed")
            return new_schema if line.commit.has_new_schema else self.tr("It is not known what")
        parts = [
            text.format(f"{number:,}")
            for number, text in (
                (table.inserted, self.tr("{0} new")),
                (table.updated, self.tr("{0} changed")),
                (table.deleted, self.tr("{0} deleted")),
            )
            if number
        ]
        if not table.is_complete:
            parts.append(self.tr("and others") if parts else self.tr("It is not known which rows"))
        return ", ".join(parts)

    def _author(self, commit: RecentCommit) -> str:
        if commit.is_here:
            return self.tr("This window")
        if commit.process is None:
            return self.tr("Another program")
        name = visible_text(commit.label) or self.tr("Another program")
        return f"{name} ({commit.process})"


def _lines(commit: RecentCommit) -> Iterator[Line]:
    if commit.is_anything or not commit.tables:
        yield Line(commit, None)
    for table in commit.tables:
        yield Line(commit, table)

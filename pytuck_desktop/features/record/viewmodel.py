"""What the form shows and stages: one row of one table, and the rows around it. QtCore only."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from pytuck_desktop.features.record.state import Line, field_lines, relation_lines
from pytuck_desktop.widgets.editors.reading import Reading
from pytuck_desktop.widgets.editors.value_files import MOST_BYTES
from pytuck_desktop.worker.client import ErrorInfo
from pytuck_desktop.workspace.documents import Document
from pytuck_desktop.workspace.file_info import ColumnInfo, TableInfo
from pytuck_desktop.workspace.parent_rows import ParentSearch
from pytuck_desktop.workspace.places import Place
from pytuck_desktop.workspace.record_relations import RecordRelations
from pytuck_desktop.workspace.snapshots import RowSnapshot, RowState
from pytuck_desktop.workspace.staged_edits import CellEdit, Identity, Invalid

if TYPE_CHECKING:
    from pytuck.types import Stored

FETCH_DELAY_MS = 80
"""The user may only pass by a row."""


EDITED_BYTES = 4 * 1024 * 1024
"""A longer text would keep the window busy for seconds."""

_REPLACEABLE = ("", "damaged", "too-long")
"""What stands in the way of editing a value, and not of replacing it."""


class RecordViewModel(QObject):
    """The row that is current in front."""

    changed = Signal()
    refused = Signal(str)  # why a field cannot be edited, by a word: see `view.py`
    failed = Signal(object)  # ErrorInfo

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.place: Place | None = None
        self._relations: RecordRelations | None = None
        self._whole: dict[tuple[Identity, str], Stored] = {}
        self._part = ""
        self._later = QTimer(self, singleShot=True, interval=FETCH_DELAY_MS)
        self._later.timeout.connect(self._fetch)

    # --- what is shown ---------------------------------------------------------------------

    def show(self, place: Place | None) -> None:
        """Show the row of a place."""
        before = self.place
        if place is not None and before is not None and _is_evicted(before, place):
            return  # it is read again when it is on the screen; until then it is as it was
        document = None if place is None else place.document
        if document is not self._document:
            self._leave(self._document)
            self._enter(document)
        self.place = place
        if _row_key(before) != _row_key(place):
            self._whole.clear()
        self._show_relations()
        self.changed.emit()

    def set_part(self, part: str) -> None:
        """Show only the columns whose names contain a text."""
        self._part = part
        self.changed.emit()

    @property
    def table(self) -> TableInfo | None:
        """The table of the row, as it is now; None if there is none (any more)."""
        place = self.place
        if place is None:
            return None
        return next((one for one in place.document.tables if one.name == place.table), None)

    @property
    def row(self) -> RowSnapshot | None:
        """The row; None while it is on its way."""
        return None if self.place is None else self.place.row

    @property
    def lines(self) -> list[Line]:
        """The lines of the form."""
        table, place = self.table, self.place
        if table is None or place is None or place.position < 0:
            return []
        lines = list(field_lines(table, place.row, self._part))
        if self._relations is not None and not self._part:
            lines += relation_lines(place.document.path, self._relations)
        return lines

    def _show_relations(self) -> None:
        table, relations = self.table, self._relations
        if relations is not None and table is not None:
            relations.show(table, self.row)
            self._later.start()

    def _fetch(self) -> None:
        if self._relations is not None:
            self._relations.fetch()

    # --- following the file ----------------------------------------------------------------

    @property
    def _document(self) -> Document | None:
        return None if self.place is None else self.place.document

    def _enter(self, document: Document | None) -> None:
        if document is not None:
            self._relations = RecordRelations(document, self.changed.emit)
            document.on_edits_changed.append(self._follow_edits)
            document.on_data_changed.append(self._follow_data)

    def _leave(self, document: Document | None) -> None:
        if document is not None and self._relations is not None:
            self._relations.close()
            document.on_edits_changed.remove(self._follow_edits)
            document.on_data_changed.remove(self._follow_data)
        self._relations = None

    def _follow_edits(self) -> None:
        document, relations = self._document, self._relations
        if document is None or relations is None:
            return
        if document.edits.count == 0:  # perhaps everything was saved
            self._whole.clear()
            relations.fetch_again()
        relations.follow_edits()
        self.changed.emit()

    def _follow_data(self) -> None:
        self._whole.clear()
        if self._relations is not None:
            self._relations.fetch_again()

    # --- editing ---------------------------------------------------------------------------

    def obstacle(self, column: ColumnInfo) -> str:
        """Return why a field cannot be edited, by a word; empty if it can."""
        place, table = self.place, self.table
        if place is None or table is None or place.row is None:
            return "loading"
        if place.document.is_read_only:
            return "read-only"
        if not table.is_editable or place.identity is None:
            return "view"
        if column.is_generated:
            return "generated"
        if place.row.state is RowState.DELETED:
            return "deleted"
        at = table.column_index(column.name)
        if at in place.row.damaged - place.row.changed:
            return "damaged"
        size = 0 if place.row.wide is None else place.row.wide.get(at, 0)
        is_text = isinstance(place.row.values[at], str)
        return "too-long" if size > (EDITED_BYTES if is_text else MOST_BYTES) else ""

    def prepare_edit(self, column: ColumnInfo, then: Callable[[Reading], None]) -> None:
        """Call `then` with the whole value of a field; say why if it cannot be edited."""
        word = self.obstacle(column)
        place, table = self.place, self.table
        if word or place is None or table is None or place.row is None:
            self.refused.emit(word)
            return
        row, at, identity = place.row, table.column_index(column.name), place.identity
        if row.wide is None or at not in row.wide:
            stored = row.stored[at] if row.stored else None
            then(Reading(column, row.values[at], stored if at in row.invalid else row.values[at]))
            return
        assert identity is not None

        def keep(value: Stored) -> None:
            if _row_key(self.place) == _row_key(place):
                self._whole[identity, column.name] = value
                then(Reading(column, value, value))

        place.document.fetch_cell(place.table, identity, column.name, keep, self._fail)

    def key_search(self, column: ColumnInfo) -> ParentSearch | None:
        """Return what finds the rows that a column may refer to; None if it refers to none."""
        document, target = self._document, column.foreign_key
        if document is None or target is None:
            return None
        is_known = target[0] in (table.name for table in document.tables)
        return ParentSearch(document, target) if is_known else None

    def stage_at(self, column: ColumnInfo) -> Callable[[Stored], None]:
        """Return what stages a value for a field of the row that is shown now, and of no other."""
        row = _row_key(self.place)

        def stage(value: Stored) -> None:
            if _row_key(self.place) == row:
                self.stage(column, value)

        return stage

    def stage(self, column: ColumnInfo, value: Stored | Invalid) -> None:
        """Stage a value for a field, as a step that can be undone."""
        place, table = self.place, self.table
        if place is None or table is None or place.row is None or place.identity is None:
            return
        row, at = place.row, table.column_index(column.name)
        key = (place.identity, column.name)
        is_whole = not row.stored or column.name in row.whole_values()
        old = (row.stored or row.values)[at]
        if key in self._whole:
            old, is_whole = self._whole[key], True
        edit = CellEdit(place.table, place.identity, column.name, old, value, is_old_whole=is_whole)
        place.document.edits.set_cells([edit])

    def set_null(self, column: ColumnInfo) -> None:
        """Stage NULL for a field that may hold it."""
        word = self.obstacle(column)
        if word in _REPLACEABLE:
            word = "" if column.nullable else "not-null"
        if not word:
            self.stage(column, None)
        else:
            self.refused.emit(word)

    def _fail(self, error: ErrorInfo) -> None:
        self.failed.emit(error)


def _row_key(place: Place | None) -> tuple[object, ...]:
    return () if place is None else (place.document, place.table, place.identity)


def _is_evicted(before: Place, place: Place) -> bool:
    """Return whether the same row is current and only not in memory any more."""
    return (
        place.row is None
        and before.row is not None
        and (before.document, before.table, before.position)
        == (place.document, place.table, place.position)
    )

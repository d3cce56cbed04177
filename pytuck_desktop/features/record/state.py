"""A row as lines of a form: its fields, what it refers to, what refers to it. No Qt, no wording."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

from pytuck_desktop.intents import FollowKey, Intent, ShowFoundRow, ShowReferring
from pytuck_desktop.workspace.file_info import ColumnInfo, TableInfo
from pytuck_desktop.workspace.record_relations import (
    FIRST_ROWS,
    Finding,
    RecordRelations,
    RelatedRow,
    Relation,
)
from pytuck_desktop.workspace.snapshots import RowSnapshot, RowState
from pytuck_desktop.workspace.staged_edits import Invalid

if TYPE_CHECKING:
    from pytuck.types import Stored


class Kind(Enum):
    """What a line stands for."""

    FIELD = "field"
    REFERENCES = "references"  # a heading
    PARENT = "parent"
    REFERRING = "referring"  # a heading: a table and the foreign key it refers by
    CHILD = "child"
    MORE = "more"


class Line(NamedTuple):
    """One line of the form.

    Attributes:
        column: Of a field.
        value, size_bytes: Of a field; the size where only the beginning is known.
        invalid: A staged text that the column does not take.
        state: What is staged: of a field, of the row at the other end.
        relation: Of a line about another row.
        row: The row at the other end, where one is known.
        row_count: How many rows refer, where that is known.
        intent: Where the line leads to.
    """

    kind: Kind
    column: ColumnInfo | None = None
    value: Stored = None
    size_bytes: int = 0
    state: RowState = RowState.NONE
    invalid: Invalid | None = None
    relation: Relation | None = None
    row: RelatedRow | None = None
    finding: Finding | None = None
    row_count: int | None = None
    intent: Intent | None = None

    @property
    def is_link(self) -> bool:
        """Whether a click leads elsewhere."""
        return self.intent is not None


def field_lines(table: TableInfo, row: RowSnapshot | None, part: str = "") -> Iterator[Line]:
    """Return a line for each column whose name contains `part`."""
    wanted = part.casefold()
    for place, column in enumerate(table.columns):
        if wanted and wanted not in column.name.casefold():
            continue
        if row is None or place >= len(row.values):
            yield Line(Kind.FIELD, column)
            continue
        size = 0 if row.wide is None else row.wide.get(place, 0)
        state, invalid = _field_state(row, place), row.invalid.get(place)
        yield Line(Kind.FIELD, column, row.values[place], size, state, invalid)


def _field_state(row: RowSnapshot, place: int) -> RowState:
    if row.state is RowState.CHANGED:
        return RowState.CHANGED if place in row.changed else RowState.NONE
    return row.state


def relation_lines(path: str, relations: RecordRelations) -> Iterator[Line]:
    """Return the lines of the rows around a row."""
    if relations.parents:
        yield Line(Kind.REFERENCES)
    for relation in relations.parents:
        yield _parent_line(path, relation)
    for relation in relations.children:
        yield Line(
            Kind.REFERRING, relation=relation, finding=relation.finding, row_count=relation.count
        )
        yield from _child_lines(path, relation)


def _parent_line(path: str, relation: Relation) -> Line:
    row = relation.rows[0] if relation.rows else None
    intent: Intent | None = None
    if row is not None and relation.key is not None:
        intent = FollowKey(path, *relation.key)
    state = RowState.NONE if row is None else row.state
    return Line(
        Kind.PARENT,
        state=state,
        relation=relation,
        row=row,
        finding=relation.finding,
        intent=intent,
    )


def _child_lines(path: str, relation: Relation) -> Iterator[Line]:
    table = relation.reference.table.name
    if relation.finding is not Finding.FOUND:
        return
    for row in relation.rows:
        intent = None if row.identity is None else ShowFoundRow(path, table, row.identity)
        yield Line(Kind.CHILD, state=row.state, relation=relation, row=row, intent=intent)
    has_more = relation.count is None or relation.count > min(len(relation.rows), FIRST_ROWS)
    if relation.rows and relation.key is not None and has_more:
        show = ShowReferring(path, *relation.key)
        yield Line(Kind.MORE, relation=relation, row_count=relation.count, intent=show)

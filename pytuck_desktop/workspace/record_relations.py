"""The rows around one row: those it refers to, and those that refer to it. Nothing here blocks.

What is staged is laid over what is in the file: new rows that refer, rows that do not any more,
and rows about to go.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import Enum
from typing import TYPE_CHECKING, Any, NamedTuple

from pytuck_desktop.worker.client import ErrorInfo
from pytuck_desktop.workspace.documents import Document, Job
from pytuck_desktop.workspace.file_info import TableInfo
from pytuck_desktop.workspace.pages import Page
from pytuck_desktop.workspace.relations import (
    Reference,
    RowKey,
    has_values,
    readable_columns,
    references_of,
    references_to,
)
from pytuck_desktop.workspace.row_search import search_row, staged_row, unless_given_up
from pytuck_desktop.workspace.snapshots import RowSnapshot, RowState, new_row, stored_row
from pytuck_desktop.workspace.staged_edits import Identity, NewRow, StoredIdentity

if TYPE_CHECKING:
    from pytuck.types import Stored

FIRST_ROWS = 5
"""Rows of each referring table that are shown; the others are a click away."""

MOST_OTHERS = 200
"""Rows with staged changes of a foreign key that are looked at one by one."""


class Finding(Enum):
    """What is known of the rows of a relation."""

    NOTHING = "nothing"  # a column of the key is NULL
    SEARCHING = "searching"
    FOUND = "found"
    MISSING = "missing"
    NO_TABLE = "no table"
    FAILED = "failed"
    TOO_LONG = "too long"  # the key is a long text of which only the beginning is known


class RelatedRow(NamedTuple):
    """A row at the other end of a foreign key.

    Attributes:
        values: Its key, then what people recognise it by, by column.
    """

    identity: Identity | None
    values: dict[str, Stored]
    state: RowState = RowState.NONE


class Relation:
    """One foreign key of a row, or to it.

    Attributes:
        key: The values it goes by; None if one of them is NULL or not known.
        rows: The row referred to, or the first ones that refer.
        count: How many refer; None while that is not known.
        error: Why nothing was found, where that failed.
    """

    def __init__(
        self, reference: Reference, key: RowKey | None, finding: Finding, *, is_parent: bool
    ) -> None:
        self.reference = reference
        self.key = key
        self.finding = finding
        self.is_parent = is_parent
        self.rows: tuple[RelatedRow, ...] = ()
        self.count: int | None = None
        self.error: ErrorInfo | None = None
        self.found: Page | None = None
        self.others: Page | None = None
        self.asked_others: tuple[StoredIdentity, ...] = ()
        self.counted: int | None = None
        self.jobs: list[Job] = []

    @property
    def other_table(self) -> TableInfo | None:
        """The table at the other end."""
        return self.reference.target if self.is_parent else self.reference.table

    @property
    def names(self) -> tuple[str, ...]:
        """The columns that are fetched: keys first, then what people read, then the reference."""
        table = self.other_table
        if table is None:
            return ()
        own = self.reference.target_columns if self.is_parent else self.reference.columns
        shown = (column.name for column in readable_columns(table, own))
        return tuple(dict.fromkeys((*table.primary_key, *shown, *own)))

    def is_same(self, other: Relation) -> bool:
        """Return whether the same is asked."""
        return self.reference == other.reference and self.key == other.key

    def cancel(self) -> None:
        """Give up what is asked."""
        for job in self.jobs:
            job.cancel()
        self.jobs.clear()


class RecordRelations:
    """Fetches the relations of the row that is shown, and follows what is staged.

    Attributes:
        on_changed: Called when something else is known.
    """

    def __init__(self, document: Document, on_changed: Callable[[], None]) -> None:
        self._document = document
        self.on_changed = on_changed
        self.parents: list[Relation] = []
        self.children: list[Relation] = []
        self._is_closed = False

    # --- what is shown ---------------------------------------------------------------------

    def show(self, table: TableInfo, row: RowSnapshot | None) -> None:
        """Take another row; what is known of it already stays. Nothing is asked before `fetch`."""
        tables = self._document.tables
        parents = [] if row is None else [_parent(one, row) for one in references_of(tables, table)]
        children = [] if row is None else [_child(one, row) for one in references_to(tables, table)]
        self.parents = _kept(self.parents, parents)
        self.children = _kept(self.children, children)

    def fetch(self) -> None:
        """Ask for what is not known yet."""
        for relation in (*self.parents, *self.children):
            if relation.finding is Finding.SEARCHING and not relation.jobs:
                self._ask(relation)

    def fetch_again(self) -> None:
        """Ask for everything, because the file has changed; the old stays until the new is there."""
        for relation in (*self.parents, *self.children):
            if relation.key is not None and relation.other_table is not None:
                relation.cancel()
                self._ask(relation)

    def follow_edits(self) -> None:
        """Take what is staged now into account."""
        for relation in (*self.parents, *self.children):
            needs_others = set(self._others(relation)) - set(relation.asked_others)
            if relation.finding is Finding.FOUND and needs_others:
                self._ask(relation)
            self._lay_over(relation)

    def close(self) -> None:
        """Give up what is asked; nobody is called any more."""
        self._is_closed = True
        for relation in (*self.parents, *self.children):
            relation.cancel()

    # --- asking ----------------------------------------------------------------------------

    def _ask(self, relation: Relation) -> None:
        key = relation.key
        assert key is not None
        if relation.is_parent:
            ask = search_row(
                self._document,
                key,
                relation.names,
                lambda page: self._take(relation, page),
                lambda error: self._fail(relation, error),
            )
            relation.jobs.append(ask)
            return
        relation.asked_others = self._others(relation)
        arguments = {
            **key.plain(),
            "shown": list(relation.names),
            "count": FIRST_ROWS + 1,
            "others": list(relation.asked_others),
        }
        self._request(relation, "referring_rows", arguments, self._take_referring)

    def _request(
        self,
        relation: Relation,
        operation: str,
        arguments: dict[str, Any],
        take: Callable[[Relation, Any], None],
    ) -> None:
        failed = unless_given_up(lambda error: self._fail(relation, error))
        job = self._document.ask(
            operation, arguments, lambda _: None, lambda answer: take(relation, answer), failed
        )
        relation.jobs.append(job)

    def _others(self, relation: Relation) -> tuple[StoredIdentity, ...]:
        """Return the rows with staged changes that may refer now, or not any more."""
        table = relation.other_table
        if relation.is_parent or table is None:
            return ()
        changed = self._document.edits.overlay(table.name).changed
        own = set(relation.reference.columns)
        return tuple(row for row, cells in changed.items() if own & set(cells))[:MOST_OTHERS]

    def _take(self, relation: Relation, page: Page | None) -> None:
        relation.jobs.clear()
        relation.finding = Finding.MISSING if page is None else Finding.FOUND
        relation.found, relation.error = page, None
        self._lay_over(relation)
        self._tell()

    def _take_referring(self, relation: Relation, plain: dict[str, Any]) -> None:
        relation.jobs.clear()
        relation.finding, relation.error = Finding.FOUND, None
        relation.found = Page.from_plain(plain["found"])
        others = plain["others"]
        relation.others = None if others is None else Page.from_plain(others)
        known = len(relation.found.rows)
        relation.counted = known if known <= FIRST_ROWS else None
        self._lay_over(relation)
        if relation.counted is None and relation.key is not None:
            self._request(relation, "referring_count", relation.key.plain(), self._take_count)
        self._tell()

    def _take_count(self, relation: Relation, count: int) -> None:
        relation.jobs.clear()
        relation.counted = count
        self._lay_over(relation)
        self._tell()

    def _fail(self, relation: Relation, error: ErrorInfo) -> None:
        relation.jobs.clear()
        relation.finding, relation.error = Finding.FAILED, error
        self._tell()

    def _tell(self) -> None:
        if not self._is_closed:
            self.on_changed()

    # --- laying what is staged over what is in the file ------------------------------------

    def _lay_over(self, relation: Relation) -> None:
        table = relation.other_table
        if table is None or relation.key is None:
            return
        if relation.is_parent:
            self._lay_over_parent(relation, table, relation.key)
        elif relation.found is not None:
            self._lay_over_children(relation, table, relation.key)

    def _lay_over_parent(self, relation: Relation, table: TableInfo, key: RowKey) -> None:
        if relation.found is not None:
            relation.rows = (self._stored(relation, table, relation.found, 0),)
            return
        staged = staged_row(self._document, key)
        relation.rows = ()
        if isinstance(staged, NewRow):
            relation.rows = (self._new(relation, table, staged),)
        if relation.finding in (Finding.FOUND, Finding.MISSING):
            relation.finding = Finding.FOUND if relation.rows else Finding.MISSING

    def _lay_over_children(self, relation: Relation, table: TableInfo, key: RowKey) -> None:
        found, others = relation.found, relation.others
        assert found is not None
        wanted = dict(zip(key.columns, key.values, strict=True))
        rows, left = [], 0
        for place in range(len(found.rows)):
            row = self._stored(relation, table, found, place)
            if self._refers(relation, row, wanted):
                rows.append(row)
        come = []
        for place in range(0 if others is None else len(others.rows)):
            assert others is not None
            row = self._stored(relation, table, others, place)
            stored = dict(zip(relation.names, others.rows[place], strict=True))
            referred = all(stored[name] == value for name, value in wanted.items())
            refers = self._refers(relation, row, wanted)
            if referred and not refers:
                left += 1
            elif refers and not referred:
                come.append(row)
        inserted = self._document.edits.overlay(table.name).inserted
        come += [
            self._new(relation, table, row)
            for row, given in inserted.items()
            if all(given.get(name) == value for name, value in wanted.items())
        ]
        relation.rows = tuple((come + rows)[: max(FIRST_ROWS, min(len(come), 2 * FIRST_ROWS))])
        counted = relation.counted
        relation.count = None if counted is None else counted - left + len(come)

    def _refers(self, relation: Relation, row: RelatedRow, wanted: dict[str, Stored]) -> bool:
        """Return whether a row of the file still refers, after what is staged."""
        table = relation.reference.table.name
        if row.identity is None or isinstance(row.identity, NewRow):
            return True
        cells = self._document.edits.overlay(table).changed.get(row.identity, {})
        own = [name for name in wanted if name in cells]
        if not own:
            return row.identity not in relation.asked_others or _has(row, wanted)
        return _has(row, wanted)

    def _stored(self, relation: Relation, table: TableInfo, page: Page, place: int) -> RelatedRow:
        overlay = self._document.edits.overlay(table.name)
        places = {name: at for at, name in enumerate(relation.names)}
        row = stored_row(page, place, places, overlay)
        state = row.state
        if state is RowState.NONE and row.identity in overlay.changed:
            state = RowState.CHANGED  # in a column that is not shown
        return RelatedRow(row.identity, dict(zip(relation.names, row.values, strict=True)), state)

    def _new(self, relation: Relation, table: TableInfo, row: NewRow) -> RelatedRow:
        staged = new_row(row, table, self._document.edits.overlay(table.name))
        known = dict(zip(staged.names, staged.values, strict=True))
        return RelatedRow(row, {name: known[name] for name in relation.names}, RowState.NEW)


def _has(row: RelatedRow, wanted: dict[str, Stored]) -> bool:
    return all(row.values[name] == value for name, value in wanted.items())


def _parent(reference: Reference, row: RowSnapshot) -> Relation:
    """Return the relation to the row that a foreign key of this row refers to, as staged."""
    if reference.target is None:
        values = _values(row, row.values, reference.columns)
        finding = Finding.NO_TABLE if has_values(values) else Finding.NOTHING
        return Relation(reference, None, finding, is_parent=True)
    pairs = (reference.target_name, reference.target_columns)
    return _relation(reference, row, (row.values, reference.columns), pairs, is_parent=True)


def _child(reference: Reference, row: RowSnapshot) -> Relation:
    """Return the relation to the rows that refer to this row, as it is in the file."""
    pairs = (reference.table.name, reference.columns)
    known = (row.stored or row.values, reference.target_columns)
    return _relation(reference, row, known, pairs, is_parent=False)


def _relation(
    reference: Reference,
    row: RowSnapshot,
    known: tuple[Sequence[Stored], Sequence[str]],
    pairs: tuple[str, tuple[str, ...]],
    *,
    is_parent: bool,
) -> Relation:
    values = _values(row, *known)
    wide = row.wide or {}
    if any(row.names.index(name) in wide for name in known[1] if name in row.names):
        return Relation(reference, None, Finding.TOO_LONG, is_parent=is_parent)
    if not has_values(values):
        return Relation(reference, None, Finding.NOTHING, is_parent=is_parent)
    key = RowKey(*pairs, tuple(values))
    return Relation(reference, key, Finding.SEARCHING, is_parent=is_parent)


def _values(row: RowSnapshot, values: Sequence[Stored], names: Sequence[str]) -> list[Stored]:
    places = {name: at for at, name in enumerate(row.names)}
    return [values[places[name]] if name in places else None for name in names]


def _kept(old: list[Relation], new: list[Relation]) -> list[Relation]:
    """Return the new relations, or the old ones where they ask the same."""
    kept = [next((one for one in old if one.is_same(relation)), relation) for relation in new]
    for relation in old:
        if relation not in kept:
            relation.cancel()
    return kept

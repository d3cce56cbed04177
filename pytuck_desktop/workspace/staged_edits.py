"""What the user has changed and not saved, with undo and redo.

Edits are kept by what identifies a row, never by its position: sorting, filtering and commits of
others do not touch them. Each step of the user is one entry of the history.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import count
from typing import TYPE_CHECKING, Literal, NamedTuple, Protocol

if TYPE_CHECKING:
    from pytuck.types import Stored

StoredIdentity = int | tuple["Stored", ...]


class NewRow:
    """Identifies a row that is staged and not in the file yet; equal to no other."""

    __slots__ = ("number",)

    def __init__(self, number: int) -> None:
        self.number = number

    def __repr__(self) -> str:
        return f"NewRow({self.number})"


Identity = StoredIdentity | NewRow
StepKind = Literal[
    "edit", "null", "paste", "fill", "set", "insert", "duplicate", "delete", "settle", "discard"
]


class Invalid(NamedTuple):
    """A text that its column does not take: staged as typed, to be put right before a save.

    Attributes:
        why: The word for the reason, by which the window finds its own words.
        reason: What the type said, in English.
    """

    text: str
    why: str
    reason: str = ""


def storable(value: Stored | Invalid) -> Stored:
    """Return a staged value as it is saved.

    Raises:
        TypeError: It is invalid; what is invalid must have been refused before.
    """
    if isinstance(value, Invalid):
        raise TypeError(f"{value.text!r} does not fit its column.")
    return value


def as_shown(value: Stored | Invalid) -> Stored:
    """Return a staged value as it stands in its cell: of an invalid one the text."""
    return value.text if isinstance(value, Invalid) else value


class InvalidCell(NamedTuple):
    """Where a text is staged that cannot be saved."""

    table: str
    identity: Identity
    column: str
    value: Invalid


class CellEdit(NamedTuple):
    """A new value for one cell.

    Attributes:
        old: What is stored, or was staged for a new row; used to notice changes of others.
        is_old_whole: `old` is the whole value, not the beginning of a long one.
    """

    table: str
    identity: Identity
    column: str
    old: Stored
    new: Stored | Invalid
    is_old_whole: bool = True


class Settlement(NamedTuple):
    """What becomes of the staged edits of a row that others have changed meanwhile.

    Attributes:
        row: What is in the file now; None if the row is gone.
        given_up: The columns in which what others wrote stays. A deletion that was staged is
            given up with any of them.
    """

    table: str
    identity: StoredIdentity
    row: Mapping[str, Stored] | None
    given_up: frozenset[str]


class KnownRow(Protocol):
    """A row as the user saw it."""

    @property
    def identity(self) -> Identity | None:
        """What identifies it; None if it cannot be told from others."""

    def whole_values(self) -> dict[str, Stored]:
        """Return its stored values by column, those left out of which only a part is known."""


class Change(NamedTuple):
    """The stored value of a cell, and the one that is staged in its place."""

    old: Stored
    new: Stored | Invalid
    is_old_whole: bool = True


class TableEdits:
    """The staged edits of one table.

    Attributes:
        changed: By row and column.
        inserted: New rows in the order in which they were added, with the values given so far.
        deleted: Rows to delete, with the values they had, as far as they were whole.
    """

    __slots__ = ("changed", "deleted", "inserted")

    def __init__(self) -> None:
        self.changed: dict[StoredIdentity, dict[str, Change]] = {}
        self.inserted: dict[NewRow, dict[str, Stored | Invalid]] = {}
        self.deleted: dict[StoredIdentity, dict[str, Stored]] = {}

    def __bool__(self) -> bool:
        return bool(self.changed or self.inserted or self.deleted)

    def copy(self) -> TableEdits:
        """Return the same edits, to be changed apart; what is in their rows is never changed."""
        made = TableEdits()
        made.changed = dict(self.changed)
        made.inserted = dict(self.inserted)
        made.deleted = dict(self.deleted)
        return made

    def is_same(self, other: TableEdits) -> bool:
        """Return whether the same is staged."""
        return (
            self.changed == other.changed
            and self.inserted == other.inserted
            and self.deleted == other.deleted
        )


class StepText(NamedTuple):
    """What a step did, for the window to put into words."""

    kind: StepKind
    count: int  # type: ignore[assignment] # the method of tuples is not needed


class _Step(NamedTuple):
    """One step of the history: the edits of the tables it touched, before and after."""

    text: StepText
    before: dict[str, TableEdits]
    after: dict[str, TableEdits]


_ChangeTables = Callable[[dict[str, TableEdits]], None]


class StagedEdits:
    """All staged edits of one file.

    Attributes:
        listeners: Called after each change of the edits, with the names of the tables concerned.
    """

    def __init__(self) -> None:
        self._tables: dict[str, TableEdits] = {}
        self._done: list[_Step] = []
        self._undone: list[_Step] = []
        self._numbers = count(1)
        self._is_frozen = False
        self._deferred: list[tuple[StepText, set[str], _ChangeTables]] = []
        self.listeners: list[Callable[[frozenset[str]], None]] = []

    # --- What is staged ---

    @property
    def count(self) -> int:
        """How many changes would be saved: cells changed, rows added and rows deleted."""
        return sum(map(self.table_count, self._tables))

    @property
    def tables(self) -> tuple[str, ...]:
        """The names of the tables with staged edits."""
        return tuple(name for name, edits in self._tables.items() if edits)

    def table_count(self, table: str) -> int:
        """Return how many changes of one table would be saved."""
        edits = self.overlay(table)
        return sum(map(len, edits.changed.values())) + len(edits.inserted) + len(edits.deleted)

    def overlay(self, table: str) -> TableEdits:
        """Return the edits of one table, to be read only."""
        return self._tables.get(table) or TableEdits()

    def invalid_cells(self) -> Iterator[InvalidCell]:
        """Find the texts that cannot be saved: of each table, in the order of staging."""
        for table, edits in self._tables.items():
            for identity, cells in edits.changed.items():
                for column, change in cells.items():
                    if isinstance(change.new, Invalid):
                        yield InvalidCell(table, identity, column, change.new)
            for row, values in edits.inserted.items():
                for column, value in values.items():
                    if isinstance(value, Invalid):
                        yield InvalidCell(table, row, column, value)

    @property
    def has_invalid(self) -> bool:
        """Whether a text is staged that cannot be saved."""
        return next(self.invalid_cells(), None) is not None

    # --- Steps of the user ---

    def set_cells(self, edits: Sequence[CellEdit], kind: StepKind = "edit") -> None:
        """Stage new values for cells, as one step; the stored value itself unstages the cell."""

        def change(tables: dict[str, TableEdits]) -> None:
            for edit in edits:
                _set_cell(tables[edit.table], edit)

        self._step(StepText(kind, len(edits)), {edit.table for edit in edits}, change)

    def insert_row(self, table: str, values: dict[str, Stored] | None = None) -> NewRow:
        """Stage a new row and return what identifies it; columns not given get their default."""
        row = NewRow(next(self._numbers))

        def change(tables: dict[str, TableEdits]) -> None:
            tables[table].inserted[row] = dict(values or {})

        self._step(StepText("insert", 1), {table}, change)
        return row

    def change_block(
        self,
        table: str,
        edits: Sequence[CellEdit],
        new_rows: Sequence[dict[str, Stored | Invalid]],
        kind: StepKind = "paste",
    ) -> None:
        """Stage new values for cells, and new rows, as one step."""
        rows = [(NewRow(next(self._numbers)), dict(values)) for values in new_rows]

        def change(tables: dict[str, TableEdits]) -> None:
            for edit in edits:
                _set_cell(tables[edit.table], edit)
            tables[table].inserted.update(rows)

        self._step(StepText(kind, len(edits) + len(rows)), {table}, change)

    def delete_rows(self, table: str, rows: Iterable[KnownRow]) -> None:
        """Stage the deletion of rows, as one step; a row that is only staged goes at once."""
        gone = [(row.identity, row.whole_values()) for row in rows if row.identity is not None]

        def change(tables: dict[str, TableEdits]) -> None:
            edits = tables[table]
            for identity, values in gone:
                if isinstance(identity, NewRow):
                    edits.inserted.pop(identity, None)
                else:
                    edits.changed.pop(identity, None)
                    edits.deleted[identity] = values

        self._step(StepText("delete", len(gone)), {table}, change)

    def take_back(self, parts: Sequence[tuple[str, Identity, str | None]]) -> None:
        """Unstage cells, or all of a row, as one step.

        Args:
            parts: Table, row, and column; None for the whole row.
        """

        def change(tables: dict[str, TableEdits]) -> None:
            for table, identity, column in parts:
                _take_back(tables[table], identity, column)

        self._step(StepText("discard", len(parts)), {table for table, _, _ in parts}, change)

    def settle(self, settlements: Sequence[Settlement]) -> None:
        """Put staged edits onto rows as they are in the file now, as one step."""

        def change(tables: dict[str, TableEdits]) -> None:
            for one in settlements:
                _settle(tables[one.table], one)

        tables = {one.table for one in settlements}
        self._step(StepText("settle", len(settlements)), tables, change)

    def discard_all(self) -> None:
        """Unstage everything, as one step that can be undone."""

        def change(tables: dict[str, TableEdits]) -> None:
            for name in tables:
                tables[name] = TableEdits()

        self._step(StepText("discard", self.count), set(self.tables), change)

    # --- History ---

    @property
    def can_undo(self) -> bool:
        """Whether there is a step to undo."""
        return bool(self._done) and not self._is_frozen

    @property
    def can_redo(self) -> bool:
        """Whether there is an undone step to do again."""
        return bool(self._undone) and not self._is_frozen

    @property
    def undo_text(self) -> StepText | None:
        """What `undo` would undo."""
        return self._done[-1].text if self._done else None

    @property
    def redo_text(self) -> StepText | None:
        """What `redo` would do again."""
        return self._undone[-1].text if self._undone else None

    def undo(self) -> None:
        """Undo the last step, if there is one."""
        if self.can_undo:
            step = self._done.pop()
            self._undone.append(step)
            self._restore(step.before)

    def redo(self) -> None:
        """Do the step again that was undone last, if there is one."""
        if self.can_redo:
            step = self._undone.pop()
            self._done.append(step)
            self._restore(step.after)

    def freeze(self) -> None:
        """Hold back further steps while what is staged now is being saved."""
        self._is_frozen = True

    def thaw(self, *, is_saved: bool) -> None:
        """Go on after a save: forget what is saved, then do the steps that were held back."""
        self._is_frozen = False
        if is_saved:
            self.clear()
        deferred, self._deferred = self._deferred, []
        for text, tables, change in deferred:
            self._step(text, tables, change)

    def clear(self) -> None:
        """Forget everything, history included, after it was saved."""
        tables = frozenset(self.tables)
        self._tables.clear()
        self._done.clear()
        self._undone.clear()
        self._tell(tables)

    # --- How it is done ---

    def _step(self, text: StepText, tables: set[str], change: _ChangeTables) -> None:
        if self._is_frozen:
            self._deferred.append((text, tables, change))
            return
        before = {name: self.overlay(name) for name in tables}
        after = {name: edits.copy() for name, edits in before.items()}
        change(after)
        if all(after[name].is_same(before[name]) for name in tables):
            return
        self._done.append(_Step(text, before, after))
        self._undone.clear()
        self._restore(after)

    def _restore(self, tables: dict[str, TableEdits]) -> None:
        # A state in the history is never changed: each step works on copies.
        self._tables.update(tables)
        self._tell(frozenset(tables))

    def _tell(self, tables: frozenset[str]) -> None:
        for listener in list(self.listeners):
            listener(tables)


def _set_cell(edits: TableEdits, edit: CellEdit) -> None:
    if isinstance(edit.identity, NewRow):
        if edit.identity in edits.inserted:
            values = edits.inserted[edit.identity]
            edits.inserted[edit.identity] = {**values, edit.column: edit.new}
        return
    if edit.identity in edits.deleted:
        return  # a row about to go has no use for values
    cells = dict(edits.changed.get(edit.identity, ()))
    earlier = cells.get(edit.column)
    old = Change(edit.old, edit.new, edit.is_old_whole) if earlier is None else earlier
    if old.is_old_whole and _is_same(old.old, edit.new):
        cells.pop(edit.column, None)
    else:
        cells[edit.column] = Change(old.old, edit.new, old.is_old_whole)
    _put_cells(edits, edit.identity, cells)


def _take_back(edits: TableEdits, identity: Identity, column: str | None) -> None:
    if isinstance(identity, NewRow):
        edits.inserted.pop(identity, None)
        return
    edits.deleted.pop(identity, None)
    cells = edits.changed.get(identity, {})
    rest = {name: change for name, change in cells.items() if column not in (None, name)}
    _put_cells(edits, identity, rest)


def _put_cells(edits: TableEdits, identity: StoredIdentity, cells: dict[str, Change]) -> None:
    if cells:
        edits.changed[identity] = cells
    else:
        edits.changed.pop(identity, None)


def _settle(edits: TableEdits, one: Settlement) -> None:
    changes = edits.changed.pop(one.identity, {})
    if one.row is None:
        edits.deleted.pop(one.identity, None)
        return
    kept = {
        name: Change(one.row[name], change.new, change.is_old_whole)
        for name, change in changes.items()
        if name not in one.given_up and name in one.row
    }
    if kept:
        edits.changed[one.identity] = kept
    if one.identity in edits.deleted:
        if one.given_up:
            del edits.deleted[one.identity]
        else:
            edits.deleted[one.identity] = dict(one.row)


def _is_same(left: Stored, right: Stored | Invalid) -> bool:
    return type(left) is type(right) and left == right

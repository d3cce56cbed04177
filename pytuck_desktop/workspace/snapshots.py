"""A row as it is shown: what is in the file, with what is staged laid over it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from pytuck_desktop.workspace.file_info import TableInfo
from pytuck_desktop.workspace.pages import Page
from pytuck_desktop.workspace.staged_edits import Identity, Invalid, NewRow, TableEdits, as_shown

if TYPE_CHECKING:
    from pytuck.types import Stored

_NOTHING: Mapping[int, Invalid] = MappingProxyType({})


class RowState(Enum):
    """What is staged for a row."""

    NONE = "none"
    NEW = "new"
    CHANGED = "changed"
    DELETED = "deleted"


class RowSnapshot(NamedTuple):
    """A row as it is shown.

    Attributes:
        identity: None if the row cannot be told from others, or is gone since.
        values: As they are stored or staged.
        changed: The columns with staged values.
        wide: By column, the size in bytes of values of which only the beginning is here.
        stored: The values in the file, without what is staged; empty for a new row.
        names: The names of the columns.
        invalid: By column, the staged texts that it does not take; `values` has them as texts.
        damaged: The columns with texts that are not in UTF-8, so not shown as they are stored.
    """

    identity: Identity | None
    values: tuple[Stored, ...]
    state: RowState = RowState.NONE
    changed: frozenset[int] = frozenset()
    wide: Mapping[int, int] | None = None
    stored: tuple[Stored, ...] = ()
    names: tuple[str, ...] = ()
    invalid: Mapping[int, Invalid] = _NOTHING
    damaged: frozenset[int] = frozenset()

    def staged_value(self, column: int) -> Stored | Invalid:
        """Return a value as it would be staged in another cell of its column."""
        return self.invalid.get(column, self.values[column])

    def whole_values(self) -> dict[str, Stored]:
        """Return the stored values by column, those left out of which only a part is known."""
        unknown = self.damaged.union(self.wide or ())
        return {
            name: value
            for place, (name, value) in enumerate(zip(self.names, self.stored, strict=False))
            if place not in unknown
        }


def new_row(row: NewRow, table: TableInfo, overlay: TableEdits) -> RowSnapshot:
    """Return a staged new row; columns without a value show the default they will get."""
    given = overlay.inserted.get(row, {})
    cells = {place: given.get(one.name, one.default) for place, one in enumerate(table.columns)}
    return RowSnapshot(
        row,
        tuple(map(as_shown, cells.values())),
        RowState.NEW,
        frozenset(place for place, column in enumerate(table.columns) if column.name in given),
        names=tuple(column.name for column in table.columns),
        invalid=_invalid(cells),
    )


def stored_row(page: Page, row: int, places: dict[str, int], overlay: TableEdits) -> RowSnapshot:
    """Return a row of a page.

    Args:
        row: Its place in the page.
        places: The places of the columns by name.
    """
    identity, stored, names = page.identities[row], page.rows[row], tuple(places)
    wide, damaged = page.wide_cells(row), page.damaged_cells(row)
    plain = RowSnapshot(identity, stored, wide=wide, stored=stored, names=names, damaged=damaged)
    if identity is not None and identity in overlay.deleted:
        return plain._replace(state=RowState.DELETED)
    changes = overlay.changed.get(identity) if identity is not None else None
    cells = {places[name]: change.new for name, change in (changes or {}).items() if name in places}
    if not cells:
        return plain
    return plain._replace(
        values=tuple(as_shown(cells.get(column, value)) for column, value in enumerate(stored)),
        state=RowState.CHANGED,
        changed=frozenset(cells),
        wide={column: size for column, size in (wide or {}).items() if column not in cells} or None,
        invalid=_invalid(cells),
    )


def _invalid(cells: Mapping[int, Stored | Invalid]) -> Mapping[int, Invalid]:
    return {place: one for place, one in cells.items() if isinstance(one, Invalid)} or _NOTHING

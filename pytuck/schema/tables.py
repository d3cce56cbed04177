"""Tables, columns, indexes and foreign keys as plain data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final, Literal, get_args

from pytuck.common.exceptions import ColumnNotFoundError
from pytuck.types import ColumnType


class Missing:
    """The type of `MISSING`."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "MISSING"

    def __bool__(self) -> bool:
        return False


MISSING: Final = Missing()
"""Stands where no value was given, since None is a value."""


Action = Literal["NO ACTION", "RESTRICT", "SET NULL", "SET DEFAULT", "CASCADE"]
"""What happens to rows that refer to a row which is deleted, or gets another key."""

ACTIONS: Final = get_args(Action)


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """Columns whose values must stand in another table's columns.

    Attributes:
        on_delete: What happens to the rows that refer to a deleted one; it is refused by default.
        on_update: The same for a row whose key changes.
    """

    columns: tuple[str, ...]
    target_table: str
    target_columns: tuple[str, ...]
    on_delete: Action = "NO ACTION"
    on_update: Action = "NO ACTION"


def index_name(table: str, columns: Sequence[str], *, is_unique: bool = False) -> str:
    """Return the name of an index for which nobody chose one."""
    return "_".join(("unique" if is_unique else "idx", table, *columns))


@dataclass(frozen=True, slots=True)
class Index:
    """An index of a table.

    Attributes:
        columns: Names of its columns; empty for an index on expressions made elsewhere.
        is_unique: No two rows may have the same values, NULLs excepted.
        is_partial: It covers only some rows, by a condition made elsewhere.
        is_constraint: It was made by a rule of the table, which has no name, and not as an index.
            What it does is the same, so that two indexes may be equal but for this.
    """

    name: str
    columns: tuple[str, ...]
    is_unique: bool = False
    is_partial: bool = False
    is_constraint: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table.

    Attributes:
        type: How its values are stored and read.
        primary_key: It is the primary key, or a part of it.
        default: The value the database fills in, as Python value, or `MISSING`.
        unique: No two rows may have the same value, NULLs excepted.
        autoincrement: Keys of deleted rows are never given again.
        generated: The database computes it; it cannot be written.
    """

    name: str
    type: ColumnType[Any]
    nullable: bool = True
    primary_key: bool = False
    default: object = MISSING
    unique: bool = False
    autoincrement: bool = False
    comment: str | None = None
    generated: bool = False


@dataclass(frozen=True)
class Table:
    """One table or view.

    Attributes:
        primary_key: Names of the columns of the primary key, in its order; may be empty.
        has_rowid: Each row has a hidden whole number that identifies it.
        rowid_alias: The column that is the row id itself: a primary key of one INTEGER column.
        kind: Views cannot be written and have neither keys nor row ids.
    """

    name: str
    columns: tuple[Column, ...]
    primary_key: tuple[str, ...] = ()
    foreign_keys: tuple[ForeignKey, ...] = ()
    indexes: tuple[Index, ...] = ()
    comment: str | None = None
    kind: Literal["table", "view"] = "table"
    has_rowid: bool = True
    rowid_alias: str | None = None
    by_name: dict[str, Column] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_name", {column.name: column for column in self.columns})

    @cached_property
    def hidden_rowid(self) -> str | None:
        """The name under which SQL reaches the row id, or None if columns took all three."""
        if not self.has_rowid:
            return None
        taken = {column.name.lower() for column in self.columns}
        return next((name for name in ("rowid", "_rowid_", "oid") if name not in taken), None)

    @cached_property
    def numbered_column(self) -> str | None:
        """The column, shown or hidden, that gets the next whole number in a row without one."""
        return self.rowid_alias or (None if self.primary_key else self.hidden_rowid)

    def column(self, name: str) -> Column:
        """Return the column of this name.

        Raises:
            ColumnNotFoundError: There is none.
        """
        try:
            return self.by_name[name]
        except KeyError:
            raise ColumnNotFoundError(self.name, name, known=tuple(self.by_name)) from None


def index_in_place_of_rule(table: Table, columns: Sequence[str]) -> Index | None:
    """Return the index that makes columns unique together, where no rule of the table does.

    It is one under a name that nobody chose, so that it can stand in the place of a rule.
    """
    names = [name.lower() for name in columns]
    unique = [item for item in table.indexes if item.is_unique and not item.is_partial]
    unique = [item for item in unique if [name.lower() for name in item.columns] == names]
    is_rule = any(item.is_constraint for item in unique)
    is_rule = is_rule or any([c.name.lower()] == names and c.unique for c in table.columns)
    own = index_name(table.name, columns, is_unique=True).lower()
    return next((i for i in unique if i.name.lower() == own and not is_rule), None)

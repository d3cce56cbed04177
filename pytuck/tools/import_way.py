"""Which columns of a file become which columns of a table, and how their values are converted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from pytuck.common.exceptions import ColumnNotFoundError, ConfigurationError, TypeConversionError
from pytuck.formats.base import StoredRow, TableStream
from pytuck.schema import MISSING, Column, ForeignKey, Index, Table
from pytuck.tools.column_conversion import NOT_CONVERTIBLE, ColumnConverter
from pytuck.tools.report import BadRow
from pytuck.tools.settings import TypeName, resolved_type
from pytuck.types import TYPES, Stored

ConflictPolicy = Literal["abort", "skip", "replace", "update"]
"""What to do with a row whose key is there: end the import, leave the row out, put it in the place
of the old one, or change the columns of the old one that the file has.
"""


@dataclass(slots=True)
class TableImport:
    """How one table of a file is imported.

    Attributes:
        source: Its name in the file.
        target: The table it goes into, which is made if there is none; None for the same name.
        columns: The target's column for each of the file's; None leaves a column out. Those that
            are not here keep their names.
        types: Types by the file's column, where they are not to be found out; for new tables.
        primary_key: The target's column or columns; for new tables.
        on_conflict: What to do with a row whose key is there.
    """

    source: str
    target: str | None = None
    columns: dict[str, str | None] = field(default_factory=dict)
    types: dict[str, TypeName] = field(default_factory=dict)
    primary_key: str | Sequence[str] | None = None
    on_conflict: ConflictPolicy = "abort"

    @property
    def target_name(self) -> str:
        """The table it goes into."""
        return self.target or self.source

    def key(self) -> tuple[str, ...] | None:
        """Return the columns of the primary key, if it was said."""
        if self.primary_key is None:
            return None
        is_one = isinstance(self.primary_key, str)
        return (self.primary_key,) if is_one else tuple(self.primary_key)  # type: ignore[return-value]


@dataclass(frozen=True, slots=True)
class Way:
    """How the rows of a stream become rows of a table.

    Attributes:
        table: The table they go into.
        is_new: It is to be made.
        places: Where the values stand in a row of the stream.
        names: The columns they go into.
        converters: What converts them.
    """

    table: Table
    is_new: bool
    source: str
    places: tuple[int, ...]
    names: tuple[str, ...]
    converters: tuple[ColumnConverter, ...]
    width: int

    @property
    def is_straight(self) -> bool:
        """Whether the rows go over as they are."""
        is_whole = self.places == tuple(range(self.width))
        return is_whole and all(converter.is_idle for converter in self.converters)

    def converted(
        self, batch: Sequence[StoredRow], first: int
    ) -> tuple[Sequence[StoredRow], Sequence[int], list[BadRow]]:
        """Return rows for the table, their numbers in the file, and those that cannot be.

        Args:
            first: The number of the batch's first row.
        """
        numbers = range(first, first + len(batch))
        if self.is_straight or not batch:
            return batch, numbers, []
        columns = list(zip(*batch, strict=True))
        try:
            found = [
                converter.column(columns[place])
                for place, converter in zip(self.places, self.converters, strict=True)
            ]
        except NOT_CONVERTIBLE:
            return self._salvaged(batch, first)
        return list(zip(*found, strict=True)), numbers, []

    def _salvaged(
        self, batch: Sequence[StoredRow], first: int
    ) -> tuple[list[StoredRow], list[int], list[BadRow]]:
        rows: list[StoredRow] = []
        numbers: list[int] = []
        bad: list[BadRow] = []
        for number, row in enumerate(batch, first):
            converted = self._row(row, number)
            if isinstance(converted, BadRow):
                bad.append(converted)
            else:
                rows.append(converted)
                numbers.append(number)
        return rows, numbers, bad

    def _row(self, row: StoredRow, number: int) -> tuple[Stored, ...] | BadRow:
        values = []
        for place, name, converter in zip(self.places, self.names, self.converters, strict=True):
            try:
                values.append(converter.value(row[place]))
            except TypeConversionError as err:
                return BadRow(self.source, number, name, err.message, tuple(row))
        return tuple(values)


def way_into(existing: Table | None, stream: TableStream, plan: TableImport, checks: bool) -> Way:
    """Return how the rows of a stream become rows of a table.

    Args:
        existing: The table they go into; None if it is to be made.
        checks: The values are not surely of the stream's types.

    Raises:
        ColumnNotFoundError: A column that is spoken of is not there.
        ConfigurationError: A column has no place in the table, or must have a value and has none.
    """
    source = stream.table
    for name in (*plan.columns, *plan.types):
        source.column(name)
    for kind in plan.types.values():
        resolved_type(kind)
    chosen = {column.name: plan.columns.get(column.name, column.name) for column in source.columns}
    if existing is None:
        table = _new_table(source, plan, chosen)
        names = chosen
    else:
        names = _names_in(existing, chosen, plan)
        table = existing
    _refuse_twice(table, names)
    places = [place for place, item in enumerate(source.columns) if names[item.name] is not None]
    columns = [table.column(str(names[source.columns[place].name])) for place in places]
    if existing is not None:
        _refuse_missing(table, {column.name for column in columns})
    converters = tuple(
        ColumnConverter(
            source.columns[place].type,
            column.type,
            is_required=not column.nullable and column.name != table.rowid_alias,
            is_trusted=not checks,
        )
        for place, column in zip(places, columns, strict=True)
    )
    return Way(
        table,
        existing is None,
        source.name,
        tuple(places),
        tuple(column.name for column in columns),
        converters,
        len(source.columns),
    )


def _names_in(
    table: Table, chosen: Mapping[str, str | None], plan: TableImport
) -> dict[str, str | None]:
    """Return the columns of an existing table by those of the file; case counts only if it must."""
    folded = {column.name.casefold(): column.name for column in table.columns}
    found: dict[str, str | None] = {}
    for name, wanted in chosen.items():
        if wanted is None or wanted in table.by_name:
            found[name] = wanted
        elif wanted.casefold() in folded:
            found[name] = folded[wanted.casefold()]
        elif name in plan.columns:
            raise ColumnNotFoundError(table.name, wanted, known=tuple(table.by_name))
        else:
            raise ConfigurationError(
                f"Column '{name}' of '{plan.source}' has no place in table '{table.name}'. Say "
                "which column it goes into, or leave it out with None.",
                details={"column": name},
            )
    return found


def _refuse_twice(table: Table, names: Mapping[str, str | None]) -> None:
    taken = [name for name in names.values() if name is not None]
    twice = sorted({name for name in taken if taken.count(name) > 1})
    if twice:
        raise ConfigurationError(
            f"Two columns would go into '{table.name}.{twice[0]}'. Leave one out with None."
        )
    if not taken:
        raise ConfigurationError(f"No column would go into table '{table.name}'.")
    for name in taken:
        if table.column(name).generated:
            raise ConfigurationError(
                f"'{table.name}.{name}' is computed by the database and cannot be written."
            )


def _refuse_missing(table: Table, given: set[str]) -> None:
    for column in table.columns:
        is_filled = column.nullable or column.default is not MISSING or column.generated
        if column.name not in given and not is_filled and column.name != table.rowid_alias:
            raise ConfigurationError(
                f"'{table.name}.{column.name}' must have a value, and no column goes into it.",
                details={"column": column.name},
            )


def _new_table(source: Table, plan: TableImport, chosen: Mapping[str, str | None]) -> Table:
    """Return the table that is to be made for a table of a file."""
    names = {name: wanted for name, wanted in chosen.items() if wanted is not None}
    asked = plan.key()
    key = asked if asked is not None else tuple(names.get(name, "") for name in source.primary_key)
    if "" in key:
        key = ()
    columns = tuple(
        _new_column(column, names[column.name], plan.types.get(column.name), key, source)
        for column in source.columns
        if column.name in names
    )
    table = Table(
        plan.target_name,
        columns,
        primary_key=key,
        foreign_keys=tuple(_moved_keys(source, names)),
        indexes=tuple(_moved_indexes(source, names, plan)),
        comment=source.comment,
    )
    for name in key:
        table.column(name)
    is_rowid = len(key) == 1 and table.column(key[0]).type == TYPES[int]
    return replace(table, rowid_alias=key[0] if is_rowid else None)


def _new_column(
    column: Column, name: str, kind: TypeName | None, key: tuple[str, ...], source: Table
) -> Column:
    type_ = column.type if kind is None else resolved_type(kind)
    is_same_key = key == source.primary_key
    return replace(
        column,
        name=name,
        type=type_,
        nullable=column.nullable and name not in key,
        primary_key=name in key,
        default=column.default if type_ == column.type else MISSING,
        autoincrement=column.autoincrement and is_same_key,
        generated=False,
    )


def _moved_indexes(source: Table, names: Mapping[str, str], plan: TableImport) -> list[Index]:
    """Return the indexes whose columns are all taken over, under the table's new name."""
    return [
        Index(
            index.name.replace(source.name, plan.target_name),
            tuple(names[name] for name in index.columns),
            index.is_unique,
        )
        for index in source.indexes
        if index.columns and set(index.columns) <= set(names)
    ]


def _moved_keys(source: Table, names: Mapping[str, str]) -> list[ForeignKey]:
    return [
        replace(key, columns=tuple(names[name] for name in key.columns))
        for key in source.foreign_keys
        if set(key.columns) <= set(names)
    ]

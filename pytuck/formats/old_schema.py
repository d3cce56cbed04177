"""Tables as the old library described them in its documents, and the cells it wrote there."""

from __future__ import annotations

import base64
import math
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from pytuck.common.exceptions import CorruptFileError, TypeConversionError
from pytuck.schema import MISSING, Column, Index, Table, index_name
from pytuck.types import TYPES, Stored
from pytuck.types.base import DECODE_ERRORS, short_repr
from pytuck.types.json_values import to_json_text

_KINDS: dict[str, type] = {
    kind.__name__: kind
    for kind in (int, str, float, bool, bytes, datetime, date, timedelta, list, dict)
}
NAN_NOTE = "NaN was read as NULL in column '{}'"


def table_from_old(name: str, entry: Any, path: Path) -> tuple[Table, int | None]:
    """Return a table as the old library described it, and its next key.

    Raises:
        CorruptFileError: The description is not one.
    """
    try:
        key = entry["primary_key"]
        columns = tuple(_column(column, key) for column in entry["columns"])
        is_integer_key = key is not None and _old_type(entry, key) == "int"
        table = Table(
            name,
            columns,
            primary_key=() if key is None else (key,),
            indexes=tuple(
                Index(index_name(name, (column["name"],)), (column["name"],))
                for column in entry["columns"]
                if column.get("index") and column["name"] != key
            ),
            comment=entry.get("comment"),
            rowid_alias=key if is_integer_key else None,
        )
        next_key = entry.get("next_id")
    except (KeyError, TypeError, ValueError, AttributeError, TypeConversionError) as err:
        raise CorruptFileError(
            f"'{path}': the description of table '{name}' is not valid ({err}). Restore the file "
            "from a backup.",
            table_name=name,
            details={"path": str(path)},
        ) from err
    return table, next_key if is_integer_key and type(next_key) is int else None


def _old_type(entry: Mapping[str, Any], name: str) -> str:
    for column in entry["columns"]:
        if column["name"] == name:
            return str(column["type"])
    raise ValueError(f"the primary key {name!r} is no column")


def _column(plain: Mapping[str, Any], key: str | None) -> Column:
    name = plain["name"]
    if not isinstance(name, str):
        raise TypeError(f"{name!r} is no name of a column")
    type_ = TYPES[_KINDS[plain["type"]]]
    default = plain.get("default")
    return Column(
        name,
        type_,
        nullable=plain.get("nullable", True) is not False and name != key,
        primary_key=name == key,
        default=MISSING if default is None else type_.convert(default),
        comment=plain.get("comment") or None,
    )


class OldCells:
    """The cells of one table of the old library.

    Attributes:
        notes: What was not kept, in words.
    """

    def __init__(self, table: Table, path: Path) -> None:
        self._table = table
        self._path = path
        self._convert = [_CONVERT.get(column.type.python_type) for column in table.columns]
        self.notes: list[str] = []

    def decode(
        self, records: Sequence[Mapping[str, Any]], first_row: int = 1
    ) -> list[tuple[Stored, ...]]:
        """Return the stored values of records.

        Raises:
            CorruptFileError: A value is not of its column.
        """
        columns = []
        for column, convert in zip(self._table.columns, self._convert, strict=True):
            cells = [record.get(column.name) for record in records]
            if convert is not None:
                cells = self._converted(column, convert, cells, first_row)
            columns.append(cells)
        return list(zip(*columns, strict=True))

    def _converted(
        self, column: Column, convert: Callable[[Any], Stored], cells: list[Any], first_row: int
    ) -> list[Any]:
        converted: list[Stored] = []
        for cell in cells:
            try:
                converted.append(None if cell is None else convert(cell))
            except DECODE_ERRORS as err:
                row = first_row + len(converted)
                raise CorruptFileError(
                    f"'{self._path}', table '{self._table.name}', row {row}: {short_repr(cell)} "
                    f"is no value of the column '{column.name}' ({column.type.sql_name}). "
                    "Correct it in the file, or restore the file from a backup.",
                    table_name=self._table.name,
                    column_name=column.name,
                    details={"path": str(self._path), "row": row},
                ) from err
        if column.type.python_type is float:
            self._note_lost_nan(column, cells, converted)
        return converted

    def _note_lost_nan(self, column: Column, cells: list[Any], converted: list[Stored]) -> None:
        note = NAN_NOTE.format(column.name)
        if note not in self.notes and converted.count(None) > cells.count(None):
            self.notes.append(note)


def _text(cell: Any) -> str:
    if type(cell) is not str:
        raise TypeError
    return cell


def _whole(cell: Any) -> int:
    if type(cell) not in (int, bool) or not -(2**63) <= cell < 2**63:
        raise TypeError
    return int(cell)


def _real(cell: Any) -> Stored:
    if type(cell) is str or cell is None:
        raise TypeError
    return None if math.isnan(cell) else float(cell)


def _container(kind: type) -> Callable[[Any], Stored]:
    def convert(cell: Any) -> Stored:
        if type(cell) is not kind:
            raise TypeError
        return to_json_text(cell)

    return convert


_CONVERT: dict[type, Callable[[Any], Stored]] = {
    int: _whole,
    str: _text,
    float: _real,
    bool: _whole,
    bytes: lambda cell: base64.b64decode(_text(cell), validate=True),
    datetime: lambda cell: datetime.fromisoformat(cell).isoformat(" ", "microseconds"),
    date: lambda cell: date.fromisoformat(cell).isoformat(),
    timedelta: lambda cell: timedelta(seconds=cell) // timedelta(microseconds=1),
    list: _container(list),
    dict: _container(dict),
}

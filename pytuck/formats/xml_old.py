"""XML files of the old library."""

from __future__ import annotations

import json
from typing import Any, ClassVar

from pytuck.common.exceptions import CorruptFileError
from pytuck.common.progress import Work
from pytuck.formats.old_schema import OldCells, table_from_old
from pytuck.formats.xml_layout import XmlLayout
from pytuck.formats.xml_own import OwnTables, PendingTable
from pytuck.formats.xml_source import XmlSource

_BOOLEANS = {"true": True, "false": False}
_FLAGS = ("nullable", "primary_key", "index")


class OldTables(OwnTables):
    """Reads the tables of one file of the old library."""

    last_version: ClassVar[int] = 2

    def __init__(self, source: XmlSource, layout: XmlLayout, work: Work) -> None:
        super().__init__(source, layout, work)
        self._columns: list[dict[str, Any]] = []
        self._record: dict[str, Any] = {}
        self._cells: dict[str, OldCells] = {}

    def _start_columns(self, attributes: dict[str, str]) -> None:
        self._columns = []

    def _start_column(self, attributes: dict[str, str]) -> None:
        try:
            column: dict[str, Any] = dict(attributes)
            for flag in _FLAGS:
                # An index may be named by its kind, as "sorted".
                column[flag] = _BOOLEANS.get(attributes.get(flag, "false"), True)
            if "default" in attributes:
                kind = attributes.get("default_type", attributes["type"])
                column["default"] = _value(kind, attributes["default"])
        except (ValueError, KeyError, RecursionError) as err:
            raise self._error(f"the description of a column is not valid ({err}).") from err
        self._columns.append(column)

    def _end_columns(self) -> None:
        assert self._table is not None
        attributes = self._table.attributes
        entry: dict[str, Any] = {
            "primary_key": attributes.get("primary_key"),
            "comment": attributes.get("comment"),
            "columns": self._columns,
        }
        if attributes.get("next_id", "").isdecimal():
            entry["next_id"] = int(attributes["next_id"][:18])
        table, next_key = table_from_old(self._table.name, entry, self._path)
        self._cells[table.name] = OldCells(table, self._path)
        self._begin(table, next_key)
        self._layout.chunks.pop(table.name)  # it is never written again in this layout

    def _start_record(self, attributes: dict[str, str]) -> None:
        super()._start_record(attributes)
        self._record = {}

    def _end_field(self) -> None:
        text = "".join(self.texts)
        place = self._field_place(text)
        if self._attributes.get("null") == "true":
            return
        try:
            value = _value(self._attributes.get("type", "str"), text)
        except (ValueError, KeyError, RecursionError) as err:
            raise self._bad_field(place, text, err) from err
        self._record[self._attributes["name"]] = value

    def _end_record(self) -> None:
        assert self._table is not None
        self._table.rows.append(self._record)
        self._table.done += 1

    def _stored(self, table: PendingTable, rows: list[Any]) -> list[Any]:
        cells = self._cells[table.name]
        try:
            return cells.decode(rows, table.done - len(rows) + 1)
        except RecursionError as err:
            raise CorruptFileError(
                f"'{self._path}', table '{table.name}': a value has too many levels.",
                table_name=table.name,
                details={"path": str(self._path)},
            ) from err
        finally:
            if table.stream is not None:
                table.stream.notes = tuple(cells.notes)


def _value(kind: str, text: str) -> Any:
    """Return what JSON would have for the text of a field."""
    if kind == "int":
        return int(text)
    if kind in {"float", "timedelta"}:
        return float(text)
    if kind == "bool":
        return _BOOLEANS[text.strip().lower()]
    if kind in {"list", "dict"}:
        return json.loads(text)
    return text

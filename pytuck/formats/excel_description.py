"""The hidden sheet of our workbooks: which tables there are, and in which sheets they stand."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pytuck.common.exceptions import CorruptFileError, NewerFormatError, SchemaError
from pytuck.formats.excel_sheet_xml import SheetRow
from pytuck.schema import Table
from pytuck.schema.json_form import table_from_json, table_to_json

VERSION = 3
"""The old library's were 1 and 2."""
SHEET_NAME = "_pytuck_tables"
LONGEST_NAME = 31

_HEADER = ("pytuck workbook", "version")
_PIECE = 16_000  # characters of a description in one cell
_FORBIDDEN = re.compile(r"[\[\]:*?/\\\x00-\x1f\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class TableSheet:
    """One table, and where it stands.

    Attributes:
        sheet: The name of its sheet.
        member: The sheet's XML in the zip.
    """

    table: Table
    sheet: str
    member: str
    rows: int
    next_key: int | None = None


def is_description(rows: Sequence[SheetRow]) -> bool:
    """Whether rows are those of our sheet, and not of the old library's."""
    return bool(rows) and rows[0][1][:1] == [_HEADER[0]]


def description_rows(items: Iterable[TableSheet]) -> list[list[str]]:
    """Return the texts of the sheet."""
    rows = [[*_HEADER, str(VERSION)]]
    for item in items:
        plain: dict[str, Any] = {
            "name": item.table.name,
            "sheet": item.sheet,
            "rows": item.rows,
            "next_key": item.next_key,
            "schema": table_to_json(item.table),
        }
        text = json.dumps(plain, separators=(",", ":"))
        rows.append([text[place : place + _PIECE] for place in range(0, len(text), _PIECE)])
    rows.append(["end"])
    return rows


def read_description(
    rows: Sequence[SheetRow], members: dict[str, str], path: Path
) -> list[TableSheet]:
    """Return the tables that the sheet describes.

    Args:
        members: The members of the sheets by their names.

    Raises:
        CorruptFileError: It is damaged, or a sheet is not there.
        NewerFormatError: A newer version wrote it.
    """
    texts = ["".join(str(cell) for cell in cells if cell is not None) for _, cells in rows]
    version = str(rows[0][1][2]) if len(rows[0][1]) > 2 else ""
    if version.isdecimal() and int(version) > VERSION:
        raise NewerFormatError(f"'{path}' was made by a newer version; update this program.")
    if texts[-1] != "end":
        raise _damage(path, "it has no end")
    try:
        return [_read_table(json.loads(text), members) for text in texts[1:-1]]
    except (ValueError, KeyError, TypeError, RecursionError, SchemaError) as err:
        raise _damage(path, str(err)) from err


def _read_table(plain: dict[str, Any], members: dict[str, str]) -> TableSheet:
    sheet, rows, next_key = plain["sheet"], plain["rows"], plain.get("next_key")
    if type(rows) is not int or not isinstance(plain["name"], str):
        raise ValueError("a table has no name or no number of rows")
    if sheet not in members:
        raise ValueError(f"the sheet '{sheet}' is missing")
    table = table_from_json(plain["name"], plain["schema"])
    return TableSheet(
        table, sheet, members[sheet], rows, next_key if type(next_key) is int else None
    )


def _damage(path: Path, reason: str) -> CorruptFileError:
    return CorruptFileError(
        f"'{path}': the hidden sheet '{SHEET_NAME}', which describes the tables, is damaged "
        f"({reason}). Restore the file from a copy, or delete that sheet to read the rest without.",
        details={"path": str(path), "sheet": SHEET_NAME},
    )


def sheet_name(table: str, taken: set[str]) -> str:
    """Return a name for the sheet of a table that Excel accepts and that is not taken.

    Args:
        taken: Names that are taken, case-folded.
    """
    wanted = _FORBIDDEN.sub("_", table)[:LONGEST_NAME].strip().strip("'") or "table"
    if wanted.casefold() in {"history", SHEET_NAME}:
        wanted += "_"
    chosen, number = wanted, 2
    while chosen.casefold() in taken:
        ending = f"_{number}"
        chosen = wanted[: LONGEST_NAME - len(ending)] + ending
        number += 1
    return chosen

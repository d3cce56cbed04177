"""Objects of a model from a CSV file or an Excel sheet."""

from __future__ import annotations

import csv
import importlib.util
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

from pytuck.common.exceptions import (
    BadRowError,
    MissingDependencyError,
    SerializationError,
    UnknownFileError,
    ValidationError,
)
from pytuck.core.models import PureBaseModel
from pytuck.tools.settings import path_of
from pytuck.tools.targets import refuse_missing

T = TypeVar("T", bound=PureBaseModel)

_WORKBOOKS = (".xlsx", ".xlsm", ".xls")


def load_table(
    model: type[T],
    file_path: str | Path,
    *,
    sheet_name: str | None = None,
    encoding: str = "utf-8-sig",
    delimiter: str = ",",
) -> list[T]:
    """Return an object of a model for each row of a CSV file or an Excel sheet.

    The first row names the columns, by their names in the database or by those of the model's
    attributes; other columns are passed over. Empty cells are None. The objects belong to no
    session.

    Args:
        sheet_name: A sheet of a workbook; the first one if not given.
        encoding, delimiter: Of CSV.

    Raises:
        FileNotFoundError: There is no file.
        ValueError: The kind of file is unknown, a sheet is missing, or a row does not fit.
    """
    path = path_of(file_path)
    refuse_missing(path)
    ending = path.suffix.lower()
    if ending == ".csv":
        rows = _csv_rows(path, encoding, delimiter)
    elif ending in _WORKBOOKS:
        rows = _sheet_rows(path, sheet_name)
    else:
        raise UnknownFileError(
            f"Unsupported file type: '{path.suffix}' of '{path}'. It must be .csv, .xlsx or .xls."
        )
    return list(_objects(model, path, rows))


def _objects(model: type[T], path: Path, rows: Iterator[Sequence[Any]]) -> Iterator[T]:
    header = next(rows, ())
    attributes = _attributes(model, header)
    for number, row in enumerate(rows, 2):
        values = [None if value == "" else value for value in row]
        if all(value is None for value in values):
            continue
        given = {
            attribute: value
            for attribute, value in zip(attributes, values, strict=False)
            if attribute is not None and value is not None
        }
        try:
            yield model(**given)
        except ValidationError as err:
            raise BadRowError(
                f"Error at row {number} of '{path}': {err.message}",
                table_name=err.table_name,
                column_name=err.column_name,
                details={"row": number, "path": str(path)},
            ) from err


def _attributes(model: type[PureBaseModel], header: Iterable[Any]) -> list[str | None]:
    """Return the attribute of the model that each column is for."""
    by_name = {attribute: attribute for attribute in model.__columns__}
    by_name |= {column.name: attribute for attribute, column in model.__columns__.items()}
    return [by_name.get(str(name).strip()) for name in header]


def _csv_rows(path: Path, encoding: str, delimiter: str) -> Iterator[Sequence[Any]]:
    try:
        with path.open(encoding=encoding, newline="") as file:
            yield from csv.reader(file, delimiter=delimiter)
    except (UnicodeDecodeError, csv.Error, LookupError) as err:
        raise SerializationError(
            f"'{path}' cannot be read as CSV: {err}. Check the encoding ('{encoding}') and the "
            f"delimiter ('{delimiter}').",
            details={"path": str(path)},
        ) from err


def _sheet_rows(path: Path, sheet_name: str | None) -> Iterator[Sequence[Any]]:
    if importlib.util.find_spec("python_calamine") is None:
        raise MissingDependencyError("python_calamine", "excel")
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        with CalamineWorkbook.from_path(str(path)) as book:
            if sheet_name is not None and sheet_name not in book.sheet_names:
                raise UnknownFileError(
                    f"Sheet '{sheet_name}' not found in '{path}'. Its sheets are: "
                    f"{', '.join(book.sheet_names)}."
                )
            sheet = book.get_sheet_by_name(sheet_name or book.sheet_names[0])
            yield from map(_whole_numbers, sheet.iter_rows())
    except CalamineError as err:
        raise SerializationError(
            f"'{path}' cannot be read as a workbook: {err}", details={"path": str(path)}
        ) from err


def _whole_numbers(row: Sequence[Any]) -> list[Any]:
    """Return a row with its whole numbers as `int`: a sheet knows only floats."""
    return [
        int(value) if isinstance(value, float) and value.is_integer() else value for value in row
    ]

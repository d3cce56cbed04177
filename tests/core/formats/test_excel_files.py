"""Excel workbooks: our own, and whatever others write."""

from __future__ import annotations

import zipfile
from datetime import date

import openpyxl
import pytest
from hypothesis import given, settings

from pytuck.common.exceptions import FileFormatError, PytuckException, TypeConversionError
from pytuck.common.options import ExcelBackendOptions
from pytuck.formats.excel_format import FORMAT
from pytuck.schema import Column, Table
from pytuck.types import TYPES
from tests.core.formats.table_rows import RowsInMemory
from tests.core.formats.typed_rows import TABLE, rows, same

PEOPLE = Table("people", (Column("name", TYPES[str]), Column("born", TYPES[date])))
NAMES = [("Ada", "1815-12-10"), ("=1+1", "1999-01-31"), ("", None), (None, None), ("007", None)]


def read(path, **how):
    with FORMAT.read(path, **how) as reading:
        return {
            stream.table.name: [tuple(row) for batch in stream.batches for row in batch]
            for stream in reading
        }, reading.layout


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("excel")


@given(rows())
@settings(max_examples=10, deadline=None)
def test_every_value_comes_back(folder, values):
    path = folder / "all.xlsx"
    FORMAT.save(path, [RowsInMemory(TABLE, values)])
    assert same(read(path)[0][TABLE.name], values)


def test_openpyxl_sees_typed_cells(tmp_path):
    path = tmp_path / "a.xlsx"
    FORMAT.save(path, [RowsInMemory(PEOPLE, NAMES)])
    book = openpyxl.load_workbook(path)
    cells = list(book["people"].iter_rows(values_only=True))
    assert cells[0] == ("name", "born")
    assert cells[2][0] == "=1+1"
    assert book["people"]["A3"].data_type == "s"
    assert cells[2][1].date() == date(1999, 1, 31)
    assert book["_pytuck_tables"].sheet_state == "hidden"


def test_an_unchanged_sheet_is_taken_over_and_the_whole_is_as_if_written_anew(tmp_path):
    path, fresh = tmp_path / "a.xlsx", tmp_path / "b.xlsx"
    other = Table("_metadata", PEOPLE.columns)
    FORMAT.save(path, [RowsInMemory(PEOPLE, NAMES), RowsInMemory(other, NAMES)])
    _, layout = read(path)
    tables = [RowsInMemory(PEOPLE, NAMES, changed=[]), RowsInMemory(other, NAMES[:2], changed=[3])]
    FORMAT.save(path, tables, layout=layout)
    FORMAT.save(fresh, tables)
    assert read(path)[0] == read(fresh)[0] == {"people": NAMES, "_metadata": NAMES[:2]}


def test_a_text_too_long_is_refused_before_the_file_appears(tmp_path):
    path = tmp_path / "a.xlsx"
    with pytest.raises(TypeConversionError, match=r"people.*name.*row 2"):
        FORMAT.save(path, [RowsInMemory(PEOPLE, [("a", None), ("x" * 32_768, None)])])
    assert not path.exists()


def test_a_workbook_of_others_has_its_types_found_out(tmp_path):
    path = tmp_path / "a.xlsx"
    book = openpyxl.Workbook()
    for row in (
        ["id", "zip", "day", "mixed"],
        [1, "01234", date(2024, 2, 3), "x"],
        [2, "9", None, 4],
    ):
        book.active.append(row)
    book.save(path)
    with FORMAT.read(path, ExcelBackendOptions(row_numbers="row")) as reading:
        stream = next(iter(reading))
        assert [column.type.sql_name for column in stream.table.columns] == [
            "INTEGER",
            "INTEGER",
            "TEXT",
            "DATE",
            "JSON_VALUE",
        ]
        assert [tuple(row) for batch in stream.batches for row in batch] == [
            (2, 1, "01234", "2024-02-03", '"x"'),
            (3, 2, "9", None, "4"),
        ]


def test_a_truncated_workbook_is_told(tmp_path):
    path = tmp_path / "a.xlsx"
    FORMAT.save(path, [RowsInMemory(PEOPLE, NAMES)])
    whole = path.read_bytes()
    for size in range(0, len(whole), 29):
        path.write_bytes(whole[:size])
        with pytest.raises(PytuckException):
            read(path)


@pytest.mark.parametrize(
    "sheet",
    [
        '<!DOCTYPE a [<!ENTITY b "c">]><worksheet/>',
        '<worksheet><sheetData><row r="99999999999"/></sheetData></worksheet>',
        '<worksheet><sheetData><row r="1"><c r="ZZZZ1"><v>1</v></c></row></sheetData></worksheet>',
        '<worksheet><sheetData><row r="1"><c r="A1"><v>x</v></c></row></sheetData></worksheet>',
        "<worksheet><sheetData>",
    ],
)
def test_hostile_sheets_are_refused(tmp_path, sheet):
    path, bad = tmp_path / "a.xlsx", tmp_path / "bad.xlsx"
    FORMAT.save(path, [RowsInMemory(PEOPLE, NAMES)])
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(bad, "w") as new:
        for name in old.namelist():
            new.writestr(name, sheet if name.endswith("sheet1.xml") else old.read(name))
    with pytest.raises(FileFormatError):
        read(bad)

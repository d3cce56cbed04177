"""Excel workbooks: our own, and whatever others write."""

from __future__ import annotations

import shutil
import zipfile
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given, settings

from pytuck.common.exceptions import (
    CorruptFileError,
    FileFormatError,
    PytuckException,
    SerializationError,
    TypeConversionError,
    UnsupportedOperationError,
)
from pytuck.common.options import ExcelBackendOptions
from pytuck.formats.base import Overrides
from pytuck.formats.excel_format import FORMAT
from pytuck.formats.zip_container import ZipReader
from pytuck.schema import Column, Table
from pytuck.types import TYPES
from tests.core.formats.every_type import (
    EMPTY,
    assert_same,
    expected,
    read_all,
    rows_of_child,
    rows_of_everything,
)
from tests.core.formats.table_rows import RowsInMemory
from tests.core.formats.typed_rows import TABLE, rows, same

OLD = Path(__file__).parents[2] / "data" / "old_library"
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


# --- Values and places ---------------------------------------------------------------------------


def replaced(path, target, member, change):
    """Copy a workbook with one member changed."""
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            data = old.read(name)
            new.writestr(name, change(data) if name == member else data)


@given(rows_of_everything())
@settings(max_examples=40, deadline=None)
def test_tables_come_back_with_their_structure(folder, everything):
    path = folder / "structure.xlsx"
    tables = [everything, rows_of_child(), RowsInMemory(EMPTY)]
    FORMAT.save(path, tables)
    found, layout = read_all(FORMAT, path)
    assert_same(found, expected(tables))
    unchanged = [replace(rows, changed=()) for rows in tables]
    FORMAT.save(path, unchanged, layout=layout)
    assert_same(read_all(FORMAT, path)[0], expected(tables))


def test_many_rows_of_every_kind_come_back(tmp_path):
    """Enough rows for several blocks, with changes of kind between and within them."""
    table = Table(
        "t",
        (
            Column("id", TYPES[int], nullable=False, primary_key=True),
            Column("text", TYPES[str]),
            Column("number", TYPES[float]),
            Column("truth", TYPES[bool]),
            Column("day", TYPES[date]),
            Column("moment", TYPES[datetime]),
            Column("whole", TYPES[int]),
        ),
        primary_key=("id",),
        rowid_alias="id",
    )
    texts = ["a & b", "<x>", "", None, "_x0041_", "line\nand\r\nline", "é 😀", "\\t:x", "]]>", " "]
    wholes = [1, None, 10**15, 2**63 - 1, -5, "odd", 0.5]
    rows = [
        (
            number,
            texts[number % len(texts)] if number > 9000 else f"plain {number}",
            None if not number % 50 else number / 3,
            (number % 2, None)[number % 97 == 0],
            f"2{number % 900:03}-02-03" if number % 501 else None,
            f"20{number % 90 + 10}-02-03 04:05:06.{number % 1000:03}{'001' if not number % 4000 else '000'}",
            wholes[number % len(wholes)] if number > 12_000 else number,
        )
        for number in range(1, 15_001)
    ]
    path = tmp_path / "a.xlsx"
    FORMAT.save(path, [RowsInMemory(table, rows)])
    assert same(read(path)[0]["t"], rows)


def test_expressions_and_the_parser_read_the_same(tmp_path):
    """A comment before the rows leaves the whole sheet to the parser."""
    rows = [
        (f"text {n} &<", None if n % 7 == 3 else f"2020-01-{n % 28 + 1:02}") for n in range(9000)
    ]
    path, parsed = tmp_path / "a.xlsx", tmp_path / "b.xlsx"
    FORMAT.save(path, [RowsInMemory(PEOPLE, rows)])
    replaced(
        path,
        parsed,
        "xl/worksheets/sheet1.xml",
        lambda data: data.replace(b"<sheetData>", b"<!-- --><sheetData>"),
    )
    assert read(path)[0] == read(parsed)[0] == {"people": rows}


def test_rows_are_the_same_whatever_the_parser_must_look_at(tmp_path):
    """Unusual rows between usual ones: other attributes, CDATA, rich text, formulas."""
    path, changed = tmp_path / "a.xlsx", tmp_path / "b.xlsx"
    book = openpyxl.Workbook()
    for number in range(12_000):
        book.active.append([number, f"t {number}"])
    book.save(path)
    odd = {
        6000: b'<row r="6000"><c r="A6000" t="str"><f>1&amp;"&lt;"</f><v>f</v></c></row>',
        7000: b'<row ht="5" r="7000"><c s="0" r="B7000"><v>7</v></c></row>',
        9000: b'<row r="9000"><c r="B9000" t="inlineStr"><is><t><![CDATA[</row>]]></t></is></c></row>',
        9500: b'<row r="9500"><c r="B9500" t="inlineStr"><is><r><t>ri</t></r><r><t>ch</t></r></is></c></row>',
    }

    def change(data):
        for number, row in odd.items():
            start = data.index(b'<row r="%d"' % number)
            data = data[:start] + row + data[data.index(b"</row>", start) + 6 :]
        return data

    replaced(path, changed, "xl/worksheets/sheet1.xml", change)
    options = ExcelBackendOptions(has_header=False)
    rows = read(changed, options=options)[0]["Sheet"]
    plain = {number: (str(number - 1), f'"t {number - 1}"') for number in range(1, 12_001)}
    plain |= {
        6000: ('"f"', None),
        7000: (None, "7"),
        9000: (None, '"</row>"'),
        9500: (None, '"rich"'),
    }
    assert rows == list(plain.values())


# --- Incremental saves ---------------------------------------------------------------------------


def test_members_of_unchanged_sheets_are_the_same_bytes(tmp_path):
    path = tmp_path / "a.xlsx"
    other = Table("other", PEOPLE.columns)
    FORMAT.save(path, [RowsInMemory(PEOPLE, NAMES), RowsInMemory(other, NAMES)])
    with zipfile.ZipFile(path) as members:
        before = {info.filename: (info.date_time, info.CRC) for info in members.infolist()}
    _, layout = read(path)
    tables = [RowsInMemory(PEOPLE, NAMES, changed=()), RowsInMemory(other, NAMES[:1], changed=[2])]
    with ZipReader(path) as old:
        packed = b"".join(old.packed("xl/worksheets/sheet1.xml"))
    FORMAT.save(path, tables, layout=layout)
    with ZipReader(path) as new:
        assert b"".join(new.packed("xl/worksheets/sheet1.xml")) == packed
        assert before["xl/worksheets/sheet2.xml"][1] != new.info("xl/worksheets/sheet2.xml").CRC


def test_tables_are_added_renamed_and_dropped(tmp_path):
    path = tmp_path / "a.xlsx"
    names = ["a" * 40, "A" * 40, "history", "_pytuck_tables", "x/[y]*", "'q'", "", "Ж" * 32]
    tables = [RowsInMemory(Table(name, PEOPLE.columns), NAMES) for name in names]
    layout = FORMAT.save(path, tables)
    assert read(path)[0] == dict.fromkeys(names, NAMES)
    titles = openpyxl.load_workbook(path).sheetnames
    assert len({title.casefold() for title in titles}) == len(names) + 1
    kept = [replace(rows, changed=()) for rows in tables[1::2]]
    added = RowsInMemory(Table("new", PEOPLE.columns), NAMES[:1])
    FORMAT.save(path, [*kept, added], layout=layout)
    assert read(path)[0] == {**dict.fromkeys(names[1::2], NAMES), "new": NAMES[:1]}


def test_lost_rows_of_a_sheet_are_noticed(tmp_path):
    path, bad = tmp_path / "a.xlsx", tmp_path / "b.xlsx"
    FORMAT.save(path, [RowsInMemory(PEOPLE, NAMES)])

    def without_last_row(data):
        return data[: data.rindex(b"<row ")] + data[data.rindex(b"</row>") + 6 :]

    replaced(path, bad, "xl/worksheets/sheet1.xml", without_last_row)
    with pytest.raises(CorruptFileError, match="has 4 rows instead of 5"):
        read(bad)


@pytest.mark.parametrize(
    ("table", "rows", "match"),
    [
        (PEOPLE, [("x", None)] * 1_048_576, "1,048,576 rows"),
        (Table("wide", tuple(Column(f"c{n}", TYPES[int]) for n in range(16_385))), [], "columns"),
    ],
)
def test_tables_too_large_for_a_sheet_are_refused(tmp_path, table, rows, match):
    with pytest.raises(SerializationError, match=match):
        FORMAT.save(tmp_path / "a.xlsx", [RowsInMemory(table, rows)])
    assert list(tmp_path.iterdir()) == []


# --- Workbooks of others -------------------------------------------------------------------------


def foreign(path, rows, **how):
    with xlsxwriter.Workbook(str(path), how) as book:
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        sheet = book.add_worksheet("data")
        for number, row in enumerate(rows):
            for place, value in enumerate(row):
                is_moment = isinstance(value, datetime)
                style = moment if is_moment else day if isinstance(value, date) else None
                sheet.write(number, place, value, style)
        book.add_worksheet("nothing")


def first(path, **how):
    with FORMAT.read(path, **how) as reading:
        return [
            (stream, [tuple(row) for batch in stream.batches for row in batch])
            for stream in reading
        ]


@pytest.mark.parametrize("since_1904", [False, True])
def test_types_of_others_are_found_out(tmp_path, since_1904):
    path = tmp_path / "a.xlsx"
    rows = [
        ["n", "f", "day", "moment", "on", "code", "n", None, "mix"],
        [1, 0.5, date(2024, 2, 3), datetime(2024, 2, 3, 4, 5, 6), True, "007", 3, 1, "x"],
        [2, 2, date(1999, 1, 1), None, False, "1e5", 4, 2, 5],
    ]
    foreign(path, rows, date_1904=since_1904)
    ((stream, found),) = first(path)
    assert [(column.name, column.type.sql_name) for column in stream.table.columns] == [
        ("n", "INTEGER"),
        ("f", "REAL"),
        ("day", "DATE"),
        ("moment", "DATETIME"),
        ("on", "BOOLEAN"),
        ("code", "TEXT"),
        ("n_2", "INTEGER"),
        ("column_8", "INTEGER"),
        ("mix", "JSON_VALUE"),
    ]
    assert stream.is_inferred
    assert any("n_2" in note for note in stream.notes)
    assert any("formulas" in note for note in stream.notes)
    assert found == [
        (1, 0.5, "2024-02-03", "2024-02-03 04:05:06.000000", 1, "007", 3, 1, '"x"'),
        (2, 2.0, "1999-01-01", None, 0, "1e5", 4, 2, "5"),
    ]


def test_decided_types_win(tmp_path):
    path = tmp_path / "a.xlsx"
    foreign(path, [["n", "t"], [1, "5"], [2, "6"]])
    ((stream, found),) = first(path, overrides=Overrides({"data": {"n": str, "t": int}}))
    assert [column.type for column in stream.table.columns] == [TYPES[str], TYPES[int]]
    assert found == [("1", 5), ("2", 6)]
    with pytest.raises(SerializationError, match=r"row 2.*'t'"):
        first(path, overrides=Overrides({"data": {"t": date}}))


def test_many_rows_of_others_have_their_kinds(tmp_path):
    """Enough rows for several blocks, whose columns change their kind late."""
    path = tmp_path / "a.xlsx"
    count = 20_000
    rows = [["n", "w", "m", "s"]]
    for n in range(count):
        when = datetime(2020, 1, 1, n % 24) if n != count - 3 else datetime(2020, 1, 2)
        rows.append([n, n if n < count - 2 else n + 0.5, when, f"t & {n}" if n % 9 else None])
    foreign(path, rows)
    ((stream, found),) = first(path)
    assert [c.type.sql_name for c in stream.table.columns] == [
        "INTEGER",
        "REAL",
        "DATETIME",
        "TEXT",
    ]
    assert found == [(n, float(w), m.isoformat(" ", "microseconds"), s) for n, w, m, s in rows[1:]]
    assert set(map(type, (row[1] for row in found))) == {float}


def test_a_workbook_of_others_becomes_ours_when_it_is_saved(tmp_path):
    path = tmp_path / "a.xlsx"
    foreign(path, [["n", "t"], [1, "5"], [2, "6"]])
    with FORMAT.read(path) as reading:
        tables = [
            RowsInMemory(stream.table, [tuple(row) for batch in stream.batches for row in batch])
            for stream in reading
        ]
        layout = reading.layout
    FORMAT.save(path, [replace(rows, changed=()) for rows in tables], layout=layout)
    ((stream, found),) = first(path)
    assert not stream.is_inferred
    assert found == [(1, "5"), (2, "6")]


# --- Files of the old library --------------------------------------------------------------------


def test_a_workbook_of_the_old_library_is_read_and_saved(tmp_path):
    path = Path(shutil.copy(OLD / "excel.xlsx", tmp_path / "old.xlsx"))
    streams = first(path)
    tables = {stream.table.name: (stream, found) for stream, found in streams}
    things, rows = tables["things"]
    kinds = (int, str, float, bool, bytes, datetime, date, timedelta, list, dict)
    assert [column.type for column in things.table.columns] == [TYPES[kind] for kind in kinds]
    assert (things.table.comment, things.next_key, things.table.primary_key) == (
        "All of them",
        4,
        ("id",),
    )
    assert rows == [
        (
            1,
            'a,"b"\r\nc _x0041_',
            1.5,
            1,
            b"\x00\xff",
            "2024-01-02 03:04:05.000006",
            "2024-02-29",
            1500000,
            '[1,"x"]',
            '{"k":null}',
        ),
        (2, "你好 007", None, 0, None, "2024-01-02 00:00:00.000000+05:30", None, None, "[]", "{}"),
        (3, "007", None, None, None, None, None, None, None, None),
    ]
    assert tables["笔记"][1] == [("ä", 1), ("b", None)]
    assert tables["empty"][1] == []
    assert tables["nokey"][1] == [(3, "y"), (3, "y"), (None, "y")]
    FORMAT.save(path, [RowsInMemory(stream.table, found) for stream, found in streams])
    assert [found for _, found in first(path)] == [found for _, found in streams]


# --- Damage and attacks --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "member",
    ["[Content_Types].xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/styles.xml"],
)
def test_a_document_type_in_any_part_is_refused_or_not_looked_at(tmp_path, member):
    path, bad = tmp_path / "a.xlsx", tmp_path / "b.xlsx"
    foreign(path, [["a"], [date(2020, 1, 1)]])
    entities = b'<!DOCTYPE a [<!ENTITY b "cccc"><!ENTITY d "&b;&b;&b;">]>'
    replaced(path, bad, member, lambda data: data.replace(b"?>", b"?>" + entities, 1))
    if member == "[Content_Types].xml":  # is not needed
        assert first(bad)[0][1] == [("2020-01-01",)]
        return
    with pytest.raises(FileFormatError, match="document type"):
        first(bad)


def test_a_document_type_in_shared_texts_is_refused(tmp_path):
    path, bad = tmp_path / "a.xlsx", tmp_path / "b.xlsx"
    foreign(path, [["a"], ["text"]])
    doctype = b'?><!DOCTYPE sst SYSTEM "file:///etc/passwd">'
    replaced(path, bad, "xl/sharedStrings.xml", lambda data: data.replace(b"?>", doctype, 1))
    with pytest.raises(FileFormatError, match="document type"):
        first(bad)


@pytest.mark.parametrize(
    "data",
    [
        '<dimension ref="A1:XFD1048576"/><sheetData><row r="1"><c r="A1"><v>1</v></c></row></sheetData>',
        '<sheetData><row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>',
        (
            '<sheetData><row r="1"><c r="A1"><v>1</v></c></row></sheetData>'
            '<mergeCells count="1"><mergeCell ref="A1:XFD1048576"/></mergeCells>'
        ),
    ],
)
def test_far_cells_and_huge_ranges_are_only_what_they_hold(tmp_path, data):
    path, bad = tmp_path / "a.xlsx", tmp_path / "b.xlsx"
    foreign(path, [["a"], ["text"]])
    replaced(
        path, bad, "xl/worksheets/sheet1.xml", lambda _: f"<worksheet>{data}</worksheet>".encode()
    )
    (_, found), *_ = first(bad, options=ExcelBackendOptions(has_header=False))
    assert len(found) == data.count("<row")
    assert found[0][0] == 1
    assert found[-1][-1] == 1


def test_a_far_row_in_a_sheet_of_ours_does_not_fill_the_memory(tmp_path):
    path, bad = tmp_path / "a.xlsx", tmp_path / "b.xlsx"
    table = Table("t", tuple(Column(f"c{n}", TYPES[int]) for n in range(20)))
    FORMAT.save(path, [RowsInMemory(table, [(1,) * 20])])
    far = b'<row r="1048576"><c r="A1048576"><v>1</v></c></row></sheetData>'
    replaced(
        path,
        bad,
        "xl/worksheets/sheet1.xml",
        lambda data: data.replace(b"</sheetData>", far),
    )
    with pytest.raises(CorruptFileError, match="far behind"):
        read(bad)


def test_a_bomb_is_refused(tmp_path):
    path, bad = tmp_path / "a.xlsx", tmp_path / "b.xlsx"
    foreign(path, [["a"], ["text"]])
    replaced(path, bad, "xl/worksheets/sheet1.xml", lambda _: b" " * (64 << 20))
    with pytest.raises(FileFormatError, match="would become"):
        first(bad)


@pytest.mark.parametrize("encoding", [b"UTF-0", b"utf-7", b"big5"])
@pytest.mark.parametrize("member", ["xl/workbook.xml", "xl/worksheets/sheet1.xml"])
def test_unknown_encodings_are_told(tmp_path, member, encoding):
    path, bad = tmp_path / "a.xlsx", tmp_path / "b.xlsx"
    FORMAT.save(path, [RowsInMemory(PEOPLE, NAMES)])
    replaced(path, bad, member, lambda data: data.replace(b"UTF-8", encoding, 1))
    with pytest.raises(CorruptFileError, match=r"b\.xlsx.*(encoding|well-formed)"):
        read(bad)


@pytest.mark.parametrize("seed", range(60))
def test_damaged_parts_never_end_in_an_error_of_a_library(tmp_path, seed):
    path, bad = tmp_path / "a.xlsx", tmp_path / "b.xlsx"
    FORMAT.save(path, [RowsInMemory(PEOPLE, NAMES)])
    chance = Random(seed)
    member = chance.choice(
        ["xl/workbook.xml", "xl/worksheets/sheet1.xml", "xl/worksheets/pytuck.xml"]
    )

    def change(data):
        place = chance.randrange(len(data))
        inserted = chance.choice([b"", b"<c/>", b"<v>", b"&x;", b"1e999", b"-", b"\xff", b"<!--"])
        return data[:place] + inserted + data[place + chance.randrange(9) :]

    replaced(path, bad, member, change)
    message = "b.xlsx"
    try:
        read(bad)
    except PytuckException as error:
        message = str(error)
    assert "b.xlsx" in message


@pytest.mark.parametrize(
    "content", [b"", b"PK", b"a,b\n", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" * 99]
)
def test_what_is_no_workbook_is_told(tmp_path, content):
    path = tmp_path / "a.xlsx"
    path.write_bytes(content)
    with pytest.raises(PytuckException, match=r"a\.xlsx"):
        first(path)


# --- Shared texts, and workbooks of other kinds ---------------------------------------------------


def test_shared_texts_are_read_however_they_are_written(tmp_path):
    path, odd = tmp_path / "a.xlsx", tmp_path / "b.xlsx"
    texts = [f"text {number} & <" for number in range(20_000)]
    foreign(path, [["t"], *([text] for text in texts)])
    assert [row for _, rows in first(path) for row in rows] == [(text,) for text in texts]
    written = {
        b"<si><t>text 7 &amp; &lt;</t></si>": b"<si><r><t>ri</t></r><r><t>ch</t></r></si>",
        b"<si><t>text 8 &amp; &lt;</t></si>": b"<si><t>a_x000D_b_xD83D__xDE00_ _xD83D_</t></si>",
        b"<si><t>text 9 &amp; &lt;</t></si>": b"<si><t>&#65;</t><rPh><t>no</t></rPh></si>",
        b"<si><t>text 19000 &amp; &lt;</t></si>": b"<si><t><![CDATA[</si>]]></t></si>",
    }

    def change(data):
        for old, new in written.items():
            assert old in data
            data = data.replace(old, new)
        return data

    replaced(path, odd, "xl/sharedStrings.xml", change)
    texts[7:10] = ["rich", "a\rb😀 \ufffd", "A"]
    texts[19_000] = "</si>"
    assert [row for _, rows in first(odd) for row in rows] == [(text,) for text in texts]


ODS = (
    '<?xml version="1.0"?>{}<office:document-content '
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body>'
    '<office:spreadsheet><table:table table:name="s"><table:table-row>'
    '<table:table-cell office:value-type="string"><text:p>n</text:p></table:table-cell>'
    '</table:table-row><table:table-row {}><table:table-cell {} office:value-type="float" '
    'office:value="5"/></table:table-row></table:table></office:spreadsheet></office:body>'
    "</office:document-content>"
)


def ods(path, *inserted):
    with zipfile.ZipFile(path, "w") as members:
        members.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        members.writestr("content.xml", ODS.format(*inserted))
        members.writestr(
            "META-INF/manifest.xml",
            '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>',
        )


def test_an_ods_workbook_can_be_read_only(tmp_path):
    path = tmp_path / "a.ods"
    ods(path, "", "", "")
    with FORMAT.read(path) as reading:
        assert [list(stream.batches) for stream in reading] == [[[(5,)]]]
    before = path.read_bytes()
    with pytest.raises(UnsupportedOperationError, match="read only"):
        FORMAT.save(path, [], layout=reading.layout)
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    "inserted",
    [
        ('<!DOCTYPE a [<!ENTITY b "c">]>', "", ""),
        ("", 'table:number-rows-repeated="1048575"', 'table:number-columns-repeated="16384"'),
        ("", 'table:number-rows-repeated="99999999999999"', ""),
    ],
)
def test_a_hostile_ods_workbook_is_refused(tmp_path, inserted):
    path = tmp_path / "a.ods"
    ods(path, *inserted)
    with pytest.raises(FileFormatError):
        first(path)

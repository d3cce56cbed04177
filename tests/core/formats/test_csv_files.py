"""CSV files: what survives, what is found out, what is told, and what a save leaves behind."""

from __future__ import annotations

import random
import shutil
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pytuck.common.exceptions import (
    ConfigurationError,
    CorruptFileError,
    EmptyFileError,
    FileFormatError,
    NewerFormatError,
    PasswordRequiredError,
    PytuckException,
    SerializationError,
    WrongPasswordError,
)
from pytuck.common.options import CsvBackendOptions
from pytuck.formats import file_set
from pytuck.formats.base import NOTHING_DECIDED, Overrides, UnreadableRow
from pytuck.formats.csv_format import FORMAT
from pytuck.formats.zip_container import ZipReader
from pytuck.schema import Column, ForeignKey, Index, Table
from pytuck.types import TYPES
from pytuck.types.registry import RawType
from tests.core.formats.table_rows import RowsInMemory
from tests.strategies import VALUES, texts

OLD = Path(__file__).resolve().parents[2] / "data" / "old_library"
LAYOUTS = ["folder", "zip"]
KINDS = [*TYPES]
EVERYTHING = Table(
    "everything",
    (
        Column("id", TYPES[int], primary_key=True, autoincrement=True),
        *(Column(f"a {kind.__name__}", TYPES[kind], comment="x\n") for kind in KINDS),
        Column("raw", RawType("ANY")),
    ),
    primary_key=("id",),
    indexes=(Index("by text", ("a str",), is_unique=True),),
    foreign_keys=(ForeignKey(("a int",), "everything", ("id",)),),
    comment="all types",
    rowid_alias="id",
)
PLAIN = Table("t", (Column("a", TYPES[str]), Column("b", TYPES[int])))
ONE = Table("one", (Column("a", TYPES[str]),))


def read(path, options=None, overrides=NOTHING_DECIDED):
    """Return the tables, their rows and the layout."""
    with FORMAT.read(path, options, overrides=overrides) as reading:
        found = {
            stream.table.name: (stream, [tuple(row) for batch in stream.batches for row in batch])
            for stream in reading
        }
    return found, reading.layout


def rows_of(path, options=None, overrides=NOTHING_DECIDED):
    return {name: rows for name, (_, rows) in read(path, options, overrides)[0].items()}


def only(path, options=None, overrides=NOTHING_DECIDED):
    ((stream, rows),) = read(path, options, overrides)[0].values()
    return stream, rows


def types(stream):
    return [column.type for column in stream.table.columns]


def target(folder, layout):
    return folder / {"folder": "data", "zip": "data.zip", "file": "data.csv"}[layout]


def save(path, *tables, layout=None, options=None, **more):
    options = options or CsvBackendOptions(**more)
    return FORMAT.save(path, tables, options, layout=layout)


def fresh(path):
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
    return path


def stored(kind):
    return st.none() | VALUES.get(kind, st.uuids()).map(TYPES[kind].to_storage)


anything = st.one_of(
    st.none(), texts, st.integers(-(2**63), 2**63 - 1), st.floats(allow_nan=False), st.binary()
)
nasty = st.sampled_from(
    [
        "",
        " ",
        '"',
        '""',
        "\\t:x",
        "\\",
        "\\i:",
        "\r",
        "\r\n",
        "\n",
        "a,b",
        "NULL",
        "\ufeff",
        "\x00",
        "=1+1",
        "007",
        "1e5",
        "true",
        "'",
        "\u2028",
        "\x1c",
        "\x0b",
        "'''",
        "\\q:z",
    ]
)


# --- Our own files --------------------------------------------------------------------------------


@pytest.mark.parametrize("layout", LAYOUTS)
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    rows=st.lists(st.tuples(*map(stored, KINDS), anything), max_size=6),
    options=st.sampled_from(
        [
            {},
            {"delimiter": ";"},
            {"encoding": "utf-16"},
            {"encoding": "gb18030"},
            {"null_text": "NULL"},
            {"quote": "'"},
            {"has_header": False},
            {"delimiter": "\t"},
        ]
    ),
)
def test_every_type_survives(tmp_path, layout, rows, options):
    path = fresh(target(tmp_path, layout))
    rows = [(number * 3, *row) for number, row in enumerate(rows, 1)]
    save(path, RowsInMemory(EVERYTHING, rows, next_key=99), options=CsvBackendOptions(**options))
    stream, found = only(path)
    assert found == rows
    assert list(map(repr, found)) == list(map(repr, rows))  # -0.0 is not 0.0, 1 is not 1.0
    assert stream.table == EVERYTHING
    assert stream.next_key == 99
    assert not stream.is_inferred


@pytest.mark.parametrize("layout", LAYOUTS)
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(rows=st.lists(st.tuples(anything | nasty, anything | nasty), max_size=8))
def test_values_of_any_type_survive_in_any_column(tmp_path, layout, rows):
    path = fresh(target(tmp_path, layout))
    for kind in (int, float, bool, bytes, str, list):
        table = Table("t", (Column("a", TYPES[kind]), Column("b", RawType("NUMERIC"))))
        save(fresh(path), RowsInMemory(table, rows))
        assert list(map(repr, only(path)[1])) == list(map(repr, rows))


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("null_text", ["", "NA"])
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(values=st.lists(st.none() | nasty | st.just("NA") | texts, max_size=12))
def test_null_and_empty_text_differ_even_in_a_single_column(tmp_path, layout, null_text, values):
    path = fresh(target(tmp_path, layout))
    rows = [(value,) for value in values]
    save(path, RowsInMemory(ONE, rows), options=CsvBackendOptions(null_text=null_text))
    assert only(path)[1] == rows


@pytest.mark.parametrize("layout", LAYOUTS)
def test_tables_without_rows_and_no_tables_at_all_survive(tmp_path, layout):
    path = target(tmp_path, layout)
    save(path, RowsInMemory(PLAIN), RowsInMemory(ONE))
    assert rows_of(path) == {"t": [], "one": []}
    save(path, layout=read(path)[1])
    assert rows_of(path) == {}


NAMES = ["a/b", "..", ".", "CON", "con.csv", "A", "a", "x" * 300, "表", "a\nb", "_metadata", "é"]
NAMES += ["e\u0301", "trailing.", "trailing ", "a:b", "_pytuck", "\U0001f600"]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_tables_of_any_name_survive(tmp_path, layout):
    path = target(tmp_path, layout)
    tables = [
        RowsInMemory(Table(name, PLAIN.columns), [(name, number)])
        for number, name in enumerate(NAMES)
    ]
    save(path, *tables)
    assert rows_of(path) == {name: [(name, number)] for number, name in enumerate(NAMES)}
    assert [found.name for found in tmp_path.iterdir()] == [path.name]
    again = read(path)[1]
    save(path, *tables, layout=again)
    assert rows_of(path) == {name: [(name, number)] for number, name in enumerate(NAMES)}


def test_a_path_without_ending_is_a_folder_and_else_a_zip(tmp_path):
    for name in ("data", "data.zip", "data.db"):
        save(tmp_path / name, RowsInMemory(PLAIN, [("x", 1)]))
        assert (tmp_path / name).is_dir() == (name == "data")
        assert rows_of(tmp_path / name) == {"t": [("x", 1)]}
    assert (tmp_path / "data" / "t.csv").read_bytes() == b"\xef\xbb\xbfa,b\r\nx,1\r\n"


def test_a_password_encrypts_a_zip(tmp_path):
    path = tmp_path / "a.zip"
    options = CsvBackendOptions(password="secret")
    save(path, RowsInMemory(PLAIN, [("canary", 1)] * 50), options=options)
    assert len(rows_of(path, options)["t"]) == 50
    with pytest.raises(PasswordRequiredError):
        read(path)
    with pytest.raises(WrongPasswordError):
        read(path, CsvBackendOptions(password="wrong"))


# --- Damage ---------------------------------------------------------------------------------------


SMALL = [("a,b", 1), (None, None), ("", -5), ("x\r\ny", 7)]


def test_a_folder_cut_anywhere_is_an_error(tmp_path):
    save(tmp_path / "a", RowsInMemory(PLAIN, SMALL), RowsInMemory(ONE, [("x",)]))
    for file in sorted((tmp_path / "a").iterdir()):
        whole = file.read_bytes()
        for end in range(len(whole)):
            file.write_bytes(whole[:end])
            with pytest.raises(PytuckException, match=file.name):
                read(tmp_path / "a")
        file.write_bytes(whole)
    assert rows_of(tmp_path / "a") == {"t": SMALL, "one": [("x",)]}


def test_a_zip_cut_anywhere_is_an_error(tmp_path):
    save(tmp_path / "a.zip", RowsInMemory(PLAIN, SMALL))
    whole = (tmp_path / "a.zip").read_bytes()
    for end in range(4, len(whole)):
        (tmp_path / "b.zip").write_bytes(whole[:end])
        with pytest.raises(PytuckException, match=r"b\.zip"):
            read(tmp_path / "b.zip")


def test_a_missing_file_is_told(tmp_path):
    save(tmp_path / "a", RowsInMemory(PLAIN, SMALL), RowsInMemory(ONE))
    (tmp_path / "a" / "one.csv").unlink()
    with pytest.raises(CorruptFileError, match=r"one\.csv.*missing"):
        read(tmp_path / "a")


def test_other_columns_than_those_described_are_told(tmp_path):
    save(tmp_path / "a", RowsInMemory(PLAIN, SMALL))
    file = tmp_path / "a" / "t.csv"
    file.write_bytes(file.read_bytes().replace(b"a,b", b"a,c", 1))
    with pytest.raises(CorruptFileError, match="columns are a, c instead of a, b"):
        read(tmp_path / "a")


def test_a_value_that_is_none_of_its_column_is_told_with_its_line(tmp_path):
    save(tmp_path / "a", RowsInMemory(PLAIN, [("x", 1), ("y\nz", 2), ("z", 3)]))
    file = tmp_path / "a" / "t.csv"
    file.write_bytes(file.read_bytes().replace(b"z,3", b"z,?"))
    with pytest.raises(CorruptFileError, match=r"t\.csv', line 5: '\?' is no value of.*'b'"):
        read(tmp_path / "a")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"format_version": 3', b'"format_version": 4'),
        (b'"engine": "csv"', b'"engine": "xyz"'),
        (b'"file": "t.csv"', b'"file": "../t"'),
        (b'"rows": 4', b'"rows": 5'),
        (b'"delimiter": ","', b'"delimiter": ""'),
        (b'"encoding": "utf-8"', b'"encoding": "uuuuu"'),
        (b'"INTEGER"', b"[[[[[[[["),
        (b'"columns"', b'"Columns"'),
    ],
)
def test_a_description_that_is_wrong_is_told(tmp_path, old, new):
    save(tmp_path / "a", RowsInMemory(PLAIN, SMALL))
    file = tmp_path / "a" / "_pytuck.json"
    assert old in file.read_bytes()
    file.write_bytes(file.read_bytes().replace(old, new))
    with pytest.raises(FileFormatError, match=str(tmp_path)) as caught:
        read(tmp_path / "a")
    assert isinstance(caught.value, NewerFormatError) == (b"version" in old)


# --- Files of others ------------------------------------------------------------------------------


def file_of(folder, content, name="data.csv", encoding="utf-8"):
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
    return path


def test_types_are_found_out(tmp_path):
    path = file_of(
        tmp_path,
        "id,zip,price,ok,day,at,what\n1,00123,1.5,true,2024-02-29,2024-01-01T10:00:00,a\n"
        '2,,,,,,\n3,04567,2,false,2024-03-01,2024-01-02T10:00:00,""\n',
    )
    stream, rows = only(path)
    assert stream.is_inferred
    assert stream.table.name == "data"
    assert types(stream) == [TYPES[kind] for kind in (int, str, float, bool, date, datetime, str)]
    assert rows == [
        (1, "00123", 1.5, 1, "2024-02-29", "2024-01-01 10:00:00.000000", "a"),
        (2, None, None, None, None, None, None),
        (3, "04567", 2.0, 0, "2024-03-01", "2024-01-02 10:00:00.000000", ""),
    ]


def test_types_that_were_decided_count(tmp_path):
    path = file_of(tmp_path, "a,b\n007,1\n8,2\n")
    overrides = Overrides(types={"data": {"a": int, "b": TYPES[str]}})
    stream, rows = only(path, overrides=overrides)
    assert types(stream) == [TYPES[int], TYPES[str]]
    assert rows == [(7, "1"), (8, "2")]


def test_a_sample_can_be_wrong_and_then_it_is_told(tmp_path):
    path = file_of(tmp_path, "a\n" + "1\n" * 3000 + "x\n")
    assert types(only(path)[0]) == [TYPES[str]]
    with pytest.raises(CorruptFileError, match="line 3,002: 'x' is no value of the column 'a'"):
        read(path, overrides=Overrides(sample_rows=10))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "gbk", "utf-16-le"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_how_a_file_is_written_is_found_out_and_kept(tmp_path, encoding, delimiter, newline):
    lines = [["编号", "名字"], ["1", "张三，你好"], ["2", f'"x{delimiter}y"'], ["3", ""]]
    text = "".join(delimiter.join(line) + newline for line in lines)
    path = file_of(tmp_path, text, encoding=encoding)
    before = path.read_bytes()
    (stream, rows), layout = only(path), read(path)[1]
    assert [column.name for column in stream.table.columns] == lines[0]
    assert rows == [(1, "张三，你好"), (2, f"x{delimiter}y"), (3, None)]
    save(path, RowsInMemory(stream.table, rows), layout=layout)
    assert path.read_bytes() == before
    save(path, RowsInMemory(stream.table, [*rows, (4, "李四")], changed={4}), layout=layout)
    assert only(path)[1] == [*rows, (4, "李四")]


@pytest.mark.parametrize("encoding", ["cp1252", "latin-1"])
def test_western_text_is_read_and_told(tmp_path, encoding):
    path = file_of(tmp_path, "name,town\nJosé,Köln\nZoë,Besançon\n", encoding=encoding)
    stream, rows = only(path)
    assert rows == [("José", "Köln"), ("Zoë", "Besançon")]
    assert "cp1252" in stream.notes[0]


def test_an_encoding_that_was_given_counts(tmp_path):
    path = file_of(tmp_path, "名字\n張三\n", encoding="big5")
    assert only(path, CsvBackendOptions(encoding="big5"))[1] == [("張三",)]
    with pytest.raises(CorruptFileError, match=r"line 2: byte \d+ .* not of the encoding ascii"):
        read(file_of(tmp_path, "name\né\n"), CsvBackendOptions(encoding="ascii"))
    with pytest.raises(ConfigurationError, match="no encoding 'x-y'"):
        read(path, CsvBackendOptions(encoding="x-y"))


def test_one_bad_byte_in_utf_8_is_an_error_with_its_place(tmp_path):
    path = file_of(tmp_path, "名字\n张三\n".encode() + b"\xff\n" + "李四\n".encode())
    with pytest.raises(CorruptFileError, match="byte 14"):
        read(path)


def test_what_is_no_text_is_told(tmp_path):
    with pytest.raises(FileFormatError, match="no text"):
        read(file_of(tmp_path, bytes(range(256)) * 10))
    for content in (b"", b"\n\r\n", b"\xef\xbb\xbf"):
        with pytest.raises(EmptyFileError, match=r"data\.csv"):
            read(file_of(tmp_path, content))


@pytest.mark.parametrize(
    ("text", "names", "count"),
    [
        ("1,x\n2,y\n", ["column_1", "column_2"], 2),
        ("a,b\n", ["a", "b"], 0),
        ("2024-01-01,x\n", ["column_1", "column_2"], 1),
        ("a,,a,A\n1,2,3,4\n", ["a", "column_2", "a_2", "A_2"], 1),
    ],
)
def test_the_names_of_columns_are_found(tmp_path, text, names, count):
    stream, rows = only(file_of(tmp_path, text))
    found = [column.name for column in stream.table.columns]
    assert [name.lower() for name in found] == [name.lower() for name in names] or found[3] == "A_3"
    assert len(set(map(str.lower, found))) == len(names)
    assert len(rows) == count
    assert bool(stream.notes) == ("a,,a" in text)


def test_whether_there_are_names_can_be_said(tmp_path):
    path = file_of(tmp_path, "1,x\n2,y\n")
    stream, rows = only(path, CsvBackendOptions(has_header=True))
    assert [column.name for column in stream.table.columns] == ["1", "x"]
    assert rows == [(2, "y")]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a,b\n1,2\n3\n4,5\n", "line 3: the row has 1 fields instead of 2"),
        ("a,b\n1,2\n3,4,5\n", "line 3: the row has 3 fields instead of 2"),
        ('a,b\n1,2\n3,"4\n5,6\n', "line 3: "),
        ('a,b\n"x\ny",2\n3,"4"5\n', "line 4: "),
    ],
)
def test_rows_that_are_not_well_formed_are_told_with_their_line(tmp_path, text, message):
    path = file_of(tmp_path, text)
    options = CsvBackendOptions(delimiter=",")
    with pytest.raises(CorruptFileError, match=message):
        read(path, options)


def test_bad_rows_can_be_collected(tmp_path):
    path = file_of(tmp_path, 'a,b\n1,2\n3\n\n4,"5\n6",x\n7,8\n9,z\n10,"11\n')
    bad: list[UnreadableRow] = []
    overrides = Overrides(types={"data": {"a": int, "b": int}}, on_bad_row=bad.append)
    assert only(path, CsvBackendOptions(delimiter=","), overrides)[1] == [(1, 2), (7, 8)]
    assert [(row.line, row.raw) for row in bad] == [
        (3, "3"), (5, '4,"5\n6",x'), (8, "9,z"), (9, '10,"11')
    ]  # fmt: skip
    assert "'z' is no value of the column 'b'" in {row.line: row.reason for row in bad}[8]
    assert {row.table for row in bad} == {"data"}


def test_the_longest_field_can_be_limited(tmp_path):
    path = file_of(tmp_path, "a\n" + "x" * 200_000 + "\n")
    assert only(path)[1] == [("x" * 200_000,)]
    with pytest.raises(CorruptFileError, match="field_size_limit"):
        read(path, CsvBackendOptions(field_size_limit=100))


def test_a_folder_and_a_zip_of_others_are_read_and_get_a_description(tmp_path):
    for name, content in {"a.csv": "x;y\n1;2\n", "b.TSV": "x\ty\nu\tv\n", "notes.txt": "!"}.items():
        (tmp_path / "in").mkdir(exist_ok=True)
        file_of(tmp_path / "in", content, name)
    shutil.make_archive(str(tmp_path / "in"), "zip", tmp_path / "in")
    for path in (tmp_path / "in", tmp_path / "in.zip"):
        found, layout = read(path)
        assert {name: rows for name, (_, rows) in found.items()} == {
            "a": [(1, 2)],
            "b": [("u", "v")],
        }
        tables = [RowsInMemory(stream.table, rows, changed=()) for stream, rows in found.values()]
        save(path, *tables, layout=layout)
        stream, rows = read(path)[0]["a"]
        assert not stream.is_inferred
        assert rows == [(1, 2)]
    assert (tmp_path / "in" / "a.csv").read_text() == "x;y\n1;2\n"
    assert (tmp_path / "in" / "notes.txt").read_text() == "!"
    with ZipReader(tmp_path / "in.zip") as reader:
        assert reader.read("notes.txt") == b"!"
        assert reader.read("b.TSV") == b"x\ty\nu\tv\n"


@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    rows=st.lists(st.tuples(st.none() | texts | nasty, st.none() | texts | nasty), max_size=6),
    delimiter=st.sampled_from(",;\t|"),
)
def test_texts_survive_in_a_file_without_description(tmp_path, rows, delimiter):
    path = fresh(tmp_path / "t.csv")
    table = Table("t", (Column("a", TYPES[str]), Column("b", TYPES[str])))
    options = CsvBackendOptions(layout="file", delimiter=delimiter)
    save(path, RowsInMemory(table, rows), options=options)
    decided = Overrides(types={"t": {"a": str, "b": str}})
    reading = CsvBackendOptions(delimiter=delimiter, has_header=True)
    assert only(path, reading, decided)[1] == rows


def test_one_file_holds_one_table(tmp_path):
    options = CsvBackendOptions(layout="file")
    with pytest.raises(SerializationError, match="one CSV file"):
        save(tmp_path / "a.csv", RowsInMemory(PLAIN), RowsInMemory(ONE), options=options)
    assert list(tmp_path.iterdir()) == []


def test_signs_that_the_encoding_lacks_are_refused_and_nothing_is_written(tmp_path):
    for layout in ("file", *LAYOUTS):
        path = target(tmp_path, layout)
        options = CsvBackendOptions(layout=layout, encoding="cp1252")
        with pytest.raises(SerializationError, match="'你' cannot be written"):
            save(path, RowsInMemory(PLAIN, [("你", 1)]), options=options)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("sign", ["ab", "a", "\n", '"', "\\"])
def test_delimiters_that_cannot_work_are_refused(tmp_path, sign):
    with pytest.raises(ConfigurationError):
        save(tmp_path / "a", RowsInMemory(PLAIN), options=CsvBackendOptions(delimiter=sign))


# --- Saving again ---------------------------------------------------------------------------------


def contents(path):
    if path.is_dir():
        return {
            found.name: found.read_bytes() for found in path.iterdir() if found.suffix == ".csv"
        }
    if path.suffix == ".csv":
        return path.read_bytes()
    with ZipReader(path) as reader:
        return {name: reader.read(name) for name in reader.names}


@pytest.mark.parametrize("key", [None, "id"])
@pytest.mark.parametrize("layout", ["file", *LAYOUTS])
@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 10**6), count=st.sampled_from([0, 1, 127, 128, 129, 700]))
def test_saving_what_changed_is_saving_everything(tmp_path, layout, key, seed, count):
    chance = random.Random(seed)
    path, whole = fresh(target(tmp_path, layout)), fresh(tmp_path / f"whole{path_end(layout)}")
    table = Table(
        "t",
        (Column("id", TYPES[int]), Column("text", TYPES[str])),
        primary_key=(key,) if key else (),
        rowid_alias=key,
    )
    ids = range(1, count + 1) if key is None else sorted(chance.sample(range(5000), count))
    rows = {row_id: (row_id, chance.choice(["x", "", None, "a\nb", "c,d"])) for row_id in ids}
    options = CsvBackendOptions(layout=layout)
    known = save(path, Numbered(table, rows), options=options)
    if layout != "file" or key is None:  # a file by itself does not say which column is the key
        known = read(path)[1]
    for _ in range(3):
        touched = set(chance.sample(range(1, 5000), 5)) | set(chance.sample([*rows], count // 40))
        for row_id in touched:
            if chance.random() < 0.5:
                rows.pop(row_id, None)
            else:
                rows[row_id] = (row_id, "changed")
        known = save(path, Numbered(table, rows, touched), layout=known)
        save(fresh(whole), Numbered(table, rows), options=options)
        assert contents(path) == contents(whole)
        if layout != "file":
            assert only(path)[1] == [rows[row_id] for row_id in sorted(rows)]


def path_end(layout):
    return {"folder": "", "zip": ".zip", "file": ".csv"}[layout]


class Numbered(RowsInMemory):
    """Rows whose row ids are given."""

    def __init__(self, table, rows, changed=None):
        super().__init__(table, list(rows.values()), changed=changed)
        self.by_id = dict(rows)

    def _numbered(self):
        return [(*self.by_id[row_id], row_id) for row_id in sorted(self.by_id)]


def test_files_of_unchanged_tables_stay_as_they_are(tmp_path):
    path = tmp_path / "a"
    save(path, RowsInMemory(PLAIN, SMALL), RowsInMemory(ONE, [("x",)]))
    before = {name: (path / name).stat().st_ino for name in ("t.csv", "one.csv")}
    one = RowsInMemory(ONE, [("y",)], changed={1})
    save(path, RowsInMemory(PLAIN, SMALL, changed=()), one, layout=read(path)[1])
    assert (path / "t.csv").stat().st_ino == before["t.csv"]
    assert rows_of(path) == {"t": SMALL, "one": [("y",)]}


def test_files_of_dropped_tables_go(tmp_path):
    path = tmp_path / "a"
    save(path, RowsInMemory(PLAIN, SMALL), RowsInMemory(ONE, [("x",)]))
    save(path, RowsInMemory(ONE, [("x",)], changed=()), layout=read(path)[1])
    assert sorted(found.name for found in path.iterdir()) == ["_pytuck.json", "one.csv"]


def test_a_file_without_last_line_end_gets_one_when_rows_are_added(tmp_path):
    path = file_of(tmp_path, "a,b\nx,1\ny,2")
    stream, rows = only(path)
    layout = read(path)[1]
    save(path, RowsInMemory(stream.table, [*rows, ("z", 3)], changed={3}), layout=layout)
    assert path.read_text() == "a,b\nx,1\ny,2\nz,3\n"


def test_the_words_for_true_and_false_are_kept(tmp_path):
    path = file_of(tmp_path, "a,b\nyes,TRUE\nno,FALSE\n")
    stream, rows = only(path)
    save(path, RowsInMemory(stream.table, [*rows, (1, 0)], changed=None), layout=read(path)[1])
    assert path.read_text() == "a,b\nyes,TRUE\nno,FALSE\nyes,FALSE\n"


class Crash(BaseException):
    """The program is killed."""


def test_a_folder_has_the_old_or_the_new_state_wherever_a_save_is_killed(tmp_path, monkeypatch):
    old = {"t": SMALL, "one": [("x",)], "gone": [("g",)]}
    new = {"t": [*SMALL, ("new", 9)], "one": [("y",)], "made": [("m",)]}
    tables = {name: Table(name, (PLAIN if name == "t" else ONE).columns) for name in [*old, *new]}
    seen = set()
    for steps in range(1, 60):
        path = fresh(tmp_path / "a")
        save(path, *(RowsInMemory(tables[name], rows) for name, rows in old.items()))
        layout = read(path)[1]
        left = [steps]

        def killed(left=left):
            left[0] -= 1
            if left[0] == 0:
                raise Crash

        with monkeypatch.context() as patched:
            for function in (Path.replace, Path.unlink, Path.write_bytes, Path.chmod):
                patched.setattr(Path, function.__name__, _dying(function, killed))
            try:
                save(
                    path,
                    *(RowsInMemory(tables[name], rows) for name, rows in new.items()),
                    layout=layout,
                )
            except Crash:
                is_done = False
            else:
                is_done = True
        found = rows_of(path)
        assert found in (old, new)
        seen.add(found == new)
        state = read(path)
        save(
            path,
            *(RowsInMemory(stream.table, rows, changed=()) for stream, rows in state[0].values()),
            layout=state[1],
        )
        assert rows_of(path) == found
        assert not (path / file_set.JOURNAL).exists()
        if is_done:
            break
    assert seen == {False, True}
    assert is_done


def _dying(function, killed):
    def call(*arguments, **more):
        killed()
        return function(*arguments, **more)

    return call


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"replaced": {"../a": "b"}}', b"\xff"])
def test_a_journal_that_is_wrong_is_told(tmp_path, content):
    save(tmp_path / "a", RowsInMemory(PLAIN, SMALL))
    (tmp_path / "a" / file_set.JOURNAL).write_bytes(content)
    with pytest.raises(CorruptFileError, match="interrupted save"):
        read(tmp_path / "a")


# --- Files of the old library ---------------------------------------------------------------------


@pytest.mark.parametrize(("name", "password"), [("csv", None), ("csv_password", "secret")])
def test_files_of_the_old_library_are_read(tmp_path, name, password):
    path = shutil.copy(OLD / f"{name}.zip", tmp_path / "old.zip")
    options = CsvBackendOptions(password=password)
    found, layout = read(path, options)
    stream, rows = found["things"]
    kinds = (int, str, float, bool, bytes, datetime, date, timedelta, list, dict)
    assert types(stream) == [TYPES[kind] for kind in kinds]
    assert stream.table.primary_key == ("id",)
    assert stream.table.comment == "All of them"
    assert stream.next_key == 3
    assert rows == [
        (
            1,
            'a,"b"\r\nc',
            1.5,
            1,
            b"\x00\xff",
            "2024-01-02 03:04:05.000006",
            "2024-02-29",
            1500000,
            '[1,"x"]',
            '{"k":null}',
        ),
        (2, "你好", None, 0, None, None, None, None, "[]", "{}"),
    ]
    assert found["empty"][1] == []
    tables = [RowsInMemory(stream.table, rows, changed=()) for stream, rows in found.values()]
    save(path, *tables, layout=layout, options=options)
    assert rows_of(path, options) == {"things": rows, "empty": []}


def test_the_strategies_have_every_type():
    assert set(KINDS) - set(VALUES) == {UUID}
    assert {time, Decimal} <= set(KINDS)

"""Files of TinyDB: nothing lost, and TinyDB programs go on working."""

from __future__ import annotations

import json

import pytest
import tinydb
from hypothesis import given, settings

from pytuck.common.exceptions import (
    ConflictError,
    FileFormatError,
    PytuckException,
    SerializationError,
)
from pytuck.common.options import TinydbBackendOptions
from pytuck.formats.base import Overrides
from pytuck.formats.tinydb_format import FORMAT
from pytuck.schema import Column, Table
from pytuck.types import TYPES
from tests.core.formats.every_type import (
    EMPTY,
    FOREIGN,
    SMALL,
    assert_same,
    expected,
    read_all,
    rows_of_child,
    rows_of_everything,
)
from tests.core.formats.table_rows import RowsInMemory

OPTIONS = [None, TinydbBackendOptions(ensure_ascii=True), TinydbBackendOptions(indent=2)]


@pytest.mark.parametrize("options", OPTIONS)
@settings(max_examples=30, deadline=None)
@given(rows=rows_of_everything())
def test_every_value_comes_back_as_it_was(tmp_path_factory, options, rows):
    path = tmp_path_factory.mktemp("tinydb") / "x.json"
    tables = [rows, rows_of_child(), RowsInMemory(EMPTY)]
    FORMAT.save(path, tables, options)
    assert_same(read_all(FORMAT, path)[0], expected(tables))


@pytest.mark.parametrize("count", [0, 1])
def test_tables_of_keys_alone_are_kept(tmp_path, count):
    path = tmp_path / "x.tinydb"
    table = Table(
        "t",
        (Column("id", TYPES[int], nullable=False, primary_key=True),),
        primary_key=("id",),
        rowid_alias="id",
    )
    tables = [RowsInMemory(table, [(7,)] * count)]
    FORMAT.save(path, tables)
    assert_same(read_all(FORMAT, path)[0], expected(tables))
    FORMAT.save(path, [])
    assert read_all(FORMAT, path)[0] == {}


def test_tinydb_reads_and_writes_what_is_written(tmp_path):
    path = tmp_path / "x.tinydb"
    FORMAT.save(path, [SMALL, rows_of_child()])
    with tinydb.TinyDB(path) as db:
        assert db.tables() == {"_pytuck", "small", "CHILD"}
        assert db.table("small").get(doc_id=3) == {"name": "name 3"}
        assert db.table("small").insert({"name": "new"}) == 6
        assert len(db.table("CHILD")) == 5
    found, _ = read_all(FORMAT, path)
    assert found["small"][0] == SMALL.table
    assert found["small"][1] == [*SMALL.rows, (6, "new")]
    assert_same({"CHILD": found["CHILD"]}, expected([rows_of_child()]))


def _foreign(path):
    with tinydb.TinyDB(path) as db:
        for record in FOREIGN:
            db.insert(record)
        db.insert({"name": "Bob", "extra": 1.5})
        db.table("other").insert({"doc_id": 3, "a": float("inf")})
        db.table("other").remove(doc_ids=[1])
        db.table("other").insert({"doc_id": 4, "a": float("inf")})


def test_types_of_a_foreign_file_are_found_out(tmp_path):
    path = tmp_path / "people.json"
    _foreign(path)
    with FORMAT.read(path) as reading:
        streams = iter(reading)
        people = next(streams)
        assert people.is_inferred
        assert people.table.name == "_default"
        types = [(column.name, column.type.sql_name) for column in people.table.columns]
        assert types == [
            ("doc_id", "INTEGER"),
            ("name", "TEXT"),
            ("age", "INTEGER"),
            ("born", "DATE"),
            ("tags", "JSON_LIST"),
            ("on", "BOOLEAN"),
            ("extra", "REAL"),
        ]
        assert next(people.batches) == [
            (1, "Ann", 1, "2001-02-03", '["a",{"b":null}]', 1, None),
            (2, "", None, None, "[]", 0, None),
            (3, "Bob", None, None, None, None, 1.5),
        ]
        other = next(streams)
        assert [column.name for column in other.table.columns] == ["doc_id_2", "doc_id", "a"]
        assert next(other.batches) == [(2, 4, float("inf"))]


def test_a_foreign_file_stays_one_for_tinydb(tmp_path):
    path = tmp_path / "people.json"
    _foreign(path)
    found, layout = read_all(FORMAT, path)
    table, rows, _ = found["_default"]
    changed = [(*rows[0][:2], 2, *rows[0][3:]), *rows[1:]]
    layout = FORMAT.save(
        path, [RowsInMemory(table, changed, changed={1}), _rows(found["other"])], layout=layout
    )
    with tinydb.TinyDB(path) as db:
        assert db.get(doc_id=1) == {**FOREIGN[0], "age": 2}
        bob = db.get(doc_id=3)
        assert bob == {"name": "Bob", "age": None, "born": None, "extra": 1.5}  # some have NULL
    found, _ = read_all(FORMAT, path)
    assert found["_default"][:2] == (table, changed)


def _rows(found):
    table, rows, next_key = found
    return RowsInMemory(table, rows, next_key)


def test_types_can_be_chosen(tmp_path):
    path = tmp_path / "people.json"
    _foreign(path)
    chosen = Overrides({"_default": {"born": str, "age": str}})
    _, rows, _ = read_all(FORMAT, path, overrides=chosen)[0]["_default"]
    assert rows[0][2:4] == ("1", "2001-02-03")
    with pytest.raises(SerializationError, match="name"):
        read_all(FORMAT, path, overrides=Overrides({"_default": {"name": int}}))


def test_unchanged_documents_are_copied(tmp_path):
    path = tmp_path / "x.tinydb"
    many = RowsInMemory(SMALL.table, [(number, f"name {number}") for number in range(1, 3001)])
    FORMAT.save(path, [many, rows_of_child()])
    _, layout = read_all(FORMAT, path)
    rows = [row for row in many.rows if row[0] not in (5, 2999)]
    rows[1000] = (rows[1000][0], "changed")
    rows.append((4000, "new"))

    class Counting(RowsInMemory):
        given = 0

        def batches(self, size=1024, first=None, last=None):
            for batch in super().batches(size, first, last):
                self.given += len(batch)
                yield batch

    changed = Counting(SMALL.table, rows, changed={5, 2999, rows[1000][0], 4000})
    child = rows_of_child()
    child.changed = ()
    layout = FORMAT.save(path, [changed, child], layout=layout)
    assert changed.given < 600
    assert_same(read_all(FORMAT, path)[0], expected([changed, child]))
    FORMAT.save(tmp_path / "whole", [RowsInMemory(SMALL.table, rows), rows_of_child()])
    assert path.read_bytes() == (tmp_path / "whole").read_bytes()
    changed.changed = {1}
    FORMAT.save(path, [changed, child], layout=layout)
    assert path.read_bytes() == (tmp_path / "whole").read_bytes()


def test_a_file_changed_by_another_program_is_not_overwritten(tmp_path):
    path = tmp_path / "x.tinydb"
    FORMAT.save(path, [SMALL])
    _, layout = read_all(FORMAT, path)
    with tinydb.TinyDB(path) as db:
        db.table("small").insert({"name": "new"})
    before = path.read_bytes()
    changed = RowsInMemory(SMALL.table, SMALL.rows, changed={1})
    with pytest.raises(ConflictError):
        FORMAT.save(path, [changed], layout=layout)
    assert path.read_bytes() == before


def test_the_name_of_the_schema_table_is_taken(tmp_path):
    with pytest.raises(SerializationError, match="_pytuck"):
        FORMAT.save(tmp_path / "x", [RowsInMemory(Table("_pytuck", EMPTY.columns))])


@pytest.mark.parametrize("indent", [None, 1])
def test_a_cut_file_is_noticed_wherever_it_is_cut(tmp_path, indent):
    path = tmp_path / "x.tinydb"
    FORMAT.save(path, [SMALL, RowsInMemory(EMPTY)], TinydbBackendOptions(indent=indent))
    whole = path.read_bytes().rstrip() + (b"\n" if indent is None else b"")
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        with pytest.raises(FileFormatError, match=r"x\.tinydb"):
            read_all(FORMAT, path)


def test_lost_lines_are_noticed(tmp_path):
    path = tmp_path / "x.tinydb"
    FORMAT.save(path, [SMALL])
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:3] + lines[4:]))
    with pytest.raises(FileFormatError, match="4 rows in place of 5"):
        read_all(FORMAT, path)


def test_wrong_bytes_end_in_an_error_or_in_data(tmp_path):
    path = tmp_path / "x.tinydb"
    FORMAT.save(path, [SMALL])
    whole = path.read_bytes()
    for place in range(0, len(whole), 3):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0x15]) + whole[place + 1 :])
        try:
            read_all(FORMAT, path)
        except PytuckException as err:
            assert "x.tinydb" in err.message  # noqa: PT017 - many bytes are a text's


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "1",
        '{"t": []}',
        '{"t": {"x": {}}}',
        '{"t": {"1": 2}}',
        '{"t": {"1": {"a": 1}, "1": {"a": 2}}}',
        '{"t": {"1": {"a": ' + "[" * 500 + "]" * 500 + "}}}",
        '{"_pytuck": {"1": {"tables": 1}}}',
        '{"_pytuck":{"1":{"layout":"lines","tables":[]}}',
        '{"_pytuck":{"1":{"layout":"lines",\n',
        '{"t": {"1": {"a": 1e999999}}} x',
    ],
)
def test_what_is_no_tinydb_file_ends_in_an_error(tmp_path, text):
    path = tmp_path / "x.json"
    path.write_text(text)
    with pytest.raises(PytuckException, match=r"x\.json"):
        read_all(FORMAT, path)


def test_a_file_is_valid_json(tmp_path):
    path = tmp_path / "x.json"
    FORMAT.save(path, [SMALL, RowsInMemory(EMPTY)])
    assert list(json.loads(path.read_text())) == ["_pytuck", "small", "empty"]

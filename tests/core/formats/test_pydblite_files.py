"""Files of PyDbLite: nothing lost, nothing run."""

from __future__ import annotations

import os
import pickle

import pydblite
import pytest
from hypothesis import given, settings

from pytuck.common.exceptions import (
    CorruptFileError,
    FileFormatError,
    FileMissingError,
    NotAFileError,
    PytuckException,
    SerializationError,
    TruncatedFileError,
)
from pytuck.formats.base import Overrides
from pytuck.formats.pydblite_format import FORMAT
from pytuck.types import TYPES
from tests.core.formats.every_type import (
    EMPTY,
    FOREIGN,
    PLAIN_OBJECTS,
    SMALL,
    assert_same,
    expected,
    read_all,
    rows_of_child,
    rows_of_everything,
)
from tests.core.formats.table_rows import RowsInMemory


@settings(max_examples=30, deadline=None)
@given(rows_of_everything())
def test_every_value_comes_back_as_it_was(tmp_path_factory, rows):
    path = tmp_path_factory.mktemp("pydblite") / "x.pdl"
    tables = [rows, rows_of_child(), RowsInMemory(EMPTY)]
    FORMAT.save(path, tables)
    assert_same(read_all(FORMAT, path)[0], expected(tables))


def test_pydblite_reads_what_is_written(tmp_path):
    many = RowsInMemory(SMALL.table, [(number, f"é{number}") for number in range(1, 5001)])
    FORMAT.save(tmp_path / "x", [many])
    base = pydblite.Base(str(tmp_path / "x" / "small.pdl")).open()
    assert len(base) == 5000
    assert base[77] == {"id": 77, "name": "é77", "__id__": 77, "__version__": 0}
    assert base.insert(id=5001, name="new") == 5001


def test_a_file_that_pydblite_saved_keeps_its_schema(tmp_path):
    path = tmp_path / "x"
    FORMAT.save(path, [SMALL])
    base = pydblite.Base(str(path / "small.pdl")).open()
    base.insert(id=6, name="new")
    base.commit()
    found, _ = read_all(FORMAT, path)
    table, rows, _ = found["small"]
    assert table == SMALL.table
    assert rows[-1] == (6, "new")


@pytest.mark.parametrize("protocol", range(2, 6))
def test_types_of_a_foreign_file_are_found_out(tmp_path, protocol):
    path = tmp_path / "people.pdl"
    base = pydblite.Base(str(path), protocol=protocol)
    base.create(*FOREIGN[0], "at", "day", "price")
    for record in FOREIGN:
        base.insert(**record, at=PLAIN_OBJECTS[0], day=PLAIN_OBJECTS[1], price=PLAIN_OBJECTS[2])
    base.commit()
    with FORMAT.read(path) as reading:
        stream = next(iter(reading))
        assert stream.is_inferred
        kinds = [column.type.sql_name for column in stream.table.columns]
        assert kinds[:5] == ["TEXT", "INTEGER", "DATE", "JSON_LIST", "BOOLEAN"]
        (first, second), *_ = stream.batches
    assert first[:5] == ("Ann", 1, "2001-02-03", '["a",{"b":null}]', 1)
    assert first[5:] == ("2020-01-02 03:04:05.000000", "2020-01-02", "1.5")
    assert second[:5] == ("", None, None, "[]", 0)


def test_only_the_files_of_changed_tables_are_written(tmp_path):
    path = tmp_path / "x"
    FORMAT.save(path, [SMALL, rows_of_child()])
    _, layout = read_all(FORMAT, path)
    before = {file.name: file.stat().st_ino for file in path.iterdir()}
    changed = RowsInMemory(SMALL.table, [(9, "nine")], changed={1, 2, 3, 4, 5, 9})
    child = rows_of_child()
    child.changed = ()
    FORMAT.save(path, [changed, child], layout=layout)
    after = {file.name: file.stat().st_ino for file in path.iterdir()}
    assert before["CHILD.pdl"] == after["CHILD.pdl"]
    assert before["small.pdl"] != after["small.pdl"]
    assert_same(read_all(FORMAT, path)[0], expected([changed, child]))


def test_the_file_of_a_dropped_table_goes(tmp_path):
    path = tmp_path / "x"
    layout = FORMAT.save(path, [SMALL, rows_of_child()])
    FORMAT.save(path, [SMALL], layout=layout)
    assert not (path / "CHILD.pdl").exists()
    assert list(read_all(FORMAT, path)[0]) == ["small"]


def test_a_single_file_holds_one_table(tmp_path):
    path = tmp_path / "x.pdl"
    path.touch()
    FORMAT.save(path, [SMALL])
    assert_same(read_all(FORMAT, path)[0], expected([SMALL]))
    with pytest.raises(SerializationError, match="folder"):
        FORMAT.save(path, [SMALL, rows_of_child()])
    assert_same(read_all(FORMAT, path)[0], expected([SMALL]))


def test_a_cut_file_is_noticed_wherever_it_is_cut(tmp_path):
    path = tmp_path / "x.pdl"
    path.touch()
    FORMAT.save(path, [SMALL])
    whole = path.read_bytes()
    indices_end = whole.index(b"\x80\x04}\x94.") + 5
    schema_at = whole.rindex(b"\x80\x04")
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        if length in (indices_end, schema_at):  # all that PyDbLite needs is there
            assert len(read_all(FORMAT, path)[0]["x"][1]) == 5
            continue
        with pytest.raises((TruncatedFileError, FileFormatError)):
            read_all(FORMAT, path)


def test_a_missing_file_of_a_folder_is_noticed(tmp_path):
    FORMAT.save(tmp_path / "x", [SMALL])
    (tmp_path / "x" / "small.pdl").unlink()
    with pytest.raises(FileMissingError, match="small"):
        read_all(FORMAT, tmp_path / "x")


class Runs:
    """An object whose pickle runs a command where Python reads it."""

    def __init__(self, command: str) -> None:
        self.command = command

    def __reduce__(self):
        return os.system, (self.command,)


def _pickles(records: bytes) -> bytes:
    return pickle.dumps(["a"]) + pickle.dumps(1) + records + pickle.dumps({}) + pickle.dumps({})


def test_nothing_in_a_pickle_is_run(tmp_path):
    marker = tmp_path / "marker"
    path = tmp_path / "x.pdl"
    command = f"touch {marker}"
    bad = Runs(command)
    attacks = [
        *(_pickles(pickle.dumps({0: {"a": bad}}, protocol)) for protocol in range(6)),
        *(_pickles(pickle.dumps({bad: 1}, protocol)) for protocol in range(6)),
        *(pickle.dumps(bad, protocol) for protocol in range(6)),
        _pickles(b"cos\nsystem\n(V" + command.encode() + b"\ntR."),
        _pickles(b"(V" + command.encode() + b"\nios\nsystem\n."),
        _pickles(b"(cos\nsystem\nV" + command.encode() + b"\no."),
        _pickles(b"cbuiltins\neval\n(Vopen('" + str(marker).encode() + b"','w')\ntR."),
        _pickles(b"Pmarker\n."),
        _pickles(b"Vx\nQ."),
        _pickles(b"\x82\x01."),
        _pickles(b"cdatetime\ntimedelta\n}V__call__\ncos\nsystem\nsb."),
        _pickles(b"cbuiltins\nset\n(cos\nsystem\ntR."),
    ]
    for attack in attacks:
        path.write_bytes(attack)
        with pytest.raises(PytuckException, match=r"x\.pdl"):
            read_all(FORMAT, path)
    assert not marker.exists()


def _bomb(levels: int) -> bytes:
    value: list[object] = ["x"]
    for _ in range(levels):
        value = [value] * 10
    return pickle.dumps({0: {"a": value}})


@pytest.mark.parametrize(
    "records",
    [
        _bomb(20),
        b"}K\x00}V" + b"a\n" + b"]" * 100_000 + b"a" * 99_999 + b"sss.",
        b"\x80\x04}K\x00}Va\n\x8d" + b"\xff" * 8 + b"ss.",
        b"\x80\x04}K\x00}Va\n\x8e\x00\x00\x00\x70\x00\x00\x00\x00ss.",
        b"\x80\x04}r\xff\xff\xff\xffK\x00}Va\nj\xff\xff\xff\xffsss.",
        b"\x80\x04}K\x00}Va\n\x8b\xff\xff\xff\x7f" + b"\xff" * 50 + b"ss.",
        b"\x80\x04}K\x00}Va\ncdecimal\nDecimal\n(V1e999999999\ntRss.",
        b"(" * 5000 + b".",
        b"0.",
        b"\x85.",
        b"a.",
        b"}(K\x00u.",
        b"\x80\xff}.",
    ],
    ids=range(13),
)
def test_bombs_and_nonsense_end_in_an_error(tmp_path, records):
    path = tmp_path / "x.pdl"
    path.write_bytes(_pickles(records))
    with pytest.raises(PytuckException, match=r"x\.pdl"):
        read_all(FORMAT, path)


def test_bytes_in_any_place_may_be_wrong(tmp_path):
    path = tmp_path / "x.pdl"
    path.touch()
    FORMAT.save(path, [SMALL])
    whole = path.read_bytes()
    for place in range(0, len(whole), 3):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0x55]) + whole[place + 1 :])
        try:
            read_all(FORMAT, path)
        except PytuckException as err:
            assert "x.pdl" in err.message  # noqa: PT017 - many bytes are part of a text


def test_a_folder_cannot_lead_out_of_itself(tmp_path):
    FORMAT.save(tmp_path / "x", [SMALL])
    description = tmp_path / "x" / "_pytuck.json"
    whole = description.read_text()
    for name in ("../secret.pdl", "/etc/passwd", "..", "a\\\\b"):
        description.write_text(whole.replace("small.pdl", name))
        with pytest.raises(CorruptFileError):
            read_all(FORMAT, tmp_path / "x")
    description.write_text(whole.replace("small.pdl", "link.pdl"))
    (tmp_path / "x" / "link.pdl").symlink_to(tmp_path / "x" / "small.pdl")
    with pytest.raises(NotAFileError):
        read_all(FORMAT, tmp_path / "x")


def test_types_can_be_chosen(tmp_path):
    path = tmp_path / "t.pdl"
    base = pydblite.Base(str(path)).create("a")
    base.insert(a="1")
    base.commit()
    found, _ = read_all(FORMAT, path, overrides=Overrides({"t": {"a": int}}))
    assert found["t"][0].columns[0].type == TYPES[int]
    assert found["t"][1] == [(1,)]

"""MessagePack files: ours, and the records that others write."""

from __future__ import annotations

import contextlib
import struct
from datetime import UTC, datetime
from decimal import Decimal

import msgpack
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytuck.common.exceptions import (
    CorruptFileError,
    EmptyFileError,
    NewerFormatError,
    PytuckException,
    SerializationError,
)
from pytuck.common.progress import CancelToken, Work
from pytuck.formats.msgpack_format import MAGIC, MsgpackFormat
from pytuck.schema import Column, Table
from pytuck.types import JSON, RAW, TYPES
from tests.core.formats.document_tables import (
    KEYED,
    OTHER,
    agree,
    contents,
    keyed_rows,
    same,
    several,
)
from tests.core.formats.table_rows import RowsInMemory

FORMAT = MsgpackFormat()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("msgpack")


def written(tmp_path, *values):
    path = tmp_path / "people.msgpack"
    path.write_bytes(b"".join(v if isinstance(v, bytes) else msgpack.packb(v) for v in values))
    return path


def read(path):
    found, _ = contents(FORMAT, path)
    return {table.name: ({c.name: c.type for c in table.columns}, rows) for table, _, rows in found}


def saved_again(path):
    found, layout = contents(FORMAT, path)
    FORMAT.save(path, [RowsInMemory(table, rows) for table, _, rows in found], layout=layout)
    with path.open("rb") as file:
        return list(msgpack.Unpacker(file, timestamp=3))


@settings(deadline=None)
@given(several())
def test_tables_come_back_as_they_were(folder, tables):
    path = folder / "own.msgpack"
    FORMAT.save(path, tables)
    assert agree(contents(FORMAT, path)[0], tables)


def test_values_that_do_not_fit_their_column_come_back(tmp_path):
    table = Table(
        "t", tuple(Column(str(n), type_) for n, type_ in enumerate([*TYPES.values(), RAW]))
    )
    values = ["abc", b"\0", -(2**63), 2**63 - 1, float("inf"), -0.0, None, '{"a": 1}', "\0", b""]
    rows = [(value,) * len(table.columns) for value in values]
    FORMAT.save(tmp_path / "t.msgpack", [RowsInMemory(table, rows)])
    assert same(contents(FORMAT, tmp_path / "t.msgpack")[0], [(table, None, rows)])


def test_rows_with_large_values_come_in_smaller_batches(tmp_path):
    path = tmp_path / "t.msgpack"
    rows = [(number, "x" * 300_000, None) for number in range(1, 50)]
    FORMAT.save(path, [RowsInMemory(KEYED, rows)])
    with FORMAT.read(path) as reading:
        (sizes,) = [list(map(len, stream.batches)) for stream in reading]
    assert sum(sizes) == 49
    assert max(sizes) < 20


def test_a_file_cut_anywhere_is_noticed(tmp_path):
    whole, cut = tmp_path / "t.msgpack", tmp_path / "cut.msgpack"
    FORMAT.save(whole, [RowsInMemory(KEYED, keyed_rows(3)), RowsInMemory(OTHER)])
    data = whole.read_bytes()
    for length in range(len(data)):
        cut.write_bytes(data[:length])
        with pytest.raises(PytuckException, match=r"cut\.msgpack"):
            contents(FORMAT, cut)


def own(*objects, version=b"\1"):
    return MAGIC + version + b"".join(map(msgpack.packb, objects))


END = {"tables": 1, "rows": 1}
HEAD = {"table": "t", "columns": [{"name": "a", "type": "INTEGER"}], "primary_key": []}


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (own(version=b"\2"), NewerFormatError),
        (own(HEAD, [[1]], {"tables": 1, "rows": 2}), CorruptFileError),
        (own(HEAD, [[1]], END, 7), CorruptFileError),
        (own(HEAD, [[1, 2]], END), CorruptFileError),
        (own(HEAD, [1], END), CorruptFileError),
        (own(HEAD, [[[1]]], END), CorruptFileError),
        (own(HEAD, [[True]], END), CorruptFileError),
        (own(HEAD, [[2**63]], END), CorruptFileError),
        (own({**HEAD, "table": 7}, [[1]], END), CorruptFileError),
        (own({**HEAD, "columns": 7}, [[1]], END), CorruptFileError),
        (own(7), CorruptFileError),
    ],
)
def test_a_damaged_file_of_ours_is_an_error(tmp_path, data, kind):
    with pytest.raises(kind, match=r"people\.msgpack"):
        read(written(tmp_path, data))


def test_a_failed_save_leaves_the_old_file(tmp_path):
    path = tmp_path / "t.msgpack"
    FORMAT.save(path, [RowsInMemory(KEYED, keyed_rows(3))])
    before = path.read_bytes()
    with pytest.raises(SerializationError, match="Table 't' cannot be written"):
        FORMAT.save(path, [RowsInMemory(KEYED, [(1, "\ud800", None)])])
    token = CancelToken()
    token.cancel()
    with pytest.raises(PytuckException, match="cancelled"):
        FORMAT.save(path, [RowsInMemory(KEYED, keyed_rows(9))], work=Work(cancel=token))
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


# --- Files of others ---------------------------------------------------------------------------


def test_types_of_a_list_of_maps_are_found_out(tmp_path):
    moment = datetime(2026, 1, 2, 3, 4, 5, 678, UTC)
    records = [
        {"n": 2**63, "t": moment, "b": b"\0", "l": [1, b"x", moment], "x": 1.5, "m": 1},
        {"n": None, "t": None, "b": b"", "l": None, "x": float("nan"), "m": True},
    ]
    path = written(tmp_path, msgpack.packb(records, datetime=True))
    types, rows = read(path)["people"]
    assert types == {
        "n": TYPES[Decimal],
        "t": TYPES[datetime],
        "b": TYPES[bytes],
        "l": TYPES[list],
        "x": TYPES[float],
        "m": JSON,
    }
    text = "2026-01-02 03:04:05.000678+00:00"
    assert rows[0][:3] == (str(2**63), text, b"\0")
    assert TYPES[list].from_storage(rows[0][3]) == [1, b"x", moment]
    assert rows[1] == (None, None, b"", None, None, "true")
    with FORMAT.read(path) as reading:
        assert next(iter(reading)).notes == ("NaN was read as NULL in column 'x'",)
    records[1]["x"] = None
    assert saved_again(path) == [records]


@pytest.mark.parametrize(
    "values",
    [
        [[]],
        [[{"a": 1}, {"a": 2}]],
        [{"x": [{"a": 1}], "y": [], "z": [{"b": "c"}]}],
        [{"a": 1, "b": [1]}],
        [{"a": [{"b": 1}, 7]}],
        [{"a": 1}, {"a": 2, "b": {"$c": None}}, {"b": {}}],
        [[{"a": True, "b": None}, {"a": None, "b": b"\xff"}]],
    ],
)
def test_files_of_others_keep_their_shape(tmp_path, values):
    path = written(tmp_path, *values)
    assert saved_again(path) == values


def test_a_map_of_lists_is_several_tables(tmp_path):
    found = read(written(tmp_path, {"x": [{"a": 1}], "y": [], "z": [{"b": "c"}]}))
    assert {name: rows for name, (_, rows) in found.items()} == {"x": [(1,)], "z": [("c",)]}


def test_a_large_list_is_read_in_two_passes_to_the_same_rows(tmp_path, monkeypatch):
    path = written(tmp_path, [{"n": number, "inner": [{"a": number}]} for number in range(3000)])
    at_once = read(path)
    monkeypatch.setattr("pytuck.formats.foreign_records.KEPT_BYTES", 1000)
    assert read(path) == at_once


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"\xc1", "neither with a list nor with a map"),
        (b"hello", "neither with a list nor with a map"),
        (b"\x91\xc1", "people.msgpack"),
        (b"\x91\x81\xa1a\xc1", "people.msgpack"),
        (b"\x92\x81\xa1a\x01", "ends too early"),
        (b"\x91\x81\xa1a\x01\x01", "behind the end"),
        (b"\x91\x82\xa1a\x01\xa1a\x02", "'a' twice"),
        (b"\x91\x81\xa1\xff\x01", "utf-8"),
        (b"\x91\x81\x01\x01", "people.msgpack"),
        (b"\x91\x81\xc4\x01a\x01", "no text"),
        (b"\x91\x81\xa1a\xd4\x05\x00", "extension type 5"),
        (b"\x91\x81\xa1a\xc7\x0c\xff" + struct.pack(">IQ", 1, 5), "nanoseconds"),
        (b"\x91\x07", "where a map is expected"),
        (b"\x81\xa1a\x01\x07", "where a map is expected"),
        (b"\x91\x81\xa1a" + b"\x91" * 100_000, "people.msgpack"),
        (b"\x91\x81\xa1a" + b"\x91" * 300 + b"\xc0", "levels"),
        (b"\x91\x81\xa1a\xdd\xff\xff\xff\xff", "people.msgpack"),
        (b"\x91\x81\xa1a\xdf\xff\xff\xff\xff", "people.msgpack"),
        (b"\x91\x81\xa1a\xc6\xff\xff\xff\xff", "people.msgpack"),
        (b"\xdd\xff\xff\xff\xff", "ends too early"),
        (b"\xdf\xff\xff\xff\xff", "ends too early"),
        (b"\x91\x80", "no keys"),
    ],
)
def test_a_malformed_file_is_an_error(tmp_path, data, message):
    with pytest.raises(SerializationError, match=message) as raised:
        read(written(tmp_path, data))
    assert "people.msgpack" in str(raised.value)


@settings(deadline=None)
@given(
    st.binary(max_size=40), st.sampled_from([b"", b"\x91\x81\xa1a", own(HEAD), b"\x81\xa1a\x91"])
)
def test_any_bytes_are_read_or_refused(folder, data, before):
    path = folder / "any.msgpack"
    path.write_bytes(before + data)
    with contextlib.suppress(SerializationError):
        read(path)


def test_an_empty_file_is_named(tmp_path):
    with pytest.raises(EmptyFileError, match=r"people\.msgpack"):
        read(written(tmp_path))


def test_one_list_cannot_hold_two_tables(tmp_path):
    path = written(tmp_path, [{"a": 1}])
    _, layout = contents(FORMAT, path)
    with pytest.raises(SerializationError, match="one list of records"):
        FORMAT.save(path, [RowsInMemory(KEYED), RowsInMemory(OTHER)], layout=layout)


def test_files_of_others_refuse_what_they_cannot_keep(tmp_path):
    path = written(tmp_path, [{"a": [1]}])
    _, layout = contents(FORMAT, path)
    table = Table("people", (Column("a", TYPES[list]),))
    with pytest.raises(SerializationError, match="cannot keep the value"):
        FORMAT.save(path, [RowsInMemory(table, [('[{"$decimal":"1.5"}]',)])], layout=layout)

"""Files of the old library are read as it would read them, and never written."""

from __future__ import annotations

import base64
import hashlib
import json
import shutil
import struct
from datetime import date, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytuck import PytuckException, Storage
from pytuck.common.exceptions import (
    FileFormatError,
    PasswordRequiredError,
    ReadOnlyError,
    TruncatedFileError,
    UnsupportedOperationError,
    WrongPasswordError,
)
from pytuck.common.options import PytuckBackendOptions
from pytuck.formats.ptk_ciphers import combined, derived_key, key_check, keystream
from pytuck.formats.ptk_format import FORMAT

SAMPLES = Path(__file__).resolve().parents[2] / "data" / "old_library" / "ptk"
PASSWORD = "geheim"
KINDS = ("ptk7", "ptk4")
LEVELS = ("plain", "low", "medium", "high")


def expected(kind):
    """Return what the library read of its own files; 0.7 forgot the rows without a key, which
    stand here as they were written.
    """
    plain = json.loads((SAMPLES / f"{kind}_expected.json").read_text("utf-8"))
    return {
        table: sorted(repr(sorted((k, value(v)) for k, v in row.items())) for row in rows)
        for table, rows in plain.items()
    }


def value(plain):
    if not isinstance(plain, dict) or len(plain) != 1:
        return plain
    ((kind, text),) = plain.items()
    match kind:
        case "bytes":
            return base64.b64decode(text)
        case "datetime":
            return datetime.fromisoformat(text)
        case "date":
            return date.fromisoformat(text)
        case "timedelta":
            return timedelta(microseconds=text)
    return plain


def contents(storage):
    return {
        name: sorted(
            repr(sorted((k, v) for k, v in row.items() if k != "_pytuck_rowid"))
            for row in storage.query(name, [])
        )
        for name in storage.tables
    }


def opened(path, **more):
    password = None if "plain" in path.name or "wal" in path.name else PASSWORD
    return Storage(path, password=password, **more)


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("kind", KINDS)
def test_a_file_holds_what_its_library_says(kind, level, tmp_path):
    path = shutil.copy(SAMPLES / f"{kind}_{level}.pytuck", tmp_path)
    before = Path(path).read_bytes()
    with opened(Path(path)) as storage:
        found = contents(storage)
        wanted = expected(kind)
        assert found == wanted
        assert storage.read_only_reason == "older format"
        assert storage.get_table("alle Typen 表").schema.comment == "every type"
        assert storage.get_table("alle Typen 表").schema.by_name["m"].comment == "注释"
        assert storage.get_table("alle Typen 表").indexes.keys() == {"a"}
        with pytest.raises(ReadOnlyError):
            storage.insert("nokey", {"x": 1})
    assert Path(path).read_bytes() == before
    assert [entry.name for entry in tmp_path.iterdir()] == [Path(path).name]


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_without_rows_keeps_its_tables(kind):
    with Storage(SAMPLES / f"{kind}_empty.pytuck") as storage:
        assert storage.list_tables() == ["leer"]
        assert storage.count_rows("leer") == 0


def test_what_stands_in_the_log_counts():
    with Storage(SAMPLES / "ptk4_wal.pytuck", engine="pytuck") as storage:
        assert storage.query("a", []) == [
            {"id": 1, "n": "changed", "x": None},
            {"id": 3, "n": "r2", "x": None},
            {"id": 4, "n": "w1", "x": 1.5},
        ]


@pytest.mark.parametrize("kind", KINDS)
def test_passwords_are_asked_for_and_checked(kind):
    path = SAMPLES / f"{kind}_high.pytuck"
    with pytest.raises(PasswordRequiredError, match=path.name):
        Storage(path)
    with pytest.raises(WrongPasswordError, match=path.name):
        Storage(path, password="wrong")
    Storage(path, backend_options=PytuckBackendOptions(password=PASSWORD)).close()


@pytest.mark.parametrize("sample", ["ptk7_plain", "ptk7_low", "ptk4_plain", "ptk4_wal"])
def test_a_cut_file_is_refused_wherever_it_is_cut(sample, tmp_path):
    whole = (SAMPLES / f"{sample}.pytuck").read_bytes()
    path = tmp_path / "cut.pytuck"
    with opened(SAMPLES / f"{sample}.pytuck") as storage:
        wanted = contents(storage)
    lengths = {*range(300), *range(300, len(whole), 37), len(whole) - 1}
    for length in sorted(lengths):
        path.write_bytes(whole[:length])
        try:
            with Reader(path, PASSWORD) as found:
                rows = found.rows()
        except PytuckException as err:
            named = "cut.pytuck" in str(err)
            assert named
            continue
        # The index at the end of the older files is of no use here.
        assert sample.startswith("ptk4"), length
        assert {name: len(each) for name, each in rows.items()} == {
            name: len(each) for name, each in wanted.items()
        }


class Reader:
    """Reads a file without staging it."""

    def __init__(self, path, password=None):
        self.reading = FORMAT.read(path, PytuckBackendOptions(password=password))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.reading.close()

    def rows(self):
        return {
            stream.table.name: [row for batch in stream.batches for row in batch]
            for stream in self.reading
        }


@settings(max_examples=150, deadline=None)
@given(sample=st.sampled_from(["ptk7_plain", "ptk4_plain"]), data=st.data())
def test_a_changed_byte_gives_an_error_or_other_values(tmp_path_factory, sample, data):
    whole = bytearray((SAMPLES / f"{sample}.pytuck").read_bytes())
    place = data.draw(st.integers(0, len(whole) - 1))
    whole[place] ^= data.draw(st.integers(1, 255))
    path = tmp_path_factory.mktemp("ptk") / "changed.pytuck"
    path.write_bytes(whole)
    try:
        with Reader(path) as found:
            found.rows()
    except PytuckException as err:
        is_named = "changed.pytuck" in str(err)
        assert is_named


@pytest.mark.parametrize(
    ("magic", "maker"),
    [(b"PTK5", "1.0"), (b"PTK6", "unreleased"), (b"LTDB", "0.1"), (b"PYTK", "0.3")],
)
def test_older_kinds_are_named(magic, maker, tmp_path):
    path = tmp_path / "older.pytuck"
    path.write_bytes(magic + bytes(200))
    with pytest.raises(FileFormatError, match=f"older.pytuck.*{maker}"):
        Storage(path)


def test_the_second_header_serves_if_the_first_is_damaged(tmp_path):
    data = bytearray((SAMPLES / "ptk4_plain.pytuck").read_bytes())
    data[20] ^= 1
    path = tmp_path / "damaged.pytuck"
    path.write_bytes(data)
    with Storage(path) as storage:
        assert contents(storage) == expected("ptk4")


def test_sizes_that_no_file_has_are_refused_at_once(tmp_path):
    data = bytearray((SAMPLES / "ptk7_plain.pytuck").read_bytes())
    struct.pack_into("<Q", data, 20, 2**62)  # the size of the schema
    path = tmp_path / "huge.pytuck"
    path.write_bytes(data)
    with pytest.raises(TruncatedFileError, match="huge"):
        Storage(path)


def test_nothing_is_written(tmp_path):
    with pytest.raises(UnsupportedOperationError, match="Convert"):
        FORMAT.save(tmp_path / "new.pytuck", [])


@settings(max_examples=30, deadline=None)
@given(
    st.sampled_from(LEVELS[1:]),
    st.binary(min_size=1, max_size=40),
    st.integers(0, 10_000),
    st.integers(1, 3000),
)
def test_any_part_of_a_stream_is_that_of_the_whole(level, key, position, count):
    stream = keystream(hashlib.sha256(key).digest(), level)
    assert stream(position, count) == stream(0, position + count)[position:]


def test_the_stream_of_the_highest_level_is_chacha20():
    # RFC 8439, appendix A.1, test vectors 1 and 2.
    stream = keystream(bytes(32), "high")
    assert stream(0, 8).hex() == "76b8e0ada0f13d90"
    assert stream(64, 8).hex() == "9f07e7be5551387a"


def test_decrypting_is_encrypting():
    key = derived_key("密码", b"0123456789abcdef", "low")
    assert len(key_check(key)) == 4
    stream = keystream(key, "low")(0, 11)
    assert combined(combined(b"hello world", stream), stream) == b"hello world"


def test_times_without_a_zone_are_those_of_this_machine():
    with Storage(SAMPLES / "ptk7_plain.pytuck") as storage:
        moments = [row["dt"] for row in storage.query("alle Typen 表", [])]
    assert any(moment.tzinfo is None for moment in moments)
    offset = timezone(timedelta(hours=5, minutes=30))
    assert datetime(2026, 7, 1, tzinfo=offset) in [m for m in moments if m.tzinfo]

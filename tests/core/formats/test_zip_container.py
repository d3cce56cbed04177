"""Zip files as containers: what is kept, and what hostile ones come to."""

from __future__ import annotations

import struct
import warnings
import zipfile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pytuck.common.exceptions import (
    CorruptFileError,
    FileFormatError,
    PasswordRequiredError,
    PytuckException,
    WrongPasswordError,
)
from pytuck.formats import zip_container
from pytuck.formats.zip_container import ZipReader
from pytuck.formats.zip_writing import ZipWriter

CONTENT = {"a.csv": b"id,name\r\n1,x\r\n" * 500, "表/b.csv": bytes(range(256)) * 40, "e": b""}


def write(path, content=CONTENT, password=None):
    with ZipWriter(path, password) as writer:
        for name, data in content.items():
            with writer.member(name) as stream:
                for start in range(0, len(data), 1000):
                    stream.write(data[start : start + 1000])
    return path


def contents(path, password=None):
    with ZipReader(path, password) as reader:
        return {name: reader.read(name) for name in reader.names}


@pytest.mark.parametrize("password", [None, "secret"])
def test_members_are_read_as_written_here_and_by_zipfile(tmp_path, password):
    path = write(tmp_path / "a.zip", password=password)
    assert contents(path, password) == CONTENT
    with zipfile.ZipFile(path) as archive:
        archive.setpassword(password.encode() if password else None)
        assert archive.testzip() is None
        assert {name: archive.read(name) for name in archive.namelist()} == CONTENT


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=3000), password=st.sampled_from([None, "x", "p w"]))
def test_any_bytes_survive(tmp_path, data, password):
    assert contents(write(tmp_path / "a.zip", {"m": data}, password), password) == {"m": data}


def test_a_member_tells_its_place(tmp_path):
    with ZipWriter(tmp_path / "a.zip") as writer, writer.member("a") as stream:
        stream.write(b"12345")
        assert stream.tell() == 5


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_members_are_taken_over_without_unpacking(tmp_path, method):
    with zipfile.ZipFile(tmp_path / "old.zip", "w", method) as archive:
        for name, data in CONTENT.items():
            archive.writestr(name, data)
    with ZipReader(tmp_path / "old.zip") as old, ZipWriter(tmp_path / "new.zip") as writer:
        for name in old.names:
            writer.keep(old, name)
        packed = {name: b"".join(old.packed(name)) for name in old.names}
    assert contents(tmp_path / "new.zip") == CONTENT
    with ZipReader(tmp_path / "new.zip") as new:
        assert {name: b"".join(new.packed(name)) for name in new.names} == packed


@pytest.mark.parametrize("new", [None, "one", "two"])
@pytest.mark.parametrize("old", [None, "one"])
def test_members_are_taken_over_whatever_the_passwords(tmp_path, old, new):
    write(tmp_path / "old.zip", password=old)
    with (
        ZipReader(tmp_path / "old.zip", old) as reader,
        ZipWriter(tmp_path / "new.zip", new) as writer,
    ):
        for name in reader.names:
            writer.keep(reader, name)
    assert contents(tmp_path / "new.zip", new) == CONTENT
    if new is not None:
        with pytest.raises(PasswordRequiredError):
            contents(tmp_path / "new.zip")


def test_a_wrong_or_missing_password_is_told(tmp_path):
    path = write(tmp_path / "a.zip", {"m": b"x" * 5000}, "right")
    with pytest.raises(PasswordRequiredError, match="encrypted"):
        contents(path)
    for wrong in ("Right", "", *map(str, range(300))):  # one of 256 passes the check byte
        with pytest.raises((WrongPasswordError, PasswordRequiredError)):
            contents(path, wrong)


def test_sizes_beyond_four_gigabytes_are_written(tmp_path, monkeypatch):
    monkeypatch.setattr("pytuck.formats.zip_writing._LARGE", 1000)
    monkeypatch.setattr("pytuck.formats.zip_writing._MANY", 2)
    # Readers know only the true limit, so the headers' own fields are looked at.
    data = write(tmp_path / "a.zip", {"a": b"x" * 5000}).read_bytes()
    version, extra = struct.unpack("<H", data[4:6])[0], data[31:51]
    assert version == 45
    assert struct.unpack("<2HQ", extra[:12]) == (1, 16, 5000)
    assert b"PK\x06\x06" not in data
    many = write(tmp_path / "b.zip", dict.fromkeys("abc", b"1")).read_bytes()
    assert b"PK\x06\x06" in many
    assert b"PK\x06\x07" in many


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path):
    path = write(tmp_path / "a.zip", {"m": b"\0" * (zip_container.FREE_BYTES + 1)})
    with ZipReader(path) as reader, pytest.raises(FileFormatError, match=r"m.*would become"):
        reader.open("m")


def test_what_a_description_declares_may_be_packed_tightly(tmp_path):
    size = zip_container.FREE_BYTES + 1
    path = write(tmp_path / "a.zip", {"m": b"\0" * size})
    with ZipReader(path) as reader:
        with reader.open("m", size=size) as stream:
            assert sum(len(block) for block in iter(lambda: stream.read(1 << 20), b"")) == size
        with pytest.raises(CorruptFileError, match="instead of"):
            reader.open("m", size=size + 1)


def central(data: bytes) -> int:
    return data.index(b"PK\x01\x02")


@pytest.mark.parametrize("declared", [0, 10, 13_999, 14_001, 10**9])
def test_a_declared_size_that_is_a_lie_is_noticed(tmp_path, declared):
    path = write(tmp_path / "a.zip", {"m": b"0123456789abcd" * 1000})
    data = bytearray(path.read_bytes())
    data[central(data) + 24 : central(data) + 28] = struct.pack("<L", declared)
    path.write_bytes(data)
    with pytest.raises(PytuckException, match=r"a\.zip"):
        contents(path)


def test_members_larger_than_the_file_are_refused(tmp_path):
    path = write(tmp_path / "a.zip", {"m": b"0123456789abcd" * 1000})
    data = bytearray(path.read_bytes())
    data[central(data) + 20 : central(data) + 24] = struct.pack("<L", 10**6)
    path.write_bytes(data)
    with pytest.raises(CorruptFileError, match="larger than the file"):
        ZipReader(path)


def test_an_unknown_method_is_told(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_BZIP2) as archive:
        archive.writestr("m", b"x" * 100)
    with pytest.raises(FileFormatError, match="method 12"):
        contents(tmp_path / "a.zip")


def test_two_members_of_one_name_are_refused(tmp_path):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
            archive.writestr("m", b"1")
            archive.writestr("m", b"2")
    with pytest.raises(CorruptFileError, match=r"'m'.*twice"):
        ZipReader(tmp_path / "a.zip")


@pytest.mark.parametrize("name", ["../m.csv", "/etc/m.csv", "a/../../m", "..\\m.csv", "C:\\m"])
def test_names_that_lead_out_of_the_folder_are_refused(tmp_path, name):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr(name, b"1")
    with pytest.raises(FileFormatError, match="leads out"):
        ZipReader(tmp_path / "a.zip")


def test_a_link_inside_is_only_its_text(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        info = zipfile.ZipInfo("link.csv")
        info.external_attr = 0o120777 << 16
        archive.writestr(info, b"/etc/passwd")
    assert contents(tmp_path / "a.zip") == {"link.csv": b"/etc/passwd"}


def test_too_many_members_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(zip_container, "MOST_MEMBERS", 3)
    path = write(tmp_path / "a.zip", dict.fromkeys("abcd", b""))
    with pytest.raises(FileFormatError, match="more than 3 members"):
        ZipReader(path)


def test_a_file_cut_anywhere_is_an_error(tmp_path):
    data = write(tmp_path / "a.zip", {"a": b"1" * 40, "b": b"abc"}).read_bytes()
    for end in range(len(data)):
        (tmp_path / "cut.zip").write_bytes(data[:end])
        with pytest.raises(PytuckException, match=r"cut\.zip"):
            contents(tmp_path / "cut.zip")


def test_a_changed_byte_is_an_error_or_harmless(tmp_path):
    data = write(tmp_path / "a.zip", {"a": b"1" * 40, "b": b"abc"}).read_bytes()
    for place in range(len(data)):
        (tmp_path / "b.zip").write_bytes(
            data[:place] + bytes([data[place] ^ 0xFF]) + data[place + 1 :]
        )
        try:
            read = contents(tmp_path / "b.zip")
        except PytuckException:
            continue
        assert set(read.values()) <= {b"1" * 40, b"abc"}

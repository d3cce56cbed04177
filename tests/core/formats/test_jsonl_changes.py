"""Changed and deleted rows that stand behind the others in JSONL files of ours."""

from __future__ import annotations

import resource
import signal
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytuck.common.exceptions import (
    ConflictError,
    CorruptFileError,
    PytuckException,
    SerializationError,
)
from pytuck.formats.json_codec import OrjsonCodec, StandardCodec
from pytuck.formats.jsonl_format import JsonlFormat
from pytuck.formats.jsonl_header import HEADER_BYTES
from pytuck.schema import Column, Table
from pytuck.types import TYPES, Stored
from tests.core.formats.document_tables import KEYED, contents

COUNT = 300
NUMBERED = Table(
    "n", (Column("id", TYPES[int]), *KEYED.columns[1:])
)  # whose row ids are the numbers of the rows
FORMATS = [JsonlFormat(codec, smallest_changed=0) for codec in (OrjsonCodec(), StandardCodec())]
some_format = st.sampled_from(FORMATS)


@dataclass
class RowsById:
    """A table to be written, with the row id of each row."""

    table: Table
    rows: dict[int, tuple[Stored, ...]]
    changed: Collection[int] | None = None
    next_key: int | None = None

    @property
    def row_count(self) -> int:
        return len(self.rows)

    def batches(
        self, size: int = 1024, first: int | None = None, last: int | None = None
    ) -> Iterator[list[tuple[Stored, ...]]]:
        wanted = [
            (*row, key)
            for key, row in sorted(self.rows.items())
            if (first is None or key >= first) and (last is None or key <= last)
        ]
        for start in range(0, len(wanted), size):
            yield wanted[start : start + size]


@pytest.fixture(params=FORMATS, ids=["orjson", "json"])
def format_(request):
    return request.param


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("jsonl_changes")


def some_rows(count=COUNT):
    return {key: (key, f"row {key}\n", f"[{key}]") for key in range(1, count + 1)}


def both(rows, others, changed=None):
    return [
        RowsById(KEYED, rows, None if changed is None else changed[0]),
        RowsById(NUMBERED, others, None if changed is None else changed[1]),
    ]


def read(format_, path):
    """The rows of each table, and the layout."""
    found, layout = contents(format_, path)
    return [rows for _, _, rows in found], layout


def listed(*tables):
    return [[rows[key] for key in sorted(rows)] for rows in tables]


def changed_file(format_, path):
    """A file, what is to be saved into it, and its layout: two rows changed, one is gone."""
    rows, others = some_rows(), some_rows()
    layout = format_.save(path, both(rows, others))
    rows[7] = (7, "seven", None)
    rows[250] = (250, "é\u2028", "[]")
    del rows[9], others[1]
    others[300] = (0, "last", None)
    return both(rows, others, [{7, 9, 250}, {1, 300}]), layout


edits = st.lists(
    st.tuples(
        st.integers(0, 1),
        st.sampled_from(["update", "delete", "insert", "append"]),
        st.integers(1, COUNT + 10),
    ),
    max_size=8,
)


@settings(max_examples=120, deadline=None)
@given(
    st.lists(edits, min_size=1, max_size=8),
    st.lists(st.booleans(), min_size=8, max_size=8),
    some_format,
)
def test_random_changes_give_the_same_rows_as_a_whole_write(folder, rounds, reads, format_):
    path, whole = folder / "changed.jsonl", folder / "whole.jsonl"
    tables = [some_rows(), some_rows()]
    layout = format_.save(path, both(*tables))
    for number, (changes, reads_again) in enumerate(zip(rounds, reads, strict=False)):
        if reads_again:
            _, layout = read(format_, path)
            tables[1] = dict(enumerate(listed(tables[1])[0], 1))
        changed: list[set[int]] = [set(), set()]
        for table, action, drawn in changes:
            rows = tables[table]
            key = max(rows, default=0) + 1 if action == "append" else drawn
            if action == "delete":
                rows.pop(key, None)
            elif key in rows or table == 0 or action == "append":
                rows[key] = (key, f"{action} in {number}", None)
            changed[table].add(key)
        layout = format_.save(path, both(*tables, changed), layout=layout)
        format_.save(whole, both(*tables))
        assert read(format_, path)[0] == read(format_, whole)[0] == listed(*tables)


def test_changes_are_added_and_nothing_else_is_touched(format_, tmp_path):
    path = tmp_path / "t.jsonl"
    tables, layout = changed_file(format_, path)
    before, inode = path.read_bytes(), path.stat().st_ino
    layout = format_.save(path, tables, layout=layout)
    after = path.read_bytes()
    assert path.stat().st_ino == inode
    assert after[HEADER_BYTES : len(before)] == before[HEADER_BYTES:]
    assert after[len(before) :].splitlines() == [
        b'{"$table":"t","changes":[7,250]}',
        b'{"id":7,"text":"seven","list":null}',
        '{"id":250,"text":"é\u2028","list":[]}'.encode(),
        b'{"$table":"t","deleted":[9]}',
        b'{"$table":"n","changes":[300]}',
        b'{"id":0,"text":"last","list":null}',
        b'{"$table":"n","deleted":[1]}',
    ]
    assert read(format_, path)[0] == listed(*(rows.rows for rows in tables))


def test_a_crash_before_the_first_line_counts_leaves_the_old_rows(format_, tmp_path):
    path = tmp_path / "t.jsonl"
    tables, layout = changed_file(format_, path)
    before = path.read_bytes()
    format_.save(path, tables, layout=layout)
    after = path.read_bytes()
    for length in range(len(before), len(after) + 1):
        path.write_bytes(before + after[len(before) : length])
        found, layout = read(format_, path)
        assert found == listed(some_rows(), some_rows())
    format_.save(path, tables, layout=layout)
    assert path.read_bytes() == after


def test_changes_cut_anywhere_are_noticed(format_, tmp_path):
    path, cut = tmp_path / "t.jsonl", tmp_path / "cut.jsonl"
    tables, layout = changed_file(format_, path)
    start = path.stat().st_size
    format_.save(path, tables, layout=layout)
    data = path.read_bytes()
    for length in range(start, len(data)):
        cut.write_bytes(data[:length])
        with pytest.raises(PytuckException, match=r"cut\.jsonl"):
            contents(format_, cut)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"changes":[7,250]', b'"changes":[7,251]'),
        (b'"changes":[7,250]', b'"changes":[7,2.0]'),
        (b'"changes":[7,250]', b'"changes":{"a":1}'),
        (b'"changes":[7,250]', b'"changes":7      '),
        (b'"changes":[7,250]', b'"changes":[7]    '),
        (b'{"id":7,"text":"seven"', b'{"id":8,"text":"seven"'),
        (b'{"id":7,"text":"seven"', b'{"id":7,"tixt":"seven"'),
        (b'"deleted":[9]', b'"deleted":[0]'),
        (b'"deleted":[9]', b'"deleted":"9"'),
        (b'"deleted":[1]', b'"deleted":[7'),
        (b'"changes":[300]', b'"changes":[999]'),
        (b'{"id":2,"text', b'{"id":5,"text'),
    ],
)
def test_damaged_changes_are_an_error(format_, tmp_path, old, new):
    path = tmp_path / "t.jsonl"
    tables, layout = changed_file(format_, path)
    format_.save(path, tables, layout=layout)
    data = path.read_bytes()
    assert old in data
    path.write_bytes(data.replace(old, new.ljust(len(old)), 1))
    with pytest.raises(CorruptFileError, match=r"t\.jsonl"):
        contents(format_, path)


def test_a_value_that_cannot_be_written_leaves_the_old_file(format_, tmp_path):
    path = tmp_path / "t.jsonl"
    tables, layout = changed_file(format_, path)
    before = path.read_bytes()
    tables[1].rows[300] = (0, "\ud800", None)
    with pytest.raises(SerializationError, match="Table 'n' cannot be written"):
        format_.save(path, tables, layout=layout)
    assert path.read_bytes() == before


@pytest.mark.parametrize("room", [0, 1, 100, 200])
def test_a_full_disk_leaves_the_old_rows(format_, tmp_path, room):
    path = tmp_path / "t.jsonl"
    tables, layout = changed_file(format_, path)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size + room, limits[1]))
        with pytest.raises(OSError, match="large"):
            format_.save(path, tables, layout=layout)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, handler)
    assert read(format_, path)[0] == listed(some_rows(), some_rows())
    format_.save(path, tables, layout=layout)
    assert read(format_, path)[0] == listed(*(rows.rows for rows in tables))


def test_changes_are_not_added_to_a_file_that_somebody_else_changed(format_, tmp_path):
    path = tmp_path / "t.jsonl"
    tables, layout = changed_file(format_, path)
    format_.save(path, both(some_rows(3), some_rows(2)))
    theirs = path.read_bytes()
    with pytest.raises(ConflictError, match=r"t\.jsonl"):
        format_.save(path, tables, layout=layout)
    assert path.read_bytes() == theirs


@pytest.mark.parametrize("reads_again", [False, True])
def test_many_changes_are_folded_into_the_rows(format_, tmp_path, reads_again):
    path = tmp_path / "t.jsonl"
    rows, others = some_rows(), some_rows()
    layout = format_.save(path, both(rows, others))
    largest = path.stat().st_size * 1.2
    folded = 0
    for number in range(1, 60):
        rows[number] = (number, f"new {number}", None)
        others[number + 100] = (number, f"new {number}", None)
        inode = path.stat().st_ino
        tables = both(rows, others, [{number}, {number + 100}])
        layout = format_.save(path, tables, layout=layout)
        if reads_again:
            _, layout = read(format_, path)
        if path.stat().st_ino != inode:
            folded += 1
            assert b'"changes"' not in path.read_bytes()
        assert path.stat().st_size < largest
    assert 0 < folded < 20
    assert read(format_, path)[0] == listed(rows, others)


def test_a_small_file_is_written_anew(tmp_path):
    path = tmp_path / "t.jsonl"
    tables, layout = changed_file(JsonlFormat(), path)
    JsonlFormat().save(path, tables, layout=layout)
    assert b'"changes"' not in path.read_bytes()
    assert read(JsonlFormat(), path)[0] == listed(*(rows.rows for rows in tables))


def test_a_file_of_version_2_is_read_and_added_to(format_, tmp_path):
    path = tmp_path / "t.jsonl"
    tables, _ = changed_file(format_, path)
    path.write_bytes(path.read_bytes().replace(b'"format_version":3', b'"format_version":2', 1))
    found, layout = read(format_, path)
    assert found == listed(some_rows(), some_rows())
    assert replace(layout.header, version=3) != layout.header
    format_.save(path, tables, layout=layout)
    assert b'"format_version":3' in path.read_bytes()[:HEADER_BYTES]
    assert read(format_, path)[0] == listed(*(rows.rows for rows in tables))

"""Files of JSON lines: ours, to which rows are added in place; those of the old library; others'."""

from __future__ import annotations

import json
import shutil
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytuck.common.exceptions import (
    ConflictError,
    CorruptFileError,
    EmptyFileError,
    FileFormatError,
    NewerFormatError,
    PasswordRequiredError,
    PytuckException,
    SerializationError,
    TruncatedFileError,
    WrongPasswordError,
)
from pytuck.common.options import JsonlBackendOptions
from pytuck.common.progress import CancelToken, Work
from pytuck.formats.json_codec import OrjsonCodec, StandardCodec
from pytuck.formats.jsonl_format import JsonlFormat
from pytuck.formats.jsonl_header import HEADER_BYTES
from pytuck.schema import Column, Table
from pytuck.types import RAW, TYPES
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

OLD = Path(__file__).parents[2] / "data" / "old_library"
CODECS = [OrjsonCodec(), StandardCodec()]
some_format = st.sampled_from([JsonlFormat(codec) for codec in CODECS])


@pytest.fixture(params=CODECS, ids=["orjson", "json"])
def format_(request):
    return JsonlFormat(request.param)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("jsonl")


def rows_of(found):
    return [rows for _, _, rows in found]


# --- Our own files -----------------------------------------------------------------------------


@settings(deadline=None)
@given(several(), some_format, some_format, st.booleans())
def test_tables_come_back_as_they_were(folder, tables, writer, reader, ensure_ascii):
    path = folder / "own.jsonl"
    writer.save(path, tables, JsonlBackendOptions(ensure_ascii=ensure_ascii))
    for line in path.read_bytes().splitlines():
        assert isinstance(json.loads(line), dict)
    assert agree(contents(reader, path)[0], tables)


@settings(max_examples=25, deadline=None)
@given(several(), some_format)
def test_tables_behind_a_password_come_back_as_they_were(folder, tables, format_):
    path = folder / "secret.jsonl"
    options = JsonlBackendOptions(password="secret!")
    format_.save(path, tables, options)
    assert agree(contents(format_, path, options)[0], tables)


def test_values_that_do_not_fit_their_column_come_back(format_, tmp_path):
    table = Table("t", (Column("$table", RAW), Column("$$", TYPES[bytes]), Column("n", TYPES[int])))
    rows = [("x", "text", b"\0"), (float("-inf"), 7, 0.5), (None, None, "\n")]
    path = tmp_path / "t.jsonl"
    format_.save(path, [RowsInMemory(table, rows)])
    assert same(rows_of(contents(format_, path)[0]), [rows])


def test_a_file_cut_anywhere_is_noticed(format_, tmp_path):
    whole, cut = tmp_path / "t.jsonl", tmp_path / "cut.jsonl"
    layout = format_.save(whole, [RowsInMemory(KEYED, keyed_rows(3)), RowsInMemory(OTHER)])
    rows = RowsInMemory(KEYED, keyed_rows(5), changed={4, 5})
    format_.save(whole, [rows, RowsInMemory(OTHER, changed=())], layout=layout)
    data = whole.read_bytes()
    for length in range(len(data)):
        cut.write_bytes(data[:length])
        with pytest.raises(PytuckException, match=r"cut\.jsonl"):
            contents(format_, cut)


def test_a_container_cut_anywhere_is_noticed(tmp_path):
    data = (OLD / "jsonl_file.jsonl").read_bytes()
    cut = tmp_path / "cut.jsonl"
    for length in range(0, len(data), 7):
        cut.write_bytes(data[:length])
        with pytest.raises(PytuckException, match=r"cut\.jsonl"):
            contents(JsonlFormat(), cut)


@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [
        (b'"format_version":3', b'"format_version":4', NewerFormatError),
        (b'"rows":', b'"ROWS":', CorruptFileError),
        (b'{"$table":"t"', b'{"$table":777', CorruptFileError),
        (b'{"$table":"t"', b'{"$tabel":"t"', CorruptFileError),
        (b'"columns":', b'"COLUMNS":', CorruptFileError),
        (b'{"id":2,', b'{"id":x,', CorruptFileError),
        (b'{"id":2,', b'{"no":2,', CorruptFileError),
        (b'{"id":2,"text":"row 2\\n","list":[2]}\n', b" " * 38 + b"\n", CorruptFileError),
    ],
)
def test_a_damaged_file_is_an_error(format_, tmp_path, old, new, kind):
    path = tmp_path / "t.jsonl"
    format_.save(path, [RowsInMemory(KEYED, keyed_rows(3))])
    data = path.read_bytes()
    assert old in data
    path.write_bytes(data.replace(old, new, 1))
    with pytest.raises(kind, match=r"t\.jsonl"):
        contents(format_, path)


# --- Saving only what changed ------------------------------------------------------------------

edits = st.lists(
    st.tuples(
        st.sampled_from(["t", "other"]),
        st.sampled_from(["update", "delete", "insert", "append", "append", "append"]),
        st.integers(1, 420),
    ),
    max_size=6,
)


@settings(max_examples=60, deadline=None)
@given(st.lists(edits, min_size=1, max_size=5), some_format, st.booleans())
def test_saving_changes_gives_the_rows(folder, rounds, format_, reads_again):
    path = folder / "changed.jsonl"
    tables = {"t": KEYED, "other": OTHER}
    rows = {
        "t": {number: row for number, row in enumerate(keyed_rows(300), 1) if number % 3},
        "other": dict(enumerate(keyed_rows(5), 1)),
    }
    keys = dict.fromkeys(tables, 1000)
    layout = format_.save(
        path, [RowsInMemory(tables[name], list(rows[name].values())) for name in tables]
    )
    for number, changes in enumerate(rounds):
        changed = {name: set() for name in tables}
        for name, action, drawn in changes:
            keys[name] += action == "append"
            key = keys[name] if action == "append" else drawn
            changed[name].add(key)
            rows[name].pop(key, None)
            if action != "delete":
                rows[name][key] = (key, f"{action} in {number}", None)
        if reads_again:
            _, layout = contents(format_, path)
        layout = format_.save(
            path,
            [
                RowsInMemory(tables[name], list(rows[name].values()), keys[name] + 1, changed[name])
                for name in tables
            ],
            layout=layout,
        )
        assert [(table.name, key, found) for table, key, found in contents(format_, path)[0]] == [
            (name, keys[name] + 1, sorted(rows[name].values())) for name in tables
        ]


def grown(format_, path, count=300, more=5):
    """A file to which rows were added, and its layout."""
    layout = format_.save(path, [RowsInMemory(KEYED, keyed_rows(count)), RowsInMemory(OTHER)])
    before = path.read_bytes()
    tables = [
        RowsInMemory(
            KEYED, keyed_rows(count + more), changed=set(range(count + 1, count + more + 1))
        ),
        RowsInMemory(OTHER, changed=()),
    ]
    return before, tables, layout


def test_rows_are_added_behind_the_others(format_, tmp_path):
    path = tmp_path / "t.jsonl"
    before, tables, layout = grown(format_, path)
    inode = path.stat().st_ino
    format_.save(path, tables, layout=layout)
    after = path.read_bytes()
    assert path.stat().st_ino == inode
    assert after[HEADER_BYTES : len(before)] == before[HEADER_BYTES:]
    assert after[len(before) :].count(b"\n") == 6
    assert rows_of(contents(format_, path)[0]) == [keyed_rows(305), []]


def test_a_crash_between_the_added_rows_and_the_first_line_leaves_the_old_rows(format_, tmp_path):
    path = tmp_path / "t.jsonl"
    before, tables, layout = grown(format_, path)
    format_.save(path, tables, layout=layout)
    added = path.read_bytes()[len(before) :]
    for length in range(len(added) + 1):
        path.write_bytes(before + added[:length])
        found, layout = contents(format_, path)
        assert rows_of(found) == [keyed_rows(300), []]
    with format_.read(path) as reading:
        stream = next(iter(reading))
        assert stream.notes == (f"{len(added)} bytes of a save that did not finish are left out",)
    format_.save(path, tables, layout=layout)
    assert path.read_bytes()[len(before) :] == added
    assert rows_of(contents(format_, path)[0]) == [keyed_rows(305), []]


def test_a_failed_append_leaves_the_old_file(format_, tmp_path):
    path = tmp_path / "t.jsonl"
    before, tables, layout = grown(format_, path)
    tables[0].rows[-1] = (305, "\ud800", None)
    with pytest.raises(SerializationError, match="Table 't' cannot be written"):
        format_.save(path, tables, layout=layout)
    assert path.read_bytes() == before


def test_rows_are_not_added_to_a_file_that_somebody_else_changed(format_, tmp_path):
    path = tmp_path / "t.jsonl"
    _, tables, layout = grown(format_, path)
    format_.save(path, [RowsInMemory(KEYED, keyed_rows(2))])
    changed = path.read_bytes()
    with pytest.raises(ConflictError, match=r"t\.jsonl"):
        format_.save(path, tables, layout=layout)
    assert path.read_bytes() == changed


def test_unchanged_chunks_are_copied_from_all_segments(format_, tmp_path):
    path = tmp_path / "t.jsonl"
    _, tables, layout = grown(format_, path, more=300)
    format_.save(path, tables, layout=layout)
    marked = path.read_bytes().replace(b"row 299", b"ROW 299").replace(b"row 599", b"ROW 599")
    path.write_bytes(marked)
    _, layout = contents(format_, path)
    rows = [row for row in keyed_rows(600) if row[0] != 7]
    tables = [RowsInMemory(KEYED, rows, changed={7}), RowsInMemory(OTHER, changed=())]
    layout = format_.save(path, tables, layout=layout)
    (found, _) = rows_of(contents(format_, path)[0])
    assert [row[0] for row in found] == [row[0] for row in rows]
    assert [row[1] for row in found if row[1].startswith("ROW")] == ["ROW 299\n", "ROW 599\n"]
    assert len(layout.segments["t"]) == 1


def test_long_work_can_be_stopped(format_, tmp_path):
    path = tmp_path / "t.jsonl"
    token = CancelToken()
    token.cancel()
    with pytest.raises(PytuckException, match="cancelled"):
        format_.save(path, [RowsInMemory(KEYED, keyed_rows(2000))], work=Work(cancel=token))
    assert list(tmp_path.iterdir()) == []


# --- Files of the old library ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "password"), [("jsonl_file.jsonl", None), ("jsonl_password.jsonl", "secret")]
)
def test_a_container_of_the_old_library_is_read_and_saved(format_, tmp_path, name, password):
    path = tmp_path / name
    shutil.copy(OLD / name, path)
    options = JsonlBackendOptions(password=password)
    found, layout = contents(format_, path, options)
    (authors, key, rows), (notes, _, note_rows) = found
    assert (authors.name, key, len(rows), notes.name) == ("authors", 4, 2, "笔记")
    assert rows[0][1:4] == ('Ada "A"\n', "1815-12-10", "2026-01-02 03:04:05.000678")
    assert rows[1][6] is None
    assert note_rows == [("a", ""), ("b", None)]
    tables = [RowsInMemory(table, rows, key, changed=()) for table, key, rows in found]
    format_.save(path, tables, options, layout=layout)
    assert zipfile.is_zipfile(path) == (password is not None)
    assert same(contents(format_, path, options)[0], found)


def test_a_container_with_a_password_needs_it(format_):
    path = OLD / "jsonl_password.jsonl"
    with pytest.raises(PasswordRequiredError, match="jsonl_password"):
        contents(format_, path)
    with pytest.raises(WrongPasswordError, match="jsonl_password"):
        contents(format_, path, JsonlBackendOptions(password="wrong"))


@pytest.mark.parametrize(
    "members",
    [
        {},
        {"_metadata.json": "{"},
        {"_metadata.json": "[]"},
        {"_metadata.json": '{"format_version": 9, "tables": {}}'},
        {"_metadata.json": '{"format_version": 1, "tables": {"t": 7}}'},
        {"_metadata.json": '{"format_version": 2, "tables": {"t": {}}}'},
        {
            "_metadata.json": '{"format_version": 1, "tables": {"t": {"primary_key": null, '
            '"columns": [{"name": "a", "type": "int"}]}}}'
        },
        {
            "_metadata.json": '{"format_version": 1, "tables": {"t": {"primary_key": null, '
            '"columns": [{"name": "a", "type": "int"}]}}}',
            "t.jsonl": "7",
        },
    ],
)
def test_a_container_without_what_it_needs_is_an_error(format_, tmp_path, members):
    path = tmp_path / "bad.jsonl"
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    with pytest.raises(FileFormatError, match=r"bad\.jsonl"):
        contents(format_, path)


# --- Files of others ---------------------------------------------------------------------------


def test_lines_of_others_are_one_table(format_, tmp_path):
    path = tmp_path / "log.jsonl"
    path.write_bytes(
        b'\xef\xbb\xbf{"at": "2026-01-31T10:00:00Z", "n": 1}\r\n\n  \n{"n": 2, "tags": ["x"]}\n{"n":3}'
    )
    ((table, _, rows),), _ = contents(format_, path)
    assert [(column.name, column.type.sql_name) for column in table.columns] == [
        ("at", "DATETIME"),
        ("n", "INTEGER"),
        ("tags", "JSON_LIST"),
    ]
    assert (table.name, rows) == (
        "log",
        [("2026-01-31 10:00:00.000000+00:00", 1, None), (None, 2, '["x"]'), (None, 3, None)],
    )


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.lists(
            st.tuples(st.sampled_from(["update", "delete", "append"]), st.integers(1, 300)),
            max_size=4,
        ),
        min_size=1,
        max_size=3,
    ),
    some_format,
    st.sampled_from(["\n", "\r\n", "\n\n"]),
)
def test_lines_of_others_stay_lines(folder, rounds, format_, newline):
    path = folder / "lines.jsonl"
    rows = [(number, f"row {number}") for number in range(1, 301)]
    path.write_text(
        "".join(json.dumps({"n": n, "text": text}) + newline for n, text in rows), newline=""
    )
    ((table, _, _),), layout = contents(format_, path)
    for changes in rounds:
        count, changed = len(rows), set()
        for action, place in changes:
            if action == "append" or place > len(rows):
                rows.append((place, "new"))
                changed.add(len(rows))
            elif action == "update":
                rows[place - 1] = (place, "changed")
                changed.add(place)
            else:
                del rows[place - 1 :]
                changed.update(range(place, count + len(changes) + 1))
        if not rows:
            rows.append((1, "one"))
            changed.add(1)
        layout = format_.save(path, [RowsInMemory(table, rows, changed=changed)], layout=layout)
        lines = [json.loads(line) for line in path.read_bytes().splitlines() if line.strip()]
        assert [(line["n"], line["text"]) for line in lines] == rows


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"a": 1}\n{"a": }\n', "line 2"),
        ('{"a": 1}\n\n{"a": 1, "a": 2}\n', "line 3.*'a' twice"),
        ('{"a": 1},{"a": 2}\n', "line 1"),
        ('{"a": 1}\n7\n', "line 2: it is no object"),
        ('{"a": NaN}\n', "line 1.*NaN"),
        ('{"a": "\\ud800"}\n', "line 1.*surrogate"),
        ('{"a": ' + "[" * 100_000 + "\n", "line 1"),
        ('{"a": ' + "[" * 300 + "]" * 300 + "}\n", "levels"),
        ("{\n}\n", "line 1"),
        ("hello\n", "line 1"),
        ('{"a": 1', "line 1"),
    ],
)
def test_a_malformed_line_is_named(format_, tmp_path, text, message):
    path = tmp_path / "log.jsonl"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SerializationError, match=message) as raised:
        contents(format_, path)
    assert "log.jsonl" in str(raised.value)


def test_an_empty_file_is_named(format_, tmp_path):
    path = tmp_path / "log.jsonl"
    path.write_bytes(b"")
    with pytest.raises(EmptyFileError, match=r"log\.jsonl"):
        contents(format_, path)


def test_lines_of_others_hold_one_table(format_, tmp_path):
    path = tmp_path / "log.jsonl"
    path.write_bytes(b'{"a":1}\n')
    _, layout = contents(format_, path)
    with pytest.raises(SerializationError, match="plain file of lines"):
        format_.save(path, [RowsInMemory(KEYED), RowsInMemory(OTHER)], layout=layout)


def test_a_file_shorter_than_it_says_is_truncated(format_, tmp_path):
    path = tmp_path / "t.jsonl"
    format_.save(path, [RowsInMemory(KEYED, keyed_rows(3))])
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(TruncatedFileError, match="its end is missing"):
        contents(format_, path)

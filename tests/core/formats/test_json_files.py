"""JSON files: our own layout, that of the old library, and whatever others write."""

from __future__ import annotations

import json
import shutil
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytuck.common.exceptions import (
    CorruptFileError,
    EmptyFileError,
    FileFormatError,
    NewerFormatError,
    PytuckException,
    SerializationError,
    TruncatedFileError,
)
from pytuck.common.options import JsonBackendOptions
from pytuck.common.progress import CancelToken, Work
from pytuck.formats.base import Overrides
from pytuck.formats.json_codec import OrjsonCodec, StandardCodec
from pytuck.formats.json_format import JsonFormat
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

OLD = Path(__file__).parents[2] / "data" / "old_library"
CODECS = [OrjsonCodec(), StandardCodec()]
some_format = st.sampled_from([JsonFormat(codec) for codec in CODECS])


@pytest.fixture(params=CODECS, ids=["orjson", "json"])
def format_(request):
    return JsonFormat(request.param)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("json")


def rows_of(format_, path, **how):
    with format_.read(path, **how) as reading:
        return [
            (stream.table, [tuple(row) for batch in stream.batches for row in batch])
            for stream in reading
        ]


def types_of(table):
    return {column.name: column.type for column in table.columns}


def written(tmp_path, text):
    path = tmp_path / "people.json"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


# --- Our own files ------------------------------------------------------------------------


@settings(deadline=None)
@given(
    several(),
    some_format,
    some_format,
    st.sampled_from([None, 0, 2]),
    st.booleans(),
)
def test_tables_come_back_as_they_were(folder, tables, writer, reader, indent, ensure_ascii):
    path = folder / "own.json"
    writer.save(path, tables, JsonBackendOptions(indent=indent, ensure_ascii=ensure_ascii))
    json.loads(path.read_bytes())
    found, _ = contents(reader, path)
    assert agree(found, tables)


@settings(deadline=None)
@given(several())
def test_both_libraries_write_files_with_the_same_meaning(folder, tables):
    texts = []
    for codec in CODECS:
        path = folder / "both.json"
        JsonFormat(codec).save(path, tables)
        texts.append(json.loads(path.read_bytes()))
    assert same(*texts)


def test_values_that_do_not_fit_their_column_come_back(format_, tmp_path):
    table = Table(
        "t",
        tuple(Column(f"c{number}", type_) for number, type_ in enumerate([*TYPES.values(), RAW])),
    )
    path = tmp_path / "t.json"
    values = ["abc", b"\0", 7, float("inf"), -0.5, None, '{"a": 1}', "\0"]
    rows = [(value,) * len(table.columns) for value in values if value != 7]
    format_.save(path, [RowsInMemory(table, rows)])
    assert same(contents(format_, path)[0], [(table, None, rows)])


def test_records_stand_on_lines_of_their_own(format_, tmp_path):
    path = tmp_path / "t.json"
    format_.save(path, [RowsInMemory(KEYED, keyed_rows(2), 9)])
    lines = path.read_text(encoding="utf-8").splitlines()
    assert json.loads(lines[2].rstrip(",")) == {"id": 1, "text": "row 1\n", "list": [1]}
    assert json.loads(path.read_bytes())["tables"]["t"]["next_id"] == 9


def test_a_file_edited_by_hand_is_read(format_, tmp_path):
    path = tmp_path / "t.json"
    format_.save(path, [RowsInMemory(KEYED, keyed_rows(2))])
    document = json.loads(path.read_bytes())
    document["tables"]["t"]["records"] += [{"list": [], "id": 3}]
    path.write_text(json.dumps(document, indent=4, sort_keys=True), encoding="utf-8")
    assert rows_of(format_, path)[0][1] == [*keyed_rows(2), (3, None, "[]")]


@pytest.mark.parametrize("row", ['{"id":1,"other":2}', "[1]", "7", '{"id":[1]}'])
def test_a_row_with_something_else_is_named(format_, tmp_path, row):
    path = tmp_path / "t.json"
    format_.save(path, [RowsInMemory(KEYED, keyed_rows(2))])
    path.write_text(
        path.read_text(encoding="utf-8").replace("\n]}", f",\n{row}\n]}}"), encoding="utf-8"
    )
    with pytest.raises(CorruptFileError, match=r"t\.json', table 't', row 3"):
        contents(format_, path)


def test_a_newer_layout_is_named(format_, tmp_path):
    path = written(tmp_path, '{"format": "pytuck-json", "format_version": 4, "tables": {}}')
    with pytest.raises(NewerFormatError, match="version 4"):
        contents(format_, path)


@pytest.mark.parametrize(
    "text",
    [
        '{"format": "pytuck-json", "format_version": 3}',
        '{"format": "pytuck-json", "format_version": 3, "tables": {"t": {"records": []}}}',
        '{"format": "pytuck-json", "format_version": 3, "tables": {"t": {"columns": 7}}}',
        '{"format": "pytuck-json", "format_version": 3, "tables": []}',
        '{"format": "pytuck-json", "format_version": 3, "tables": {}} more',
    ],
)
def test_a_document_that_is_none_is_an_error(format_, tmp_path, text):
    with pytest.raises(CorruptFileError, match=r"people\.json"):
        contents(format_, written(tmp_path, text))


def test_a_file_cut_anywhere_is_noticed(format_, tmp_path):
    whole, cut = tmp_path / "t.json", tmp_path / "cut.json"
    format_.save(
        whole, [RowsInMemory(KEYED, keyed_rows(3)), RowsInMemory(Table("u", KEYED.columns))]
    )
    data = whole.read_bytes().rstrip()
    for length in range(len(data)):
        cut.write_bytes(data[:length])
        with pytest.raises(PytuckException, match=r"cut\.json"):
            contents(format_, cut)


# --- Saving only what changed -----------------------------------------------------------------

edits = st.lists(
    st.tuples(st.sampled_from(["update", "delete", "insert"]), st.integers(1, 700)), max_size=8
)


@settings(max_examples=40, deadline=None)
@given(st.lists(edits, min_size=1, max_size=3), some_format, st.booleans())
def test_saving_changes_gives_the_rows_and_the_same_file_as_saving_all(
    folder, rounds, format_, reads_again
):
    path, fresh = folder / "changed.json", folder / "fresh.json"
    rows = {number: row for number, row in enumerate(keyed_rows(600), 1) if number % 7}
    other = RowsInMemory(OTHER, keyed_rows(300), changed=())
    layout = format_.save(path, [RowsInMemory(KEYED, list(rows.values())), other])
    for number, changes in enumerate(rounds):
        changed = set()
        for action, key in changes:
            changed.add(key)
            rows.pop(key, None)
            if action != "delete":
                rows[key] = (key, f"{action} in {number}", None)
        if reads_again:
            _, layout = contents(format_, path)
        tables = [RowsInMemory(KEYED, list(rows.values()), changed=changed), other]
        layout = format_.save(path, tables, layout=layout)
        found, _ = contents(format_, path)
        assert found[0][2] == sorted(rows.values())
        assert found[1][2] == other.rows
        format_.save(fresh, tables)
        assert path.read_bytes() == fresh.read_bytes()


def test_unchanged_tables_and_chunks_are_copied_as_they_are(format_, tmp_path):
    path = tmp_path / "t.json"
    other = RowsInMemory(OTHER, keyed_rows(300), changed=())
    format_.save(path, [RowsInMemory(KEYED, keyed_rows(1000)), other])
    marked = path.read_bytes().replace(b"row 900", b"ROW 900").replace(b"row 299", b"ROW 299")
    path.write_bytes(marked)  # the same length, so that copying shows
    _, layout = contents(format_, path)
    rows = [(*row[:1], "new", row[2]) if row[0] == 5 else row for row in keyed_rows(1000)]
    format_.save(path, [RowsInMemory(KEYED, rows, changed={5}), other], layout=layout)
    found = contents(format_, path)[0]
    assert found[0][2][4][1] == "new"
    assert found[0][2][899][1] == "ROW 900\n"
    assert found[1][2][298][1] == "ROW 299\n"


def test_a_table_with_another_structure_is_written_whole(format_, tmp_path):
    path = tmp_path / "t.json"
    layout = format_.save(path, [RowsInMemory(KEYED, keyed_rows(3))])
    fewer = Table("t", KEYED.columns[:2], ("id",), rowid_alias="id")
    rows = [row[:2] for row in keyed_rows(3)]
    format_.save(path, [RowsInMemory(fewer, rows, changed=())], layout=layout)
    assert contents(format_, path)[0] == [(fewer, None, rows)]


def test_rows_in_another_order_are_sorted_by_the_next_save(format_, tmp_path):
    path = tmp_path / "t.json"
    format_.save(path, [RowsInMemory(KEYED, keyed_rows(3))])
    lines = path.read_text(encoding="utf-8").split("\n")
    lines[2], lines[3] = lines[3], lines[2]
    path.write_text("\n".join(lines), encoding="utf-8")
    _, layout = contents(format_, path)
    format_.save(path, [RowsInMemory(KEYED, keyed_rows(4), changed={4})], layout=layout)
    assert contents(format_, path)[0][0][2] == keyed_rows(4)


def test_a_failed_save_leaves_the_old_file(format_, tmp_path):
    path = tmp_path / "t.json"
    format_.save(path, [RowsInMemory(KEYED, keyed_rows(3))])
    before = path.read_bytes()
    with pytest.raises(SerializationError, match="Table 't' cannot be written"):
        format_.save(path, [RowsInMemory(KEYED, [(1, "\ud800", None)])])
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_long_work_tells_how_far_it_is_and_can_be_stopped(format_, tmp_path):
    path = tmp_path / "t.json"
    seen = []
    format_.save(path, [RowsInMemory(KEYED, keyed_rows(9000))], work=Work(seen.append))
    rows_of(format_, path, work=Work(seen.append))
    assert {step.task for step in seen} == {"reading", "writing"}
    assert max(step.done for step in seen) == 9000
    token = CancelToken()
    token.cancel()
    with pytest.raises(PytuckException, match="cancelled"):
        rows_of(format_, path, work=Work(cancel=token))


# --- Files of the old library --------------------------------------------------------------------


def test_a_file_of_the_old_library_is_read(format_):
    (authors, key, rows), (notes, _, note_rows) = contents(format_, OLD / "json_file.json")[0]
    assert (authors.name, authors.primary_key, key) == ("authors", ("id",), 4)
    assert authors.comment == "People who write"
    assert authors.column("name").comment == "Full name"
    assert authors.column("active").default is True
    assert [index.columns for index in authors.indexes] == [("name",)]
    ada = dict(zip((column.name for column in authors.columns), rows[0], strict=True))
    assert {name: authors.column(name).type.from_storage(value) for name, value in ada.items()} == {
        "id": 1,
        "name": 'Ada "A"\n',
        "born": date(1815, 12, 10),
        "seen": datetime(2026, 1, 2, 3, 4, 5, 678),
        "worked": timedelta(seconds=1.5),
        "active": True,
        "score": 1.25,
        "photo": b"hi\0",
        "tags": [1, "a", None, {"$x": 1}],
        "extra": {"$bytes": "no", "n": float("inf")},
    }
    assert rows[1][1] == ""
    assert notes.name == "笔记"
    assert note_rows == [("a", ""), ("b", None)]


def test_nan_of_the_old_library_is_null_and_said_so(format_):
    with format_.read(OLD / "json_file.json") as reading:
        stream = next(iter(reading))
        rows = [row for batch in stream.batches for row in batch]
        assert rows[1][6] is None
        assert stream.notes == ("NaN was read as NULL in column 'score'",)


def test_a_file_of_the_old_library_is_saved_in_our_layout(format_, tmp_path):
    path = tmp_path / "old.json"
    shutil.copy(OLD / "json_file.json", path)
    found, layout = contents(format_, path)
    tables = [RowsInMemory(table, rows, key, changed=()) for table, key, rows in found]
    format_.save(path, tables, layout=layout)
    assert same(contents(format_, path)[0], found)


# --- Files of others --------------------------------------------------------------------------


def test_types_of_a_list_of_records_are_found_out(format_, tmp_path):
    path = written(
        tmp_path,
        json.dumps(
            [
                {"n": 1, "x": 1, "s": "007", "b": True, "d": "2026-01-31", "mixed": 1, "l": [1]},
                {"n": None, "x": 1.5, "s": "", "b": False, "d": None, "mixed": "a", "l": None},
                {
                    "n": -5,
                    "x": None,
                    "b": None,
                    "d": "1999-12-01",
                    "mixed": {"$bytes": 1},
                    "late": 1,
                },
            ]
        ),
    )
    ((table, rows),) = rows_of(format_, path)
    assert table.name == "people"
    assert types_of(table) == {
        "n": TYPES[int],
        "x": TYPES[float],
        "s": TYPES[str],
        "b": TYPES[bool],
        "d": TYPES[date],
        "mixed": JSON,
        "l": TYPES[list],
        "late": TYPES[int],
    }
    assert same(
        rows,
        [
            (1, 1.0, "007", 1, "2026-01-31", "1", "[1]", None),
            (None, 1.5, "", 0, None, '"a"', None, None),
            (-5, None, None, None, "1999-12-01", '{"$$bytes":1}', None, 1),
        ],
    )
    assert JSON.from_storage(rows[2][5]) == {"$bytes": 1}


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (["2026-01-31T10:00:00Z", "2026-01-31T10:00:00.5+02:00"], datetime),
        (["2026-01-31T10:00", "2026-01-31"], str),
        (["2026-01-31", "2026-02-30"], str),
        (["20260131"], str),
        (["2026-W01-1"], str),
        (["2026-01-31T10:00:00.123456789"], str),
        (["2026-01-31T25:00:00"], str),
        ([2**63], Decimal),
        ([-(2**63), 2**63 - 1], int),
        ([-(2**63) - 1], Decimal),
        ([12345678901234567890123456789, 1], Decimal),
        ([2**53, 0.5], float),
        ([2**60, 0.5], None),
        ([None, None], str),
        ([True, 1], None),
        ([[1], {"a": 1}], None),
    ],
)
def test_a_type_needs_every_value(format_, tmp_path, values, kind):
    path = written(tmp_path, json.dumps([{"v": value} for value in values]))
    ((table, rows),) = rows_of(format_, path)
    assert types_of(table)["v"] == (JSON if kind is None else TYPES[kind])
    if kind is Decimal:
        assert [row[0] for row in rows] == list(map(str, values))


def test_whole_numbers_beyond_64_bits_inside_lists_are_kept(format_, tmp_path):
    path = written(tmp_path, '[{"v": [12345678901234567890123, {"w": -12345678901234567890}]}]')
    assert rows_of(format_, path)[0][1] == [
        ('[12345678901234567890123,{"w":-12345678901234567890}]',)
    ]


def test_an_object_of_lists_is_several_tables(format_, tmp_path):
    path = written(tmp_path, '{"a": [{"x": 1}, {"x": 2}], "empty": [], "b": [{"y": "z"}]}')
    assert [(table.name, rows) for table, rows in rows_of(format_, path)] == [
        ("a", [(1,), (2,)]),
        ("b", [("z",)]),
    ]


def test_an_object_of_anything_else_is_one_row(format_, tmp_path):
    path = written(tmp_path, '{"name": "x", "items": [{"a": 1}], "n": 2}')
    ((table, rows),) = rows_of(format_, path)
    assert [column.name for column in table.columns] == ["name", "items", "n"]
    assert rows == [("x", '[{"a":1}]', 2)]


def test_names_that_a_database_takes_for_one_are_changed_and_said_so(format_, tmp_path):
    path = written(tmp_path, '[{"A": 1, "a": 2, "a_2": 3}]')
    with format_.read(path) as reading:
        (stream,) = [(stream.table, stream.notes, list(stream.batches)) for stream in reading]
    assert [column.name for column in stream[0].columns] == ["A", "a_2", "a_2_2"]
    assert stream[1] == ("'a' is called 'a_2'", "'a_2' is called 'a_2_2'")


def test_types_can_be_decided(format_, tmp_path):
    path = written(tmp_path, '[{"n": 1}, {"n": "2.50"}]')
    decided = Overrides({"people": {"n": Decimal}})
    assert rows_of(format_, path, overrides=decided)[0][1] == [("1",), ("2.5",)]
    with pytest.raises(
        SerializationError, match=r"people\.json', table 'people', record 2: '2.50'"
    ):
        rows_of(format_, path, overrides=Overrides({"people": {"n": int}}))


def test_a_value_that_the_sample_did_not_show_is_named(format_, tmp_path):
    path = written(tmp_path, json.dumps([{"n": 1}] * 5 + [{"n": "x", "m": 1}]))
    with pytest.raises(SerializationError, match=r"record 6: 'x' of the key 'n'"):
        rows_of(format_, path, overrides=Overrides(sample_rows=3))


def test_a_large_file_is_read_in_two_passes_to_the_same_rows(format_, tmp_path, monkeypatch):
    records = [
        {"id": n, "text": '},\n{ "x": [' * (n % 5), "inner": [{"a": 1}, {"b": [n]}]}
        for n in range(20000)
    ]
    path = written(tmp_path, json.dumps(records, indent=1))
    at_once = rows_of(format_, path)
    monkeypatch.setattr("pytuck.formats.foreign_records.KEPT_BYTES", 1000)
    assert rows_of(format_, path) == at_once
    assert [(n, text) for n, text, _ in at_once[0][1]] == [(r["id"], r["text"]) for r in records]


json_records = st.lists(
    st.dictionaries(
        st.sampled_from(["a", "b", "$c", "名"]),
        st.recursive(
            st.none()
            | st.booleans()
            | st.integers()
            | st.floats(allow_nan=False, allow_infinity=False)
            | st.text(st.characters(exclude_categories=("Cs",)), max_size=9),
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.dictionaries(
                    st.text(st.characters(exclude_categories=("Cs",)), max_size=3),
                    inner,
                    max_size=3,
                )
            ),
            max_leaves=6,
        ),
        min_size=1,
    ),
    min_size=1,
    max_size=6,
)


def _without_nulls(record):
    return {key: value for key, value in record.items() if value is not None}


def _by_column(found):
    ((table, _, rows),) = found
    cells = dict(zip(table.by_name.values(), zip(*rows, strict=True), strict=True))
    return sorted(cells.items(), key=lambda item: item[0].name)


@settings(deadline=None)
@given(json_records, some_format, st.sampled_from([None, 2]), st.booleans())
def test_records_of_others_are_written_back_with_their_meaning(
    folder, records, format_, indent, ensure_ascii
):
    path = folder / "foreign.json"
    path.write_text(json.dumps(records, indent=indent, ensure_ascii=ensure_ascii), encoding="utf-8")
    found, layout = contents(format_, path)
    format_.save(path, [RowsInMemory(table, rows) for table, _, rows in found], layout=layout)
    again = json.loads(path.read_bytes())
    assert [_without_nulls(record) for record in again] == [_without_nulls(r) for r in records]
    assert same(_by_column(contents(format_, path)[0]), _by_column(found))


@pytest.mark.parametrize(
    "text",
    [
        "[]\n",
        '{\n"a": [],\n"b": []\n}\n',
        '{"name":"x","born":"2026-01-31T10:00:00Z"}\n',
        '[\n{"t":"2026-01-31T10:00:00.500","n":12345678901234567890123}\n]\n',
        '[\n  {\n    "t": "2026-01-31 10:00+02:00"\n  },\n  {\n    "t": null\n  }\n]\n',
        '{\n"a": [],\n"b": [\n{"x":1},\n{"y":2}\n]\n}\n',
    ],
)
def test_files_of_others_keep_their_shape(format_, tmp_path, text):
    path = written(tmp_path, text)
    found, layout = contents(format_, path)
    format_.save(path, [RowsInMemory(table, rows) for table, _, rows in found], layout=layout)
    assert path.read_text(encoding="utf-8") == text


def test_one_list_cannot_hold_two_tables(format_, tmp_path):
    path = written(tmp_path, '[{"a": 1}]')
    found, layout = contents(format_, path)
    tables = [RowsInMemory(found[0][0], [(1,)]), RowsInMemory(KEYED, [])]
    with pytest.raises(SerializationError, match="one list of records"):
        format_.save(path, tables, layout=layout)
    assert path.read_bytes() == b'[{"a": 1}]'


@pytest.mark.parametrize("value", [b"\0", float("inf"), b""])
def test_files_of_others_refuse_what_they_cannot_keep(format_, tmp_path, value):
    path = written(tmp_path, '[{"a": 1}]')
    _, layout = contents(format_, path)
    table = Table("people", (Column("a", RAW),))
    with pytest.raises(SerializationError, match="cannot keep the value"):
        format_.save(path, [RowsInMemory(table, [(value,)])], layout=layout)


# --- Malformed and hostile files -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[{"a": NaN}]', "NaN is no JSON"),
        ('[{"a": -Infinity}]', "Infinity is no JSON"),
        ('[{"a": 1e999}]', "too large"),
        ('[{"a": 1, "a": 2}]', "'a' twice"),
        ('[{"a": 1, "a\\u003a": 2, "a\\u003a": 2}]', "twice"),
        ('[{"a" : 1, "b": 3, "b":4}]', "'b' twice"),
        ('[{"a": {"b": 1, "b": 2}}]', "'b' twice"),
        ('{"a": [{"x": 1}], "a": []}', "'a' stands there a second time"),
        ('[{"a": "\\ud800"}]', "surrogate"),
        (b'[{"a": "\xff"}]', "UTF-8"),
        ('[{"a": 1}', "ends too early"),
        ('[{"a": 1}]]', "behind the end"),
        ('[{"a": 1},]', "is expected"),
        ('[{"a": 01}]', "byte 8"),
        ('[{"a": 1} {"a": 2}]', "expected"),
        ('[{"a": 1}, 7]', "something else than objects"),
        ("[1, 2]", "something else than objects"),
        ('[{"a": tru}]', "byte 7"),
        ("[{}]", "no keys"),
        ('[{"a": ' + "[" * 210 + "]" * 210 + "}]", "levels"),
        ('[{"a": ' + "[" * 100_000, "levels"),
        ('{"a":' * 100_000, "levels"),
        ('[{"a": ' + "9" * 5000 + "}]", "digits"),
        ("7", "does not begin with"),
        ("hello", "does not begin with"),
        (b"\xff\xfe[\0", "UTF-16"),
        ('{"a": 1', "ends too early"),
        ("{7: 1}", "a key is expected"),
        ('{"a" 1}', "expected"),
        ("[" + '{"a": 1},' * 70_000 + '{"a": x}]', "byte 630007"),
    ],
)
def test_a_malformed_file_is_an_error_that_names_the_place(format_, tmp_path, text, message):
    path = written(tmp_path, text)
    with pytest.raises(SerializationError, match=message) as raised:
        contents(format_, path)
    assert "people.json" in str(raised.value)


@pytest.mark.parametrize("text", ["", "  \n", "\ufeff"])
def test_an_empty_file_is_named(format_, tmp_path, text):
    with pytest.raises(EmptyFileError, match=r"people\.json"):
        contents(format_, written(tmp_path, text))


def test_a_byte_order_mark_is_passed_over(format_, tmp_path):
    assert rows_of(format_, written(tmp_path, '\ufeff[{"a":1}]'))[0][1] == [(1,)]


def test_a_cut_list_of_others_is_noticed(format_, tmp_path):
    whole = b'[{"a": "b", "c": [1, {"d": true}]}, {"a": null}]'
    for length in range(1, len(whole)):
        with pytest.raises((TruncatedFileError, CorruptFileError, FileFormatError)):
            contents(format_, written(tmp_path, whole[:length]))

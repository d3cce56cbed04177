"""Folders of diskcache: nothing lost, nothing run, changed keys only."""

from __future__ import annotations

import os
import sqlite3
from datetime import date

import diskcache
import pytest
from hypothesis import given, settings

from pytuck.common.exceptions import (
    ConflictError,
    CorruptFileError,
    FileFormatError,
    PytuckException,
    UnsupportedOperationError,
)
from pytuck.formats.diskcache_format import FORMAT
from tests.core.formats.every_type import (
    EMPTY,
    SMALL,
    assert_same,
    expected,
    read_all,
    rows_of_child,
    rows_of_everything,
)
from tests.core.formats.table_rows import RowsInMemory


@settings(max_examples=15, deadline=None)
@given(rows_of_everything())
def test_every_value_comes_back_as_it_was(tmp_path_factory, rows):
    path = tmp_path_factory.mktemp("diskcache") / "x"
    tables = [rows, rows_of_child(), RowsInMemory(EMPTY)]
    FORMAT.save(path, tables)
    found, _ = read_all(FORMAT, path)
    for name, wanted in expected(tables).items():
        assert_same({name: found[name]}, {name: wanted})


def test_diskcache_reads_what_is_written(tmp_path):
    FORMAT.save(tmp_path / "x", [SMALL])
    with diskcache.Cache(str(tmp_path / "x")) as cache:
        assert cache["row:1:3"] == '{"id":3,"name":"name 3"}'
        assert len(cache) == 6
        assert cache.check() == []


def _store_times(path):
    with sqlite3.connect(path / "cache.db") as raw:
        return dict(raw.execute("SELECT key, store_time FROM Cache"))


def test_only_changed_keys_are_written(tmp_path):
    path = tmp_path / "x"
    FORMAT.save(path, [SMALL, rows_of_child()])
    _, layout = read_all(FORMAT, path)
    before = _store_times(path)
    changed = RowsInMemory(
        SMALL.table,
        [(1, "name 1"), (2, "two"), (4, "name 4"), (5, "name 5"), (9, "nine")],
        changed={2, 3, 9},
    )
    child = rows_of_child()
    child.changed = ()
    again = FORMAT.save(path, [changed, child], layout=layout)
    after = _store_times(path)
    written = {key for key in after if before.get(key) != after[key]}
    assert written == {"row:1:2", "row:1:9", "pytuck:schema"}
    assert before.keys() - after.keys() == {"row:1:3"}
    assert_same(read_all(FORMAT, path)[0], expected([changed, child]))
    changed.changed = {1}
    FORMAT.save(path, [changed], layout=again)
    assert_same(read_all(FORMAT, path)[0], expected([changed]))


def test_gaps_in_hidden_row_ids_are_closed_by_writing_anew(tmp_path):
    path = tmp_path / "x"
    layout = FORMAT.save(path, [rows_of_child()])
    with diskcache.Cache(str(path)) as cache:
        cache.delete("row:1:2")
        cache["pytuck:schema"] = cache["pytuck:schema"].replace('"rows":5', '"rows":4')
    del layout
    found, layout = read_all(FORMAT, path)
    rows = [(*row[:1], "changed") for row in found["CHILD"][1]]
    FORMAT.save(path, [RowsInMemory(rows_of_child().table, rows, changed={2})], layout=layout)
    assert read_all(FORMAT, path)[0]["CHILD"][1] == rows


def test_a_save_that_fails_changes_nothing(tmp_path):
    path = tmp_path / "x"
    layout = FORMAT.save(path, [SMALL])

    class Failing(RowsInMemory):
        def batches(self, size=1024, first=None, last=None):
            yield from super().batches(size, first, last)
            raise OSError("no")

    with pytest.raises(OSError, match="no"):
        FORMAT.save(path, [Failing(SMALL.table, [(1, "x")])], layout=layout)
    assert_same(read_all(FORMAT, path)[0], expected([SMALL]))


def test_a_save_of_somebody_else_is_not_overwritten(tmp_path):
    path = tmp_path / "x"
    FORMAT.save(path, [SMALL])
    _, layout = read_all(FORMAT, path)
    other = RowsInMemory(SMALL.table, [*SMALL.rows, (6, "other")], changed={6})
    FORMAT.save(path, [other], layout=layout)
    with pytest.raises(ConflictError, match="another program"):
        FORMAT.save(path, [RowsInMemory(SMALL.table, [(1, "mine")], changed={1})], layout=layout)
    assert_same(read_all(FORMAT, path)[0], expected([other]))


def test_a_lost_entry_is_noticed(tmp_path):
    path = tmp_path / "x"
    FORMAT.save(path, [SMALL])
    with diskcache.Cache(str(path)) as cache:
        cache.delete("row:1:5")
    with pytest.raises(CorruptFileError, match="4 rows"):
        read_all(FORMAT, path)


# --- Caches of others ---------------------------------------------------------------------------


class Runs:
    """An object whose pickle runs a command where Python reads it."""

    def __init__(self, command: str) -> None:
        self.command = command

    def __reduce__(self):
        return os.system, (self.command,)


def _foreign(path):
    with diskcache.Cache(str(path)) as cache:
        cache["text"] = "x"
        cache["bytes"] = b"\0\xff"
        cache[3] = 2.5
        cache["long text"] = "é" * 40_000
        cache["long bytes"] = b"\0" * 40_000
        cache["list"] = [1, {"a": None}]
        cache["numbered"] = {1: {(2, 3): "x"}}
        cache["day"] = date(2020, 1, 2)
        cache[("a", 1)] = None
        cache.set("short", 1, expire=1000, tag="t")


def test_a_foreign_cache_is_one_table(tmp_path):
    path = tmp_path / "cache"
    _foreign(path)
    found, _ = read_all(FORMAT, path)
    table, rows, _ = found["cache"]
    assert [column.name for column in table.columns] == ["key", "value", "expire_time", "tag"]
    by_key = {row[0]: row for row in rows}
    assert by_key['"text"'][1] == '"x"'
    assert by_key["3"][1] == "2.5"
    assert by_key['"bytes"'][1] == '{"$bytes":"AP8="}'
    assert by_key['"long text"'][1] == '"' + "é" * 40_000 + '"'
    assert by_key['"list"'][1] == '[1,{"a":null}]'
    assert by_key['"numbered"'][1] == '[[1,[[[2,3],"x"]]]]'
    assert by_key['"day"'][1] == '{"$date":"2020-01-02"}'
    assert by_key['["a",1]'][1] is None
    assert by_key['"short"'][3] == "t"
    assert by_key['"short"'][2] > 1e9


def test_a_foreign_cache_is_not_written(tmp_path):
    path = tmp_path / "cache"
    _foreign(path)
    with pytest.raises(UnsupportedOperationError, match="read only"):
        FORMAT.save(path, [SMALL])
    with diskcache.Cache(str(path)) as cache:
        assert cache["text"] == "x"


def test_nothing_in_a_cache_is_run(tmp_path):
    marker = tmp_path / "marker"
    path = tmp_path / "cache"
    bad = Runs(f"touch {marker}")
    with diskcache.Cache(str(path)) as cache:
        cache["value"] = bad
        cache["long"] = [bad, "x" * 50_000]
        cache[(bad, 1)] = "key"
        cache["fine"] = "text"
    with FORMAT.read(path) as reading:
        (stream,) = list(reading)
        assert "3 values" in stream.notes[0]
    _, rows, _ = read_all(FORMAT, path)[0]["cache"]
    assert len(rows) == 4
    assert not marker.exists()


def _forge(path, assignment, *values):
    with sqlite3.connect(path / "cache.db") as raw:
        raw.execute(f"UPDATE Cache SET {assignment} WHERE key = 'long text'", values)
        raw.commit()
    raw.close()


@pytest.mark.parametrize("name", ["../../secret.val", "/etc/passwd", "../secret", "aa/bb/x.val"])
def test_a_file_name_cannot_lead_out_of_the_folder(tmp_path, name):
    path = tmp_path / "cache"
    (tmp_path / "secret.val").write_text("canary")
    _foreign(path)
    _forge(path, "filename = ?", name)
    with pytest.raises(CorruptFileError, match="no name"):
        read_all(FORMAT, path)


def test_links_of_values_are_not_followed(tmp_path):
    path = tmp_path / "cache"
    (tmp_path / "secret").write_text("canary")
    _foreign(path)
    file = next(file for file in path.rglob("*.val") if file.read_bytes().startswith(b"\xc3"))
    file.unlink()
    file.symlink_to(tmp_path / "secret")
    with pytest.raises(PytuckException, match="cannot be read"):
        read_all(FORMAT, path)
    file.unlink()
    folder = file.parent
    moved = tmp_path / "moved"
    folder.rename(moved)
    (moved / file.name).write_text("canary")
    folder.symlink_to(moved)
    with pytest.raises(CorruptFileError, match="out of the folder"):
        read_all(FORMAT, path)


def test_a_missing_file_of_a_value_is_told(tmp_path):
    path = tmp_path / "cache"
    _foreign(path)
    for file in path.rglob("*.val"):
        file.unlink()
    with FORMAT.read(path) as reading:
        (stream,) = list(reading)
        assert "2 values" in stream.notes[0]


def test_settings_cannot_smuggle_commands(tmp_path):
    path = tmp_path / "x"
    layout = FORMAT.save(path, [SMALL])
    with sqlite3.connect(path / "cache.db") as raw:
        raw.execute("INSERT INTO Settings VALUES ('sqlite_temp_store_directory', '''/tmp''')")
    raw.close()
    with pytest.raises(CorruptFileError, match="setting"):
        FORMAT.save(path, [SMALL], layout=layout)


def test_a_view_in_place_of_the_table_is_refused(tmp_path):
    path = tmp_path / "x"
    path.mkdir()
    with sqlite3.connect(path / "cache.db") as raw:
        raw.execute("CREATE VIEW Cache AS SELECT 1 AS rowid")
    raw.close()
    with pytest.raises(FileFormatError, match="no table"):
        read_all(FORMAT, path)


def test_a_cut_database_is_noticed(tmp_path):
    path = tmp_path / "x"
    FORMAT.save(path, [SMALL])
    file = path / "cache.db"
    whole = file.read_bytes()
    for length in range(0, len(whole), 97):
        file.write_bytes(whole[:length])
        with pytest.raises(PytuckException, match=r"cache\.db"):
            read_all(FORMAT, path)


def test_wrong_bytes_end_in_an_error_or_in_data(tmp_path):
    path = tmp_path / "x"
    FORMAT.save(path, [SMALL])
    file = path / "cache.db"
    whole = file.read_bytes()
    for place in range(0, len(whole), 211):
        file.write_bytes(whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :])
        try:
            read_all(FORMAT, path)
        except PytuckException as err:
            assert str(path) in err.message  # noqa: PT017 - many bytes are free space

"""Folders with a file for each table: a save is whole or not done."""

from __future__ import annotations

import json
import os
import time

import pytest

from pytuck.common.exceptions import CorruptFileError
from pytuck.formats.pydblite_format import FORMAT
from pytuck.formats.table_folder import changing, description, file_names, finish
from tests.core.formats.every_type import SMALL, assert_same, expected, read_all
from tests.core.formats.table_rows import RowsInMemory


def test_an_interrupted_save_counts_and_is_finished_by_the_next_one(tmp_path):
    old, new = tmp_path / "old", tmp_path / "new"
    changed = RowsInMemory(SMALL.table, [(1, "new")])
    FORMAT.save(old, [SMALL])
    FORMAT.save(new, [changed])
    (old / ".pytuck-1.tmp").write_bytes((new / "small.pdl").read_bytes())
    (old / "gone.pdl").touch()
    journal = {
        "renamed": {".pytuck-1.tmp": "small.pdl"},
        "removed": ["gone.pdl"],
        "description": json.loads((new / "_pytuck.json").read_text()),
    }
    (old / "_pytuck.saving.json").write_text(json.dumps(journal))
    before = sorted(file.name for file in old.iterdir())
    assert_same(read_all(FORMAT, old)[0], expected([changed]))
    assert sorted(file.name for file in old.iterdir()) == before  # who saves may be at work still
    finish(old)
    assert_same(read_all(FORMAT, old)[0], expected([changed]))
    assert sorted(file.name for file in old.iterdir()) == ["_pytuck.json", "small.pdl"]


def test_a_save_interrupted_before_its_journal_did_not_happen(tmp_path):
    folder = tmp_path / "x"
    FORMAT.save(folder, [SMALL])
    left = folder / ".pytuck-left.tmp"
    left.write_text("half")
    assert_same(read_all(FORMAT, folder)[0], expected([SMALL]))
    os.utime(left, (0, time.time() - 100_000))
    FORMAT.save(folder, [SMALL])
    assert not left.exists()


def test_an_error_leaves_the_folder_as_it_was(tmp_path):
    folder = tmp_path / "x"
    FORMAT.save(folder, [SMALL])
    with pytest.raises(ValueError, match="no"), changing(folder) as changes:
        changes.new_file("small.pdl").write_text("half")
        raise ValueError("no")
    assert_same(read_all(FORMAT, folder)[0], expected([SMALL]))
    assert len(list(folder.iterdir())) == 2


@pytest.mark.parametrize(
    "journal",
    [
        "[]",
        "{",
        "[" * 100_000,
        '{"renamed": [], "removed": []}',
        '{"renamed": {}, "removed": []}',
        '{"renamed": {"../x": "a.pdl"}, "removed": []}',
        '{"renamed": {".pytuck-1.tmp": "../a.pdl"}, "removed": []}',
        '{"renamed": {"mine.txt": "a.pdl"}, "removed": []}',
        '{"renamed": {}, "removed": ["mine.txt"]}',
        '{"renamed": {}, "removed": [1]}',
        '{"renamed": {".pytuck-1.tmp": "mine.txt"}, "removed": []}',
    ],
)
def test_a_journal_cannot_touch_other_files(tmp_path, journal):
    (tmp_path / "mine.txt").write_text("mine")
    (tmp_path / "_pytuck.saving.json").write_text(journal)
    with pytest.raises(CorruptFileError, match="_pytuck"):
        description(tmp_path)
    assert (tmp_path / "mine.txt").read_text() == "mine"


def test_names_of_files_are_such_that_every_system_takes_them():
    tables = ["a", "A", "../x", "con", "_pytuck", "", "é b", "x" * 300, "a:b", ".hidden", "a/b"]
    names = file_names(tables, ".pdl")
    assert list(names) == tables
    assert len({name.casefold() for name in names.values()}) == len(tables)
    assert names["a"] == "a.pdl"
    assert names["A"] == "A (2).pdl"
    assert names["é b"] == "é b.pdl"
    for name in names.values():
        assert not set(name) & set('/\\:*?"<>|')
        assert len(name) < 100
        assert not name.startswith((".", "_pytuck", "con."))

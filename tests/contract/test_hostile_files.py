"""Nothing in a file from a stranger is run, fills the memory, or reaches another file."""

from __future__ import annotations

import json
import os
import pickle
import socket
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from pytuck import Column, ConfigurationError, PytuckException, Storage
from pytuck.tools import ExportPlan, migrate_engine
from tests.contract import file_kinds, reading_hostile_files
from tests.contract.file_kinds import KINDS, WRITTEN, engine_of, fill, make, opened, parts, read
from tests.contract.hostile_content import KEPT, REFUSED, Runs

needs_linux = pytest.mark.skipif(sys.platform != "linux", reason="limits and devices of Linux")


# --- Contents -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory) -> dict[str, dict]:
    """What came of opening each hostile file, in a process with little memory and time."""
    paths = {}
    for number, (what, (name, content)) in enumerate({**REFUSED, **KEPT}.items()):
        folder = tmp_path_factory.mktemp(f"hostile{number}")
        paths[what] = folder / name
        paths[what].write_bytes(content())
    command = [sys.executable, "-m", reading_hostile_files.__name__, *map(str, paths.values())]
    ended = subprocess.run(command, capture_output=True, check=True, timeout=300)
    found = json.loads(ended.stdout)
    return {what: found[str(path)] for what, path in paths.items()}


@needs_linux
@pytest.mark.parametrize("what", REFUSED)
def test_hostile_content_is_refused_with_the_name_of_the_file(what, outcomes):
    outcome = outcomes[what]
    assert outcome.get("is_ours"), outcome
    assert REFUSED[what][0] in outcome["message"]


@needs_linux
@pytest.mark.parametrize("what", KEPT)
def test_odd_content_is_data_or_refused(what, outcomes):
    outcome = outcomes[what]
    assert "rows" in outcome or (outcome["is_ours"] and KEPT[what][0] in outcome["message"])


def test_formulas_of_others_are_texts_and_guarded_in_exports(tmp_path):
    path, data, exported = (tmp_path / name for name in ("x.csv", "y.csv", "z.csv"))
    path.write_text("a,b\n=1+1,1\n@SUM(A1),2\n+x,3\n-7,4\n")
    with Storage(path) as storage:
        texts = ["=1+1", "@SUM(A1)", "+x", "-7"]
        assert [row["a"] for row in storage.query("x", [])] == texts
        ExportPlan(storage, exported).run()
    migrate_engine(path, "csv", data, "csv")
    (rows,) = read("csv", data).values()
    assert [row["a"] for row in rows] == texts  # a store keeps them; an export is for spreadsheets
    assert "'=1+1" in exported.read_text()
    assert "'@SUM(A1)" in exported.read_text()


# --- Pickles ------------------------------------------------------------------------------------


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_a_pickle_in_a_pydblite_file_is_not_run(tmp_path, protocol):
    marker = tmp_path / "was run"
    for hostile in ([Runs(marker)], {"a": Runs(marker)}, Runs(marker)):
        bomb = pickle.dumps(hostile, protocol)
        honest = pickle.dumps(["a"], protocol)
        for content in (bomb, honest + bomb, honest + pickle.dumps(1, protocol) + bomb):
            path = tmp_path / "x.pdl"
            path.write_bytes(content)
            with pytest.raises(PytuckException, match=r"x\.pdl"):
                read("pydblite", path)
            assert not marker.exists()


def test_a_pickle_in_a_cache_is_not_run(tmp_path):
    diskcache = pytest.importorskip("diskcache")
    marker, path = tmp_path / "was run", tmp_path / "x.diskcache"
    with diskcache.Cache(path) as cache:
        cache["value"] = Runs(marker)
        cache[Runs(marker)] = "key"
        cache["large"] = [Runs(marker), "x" * 100_000]
    for part in path.rglob("*"):
        assert part != marker
    (rows,) = read("diskcache", path).values()
    migrate_engine(path, "diskcache", tmp_path / "y.json", "json")
    assert len(rows) == 3
    assert not marker.exists()


# --- Names --------------------------------------------------------------------------------------

NAMES = [
    'x"; DROP TABLE items; --',
    "x'); DELETE FROM items; --",
    "`items`; --",
    "[items]",
    "items\nother",
    "\x01\x1b[31m\x7f",
    "\u202egnp.exe",
    "../../outside",
    "/etc/passwd",
    "C:\\outside",
    "{items}%s%(x)s${x}",
    "<img src=x>&amp;]]>",
    "=1+1",
    "e\u0301😀",
    " ",
]


@pytest.mark.parametrize("kind", WRITTEN)
def test_names_are_only_names(kind, tmp_path):
    file_kinds.skip_if_missing(kind)
    folder = tmp_path / "folder"
    folder.mkdir()
    path = folder / WRITTEN[kind]
    with opened(kind, path, create=True) as storage:
        fill(storage)
        for name in NAMES:
            storage.create_table(name, [Column(str, name=other) for other in NAMES])
            storage.insert(name, {name: name})
    before = sorted(tmp_path.iterdir())
    with opened(kind, path) as storage:
        assert {*storage.tables} == {"items", "other", *NAMES}
        for name in NAMES:
            storage.update(name, 1, {name: None})
            assert storage.query(name, []) != []
    rows = read(kind, path)
    assert len(rows["items"]) == 4
    assert [column for column in rows[NAMES[0]][0] if column in NAMES] == NAMES
    assert sorted(tmp_path.iterdir()) == before


NOT_POSSIBLE = {("duckdb", "a?mode=memory"), ("diskcache", "$HOME")}
"""Kinds of files whose own library takes something in a name for more than that."""


@pytest.mark.parametrize(
    "stem", ["100%41#b", "a?mode=memory", "file:a", "[a]*'b\"c`;--", "- 文件é ", "$HOME"]
)
@pytest.mark.parametrize("kind", WRITTEN)
def test_files_have_any_name(kind, stem, tmp_path, monkeypatch):
    file_kinds.skip_if_missing(kind)
    monkeypatch.chdir(tmp_path)
    path = Path(stem + Path(WRITTEN[kind]).suffix)  # relative: it must not be taken for a URI
    if (kind, stem) in NOT_POSSIBLE:
        with pytest.raises(ConfigurationError, match="Choose another name"):
            with opened(kind, path, create=True) as storage:
                fill(storage)
                storage.flush()
        return
    with opened(kind, path, create=True) as storage:
        storage.create_table("t", [Column(int, name="a", primary_key=True)])
        storage.insert("t", {"a": 7})
    with opened(kind, path) as storage:
        storage.insert("t", {"a": 8})
    assert read(kind, path, engine=None) == {"t": [{"a": 7}, {"a": 8}]}
    assert list(tmp_path.iterdir()) == [tmp_path / path]


# --- What is no file ----------------------------------------------------------------------------


@pytest.fixture
def no_files(tmp_path) -> list[Path]:
    """A pipe, a socket, a device, a loop of links, a link to nowhere and an empty folder."""
    pipe, loop, folder = tmp_path / "pipe", tmp_path / "loop", tmp_path / "folder"
    nowhere, local = tmp_path / "nowhere", socket.socket(socket.AF_UNIX)
    os.mkfifo(pipe)
    loop.symlink_to(loop)
    folder.mkdir()
    nowhere.symlink_to(tmp_path / "is not there")
    local.bind(str(tmp_path / "s"))
    local.close()
    return [pipe, tmp_path / "s", Path("/dev/zero"), Path("/dev/null"), loop, folder, nowhere]


@needs_linux
@pytest.mark.parametrize("kind", WRITTEN)
def test_what_is_no_file_is_refused_at_once(kind, no_files, tmp_path):
    file_kinds.skip_if_missing(kind)
    for path in no_files:
        for engine in (engine_of(kind), None):
            with pytest.raises(PytuckException, match=path.name):
                read(kind, path, engine=engine)
        with pytest.raises((PytuckException, FileNotFoundError), match=path.name):
            migrate_engine(path, engine_of(kind), tmp_path / "x.json", "json")


@needs_linux
@pytest.mark.parametrize("kind", ["csv folder", "pydblite", "parquet", "diskcache"])
def test_links_and_pipes_inside_of_a_folder_are_refused(kind, tmp_path):
    file_kinds.skip_if_missing(kind)
    path = make(kind, tmp_path)
    for part in parts(path):
        content = part.read_bytes()
        outside = tmp_path / "outside"
        outside.write_bytes(content)
        part.unlink()
        part.symlink_to(outside)
        with pytest.raises(PytuckException, match=path.name):
            read(kind, path)
        part.unlink()
        os.mkfifo(part)
        with pytest.raises(PytuckException, match=path.name):
            read(kind, path)
        part.unlink()
        part.write_bytes(content)
    read(kind, path)


@needs_linux
@pytest.mark.parametrize("kind", ["csv folder", "pydblite", "parquet"])
def test_links_in_a_folder_of_others_lead_nowhere(kind, tmp_path):
    file_kinds.skip_if_missing(kind)
    path = make(kind, tmp_path)
    (path / "_pytuck.json").unlink()
    secret = tmp_path / f"secret{parts(path)[0].suffix}"
    secret.write_bytes(parts(path)[0].read_bytes())
    (path / f"link{secret.suffix}").symlink_to(secret)
    os.mkfifo(path / f"pipe{secret.suffix}")
    try:
        assert {*read(kind, path)} == {"items", "other"}
    except PytuckException as err:
        assert path.name in err.message  # noqa: PT017 - either is safe


# --- SQLite -------------------------------------------------------------------------------------

FOREVER = "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT x FROM c"


@pytest.fixture
def database(tmp_path):
    path = tmp_path / "foreign.db"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT)")
    connection.execute("INSERT INTO t VALUES (1, 'x')")
    connection.commit()
    yield connection
    connection.close()


def test_views_that_never_end_are_not_asked_while_a_file_is_opened(database, tmp_path):
    database.execute(f"CREATE VIEW v AS {FOREVER}")
    database.execute("CREATE VIEW round AS SELECT * FROM roundabout")
    database.execute("CREATE VIEW roundabout AS SELECT * FROM round")
    database.commit()
    with Storage(tmp_path / "foreign.db") as storage:
        assert storage.query("t", []) == [{"a": 1, "b": "x"}]
        assert {"t", "v"} <= {*storage.tables}


@pytest.mark.parametrize(
    "action",
    [
        "SELECT load_extension('/tmp/x.so')",
        "SELECT writefile('/tmp/pytuck-hostile', 'x')",
        "UPDATE sqlite_schema SET sql = NULL",
        "SELECT fts3_tokenizer('simple', x'00')",
    ],
)
def test_what_triggers_want_to_do_to_the_machine_is_refused(database, tmp_path, action):
    database.execute("PRAGMA writable_schema = 1")
    database.execute(
        "INSERT INTO sqlite_schema VALUES ('trigger', 'g', 't', 0, "
        f"'CREATE TRIGGER g AFTER INSERT ON t BEGIN {action.replace(chr(39), chr(39) * 2)}; END')"
    )
    database.commit()
    path = tmp_path / "foreign.db"
    with pytest.raises(PytuckException, match=r"foreign\.db|'t'"):
        with Storage(path) as storage:
            storage.insert("t", {"a": 2})
    assert database.execute("SELECT count(*) FROM t").fetchone() == (1,)


def test_a_view_in_place_of_a_table_cannot_be_written(database, tmp_path):
    database.execute("ALTER TABLE t RENAME TO hidden")
    database.execute("CREATE VIEW t AS SELECT * FROM hidden")
    database.commit()
    with Storage(tmp_path / "foreign.db") as storage, pytest.raises(PytuckException):
        storage.insert("t", {"a": 2})


def test_a_text_that_is_no_utf_8_is_told_with_its_table(database, tmp_path):
    database.execute("INSERT INTO t VALUES (2, CAST(x'61FF' AS TEXT))")
    database.commit()
    path = tmp_path / "foreign.db"
    with Storage(path) as storage, pytest.raises(PytuckException, match=r"'t' of .*foreign\.db"):
        storage.query("t", [])
    for target in ("json", "duckdb", "pytuck"):
        with pytest.raises(PytuckException, match=r"foreign\.db"):
            migrate_engine(path, "sqlite", tmp_path / f"x.{target}", target)
        assert not (tmp_path / f"x.{target}").exists()


def test_every_kind_is_looked_at():
    assert {engine_of(kind) for kind in KINDS} >= {
        "pytuck",
        "sqlite",
        "duckdb",
        *file_kinds.FORMATS,
    }

"""A small file of every kind that can be opened, and what opening it gives."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from pytuck import Column, PytuckException, Storage
from pytuck.formats.registry import FORMATS
from pytuck.tools import get_available_engines

Rows = dict[str, list[dict[str, Any]]]

OLD_LIBRARY = Path(__file__).parent.parent / "data" / "old_library" / "ptk"
PASSWORD = "secret"

WRITTEN = {
    **{name: f"shop{entry.extensions[0]}" for name, entry in FORMATS.items()},
    "csv folder": "shop folder",
    "pytuck": "shop.pytuck",
    "encrypted": "secret.pytuck",
    "sqlite": "shop.sqlite",
    "duckdb": "shop.duckdb",
}
"""Kinds of files that we write, with a name of such a file; `csv` is a zip for two tables."""

FOREIGN = {"csv file": "list.csv", "foreign sqlite": "foreign.db"}
OLD = {"ptk4": "ptk4_plain.pytuck", "ptk7": "ptk7_plain.pytuck"}
KINDS = {**WRITTEN, **FOREIGN, **OLD}
DOCUMENTS = [*FORMATS, "csv folder"]


def engine_of(kind: str) -> str:
    """Return the engine that opens files of a kind."""
    special = {"encrypted": "pytuck", "foreign sqlite": "sqlite", "ptk4": "pytuck"}
    return special.get(kind) or ("pytuck" if kind == "ptk7" else kind.split(maxsplit=1)[0])


def make(kind: str, folder: Path) -> Path:
    """Make a file of a kind, with two small tables where it has room for them."""
    path = folder / KINDS[kind]
    if kind in OLD:
        shutil.copy(OLD_LIBRARY / path.name, path)
    elif kind == "csv file":
        path.write_text("id,name,price\n" + "".join(f"{n},né {n},{n / 2}\n" for n in range(1, 7)))
    elif kind == "foreign sqlite":
        _make_foreign_database(path)
    else:
        with opened(kind, path, create=True) as storage:
            fill(storage)
    return path


def fill(storage: Storage) -> None:
    """Put the two tables into a new file."""
    storage.create_table(
        "items",
        [
            Column(int, name="id", primary_key=True),
            Column(str, name="name"),
            Column(bytes, name="raw"),
            Column(dict, name="more"),
        ],
    )
    storage.bulk_insert(
        "items",
        [{"name": f"né {n}", "raw": bytes([n, 255]), "more": {"a": [n]}} for n in range(4)],
    )
    storage.create_table(
        "other", [Column(int, name="id", primary_key=True), Column(date, name="day")]
    )
    storage.bulk_insert("other", [{"day": date(2026, 1, n)} for n in range(1, 4)])


def _make_foreign_database(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE t (a, b VARCHAR(20), c DOUBLE)")
    connection.executemany("INSERT INTO t VALUES (?, 'x', 2.5)", [(n,) for n in range(9)])
    connection.commit()
    connection.close()


def opened(kind: str, path: Path, **more: Any) -> Storage:
    """Open a file as its kind, or as what it is found to be (`engine=None`)."""
    settings: dict[str, Any] = {"engine": engine_of(kind), "create": False, **more}
    if kind == "encrypted":
        settings["password"] = PASSWORD
    return Storage(path, **settings)


def read(kind: str, path: Path, **more: Any) -> Rows:
    """Return every row of every table."""
    with opened(kind, path, **more) as storage:
        return {name: storage.query(name, []) for name in storage.tables}


def parts(path: Path) -> list[Path]:
    """Return the files that a file or folder consists of."""
    return [path] if path.is_file() else sorted(each for each in path.rglob("*") if each.is_file())


def refused_or(reading: Callable[[], Rows], *names: str) -> Rows | None:
    """Return what reading gives; None if it is refused by an error of ours that names the place.

    Anything else that is raised comes out: it is what the caller's test is about.
    """
    try:
        return reading()
    except PytuckException as err:
        if not any(name in err.message for name in names) and err.table_name is None:
            pytest.fail(f"an error that names no place: {err.message}")
        return None


def skip_if_missing(kind: str) -> None:
    if not get_available_engines()[engine_of(kind)]:
        pytest.skip(f"files of the kind {kind} need a package that is not installed")

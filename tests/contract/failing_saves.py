"""Saves to a disk that is full, and once more when there is room: run as a program of its own."""

from __future__ import annotations

import json
import os
import resource
import sys
from pathlib import Path

from pytuck import PytuckException
from tests.contract.file_kinds import opened, parts

DATABASES = ("pytuck", "encrypted", "sqlite", "duckdb")
LARGE = 400
"""So many rows of as many bytes do not fit any more."""


def contents(path: Path) -> dict[str, str]:
    """Return the files of a folder with what they hold, without what is beside them while open."""
    return {
        str(part.relative_to(path)): part.read_bytes().hex()
        for part in parts(path)
        if not part.name.endswith(("-wal", "-shm", "-journal", ".wal", ".pytuck-lock"))
    }


def outcome(kind: str, path: Path) -> dict[str, object]:
    """Return what a save gave with a full disk, and whether the next one was whole."""
    before = contents(path.parent)
    storage = opened(kind, path)
    told = None
    rows = [{"name": os.urandom(LARGE).hex()} for _ in range(LARGE)]
    most = max(part.stat().st_size for part in parts(path)) + 20_000
    if kind == "duckdb":
        most = 60_000  # its file has free space inside
    is_document = kind not in DATABASES
    if is_document:
        storage.bulk_insert("items", rows)  # into the private copy
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, resource.RLIM_INFINITY))
    try:
        if not is_document:
            storage.bulk_insert("items", rows)
        storage.flush()
    except PytuckException as err:
        told = err.message
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)
    is_as_before = contents(path.parent) == before
    if not is_document:
        storage.bulk_insert("items", rows)
    storage.flush()
    storage.close()
    with opened(kind, path) as again:
        count = len(again.query("items", []))
    return {"told": told, "is_as_before": is_as_before, "rows": count}


if __name__ == "__main__":
    found = {}
    for kind, name in zip(sys.argv[1::2], sys.argv[2::2], strict=True):
        found[kind] = outcome(kind, Path(name))
    print(json.dumps(found))

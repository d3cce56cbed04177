"""A file that was cut or damaged gives an error that names it, or all that it held."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from itertools import chain
from pathlib import Path

import pytest

from pytuck import Column, CorruptFileError, MigrationError, PytuckException, Storage
from pytuck.tools import migrate_engine
from tests.contract import file_kinds
from tests.contract.file_kinds import KINDS, engine_of, make, parts, read, refused_or

SLOW = {"parquet": 12, "duckdb": 12, "encrypted": 12}
"""Kinds that take long to open, with how many times each of their files is."""

CUTS, DAMAGES = 75, 80
WITHOUT_COUNT = {"csv file"}
"""Files of others that do not say how many rows they have."""


@pytest.fixture(params=KINDS)
def kind(request) -> str:
    file_kinds.skip_if_missing(request.param)
    return request.param


def lengths(size: int, count: int) -> list[int]:
    """Return how long the cut file is each time: near its ends byte by byte, and between."""
    step = max(1, size // (count // 3))
    near = count // 3
    spread = chain(range(min(near, size)), range(0, size, step), range(max(0, size - near), size))
    return sorted(set(spread))


def test_a_file_cut_anywhere_is_refused_or_whole(kind, tmp_path):
    path = make(kind, tmp_path)
    whole = read(kind, path)
    for number, part in enumerate(parts(path)):
        content = part.read_bytes()
        for length in lengths(len(content), SLOW.get(kind, CUTS)):
            part.write_bytes(content[:length])
            engine = engine_of(kind) if (length + number) % 2 else None
            found = refused_or(lambda: read(kind, path, engine=engine), path.name)  # noqa: B023
            assert found in (None, whole) or kind in WITHOUT_COUNT, f"{part.name}[:{length}]"
        part.write_bytes(content)
    assert read(kind, path) == whole


def test_a_list_without_a_count_loses_only_its_last_row(tmp_path):
    path = make("csv file", tmp_path)
    (rows,) = read("csv file", path).values()
    content = path.read_bytes()
    for length in range(content.index(b"\n") + 1, len(content)):
        path.write_bytes(content[:length])
        found = refused_or(lambda: read("csv file", path), path.name)
        if found is not None:
            complete = content[:length].count(b"\n") - 1
            (left,) = found.values()
            assert len(left) >= complete
            assert [row["id"] for row in left[:complete]] == [row["id"] for row in rows[:complete]]


@pytest.mark.parametrize("kind", sorted({*KINDS} - {*SLOW} - WITHOUT_COUNT))
def test_a_cut_file_is_not_converted(kind, tmp_path):
    file_kinds.skip_if_missing(kind)
    path = make(kind, tmp_path)
    part = max(parts(path), key=lambda each: each.stat().st_size)
    content = part.read_bytes()
    for length in (1, len(content) // 3, len(content) * 2 // 3):
        part.write_bytes(content[:length])
        for target in ("target.jsonl", "target.sqlite"):
            with pytest.raises(PytuckException, match=path.name):
                migrate_engine(path, engine_of(kind), tmp_path / target, target.split(".")[1])
            assert not (tmp_path / target).exists()


def rewritten_in_json(path: Path, change: Callable[[dict], None]) -> None:
    """Edit a JSON file as a person would."""
    plain = json.loads(path.read_text("utf-8"))
    change(plain)
    path.write_text(json.dumps(plain), "utf-8")


@pytest.mark.parametrize("wrong", [{"id": 1}, {"id": None}, {"name": None}])
def test_rows_that_break_the_rules_of_their_own_file_are_told(tmp_path, wrong):
    path = make("tinydb", tmp_path)
    rules = [
        Column(int, name="id", primary_key=True),
        Column(str, name="name", unique=True, nullable=False),
    ]
    with Storage(path) as storage:
        storage.create_table("ruled", rules)
        storage.bulk_insert("ruled", [{"name": "a"}, {"name": "b"}])

    def contradict(plain: dict) -> None:
        plain["ruled"]["2"].update(wrong)

    rewritten_in_json(path, contradict)
    with pytest.raises(CorruptFileError, match=r"shop\.tinydb.*ruled"):
        read("tinydb", path)
    for target in ("jsonl", "sqlite"):
        with pytest.raises(MigrationError, match=r"shop\.tinydb.*ruled"):
            migrate_engine(path, "tinydb", tmp_path / f"target.{target}", target)
        assert not (tmp_path / f"target.{target}").exists()


def damaged(content: bytes, chance: random.Random) -> bytes:
    """Return a file's content with some bits, bytes or numbers changed."""
    wrong = bytearray(content)
    for _ in range(chance.choice((1, 1, 2, 5))):
        place = chance.randrange(len(wrong))
        match chance.randrange(5):
            case 0:
                wrong[place] ^= 1 << chance.randrange(8)
            case 1:
                wrong[place:place] = chance.randbytes(chance.choice((1, 2, 8)))
            case 2 if len(wrong) > 16:
                del wrong[place : place + chance.choice((1, 2, 8))]
            case 3:
                wrong[place] = chance.choice(b"\0\xff\x80\"'<>{}[],:\n\\0-9eE.")
            case _:
                wrong[place : place + 4] = chance.choice(
                    (b"\xff" * 4, bytes(4), b"\x7f\xff\xff\xff")
                )
    return bytes(wrong)


def test_a_damaged_file_is_refused_or_read(kind, tmp_path):
    path = make(kind, tmp_path)
    chance = random.Random(kind)
    files = parts(path)
    for _ in range(SLOW.get(kind, DAMAGES)):
        part = chance.choice(files)
        content = part.read_bytes()
        part.write_bytes(damaged(content, chance))
        engine = chance.choice((None, engine_of(kind)))
        refused_or(lambda: read(kind, path, engine=engine), path.name)  # noqa: B023
        part.write_bytes(content)
        remove_side_files(path)


def remove_side_files(path: Path) -> None:
    """Take away journals, which belong to the damaged file and not to the next one."""
    for suffix in ("-wal", "-shm", "-journal", ".wal"):
        Path(f"{path}{suffix}").unlink(missing_ok=True)

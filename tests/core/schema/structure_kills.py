"""A program that is killed while it changes tables of DuckDB, and what is left of its work.

A change counts as acknowledged when the program has said so. After every kill the file must open
and have one of the two shapes that the program makes, with every row: that of the last
acknowledged change, or of the next one.
"""

from __future__ import annotations

import random
import subprocess
import sys
import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pytuck import PytuckException, Storage
from tests.core.concurrency.programs import ROOT
from tests.core.schema.changing_program import BACK, FORTH, make


@dataclass
class StructureKills:
    """What a series of kills has come to.

    Attributes:
        mixed: How often a file was neither as before a change nor as after it.
    """

    kills: int = 0
    acknowledged: int = 0
    lost: int = 0
    mixed: int = 0
    unopenable: int = 0
    what: str = ""

    @property
    def is_perfect(self) -> bool:
        """Whether nothing at all went wrong."""
        return not (self.lost or self.mixed or self.unopenable)


def kill_changes_again_and_again(path: Path, kills: int, seed: int = 0) -> StructureKills:
    """Have a program change the structure of a new DuckDB file, and kill it at any moment."""
    chance = random.Random(seed)
    with Storage(path) as storage:
        make(storage)
    count, acknowledged = StructureKills(), 0
    for _ in range(kills):
        said = _kill_once(path, acknowledged, chance)
        count.kills += 1
        count.acknowledged += len(said)
        acknowledged = _look(path, said[-1] if said else acknowledged, count)
    return count


def _kill_once(path: Path, number: int, chance: random.Random) -> list[int]:
    program = subprocess.Popen(
        [sys.executable, "-m", "tests.core.schema.changing_program", str(path), str(number)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert program.stdout is not None
    assert program.stdout.readline() == "ready\n"
    time.sleep(chance.uniform(0, 1))  # any moment is right
    program.kill()
    return [int(line) for line in program.communicate(timeout=60)[0].split()]


def _look(path: Path, acknowledged: int, count: StructureKills) -> int:
    """Count what is wrong; return the number of the last change that is there."""
    try:
        with Storage(path) as storage:
            problems = storage.check()
            shape = _shape(storage)
    except PytuckException as err:
        count.unopenable += 1
        count.what = str(err)
        return acknowledged
    number = int(shape.pop("number"))
    if problems or shape != _shapes()[number % 2]:
        count.mixed += 1
        count.what = f"{problems} {str(shape)[:2000]}"
    count.lost += not acknowledged <= number <= acknowledged + 1
    return number


@cache
def _shapes() -> list[dict]:
    """Return the two shapes, as a program makes them that nobody kills."""
    with Storage(engine="duckdb") as storage:
        make(storage)
        shapes = [_shape(storage)]
        storage.change(*FORTH)
        shapes.append(_shape(storage))
        storage.change(*BACK)
        assert _shape(storage) == shapes[0]
    for shape in shapes:
        del shape["number"]
    return shapes


def _shape(storage: Storage) -> dict:
    """Return everything that is to be as the program makes it."""
    shape: dict = {}
    for name in storage.list_tables():
        table = storage.get_table(name).schema
        shape[name] = {
            "columns": [
                (c.name, c.type.sql_name, c.nullable, c.default or None, c.unique, c.comment)
                for c in table.columns
            ],
            "key": table.primary_key,
            "keys": table.foreign_keys,
            "indexes": {index.columns for index in table.indexes},
            "rows": sorted(repr(row) for row in storage.query(name, [])),
        }
        if table.comment:
            shape["number"] = table.comment
    return shape

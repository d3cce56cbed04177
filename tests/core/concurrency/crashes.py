"""Programs that are killed in the middle of continuous commits, and what is left of their work.

A commit counts as acknowledged when the program has said so. After every kill the file must open,
be whole, and have all acknowledged commits; one more may be there that could not say so any more.
"""

from __future__ import annotations

import random
import time
from dataclasses import dataclass
from pathlib import Path

from pytuck import Column, PytuckException, Storage
from tests.core.concurrency.programs import Program

ROWS_OF_A_COMMIT = 3

WRITES = """
from pytuck import Column, Session, Storage, declarative_base

number = int(sys.argv[2])
with Storage(sys.argv[1]) as storage:
    class Row(declarative_base(storage)):
        __tablename__ = "rows"
        id = Column(int, primary_key=True)
        number = Column(int)
        text = Column(str)

    say("ready")
    while True:
        with Session(storage) as session:
            size = 10 ** (number % 5)
            session.add_all([Row(number=number, text="x" * size) for _ in range(3)])
        say(number)
        number += 1
"""

RECOVERS = """
from pytuck import Storage
say("ready")
with Storage(sys.argv[1]) as storage:
    storage.count_rows("rows")
    storage.compact()
"""


@dataclass
class CrashCount:
    """What a series of kills has come to.

    Attributes:
        second_kills: How often the program that opened the file afterwards was killed, too.
    """

    kills: int = 0
    second_kills: int = 0
    acknowledged: int = 0
    lost: int = 0
    torn: int = 0
    corrupt: int = 0
    unopenable: int = 0

    @property
    def is_perfect(self) -> bool:
        """Whether nothing at all went wrong."""
        return not (self.lost or self.torn or self.corrupt or self.unopenable)


def kill_again_and_again(path: Path, kills: int, seed: int = 0) -> CrashCount:
    """Have a program commit and kill it at any moment; every fourth time kill the next one, too.

    Args:
        path: A new `.pytuck` or `.sqlite` file.
    """
    chance = random.Random(seed)
    with Storage(path) as storage:
        columns = [Column(int, name="id", primary_key=True), Column(int, name="number")]
        storage.create_table("rows", [*columns, Column(str, name="text")])
    count, acknowledged = CrashCount(), 0
    for _ in range(kills):
        acknowledged = _kill_once(path, acknowledged, chance, count)
        if chance.random() < 0.25:
            _kill_recovery(path, chance)
            count.second_kills += 1
        acknowledged = _look(path, acknowledged, count)
    return count


def _kill_once(path: Path, acknowledged: int, chance: random.Random, count: CrashCount) -> int:
    program = Program(WRITES, path, acknowledged + 1)
    assert program.listen() == "ready"
    time.sleep(chance.uniform(0, 0.15))  # any moment is right
    for line in program.kill().split():
        acknowledged = int(line)
        count.acknowledged += 1
    count.kills += 1
    return acknowledged


def _kill_recovery(path: Path, chance: random.Random) -> None:
    program = Program(RECOVERS, path)
    assert program.listen() == "ready"
    time.sleep(chance.uniform(0, 0.02))
    program.kill()


def _look(path: Path, acknowledged: int, count: CrashCount) -> int:
    """Count what is wrong; return the last commit that is there."""
    try:
        with Storage(path) as storage:
            count.corrupt += bool(storage.check())
            numbers = [row["number"] for row in storage.query("rows", [])]
    except PytuckException:
        count.unopenable += 1
        return acknowledged
    commits = len(set(numbers))
    count.torn += len(numbers) != commits * ROWS_OF_A_COMMIT
    count.lost += max(acknowledged - commits, 0)
    return max(commits, acknowledged)

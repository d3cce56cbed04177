"""The first table of the performance goals: `apsw` alone, ours, and the peers, as ratios to `apsw`.

    python3 dev.py bench [--long] [--no-peers] [--rows USERS]

Everyone runs in a process and an environment of its own, in turn, round after round. `README.md`
beside this file says how to read the table.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from tests.benchmarks._environments import NotInstalledError, python_of
from tests.benchmarks._options import read_options
from tests.benchmarks._peer_table import Measured, print_peers
from tests.benchmarks.peers.works import GIVEN_UP_S, SLOW_S, WORKS

ROOT = Path(__file__).resolve().parents[2]
RUN = Path(__file__).resolve().parent / "peers" / "run.py"
ROUND_TIMEOUT_S = 900

OWN = {"raw": "apsw", "ours": "ours"}
OTHERS = {
    "sqlalchemy": "SQLAlchemy",
    "peewee": "peewee",
    "pony": "Pony",
    "tinydb": "TinyDB",
    "pytuck140": "pytuck 1.4",
}


class Peer:
    """One column of the table: a library in a process of its own.

    Attributes:
        measured: What was found until now.
    """

    def __init__(self, name: str, title: str, folder: Path, users: int) -> None:
        self.measured = Measured(title)
        self._name = name
        self._folder = folder / name
        self._folder.mkdir()
        self._users = users

    def fill(self) -> None:
        """Write the data."""
        self._run("fill", [])

    def take_round(self) -> None:
        """Measure every work once more, but for those that take too long to be repeated."""
        found = self._run("time", [name for name in WORKS if not self._is_slow(name)])
        for work, seconds in found["seconds"].items():
            self.measured.seconds.setdefault(work, []).append(seconds)
        self.measured.given_up.update(dict.fromkeys(found["given_up"], GIVEN_UP_S))
        for used in self._folder.glob("new*"):
            used.unlink()

    def take_memory(self) -> None:
        """Measure the memory that reading takes."""
        reads = [name for name, work in WORKS.items() if work.is_read and not self._is_slow(name)]
        self.measured.peak_mb = self._run("reads", reads)["peak_mb"]

    def _is_slow(self, work: str) -> bool:
        seconds = self.measured.median(work)
        return work in self.measured.given_up or (seconds is not None and seconds >= SLOW_S)

    def _run(self, how: str, works: Iterable[str]) -> Any:
        path = str(ROOT) if self._name in OWN else ""
        command = [python_of(self._name), RUN, self._name, self._folder, str(self._users), how]
        done = subprocess.run(
            [*map(str, command), *works],
            env={**os.environ, "PYTHONPATH": path},
            capture_output=True,
            text=True,
            check=True,
            timeout=ROUND_TIMEOUT_S,
        )
        return json.loads(done.stdout.splitlines()[-1])


def measure(peers: list[Peer], rounds: int) -> None:
    """Let every peer do its works in turn, round after round."""
    for peer in peers:
        _try(peer, "writes its data", peer.fill)
    for number in range(1, rounds + 1):
        for peer in peers:
            _try(peer, f"round {number} of {rounds}", peer.take_round)
    for peer in peers:
        _try(peer, "memory", peer.take_memory)
    _say_progress("")


def _say_progress(text: str) -> None:
    if sys.stderr.isatty():
        print(f"\r{text:<50}\r", end="", file=sys.stderr)


def _try(peer: Peer, what: str, step: Callable[[], None]) -> None:
    """Take a step, unless an earlier one failed; why one failed is kept for the table."""
    if peer.measured.trouble:
        return
    _say_progress(f"{peer.measured.title}: {what}")
    try:
        step()
    except NotInstalledError as err:
        peer.measured.trouble = str(err)
    except subprocess.CalledProcessError as err:
        peer.measured.trouble = (err.stderr.strip() or str(err)).splitlines()[-1]
    except subprocess.TimeoutExpired:
        peer.measured.trouble = f"{what} took longer than {ROUND_TIMEOUT_S} s"


def main() -> int:
    """Measure and print; fails if ours or the reference could not be measured."""
    options = read_options(__doc__)
    titles = {**OWN, **OTHERS} if options.with_peers else OWN
    with tempfile.TemporaryDirectory(prefix="pytuck-peers-") as folder:
        peers = [Peer(name, title, Path(folder), options.users) for name, title in titles.items()]
        measure(peers, 7 if options.is_long else 3)
    raw, ours, *others = [peer.measured for peer in peers]
    print_peers(raw, ours, others, options.users)
    return 1 if raw.trouble or ours.trouble else 0


if __name__ == "__main__":
    sys.exit(main())

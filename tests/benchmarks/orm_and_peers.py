"""The first table of the performance goals: `apsw` alone, ours, and the peers, as ratios to `apsw`.

    python3 dev.py bench [--long] [--no-peers] [--rows USERS]

Every one runs in a process of its own, in turn, round after round; the medians count. The SQL
peers have the same pragmas: WAL, synchronous=NORMAL. The peers' packages stand in environments of
their own under `.bench/peers/`, made when they are first needed; `pytuck` 1.4.0 has one to itself,
since its package bears our name.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from tests.benchmarks.peers import data

ROOT = Path(__file__).resolve().parents[2]
PEERS = Path(__file__).resolve().parent / "peers"
ENVIRONMENTS = ROOT / ".bench" / "peers"
REQUIREMENTS = (PEERS / "requirements.txt").read_text("utf-8").split()
MEMORY_GOAL_MB = 140
"""With 100,000 users."""
TIMEOUT_S = 900


@dataclass
class Peer:
    """One column of the table.

    Attributes:
        name: The module, without `_peer`.
        packages: What is installed in its environment; None runs in ours.
        slow: Its works take so long that one round must do.
    """

    name: str
    title: str
    packages: tuple[str, ...] | None = None
    slow: bool = False
    seconds: dict[str, list[float]] = field(default_factory=dict)
    peaks: list[float] = field(default_factory=list)
    trouble: str = ""

    def python(self) -> Path:
        """Return the interpreter of its environment, made if need be.

        Raises:
            subprocess.CalledProcessError: The packages cannot be installed.
        """
        if self.packages is None:
            return Path(sys.executable)
        place = ENVIRONMENTS / ("old" if self.name == "pytuck140" else "others")
        python = place / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
        ready = place / "ready"
        if not ready.exists():
            subprocess.run([sys.executable, "-m", "venv", str(place)], check=True)
            install = [str(python), "-m", "pip", "install", "--quiet", *self.packages]
            subprocess.run(install, check=True)
            ready.touch()
        return python

    def run(self, folder: Path, users: int, how: str) -> None:
        """Measure one round and keep what was found."""
        place = folder / self.name
        place.mkdir(exist_ok=True)
        environment = {**os.environ, "PYTHONPATH": str(ROOT) if self.packages is None else ""}
        command = [str(self.python()), str(PEERS / "run.py"), self.name, str(place), str(users)]
        done = subprocess.run(
            [*command, how],
            env=environment,
            capture_output=True,
            text=True,
            check=True,
            timeout=TIMEOUT_S,
        )
        found = json.loads(done.stdout.splitlines()[-1])
        if how == "reads":
            self.peaks.append(found["peak_mb"])
            return
        for name, seconds in found["seconds"].items():
            if seconds >= 0:
                self.seconds.setdefault(name, []).append(seconds)


def peers(*, with_others: bool) -> list[Peer]:
    """Return the columns of the table, the reference first."""
    own = [Peer("raw", "apsw"), Peer("ours", "ours")]
    others = tuple(REQUIREMENTS)
    if not with_others:
        return own
    return [
        *own,
        Peer("sqlalchemy", "SQLAlchemy", others),
        Peer("peewee", "peewee", others),
        Peer("pony", "Pony", others),
        Peer("tinydb", "TinyDB", others, slow=True),
        Peer("pytuck140", "pytuck 1.4", ("pytuck==1.4.0",), slow=True),
    ]


def measure(columns: list[Peer], users: int, rounds: int) -> None:
    """Run every peer in turn, round after round."""
    with tempfile.TemporaryDirectory(prefix="pytuck-peers-") as name:
        folder = Path(name)
        for number in range(rounds + 1):
            for peer in columns:
                if peer.trouble or (peer.slow and number > 1):
                    continue
                print(f"\rround {number} of {rounds}: {peer.title:<12}", end="", file=sys.stderr)
                if number == 0:
                    peer.seconds = {}
                _round(peer, folder, users)
                if number == 0:
                    peer.seconds = {}  # it filled the files and warmed the caches
        print("\r" + " " * 40 + "\r", end="", file=sys.stderr)


def _round(peer: Peer, folder: Path, users: int) -> None:
    try:
        peer.run(folder, users, "cold" if peer.slow else "warm")
        peer.run(folder, users, "reads")
    except subprocess.CalledProcessError as err:
        peer.trouble = (err.stderr or str(err)).strip().splitlines()[-1]
    except subprocess.TimeoutExpired:
        peer.trouble = f"took longer than {TIMEOUT_S} s"


def print_results(columns: list[Peer], users: int) -> None:
    """Print the table: the reference in milliseconds, the others as ratios to it."""
    size = data.Size(users)
    words = {
        name: f"{getattr(size, name):,}" for name in ("users", "new", "tenth", "gets", "parents")
    }
    raw, others = columns[0], columns[1:]
    titles = "".join(f"{peer.title:>12}" for peer in others)
    print(f"{'work':<48}{'apsw':>10}{titles}{'our goal':>10}")
    for name, (title, goal, is_wall) in data.WORKS.items():
        base = statistics.median(raw.seconds[name])
        cells = "".join(_cell(peer, name, base) for peer in others)
        ours = statistics.median(columns[1].seconds[name]) / base
        missed = "  !" if goal is not None and ours > goal else ""
        shown = title.format(**words) + (" (wall)" if is_wall else "")
        print(
            f"{shown:<48}{base * 1000:>7.1f} ms{cells}{f'<={goal:g}' if goal else '':>10}{missed}"
        )
    peaks = [statistics.median(peer.peaks) if peer.peaks else 0 for peer in columns]
    cells = "".join(f"{peak:>9.0f} MB" if peak else f"{'–':>12}" for peak in peaks[1:])
    missed = "  !" if peaks[1] > MEMORY_GOAL_MB * max(1, users / 100_000) else ""
    print(
        f"{'peak memory after reads':<48}{peaks[0]:>7.0f} MB{cells}{f'<={MEMORY_GOAL_MB}':>10}{missed}"
    )
    for peer in columns:
        if peer.trouble:
            print(f"{peer.title}: {peer.trouble}")


def _cell(peer: Peer, work: str, base: float) -> str:
    seconds = peer.seconds.get(work)
    return f"{statistics.median(seconds) / base:>12.2f}" if seconds else f"{'–':>12}"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--long", action="store_true", help="7 rounds instead of 3")
    parser.add_argument("--no-peers", action="store_true", help="ours against apsw alone")
    parser.add_argument("--rows", type=int, default=100_000, help="how many users")
    given = parser.parse_args()
    columns = peers(with_others=not given.no_peers)
    rounds = 7 if given.long else 3
    measure(columns, given.rows, rounds)
    print(f"Python {sys.version.split()[0]}, {given.rows:,} users, {rounds} rounds; ratios to apsw")
    print_results(columns, given.rows)


if __name__ == "__main__":
    main()

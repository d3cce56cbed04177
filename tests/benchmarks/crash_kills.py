"""Kills in the middle of continuous commits, a quarter of them again during recovery.

    python -m tests.benchmarks.crash_kills [--long]

Says how many acknowledged commits were lost and how many files were damaged; both must be 0.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tests.benchmarks._options import read_options
from tests.core.concurrency.crashes import kill_again_and_again

_KILLS, _KILLS_LONG = 20, 500


def main() -> int:
    options = read_options(__doc__)
    kills = _KILLS_LONG if options.is_long else _KILLS
    is_perfect = True
    for ending, share in (("pytuck", kills), ("sqlite", kills // 5)):
        with tempfile.TemporaryDirectory() as folder:
            count = kill_again_and_again(Path(folder, f"a.{ending}"), share, seed=share)
        print(f"{ending:8}{count}", flush=True)
        is_perfect &= count.is_perfect
    return 0 if is_perfect else 1


if __name__ == "__main__":
    sys.exit(main())

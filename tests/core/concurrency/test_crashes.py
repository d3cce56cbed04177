"""Short forms of the crash and contention tests; `dev.py bench --long` runs them in full."""

from __future__ import annotations

import pytest

from tests.core.concurrency.contention import contend
from tests.core.concurrency.crashes import kill_again_and_again


@pytest.mark.parametrize(("ending", "kills"), [("pytuck", 10), ("sqlite", 5)])
def test_a_killed_program_loses_no_acknowledged_commit(tmp_path, ending, kills):
    count = kill_again_and_again(tmp_path / f"a.{ending}", kills, seed=kills)
    assert count.is_perfect, count
    assert (count.kills, count.acknowledged > 0) == (kills, True)


@pytest.mark.parametrize("way", ["statement", "session"])
def test_every_count_of_every_thread_counts(tmp_path, way):
    contest = contend(tmp_path / "a.pytuck", way, seconds=1)
    assert contest.errors == []
    assert contest.stored == contest.counted > 0

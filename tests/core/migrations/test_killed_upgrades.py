"""A program that is killed in the middle of an upgrade leaves the old database or the new one."""

from __future__ import annotations

import pytest

from tests.core.migrations.kills import kill_upgrades


@pytest.mark.parametrize("name", ["a.pytuck", "a.sqlite", "a.duckdb", "a.json"])
def test_a_killed_upgrade_is_done_or_not_done(tmp_path, name):
    found = kill_upgrades(tmp_path, name, runs=5, seed=1)
    assert found.mixtures == []
    assert found.untouched + found.done == 5

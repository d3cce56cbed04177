"""Whatever the user does, the process of the window never opens the file: it cannot be blocked."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path


def test_the_window_never_touches_the_database(shop):
    done = subprocess.run(
        [sys.executable, "-m", "tests.desktop.watched_window", str(shop)],
        cwd=Path(__file__).parents[3],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1]) == {"engines": [], "touched": []}

"""What the documentation shows is what happens."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = sorted((ROOT / "examples").rglob("*.py"))
GUIDES = sorted(
    path for path in (ROOT / "docs").glob("*.md") if "```python" in path.read_text("utf-8")
)
_BLOCK = re.compile(r"^```python\n(.*?)^```", re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_examples_run(path, tmp_path):
    _run([str(path)], tmp_path)


@pytest.mark.parametrize("path", GUIDES, ids=lambda path: path.name)
def test_code_blocks_run_one_after_the_other(path, tmp_path):
    blocks = _BLOCK.findall(path.read_text("utf-8"))
    program = tmp_path / "guide.py"
    program.write_text("\n\n".join(blocks), "utf-8")
    _run([str(program)], tmp_path)


def _run(arguments, folder):
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr

"""Runs the programs with pytuck 1.4.0 and writes what they print to `expected/`.

    python tests/contract/old_library/compare.py

The old library is installed into an environment in the system's temporary folder, never into this
project's. Tests do not need it.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

HERE = Path(__file__).parent
ENVIRONMENT = Path(tempfile.gettempdir()) / "pytuck-1.4.0"


def main() -> None:
    """Write every program's output anew, and say which changed."""
    python = _python_with_old_library()
    for program in sorted((HERE / "programs").glob("*.py")):
        expected = HERE / "expected" / f"{program.stem}.txt"
        before = expected.read_text("utf-8") if expected.exists() else ""
        found = _run(python, program)
        expected.write_text(found, "utf-8")
        print(f"{program.stem}: {'as before' if found == before else 'CHANGED'}")


def _python_with_old_library() -> Path:
    python = ENVIRONMENT / ("Scripts" if os.name == "nt" else "bin") / "python"
    if not python.exists():
        venv.create(ENVIRONMENT, with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "-q", "pytuck==1.4.0"], check=True)
    return python


def _run(python: Path, program: Path) -> str:
    without = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [python, program.resolve()],
            cwd=folder,
            env={**without, "PYTHONIOENCODING": "utf-8"},
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
        )
    if done.returncode:
        sys.exit(f"{program.name} fails with the old library:\n{done.stderr}")
    return done.stdout


if __name__ == "__main__":
    main()

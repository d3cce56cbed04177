"""Python environments of the peers, one each under `.bench/peers/`, made when first needed.

One for each, so that a library that cannot be installed takes no other with it, and because the
package of `pytuck` 1.4.0 bears our name.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

REQUIREMENTS = Path(__file__).resolve().parent / "peers" / "requirements"
ENVIRONMENTS = Path(__file__).resolve().parents[2] / ".bench" / "peers"


class NotInstalledError(Exception):
    """A peer cannot be installed; the message says why."""


def python_of(peer: str) -> Path:
    """Return the interpreter of a peer's environment, which is made if need be.

    Args:
        peer: The name of its file of requirements. Without such a file it runs in this one.
    Raises:
        NotInstalledError: There is no network, or the packages cannot be had.
    """
    requirements = REQUIREMENTS / f"{peer}.txt"
    if not requirements.exists():
        return Path(sys.executable)
    place = ENVIRONMENTS / peer
    python = place / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    stamp = place / "installed.txt"
    wanted = f"Python {sys.version}\n{requirements.read_text('utf-8')}"
    if stamp.exists() and stamp.read_text("utf-8") == wanted:
        return python
    print(f"Making the environment of {requirements.read_text('utf-8').strip()}", file=sys.stderr)
    shutil.rmtree(place, ignore_errors=True)
    _run([sys.executable, "-m", "venv", str(place)])
    pip = [str(python), "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    _run([*pip, "--retries", "1", "--requirement", str(requirements)])
    stamp.write_text(wanted, "utf-8")
    return python


def _run(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        said = (done.stderr.strip() or done.stdout.strip() or "nothing said").splitlines()
        raise NotInstalledError(f"not installed: {said[-1]}")

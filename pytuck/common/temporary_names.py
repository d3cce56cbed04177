"""Names of temporary files and folders that tell whether their maker still lives.

What a program leaves behind when it is killed is taken away by the next one that comes by: the name
says which process of which machine made it.
"""

from __future__ import annotations

import hashlib
import os
import platform
import shutil
import time
from collections.abc import Iterable
from functools import cache
from pathlib import Path

_SECONDS_UNTIL_OLD = 24 * 3600
"""On Windows nobody can be asked whether a process lives; what is a day old is abandoned."""


def maker_mark() -> str:
    """Return the part of a name that says who made it: machine and process."""
    return f"{_machine()}-{os.getpid()}-"


def sweep(found: Iterable[Path]) -> None:
    """Take away what processes that are gone have left behind.

    Args:
        found: Files or folders with a `maker_mark` in their names.
    """
    for path in found:
        if _is_abandoned(path):
            try:
                if path.is_dir():
                    shutil.rmtree(path)
                else:
                    path.unlink()
            except OSError:
                continue  # somebody else was faster, or owns it; it does no harm where it is


def _is_abandoned(path: Path) -> bool:
    machine, _, rest = path.name.partition(f"{_machine()}-")
    del machine
    process = rest.partition("-")[0]
    if not process.isdigit() or int(process) == os.getpid():
        return False
    if os.name == "nt":
        return _age_s(path) > _SECONDS_UNTIL_OLD
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False  # it lives and belongs to somebody else
    return False


def _age_s(path: Path) -> float:
    try:
        return time.time() - path.stat().st_mtime
    except OSError:
        return 0.0


@cache
def _machine() -> str:
    return hashlib.sha256(platform.node().encode()).hexdigest()[:8]

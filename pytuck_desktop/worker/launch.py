"""Starting the worker process of a file, before anything heavy is imported."""

from __future__ import annotations

import os
import subprocess
import sys

WORKER_FLAG = "--worker"
"""Makes a bundled application act as the worker: there is no separate Python to start."""


def start_worker() -> subprocess.Popen[bytes]:
    """Start a worker process and return it at once; it loads what it needs meanwhile.

    Raises:
        OSError: The process cannot be started.
    """
    if getattr(sys, "frozen", False):
        command = [sys.executable, WORKER_FLAG]
    else:
        command = [sys.executable, "-m", "pytuck_desktop.worker"]
    environment = dict(os.environ, PYTHONUTF8="1")
    # A console window must not flash up on Windows.
    flags = getattr(subprocess, "CREATE_NO_WINDOW", 0)
    return subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment,
        creationflags=flags,
    )

"""The worker process: `python -m pytuck_desktop.worker`."""

from __future__ import annotations

import os
import signal
import sys

from pytuck_desktop.worker.server import Server


def main() -> int:
    """Serve the window at the other end of standard input and output until it hangs up."""
    # Ctrl+C in the terminal is for the window; the worker ends when the window hangs up.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    source = os.fdopen(os.dup(sys.stdin.fileno()), "rb")
    target = os.fdopen(os.dup(sys.stdout.fileno()), "wb", buffering=0)
    # Whatever a library prints must not get between the frames.
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    Server(source, target).run()
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Other programs for the tests: real processes that are told what to do line by line."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]


class Program:
    """A Python program in a process of its own.

    Args:
        code: What it runs; it says something with `say(...)`, and `wait()` ends with the next
            line that it is told.
        arguments: What it finds in `sys.argv[1:]`.
    """

    def __init__(self, code: str, *arguments: str | Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", _BEGINNING + code, *map(str, arguments)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.id = self._process.pid

    def listen(self) -> str:
        """Return the next line that it says; nothing if it has ended."""
        assert self._process.stdout is not None
        return self._process.stdout.readline().rstrip("\n")

    def tell(self, line: str = "") -> None:
        """Let it go on."""
        assert self._process.stdin is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()

    def kill(self) -> str:
        """End it at once, as `kill -9` does; return what it had said and nobody had heard yet."""
        self._process.kill()
        return self._process.communicate(timeout=60)[0]

    def end(self) -> int:
        """Close its input, wait until it ends, and return its status."""
        self._process.communicate(timeout=60)
        return self._process.returncode


_BEGINNING = """
import sys

def say(*words):
    print(*words, flush=True)

def wait():
    return sys.stdin.readline().strip()

"""


@contextmanager
def running(code: str, *arguments: str | Path) -> Iterator[Program]:
    """Run a program for the time of a `with` block."""
    program = Program(code, *arguments)
    try:
        yield program
    finally:
        program.kill()

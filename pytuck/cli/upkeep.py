"""`pytuck check`, `backup`, `compact` and `password`: looking after a file."""

from __future__ import annotations

import argparse
import sys

from pytuck import Storage
from pytuck.cli.passwords import ask_new_password
from pytuck.cli.progress import ProgressLine

_SOMETHING_IS_WRONG = 3


def check(options: argparse.Namespace) -> int:
    """Say what is wrong with a file."""
    line = ProgressLine(is_quiet=options.quiet)
    with _opened(options, read_only=True) as storage:
        problems = storage.check(line)
    line.clear()
    for problem in problems:
        print(problem)
    if not problems:
        print(f"{options.file}: nothing is wrong.")
    return _SOMETHING_IS_WRONG if problems else 0


def backup(options: argparse.Namespace) -> int:
    """Copy a file, which may be in use."""
    line = ProgressLine(is_quiet=options.quiet)
    with _opened(options, read_only=True) as storage:
        target = storage.backup(options.target, overwrite=options.overwrite, progress=line)
    line.clear()
    print(f"{target}: {target.stat().st_size:,} bytes")
    return 0


def compact(options: argparse.Namespace) -> int:
    """Give the room of deleted rows back."""
    line = ProgressLine(is_quiet=options.quiet)
    with _opened(options) as storage:
        won = storage.compact(line)
    line.clear()
    print(f"{options.file}: {won:,} bytes were given back.")
    return 0


def change_password(options: argparse.Namespace) -> int:
    """Give a file another password, a first one, or none."""
    with _opened(options) as storage:
        new = None if options.remove else options.new_password or ask_new_password()
        storage.change_password(new)
    what = "has no password any more" if new is None else "has the new password"
    print(f"{options.file} {what}.", file=sys.stderr)
    return 0


def _opened(options: argparse.Namespace, *, read_only: bool = False) -> Storage:
    return Storage(options.file, read_only=read_only, create=False, password=options.password)

"""The `pytuck` command."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from pytuck import PytuckException, Storage, __version__


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit status: 0, or 1 if a file cannot be opened."""
    parser = argparse.ArgumentParser(prog="pytuck", description="Look into database files.")
    parser.add_argument("--version", action="version", version=f"pytuck {__version__}")
    commands = parser.add_subparsers(dest="command", required=True)
    info = commands.add_parser("info", help="say what a file is and which tables it has")
    info.add_argument("file", type=Path)
    info.add_argument("--password", help="opens an encrypted file")
    options = parser.parse_args(arguments)
    try:
        print(_description(options.file, options.password))
    except PytuckException as err:
        print(err, file=sys.stderr)
        return 1
    return 0


def _description(path: Path, password: str | None) -> str:
    with Storage(path, read_only=True, create=False, password=password) as storage:
        about = storage.info()
        lines = [f"{about.path}: {about.engine}, {about.size_bytes:,} bytes"]
        for name, source in storage.tables.items():
            rows = f"{storage.count_rows(name):,} rows"
            lines.append(f"  {name} ({rows}): {', '.join(source.c.keys())}")
        return "\n".join(lines)

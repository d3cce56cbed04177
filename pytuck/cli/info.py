"""`pytuck info`: what a file is."""

from __future__ import annotations

import argparse

from pytuck import Storage


def show_info(options: argparse.Namespace) -> int:
    """Print what a file is and which tables it has."""
    with Storage(options.file, read_only=True, create=False, password=options.password) as storage:
        about = storage.info()
        print(f"{about.path}: {about.engine}, {about.size_bytes:,} bytes")
        for name, source in storage.tables.items():
            rows = f"{storage.count_rows(name):,} rows"
            print(f"  {name} ({rows}): {', '.join(source.c.keys())}")
    return 0

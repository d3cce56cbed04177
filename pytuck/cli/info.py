"""`pytuck info`: what a file is."""

from __future__ import annotations

import argparse

from pytuck import Storage
from pytuck.backends import EngineInfo


def show_info(options: argparse.Namespace) -> int:
    """Print what a file is and which tables it has."""
    with Storage(options.file, read_only=True, create=False, password=options.password) as storage:
        about = storage.info(sizes=options.sizes)
        print(f"{about.path}: {', '.join(_facts(about))}")
        for name, source in storage.tables.items():
            room = (about.table_bytes or {}).get(name)
            size = "" if room is None else f", {room:,} bytes"
            rows = f"{storage.count_rows(name):,} rows{size}"
            print(f"  {name} ({rows}): {', '.join(source.c.keys())}")
    return 0


def _facts(about: EngineInfo) -> list[str]:
    facts = [about.engine, f"{about.size_bytes:,} bytes"]
    if about.format_version:
        facts.append(f"format {about.format_version}")
    if about.is_encrypted:
        facts.append("encrypted")
    if about.journal_mode:
        facts.append(f"journal {about.journal_mode}")
    if about.free_bytes:
        facts.append(f"{about.free_bytes:,} bytes free")
    return [*facts, about.library] if about.library else facts

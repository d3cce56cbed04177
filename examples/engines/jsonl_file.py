"""A file of JSON lines: new rows are appended, however long it is.

python examples/engines/jsonl_file.py
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from pytuck import Column, Storage

with Storage("events.jsonl", auto_flush=True) as storage:  # each commit is in the file
    storage.create_table(
        "events",
        [
            Column(int, name="id", primary_key=True),
            Column(datetime, name="at"),
            Column(dict, name="data"),
        ],
    )
    for number in range(3):
        row = {"at": datetime(2026, 1, 1, number), "data": {"level": "info", "n": number}}
        storage.insert("events", row)
        print(f"{Path('events.jsonl').stat().st_size} bytes")

print(Path("events.jsonl").read_text("utf-8"))

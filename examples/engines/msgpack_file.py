"""A msgpack file: small, binary, and fast to read and write.

python examples/engines/msgpack_file.py
"""

from __future__ import annotations

from pathlib import Path

from pytuck import Column, Storage

with Storage("points.msgpack") as storage:
    storage.create_table("points", [Column(float, name="x"), Column(bytes, name="mark")])
    storage.bulk_insert("points", [{"x": n / 8, "mark": bytes([n])} for n in range(100)])
print(f"{Path('points.msgpack').stat().st_size} bytes")
with Storage("points.msgpack") as storage:
    assert storage.count_rows("points") == 100
    assert storage.query("points", [])[99]["mark"] == b"c"

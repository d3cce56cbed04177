"""From one engine to another, with what would be lost said before.

python examples/engines/converting.py
"""

from __future__ import annotations

from pytuck import Column, Storage
from pytuck.tools import migrate_engine

with Storage("box.pytuck") as storage:
    storage.create_table(
        "things",
        [Column(int, name="id", primary_key=True), Column(str, name="name", comment="of a thing")],
    )
    storage.bulk_insert("things", [{"name": name} for name in ("lamp", "", None)])

for source, target in (
    ("box.pytuck", "box.json"),
    ("box.json", "box.csv"),
    ("box.csv", "back.pytuck"),
):
    with Storage(source, read_only=True) as storage:
        source_engine = storage.engine_name
    target_engine = {"json": "json", "csv": "csv", "pytuck": "pytuck"}[target.rpartition(".")[2]]
    report = migrate_engine(source, source_engine, target, target_engine)
    print(f"{source} -> {target}: {report['records']} rows")

with Storage("back.pytuck") as storage:
    assert [row["name"] for row in storage.query("things", [])] == ["lamp", "", None]
    assert storage.get_table("things").schema.by_name["name"].comment == "of a thing"

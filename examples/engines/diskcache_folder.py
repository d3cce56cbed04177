"""A diskcache folder as a place for tables. A cache of somebody else is read without running it.

pip install 'pytuck-desktop[diskcache]'
python examples/engines/diskcache_folder.py
"""

from __future__ import annotations

import diskcache

from pytuck import Column, Storage

with Storage("settings", engine="diskcache") as storage:
    storage.create_table(
        "settings", [Column(str, name="name", primary_key=True), Column(dict, name="value")]
    )
    storage.insert("settings", {"name": "window", "value": {"width": 800}})
with Storage("settings") as storage:
    print(storage.query("settings", []))

with diskcache.Cache("other") as cache:
    cache["greeting"] = "hello"
    cache["numbers"] = [1, 2, 3]  # a pickle, which is decoded but never executed
with Storage("other", read_only=True) as storage:
    for row in storage.query("cache", []):
        print(row["key"], row["value"])

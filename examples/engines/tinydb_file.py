"""A TinyDB file: TinyDB programs and SQL-like questions on the same data.

pip install tinydb  # for the part of the other program
python examples/engines/tinydb_file.py
"""

from __future__ import annotations

from tinydb import TinyDB, where

from pytuck import Storage, func, select

with TinyDB("pets.json") as database:
    pets = database.table("pets")
    pets.insert_multiple([{"name": "Rex", "kind": "dog"}, {"name": "Tom", "kind": "cat"}])
    pets.insert({"name": "Kitty", "kind": "cat", "toys": ["ball"]})

with Storage("pets.json") as storage:  # the content says that it is TinyDB's
    c = storage.tables["pets"].c
    print(storage.execute(select(c.kind, func.count()).group_by(c.kind).order_by(c.kind)).all())
    storage.update("pets", 1, {"name": "Max"})

with TinyDB("pets.json") as database:
    assert database.table("pets").get(where("kind") == "dog")["name"] == "Max"

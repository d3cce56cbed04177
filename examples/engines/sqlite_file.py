"""Any SQLite file, also one that another program made; it gets nothing that is not asked for.

python examples/engines/sqlite_file.py
"""

from __future__ import annotations

import contextlib
import sqlite3

from pytuck import Storage, func, select

with contextlib.closing(sqlite3.connect("music.db")) as other_program:
    other_program.executescript("""
        CREATE TABLE track (id INTEGER PRIMARY KEY, title VARCHAR(80), seconds INT);
        INSERT INTO track (title, seconds) VALUES ('Prelude', 154), ('Fugue', 268);
    """)

with Storage("music.db") as storage:  # the content says that it is SQLite
    tracks = storage.tables["track"]
    print(storage.engine_name, storage.get_column_info("track"))
    storage.insert("track", {"title": "Air", "seconds": 331})
    total = storage.execute(select(func.sum(tracks.c.seconds))).scalar()
    print(f"{storage.count_rows('track')} tracks, {total} seconds")
    assert total == 753

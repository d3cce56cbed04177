"""PyDbLite: a file for each table, which PyDbLite programs open.

pip install PyDbLite3  # for the part of the other program
python examples/engines/pydblite_files.py
"""

from __future__ import annotations

from pydblite import Base

from pytuck import Storage

library = Base("books.pdl")
library.create("title", "year", mode="override")
library.insert(title="Emma", year=1815)
library.insert(title="Ulysses", year=1922)
library.commit()

with Storage("books.pdl") as storage:  # its pickles are decoded, never executed
    print(storage.query("books", [storage.tables["books"].c.year > 1900]))
    storage.insert("books", {"title": "Orlando", "year": 1928})

again = Base("books.pdl")
again.open()
assert [record["title"] for record in again] == ["Emma", "Ulysses", "Orlando"]

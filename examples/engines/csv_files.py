"""CSV: one file, a folder of files, or a zip of them.

python examples/engines/csv_files.py
"""

from __future__ import annotations

from pathlib import Path

from pytuck import Column, Storage

# A file of somebody else: separator, encoding, header and types are found out.
Path("stock.csv").write_text("article;amount;code\npear;12;007\nplum;;013\n", "utf-8")
with Storage("stock.csv") as storage:
    print(storage.get_table("stock").schema.by_name["code"].type)  # text: 007 is no number
    assert storage.query("stock", []) == [
        {"article": "pear", "amount": 12, "code": "007", "_pytuck_rowid": 1},
        {"article": "plum", "amount": None, "code": "013", "_pytuck_rowid": 2},
    ]
    storage.update("stock", 2, {"amount": 5})
print(Path("stock.csv").read_text("utf-8"))  # with its semicolons, as it was

# What was found out can be decided otherwise.
with Storage("stock.csv", types={"stock": {"code": int}}, read_only=True) as storage:
    assert [row["code"] for row in storage.query("stock", [])] == [7, 13]

# A folder has a file for each table, and one that describes them.
with Storage("shop", engine="csv") as storage:
    storage.create_table("items", [Column(int, name="id", primary_key=True)])
    storage.create_table("notes", [Column(str, name="text")])
    storage.bulk_insert("notes", [{"text": None}, {"text": ""}])  # not the same
print(sorted(path.name for path in Path("shop").iterdir()))
with Storage("shop") as storage:
    assert [row["text"] for row in storage.query("notes", [])] == [None, ""]

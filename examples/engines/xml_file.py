"""An XML file. Entities and external files are refused, whoever made it.

python examples/engines/xml_file.py
"""

from __future__ import annotations

from pathlib import Path

from pytuck import Column, PytuckException, Storage

with Storage("notes.xml") as storage:
    storage.create_table(
        "notes", [Column(int, name="id", primary_key=True), Column(str, name="text")]
    )
    storage.bulk_insert("notes", [{"text": "<b> & ]]>"}, {"text": ""}, {"text": None}])
print(Path("notes.xml").read_text("utf-8"))
with Storage("notes.xml") as storage:
    assert [row["text"] for row in storage.query("notes", [])] == ["<b> & ]]>", "", None]

Path("hostile.xml").write_text(
    '<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]><a><b>&e;</b><b>&e;</b></a>', "utf-8"
)
try:
    Storage("hostile.xml")
except PytuckException as err:
    print(err)

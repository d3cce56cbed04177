"""A JSON file: people and other programs can read it, and files of theirs open as they are.

python examples/engines/json_file.py
"""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

from pytuck import Column, Session, Storage, declarative_base

storage = Storage("tasks.json")
Base = declarative_base(storage)


class Task(Base):
    """Something to do."""

    __tablename__ = "tasks"
    id = Column(int, primary_key=True)
    title = Column(str, nullable=False)
    due = Column(date)
    tags = Column(list, default_factory=list)


with Session(storage) as session:
    session.add(Task(title="Write", due=date(2026, 12, 24), tags=["home", "urgent"]))
    session.commit()
storage.close()  # or flush(), or Storage(..., auto_flush=True): then the file is written
print(Path("tasks.json").read_text("utf-8"))

# A file of somebody else: a list of objects is a table; the types are found out.
people = [{"name": "Ada", "born": "1815-12-10"}, {"name": "Alan", "born": "1912-06-23"}]
Path("people.json").write_text(json.dumps(people), "utf-8")
with Storage("people.json") as storage:
    print(storage.query("people", [storage.tables["people"].c.born < date(1900, 1, 1)]))
    storage.insert("people", {"name": "Grace", "born": date(1906, 12, 9)})
assert json.loads(Path("people.json").read_text("utf-8"))[2]["born"] == "1906-12-09"

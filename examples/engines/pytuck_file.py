"""A `.pytuck` file: the default engine, here with a password and a backup taken while in use.

python examples/engines/pytuck_file.py
"""

from __future__ import annotations

from pathlib import Path

from pytuck import Column, Session, Storage, WrongPasswordError, declarative_base

storage = Storage("diary.pytuck", password="correct horse")
Base = declarative_base(storage)


class Entry(Base):
    """One day."""

    __tablename__ = "entries"
    id = Column(int, primary_key=True)
    text = Column(str, nullable=False, comment="what happened")


with Session(storage) as session:
    session.add(Entry(text="Rain."))
    session.commit()  # durable now: it survives a power cut

storage.backup("diary-backup.pytuck")
storage.close()

assert b"Rain" not in Path("diary.pytuck").read_bytes()
try:
    Storage("diary-backup.pytuck", password="a guess")
except WrongPasswordError as err:
    print(err)
with Storage("diary-backup.pytuck", password="correct horse") as copy:
    print(copy.query("entries", []))

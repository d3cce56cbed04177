"""Events of models and storages, and mixins of columns."""

from datetime import datetime

from pytuck import Column, Session, Storage, declarative_base, event
from pytuck.core import event as same_event
from pytuck.core.event import ALL_EVENTS, MODEL_EVENTS, STORAGE_EVENTS

assert same_event is event
db = Storage("events.pytuck")
Base = declarative_base(db)


class Stamped(Base):
    __abstract__ = True
    id = Column(int, primary_key=True)
    created = Column(datetime)
    changes = Column(int, default=0)


class Note(Stamped):
    __tablename__ = "notes"
    text = Column(str)


class Draft(Note):
    __tablename__ = "drafts"
    reason = Column(str)


told = []


@event.listens_for(Note, "before_insert")
def stamp(note):
    note.created = datetime(2024, 1, 1)


@event.listens_for(Note, "before_update")
def count(note):
    note.changes += 1


for name in ("after_insert", "after_update", "before_delete", "after_delete"):
    event.listen(Note, name, lambda note, name=name: told.append((name, note.text)))
event.listen(Note, "before_bulk_insert", lambda notes: told.append(("bulk", len(notes))))
event.listen(db, "before_flush", lambda storage: told.append(("flush", storage is db)))

session = Session(db)
note = Note(text="one")
session.add(note)
session.commit()
print(note.created, note.changes)
note.text = "two"
session.commit()
print(note.changes)
session.delete(note)
session.commit()
session.bulk_insert([Note(text="x"), Note(text="y")])
session.commit()
db.flush()
print(told)
try:
    event.listen(Note, "before_tea", print)
except ValueError:
    print("no such event")


@event.listens_for(Note, "before_insert")
def refuse(note):
    raise RuntimeError("refused")


session.add(Note(text="never"))
try:
    session.commit()
except RuntimeError as error:
    print(error, db.count_rows("notes"))
session.rollback()
event.remove(Note, "before_insert", refuse)
event.clear(Note)
session.add(Note(text="quiet"))
session.commit()
print(db.count_rows("notes"), len(told))
print(list(db.get_table("drafts").columns), sorted(db.tables))
print("before_insert" in MODEL_EVENTS, "before_flush" in STORAGE_EVENTS, MODEL_EVENTS < ALL_EVENTS)
session.close()
db.close()

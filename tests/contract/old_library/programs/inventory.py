"""An inventory in a SQLite file: sessions, transactions, bulk work, errors."""

from pathlib import Path

from pytuck import (
    Column,
    DuplicateKeyError,
    QueryError,
    Session,
    Storage,
    TransactionError,
    ValidationError,
    declarative_base,
    insert,
    select,
)
from pytuck.common.options import SqliteBackendOptions

path = Path("inventory.sqlite")
db = Storage(path, engine="sqlite", backend_options=SqliteBackendOptions(timeout=2.0))
Base = declarative_base(db)


class Item(Base):
    __tablename__ = "items"
    sku = Column(str, primary_key=True)
    name = Column(str, nullable=False)
    stock = Column(int, default=0)


class Shelf(Base):
    __tablename__ = "shelves"
    id = Column(int, primary_key=True)
    label = Column(str)
    room = Column(int)


print(db.engine_name, db.is_native_sql_mode)
session = Session(db)
session.add(Item(sku="a", name="Apple", stock=5))
session.commit()
with session.begin():
    session.add(Item(sku="b", name="Bean"))
session.commit()
try:
    with session.begin():
        session.add(Item(sku="c", name="Corn"))
        raise KeyError("stop")
except KeyError:
    print("undone", session.get(Item, "c"))
try:
    with session.begin():
        with session.begin():
            pass
except TransactionError:
    print("no begin inside of begin")
apple = session.get(Item, "a")
print(apple is session.get(Item, "a"), apple.stock, session.get(Item, "zzz"))
apple.stock = 7
session.commit()
session.refresh(apple)
print(apple.stock)
other = Item(sku="a", name="Apple!", stock=9)
merged = session.merge(other)
session.commit()
print(merged is apple, apple.name)
try:
    session.add(Item(sku="a", name="twin"))
    session.commit()
except DuplicateKeyError as error:
    print(type(error).__name__)
    session.rollback()
shelves = [Shelf(label=f"S{number}", room=number % 2) for number in range(4)]
print(session.bulk_insert(shelves))
session.commit()
loaded = session.execute(select(Shelf).order_by("id")).all()
for shelf in loaded:
    shelf.label = shelf.label.lower()
print(session.bulk_update(loaded))
session.commit()
print(
    [shelf.label for shelf in session.execute(select(Shelf).order_by("room").order_by("id")).all()]
)
done = session.execute(insert(Shelf).values_list([{"label": "x"}, {"label": "y"}]))
print(done.rowcount())
session.commit()
for question in (select(Shelf).where(Shelf.room == 0), select(Shelf).where(Shelf.label == "none")):
    try:
        session.execute(question).one()
    except QueryError as error:
        print(type(error).__name__)
try:
    session.bulk_insert([Shelf(label="s"), Item(sku="q", name="q")])
except ValidationError as error:
    print(type(error).__name__)
try:
    select(Shelf).filter_by(colour="red")
except QueryError as error:
    print("unknown")
except Exception as error:  # noqa: BLE001 - whichever error says that it is unknown
    print("unknown")
session.close()
auto = Session(db, autocommit=True)
auto.add(Item(sku="z", name="Zest"))
print(db.count_rows("items"))
auto.close()
db.close()
again = Storage(path, engine="sqlite")
print(sorted(row["sku"] for row in again.query("items", [])), again.select("shelves", 1))
again.close()

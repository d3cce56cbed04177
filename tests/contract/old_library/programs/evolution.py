"""A schema that grows from one version of a program to the next."""

from pathlib import Path

from pytuck import (
    Column,
    ColumnNotFoundError,
    SchemaError,
    Session,
    Storage,
    SyncOptions,
    SyncResult,
    TypeConversionError,
    declarative_base,
    select,
)

path = Path("evolution.pytuck")
db = Storage(path, auto_flush=True)
Base = declarative_base(db)


class User(Base):
    __tablename__ = "users"
    id = Column(int, primary_key=True)
    name = Column(str)
    age = Column(str)


with Session(db) as session:
    session.add_all([User(name="Ann", age="40"), User(name="Bob", age="30")])
db.close()

db = Storage(path, auto_flush=True)
Base = declarative_base(db)


class NewUser(Base):
    __tablename__ = "users"
    __table_comment__ = "all users"
    id = Column(int, primary_key=True)
    name = Column(str, comment="full name")
    age = Column(str)
    mail = Column(str, default="none")
    level = Column(int, nullable=False, default=1)


session = Session(db)
result: SyncResult = session.sync_schema(NewUser)
print(result.table_name, result.table_comment_updated, sorted(result.columns_added))
print(result.column_comments_updated, result.columns_dropped, result.has_changes)
print(session.sync_schema(NewUser, SyncOptions(drop_missing_columns=True)).has_changes)
users = session.execute(select(NewUser).order_by("id")).all()
print([(user.name, user.mail, user.level) for user in users])
session.close()

session.add_column("users", Column(bool, name="active"), default_value=True)
print(sorted(db.select("users", 1).items(), key=str))
session.update_table_comment(NewUser, "people")
session.update_column(NewUser, "age", comment="years", index=True)
session.alter_column(NewUser, "age", col_type=int)
print(db.select("users", 2)["age"], db.get_table("users").comment)
session.drop_column("users", "active")
session.reorder_columns("users", ["name", "id", "age", "mail", "level"])
print(list(db.get_table("users").columns))
for act in (
    lambda: db.alter_column("users", "name", col_type=int),
    lambda: db.drop_column("users", "id"),
    lambda: db.drop_column("users", "nothing"),
    lambda: db.add_column("users", Column(int, name="age")),
    lambda: db.add_column("users", Column(int, name="must", nullable=False)),
    lambda: db.set_primary_key("users", "level"),
    lambda: db.reorder_columns("users", ["id"]),
):
    try:
        act()
    except (SchemaError, ColumnNotFoundError, TypeConversionError) as error:
        print(type(error).__name__)
db.rename_table("users", "people")
print(list(db.tables), db.count_rows("people"))
db.create_table("extra", [Column(int, name="id", primary_key=True)])
db.drop_table("extra")
synced = db.sync_table_schema("people", [Column(int, name="id", primary_key=True)], "short")
print(synced.table_comment_updated, synced.columns_added, synced.columns_dropped)
db.close()
db = Storage(path)
print(db.get_table("people").comment, db.count_rows("people"))

Synced = declarative_base(db, sync_schema=True, sync_options=SyncOptions(sync_table_comment=True))


class Person(Synced):
    __tablename__ = "people"
    __table_comment__ = "synced"
    id = Column(int, primary_key=True)
    town = Column(str, default="Bern")


print(db.get_table("people").comment, Session(db).get(Person, 1).town)

other = Storage()
other.create_table("t", [Column(int, name="id", primary_key=True), Column(str, name="code")])
other.insert("t", {"code": "x"})
other.set_primary_key("t", "code")
print(other.get_table("t").primary_key, other.select("t", "x")["id"])

"""Tables without models: rows as dictionaries, conditions as plain data, transactions."""

from datetime import date, timedelta

from pytuck import Column, DuplicateKeyError, RecordNotFoundError, Storage, TableNotFoundError
from pytuck.core.storage import Storage as SameStorage
from pytuck.query import Condition

assert SameStorage is Storage
db = Storage()
db.create_table(
    "people",
    [
        Column(int, name="id", primary_key=True),
        Column(str, name="name", nullable=False),
        Column(int, name="age", index="sorted"),
        Column(date, name="born"),
        Column(timedelta, name="shift"),
    ],
    comment="staff",
)
key = db.insert("people", {"name": "Ann", "age": 40, "born": date(1986, 2, 3)})
keys = db.bulk_insert("people", [{"name": "Bob", "age": 30}, {"id": 9, "name": "Cy", "age": 50}])
print(key, keys, db.count_rows("people"), db.insert("people", {"name": "Di"}))
db.update("people", 2, {"age": 31, "shift": timedelta(hours=8)})
print(db.select("people", 2))
print(db.bulk_update("people", [(1, {"age": 41}), (9, {"age": 51})]))
rows = db.query("people", [Condition("age", ">=", 41)], order_by="age")
print([(row["name"], row["age"]) for row in rows])
rows = db.query(
    "people", [Condition("name", "IN", ["Ann", "Di"])], order_by="name", order_desc=True
)
print([row["name"] for row in rows])
page = db.query_table_data("people", limit=2, order_by="id", filters={"age": 41})
print(page["records"], page["total_count"], page["has_more"])
page = db.query_table_data(
    "people", limit=1, order_by="id", filters=[{"field": "age", "operator": ">", "value": 30}]
)
print(page["total_count"], page["has_more"], [column["name"] for column in page["schema"]])
print({k: page["schema"][1][k] for k in ("name", "type", "type_code", "nullable", "primary_key")})
db.delete("people", 9)
for act in (
    lambda: db.select("people", 9),
    lambda: db.update("people", 9, {"age": 1}),
    lambda: db.delete("people", 9),
    lambda: db.insert("people", {"id": 1, "name": "twin"}),
    lambda: db.insert("nobody", {}),
    lambda: db.get_table("nobody"),
):
    try:
        act()
    except (RecordNotFoundError, DuplicateKeyError, TableNotFoundError) as error:
        print(type(error).__name__, error.table_name, error.pk)
try:
    with db.transaction():
        db.insert("people", {"name": "never"})
        raise KeyError("stop")
except KeyError as error:
    print("undone", error, db.count_rows("people"))
with db.transaction():
    db.insert("people", {"name": "kept"})
print(db.count_rows("people"))

db.create_table("log", [Column(str, name="text")])
row_id = db.insert("log", {"text": "hello"})
record = db.select("log", row_id)
print(row_id, record)
record["text"] = "bye"
db.update("log", row_id, record)
print(db.query("log", []), db.get_table("log").primary_key)
table = db.get_table("people")
print(table.name, table.comment, list(table.columns), table.columns["age"].col_type.__name__)
print(table.get(1)["name"], table.has_pk(1), table.has_pk(1000), table.record_count)
print(db.in_memory, db.file_path, db.auto_flush)

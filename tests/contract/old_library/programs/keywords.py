"""Every argument by the name that the old library gives it."""

import pytuck
from pytuck import Column, Session, Storage, SyncOptions, declarative_base, select

db = Storage(
    file_path=None, in_memory=True, engine="pytuck", auto_flush=False, backend_options=None
)
db.create_table(
    name="t",
    columns=[
        Column(col_type=int, name="id", primary_key=True),
        Column(str, name="s", nullable=True),
    ],
    comment="c",
)
key = db.insert(table_name="t", data={"s": "x"})
print(db.bulk_insert(table_name="t", records=[{"s": "y"}, {"s": "z"}]))
db.update(table_name="t", pk=key, data={"s": "w"})
print(db.bulk_update(table_name="t", updates=[(2, {"s": "v"})]))
print(db.select(table_name="t", pk=key), db.count_rows(table_name="t"))
rows = db.query(table_name="t", conditions=[], limit=2, offset=1, order_by="id", order_desc=True)
print([row["id"] for row in rows])
page = db.query_table_data(
    table_name="t", limit=1, offset=0, order_by="id", order_desc=False, filters=None
)
print(page["total_count"])
db.add_column(table_name="t", column=Column(int, name="n"), default_value=4)
db.update_column(table_name="t", column_name="n", comment="number", index=False)
db.alter_column(table_name="t", column_name="n", col_type=float, nullable=True, default=0.5)
db.drop_column(table_name="t", column_name="n")
db.reorder_columns(table_name="t", new_order=["s", "id"])
db.update_table_comment(table_name="t", comment=None)
print(
    db.sync_table_schema(
        table_name="t", columns=[], comment=None, options=SyncOptions()
    ).has_changes
)
db.set_primary_key(table_name="t", column_name="s")
db.set_primary_key(table_name="t", column_name="id")
db.delete(table_name="t", pk=key)
db.rename_table(old_name="t", new_name="u")
print(db.get_table(name="u").name, list(db.tables))
db.drop_table(table_name="u")

Base = declarative_base(storage=db, crud=False, sync_schema=False, sync_options=None)


class Thing(Base):
    __tablename__ = "things"
    id = Column(
        int,
        name=None,
        nullable=True,
        primary_key=True,
        index=False,
        default=None,
        default_factory=None,
        foreign_key=None,
        comment=None,
        strict=False,
        validator=None,
    )
    s = Column(str)


session = Session(storage=db, autocommit=False)
thing = Thing(s="a")
session.add(instance=thing)
session.add_all(instances=[Thing(s="b")])
session.commit()
print(session.get(model_class=Thing, pk=1).s)
session.refresh(instance=thing)
print(session.execute(statement=select(Thing)).rowcount())
session.merge(instance=Thing(id=2, s="c"))
session.commit()
print(session.bulk_insert(instances=[Thing(s="d")]))
session.add_column(model_or_table=Thing, column=Column(int, name="n"), default_value=None)
session.alter_column(model_or_table="things", column_name="n", nullable=True)
session.update_column(model_or_table="things", column_name="n", comment="x", index=True)
session.drop_column(model_or_table="things", column_name="n")
session.reorder_columns(model_or_table=Thing, new_order=["id", "s"])
session.update_table_comment(model_or_table=Thing, comment="all")
session.update_table_comment(model_or_table=Thing, comment=None)
session.set_primary_key(model_or_table=Thing, column_name="id")
print(session.sync_schema(model_class=Thing, options=None).has_changes)
thing = session.get(Thing, 1)
print(thing.to_dict(use_column_names=False, include=None, exclude=["id"], depth=0))
print(thing.to_json(False, None, None, 0, False, None))
print(Thing.to_json(thing, use_column_names=True, ensure_ascii=True, indent=1))
session.delete(instance=thing)
session.commit()
session.rename_table(old_model_or_table=Thing, new_name="others")
print(db.count_rows("others"))
session.drop_table(model_or_table="others")
session.close()
question = pytuck.select(Thing).where(Thing.s == "a").filter_by(id=1)
question = question.order_by("id", desc=True).limit(n=3).offset(n=1)
print(type(question).__name__)

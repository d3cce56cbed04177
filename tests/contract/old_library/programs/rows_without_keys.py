"""Models without a primary key."""

from pytuck import Column, QueryError, Session, Storage, declarative_base, select
from pytuck.core.orm import PSEUDO_PK_NAME

db = Storage()
Base = declarative_base(db)


class Reading(Base):
    __tablename__ = "readings"
    sensor = Column(str)
    value = Column(float)


print(Reading.__primary_key__, PSEUDO_PK_NAME)
session = Session(db)
session.add_all([Reading(sensor="a", value=1.5), Reading(sensor="a", value=1.5)])
session.add(Reading(sensor="b", value=2))
session.commit()
rows = session.execute(select(Reading).order_by("value", desc=True)).all()
print([(row.sensor, row.value) for row in rows])
rows[0].value = 9.0
session.commit()
session.delete(rows[1])
session.commit()
print(sorted((row["sensor"], row["value"]) for row in db.query("readings", [])))
print(all(PSEUDO_PK_NAME in row for row in db.query("readings", [])))
try:
    session.get(Reading, 1)
except QueryError as error:
    print(type(error).__name__)

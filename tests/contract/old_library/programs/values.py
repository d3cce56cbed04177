"""Types, conversion, defaults and validation."""

from datetime import date, datetime, timedelta, timezone

from pytuck import (
    Column,
    PytuckException,
    Session,
    Storage,
    TypeConversionError,
    ValidationError,
    declarative_base,
)
from pytuck.common.exceptions import PytuckException as SameException
from pytuck.core.orm import Column as SameColumn
from pytuck.core.orm import PureBaseModel

assert SameException is PytuckException
assert SameColumn is Column
db = Storage()
Base = declarative_base(db)
assert issubclass(Base, PureBaseModel)


def is_short(value):
    if len(value) > 5:
        raise ValueError("too long")


class Sample(Base):
    __tablename__ = "samples"
    id = Column(int, primary_key=True)
    whole = Column(int)
    real = Column(float)
    text = Column(str, name="Text Ü")
    flag = Column(bool)
    raw = Column(bytes)
    moment = Column(datetime)
    day = Column(date)
    length = Column(timedelta)
    items = Column(list, default_factory=list)
    facts = Column(dict)
    exact = Column(int, strict=True)
    short = Column(str, validator=is_short)
    even = Column(int, validator=[lambda value: value % 2 == 0, lambda value: value < 100])


sample = Sample(
    whole="12",
    real="3.5",
    text=12,
    flag="yes",
    raw="é",
    moment="2024-01-02T03:04:05",
    day="2024-01-02",
    length=90,
    items='["a", 1]',
    facts='{"a": [1, 2]}',
    exact=1,
    short="abc",
    even=4,
)
print(sample.to_dict())
print(sample.to_json(include=["raw", "moment", "day", "length"]))
print(sample.to_dict(use_column_names=True, include=["text"]))
session = Session(db)
session.add(sample)
session.commit()
session.close()
found = Session(db).get(Sample, 1)
print(found.to_dict() == sample.to_dict(), found.facts["a"], found.items)
for value in (0, "0", "false", "no", "", 1, "True", "YES"):
    print(repr(value), Sample(flag=value).flag, end="; ")
print()
for given in (
    {"whole": "x"},
    {"whole": None, "real": "y"},
    {"flag": "perhaps"},
    {"moment": "never"},
    {"items": "{"},
    {"exact": "1"},
    {"short": "too long"},
    {"even": 3},
    {"even": 102},
):
    try:
        Sample(**given)
        print("taken", given)
    except ValidationError as error:
        print("refused", sorted(given))
try:
    sample.whole = "no number"
except ValidationError as error:
    print(sample.whole, "error" in error.to_dict())
try:
    Column(complex)
except ValidationError as error:
    print("no such type", isinstance(error, PytuckException))
try:
    Column(int, default=1, default_factory=int)
except ValidationError:
    print("both defaults")
try:
    Column(int, index="tree")
except ValidationError as error:
    print("index" in str(error))
print(issubclass(TypeConversionError, ValidationError), Sample.__tablename__)
aware = Sample(moment=datetime(2024, 1, 1, tzinfo=timezone.utc))
print(aware.moment, Sample().items, Sample().items is Sample().items)
column = Sample.__columns__["text"]
print(column.name, column.col_type.__name__, column.nullable, Sample.__primary_key__)
print(column.to_dict())

"""Which values a column takes, what it makes of them, and how it refuses others."""

from __future__ import annotations

import math
import re
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from enum import Enum, IntEnum, StrEnum
from fractions import Fraction
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytuck import Column, Session, Storage, TypeConversionError, ValidationError, declarative_base
from pytuck.types import TYPES, type_of

KEY = UUID("12345678-1234-5678-1234-567812345678")


class Colour(Enum):
    RED = "r"
    BLUE = "b"


class Level(IntEnum):
    LOW = 1


class Word(StrEnum):
    YES = "yes"


class Nanoseconds(datetime):
    """As pandas' points in time, which say that there is more than microseconds."""

    nanosecond = 5


class WholeNumber:
    """As numpy's whole numbers."""

    def __index__(self):
        return 7

    def __float__(self):
        return 7.0


def _name(value: object) -> str:
    """Return a name for a test that is the same in every process: no addresses."""
    return re.sub(r" at 0x[0-9a-f]+", "", repr(value))


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        (int, " 12 ", 12),
        (int, 3.0, 3),
        (int, Decimal("4.0"), 4),
        (int, True, 1),
        (int, Level.LOW, 1),
        (int, WholeNumber(), 7),
        (float, "3.1", 3.1),
        (float, 2, 2.0),
        (float, "inf", math.inf),
        (float, Decimal("0.5"), 0.5),
        (float, Fraction(1, 4), 0.25),
        (float, WholeNumber(), 7.0),
        (str, 12, "12"),
        (str, True, "True"),
        (str, Word.YES, "yes"),
        (str, KEY, str(KEY)),
        *((bool, word, True) for word in (1, 1.0, "1", "true", "True", "TRUE", "yes", "Yes")),
        *((bool, word, False) for word in (0, 0.0, "0", "false", "False", "no", "No", "")),
        (bytes, "ü", b"\xc3\xbc"),
        (bytes, bytearray(b"a"), b"a"),
        (bytes, memoryview(b"a"), b"a"),
        (datetime, "2026-01-02T03:04:05", datetime(2026, 1, 2, 3, 4, 5)),
        (datetime, "2026-01-02 03:04:05Z", datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)),
        (datetime, date(2026, 1, 2), datetime(2026, 1, 2)),
        (datetime, 0, datetime.fromtimestamp(0)),  # noqa: DTZ006 - local time, as it always was
        (date, "2026-01-02", date(2026, 1, 2)),
        (date, datetime(2026, 1, 2), date(2026, 1, 2)),
        (time, "03:04", time(3, 4)),
        (timedelta, 1.5, timedelta(seconds=1.5)),
        (timedelta, "90", timedelta(seconds=90)),
        (timedelta, "1:02:03.5", timedelta(hours=1, minutes=2, seconds=3.5)),
        (timedelta, "-2:03", -timedelta(minutes=2, seconds=3)),
        (list, "[1, null]", [1, None]),
        (list, (1, 2), [1, 2]),
        (dict, '{"a": [1]}', {"a": [1]}),
        (Decimal, "1.50", Decimal("1.50")),
        (Decimal, 0.1, Decimal("0.1")),
        (UUID, str(KEY), KEY),
        (UUID, KEY.bytes, KEY),
        (Colour, "r", Colour.RED),
        (Colour, "BLUE", Colour.BLUE),
    ],
    ids=_name,
)
def test_a_value_that_means_the_same_is_converted(kind, value, expected):
    converted = type_of(kind).convert(value)
    assert converted == expected
    assert type(converted) is type(expected)


@pytest.mark.parametrize(
    ("kind", "value", "why"),
    [
        (int, 2**63, "64 bits"),
        (int, -(2**63) - 1, "64 bits"),
        (int, "9" * 5000, "digits"),
        (int, 1.5, "fraction"),
        (int, Decimal("1.5"), "fraction"),
        (int, math.inf, "fraction"),
        (int, "twelve", "invalid"),
        (int, None.__class__, "is not a valid"),
        (float, math.nan, "NaN"),
        (float, "nan", "NaN"),
        (float, Decimal("NaN"), "NaN"),
        (float, "1e999", "infinity"),
        (float, Decimal("1e999"), "infinity"),
        (float, 2**53 + 1, "digits"),
        (float, 10**400, "large"),
        (str, "\ud800", "surrogate"),
        (str, "ok \udfff no", "surrogate"),
        (str, b"bytes", "is not a valid"),
        (str, ["a"], "is not a valid"),
        (bool, 2, "is not a valid"),
        (bool, "maybe", "true or false"),
        (bytes, 5, "is not a valid"),
        (datetime, "yesterday", "isoformat"),
        (datetime, True, "is not a valid"),
        (datetime, 1e20, "is not a valid"),
        (datetime, Nanoseconds(2026, 1, 1), "nanoseconds"),
        (date, datetime(2026, 1, 2, 3), "time of day"),
        (date, datetime(2026, 1, 2, tzinfo=UTC), "time zone"),
        (date, "2026-01-02T00:00:00+01:00", "time zone"),
        (date, 5, "is not a valid"),
        (time, time(12, tzinfo=ZoneInfo("Europe/Berlin")), "time zone"),
        (timedelta, "1:2:3:4", "hours"),
        (timedelta, math.nan, "is not a valid"),
        (timedelta, timedelta.max, "64 bits"),
        (list, {1, 2}, "is not a valid"),
        (list, "{}", "is not a valid"),
        (list, "[", "is not a valid"),
        (list, [math, 1], "module"),
        (dict, {1: "x"}, "text keys"),
        (dict, {"\ud800": 1}, "surrogate"),
        (dict, {"a": ["\ud800"]}, "surrogate"),
        (Decimal, "NaN", "NaN"),
        (Decimal, math.inf, "infinit"),
        (UUID, "123", "is not a valid"),
        (Colour, "green", "is not a valid"),
    ],
    ids=_name,
)
def test_a_value_that_would_be_changed_is_refused(kind, value, why):
    with pytest.raises(TypeConversionError, match=why) as error:
        type_of(kind).convert(value)
    assert len(str(error.value)) < 400


@pytest.mark.parametrize("kind", [*TYPES, Colour], ids=lambda kind: kind.__name__)
def test_strict_columns_convert_nothing(kind):
    samples = {int: "1", float: 1, str: 1, bool: 1, bytes: "a", datetime: "2026-01-01"}
    samples |= {date: "2026-01-01", time: "12:00", timedelta: 1, list: (1,), dict: "{}"}
    samples |= {Decimal: "1", UUID: str(KEY), Colour: "r"}
    with pytest.raises(TypeConversionError):
        type_of(kind).convert(samples[kind], strict=True)
    assert type_of(kind).convert(samples[kind]) is not None


@given(st.integers())
def test_a_whole_number_is_kept_or_refused(number):
    kind = type_of(int)
    if -(2**63) <= number < 2**63:
        assert kind.convert(number) == number
    else:
        with pytest.raises(TypeConversionError):
            kind.convert(number)


@given(st.text(st.characters(), max_size=20))
def test_a_text_is_kept_or_refused(text):
    kind = type_of(str)
    if any("\ud800" <= character <= "\udfff" for character in text):
        with pytest.raises(TypeConversionError):
            kind.convert(text)
    else:
        assert kind.convert(text) is text


# --- Through models ---


@pytest.fixture
def model(storage):
    def even(value):
        return value % 2 == 0

    def small(value):
        if value > 100:
            raise LookupError("it is above 100")

    class BadWordError(Exception):
        """An application's own."""

    def polite(value):
        if "damn" in value:
            raise BadWordError(value)

    class Item(declarative_base(storage)):
        __tablename__ = "items"
        id = Column(int, primary_key=True)
        size = Column(int, name="the size", validator=[even, small])
        text = Column(str, validator=polite)
        exact = Column(int, strict=True)
        needed = Column(str, nullable=False, default="x")
        moment = Column(datetime)
        tags = Column(list)
        real = Column(float)

    return Item


@pytest.mark.parametrize(
    ("attribute", "column", "value", "said"),
    [
        ("size", "the size", 3, "refuses 3"),
        ("size", "the size", 102, "above 100"),
        ("size", "the size", "many", "'many'"),
        ("text", "text", "damn", "refuses 'damn'"),
        ("exact", "exact", "5", "'5' of type str"),
        ("needed", "needed", None, "must have a value"),
    ],
)
def test_errors_name_model_column_and_value(model, attribute, column, value, said):
    with pytest.raises(ValidationError, match=said) as error:
        model(**{attribute: value})
    assert f"'items.{column}' (Item.{attribute})" in str(error.value)
    assert (error.value.table_name, error.value.column_name) == ("items", column)
    item = model()
    with pytest.raises(ValidationError, match=said):
        setattr(item, attribute, value)
    assert getattr(item, attribute) == ("x" if attribute == "needed" else None)


def test_a_missing_value_and_an_unknown_name_are_told(storage):
    class Strict(declarative_base(storage)):
        __tablename__ = "strict"
        id = Column(int, primary_key=True)
        name = Column(str, nullable=False)

    with pytest.raises(ValidationError, match=r"'name' of table 'strict' \(Strict\)"):
        Strict()
    with pytest.raises(ValidationError, match=r"Strict has no column 'nmae'.*id, name"):
        Strict(name="x", nmae="x")


def test_a_validator_sees_the_converted_value_and_none_is_not_shown_to_it(model):
    assert model(size="8").size == 8
    assert model(size=None).size is None


def test_a_list_spoilt_in_place_is_refused_when_it_is_written(model, storage):
    with Session(storage) as session:
        session.add(item := model(tags=["fine"]))
        session.commit()
        item.tags.append({1: "no text"})
        with pytest.raises(ValidationError, match=r"'items.tags' \(Item.tags\).*text keys"):
            session.commit()
        item.tags.pop()
        session.commit()
        session.add(new := model(tags=[]))
        new.tags.append(object())
        with pytest.raises(ValidationError, match=r"items\.tags"):
            session.commit()
        session.rollback()
    assert storage.select("items", 1)["tags"] == ["fine"]


@pytest.mark.parametrize("value", [2**70, -(2**70), "x", 1.5])
def test_a_key_that_cannot_be_is_refused(model, storage, value):
    with Session(storage) as session, pytest.raises(ValidationError, match=r"items\.id"):
        session.get(model, value)


@pytest.mark.parametrize(
    ("column", "value"), [("exact", 2**70), ("real", math.nan), ("text", "\ud800")]
)
def test_a_condition_no_stored_value_could_meet_is_refused(model, storage, column, value):
    expression = getattr(model, column)
    with Session(storage) as session:
        for condition in (lambda: expression == value, lambda: expression.in_([value])):
            with pytest.raises(ValidationError):
                session.query(model).filter(condition()).all()


BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    "moment",
    [
        datetime(1, 1, 1),
        datetime(9999, 12, 31, 23, 59, 59, 999999),
        datetime(2026, 7, 1, 12, tzinfo=UTC),
        datetime(2026, 7, 1, 12, tzinfo=BERLIN),
        datetime(2026, 10, 25, 2, 30, tzinfo=BERLIN, fold=1),
        datetime(1880, 1, 1, tzinfo=BERLIN),
        datetime(2026, 7, 1, tzinfo=timezone(timedelta(hours=-3, minutes=-30))),
        datetime(2026, 7, 1, tzinfo=timezone(timedelta(hours=1, seconds=1, microseconds=1))),
    ],
    ids=str,
)
def test_moments_keep_their_offset_and_naive_ones_stay_naive(model, storage, moment):
    with Session(storage) as session:
        session.add(item := model(moment=moment))
        session.commit()
        session.expire(item)
        assert item.moment.utcoffset() == moment.utcoffset()
        assert item.moment.replace(tzinfo=None, fold=0) == moment.replace(tzinfo=None, fold=0)


def test_assigning_the_same_moment_with_another_offset_is_a_change(model, storage):
    noon = datetime(2026, 7, 1, 12, tzinfo=UTC)
    with Session(storage) as session:
        session.add(item := model(moment=noon))
        session.commit()
        item.moment = noon.astimezone(timezone(timedelta(hours=2)))
        assert session.is_modified(item)
        session.commit()
        session.expire(item)
        assert item.moment.utcoffset() == timedelta(hours=2)


def test_naive_and_aware_moments_live_side_by_side(model, storage):
    naive, aware = datetime(2026, 7, 1, 12), datetime(2026, 7, 1, 12, tzinfo=UTC)
    with Session(storage) as session:
        session.add_all([model(moment=naive), model(moment=aware)])
        session.commit()
        assert session.query(model).filter(model.moment == naive).one().moment == naive
        assert session.query(model).filter(model.moment == aware).one().moment == aware
        assert session.query(model).filter(model.moment == aware).one().moment.tzinfo is not None


@pytest.mark.parametrize(
    "text", ["\0", "a\0b", "\0\0", "北\0𝒯", "\x1f", "\ufffe", "e\u0301", "\r\n"]
)
def test_every_other_character_is_kept(model, storage, text):
    with Session(storage) as session:
        session.add(item := model(text=text, tags=[text, {text: text}]))
        session.commit()
        session.expire(item)
        assert item.text == text
        assert item.tags == [text, {text: text}]
        assert session.query(model).filter(model.text == text).one() is item
        assert session.query(model).filter(model.text.contains(text)).one() is item


def test_lists_keep_what_columns_refuse(model, storage):
    value = [2**200, -(2**63) - 1, math.inf, -0.0, 1e308, True, 1, 1.0, None, "\0", b"\xff"]
    with Session(storage) as session:
        session.add(item := model(tags=[*value, {"$odd": "$$", "": []}]))
        session.commit()
        session.expire(item)
        assert item.tags == [*value, {"$odd": "$$", "": []}]
        assert [type(part) for part in item.tags[:-1]] == [type(part) for part in value]
        item.tags = [math.nan]
        session.commit()
        session.expire(item)
        assert math.isnan(item.tags[0])


def test_enumerations_and_subclasses_come_back_as_the_plain_type(storage):
    class Item(declarative_base(storage)):
        __tablename__ = "items"
        id = Column(int, primary_key=True)
        text = Column(str)
        moment = Column(datetime)

    class Later(datetime):
        """A subclass, as libraries have them."""

    item = Item(text=Word.YES, moment=Later(2026, 1, 1, tzinfo=UTC))
    assert type(item.text) is str
    assert type(item.moment) is datetime
    assert item.moment == datetime(2026, 1, 1, tzinfo=UTC)


def test_a_storage_converts_and_refuses_as_models_do():
    with Storage() as storage:
        storage.create_table(
            "items",
            [Column(int, name="id", primary_key=True), Column(float, name="real")],
        )
        assert storage.insert("items", {"real": "1.5"}) == 1
        assert storage.select("items", 1) == {"id": 1, "real": 1.5}
        for wrong in ({"real": math.nan}, {"id": 2**64}, {"real": "x"}):
            with pytest.raises(ValidationError):
                storage.insert("items", wrong)
        assert storage.count_rows("items") == 1

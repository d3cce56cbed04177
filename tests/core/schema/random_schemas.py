"""Pairs of random schemas, rows that any changes between them must keep, and a plain description."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from hypothesis import strategies as st

from pytuck.schema import MISSING, Column, ForeignKey, Index, Renames, Table, index_name
from pytuck.types import TYPES, ChoiceType, DecimalType

_TABLES = ["users", "orders", "Items", "naïve tags", "log"]
_COLUMNS = ["id", "name", "Age", "a b", "größe", "kind", "x"]
_KEYS = ("ref1", "ref2")
"""Columns that may refer to other tables; rows have no value there."""

_NUMBERED = {
    TYPES[int]: lambda number: number,
    TYPES[str]: lambda number: f"text {number}",
    TYPES[float]: lambda number: number + 0.5,
    TYPES[date]: lambda number: date(2000, 1, number + 1),
    TYPES[Decimal]: lambda number: Decimal(number) / 10,
    DecimalType(5, 2): lambda number: Decimal(number),
}
"""A value by its number, so that no two rows have the same one."""

_OTHER = {
    TYPES[bool]: lambda number: bool(number % 2),
    TYPES[bytes]: lambda number: b"\0" + bytes([number]),
    TYPES[list]: lambda number: [number, "x"],
    ChoiceType(("a", "it's")): lambda number: "it's",
}
_VALUES = {**_NUMBERED, **_OTHER}
_SAFE = {(TYPES[int], TYPES[str]), (TYPES[int], TYPES[float]), (TYPES[date], TYPES[str])}
"""Types whose values all become values of the other one."""

_comments = st.sampled_from([None, None, "it's", "备注"])
_actions = st.sampled_from(["NO ACTION", "CASCADE", "SET NULL", "RESTRICT"])


@st.composite
def schemas(draw) -> list[Table]:
    """Return up to five tables that refer to one another."""
    names = draw(_spelled(_TABLES, 0, 5))
    tables = [draw(_tables(name)) for name in names]
    used: set[str] = set()
    return [draw(_referring(table, tables, used)) for table in tables]


@st.composite
def renames(draw, found: list[Table], wanted: list[Table]) -> Renames:
    """Return renames of some tables, and of some columns of tables that are in both."""
    tables = draw(_pairs([t.name for t in found], [t.name for t in wanted]))
    columns = {}
    for old, new in partners(found, wanted, Renames(tables)):
        chosen = draw(_pairs(list(old.by_name), list(new.by_name)))
        columns |= {(old.name, column): name for column, name in chosen.items()}
    return Renames(tables, columns)


def partners(found, wanted, renamed: Renames) -> list[tuple[Table, Table]]:
    """Return the tables there are with what is to become of them."""
    return _partners({t.name: t for t in found}, {t.name: t for t in wanted}, renamed.tables)


def column_partners(found: Table, wanted: Table, renamed: Renames) -> list[tuple[Column, Column]]:
    """Return the columns there are with what is to become of them."""
    given = {old: new for (table, old), new in renamed.columns.items() if table == found.name}
    return _partners(found.by_name, wanted.by_name, given)


def rows_for(found: Table, wanted: Table | None, renamed: Renames, count: int) -> list[dict]:
    """Return rows that the way to `wanted` keeps; none where it could not."""
    pairs = [] if wanted is None else column_partners(found, wanted, renamed)
    if wanted is not None and not _can_have_rows(found, wanted, pairs):
        return []
    later = {old.name: new for old, new in pairs}
    return [
        {column.name: _value(column, later.get(column.name), number) for column in found.columns}
        for number in range(count)
    ]


def kept_rows(rows: list[dict], pairs: list[tuple[Column, Column]]) -> list[list]:
    """Return what must be left of rows in the columns that stay."""
    return sorted(
        (
            [
                new.type.convert(row[old.name]) if row[old.name] is not None else None
                for old, new in pairs
            ]
            for row in rows
        ),
        key=repr,
    )


def described(table: Table) -> dict:
    """Return everything that two equal tables have in common, as the database tells it."""
    return {
        "columns": [
            (
                column.name,
                column.type.sql_name,
                column.nullable,
                column.primary_key,
                None if column.default is MISSING else column.type.to_storage(column.default),
                column.unique,
                column.autoincrement,
                column.comment,
            )
            for column in table.columns
        ],
        "key": table.primary_key,
        "keys": sorted(map(repr, table.foreign_keys)),
        # Whether a rule or an index makes columns unique is no difference to anybody, and no index
        # is made anew because its name is spelled in another way.
        "indexes": sorted(
            (index.name.lower(), index.columns, index.is_unique, index.is_partial)
            for index in table.indexes
        ),
        "comment": table.comment,
    }


def _partners(found, wanted, given):
    lower = {name.lower(): item for name, item in found.items() if name not in given}
    pairs = [(found[old], wanted[new]) for old, new in given.items()]
    taken = set(given.values())
    pairs += [
        (lower[name.lower()], item)
        for name, item in wanted.items()
        if name not in taken and name.lower() in lower
    ]
    return pairs


def _value(column: Column, later: Column | None, number: int):
    is_key = column.name in _KEYS or (later is not None and later.name in _KEYS)
    if is_key or (later is not None and _needs_null(column, later)):
        return None
    return _VALUES[column.type](number)


def _needs_null(found: Column, wanted: Column) -> bool:
    return found.type != wanted.type and (found.type, wanted.type) not in _SAFE


def _can_have_rows(found: Table, wanted: Table, pairs) -> bool:
    there = {new.name: old for old, new in pairs}
    special = {name for index in wanted.indexes if index.is_unique for name in index.columns}
    special |= {*wanted.primary_key, *(column.name for column in wanted.columns if column.unique)}
    for column in wanted.columns:
        old = there.get(column.name)
        if old is None:
            has_default = column.default is not MISSING
            if not column.nullable and not has_default:
                return False
            if column.name in special and (has_default or not column.nullable):
                return False
            continue
        has_null = _value(old, column, 1) is None
        if has_null and not (old.nullable and column.nullable):
            return False
        if column.name in special and old.type in _OTHER:
            return False
    return not any(
        _value(column, None, 1) is None and not column.nullable for column in found.columns
    )


@st.composite
def _spelled(draw, pool, least, most):
    names = draw(st.lists(st.sampled_from(pool), min_size=least, max_size=most, unique=True))
    return [
        name.upper() if name.isascii() and draw(st.integers(0, 9)) == 0 else name for name in names
    ]


@st.composite
def _pairs(draw, old, new):
    if not old or not new:
        return {}
    count = draw(st.integers(0, min(2, len(old), len(new))))
    olds = draw(st.permutations(old))[:count]
    news = draw(st.permutations(new))[:count]
    return dict(zip(olds, news, strict=True))


@st.composite
def _tables(draw, name):
    names = draw(_spelled(_COLUMNS, 1, 6))
    columns = [draw(_columns(column)) for column in names]
    able = [column.name for column in columns if column.type in _NUMBERED]
    key = tuple(draw(st.permutations(able))[: draw(st.sampled_from([0, 1, 1, 2]))])
    counted = draw(st.booleans())
    columns = [
        replace(
            column,
            nullable=column.nullable and column.name not in key,
            primary_key=column.name in key,
            default=MISSING if column.name in key else column.default,
            unique=column.unique and (column.name,) != key,
            autoincrement=counted and (column.name,) == key and column.type == TYPES[int],
        )
        for column in columns
    ]
    columns += [
        Column(column, TYPES[int], comment=draw(_comments))
        for column in _KEYS
        if draw(st.booleans())
    ]
    columns = draw(st.permutations(columns))
    is_row_id = any((column.name,) == key and column.type == TYPES[int] for column in columns)
    return Table(
        name,
        tuple(columns),
        primary_key=key,
        comment=draw(_comments),
        rowid_alias=key[0] if is_row_id else None,
    )


@st.composite
def _columns(draw, name):
    type_ = draw(st.sampled_from(list(_VALUES)))
    has_default = draw(st.integers(0, 3)) == 0
    return Column(
        name,
        type_,
        nullable=draw(st.booleans()),
        default=_VALUES[type_](draw(st.integers(0, 9))) if has_default else MISSING,
        unique=type_ in _NUMBERED and not has_default and draw(st.integers(0, 5)) == 0,
        comment=draw(_comments),
    )


@st.composite
def _referring(draw, table, tables, used):
    keys = []
    refs = [name for name in _KEYS if name in table.by_name]
    if refs and draw(st.booleans()):
        targets = [other for other in tables if 1 <= len(other.primary_key) <= len(refs)]
        if targets:
            target = draw(st.sampled_from(targets))
            columns = tuple(refs[: len(target.primary_key)])
            actions = draw(_actions), draw(_actions)
            keys.append(ForeignKey(columns, target.name, target.primary_key, *actions))
    return replace(table, foreign_keys=tuple(keys), indexes=tuple(draw(_indexes(table, used))))


@st.composite
def _indexes(draw, table, used):
    able = [column.name for column in table.columns if column.type in _NUMBERED]
    indexes = []
    for _ in range(draw(st.integers(0, 2)) if able else 0):
        columns = tuple(draw(st.permutations(able))[: draw(st.integers(1, 2))])
        is_unique = draw(st.booleans())
        is_rule = is_unique and len(columns) > 1 and columns != table.primary_key
        is_rule = is_rule and draw(st.booleans())
        name = index_name(table.name, columns, is_unique=is_unique)
        if not is_rule and draw(st.booleans()):
            name = draw(st.sampled_from(["first", "second", "third"]))
        if name.lower() not in used:
            used.add(name.lower())
            indexes.append(Index(name, columns, is_unique, is_constraint=is_rule))
    return indexes

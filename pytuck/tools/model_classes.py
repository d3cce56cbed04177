"""The classes that stand for tables in Python code."""

from __future__ import annotations

import keyword
import math
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

from pytuck.core.models import PureBaseModel
from pytuck.core.python_code import text_code
from pytuck.schema import MISSING, Column, ForeignKey, Table, index_name
from pytuck.types import TYPES, ChoiceType, DecimalType, RawType

_MODULES: dict[type, str] = {
    datetime: "datetime",
    date: "datetime",
    time: "datetime",
    timedelta: "datetime",
    Decimal: "decimal",
    UUID: "uuid",
}
_PYTUCK = (
    "Column",
    "ForeignKey",
    "ForeignKeyConstraint",
    "Index",
    "Mapped",
    "Relationship",
    "Storage",
    "declarative_base",
)
_TAKEN = {
    *_PYTUCK,
    "Any",
    "Base",
    "Enum",
    "DecimalType",
    "RawType",
    "JSON",
    "mapped_column",
    "relationship",
    "storage",
    "timezone",
    *(kind.__name__ for kind in TYPES),
    "object",
    "name",
    "value",
}
"""Names that mean something else in the code."""


@dataclass(frozen=True, slots=True)
class _Link:
    """A relationship between two models, seen from one of them.

    Attributes:
        attribute: Its name there.
        target: The class at the other end.
        column: The column of the key, whichever side it is on.
        back: Its name at the other end.
        uselist: What must be said, because it does not follow; or None.
    """

    attribute: str
    target: str
    column: str
    back: str
    uselist: bool | None


class ModelClasses:
    """Names and code of the models of some tables."""

    def __init__(self, tables: Sequence[Table]) -> None:
        self.tables = {table.name: table for table in tables if table.kind == "table"}
        self.ordered = parents_first(self.tables)
        taken = set(_TAKEN)
        self._classes = {table.name: _unused(_camel(table.name), taken) for table in self.ordered}
        self._enums = {
            (table.name, column.name): _unused(
                self._classes[table.name] + _camel(column.name), taken
            )
            for table in self.ordered
            for column in table.columns
            if isinstance(column.type, ChoiceType)
        }
        self._attributes: dict[str, dict[str, str]] = {}
        self._links: dict[str, list[_Link]] = {table.name: [] for table in self.ordered}
        self._names: dict[str, set[str]] = {}
        self._name_columns()
        self._link_tables()
        self._used: set[str] = {"Storage", "declarative_base"}
        self._types: set[type] = set()

    # --- The head of the module ---

    def imports(self) -> list[str]:
        """Return the lines that import what the code of the classes uses."""
        modules: dict[str, set[str]] = {}
        for kind in self._types:
            modules.setdefault(_MODULES[kind], set()).add(kind.__name__)
        if "timezone" in self._used:
            modules.setdefault("datetime", set()).add("timezone")
        if self._enums:
            modules["enum"] = {"Enum"}
        lines = [f"from {name} import {_listed(modules[name])}" for name in sorted(modules)]
        types = self._used & {"DecimalType", "RawType", "JSON"}
        own = self._used - types - {"timezone"}
        lines += [""] if lines else []
        lines.append(f"from pytuck import {_listed(own)}")
        if types:
            lines.append(f"from pytuck.types import {_listed(types)}")
        return lines

    def enums(self) -> list[str]:
        """Return the code of the `Enum` classes."""
        return [
            _enum_code(name, self.tables[table].column(column).type)
            for (table, column), name in self._enums.items()
        ]

    # --- Classes ---

    def code(self, table: Table) -> str:
        """Return the code of the model of a table."""
        lines = [f"class {self._classes[table.name]}(Base):"]
        lines.append(f"    __tablename__ = {text_code(table.name)}")
        if table.comment:
            lines.append(f"    __table_comment__ = {text_code(table.comment)}")
        arguments = [*self._indexes(table), *self._foreign_keys(table)]
        if arguments:
            lines.append(f"    __table_args__ = ({', '.join(arguments)},)")
        lines.append("")
        lines += self._remarks(table)
        lines += [self._column(table, column) for column in table.columns if not column.generated]
        lines += [self._relationship(link) for link in self._links[table.name]]
        return "\n".join(lines) + "\n"

    def _column(self, table: Table, column: Column) -> str:
        attribute = self._attributes[table.name][column.name]
        declared, given = self._type(table, column)
        options = [*given]
        if attribute != column.name:
            options.append(f"name={text_code(column.name)}")
        if column.primary_key:
            options.append("primary_key=True")
        key = _single_key(table, column.name)
        if key is not None:
            self._used |= {"ForeignKey"} if _actions(key) else set()
            options.append(f"foreign_key={_foreign_key(key)}")
        if _has_plain_index(table, column):
            options.append("index=True")
        options += [f"{flag}=True" for flag in ("unique", "autoincrement") if getattr(column, flag)]
        if column.default is not MISSING and column.default is not None:
            options.append(f"default={self._value(column.default, table, column)}")
        if column.comment:
            options.append(f"comment={text_code(column.comment)}")
        is_optional = column.nullable and not column.primary_key
        self._used |= {"Mapped", "mapped_column"}
        annotation = f"Mapped[{declared} | None]" if is_optional else f"Mapped[{declared}]"
        return f"    {attribute}: {annotation} = mapped_column({', '.join(options)})"

    def _type(self, table: Table, column: Column) -> tuple[str, list[str]]:
        """Return the annotation of a column, and what `mapped_column` must say beside it."""
        kind = column.type
        if isinstance(kind, ChoiceType):
            return self._enums[table.name, column.name], []
        if isinstance(kind, RawType):
            self._used.add("RawType")
            return "object", [f"RawType({text_code(kind.declared)})"]
        if isinstance(kind, DecimalType) and kind.precision is not None:
            self._used.add("DecimalType")
            self._types.add(Decimal)
            return "Decimal", [f"DecimalType({kind.precision}, {kind.scale})"]
        if TYPES.get(kind.python_type) != kind:
            self._used.add("JSON")
            return "object", ["JSON"]
        if kind.python_type in _MODULES:
            self._types.add(kind.python_type)
        return kind.python_type.__name__, []

    def _value(self, value: Any, table: Table, column: Column) -> str:
        """Return the code of a default."""
        if isinstance(column.type, ChoiceType):
            return f"{self._enums[table.name, column.name]}({text_code(value)})"
        if isinstance(value, float) and not math.isfinite(value):
            return f'float("{value}")'
        if isinstance(value, (list, dict)):
            plain = dict(value) if isinstance(value, dict) else list(value)
            return repr(plain)
        code = text_code(value)
        if isinstance(value, (date, time, timedelta)):
            code = code.replace("datetime.", "")
            self._used |= {"timezone"} if "timezone" in code else set()
            self._types |= {timedelta} if "timedelta" in code else set()
        return code

    def _indexes(self, table: Table) -> list[str]:
        found = []
        for index in table.indexes:
            is_whole = bool(index.columns) and not index.is_partial
            if not is_whole or _is_plain(table, index.name, index.columns, index.is_unique):
                continue
            columns = ", ".join(map(text_code, index.columns))
            unique = ", unique=True" if index.is_unique else ""
            self._used.add("Index")
            found.append(f"Index({columns}, name={text_code(index.name)}{unique})")
        return found

    def _foreign_keys(self, table: Table) -> list[str]:
        found = []
        for key in table.foreign_keys:
            if len(key.columns) > 1 and len(key.columns) == len(key.target_columns):
                self._used.add("ForeignKeyConstraint")
                said = [
                    _names(key.columns),
                    text_code(key.target_table),
                    _names(key.target_columns),
                ]
                found.append(f"ForeignKeyConstraint({', '.join([*said, *_actions(key)])})")
        return found

    def _remarks(self, table: Table) -> list[str]:
        """Return what a model cannot say, as comments."""
        remarks = [
            f"    # Not here: the column {text_code(column.name)}, which the database computes."
            for column in table.columns
            if column.generated
        ]
        remarks += [
            f"    # Not here: the index {text_code(index.name)}, on expressions or on some rows only."
            for index in table.indexes
            if not index.columns or index.is_partial
        ]
        return remarks

    def _relationship(self, link: _Link) -> str:
        self._used.add("Relationship")
        said = "" if link.uselist is None else f", uselist={link.uselist}"
        return (
            f"    {link.attribute} = Relationship("
            f"{text_code(link.target)}, {text_code(link.column)}{said}, back_populates={text_code(link.back)})"
        )

    # --- Names ---

    def _name_columns(self) -> None:
        for table in self.ordered:
            taken = set(dir(PureBaseModel)) | _TAKEN - {"name", "value"}
            taken |= set(self._classes.values()) | set(self._enums.values())
            self._attributes[table.name] = {
                column.name: _unused(_identifier(column.name), taken) for column in table.columns
            }
            self._names[table.name] = taken

    def _link_tables(self) -> None:
        for table in self.ordered:
            for key in table.foreign_keys:
                target = self.tables.get(key.target_table)
                if target is not None and len(key.columns) == 1:
                    self._link(table, key, target)

    def _link(self, table: Table, key: ForeignKey, target: Table) -> None:
        if key.target_columns != target.primary_key:
            return
        (column,) = key.columns
        attribute = self._attributes[table.name][column]
        stem = re.sub(r"_?(id|key|fk)$", "", attribute, flags=re.IGNORECASE)
        own = _unused(stem or _identifier(target.name), self._names[table.name])
        back = _unused(_identifier(table.name), self._names[target.name])
        is_self = table.name == target.name
        is_single = table.column(column).unique or table.primary_key == (column,)
        one = False if is_self else None
        many: bool | None = True if is_self else None
        if is_single:
            many = False
        classes = self._classes
        self._links[table.name].append(_Link(own, classes[target.name], attribute, back, one))
        self._links[target.name].append(_Link(back, classes[table.name], attribute, own, many))


def parents_first(tables: dict[str, Table]) -> list[Table]:
    """Return tables behind those that they refer to, as far as there is no circle."""
    ordered: dict[str, Table] = {}

    def add(table: Table, waiting: frozenset[str]) -> None:
        for key in table.foreign_keys:
            parent = tables.get(key.target_table)
            if parent is not None and parent.name not in ordered and parent.name not in waiting:
                add(parent, waiting | {parent.name})
        ordered[table.name] = table

    for table in tables.values():
        if table.name not in ordered:
            add(table, frozenset({table.name}))
    return list(ordered.values())


def _single_key(table: Table, column: str) -> ForeignKey | None:
    return next((key for key in table.foreign_keys if key.columns == (column,)), None)


def _names(columns: tuple[str, ...]) -> str:
    return f"[{', '.join(map(text_code, columns))}]"


def _actions(key: ForeignKey) -> list[str]:
    """Return the code of what happens to rows that refer to others, where it is said."""
    events = (("on_delete", key.on_delete), ("on_update", key.on_update))
    return [f"{event}={text_code(action)}" for event, action in events if action != "NO ACTION"]


def _foreign_key(key: ForeignKey) -> str:
    said = _actions(key)
    return f"ForeignKey({', '.join([_target(key), *said])})" if said else _target(key)


def _target(key: ForeignKey) -> str:
    table, column = key.target_table, key.target_columns[0] if key.target_columns else ""
    return repr((table, column)) if "." in table + column else text_code(f"{table}.{column}")


def _has_plain_index(table: Table, column: Column) -> bool:
    return any(
        index.columns == (column.name,)
        and not index.is_partial
        and _is_plain(table, index.name, index.columns, index.is_unique)
        for index in table.indexes
    )


def _is_plain(table: Table, name: str, columns: tuple[str, ...], is_unique: bool) -> bool:
    """Return whether an index is the one that `index=True` makes."""
    is_one = len(columns) == 1 and not is_unique
    if not is_one or name != index_name(table.name, columns):
        return False
    column = table.column(columns[0])
    return not column.unique and not column.primary_key


def _enum_code(name: str, kind: Any) -> str:
    taken: set[str] = set(dir(Enum)) | {"name", "value", "mro"}
    members = []
    for choice in kind.choices:
        text = str(choice)
        label = _unused(_identifier(text if text[:1].isalpha() else f"VALUE_{text}").upper(), taken)
        members.append(f"    {label} = {text_code(choice)}")
    return "\n".join([f"class {name}(Enum):", *members]) + "\n"


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names, key=lambda name: (not name[0].isupper(), name)))


def _camel(name: str) -> str:
    parts = re.split(r"[^\w]+|_+", name)
    joined = "".join(part[:1].upper() + part[1:] for part in parts if part)
    return _identifier(joined or "Table")


def _identifier(name: str) -> str:
    """Return a name that Python takes, as like the given one as can be."""
    # As Python itself reads names; "¹" is a word character for `re`, but not for Python.
    plain = unicodedata.normalize("NFKC", name)
    signs = (sign if f"a{sign}".isidentifier() else "_" for sign in plain)
    text = re.sub("__+", "_", "".join(signs)).lstrip("_") or "column"
    if not text[0].isidentifier():
        text = f"n_{text}"
    return f"{text}_" if keyword.iskeyword(text) or keyword.issoftkeyword(text) else text


def _unused(name: str, taken: set[str]) -> str:
    """Return a name that nothing else has, and take it."""
    found, number = name, 1
    while found in taken:
        number += 1
        found = f"{name}_" if number == 2 else f"{name}_{number - 1}"
    taken.add(found)
    return found

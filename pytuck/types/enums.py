"""Enumerations, stored by their members' values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, ClassVar

from pytuck.common.exceptions import SchemaError
from pytuck.types.base import ColumnType, StorageClass, Stored

_PREFIX = "ENUM("


@dataclass(frozen=True)
class EnumType(ColumnType[Enum]):
    """The members of one `Enum` class.

    Attributes:
        python_type: The class; all its values must be text, or all whole numbers.
    """

    python_type: type[Enum]
    decode: Callable[[Any], Enum] = field(init=False, compare=False, repr=False)
    storage_class: ClassVar[StorageClass] = StorageClass.TEXT

    def __post_init__(self) -> None:
        values = [member.value for member in self.python_type]
        kinds = {type(value) for value in values}
        if kinds not in ({str}, {int}):
            raise SchemaError(
                f"The values of the enumeration {self.python_type.__name__} must be all text or "
                "all whole numbers to be stored."
            )
        members: dict[object, Enum] = {member.value: member for member in self.python_type}
        members.update(_numeric_twins(members))
        object.__setattr__(self, "decode", members.__getitem__)

    @property
    def sql_name(self) -> str:
        return _PREFIX + ",".join(_quoted(member.value) for member in self.python_type) + ")"

    def is_valid(self, value: object) -> bool:
        return isinstance(value, self.python_type)

    def parse(self, value: object) -> Enum:
        if isinstance(value, str) and value in self.python_type.__members__:
            return self.python_type[value]
        return self.python_type(value)

    @staticmethod
    def encode(value: Enum) -> Stored:
        """Return the member's value."""
        return value.value  # type: ignore[no-any-return]


@dataclass(frozen=True)
class ChoiceType(ColumnType[str]):
    """An `ENUM(...)` column read from a schema, where the Python class is not known.

    Attributes:
        choices: The values it may hold.
    """

    choices: tuple[str | int, ...] = ()
    python_type = str
    storage_class: ClassVar[StorageClass] = StorageClass.TEXT

    @property
    def sql_name(self) -> str:
        return _PREFIX + ",".join(map(_quoted, self.choices)) + ")"

    @classmethod
    def from_sql_name(cls, declared: str) -> ChoiceType | None:
        """Return the type for a declared type, or None if it is not an enumeration's."""
        if not declared.upper().startswith(_PREFIX) or not declared.endswith(")"):
            return None
        return cls(tuple(_split_choices(declared[len(_PREFIX) : -1])))

    def is_valid(self, value: object) -> bool:
        return value in self.choices and type(value) in (str, int)

    def parse(self, value: object) -> str:
        if isinstance(value, Enum):
            value = value.value
        for choice in self.choices:
            if str(choice) == str(value):
                return choice  # type: ignore[return-value]
        raise ValueError("choose one of " + ", ".join(map(str, self.choices)))


def _numeric_twins(members: dict[object, Enum]) -> dict[object, Enum]:
    """Return the members whose text looks like a number, by that number.

    The declared type gives the column numeric affinity, so SQLite stores the text '12' as 12.
    """
    twins: dict[object, Enum] = {}
    for value, member in members.items():
        if isinstance(value, str):
            try:
                number = float(value)
            except ValueError:
                continue
            if number in twins or number in members:
                raise SchemaError(
                    f"Two values of the enumeration {type(member).__name__} are the same number "
                    f"{value!r}; SQLite could not tell them apart."
                )
            twins[number] = member
    return twins


def _quoted(value: str | int) -> str:
    return str(value) if isinstance(value, int) else "'" + value.replace("'", "''") + "'"


def _split_choices(text: str) -> list[str | int]:
    choices: list[str | int] = []
    position = 0
    while position < len(text):
        if text[position] == "'":
            end = position + 1
            while end < len(text) and (text[end] != "'" or text[end : end + 2] == "''"):
                end += 2 if text[end] == "'" else 1
            choices.append(text[position + 1 : end].replace("''", "'"))
            position = end + 2
        else:
            item, _, _ = text[position:].partition(",")
            choices.append(int(item) if item.strip().lstrip("-").isdigit() else item.strip())
            position += len(item) + 1
    return choices

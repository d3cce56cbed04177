r"""How stored values look as fields of our own CSV files, and back.

Numbers, dates and text are written as everybody does, booleans as `true` and `false`, bytes as
base64, lists and dictionaries as JSON. What does not fit the type of its column, such as text in an
INTEGER column, has a tag that says what it is: `\t:abc`, `\i:5`, `\f:0.5`, `\b:AP8=`. A text that
begins like a tag is tagged itself, so nothing is ambiguous. Columns are converted as wholes.
"""

from __future__ import annotations

import math
from base64 import b64decode, b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from pytuck.types import ColumnType, Stored
from pytuck.types.base import StorageClass
from pytuck.types.enums import ChoiceType, EnumType
from pytuck.types.numeric import INTEGER_MAX, INTEGER_MIN
from pytuck.types.registry import RawType

Fields = Sequence[str | None]
"""Fields of one column; None is NULL."""

Values = Sequence[Stored]

_BOOLEANS = {None: None, "true": 1, "false": 0}
_WORDS: dict[Stored, str | None] = {None: None, 1: "true", 0: "false"}
_NONE: type = type(None)


@dataclass(frozen=True, slots=True)
class CellKind:
    """One way of writing values.

    Attributes:
        encode: Returns the fields of a column.
        decode: Returns its values; raises ValueError for a field that is none.
        is_safe: Its fields never need quotes.
    """

    encode: Callable[[Values], Fields]
    decode: Callable[[Fields], Values]
    is_safe: bool = False


# --- Tags ---------------------------------------------------------------------------------


def _tagged(value: Stored) -> str | None:
    if value is None:
        return None
    if isinstance(value, str):
        return "\\t:" + value
    if isinstance(value, bytes):
        return "\\b:" + b64encode(value).decode("ascii")
    return ("\\i:" if isinstance(value, int) else "\\f:") + repr(value)


def _untagged(field: str) -> Stored:
    tag, rest = field[:3], field[3:]
    if tag == "\\t:":
        return rest
    if tag == "\\i:":
        return _whole(rest)
    if tag == "\\f:":
        return _fraction(rest)
    if tag == "\\b:":
        return b64decode(rest, validate=True)
    raise ValueError(f"{field[:80]!r} begins like a tag of ours and is none")


def _whole(field: str) -> int:
    number = int(field)
    if not INTEGER_MIN <= number <= INTEGER_MAX:
        raise ValueError(f"{field[:80]} has more than 64 bits")
    return number


def _fraction(field: str) -> float:
    number = float(field)
    if math.isnan(number):
        raise ValueError("NaN cannot be told from NULL")
    return number


def _each(decode: Callable[[str], Stored], fields: Fields) -> list[Stored]:
    """Return the values of fields some of which are NULL or tagged."""
    return [
        None if field is None else _untagged(field) if field[:1] == "\\" else decode(field)
        for field in fields
    ]


def _each_text(encode: Callable[[Any], str], kind: type, values: Values) -> list[str | None]:
    """Return the fields of values some of which are NULL or of another type."""
    return [
        None if value is None else encode(value) if type(value) is kind else _tagged(value)
        for value in values
    ]


# --- Kinds --------------------------------------------------------------------------------


def _encode_wholes(values: Values) -> Fields:
    if set(map(type, values)) == {int}:
        return list(map(str, values))
    return _each_text(str, int, values)


def _decode_wholes(fields: Fields) -> Values:
    try:
        numbers = list(map(int, fields))  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return _each(_whole, fields)
    if min(numbers) < INTEGER_MIN or max(numbers) > INTEGER_MAX:
        return _each(_whole, fields)
    return numbers


def _encode_fractions(values: Values) -> Fields:
    if set(map(type, values)) == {float}:
        return list(map(repr, values))
    return _each_text(repr, float, values)


def _decode_fractions(fields: Fields) -> Values:
    try:
        numbers = list(map(float, fields))  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return _each(_fraction, fields)
    # The sum of numbers is NaN if one of them is, or if both infinities are there.
    return _each(_fraction, fields) if math.isnan(sum(numbers)) else numbers


def _encode_booleans(values: Values) -> Fields:
    if set(map(type, values)) <= {int, _NONE} and set(values) <= {0, 1, None}:
        return list(map(_WORDS.__getitem__, values))
    return [
        _WORDS[value] if type(value) is int and value in {0, 1} else _tagged(value)
        for value in values
    ]


def _decode_booleans(fields: Fields) -> Values:
    try:
        return list(map(_BOOLEANS.__getitem__, fields))
    except KeyError:
        return _each(_truth, fields)


def _truth(field: str) -> int:
    value = _BOOLEANS.get(field)
    if value is None:
        raise ValueError(f"{field[:80]!r} is neither true nor false")
    return value


def _encode_bytes(values: Values) -> Fields:
    return _each_text(lambda value: b64encode(value).decode("ascii"), bytes, values)


def _decode_bytes(fields: Fields) -> Values:
    return _each(lambda field: b64decode(field, validate=True), fields)


def _encode_texts(values: Values) -> Fields:
    kinds = set(map(type, values))
    if kinds == {str} and not _has_backslash(values):  # type: ignore[arg-type]
        return values  # type: ignore[return-value]
    if kinds <= {str, _NONE}:
        return [
            value if not value or value[0] != "\\" else _escaped(value)  # type: ignore[index,arg-type,misc]
            for value in values
        ]
    return _each_text(_escaped, str, values)


def _escaped(text: str) -> str:
    return "\\t:" + text if text[:1] == "\\" and text[2:3] == ":" else text


def _decode_texts(fields: Fields) -> Values:
    if not _has_backslash(fields):
        return fields
    return [
        _untagged(field) if field and field[0] == "\\" and field[2:3] == ":" else field
        for field in fields
    ]


def _has_backslash(texts: Fields) -> bool:
    return "\\" in "".join(filter(None, texts))


def _encode_any(values: Values) -> Fields:
    return [
        value
        if value is None
        else str(value)
        if type(value) is int
        else repr(value)
        if type(value) is float
        else _tagged(value)
        if type(value) is bytes or _is_ambiguous(str(value))
        else str(value)
        for value in values
    ]


def _is_ambiguous(text: str) -> bool:
    return type(_anything(text)) is not str or text[:1] == "\\"


def _decode_any(fields: Fields) -> Values:
    return _each(_anything, fields)


def _anything(field: str) -> Stored:
    """Return the number that is written like this, or the text."""
    for read, write in ((int, str), (float, repr)):
        try:
            number = read(field)
        except ValueError:
            continue
        if write(number) == field and number == number:  # noqa: PLR0124 - NaN is text
            is_wide = isinstance(number, int) and not INTEGER_MIN <= number <= INTEGER_MAX
            return field if is_wide else number
    return field


_TEXTS = CellKind(_encode_texts, _decode_texts)
_ANYTHING = CellKind(_encode_any, _decode_any)
_KINDS = {
    StorageClass.INTEGER: CellKind(_encode_wholes, _decode_wholes),
    StorageClass.REAL: CellKind(_encode_fractions, _decode_fractions),
    StorageClass.BOOLEAN: CellKind(_encode_booleans, _decode_booleans),
    StorageClass.BLOB: CellKind(_encode_bytes, _decode_bytes),
}


def cell_kind(type_: ColumnType[Any]) -> CellKind:
    """Return how the values of a type are written."""
    if isinstance(type_, (RawType, EnumType, ChoiceType)):
        return _ANYTHING
    return _KINDS.get(type_.storage_class, _TEXTS)


# --- Files of others ----------------------------------------------------------------------


def plain_kind(words: tuple[str, str] | None) -> Callable[[Values], Fields]:
    """Return how values look in a file that says nothing of types: as plainly as can be.

    Args:
        words: What stands for true and false in the column; None if it has no booleans.
    """
    if words is not None:
        by_value: dict[Stored, str] = {1: words[0], 0: words[1]}
        return lambda values: [
            by_value[value] if type(value) is int and value in {0, 1} else _plain(value)
            for value in values
        ]
    return lambda values: list(map(_plain, values))


def _plain(value: Stored) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return b64encode(value).decode("ascii") if isinstance(value, bytes) else repr(value)

"""Stored values as the fields of our own XML files, and back.

A record is one line: `<record><field name="id">1</field><field name="name">Ann</field></record>`.
NULL is a field that is not there, empty text an empty one. A boolean is `true` or `false`, bytes
are base64. A value that is not of its column's kind says its own, as `type="integer"`, and text
with characters that XML cannot have is base64 of its UTF-8, and says `encoding="base64"`.
"""

from __future__ import annotations

import base64
import re
from array import array
from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from pathlib import Path

from pytuck.common.exceptions import SerializationError
from pytuck.formats.xml_text import NOT_IN_XML, attribute, escaped, unescaped
from pytuck.schema import Table
from pytuck.types import StorageClass, Stored
from pytuck.types.base import short_repr

BAD_CELLS = (ValueError, OverflowError)

Names = Mapping[str, str]
"""Attributes of an element."""


class _Kind(Enum):
    """What the fields of a column are if they do not say another kind."""

    INTEGER = "integer"
    REAL = "real"
    TEXT = "text"
    BLOB = "blob"
    BOOLEAN = "boolean"


_KINDS = {
    StorageClass.INTEGER: _Kind.INTEGER,
    StorageClass.REAL: _Kind.REAL,
    StorageClass.BLOB: _Kind.BLOB,
    StorageClass.BOOLEAN: _Kind.BOOLEAN,
}
_PYTHON: dict[_Kind, type] = {
    _Kind.INTEGER: int,
    _Kind.REAL: float,
    _Kind.TEXT: str,
    _Kind.BLOB: bytes,
    _Kind.BOOLEAN: int,
}
_TAGS = {int: "integer", float: "real", str: "text", bytes: "blob"}
_BOOLEANS = {"false": 0, "true": 1}
_WORDS = ("false", "true")
_INTEGER = re.compile(r"[+-]?[0-9]{1,30}")
_REAL = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?|-?inf")


def name_attributes(name: str) -> str:
    """Return the attributes with a name, which may be of any characters."""
    if NOT_IN_XML.search(name):
        return f'name-encoding="base64" name="{_base64(name.encode())}"'
    return f'name="{attribute(name)}"'


def name_from(attributes: Names) -> str:
    """Return the name that attributes say.

    Raises:
        ValueError: They say none.
    """
    if "name" not in attributes:
        raise ValueError("it has no attribute 'name'")
    name = attributes["name"]
    if attributes.get("name-encoding") == "base64":
        return base64.b64decode(name, validate=True).decode()
    return name


class FieldWriter:
    """Makes the lines of one table's rows.

    Args:
        path: The file, for messages.
        indent: What stands before each line.
    """

    def __init__(self, table: Table, path: Path, indent: str) -> None:
        self._table = table
        self._path = path
        self._before = f"{indent}<record>"
        self._kinds = [_kind_of(table, place) for place in range(len(table.columns))]
        self._starts = [f"<field {name_attributes(column.name)}" for column in table.columns]

    def lines(self, rows: Sequence[Sequence[Stored]]) -> bytes:
        """Return rows as lines; what stands behind the last column is left out.

        Raises:
            SerializationError: A text has half a surrogate pair.
        """
        columns: list[Sequence[object]] = []
        template = [self._before]
        try:
            for kind, start, column in zip(
                self._kinds, self._starts, zip(*rows, strict=True), strict=False
            ):
                values = _plain_texts(kind, column)
                if values is None:
                    columns.append([_field(kind, start, value) for value in column])
                    template.append("%s")
                else:
                    columns.append(values)
                    template.append(f"{start.replace('%', '%%')}>%s</field>")
            template.append("</record>\n")
            lines = map("".join(template).__mod__, zip(*columns, strict=True))
            return "".join(lines).encode()
        except UnicodeEncodeError as err:
            raise self._refusal(rows) from err

    def _refusal(self, rows: Sequence[Sequence[Stored]]) -> SerializationError:
        for row in rows:
            for column, value in zip(self._table.columns, row, strict=False):
                if type(value) is str and not _is_unicode(value):
                    return SerializationError(
                        f"'{self._path}': the text {short_repr(value)} in column '{column.name}' "
                        f"of table '{self._table.name}' has half a character (a lone surrogate), "
                        "which no file in Unicode can keep. Correct the value.",
                        table_name=self._table.name,
                        column_name=column.name,
                        details={"path": str(self._path)},
                    )
        return SerializationError(
            f"'{self._path}': a name in table {self._table.name!r} has half a character (a lone "
            "surrogate), which no file in Unicode can keep. Rename it.",
            table_name=self._table.name,
            details={"path": str(self._path)},
        )


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _kind_of(table: Table, place: int) -> _Kind:
    return _KINDS.get(table.columns[place].type.storage_class, _Kind.TEXT)


def _plain_texts(kind: _Kind, column: Sequence[Stored]) -> Sequence[object] | None:
    """Return the texts of a column if no field needs an attribute or is left out."""
    if set(map(type, column)) != {_PYTHON[kind]}:
        return None
    if kind is _Kind.TEXT:
        return _escaped_texts(column)  # type: ignore[arg-type]
    if kind is _Kind.BOOLEAN:
        return list(map(_WORDS.__getitem__, column)) if {0, 1}.issuperset(column) else None  # type: ignore[arg-type]
    if kind is _Kind.BLOB:
        return [_base64(value) for value in column]  # type: ignore[arg-type]
    return column


def _escaped_texts(column: Sequence[str]) -> Sequence[str] | None:
    joined = "\0".join(column)
    if NOT_IN_XML.search(joined.replace("\0", "")) or joined.count("\0") != len(column) - 1:
        return None
    text = escaped(joined)
    return column if text == joined else text.split("\0")


def _field(kind: _Kind, start: str, value: Stored) -> str:
    if value is None:
        return ""
    tag = ""
    is_of_kind = type(value) is _PYTHON[kind]
    if kind is _Kind.BOOLEAN and is_of_kind:
        if value in (0, 1):
            return f"{start}>{_WORDS[value]}</field>"  # type: ignore[index]
        is_of_kind = False
    if not is_of_kind:
        tag = f' type="{_TAGS[type(value)]}"'
    if type(value) is str and NOT_IN_XML.search(value):
        return f'{start}{tag} encoding="base64">{_base64(value.encode())}</field>'
    text = _base64(value) if type(value) is bytes else escaped(str(value))
    return f"{start}{tag}>{text}</field>"


def _base64(value: bytes) -> str:
    return base64.b64encode(value).decode("ascii")


# --- Reading ----------------------------------------------------------------------------------

_CHARACTERS = {
    _Kind.INTEGER: "(-?[0-9]{1,19}+)",
    _Kind.REAL: "(-?(?:[0-9.e+-]++|inf))",
    # With the bracket before it, so that empty text is not taken for a field that is not there.
    _Kind.TEXT: "([>][^<>\n]*+)",
    _Kind.BLOB: "([>][A-Za-z0-9+/=]*+)",
    _Kind.BOOLEAN: "(true|false)",
}
_BRACKETED = (_Kind.TEXT, _Kind.BLOB)
_NOT_PLAIN = bytes([*range(9), *range(11, 32)])
_NO_CHARACTERS = ("\ufffe".encode(), "\uffff".encode())


class FieldReader:
    """Reads the fields of one table's rows."""

    def __init__(self, table: Table) -> None:
        self._kinds = [_kind_of(table, place) for place in range(len(table.columns))]
        self._pattern = re.compile(
            "^ *<record>"
            + "".join(
                _field_pattern(kind, column.name)
                for kind, column in zip(self._kinds, table.columns, strict=True)
            )
            + "()</record>\n",
            re.MULTILINE,
        )

    def value(self, place: int, attributes: Names, text: str) -> Stored:
        """Return the stored value of one field.

        Raises:
            ValueError, OverflowError: It is none of its column.
        """
        if attributes.get("nil") == "true":
            return None
        encoding = attributes.get("encoding")
        if encoding not in (None, "base64"):
            raise ValueError(f"the encoding {encoding!r} is not known")
        kind = self._kinds[place]
        if "type" in attributes:
            kind = _Kind(attributes["type"])
        return _VALUES[kind](
            base64.b64decode(text, validate=True).decode()
            if kind is _Kind.TEXT and encoding
            else text
        )

    def rows(self, lines: bytes) -> list[tuple[Stored, ...]] | None:
        """Return the rows of lines that are exactly as they are written, most of which are.

        None if there is anything else in them, so that they need a parser.
        """
        if len(lines.translate(None, _NOT_PLAIN)) != len(lines):
            return None
        if any(character in lines for character in _NO_CHARACTERS):
            return None
        try:
            text = lines.decode()
            found = self._pattern.findall(text)
            if len(found) != text.count("\n"):
                return None
            columns = zip(*found, strict=True)
            cells = [_column(kind, column) for kind, column in zip(self._kinds, columns)]  # noqa: B905 - there is one more
        except BAD_CELLS:
            return None
        return None if None in cells else list(zip(*cells, strict=True))


def _field_pattern(kind: _Kind, name: str) -> str:
    start = re.escape(f"<field {name_attributes(name)}")
    bracket = "" if kind in _BRACKETED else ">"
    return f"(?:{start}{bracket}{_CHARACTERS[kind]}</field>)?"


def _column(kind: _Kind, texts: Sequence[str]) -> Sequence[Stored] | None:
    if kind is _Kind.TEXT:
        return _texts(texts)
    convert = _CONVERT[kind]
    if "" not in texts:
        return convert(texts)
    each = iter(convert(list(filter(None, texts))))
    return [next(each) if text else None for text in texts]


def _texts(texts: Sequence[str]) -> Sequence[Stored] | None:
    joined = unescaped("".join(texts) if "" not in texts else "\n".join(texts))
    if joined is None:
        return None
    if "" not in texts and joined.count(">") == len(texts):
        return joined[1:].split(">")
    return [(unescaped(text[1:]) if text else None) for text in texts]


def _integers(texts: Sequence[str]) -> Sequence[Stored]:
    numbers = list(map(int, texts))
    array("q", numbers)  # each must be of 64 bits
    return numbers


def _blobs(texts: Sequence[str]) -> Sequence[Stored]:
    return [base64.b64decode(text[1:], validate=True) for text in texts]


_CONVERT: dict[_Kind, Callable[[Sequence[str]], Sequence[Stored]]] = {
    _Kind.INTEGER: _integers,
    _Kind.REAL: lambda texts: list(map(float, texts)),
    _Kind.BLOB: _blobs,
    _Kind.BOOLEAN: lambda texts: list(map(_BOOLEANS.__getitem__, texts)),
}


def _integer(text: str) -> Stored:
    if _INTEGER.fullmatch(text.strip()) is None:
        raise ValueError("it is no whole number")
    return array("q", [int(text)])[0]


def _real(text: str) -> Stored:
    if _REAL.fullmatch(text.strip()) is None:
        raise ValueError("it is no number")
    return float(text)


def _boolean(text: str) -> Stored:
    found = text.strip()
    if found not in _BOOLEANS:
        raise ValueError("it is neither true nor false")
    return _BOOLEANS[found]


_VALUES: dict[_Kind, Callable[[str], Stored]] = {
    _Kind.INTEGER: _integer,
    _Kind.REAL: _real,
    _Kind.TEXT: str,
    _Kind.BLOB: lambda text: base64.b64decode(text, validate=True),
    _Kind.BOOLEAN: _boolean,
}

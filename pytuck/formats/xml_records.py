"""Reading the records of an XML file of others, with everything in them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from pytuck.common.exceptions import FileFormatError
from pytuck.formats.xml_layout import Part
from pytuck.formats.xml_plain_records import PlainPattern, PlainRecords
from pytuck.formats.xml_source import LARGEST_RECORD, MAX_NESTING, MOST_PARTS, XmlSource
from pytuck.formats.xml_survey import NIL, is_technical

Path = tuple[str, ...]
_TRUE = ("true", "1")


@dataclass(slots=True)
class FoundRecord:
    """One record.

    Attributes:
        line: Where it begins.
        values: What it holds, by part and name: texts, and for elements a list of what each one
            of that name holds.
    """

    line: int
    values: dict[tuple[Part, str], Any] = field(default_factory=dict)


@dataclass(slots=True)
class _Element:
    """An element inside a record that is being read.

    Attributes:
        parts: Its texts and elements, in their order; an element with its name.
    """

    name: str
    attributes: dict[str, str]
    parts: list[Any] = field(default_factory=list)


class RecordReader:
    """Reads records, and puts those of each path into a list.

    Args:
        wanted: The lists, by path.
        skipped: Paths of elements that are no part of the record that they stand in.
        patterns: What recognises plain records, by path.
    """

    def __init__(
        self,
        source: XmlSource,
        wanted: dict[Path, list[FoundRecord | PlainRecords]],
        skipped: set[Path],
        patterns: dict[Path, PlainPattern],
    ) -> None:
        self.texts: list[str] = []
        self._source = source
        self._wanted = wanted
        self._skipped = skipped
        self._patterns = patterns
        self._last: Path = ()
        self._path: Path = ()
        self._open: list[_Element] = []  # from the record on
        self._skipping = 0  # levels
        self._line = 0
        self._length = 0
        self._parts = 0
        self._has_more = True
        source.tell(self)

    def go_on(self) -> bool:
        """Read a block more; return False when there is no more."""
        self._has_more = self._has_more and self._read()
        return self._has_more

    def _read(self) -> bool:
        pattern = self._patterns.get(self._last)
        block = b"" if pattern is None else self._source.take_through(pattern.marker)
        if pattern is None or not block:
            return self._source.parse_block()
        if not self._open and self._path == self._last[:-1]:
            found = pattern.records(block, self._source.line)
            if found is not None:
                self._source.pass_over(block)
                self._wanted[self._last].append(found)
                return True
        self._source.parse_taken(block)
        return True

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        if self._open:
            self._start_inside(tag, attributes)
            return
        self.texts.clear()
        self._path = (*self._path, tag)
        if self._path in self._wanted:
            self._last = self._path
            self._line = self._source.line
            self._parts = self._length = 0
            self._open.append(_Element(tag, attributes))

    def _start_inside(self, tag: str, attributes: dict[str, str]) -> None:
        if self._skipping or (len(self._open) == 1 and (*self._path, tag) in self._skipped):
            self._skipping += 1
            return
        if self.texts:
            self._take_text(self._open[-1])
        self._parts += 1
        if self._parts > MOST_PARTS or len(self._open) > MAX_NESTING:
            raise self._source.error(
                f"a record has more than {MOST_PARTS:,} elements; that is no file of tables.",
                FileFormatError,
            )
        self._open.append(_Element(tag, attributes))

    def end(self, tag: str) -> None:
        """An element ends."""
        if self._skipping:
            self._skipping -= 1
            self.texts.clear()
            return
        if not self._open:
            self._path = self._path[:-1]
            self.texts.clear()
            return
        element = self._open.pop()
        self._take_text(element)
        if self._open:
            self._open[-1].parts.append((tag, _value(element)))
        else:
            self._wanted[self._path].append(FoundRecord(self._line, _values(element)))
            self._path = self._path[:-1]

    def _take_text(self, element: _Element) -> None:
        text = "".join(self.texts)
        self.texts.clear()
        self._length += len(text)
        if self._length > LARGEST_RECORD:
            raise self._source.error(
                f"a record is longer than {LARGEST_RECORD >> 20} MiB.", FileFormatError
            )
        if text:
            element.parts.append(text)


def _split(element: _Element) -> tuple[list[Any], dict[str, str]]:
    """Return the parts of an element that are more than spaces, and its attributes of data."""
    parts = element.parts
    if len(parts) > 1:
        parts = [part for part in parts if type(part) is tuple or part.strip()]
    attributes = element.attributes
    if attributes:
        attributes = {name: text for name, text in attributes.items() if not is_technical(name)}
    return parts, attributes


def _is_nil(element: _Element) -> bool:
    return element.attributes.get(NIL) in _TRUE


def _values(element: _Element) -> dict[tuple[Part, str], Any]:
    parts, attributes = _split(element)
    values: dict[tuple[Part, str], Any] = {
        ("attribute", name): text for name, text in attributes.items()
    }
    texts = []
    for part in parts:
        if type(part) is str:
            texts.append(part)
        else:
            values.setdefault(("element", part[0]), []).append(part[1])
    if texts:
        values["text", ""] = "".join(texts)
    elif not parts and not _is_nil(element):
        values["text", ""] = ""
    return values


def _value(element: _Element) -> Any:
    """Return the text of an element, or a dictionary; a list where both stand in turn."""
    parts, attributes = _split(element)
    named = {f"@{name}": text for name, text in attributes.items()}
    if not parts or (len(parts) == 1 and type(parts[0]) is str):
        text = parts[0] if parts else None if _is_nil(element) else ""
        return {**named, "#text": text} if named else text
    if any(type(part) is str for part in parts):
        mixed = [part if type(part) is str else {part[0]: part[1]} for part in parts]
        return [named, *mixed] if named else mixed
    found: dict[str, Any] = named
    repeated = set()
    for name, value in parts:
        if name not in found:
            found[name] = value
        elif name in repeated:
            found[name].append(value)
        else:
            repeated.add(name)
            found[name] = [found[name], value]
    return found

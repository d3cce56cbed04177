"""Records of others that are plain, recognised many at a time without a parser.

Most files are the same few elements over and over: a regular expression made of the elements seen
up to now takes them apart in C. It accepts only what a parser would read in the same way; anything
else, such as a comment, an entity of its own or elements in another order, goes to the parser.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pytuck.formats.xml_layout import Part

Key = tuple[Part, str]

_MOST_COLUMNS = 300
_NOT_PLAIN = bytes([*range(9), 11, 12, *range(14, 32)])
_NO_CHARACTERS = ("\ufffe".encode(), "\uffff".encode(), b"]]>")
_UNKNOWN = re.compile("&(?!amp;|lt;|gt;|quot;|apos;)")
_ENTITIES = (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&apos;", "'"), ("&amp;", "&"))
_RETRY = 64  # blocks


@dataclass(frozen=True, slots=True)
class PlainRecords:
    """Records that follow one another.

    Attributes:
        line: Where the first one begins.
        count: How many there are.
        columns: The texts of each key; None where a record has none.
    """

    line: int
    count: int
    columns: Mapping[Key, Sequence[str | None]]
    _text: str
    _pattern: re.Pattern[str]

    def lines(self) -> Iterator[int]:
        """Give the line in which each record begins."""
        line, at = self.line, 0
        for found in self._pattern.finditer(self._text):
            start = found.start() + len(found[0]) - len(found[0].lstrip())
            line += self._text.count("\n", at, start)
            at = start
            yield line


class PlainPattern:
    """Recognises records of one kind.

    Args:
        tag: The element of a record.
        attributes: Names of its attributes.
        elements: Names of the elements in it, in their order.
        has_text: It has text and no elements.
    """

    def __init__(
        self, tag: str, attributes: Sequence[str], elements: Sequence[str], *, has_text: bool
    ) -> None:
        self._keys: list[Key] = [("attribute", name) for name in attributes]
        self._ends = [1] * len(attributes)
        named = "".join(f'(?:\\s++{re.escape(name)}=("[^"<&\t\n]*+"))?' for name in attributes)
        if elements:
            inside = "".join(f"(?:\\s*+{_element(name)})?" for name in elements)
            rest = f"\\s*+(?:/>|>{inside}\\s*+</{re.escape(tag)}>)"
            self._keys += [("element", name) for name in elements]
            self._ends += [len(name) + 3 for name in elements]
        elif has_text:
            rest = _content(tag)
            self._keys.append(("text", ""))
            self._ends.append(len(tag) + 3)
        else:
            rest = f"\\s*+(?:/>|></{re.escape(tag)}>)"
        self.is_usable = len(self._keys) <= _MOST_COLUMNS
        if not self.is_usable:
            named = rest = ""  # an expression of many thousand names takes seconds to compile
        # The last group is what stands between records, if it is more than spaces.
        self._pattern = re.compile(f"\\s*+<{re.escape(tag)}{named}{rest}()|(\\S)")
        self.marker = f"</{tag}>".encode() if elements or has_text else b"/>"
        self._failures = 0

    def records(self, block: bytes, line: int) -> PlainRecords | None:
        """Return the records of a block; None if there is anything else in it."""
        if not self.is_usable or (self._failures > 2 and self._failures % _RETRY):
            self._failures += 1
            return None
        found = self._found(block, line)
        self._failures = 0 if found else self._failures + 1
        return found

    def _found(self, block: bytes, line: int) -> PlainRecords | None:
        if len(block.translate(None, _NOT_PLAIN)) != len(block):
            return None
        if any(characters in block for characters in _NO_CHARACTERS):
            return None
        try:
            text = block.decode()
        except UnicodeDecodeError:
            return None
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        first = self._pattern.match(text)
        if first is None or first[first.re.groups] is not None or _UNKNOWN.search(text):
            return None
        found = self._pattern.findall(text)
        *columns, _, between = zip(*found, strict=True)
        if any(between):
            return None
        cells = {
            key: _texts(key, column, end)
            for key, end, column in zip(self._keys, self._ends, columns, strict=True)
        }
        return PlainRecords(line, len(found), cells, text, self._pattern)


def _content(tag: str) -> str:
    return f"(\\ ?/>|>[^<]*+</{re.escape(tag)}>)"


def _element(name: str) -> str:
    return f"<{re.escape(name)}{_content(name)}"


def _texts(key: Key, column: Sequence[str], end: int) -> list[str | None]:
    if key[0] == "attribute":
        found = [cell[1:-1] if cell else None for cell in column]
    else:
        found = [cell[1:-end] if cell[:1] == ">" else "" if cell else None for cell in column]
    if any("&" in text for text in found if text):
        return [text and _unescaped(text) for text in found]
    return found


def _unescaped(text: str) -> str:
    if "&" in text:
        for entity, character in _ENTITIES:
            text = text.replace(entity, character)
    return text

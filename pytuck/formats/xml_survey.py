"""What an XML file of others holds: which elements repeat, and what their texts are.

One pass over the file makes a tree of the *paths* in it: all elements of one name inside elements
of one path are one node, with how often they stand side by side and what types their texts have.
From that tree it is clear which elements are the records of tables.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from pytuck.common.exceptions import FileFormatError
from pytuck.common.progress import Work
from pytuck.formats.text_inference import ColumnInference
from pytuck.formats.xml_plain_records import PlainPattern, PlainRecords
from pytuck.formats.xml_source import MAX_NESTING, XmlSource

MOST_PATHS = 50_000
"""Different names at different places in one file."""

NIL = "xsi:nil"
_BATCH = 1024
_MANY = 8


class Texts:
    """All texts at one place, some of which are kept until they are looked at.

    Attributes:
        count: How many there are.
        sample: The first one that is not empty.
    """

    def __init__(self, limit: int | None) -> None:
        self._inference = ColumnInference("")
        self._limit = limit
        self._looked = 0
        self._waiting: list[str] = []
        self.count = 0
        self.sample: str | None = None

    def add(self, text: str) -> None:
        """Take one more text."""
        self.count += 1
        self._waiting.append(text)
        if len(self._waiting) >= _BATCH:
            self._look()

    def add_all(self, texts: Sequence[str]) -> None:
        """Take more texts."""
        self.count += len(texts)
        self._waiting += texts
        if len(self._waiting) >= _BATCH:
            self._look()

    def _look(self) -> None:
        texts, self._waiting = self._waiting, []
        if self._limit is not None:
            texts = texts[: max(self._limit - self._looked, 0)]
        self._looked += len(texts)
        if self.sample is None:
            self.sample = next((text for text in texts if text), None)
        self._inference.add(texts)

    @property
    def inference(self) -> ColumnInference:
        """What the texts are found to be."""
        self._look()
        return self._inference


@dataclass(slots=True)
class Node:
    """All elements of one path.

    Attributes:
        name: Their name.
        parent: The node they are in.
        children: The nodes in it, by name.
        attributes: The texts of each attribute.
        texts: The texts of those without elements inside.
        count: How many there are.
        most: How many there are in one parent at most.
        has_text: Some have a text, besides spaces.
        is_mixed: Some have both texts and elements.
        first, last: Which elements of the file are the first and last, counted from 1.
    """

    name: str
    parent: Node | None
    texts: Texts
    children: dict[str, Node] = field(default_factory=dict)
    attributes: dict[str, Texts] = field(default_factory=dict)
    count: int = 0
    most: int = 0
    has_text: bool = False
    is_mixed: bool = False
    first: int = 0
    last: int = 0
    _run: int = 0
    _run_in: int = 0

    def begins(self, in_parent: int, number: int) -> None:
        """Count one more element."""
        if self._run_in == in_parent:
            self._run += 1
        else:
            self._run, self._run_in = 1, in_parent
        self.most = max(self.most, self._run)
        self.count += 1
        self.first = self.first or number
        self.last = number

    def begin_many(self, count: int, number: int) -> None:
        """Count more elements in the same parent as the last one."""
        self._run += count
        self.most = max(self.most, self._run)
        self.count += count
        self.last = number

    def pattern(self) -> PlainPattern | None:
        """Return what recognises such elements as records; None if they are not plain."""
        if self.is_mixed or (self.children and self.has_text):
            return None
        if any(child.most > 1 or not child.is_plain for child in self.children.values()):
            return None
        return PlainPattern(
            self.name, self.own_attributes(), list(self.children), has_text=self.has_text
        )

    @property
    def path(self) -> tuple[str, ...]:
        """The names of the elements from the outermost one on."""
        return (*self.parent.path, self.name) if self.parent else ()

    @property
    def is_plain(self) -> bool:
        """Whether they are texts alone."""
        return not self.children and not self.own_attributes()

    @property
    def is_always_structured(self) -> bool:
        """Whether all of them have elements or attributes, and no text between elements."""
        is_named = any(self.attributes[name].count == self.count for name in self.own_attributes())
        return not self.is_mixed and (not self.texts.count or is_named)

    def own_attributes(self) -> list[str]:
        """Return the attributes that are data."""
        return [name for name in self.attributes if not is_technical(name)]

    def descendants(self) -> Iterator[Node]:
        """Give all nodes inside this one."""
        for child in self.children.values():
            yield child
            yield from child.descendants()


def is_technical(attribute: str) -> bool:
    """Whether an attribute is no data, but speaks to programs."""
    return attribute == "xmlns" or attribute.startswith(("xmlns:", "xsi:", "xml:"))


class Survey:
    """Looks at a whole file.

    Attributes:
        root: The node around the outermost element.
        has_more: There are comments or instructions inside the outermost element, or attributes
            of namespaces inside it.
        first_at, last_at: Where the first element inside the outermost one begins, and where the
            outermost one ends, in UTF-8.
        inner: The spaces before the first element of the third level.
    """

    def __init__(self, source: XmlSource, limit: int | None, work: Work) -> None:
        self.texts: list[str] = []
        self.root = Node("", None, Texts(limit))
        self.has_more = False
        self.first_at = self.last_at = -1
        self.inner: str | None = None
        self._source = source
        self._limit = limit
        self._work = work
        self._open = [self.root]
        self._patterns: dict[tuple[str, ...], tuple[object, PlainPattern | None]] = {}
        self._paths = 0
        self._number = 0
        self._has_inner = False

    def run(self) -> None:
        """Look at all elements."""
        self._source.tell(self)
        self._source.parser.CommentHandler = self._note_more
        self._source.parser.ProcessingInstructionHandler = self._note_more
        while self._go_on():
            self._work.step("reading", "", self._source.position, unit="bytes")

    def _go_on(self) -> bool:
        """Look at a block more; return False at the end."""
        node, pattern = self._likely_records()
        if node is None or pattern is None:
            return self._source.parse_block()
        block = self._source.take_through(pattern.marker)
        if not block:
            return self._source.parse_block()
        if self._open[-1] is node.parent and not "".join(self.texts).strip():
            found = pattern.records(block, self._source.line)
            if found is not None:
                self._source.pass_over(block)
                self._note_plain(node, found)
                return True
        self._source.parse_taken(block)
        return True

    def _likely_records(self) -> tuple[Node | None, PlainPattern | None]:
        """Return the elements that many of come next, as it seems."""
        above = self._open[-1]
        inside = [*self._open[2:], *above.children.values()]
        node = next((node for node in inside if node.most >= _MANY), None)
        if node is None:
            return None, None
        seen = (len(node.children), len(node.attributes), node.has_text)
        known = self._patterns.get(node.path)
        if known is None or known[0] != seen:
            known = self._patterns[node.path] = (seen, node.pattern())
        return node, known[1]

    def _note_plain(self, node: Node, found: PlainRecords) -> None:
        self.texts.clear()
        self._number += found.count
        node.begin_many(found.count, self._number)
        for (part, name), texts in found.columns.items():
            there = [text for text in texts if text is not None]
            if part == "attribute":
                node.attributes[name].add_all(there)
                continue
            if part == "text":
                # An element without text counts as an empty text, as with the parser.
                there = [text or "" for text in texts]
            place = node.children[name] if part == "element" else node
            place.texts.add_all(there)
            place.has_text = place.has_text or any(there)
            if part == "element" and there:
                place.count += len(there)
                place.last = self._number
        if not any(part in ("element", "text") for part, _ in found.columns):
            node.texts.add_all([""] * found.count)

    def _note_more(self, *_: str) -> None:
        self.has_more = self.has_more or len(self._open) > 1

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        parent = self._open[-1]
        if self.inner is None and len(self._open) < 4:
            self._note_look()
        if self.texts:
            self._note_text(parent)
        node = parent.children.get(tag) or self._new(tag, parent)
        self._number += 1
        node.begins(parent.count, self._number)
        if attributes:
            self._note_attributes(node, attributes)
        self._open.append(node)
        self._has_inner = False

    def _note_look(self) -> None:
        if len(self._open) == 2 and self.first_at < 0:
            self.first_at = self._source.byte_index
        elif len(self._open) == 3:
            self.inner = "".join(self.texts)

    def end(self, tag: str) -> None:
        """An element ends."""
        node = self._open.pop()
        if len(self._open) == 1:
            self.last_at = self._source.byte_index
        if self._has_inner:
            self._note_text(node)
        else:
            text = "".join(self.texts)
            node.texts.add(text)
            node.has_text = node.has_text or bool(text)
            self.texts.clear()
        self._has_inner = True

    def _note_text(self, node: Node) -> None:
        if self.texts and "".join(self.texts).strip():
            node.is_mixed = node.has_text = True
        self.texts.clear()

    def _note_attributes(self, node: Node, attributes: dict[str, str]) -> None:
        for name, text in attributes.items():
            texts = node.attributes.get(name)
            if texts is None:
                texts = node.attributes[name] = Texts(self._limit)
                self._count_path()
                if len(self._open) > 1 and is_technical(name) and name != NIL:
                    self.has_more = True
            texts.add(text)

    def _new(self, tag: str, parent: Node) -> Node:
        if len(self._open) > MAX_NESTING:
            raise self._source.error(
                f"elements are nested more than {MAX_NESTING} levels deep. Tables are read from "
                "flatter files.",
                FileFormatError,
            )
        self._count_path()
        node = parent.children[tag] = Node(tag, parent, Texts(self._limit))
        return node

    def _count_path(self) -> None:
        self._paths += 1
        if self._paths > MOST_PATHS:
            raise self._source.error(
                f"the file has more than {MOST_PATHS:,} kinds of elements and attributes; that "
                "is no file of tables.",
                FileFormatError,
            )


def records_in(root: Node) -> list[Node]:
    """Return the nodes that are records: those that repeat, and what holds anything else."""
    (outermost,) = root.children.values()
    if outermost.is_plain and not outermost.has_text:
        return []
    found = _records(outermost)
    return sorted(found or [outermost], key=lambda node: node.first)


def _records(node: Node) -> list[Node]:
    """Return the records in elements that do not repeat themselves."""
    found: list[Node] = []
    has_own = node.has_text or not node.children
    for child in node.children.values():
        if child.most > 1 or _is_only_record(node, child):
            found.append(child)
        elif any(inner.most > 1 for inner in child.descendants()) or _holds_one_list(child):
            found += _records(child)
        else:
            has_own = True
    return [node, *found] if has_own else found


def _is_only_record(node: Node, child: Node) -> bool:
    """Whether an element is the only one of a list, to judge by what it is."""
    return (
        len(node.children) == 1
        and not node.own_attributes()
        and not child.is_plain
        and (all(inner.is_plain and inner.most == 1 for inner in child.children.values()))
    )


def _holds_one_list(node: Node) -> bool:
    (child, *others) = node.children.values() if node.children else (None,)
    return child is not None and not others and _is_only_record(node, child)

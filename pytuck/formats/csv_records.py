"""The records of a CSV file, some at a time, each with its lines and its place.

Lines are cut and decoded here; `csv.reader`, a loop in C, makes fields of them.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice, pairwise, repeat
from typing import BinaryIO

from pytuck.common.exceptions import CorruptFileError
from pytuck.formats.csv_dialect import Dialect
from pytuck.formats.csv_place import Place
from pytuck.formats.row_chunks import CHUNK_ROWS

PLAIN_ROWS = 8 * CHUNK_ROWS

LONGEST_LINE = 1 << 29
"""Bytes of one line, and characters of one field; a file without line ends ends here."""

MOST_LINES = 1_000_000
"""Lines of one record in a file of others: more of them are a quote that is not closed."""

_BLOCK_BYTES = 1 << 20

# The limit of the module is one for the whole program; it is only ever raised.
csv.field_size_limit(max(csv.field_size_limit(), LONGEST_LINE))


@dataclass(slots=True)
class Chunk:
    """Records that follow one another.

    Attributes:
        rows: Their fields.
        lines: Their lines, and those of the record behind them that is an `error`.
        first_line: The number of the first of them in the file, counted from 1.
        start, end: The places of their first byte, and behind their last one.
        error: What is wrong with the record behind `rows`.
    """

    rows: list[list[str]]
    lines: list[str]
    first_line: int
    start: int
    end: int
    error: str | None = None

    def numbered(self, dialect: Dialect) -> Iterator[tuple[int, str, list[str]]]:
        """Give each record with the number of its first line, and its text."""
        if len(self.lines) == len(self.rows):
            yield from zip(range(self.first_line, 1 << 62), self.lines, self.rows, strict=False)
            return
        reader = csv_reader(iter(self.lines), dialect)
        before = 0
        for row in islice(reader, len(self.rows)):
            yield self.first_line + before, "".join(self.lines[before : reader.line_num]), row
            before = reader.line_num

    def rest(self, dialect: Dialect) -> tuple[int, str]:
        """Return the first line's number and the text of the record that is wrong."""
        reader = csv_reader(iter(self.lines), dialect)
        for _ in islice(reader, len(self.rows)):
            pass
        return self.first_line + reader.line_num, "".join(self.lines[reader.line_num :])


@dataclass(slots=True)
class Plain:
    """Records of one line each and without quotes, already as columns.

    Attributes:
        columns: The fields of each column.
        lines, first_line: As those of a chunk.
        places: Where each `CHUNK_ROWS` of them begin, and where the last one ends.
    """

    columns: list[list[str]]
    lines: list[str]
    first_line: int
    places: list[int]

    def chunks(self) -> list[Chunk]:
        """Return the same as chunks."""
        rows = [list(row) for row in zip(*self.columns, strict=True)]
        return [
            Chunk(
                rows[first : first + CHUNK_ROWS],
                self.lines[first : first + CHUNK_ROWS],
                self.first_line + first,
                start,
                end,
            )
            for first, (start, end) in zip(
                range(0, len(rows), CHUNK_ROWS), pairwise(self.places), strict=True
            )
        ]


def csv_reader(lines: Iterator[str], dialect: Dialect) -> csv._reader:  # type: ignore[name-defined]
    """Return a reader that refuses what is not well-formed."""
    return csv.reader(lines, delimiter=dialect.delimiter, quotechar=dialect.quote, strict=True)


class _TooManyLinesError(Exception):
    """A record goes on and on."""


class Records:
    """The records of a file.

    Args:
        stream: The file at its beginning.
        most_lines: Lines that one record may have; None means any number.

    Attributes:
        has_places: The chunks' places are those in the file.
        ends_with_newline: The last line that was read has an end.
    """

    def __init__(
        self,
        stream: BinaryIO,
        dialect: Dialect,
        place: Place,
        *,
        most_lines: int | None = MOST_LINES,
    ) -> None:
        self._stream = stream
        self._most_lines = most_lines
        self._dialect = dialect
        self._place = place
        self._raw: list[bytes] = []
        self._texts: list[str] = []
        self._next = 0  # of the two lists, those before it are taken
        self._lines_done = 0
        self._position = 0
        self.has_places = not dialect.is_wide and dialect.newline != "\r"
        self.ends_with_newline = True
        self._blocks_left = self._raw_lines()
        if dialect.mark:
            stream.read(len(dialect.mark))
            self._position = len(dialect.mark)

    def plain(self, width: int, longest: int | None = None) -> Plain | None:
        """Return the next records if they have no quotes and `width` fields; else None.

        They are cut without `csv.reader`, which takes twice as long.

        Args:
            longest: Characters of the longest line that may be among them.
        """
        self._forget()
        while len(self._texts) < PLAIN_ROWS and self._more():
            pass
        lines, dialect = self._texts[:PLAIN_ROWS], self._dialect
        text = "".join(lines)
        end = _one_line_end(text)
        if end is None or dialect.quote in text:
            return None
        if set(map(str.count, lines, repeat(dialect.delimiter))) != {width - 1}:
            return None
        if longest is not None and max(map(len, lines)) > longest:
            return None
        text = text.removesuffix(end).replace(end, dialect.delimiter)
        fields = text.split(dialect.delimiter)
        places = [self._position]
        for first in range(0, len(lines), CHUNK_ROWS):
            places.append(places[-1] + sum(map(len, self._raw[first : first + CHUNK_ROWS])))
        number = self._lines_done + 1
        self._take(len(lines))
        return Plain([fields[column::width] for column in range(width)], lines, number, places)

    def chunk(self, most: int = CHUNK_ROWS) -> Chunk | None:
        """Return the next records, or None behind the last one.

        Raises:
            CorruptFileError: A line cannot be decoded, or never ends.
        """
        self._forget()
        rows: list[list[str]] = []
        error = None
        reader = csv_reader(self._lines(), self._dialect)
        try:
            rows.extend(islice(reader, most))
        except csv.Error as err:
            error = str(err)
        except _TooManyLinesError:
            if rows:
                return self.chunk(len(rows))  # they are whole; the next record is looked at anew
            error = f"a record has more than {self._most_lines:,} lines; a quote is not closed"
        if not reader.line_num and error is None:
            return None
        lines = self._texts[: reader.line_num]
        number, start = self._lines_done + 1, self._position
        self._take(len(lines))
        return Chunk(rows, lines, number, start, self._position, error)

    # --- Lines ---

    def _lines(self) -> Iterator[str]:
        """Give the lines that are not taken yet, reading more of them."""
        place = 0
        while place < len(self._texts) or self._more():
            if self._most_lines is not None and place > self._most_lines:
                raise _TooManyLinesError
            lines = self._texts[place:]
            place += len(lines)
            yield from lines

    def _take(self, count: int) -> None:
        self._position += sum(map(len, self._raw[:count]))
        self._lines_done += count
        self._next = count

    def _forget(self) -> None:
        if self._next:
            del self._raw[: self._next], self._texts[: self._next]
            self._next = 0

    def _more(self) -> bool:
        raw = next(self._blocks_left, None)
        if raw is None:
            return False
        self._texts += self._decoded(raw)
        self._raw += raw
        return True

    def _raw_lines(self) -> Iterator[list[bytes]]:
        end = b"\r" if self._dialect.newline == "\r" else b"\n"
        tail: list[bytes] = []
        tail_bytes = 0
        for block in self._blocks():
            before, found, after = block.rpartition(end)
            if not found:
                tail.append(after)
                tail_bytes += len(after)
                self._check_length(tail_bytes)
                continue
            yield _split(b"".join([*tail, before, found]), end)
            tail, tail_bytes = [after], len(after)
        last = b"".join(tail)
        if last:
            self.ends_with_newline = False
            yield [last]

    def _blocks(self) -> Iterator[bytes]:
        if not self._dialect.is_wide:
            while block := self._stream.read(_BLOCK_BYTES):
                yield block
            return
        decoder = codecs.getincrementaldecoder(self._dialect.encoding)()
        block = b"-"
        while block:
            block = self._stream.read(_BLOCK_BYTES)
            try:
                text = decoder.decode(block, final=not block)
            except UnicodeDecodeError as err:
                raise self._undecodable(err, len(self._texts), 0) from err
            yield text.encode("utf-8", errors="surrogatepass")

    def _decoded(self, raw: list[bytes]) -> list[str]:
        encoding = "utf-8" if self._dialect.is_wide else self._dialect.encoding
        try:
            if encoding == "utf-8":
                return list(map(bytes.decode, raw))
            return [line.decode(encoding) for line in raw]
        except UnicodeDecodeError as err:
            raise self._first_undecodable(raw, encoding) from err

    def _first_undecodable(self, raw: list[bytes], encoding: str) -> CorruptFileError:
        before = self._position + sum(map(len, self._raw))
        for number, line in enumerate(raw):
            try:
                line.decode(encoding)
            except UnicodeDecodeError as err:
                return self._undecodable(err, len(self._raw) + number, before)
            before += len(line)
        raise AssertionError(encoding)

    def _undecodable(self, err: UnicodeDecodeError, lines: int, before: int) -> CorruptFileError:
        line, byte = self._lines_done + lines + 1, before + err.start
        where = f"byte {byte:,} of the file is" if before or self.has_places else "something is"
        error = self._place.error(
            f"{where} not of the encoding {self._dialect.encoding}. Correct it, or name the "
            "file's encoding as the option `encoding`.",
            line,
        )
        assert isinstance(error, CorruptFileError)
        error.details["byte"] = byte
        return error

    def _check_length(self, count: int) -> None:
        if count > LONGEST_LINE:
            raise self._place.error(
                f"the line has more than {LONGEST_LINE:,} bytes and no end; it is no CSV file, or "
                "a quote is not closed.",
                self._lines_done + len(self._texts) + 1,
            )


def _one_line_end(text: str) -> str | None:
    """Return what ends all the lines of a text; None if there is none, or several."""
    count = text.count("\n")
    if not count:
        return None
    if "\r" not in text:
        return "\n"
    return "\r\n" if text.count("\r\n") == count == text.count("\r") else None


def _split(block: bytes, end: bytes) -> list[bytes]:
    if end == b"\n":
        return io.BytesIO(block).readlines()
    return [line + end for line in block.split(end)[:-1]]

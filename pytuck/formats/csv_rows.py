"""The rows of one table of a CSV file: from records to stored values, and back."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise, repeat
from typing import Any, cast

from pytuck.common.exceptions import PytuckException, SerializationError
from pytuck.formats.base import StoredRow, UnreadableRow
from pytuck.formats.csv_dialect import Dialect
from pytuck.formats.csv_place import Place
from pytuck.formats.csv_records import Chunk, Plain, Records
from pytuck.formats.row_chunks import CHUNK_ROWS, ChunkMap, RowsOfIds
from pytuck.types import Stored
from pytuck.types.base import DECODE_ERRORS, short_repr

_CHUNKS_AT_ONCE = 8
_RAW_SHOWN = 2000
_ONE_BYTE_NEWLINES = {"utf-8", "ascii", "latin-1", "cp1252"}
"""Encodings in which a byte of a newline is nothing else."""

Decode = Callable[[Sequence[str | None]], Sequence[Stored]]
Encode = Callable[[Sequence[Stored]], Sequence[str | None]]
_Lines = Plain | list[Chunk] | list[int]
_NOT_OF_THE_TYPE = (*DECODE_ERRORS, PytuckException)


@dataclass(slots=True)
class Reader:
    """Reads the rows of a table.

    Attributes:
        names: The names of the columns, for messages.
        decode: Turns the fields of each column into values.
        on_bad_row: Is told of rows that cannot be read; None makes them errors.
        key: The number of the column that is the row id, or None.
        longest_field: Characters of the longest field that is read; None for any.
        look: Looks at the fields of each batch, column by column, before they become values.
        map: Where the chunks are; usable if the file `has_places` and no row was left out.
        count: The rows that were read.
    """

    dialect: Dialect
    place: Place
    names: Sequence[str]
    decode: Sequence[Decode]
    on_bad_row: Callable[[UnreadableRow], None] | None = None
    key: int | None = None
    longest_field: int | None = None
    look: Callable[[Sequence[Sequence[str | None]]], None] | None = None
    map: ChunkMap = field(default_factory=ChunkMap)
    count: int = 0
    _last: _Lines = field(default_factory=list)
    _last_count: int = 0

    def batches(self, records: Records) -> Iterator[list[StoredRow]]:
        """Give the rows, some thousand at a time.

        Raises:
            CorruptFileError: A row is not well-formed, or a field is no value of its column.
        """
        width = len(self.names)
        while True:
            if (plain := records.plain(width, self.longest_field)) is not None:
                yield self._plain_batch(plain)
            elif chunks := _chunks(records):
                batch = self._batch(chunks)
                if batch:
                    yield batch
            else:
                return

    def fields(self, records: Records) -> Iterator[list[Sequence[str | None]]]:
        """Give the fields of the columns of well-formed rows, to look at: "" may be NULL."""
        silent = Reader(self.dialect, self.place, self.names, (), _ignore)
        while True:
            if (plain := records.plain(len(self.names))) is not None:
                yield [*plain.columns]
                continue
            chunks = _chunks(records)
            if not chunks:
                return
            rows = [row for chunk in chunks for row in silent._regular(chunk)]
            if rows:
                yield list(zip(*rows, strict=True))

    def line_of(self, row: int) -> int:
        """Return the line where a row of the last batch begins, by its number counted from 1."""
        index = row - 1 - (self.count - self._last_count)
        if isinstance(self._last, Plain):
            return self._last.first_line + index
        if self._last and isinstance(self._last[0], Chunk):
            chunks = self._last
            numbered = (line for chunk in chunks for line, _, _ in self._numbered_again(chunk))
            self._last = list(numbered)
        return cast("list[int]", self._last)[index]

    # --- Records ---

    def _regular(self, chunk: Chunk) -> list[list[str]]:
        """Return the rows that have a field for each column."""
        width = len(self.names)
        rows = chunk.rows
        if set(map(len, rows)) - {width}:
            rows = [row for _, _, row in self._numbered(chunk)]
        if self.longest_field is not None:
            self._check_lengths(rows, chunk)
        return rows

    def _numbered(self, chunk: Chunk) -> list[tuple[int, str, list[str]]]:
        """Return the rows that have a field for each column, with their lines; tell of others."""
        width = len(self.names)
        kept = []
        for line, text, row in chunk.numbered(self.dialect):
            if len(row) == width:
                kept.append((line, text, row))
            elif not row and width == 1:
                kept.append((line, text, [""]))
            elif row:
                reason = f"the row has {len(row)} fields instead of {width}"
                self._bad_row(line, reason, text)
        return kept

    def _check_lengths(self, rows: list[list[str]], chunk: Chunk) -> None:
        for row in rows:
            if max(map(len, row)) > (self.longest_field or 0):
                raise self.place.error(
                    f"a field has more than {self.longest_field:,} characters; raise the option "
                    "`field_size_limit` if it belongs there.",
                    chunk.first_line,
                )

    # --- Values ---

    def _plain_batch(self, plain: Plain) -> list[StoredRow]:
        self._last = plain
        batch = self._decoded([self._with_null(column) for column in plain.columns])
        if batch is None:
            batch = self._decoded_one_by_one(plain.chunks())
        else:
            counts = [CHUNK_ROWS] * (len(plain.places) - 1)
            counts[-1] = len(batch) - CHUNK_ROWS * (len(counts) - 1)
            self._note_places(pairwise(plain.places), counts, batch)
        return self._counted(batch)

    def _batch(self, chunks: list[Chunk]) -> list[StoredRow]:
        self._last = chunks
        groups: list[Any] = [self._regular(chunk) for chunk in chunks]
        has_quoted = any(
            self._may_have_quoted(chunk, rows) for chunk, rows in zip(chunks, groups, strict=True)
        )
        if has_quoted:
            groups = [self._with_nulls(chunk) for chunk in chunks]
        columns: list[Any] = list(zip(*(row for group in groups for row in group), strict=True))
        if not has_quoted:
            columns = [self._with_null(column) for column in columns]
        batch = self._decoded(columns) if columns else []
        if batch is None:
            batch = self._decoded_one_by_one(chunks)
        else:
            places = [(chunk.start, chunk.end) for chunk in chunks]
            self._note_places(places, map(len, groups), batch)
        for chunk in chunks:
            if chunk.error is not None:
                line, text = chunk.rest(self.dialect)
                self._bad_row(line, chunk.error, text)
        return self._counted(batch)

    def _counted(self, batch: list[StoredRow]) -> list[StoredRow]:
        self._last_count = len(batch)
        self.count += len(batch)
        return batch

    def _decoded(self, columns: Sequence[Sequence[str | None]]) -> list[StoredRow] | None:
        """Return the values; None if a field is no value of its column."""
        if self.look is not None:
            self.look(columns)
        try:
            decoded = [decode(column) for decode, column in zip(self.decode, columns, strict=True)]
        except _NOT_OF_THE_TYPE:
            return None
        return list(zip(*decoded, strict=True))

    def _with_null(self, column: Sequence[str | None]) -> Sequence[str | None]:
        null = self.dialect.null_text
        if null and null in column:
            column = [None if text == null else text for text in column]
        return [text or None for text in column] if "" in column else column

    def _decoded_one_by_one(self, chunks: list[Chunk]) -> list[StoredRow]:
        found: list[StoredRow] = []
        lines = []
        self.map.is_ascending = False
        for chunk in chunks:
            for line, text, row in self._numbered_again(chunk):
                marked = marked_fields(text, row, self.dialect)
                try:
                    found.append(
                        tuple(
                            decode([value])[0]
                            for decode, value in zip(self.decode, marked, strict=True)
                        )
                    )
                except _NOT_OF_THE_TYPE:
                    self._bad_row(line, self._reason(marked), text)
                else:
                    lines.append(line)
        self._last = lines
        return found

    def _reason(self, row: Sequence[str | None]) -> str:
        for name, decode, value in zip(self.names, self.decode, row, strict=True):
            try:
                decode([value])
            except _NOT_OF_THE_TYPE as err:
                said = getattr(err, "message", "") or str(err) or "it is not of its type"
                return f"{short_repr(value)} is no value of the column '{name}': {said}"
        return ""

    def _bad_row(self, line: int, reason: str, text: str) -> None:
        if self.on_bad_row is None:
            raise self.place.error(f"{reason.rstrip('.')}. Correct it in the file.", line)
        self.map.is_ascending = False  # the row must not come back with a copied chunk
        self.on_bad_row(
            UnreadableRow(self.place.table, line, reason, text.rstrip("\r\n")[:_RAW_SHOWN])
        )

    # --- NULL and empty text ---

    def _may_have_quoted(self, chunk: Chunk, rows: list[list[str]]) -> bool:
        """Whether a field may be empty, or the text for NULL, and yet quoted."""
        quote, null = self.dialect.quote, self.dialect.null_text
        text = "".join(chunk.lines)
        if quote + quote in text and any("" in row for row in rows):
            return True
        return bool(null) and quote + null + quote in text

    def _with_nulls(self, chunk: Chunk) -> list[list[str | None]]:
        return [
            marked_fields(text, row, self.dialect) for _, text, row in self._numbered_again(chunk)
        ]

    def _numbered_again(self, chunk: Chunk) -> Iterable[tuple[int, str, list[str]]]:
        """Give the rows as `_numbered`, which has told of the others already."""
        width = len(self.names)
        for line, text, row in chunk.numbered(self.dialect):
            if len(row) == width:
                yield line, text, row
            elif not row and width == 1:
                yield line, text, [""]

    # --- Places ---

    def _note_places(
        self, places: Iterable[tuple[int, int]], counts: Iterable[int], batch: list[StoredRow]
    ) -> None:
        """Note where the rows of a batch are: so many of them at each place."""
        if self.key is None:
            ids: Sequence[Any] = range(self.count + 1, self.count + len(batch) + 1)
        else:
            ids = [row[self.key] for row in batch]
            if set(map(type, ids)) != {int} or ids != sorted(set(ids)):
                self.map.is_ascending = False
                return
        done = 0
        for (start, end), count in zip(places, counts, strict=True):
            if count:
                self.map.add(start, end, ids[done], ids[done + count - 1], count)
                done += count


def _chunks(records: Records) -> list[Chunk]:
    chunks: list[Chunk] = []
    while len(chunks) < _CHUNKS_AT_ONCE and (chunk := records.chunk()) is not None:
        chunks.append(chunk)
    return chunks


def _ignore(_: UnreadableRow) -> None:
    pass


def marked_fields(text: str, row: Sequence[str], dialect: Dialect) -> list[str | None]:
    """Return the fields of a record with None for NULL: for what is empty and not quoted."""
    null = dialect.null_text
    if "" not in row and (not null or null not in row):
        return list(row)
    quoted: list[bool] = []
    place = 0
    pattern = _field_pattern(dialect)
    for _ in row:
        quoted.append(text.startswith(dialect.quote, place))
        found = pattern.match(text, place)
        place = len(text) if found is None else found.end()
    return [
        value if is_quoted or (value and value != null) else None
        for value, is_quoted in zip(row, quoted, strict=True)
    ]


def _field_pattern(dialect: Dialect) -> re.Pattern[str]:
    quote, delimiter = re.escape(dialect.quote), re.escape(dialect.delimiter)
    return re.compile(
        rf"(?:{quote}[^{quote}]*(?:{quote}{quote}[^{quote}]*)*{quote}|[^{delimiter}\r\n]*)"
        rf"(?:{delimiter}|[\r\n]*\Z)"
    )


class Writer:
    """Makes lines of rows.

    Args:
        encode: Turns the values of each column into fields.
    """

    def __init__(self, dialect: Dialect, place: Place, encode: Sequence[Encode]) -> None:
        self._dialect = dialect
        self._place = place
        self._encode = encode
        self._specials = (dialect.delimiter, dialect.quote, "\n", "\r", "\ufeff")

    def header(self, names: Sequence[str]) -> bytes:
        """Return the mark of the encoding and the row of names."""
        line = b""
        if self._dialect.has_header:
            fields = [self._quoted([name])[0] for name in names]
            line = self._bytes(self._dialect.delimiter.join(fields) + self._dialect.newline)
        return self._dialect.mark + line

    def lines(self, rows: RowsOfIds) -> bytes:
        """Return the lines of rows with their row ids behind them.

        Raises:
            SerializationError: The encoding has no sign for one of theirs.
        """
        columns = list(zip(*rows, strict=True))
        fields = [
            self._quoted(encode(column))
            for encode, column in zip(self._encode, columns, strict=False)
        ]
        if len(fields) == 1:
            lines: Iterable[str] = fields[0]
        else:
            lines = map(self._dialect.delimiter.join, zip(*fields, strict=True))
        newline = self._dialect.newline
        return self._bytes(newline.join(lines) + newline)

    def split(self, text: bytes, count: int) -> list[bytes] | None:
        """Return the lines of so many rows, or None if it is not plain where each ends."""
        newline = self._dialect.newline.encode()
        returns = count if newline == b"\r\n" else 0
        is_plain = self._dialect.encoding in _ONE_BYTE_NEWLINES and newline.endswith(b"\n")
        if (
            not is_plain
            or text.count(b"\r") != returns
            or self._dialect.quote.encode(self._dialect.encoding) in text
        ):
            return None
        lines = text.splitlines(keepends=True)
        is_whole = len(lines) == count and set(map(bytes.endswith, lines, repeat(newline))) == {
            True
        }
        return lines if is_whole else None

    def _quoted(self, fields: Sequence[str | None]) -> Sequence[str]:
        """Return the fields of a column as they stand in the file."""
        null = self._dialect.null_text
        if None not in fields and "" not in fields and (not null or null not in fields):
            joined = "".join(fields)  # type: ignore[arg-type]
            if not any(special in joined for special in self._specials):
                return fields  # type: ignore[return-value]
        return [null if value is None else self._field(value) for value in fields]

    def _field(self, value: str) -> str:
        if value and value != self._dialect.null_text:
            for special in self._specials:
                if special in value:
                    break
            else:
                return value
        quote = self._dialect.quote
        return f"{quote}{value.replace(quote, quote + quote)}{quote}"

    def _bytes(self, text: str) -> bytes:
        try:
            return text.encode(self._dialect.encoding)
        except UnicodeEncodeError as err:
            sign = text[err.start : err.start + 1]
            raise SerializationError(
                f"{self._place}: {sign!r} cannot be written in the encoding "
                f"{self._dialect.encoding}; nothing was saved. Choose the encoding utf-8.",
                table_name=self._place.table,
                details=self._place.details(),
            ) from err

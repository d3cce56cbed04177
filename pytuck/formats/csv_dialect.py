"""How the fields of a CSV file are written: encoding, delimiter, quotes, line ends and header.

A file does not say it; it is found out from its bytes, and options that were given count.
"""

from __future__ import annotations

import codecs
import csv
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from pytuck.common.exceptions import (
    ConfigurationError,
    CorruptFileError,
    EmptyFileError,
    FileFormatError,
)
from pytuck.common.options import CsvBackendOptions
from pytuck.formats.csv_place import Place
from pytuck.formats.text_inference import is_plain_text

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_WITH_MARK = {
    "utf-8-sig": (codecs.BOM_UTF8, "utf-8"),
    "utf-16": (codecs.BOM_UTF16_LE, "utf-16-le"),
    "utf-32": (codecs.BOM_UTF32_LE, "utf-32-le"),
}
_WIDE = ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be")
_DELIMITERS = ",;\t|"
_SAMPLE_BYTES = 256 << 10
_SAMPLE_ROWS = 100
_BLOCK_BYTES = 1 << 20
_CHINESE = re.compile(rb"[\xa1-\xf7][\xa1-\xfe]")
_CHINESE_RARE = re.compile(rb"[\x81-\xfe][\x40-\xfe]")


@dataclass(frozen=True, slots=True)
class Dialect:
    """How the fields of a file are written.

    Attributes:
        encoding: The codec, without a byte order mark.
        mark: The bytes before the text.
        newline: What ends a row.
        has_header: The first row has the names of the columns.
        null_text: What stands for NULL, beside nothing at all.
    """

    encoding: str = "utf-8"
    mark: bytes = b""
    delimiter: str = ","
    quote: str = '"'
    newline: str = "\r\n"
    has_header: bool = True
    null_text: str = ""

    @property
    def is_wide(self) -> bool:
        """Whether a line end is not the one byte that it is in ASCII."""
        return self.encoding in _WIDE


def new_dialect(options: CsvBackendOptions, extension: str = "") -> Dialect:
    """Return the dialect of a new file.

    Raises:
        ConfigurationError: The options contradict one another, or the encoding is unknown.
    """
    check_dialect(options)
    encoding = options.encoding or "utf-8-sig"
    mark, encoding = _WITH_MARK.get(_codec(encoding), (b"", _codec(encoding)))
    return Dialect(
        encoding,
        mark,
        options.delimiter or ("\t" if extension in {".tsv", ".tab"} else ","),
        options.quote,
        has_header=options.has_header is not False,
        null_text=options.null_text,
    )


def check_dialect(options: CsvBackendOptions) -> None:
    """Refuse options with which no file can be written.

    Raises:
        ConfigurationError: They are such.
    """
    for name, sign in (("delimiter", options.delimiter), ("quote", options.quote)):
        if sign is not None and (len(sign) != 1 or sign in "\r\n\0\ufeff\\" or sign.isalnum()):
            raise ConfigurationError(f"The {name} of a CSV file must be one sign, not {sign!r}.")
    if options.delimiter == options.quote:
        raise ConfigurationError("The delimiter and the quote of a CSV file must differ.")
    if set(options.null_text) & {*"\r\n\0\ufeff", options.quote, options.delimiter, *_DELIMITERS}:
        raise ConfigurationError("The text for NULL must be one line without delimiters or quotes.")


def detect(
    open_file: Callable[[], BinaryIO], options: CsvBackendOptions, place: Place, extension: str
) -> Dialect:
    """Find out how a file is written.

    Args:
        open_file: Opens it, from its beginning.
        extension: The ending of its name, which speaks where the content does not.

    Raises:
        EmptyFileError: It has no content.
        FileFormatError: It is no text, or in an encoding that cannot be found out.
        ConfigurationError: The options are not valid.
    """
    check_dialect(options)
    with open_file() as stream:
        mark, encoding = _encoding(stream, options.encoding, place)
    with open_file() as stream:
        head = stream.read(_SAMPLE_BYTES)
    if not head[len(mark) :].strip():
        raise EmptyFileError(
            f"{place} has no content; a CSV file has at least a row with names.",
            details=place.details(),
        )
    decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
    sample = decoder.decode(head[len(mark) :])
    newline = _newline(sample)
    lines = sample.split(newline)
    if len(head) == _SAMPLE_BYTES and len(lines) > 1:
        lines.pop()  # it is cut
    lines = [line + "\n" for line in lines]
    quote = _quote(lines, options.quote)
    delimiter = options.delimiter or _delimiter(lines, quote, extension)
    rows = _rows(lines, delimiter, quote)
    has_header = _has_header(rows) if options.has_header is None else options.has_header
    return Dialect(encoding, mark, delimiter, quote, newline, has_header, options.null_text)


# --- Encoding -----------------------------------------------------------------------------


def _codec(name: str) -> str:
    try:
        found = codecs.lookup(name).name
    except LookupError:
        raise ConfigurationError(
            f"There is no encoding '{name}'; examples are utf-8, gb18030 and cp1252."
        ) from None
    return "gb18030" if found in {"gbk", "gb2312"} else found


def _encoding(stream: BinaryIO, wanted: str | None, place: Place) -> tuple[bytes, str]:
    head = stream.read(4096)
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return mark, encoding
    codec = _codec(wanted or "utf-8")
    if codec in _WITH_MARK:
        codec = _WITH_MARK[codec][1]
    if codec != "utf-8":
        return b"", codec
    wide = _wide_without_mark(head)
    return b"", wide or _utf_8_or_guess(stream, head, place)


def _wide_without_mark(head: bytes) -> str | None:
    """Return the UTF-16 that the beginning of a file is, if it is one and nothing else."""
    if head.count(0) < 0.3 * len(head) and (b"\0" not in head or _decodes(head, "utf-8")):
        return None
    for encoding in ("utf-16-le", "utf-16-be"):
        if _decodes(head, encoding):
            text = codecs.getincrementaldecoder(encoding)().decode(head)
            if {"\n", "\r"} & set(text) and all(c.isprintable() or c in "\t\r\n" for c in text):
                return encoding
    return None


def _utf_8_or_guess(stream: BinaryIO, block: bytes, place: Place) -> str:
    decoder = codecs.getincrementaldecoder("utf-8")()
    done, kept = 0, b""
    while block:
        try:
            decoder.decode(block)
        except UnicodeDecodeError as err:
            data = kept + block + stream.read(_SAMPLE_BYTES)
            return _guess(data, done + err.start, place)
        done += len(block)
        kept = block[-1024:]
        block = stream.read(_BLOCK_BYTES)
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return _guess(kept, done, place)
    return "utf-8"


def _guess(data: bytes, position: int, place: Place) -> str:
    """Return the encoding of text that is not all UTF-8; `position` is where it is not."""
    if b"\0" in data:
        raise FileFormatError(
            f"{place} is no text: byte {position:,} is not of UTF-8, and there are zero bytes. "
            "Open it as what it is.",
            details=place.details(byte=position),
        )
    text = data.decode("utf-8", errors="surrogateescape")
    bad = sum("\udc80" <= sign <= "\udcff" for sign in text)
    good = sum(sign > "\x7f" for sign in text) - bad
    if good > bad:
        raise CorruptFileError(
            f"{place} is UTF-8 except at byte {position:,}. Correct it there, or name its "
            "encoding, if it is another one, as the option `encoding`.",
            details=place.details(byte=position),
        )
    if _is_chinese(data):
        return "gb18030"
    return "cp1252" if _decodes(data, "cp1252") else "latin-1"


def _is_chinese(data: bytes) -> bool:
    """Whether the text is GBK: nearly all its pairs are of the signs in daily use."""
    cut = data[: data.rfind(b"\n") + 1] or data
    if not _decodes(cut, "gb18030"):
        return False
    pairs = _CHINESE_RARE.findall(cut)
    daily = sum(_CHINESE.fullmatch(pair) is not None for pair in pairs)
    return bool(pairs) and daily >= 0.7 * len(pairs)


def _decodes(data: bytes, encoding: str) -> bool:
    try:
        codecs.getincrementaldecoder(encoding)().decode(data)
    except UnicodeDecodeError:
        return False
    return True


# --- Signs --------------------------------------------------------------------------------


def _newline(sample: str) -> str:
    if "\n" not in sample:
        return "\r" if "\r" in sample else "\r\n"
    return "\r\n" if sample.count("\r\n") * 2 > sample.count("\n") else "\n"


def _quote(lines: Sequence[str], wanted: str) -> str:
    if wanted != '"' or any('"' in line for line in lines):
        return wanted
    single = re.compile(r"(^|[,;\t|])'[^'\n]*'([,;\t|]|\n|$)")
    used = sum(single.search(line) is not None for line in lines[:_SAMPLE_ROWS])
    return "'" if used * 2 > min(len(lines), _SAMPLE_ROWS) else wanted


def _delimiter(lines: Sequence[str], quote: str, extension: str) -> str:
    """Return the sign that divides the rows into the same number of fields most often."""
    usual = "\t" if extension in {".tsv", ".tab"} else ","
    best, best_score = usual, (0.0, 0)
    for delimiter in [usual, *_DELIMITERS.replace(usual, "")]:
        widths = Counter(len(row) for row in _rows(lines, delimiter, quote) if row)
        if not widths:
            continue
        width, count = widths.most_common(1)[0]
        score = (round(count / widths.total(), 2), width)
        if width > 1 and score > best_score:
            best, best_score = delimiter, score
    return best


def _rows(lines: Sequence[str], delimiter: str, quote: str) -> list[list[str]]:
    """Return the first rows; what comes behind an error is left out."""
    rows: list[list[str]] = []
    reader = csv.reader(lines, delimiter=delimiter, quotechar=quote)
    try:
        for row in reader:
            rows.append(row)
            if len(rows) >= _SAMPLE_ROWS:
                break
    except csv.Error:
        pass  # reading the file tells it, with its place
    return rows


def _has_header(rows: Sequence[Sequence[str]]) -> bool:
    """Whether the first row looks like names: texts, and none that is a number or a date."""
    first = next((row for row in rows if row), [])
    return any(first) and all(not cell or is_plain_text(cell) for cell in first)

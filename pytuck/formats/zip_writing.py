"""Writing zip files: members as streams, and packed members taken over from another file as they are.

`zipfile` can neither copy a packed member nor encrypt one; both need only the headers below.
Source: PKWARE APPNOTE.TXT 6.3.10, sections 4.3 (structures), 4.5.3 (zip64), 6.1 (encryption).
"""

from __future__ import annotations

import io
import secrets
import struct
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self

from pytuck.formats.zip_container import ZipReader
from pytuck.formats.zip_encryption import ZipCipher

_LOCAL = struct.Struct("<4s5H3L2H")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_END = struct.Struct("<4s4H2LH")
_END_64 = struct.Struct("<4sQ2H2L4Q")
_LOCATOR_64 = struct.Struct("<4sLQL")
_SIZES_64 = struct.Struct("<2H2Q")

_STORED, _DEFLATED = 0, 8
_ENCRYPTED, _DESCRIPTOR, _UTF_8 = 0x1, 0x8, 0x800
_VERSION, _VERSION_64 = 20, 45
_ZIP_64, _PADDING = 0x0001, 0xA220  # the second is the room for the first in the local header
_LARGE = 0xFFFFFFFF
_MANY = 0xFFFF
_FAST = 1  # deflate's level: four times as fast as the usual 6, for a tenth more bytes
_BUFFER_BYTES = 256 << 10


@dataclass(slots=True)
class _Entry:
    """What the directory says of a member."""

    name: bytes
    flags: int
    method: int
    moment: int
    offset: int
    crc: int = 0
    packed: int = 0
    size: int = 0
    attributes: int = 0

    @property
    def is_large(self) -> bool:
        return self.packed >= _LARGE or self.size >= _LARGE

    def local_header(self) -> bytes:
        sizes = (_LARGE, _LARGE) if self.is_large else (self.packed, self.size)
        version = _VERSION_64 if self.is_large else _VERSION
        extra = _SIZES_64.pack(
            _ZIP_64 if self.is_large else _PADDING,
            16,
            *((self.size, self.packed) if self.is_large else (0, 0)),
        )
        return (
            _LOCAL.pack(
                b"PK\x03\x04",
                version,
                self.flags,
                self.method,
                self.moment & 0xFFFF,
                self.moment >> 16,
                self.crc,
                *sizes,
                len(self.name),
                len(extra),
            )
            + self.name
            + extra
        )

    def central_header(self) -> bytes:
        large = [value for value in (self.size, self.packed, self.offset) if value >= _LARGE]
        extra = struct.pack(f"<2H{len(large)}Q", _ZIP_64, 8 * len(large), *large) if large else b""
        version = _VERSION_64 if large else _VERSION
        return (
            _CENTRAL.pack(
                b"PK\x01\x02",
                version,
                version,
                self.flags,
                self.method,
                self.moment & 0xFFFF,
                self.moment >> 16,
                self.crc,
                min(self.packed, _LARGE),
                min(self.size, _LARGE),
                len(self.name),
                len(extra),
                0,
                0,
                0,
                self.attributes,
                min(self.offset, _LARGE),
            )
            + self.name
            + extra
        )

    def descriptor(self) -> bytes:
        return struct.pack(
            "<4sL2Q" if self.is_large else "<4s3L", b"PK\x07\x08", self.crc, self.packed, self.size
        )


class ZipWriter:
    """A zip file that is written; it is whole after the `with` block.

    Args:
        path: A file that is made, or emptied.
        password: Encrypts the members, with the weak cipher of old zip files: it keeps nobody out
            who is determined.
    """

    def __init__(self, path: Path, password: str | None = None) -> None:
        self.password = password or None
        self._out = path.open("wb")
        self._entries: list[_Entry] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        try:
            if kind is None:
                self._write_directory()
        finally:
            self._out.close()

    @contextmanager
    def member(self, name: str) -> Iterator[BinaryIO]:
        """Give a stream whose bytes become a member; one at a time."""
        flags = _UTF_8 | (_ENCRYPTED | _DESCRIPTOR if self.password else 0)
        entry = _Entry(name.encode("utf-8"), flags, _DEFLATED, _now(), self._out.tell())
        self._out.write(entry.local_header())
        packer = _Packer(self._out, self._cipher(entry))
        with io.BufferedWriter(packer, _BUFFER_BYTES) as stream:
            yield stream
            stream.flush()
            packer.finish()
        entry.crc, entry.packed, entry.size = packer.crc, packer.packed, packer.size
        self._finish(entry)

    def keep(self, source: ZipReader, name: str) -> None:
        """Take a member over from another zip file, without unpacking it.

        One that is encrypted with another password is packed again.

        Raises:
            PytuckException: The member cannot be read.
        """
        info = source.info(name)
        if source.password != self.password and (info.flag_bits & _ENCRYPTED or self.password):
            self._pack_again(source, name)
            return
        entry = _Entry(
            name.encode("utf-8"),
            info.flag_bits & (_ENCRYPTED | _DESCRIPTOR) | _UTF_8,
            info.compress_type,
            _dos_moment(info.date_time),
            self._out.tell(),
            attributes=info.external_attr,
        )
        entry.crc, entry.packed, entry.size = info.CRC, info.compress_size, info.file_size
        self._out.write(entry.local_header())
        for block in source.packed(name):
            self._out.write(block)
        self._finish(entry)

    def _pack_again(self, source: ZipReader, name: str) -> None:
        with source.open(name, size=source.size(name)) as old, self.member(name) as new:
            while block := old.read(_BUFFER_BYTES):
                new.write(block)

    def _cipher(self, entry: _Entry) -> ZipCipher | None:
        if self.password is None:
            return None
        # With a descriptor behind it, a member is checked by its time instead of its sum.
        head = secrets.token_bytes(11) + bytes([entry.moment >> 8 & 0xFF])
        return ZipCipher(self.password.encode("utf-8"), head)

    def _finish(self, entry: _Entry) -> None:
        if entry.flags & _DESCRIPTOR:
            self._out.write(entry.descriptor())
        end = self._out.tell()
        self._out.seek(entry.offset)
        self._out.write(entry.local_header())
        self._out.seek(end)
        self._entries.append(entry)

    def _write_directory(self) -> None:
        start = self._out.tell()
        for entry in self._entries:
            self._out.write(entry.central_header())
        size, count = self._out.tell() - start, len(self._entries)
        if count >= _MANY or start >= _LARGE or size >= _LARGE:
            place = self._out.tell()
            self._out.write(
                _END_64.pack(b"PK\x06\x06", 44, 45, 45, 0, 0, count, count, size, start)
            )
            self._out.write(_LOCATOR_64.pack(b"PK\x06\x07", 0, place, 1))
        count = min(count, _MANY)
        self._out.write(
            _END.pack(b"PK\x05\x06", 0, 0, count, count, min(size, _LARGE), min(start, _LARGE), 0)
        )


class _Packer(io.RawIOBase):
    """Packs what is written to it, and encrypts it with a cipher."""

    def __init__(self, out: BinaryIO, cipher: ZipCipher | None) -> None:
        self.crc = self.size = self.packed = 0
        self._out = out
        self._encrypt: Callable[[bytes], bytes] = cipher.encrypt if cipher else bytes
        self._deflate = zlib.compressobj(_FAST, zlib.DEFLATED, -zlib.MAX_WBITS)
        if cipher:
            self._put(cipher.head)

    def writable(self) -> bool:
        return True

    def tell(self) -> int:
        return self.size

    def write(self, data: Any) -> int:
        self.crc = zlib.crc32(data, self.crc)
        self.size += len(data)
        self._put(self._deflate.compress(data))
        return len(data)

    def finish(self) -> None:
        """Write what is left."""
        self._put(self._deflate.flush())

    def _put(self, block: bytes) -> None:
        self.packed += len(block)
        self._out.write(self._encrypt(block))


def _now() -> int:
    return _dos_moment(time.localtime()[:6])


def _dos_moment(moment: tuple[int, ...]) -> int:
    """Return a time as zip files have it: the time in the low 16 bits, the date above."""
    year, month, day, hour, minute, second = moment
    date = max(0, year - 1980) << 9 | month << 5 | day
    return date << 16 | hour << 11 | minute << 5 | second // 2

"""Reading MessagePack from a file that nobody vouches for."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import msgpack

from pytuck.common.exceptions import CorruptFileError, FileFormatError, TruncatedFileError

LARGEST_OBJECT = 1 << 28
"""Bytes of the longest batch of rows, or record, that is read."""

_LONGEST_LIST = 1 << 17  # memory for a list is taken when its length is read, before its items
_READ_BYTES = 1 << 18


class MsgpackSource:
    """A file of MessagePack, read object by object.

    Args:
        file: Stands at the first object.
        path: The file, for messages.
    """

    def __init__(self, file: BinaryIO, path: Path) -> None:
        self._path = path
        self._start = file.tell()
        self._size = file.seek(0, 2)
        file.seek(self._start)
        self._unpacker = msgpack.Unpacker(
            file,
            read_size=_READ_BYTES,
            max_buffer_size=LARGEST_OBJECT,
            max_array_len=_LONGEST_LIST,
            max_map_len=_LONGEST_LIST,
            object_pairs_hook=_unique,
            ext_hook=_refuse_extension,
            timestamp=0,
        )

    @property
    def position(self) -> int:
        """The place in the file that was reached."""
        return self._start + int(self._unpacker.tell())

    @property
    def is_at_end(self) -> bool:
        """Whether nothing is left."""
        return self.position >= self._size

    def value(self) -> Any:
        """Return the next object.

        Raises:
            FileFormatError: It is none, or too large; the place is named.
        """
        with self._errors():
            return self._unpacker.unpack()

    def length_of_list(self) -> int:
        """Pass over the head of a list, and return how many items follow.

        Raises:
            FileFormatError: There is none.
        """
        with self._errors():
            return int(self._unpacker.read_array_header())

    def length_of_map(self) -> int:
        """Pass over the head of a map, and return how many pairs follow.

        Raises:
            FileFormatError: There is none.
        """
        with self._errors():
            return int(self._unpacker.read_map_header())

    def check_end(self) -> None:
        """Refuse a file that goes on.

        Raises:
            CorruptFileError: It does.
        """
        if not self.is_at_end:
            raise self._damaged("something stands behind the end")

    @contextlib.contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except msgpack.OutOfData:
            raise TruncatedFileError(
                f"'{self._path}' ends too early, in what begins at byte {self.position}. Restore "
                "it from a backup, or get it again from where it came.",
                details={"path": str(self._path), "position": self.position},
            ) from None
        except msgpack.BufferFull:
            raise FileFormatError(
                f"'{self._path}': what begins at byte {self.position} is longer than "
                f"{LARGEST_OBJECT >> 20} MiB.",
                details={"path": str(self._path), "position": self.position},
            ) from None
        except msgpack.StackError as err:
            raise self._damaged("it is nested too deeply") from err
        except (
            msgpack.UnpackException,
            ValueError,
            TypeError,
            OverflowError,
            MemoryError,
            RecursionError,
        ) as err:
            reason = str(err) or type(err).__name__
            raise self._damaged(reason) from err

    def _damaged(self, reason: str) -> CorruptFileError:
        return CorruptFileError(
            f"'{self._path}' is no valid MessagePack in what begins at byte {self.position}: "
            f"{reason}. Restore it from a backup, or get it again from where it came.",
            details={"path": str(self._path), "position": self.position},
        )


def _unique(pairs: list[tuple[Any, Any]]) -> dict[Any, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        twice = Counter(name for name, _ in pairs).most_common(1)[0][0]
        raise ValueError(f"a map has the key {twice!r} twice")
    return value


def _refuse_extension(code: int, data: bytes) -> Any:
    raise ValueError(f"it has a value of the extension type {code}, whose meaning is not known")

"""What travels between the window and the worker of a file: msgpack in frames.

A frame is its length, four bytes big-endian, and one message. Nothing else is on the wire, and
nothing that arrives is ever executed.
"""

from __future__ import annotations

from typing import IO, Any, NamedTuple

import msgpack

MAX_FRAME_BYTES = 512 * 1024 * 1024
"""A larger frame is an error: it holds a whole value of the largest size a file may have."""

OUTDATED = "PT-9002"
"""The error of a request that a newer one has overtaken; nobody needs to see it."""

_LENGTH_BYTES = 4

Plain = Any
"""None, bool, int, float, str, bytes, and lists and dictionaries of these."""


class ProtocolError(Exception):
    """The other end sent what is no message, or hung up in the middle of one."""


class Request(NamedTuple):
    """Something to do.

    Attributes:
        id: Chosen by the client, unique while it is open.
        operation: A name from `handlers.OPERATIONS`.
    """

    id: int
    operation: str
    arguments: dict[str, Plain]


class Cancel(NamedTuple):
    """The wish that a request be given up; it is answered all the same."""

    id: int


class Answer(NamedTuple):
    """What came of a request: a result, or an error."""

    id: int
    result: Plain = None
    error: dict[str, Plain] | None = None


class Notice(NamedTuple):
    """Something the worker says without being asked."""

    name: str
    arguments: dict[str, Plain]


Message = Request | Cancel | Answer | Notice


def encode(message: Message) -> bytes:
    """Return the frame of a message."""
    match message:
        case Request():
            parts: list[Plain] = [0, message.id, message.operation, message.arguments]
        case Cancel():
            parts = [1, message.id]
        case Answer():
            parts = [2, message.id, message.result, message.error]
        case Notice():
            parts = [3, message.name, message.arguments]
    body: bytes = msgpack.packb(parts)
    return len(body).to_bytes(_LENGTH_BYTES, "big") + body


def decode(body: bytes) -> Message:
    """Return the message in the body of a frame.

    Raises:
        ProtocolError: It is none.
    """
    try:
        parts = msgpack.unpackb(body, strict_map_key=False)
        match parts:
            case [0, int(number), str(operation), dict(arguments)]:
                return Request(number, operation, arguments)
            case [1, int(number)]:
                return Cancel(number)
            case [2, int(number), result, (None | dict()) as error]:
                return Answer(number, result, error)
            case [3, str(name), dict(arguments)]:
                return Notice(name, arguments)
    except (ValueError, TypeError, msgpack.UnpackException) as err:  # TypeError: a list as key
        raise ProtocolError(f"A frame is no msgpack: {err}") from err
    raise ProtocolError("A frame holds no message.")


def read_message(stream: IO[bytes]) -> Message | None:
    """Return the next message, or None if the other end hung up between two of them.

    Raises:
        ProtocolError: What arrives is no message.
    """
    head = _read_exactly(stream, _LENGTH_BYTES)
    if head is None:
        return None
    size = int.from_bytes(head, "big")
    if size > MAX_FRAME_BYTES:
        raise ProtocolError(f"A frame of {size:,} bytes is larger than any message may be.")
    body = _read_exactly(stream, size)
    if body is None:
        raise ProtocolError("The other end hung up in the middle of a message.")
    return decode(body)


def _read_exactly(stream: IO[bytes], size: int) -> bytes | None:
    """Return `size` bytes, or None at the end of the stream before the first of them."""
    chunks: list[bytes] = []
    missing = size
    while missing:
        chunk = stream.read(missing)
        if not chunk:
            if missing == size:
                return None
            raise ProtocolError("The other end hung up in the middle of a message.")
        chunks.append(chunk)
        missing -= len(chunk)
    return b"".join(chunks)

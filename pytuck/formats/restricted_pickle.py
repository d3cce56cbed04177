"""Reading pickles as plain data: nothing in them is imported, called or run.

Python's own unpickler runs what a file tells it to. This one knows numbers, text, bytes, lists,
tuples, dictionaries, sets (as lists) and the few classes of `CLASSES`, and refuses anything else.
It reads from a file as it goes, so that a large dictionary need not be in memory.
"""

from __future__ import annotations

import pickle
import struct
import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta, timezone
from io import BytesIO
from typing import Any, BinaryIO

from pytuck.formats.pickle_values import (
    CLASSES,
    MOST_DIGITS,
    RefusedPickleError,
    UnfinishedUuid,
    bytearray_arguments,
    checked,
)

_MOST_REPEATED = 1 << 28
"""Characters that are said again by reference in one file, so that a small one stays small."""

_BLOCK_BYTES = 1 << 18
_LONGEST = 1 << 30  # bytes of one text: more than SQLite keeps
_MOST_QUICK = 300  # bytes of the longest step that is taken without looking for the buffer's end
_BINGET, _MEMOIZE, _BINPUT = pickle.BINGET[0], pickle.MEMOIZE[0], pickle.BINPUT[0]
_SHORT_BINUNICODE, _BINFLOAT = pickle.SHORT_BINUNICODE[0], pickle.BINFLOAT[0]
_BININT, _BININT1, _BININT2 = pickle.BININT[0], pickle.BININT1[0], pickle.BININT2[0]
_NONE, _EMPTY_DICT, _MARK = pickle.NONE[0], pickle.EMPTY_DICT[0], pickle.MARK[0]
_LONG_BINPUT, _SETITEMS = pickle.LONG_BINPUT[0], pickle.SETITEMS[0]
_INT, _FLOAT = struct.Struct("<i").unpack_from, struct.Struct(">d").unpack_from
_UNSIGNED = struct.Struct("<I").unpack_from
_MOST_WAITING = 1 << 22  # values on the stack: a list of ours is built a thousand at a time


def plain_value(pickled: bytes) -> Any:
    """Return the value of one pickle.

    Raises:
        RefusedPickleError: It holds more than plain data, or is damaged.
    """
    stream = PickleStream(BytesIO(pickled))
    value = stream.load()
    if not stream.is_at_end():
        raise RefusedPickleError("there is more behind its end", stream.position)
    return checked(value)


class PickleStream:
    """One pickle after the other, from a file that is read as it goes."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._buffer = b""
        self._at = 0
        self._before = 0  # bytes of the file before the buffer
        self._stack: list[Any] = []
        self._marks: list[int] = []
        self._memo: dict[int, Any] = {}
        self._repeated = 0

    @property
    def position(self) -> int:
        """The byte of the file that comes next."""
        return self._before + self._at

    def is_at_end(self) -> bool:
        """Return whether the file ends here."""
        return not self._has(1)

    def load(self) -> Any:
        """Return the value of the next pickle.

        Raises:
            RefusedPickleError: It holds more than plain data, or is damaged.
        """
        for _ in self._steps(streams_items=False):
            pass
        return self._finished()

    def load_items(self) -> Iterator[list[tuple[Any, Any]]]:
        """Read the next pickle, a dictionary, and give its keys and values, some at a time.

        Raises:
            RefusedPickleError: As `load`; it may come with any of them.
        """
        yield from self._steps(streams_items=True)
        if self._finished() != {}:
            raise RefusedPickleError("a dictionary was expected", self.position)

    def _steps(self, *, streams_items: bool) -> Iterator[list[tuple[Any, Any]]]:
        """Do what the pickle says, up to its end; stop at items of the outermost dictionary."""
        self._stack, self._marks, self._memo = [], [], {}
        stack, marks = self._stack, self._marks
        while True:
            code = self._next_code()
            if code == _STOP:
                return
            if code in _SETS and streams_items and _is_outermost(code, stack, marks):
                yield self._taken_items(code)
                continue
            try:
                _HANDLERS[code](self)
            except RefusedPickleError:
                raise
            except KeyError:
                raise self._refused(f"the code {code:#04x} is no part of plain data") from None
            except (IndexError, TypeError, ValueError, ArithmeticError, AttributeError) as err:
                raise self._refused(f"it is damaged ({err})") from err
            if len(stack) > _MOST_WAITING:
                raise self._refused("too many values wait for their list")

    def _run_quickly(self) -> None:  # noqa: C901, PLR0912, PLR0915 - one loop: calls would triple its time
        """Do what the commonest codes say, until another one or the end of the buffer comes."""
        buffer, at, stack, memo = self._buffer, self._at, self._stack, self._memo
        marks, end = self._marks, len(self._buffer) - _MOST_QUICK
        push = stack.append
        while at < end:
            code = buffer[at]
            if code == _BINGET:
                value = memo.get(buffer[at + 1])
                if type(value) is not str or len(value) > _MOST_QUICK:
                    break
                push(value)
                at += 2
            elif code == _SHORT_BINUNICODE:
                stop = at + 2 + buffer[at + 1]
                try:
                    push(buffer[at + 2 : stop].decode())
                except UnicodeDecodeError:
                    break  # the handler says it
                at = stop
            elif code == _LONG_BINPUT and stack:
                memo[_UNSIGNED(buffer, at + 1)[0]] = stack[-1]
                at += 5
            elif code == _BININT1:
                push(buffer[at + 1])
                at += 2
            elif code == _BINFLOAT:
                push(_FLOAT(buffer, at + 1)[0])
                at += 9
            elif code == _BININT:
                push(_INT(buffer, at + 1)[0])
                at += 5
            elif code == _NONE:
                push(None)
                at += 1
            elif code == _MEMOIZE and stack:
                memo[len(memo)] = stack[-1]
                at += 1
            elif code == _EMPTY_DICT:
                push({})
                at += 1
            elif code == _MARK:
                marks.append(len(stack))
                at += 1
            elif code == _SETITEMS and len(marks) > 1 and type(stack[marks[-1] - 1]) is dict:
                values = self._marked()
                stack[-1].update(zip(values[::2], values[1::2], strict=True))
                at += 1
            elif code == _BININT2:
                push(buffer[at + 1] | buffer[at + 2] << 8)
                at += 3
            elif code == _BINPUT and stack:
                memo[buffer[at + 1]] = stack[-1]
                at += 2
            else:
                break
        self._at = at

    def _next_code(self) -> int:
        """Return the next code that is none of the commonest."""
        if self._at + _MOST_QUICK < len(self._buffer):
            try:
                self._run_quickly()
            except (ValueError, TypeError) as err:  # a key without a value, or that is a list
                raise self._refused(f"it is damaged ({err})") from err
        return self._byte()

    def _taken_items(self, code: int) -> list[tuple[Any, Any]]:
        try:
            found = (
                self._marked() if code == _SETITEMS else [self._stack.pop(-2), self._stack.pop()]
            )
        except (IndexError, ValueError) as err:
            raise self._refused("it is damaged") from err
        if len(found) % 2:
            raise self._refused("it is damaged: a key has no value")
        return list(zip(found[::2], found[1::2], strict=True))

    def _finished(self) -> Any:
        if len(self._stack) != 1 or self._marks:
            raise self._refused("it is damaged: it does not end with one value")
        value = self._stack.pop()
        self._memo = {}
        if type(value) is type or callable(value) or isinstance(value, UnfinishedUuid):
            raise self._refused("it is a class, and no value")
        return value

    def _refused(self, reason: str, *, is_truncated: bool = False) -> RefusedPickleError:
        return RefusedPickleError(reason, self.position, is_truncated=is_truncated)

    # --- Bytes ---

    def _has(self, count: int) -> bool:
        missing = self._at + count - len(self._buffer)
        if missing > 0:
            rest = self._buffer[self._at :]
            self._before += self._at
            self._at = 0
            self._buffer = rest + self._file.read(max(_BLOCK_BYTES, count))
        return len(self._buffer) - self._at >= count

    def _need(self, count: int) -> None:
        if count > _LONGEST:
            raise self._refused(f"a value of {count} bytes is too long")
        if not self._has(count):
            raise self._refused("it ends too early", is_truncated=True)

    def _take(self, count: int) -> bytes:
        if self._at + count > len(self._buffer):
            self._need(count)
        start = self._at
        self._at = start + count
        return self._buffer[start : start + count]

    def _byte(self) -> int:
        return self._take(1)[0]

    def _line(self) -> bytes:
        end = self._buffer.find(b"\n", self._at)
        while end < 0:
            length = len(self._buffer) - self._at
            self._need(length + 1)
            end = self._buffer.find(b"\n", self._at + length)
        line = self._take(end + 1 - self._at)
        return line[:-1].removesuffix(b"\r")

    # --- Stack and memo ---

    def _marked(self) -> list[Any]:
        """Take the values above the last mark."""
        start = self._marks.pop()
        values = self._stack[start:]
        del self._stack[start:]
        return values

    def _put(self, number: int) -> None:
        self._memo[number] = self._stack[-1]

    def _get(self, number: int) -> None:
        if number not in self._memo:
            raise self._refused("it is damaged: it refers to what it does not have")
        value = self._memo[number]
        if type(value) in (str, bytes) and len(value) > 1000:
            self._repeated += len(value)
            if self._repeated > _MOST_REPEATED:
                raise self._refused("texts are said so often that they get too large")
        is_made = isinstance(value, UnfinishedUuid) and value.value is not None
        self._stack.append(value.value if is_made else value)

    def _set_items(self) -> None:
        values = self._marked()
        self._target(dict).update(zip(values[::2], values[1::2], strict=True))

    def _set_item(self) -> None:
        value = self._stack.pop()
        key = self._stack.pop()
        self._target(dict)[key] = value

    def _append(self) -> None:
        value = self._stack.pop()
        self._target(list).append(value)

    def _appends(self) -> None:
        values = self._marked()
        self._target(list).extend(values)

    def _target(self, kind: type) -> Any:
        if type(self._stack[-1]) is not kind:
            raise self._refused("it changes what cannot be changed")
        return self._stack[-1]

    def _tuple(self, count: int) -> None:
        values = self._stack[-count:]
        if len(values) < count:
            raise self._refused("it is damaged: a tuple lacks values")
        self._stack[-count:] = [tuple(values)]

    def _frozen_list(self) -> None:
        self._stack.append(self._marked())

    # --- Classes ---

    def _global(self) -> None:
        module, name = self._line().decode(), self._line().decode()
        self._stack.append(self._known_class(module, name))

    def _stack_global(self) -> None:
        name = self._stack.pop()
        self._stack.append(self._known_class(self._stack.pop(), name))

    def _known_class(self, module: object, name: object) -> Callable[..., Any]:
        if isinstance(module, str) and isinstance(name, str) and (module, name) in CLASSES:
            return CLASSES[module, name]
        raise self._refused(f"it holds an object of {module}.{name}, which is no plain data")

    def _reduce(self) -> None:
        arguments = self._stack.pop()
        made = self._stack.pop()
        if made not in CLASSES.values() or type(arguments) is not tuple:
            raise self._refused("it calls what cannot be called")
        plain = (int, float, str, bytes, timedelta, timezone, tuple, list)
        if not all(isinstance(argument, plain) for argument in arguments):
            raise self._refused("it makes an object of what is no plain data")
        if made is bytes and not all(isinstance(argument, (bytes, list)) for argument in arguments):
            arguments = bytearray_arguments(arguments)
        self._stack.append(made(*arguments))

    def _build(self) -> None:
        state = self._stack.pop()
        if not isinstance(self._stack[-1], UnfinishedUuid) or type(state) is not dict:
            raise self._refused("it changes an object that is no plain data")
        self._stack[-1].value = uuid.UUID(int=state["int"])
        self._stack[-1] = self._stack[-1].value


def _is_outermost(code: int, stack: list[Any], marks: list[int]) -> bool:
    place = (marks[-1] if marks else 0) if code == _SETITEMS else len(stack) - 2
    return place == 1 and len(marks) == (code == _SETITEMS) and stack[0] == {}


# --- What each code does ------------------------------------------------------------------------

_Handler = Callable[[PickleStream], object]
_STOP = pickle.STOP[0]
_SETS = frozenset((_SETITEMS, pickle.SETITEM[0]))


def _number(layout: str) -> Callable[[PickleStream], Any]:
    unpack, size = struct.Struct(layout).unpack, struct.calcsize(layout)
    return lambda stream: unpack(stream._take(size))[0]


_ONE, _TWO, _FOUR, _EIGHT = _number("<B"), _number("<H"), _number("<I"), _number("<Q")


def _pushed(read: Callable[[PickleStream], Any]) -> _Handler:
    return lambda stream: stream._stack.append(read(stream))


def _constant(value: object) -> _Handler:
    return lambda stream: stream._stack.append(value)


def _sized(
    length: Callable[[PickleStream], int], convert: Callable[[bytes], Any] | None = None
) -> _Handler:
    if convert is None:
        return _pushed(lambda stream: stream._take(length(stream)))
    return _pushed(lambda stream: convert(stream._take(length(stream))))


def _text(data: bytes) -> str:
    return data.decode("utf-8")


def _old_text(data: bytes) -> str:
    return data.decode("latin-1")


def _long(data: bytes) -> int:
    if len(data) > MOST_DIGITS:
        raise ValueError("a whole number has too many digits")
    return int.from_bytes(data, "little", signed=True)


def _old_integer(line: bytes) -> int | bool:
    return {b"00": False, b"01": True}[line] if line in (b"00", b"01") else int(line)


def _quoted(line: bytes) -> str:
    if len(line) < 2 or line[:1] != line[-1:] or line[:1] not in (b"'", b'"'):
        raise ValueError("a text without quotes")
    return line[1:-1].decode("unicode_escape")


def _dict(stream: PickleStream) -> None:
    values = stream._marked()
    stream._stack.append(dict(zip(values[::2], values[1::2], strict=True)))


def _checked_protocol(stream: PickleStream) -> None:
    version = stream._byte()
    if version > pickle.HIGHEST_PROTOCOL:
        raise stream._refused(f"its protocol {version} is newer than those known")


_HANDLERS_BY_NAME: dict[bytes, _Handler] = {
    pickle.PROTO: _checked_protocol,
    pickle.FRAME: _EIGHT,
    pickle.MARK: lambda stream: stream._marks.append(len(stream._stack)),
    pickle.POP: lambda stream: stream._stack.pop(),
    pickle.POP_MARK: PickleStream._marked,
    pickle.NONE: _constant(None),
    pickle.NEWTRUE: _constant(True),
    pickle.NEWFALSE: _constant(False),
    pickle.INT: _pushed(lambda stream: _old_integer(stream._line())),
    pickle.LONG: _pushed(lambda stream: int(stream._line().removesuffix(b"L"))),
    pickle.FLOAT: _pushed(lambda stream: float(stream._line())),
    pickle.BININT: _pushed(_number("<i")),
    pickle.BININT1: _pushed(_ONE),
    pickle.BININT2: _pushed(_TWO),
    pickle.BINFLOAT: _pushed(_number(">d")),
    pickle.LONG1: _sized(_ONE, _long),
    pickle.LONG4: _sized(_FOUR, _long),
    pickle.STRING: _pushed(lambda stream: _quoted(stream._line())),
    pickle.UNICODE: _pushed(lambda stream: stream._line().decode("raw_unicode_escape")),
    pickle.BINSTRING: _sized(_FOUR, _old_text),
    pickle.SHORT_BINSTRING: _sized(_ONE, _old_text),
    pickle.BINUNICODE: _sized(_FOUR, _text),
    pickle.SHORT_BINUNICODE: _sized(_ONE, _text),
    pickle.BINUNICODE8: _sized(_EIGHT, _text),
    pickle.BINBYTES: _sized(_FOUR),
    pickle.SHORT_BINBYTES: _sized(_ONE),
    pickle.BINBYTES8: _sized(_EIGHT),
    pickle.BYTEARRAY8: _sized(_EIGHT),
    pickle.EMPTY_LIST: _pushed(lambda _: []),
    pickle.EMPTY_DICT: _pushed(lambda _: {}),
    pickle.EMPTY_SET: _pushed(lambda _: []),
    pickle.EMPTY_TUPLE: _constant(()),
    pickle.TUPLE1: lambda stream: stream._tuple(1),
    pickle.TUPLE2: lambda stream: stream._tuple(2),
    pickle.TUPLE3: lambda stream: stream._tuple(3),
    pickle.TUPLE: lambda stream: stream._stack.append(tuple(stream._marked())),
    pickle.LIST: PickleStream._frozen_list,
    pickle.FROZENSET: PickleStream._frozen_list,
    pickle.DICT: _dict,
    pickle.APPEND: PickleStream._append,
    pickle.APPENDS: PickleStream._appends,
    pickle.ADDITEMS: PickleStream._appends,
    pickle.SETITEM: PickleStream._set_item,
    pickle.SETITEMS: PickleStream._set_items,
    pickle.MEMOIZE: lambda stream: stream._put(len(stream._memo)),
    pickle.PUT: lambda stream: stream._put(int(stream._line())),
    pickle.BINPUT: lambda stream: stream._put(_ONE(stream)),
    pickle.LONG_BINPUT: lambda stream: stream._put(_FOUR(stream)),
    pickle.GET: lambda stream: stream._get(int(stream._line())),
    pickle.BINGET: lambda stream: stream._get(_ONE(stream)),
    pickle.LONG_BINGET: lambda stream: stream._get(_FOUR(stream)),
    pickle.GLOBAL: PickleStream._global,
    pickle.STACK_GLOBAL: PickleStream._stack_global,
    pickle.REDUCE: PickleStream._reduce,
    pickle.NEWOBJ: PickleStream._reduce,
    pickle.BUILD: PickleStream._build,
}


_HANDLERS: dict[int, _Handler] = {name[0]: handler for name, handler in _HANDLERS_BY_NAME.items()}

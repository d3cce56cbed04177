"""Text of JSON to values and back: by `orjson` where it is installed, else by Python's own module.

Both give the same values and refuse the same texts. `orjson` alone takes the last of several equal
keys and makes floats of whole numbers beyond 64 bits; texts that may have either are read once more
by Python's module, which is exact and slow.
"""

from __future__ import annotations

import json
import math
import re
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

try:
    import orjson
except ImportError:
    _HAS_ORJSON = False
else:
    _HAS_ORJSON = True

_DIGITS = bytes.maketrans(b"123456789", b"000000000")
_LONG_NUMBER = re.compile(rb"(?<![0-9.])(?:-[0-9]{19}|[0-9]{20})")


class JsonTextError(ValueError):
    """A text is not JSON.

    Attributes:
        position: The byte at which that is seen.
    """

    def __init__(self, reason: str, position: int = 0) -> None:
        super().__init__(reason)
        self.position = position


class JsonCodec(ABC):
    """Reads and writes JSON as bytes."""

    def loads(self, text: bytes) -> Any:
        """Return the value of a text.

        Raises:
            JsonTextError: It is not JSON, or two keys of one object are equal, or a number or a
                text in it cannot be kept.
        """
        value = self.loads_quickly(text)
        if value is None or _may_have_long_numbers(text) or self._may_have_equal_keys(text, value):
            return loads_exactly(text)
        return value

    def _may_have_equal_keys(self, text: bytes, value: Any) -> bool:
        """Return whether the value has fewer colons than the text: equal keys are there once."""
        if b"\\u003" in text:  # a colon in disguise
            return True
        try:
            return self.dumps(value).count(b":") != text.count(b":")
        except ValueError:
            return True

    @abstractmethod
    def loads_quickly(self, text: bytes) -> Any:
        """Return the value of a text, or None where it takes the exact way to know it."""

    @abstractmethod
    def dumps(self, value: Any) -> bytes:
        """Return the text of a value, on one line.

        Raises:
            ValueError: It has something that JSON cannot say.
        """

    @abstractmethod
    def dumps_each(self, values: Iterable[Mapping[str, Any]]) -> list[bytes]:
        """Return the text of each value, as `dumps` does."""


class StandardCodec(JsonCodec):
    """Python's own module."""

    def __init__(self, *, ensure_ascii: bool = False) -> None:
        self._encode = json.JSONEncoder(
            ensure_ascii=ensure_ascii, allow_nan=False, separators=(",", ":"), check_circular=False
        ).encode

    def loads_quickly(self, text: bytes) -> Any:
        try:
            return json.loads(text)
        except (ValueError, RecursionError):
            return None

    def dumps(self, value: Any) -> bytes:
        try:
            return self._encode(value).encode()
        except RecursionError:
            raise ValueError("it is nested too deeply") from None

    def dumps_each(self, values: Iterable[Mapping[str, Any]]) -> list[bytes]:
        return [self._encode(value).encode() for value in values]


class OrjsonCodec(JsonCodec):
    """The `orjson` package."""

    def loads_quickly(self, text: bytes) -> Any:
        try:
            return orjson.loads(text)
        except ValueError:
            return None

    def dumps(self, value: Any) -> bytes:
        try:
            return orjson.dumps(value)
        except TypeError:
            return _STANDARD.dumps(value)

    def dumps_each(self, values: Iterable[Mapping[str, Any]]) -> list[bytes]:
        listed = list(values)
        try:
            return list(map(orjson.dumps, listed))
        except TypeError:
            return _STANDARD.dumps_each(listed)


_STANDARD = StandardCodec()


def fastest_codec(*, ensure_ascii: bool = False) -> JsonCodec:
    """Return the fastest codec that is installed and can do it."""
    if ensure_ascii or not _HAS_ORJSON:
        return StandardCodec(ensure_ascii=ensure_ascii)
    return OrjsonCodec()


def _may_have_long_numbers(text: bytes) -> bool:
    digits = text.translate(_DIGITS)
    if b"0" * 20 in digits or b"-" + b"0" * 19 in digits:
        return _LONG_NUMBER.search(text) is not None
    return False


def loads_exactly(text: bytes, *, has_nan: bool = False) -> Any:
    """Return the value of a text, slowly.

    Args:
        has_nan: Take `NaN` and `Infinity`, which are no JSON, for floats.

    Raises:
        JsonTextError: As for `JsonCodec.loads`.
    """
    try:
        readable = text.decode()
        value = json.loads(
            readable,
            object_pairs_hook=_unique,
            parse_constant=float if has_nan else _refuse_constant,
            parse_float=_finite,
        )
        json.dumps(value, ensure_ascii=False).encode()
    except json.JSONDecodeError as err:
        raise JsonTextError(err.msg, len(readable[: err.pos].encode())) from None
    except UnicodeDecodeError as err:
        raise JsonTextError("bytes that are no UTF-8", err.start) from None
    except UnicodeEncodeError:
        raise JsonTextError("a text has a lone surrogate, which is no Unicode") from None
    except RecursionError:
        raise JsonTextError("it is nested too deeply") from None
    except ValueError as err:
        raise JsonTextError(str(err)) from None
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        twice = Counter(name for name, _ in pairs).most_common(1)[0][0]
        raise ValueError(f"an object has the key {twice!r} twice")
    return value


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON; write null or a number")


def _finite(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise ValueError(f"the number {text[:40]} is too large")
    return number

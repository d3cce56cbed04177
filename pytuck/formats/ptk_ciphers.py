"""The three ciphers of the old library's files: streams that are combined with the bytes by XOR.

They are weak or unauthenticated and are read only; new files have SQLite's own encryption.

Source: RFC 8439 for ChaCha20; the layout of the old library's files for the rest.
"""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Callable

_ROUNDS = {"low": 1, "medium": 1000, "high": 10_000}
"""How often the password is hashed, by level."""

_WORD = 0xFFFFFFFF
_MULTIPLIER, _INCREMENT = 1664525, 1013904223
_LANES = 2048
"""So many bytes, or blocks, are computed at once, each in 64 bits of one large number."""

Keystream = Callable[[int, int], bytes]
"""Gives a part of the stream: from a position on, so many bytes."""


def derived_key(password: str, salt: bytes, level: str) -> bytes:
    """Return the key for a password."""
    key = password.encode("utf-8") + salt
    for _ in range(_ROUNDS[level]):
        key = hashlib.sha256(key).digest()
    return key


def key_check(key: bytes) -> bytes:
    """Return the four bytes by which a file knows its key."""
    return hashlib.sha256(key).digest()[:4]


def keystream(key: bytes, level: str) -> Keystream:
    """Return the stream of a level."""
    makers: dict[str, Callable[[bytes], Keystream]] = {
        "low": _repeated_pad,
        "medium": _congruential,
        "high": _chacha20,
    }
    return makers[level](key)


def combined(data: bytes, stream: bytes) -> bytes:
    """Return bytes encrypted or decrypted, which is the same."""
    number = int.from_bytes(data, "little") ^ int.from_bytes(stream, "little")
    return number.to_bytes(len(data), "little")


def _repeated_pad(key: bytes) -> Keystream:
    part, pad = key, b""
    for _ in range(8):
        part = hashlib.sha256(part).digest()
        pad += part

    def stream(position: int, count: int) -> bytes:
        start = position % len(pad)
        return (pad * ((start + count) // len(pad) + 1))[start : start + count]

    return stream


def _congruential(key: bytes) -> Keystream:
    seed = int.from_bytes(hashlib.sha256(key).digest()[:4], "little")
    step_multiplier, step_increment = _jump(_LANES)
    mask, all_lanes = _lanes(_WORD, _LANES), _lanes(step_increment, _LANES)

    def stream(position: int, count: int) -> bytes:
        states = []
        multiplier, increment = _jump(position + 1)
        state = (multiplier * seed + increment) & _WORD
        for _ in range(_LANES):
            states.append(state)
            state = (_MULTIPLIER * state + _INCREMENT) & _WORD
        lanes = int.from_bytes(array("Q", states).tobytes(), "little")
        parts = []
        for _ in range(0, count, _LANES):
            parts.append(lanes.to_bytes(8 * _LANES, "little")[2::8])  # bits 16 to 23 of each
            lanes = (lanes * step_multiplier + all_lanes) & mask
        return b"".join(parts)[:count]

    return stream


def _jump(steps: int) -> tuple[int, int]:
    """Return multiplier and increment of so many steps of the generator at once."""
    multiplier, increment = 1, 0
    one_multiplier, one_increment = _MULTIPLIER, _INCREMENT
    while steps:
        if steps & 1:
            multiplier = multiplier * one_multiplier & _WORD
            increment = (increment * one_multiplier + one_increment) & _WORD
        one_increment = (one_multiplier + 1) * one_increment & _WORD
        one_multiplier = one_multiplier * one_multiplier & _WORD
        steps >>= 1
    return multiplier, increment


def _chacha20(key: bytes) -> Keystream:
    constants = array("I", b"expand 32-byte k").tolist()
    words = constants + array("I", key).tolist()

    def stream(position: int, count: int) -> bytes:
        first, end = position // 64, -(-(position + count) // 64)
        parts = [
            _chacha_blocks(words, block, min(_LANES, end - block))
            for block in range(first, end, _LANES)
        ]
        start = position - first * 64
        return b"".join(parts)[start : start + count]

    return stream


def _chacha_blocks(words: list[int], first: int, count: int) -> bytes:
    """Return blocks that follow one another, all computed at once: a lane for each."""
    mask = _lanes(_WORD, count)
    counters = array("Q", ((first + number) & _WORD for number in range(count)))
    start = [_lanes(word, count) for word in words]
    start += [int.from_bytes(counters.tobytes(), "little"), 0, 0, 0]
    state = list(start)
    for _ in range(10):
        for column in range(4):
            _quarter(state, mask, *(column + 4 * row for row in range(4)))
        for diagonal in range(4):
            _quarter(state, mask, *((diagonal + row) % 4 + 4 * row for row in range(4)))
    blocks = array("I", bytes(64 * count))
    for number, (word, before) in enumerate(zip(state, start, strict=True)):
        lanes = array("I", ((word + before) & mask).to_bytes(8 * count, "little"))
        blocks[number::16] = lanes[::2]
    return blocks.tobytes()


def _quarter(state: list[int], mask: int, a: int, b: int, c: int, d: int) -> None:
    """Do the quarter round of RFC 8439, 2.1, in every lane."""
    state[a] = (state[a] + state[b]) & mask
    state[d] = _rotated(state[d] ^ state[a], 16, mask)
    state[c] = (state[c] + state[d]) & mask
    state[b] = _rotated(state[b] ^ state[c], 12, mask)
    state[a] = (state[a] + state[b]) & mask
    state[d] = _rotated(state[d] ^ state[a], 8, mask)
    state[c] = (state[c] + state[d]) & mask
    state[b] = _rotated(state[b] ^ state[c], 7, mask)


def _rotated(lanes: int, count: int, mask: int) -> int:
    return ((lanes << count) | (lanes >> (32 - count))) & mask


def _lanes(word: int, count: int) -> int:
    """Return a number with a word in every 64 bits."""
    return int.from_bytes(word.to_bytes(8, "little") * count, "little")

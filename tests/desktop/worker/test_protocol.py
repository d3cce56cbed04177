"""Frames: what is sent arrives, and what is no message is refused."""

from __future__ import annotations

import io

import msgpack
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pytuck_desktop.worker.protocol import (
    MAX_FRAME_BYTES,
    Answer,
    Cancel,
    Notice,
    ProtocolError,
    Request,
    decode,
    encode,
    read_message,
)

plain = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False)
    | st.text(st.characters(exclude_categories=("Cs",)))
    | st.binary(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("abc"), inner, max_size=3),
    max_leaves=10,
)
names = st.text("abc_", min_size=1)
arguments = st.dictionaries(names, plain, max_size=3)
messages = st.one_of(
    st.builds(Request, st.integers(0, 2**31), names, arguments),
    st.builds(Cancel, st.integers(0, 2**31)),
    st.builds(Answer, st.integers(0, 2**31), plain, st.none() | arguments),
    st.builds(Notice, names, arguments),
)


@given(st.lists(messages, max_size=4))
def test_what_is_sent_arrives(sent):
    stream = io.BytesIO(b"".join(map(encode, sent)))
    arrived = []
    while (message := read_message(stream)) is not None:
        arrived.append(message)
    assert arrived == sent


@given(st.binary(max_size=80))
@example(msgpack.packb({1: 2})[:1] + msgpack.packb([]) + msgpack.packb(1))
def test_garbage_is_refused(body):
    try:
        message = decode(body)
    except ProtocolError:
        return
    assert isinstance(message, (Request, Cancel, Answer, Notice))


@pytest.mark.parametrize("parts", [[], [9, 1], [0, "x", 1, {}], [0, 1, "x", []], 5, None, [1]])
def test_what_is_no_message_is_refused(parts):
    with pytest.raises(ProtocolError):
        decode(msgpack.packb(parts))


def test_a_frame_cut_short_or_too_large_is_refused():
    whole = encode(Notice("changed", {"schema": False}))
    for length in range(1, len(whole)):
        with pytest.raises(ProtocolError):
            read_message(io.BytesIO(whole[:length]))
    with pytest.raises(ProtocolError, match="larger"):
        read_message(io.BytesIO((MAX_FRAME_BYTES + 1).to_bytes(4, "big")))

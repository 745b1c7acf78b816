"""Frames, fuzzed: what is written is read, and anything else is refused in a sentence, without taking the memory it promises."""

from __future__ import annotations

import contextlib
import io
import tracemalloc

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from whymap.cluster import frames
from whymap.errors import FormatError

HEADERS = st.dictionaries(
    st.text(max_size=8).filter(lambda name: name not in ("id", "arrays")),
    st.recursive(
        st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=20),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
        max_leaves=5,
    ),
    max_size=5,
)
MESSAGES = st.lists(st.tuples(st.integers(0, 2**40), HEADERS, st.binary(max_size=200)), max_size=5)


@given(MESSAGES)
def test_what_is_written_is_read(messages):
    written = [frames.encode({"id": number, **header}, body) for number, header, body in messages]
    stream = io.BytesIO(b"".join(written))
    for (number, header, body), whole in zip(messages, written, strict=True):
        frame = frames.read(stream)
        assert frame.header == {"id": number, "arrays": [], **header}
        assert frame.bytes == whole
        assert frame.bytes.endswith(body)
        assert frames.read_header(whole) == frame.header
    assert frames.read(stream) is None


@given(st.binary(max_size=300))
@example(b"WMSH")
@example(frames.PREFIX.pack(b"WMSH", 1, 2, 0) + b"[]")
@example(frames.PREFIX.pack(b"WMSH", 1, 2, 0) + b"{x")
@example(frames.PREFIX.pack(b"WMSH", 1, 2, 0) + b"\xff\xff")
@example(frames.PREFIX.pack(b"WMSH", 1, 10, 0) + b'{"id":1.5}')
@example(frames.PREFIX.pack(b"WMSH", 1, 100_000, 0) + b"[" * 100_000)
def test_other_bytes_are_refused(data):
    stream = io.BytesIO(data)
    with contextlib.suppress(FormatError):
        while frames.read(stream) is not None:
            pass
        assert data[:4] in (b"", b"WMSH")


@given(HEADERS, st.binary(max_size=100), st.data())
def test_every_cut_and_flip_is_read_or_refused(header, body, data):
    whole = frames.encode({"id": 1, **header}, body)
    cut = data.draw(st.integers(1, len(whole) - 1))
    with pytest.raises(FormatError):
        frames.read(io.BytesIO(whole[:cut]))
    at, bit = data.draw(st.integers(0, len(whole) - 1)), data.draw(st.integers(0, 7))
    flipped = bytearray(whole)
    flipped[at] ^= 1 << bit
    with contextlib.suppress(FormatError):
        frames.read(io.BytesIO(bytes(flipped)))


def test_a_promise_takes_no_memory():
    tracemalloc.start()
    with pytest.raises(FormatError, match="of a frame"):
        frames.read(io.BytesIO(frames.PREFIX.pack(b"WMSH", frames.PROTOCOL, 2, 2**50) + b"{}"))
    with pytest.raises(FormatError, match="at most"):
        frames.read(io.BytesIO(frames.PREFIX.pack(b"WMSH", frames.PROTOCOL, 2**31, 0)))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 4 * 2**20

"""Frames of the shard protocol, as the bridge and the workers see them: the header is read, arrays are never looked at.

Layout: magic ``WMSH``, version (u32), length of the header (u32), length of the body (u64), all little endian; then a JSON object
in UTF-8 and the arrays. See docs/lab/shard-protocol.md.
"""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass
from typing import Any, BinaryIO

from ..errors import FormatError

MAGIC = b"WMSH"
PROTOCOL = 3
PREFIX = struct.Struct("<4sIIQ")
MOST_HEADER = 16 * 2**20
MOST_BODY = 2**53 - 1
#: Bytes that are asked of a pipe at once, so that a length that a broken frame promises takes no memory.
PIECE = 1 << 20
REMEDY = "both ends must be of the same version of whymap; report it if they are"


@dataclass(frozen=True)
class Frame:
    """A message: its header, and the whole of it as it came or goes (header and arrays)."""

    header: dict[str, Any]
    bytes: bytes

    @property
    def id(self) -> int | None:
        return self.header["id"]


def encode(header: dict[str, Any], body: bytes = b"") -> bytes:
    """A frame of a header and the bytes of the arrays that it lists under ``arrays`` (none by default)."""
    text = json.dumps({"arrays": [], **header}, ensure_ascii=False, separators=(",", ":")).encode("utf-8")
    return PREFIX.pack(MAGIC, PROTOCOL, len(text), len(body)) + text + body


def read(stream: BinaryIO) -> Frame | None:
    """The next frame of a stream; None at its end.

    Raises
    ------
    FormatError
        What comes is no frame, or ends in the middle of one. Nothing can be read behind it.
    """
    start = _bytes(stream, PREFIX.size, at_end=True)
    if start is None:
        return None
    magic, version, header_length, body_length = PREFIX.unpack(start)
    if magic != MAGIC:
        raise FormatError(f"{magic!r} at the start of a frame", f"{MAGIC!r}", REMEDY)
    if version != PROTOCOL:
        raise FormatError(f"a frame of protocol {version}", f"protocol {PROTOCOL}", REMEDY)
    if header_length > MOST_HEADER or body_length > MOST_BODY:
        raise FormatError(
            f"a frame with a header of {header_length} and a body of {body_length} bytes",
            f"at most {MOST_HEADER} and {MOST_BODY}",
            REMEDY,
        )
    text = _bytes(stream, header_length)
    header = _header(text)
    return Frame(header, start + text + _bytes(stream, body_length))


def read_header(frame: bytes) -> dict[str, Any]:
    """The header of a whole frame in memory."""
    _, _, length, _ = PREFIX.unpack_from(frame)
    return _header(frame[PREFIX.size : PREFIX.size + length])


def _header(text: bytes) -> dict[str, Any]:
    try:
        header = json.loads(text.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise FormatError(f"a header that is no JSON ({error})", "a JSON object", REMEDY) from None
    if not isinstance(header, dict):
        raise FormatError(f"a header of type {type(header).__name__}", "a JSON object", REMEDY)
    number = header.get("id")
    if number is not None and (isinstance(number, bool) or not isinstance(number, int)):
        raise FormatError(f"a header with the id {number!r}", "a whole number", REMEDY)
    return {"id": None, **header}


def _bytes(stream: BinaryIO, count: int, *, at_end: bool = False) -> bytes | None:
    """So many bytes; None where the stream ends before the first and may."""
    pieces, left = [], count
    while left > 0:
        piece = stream.read(min(left, PIECE))
        if not piece:
            if at_end and left == count:
                return None
            raise FormatError(f"{count - left} of {count} bytes of a frame", "all of it", REMEDY)
        pieces.append(piece)
        left -= len(piece)
    return b"".join(pieces)


def failure(
    number: int | None, kind: str, got: str, expected: str = "", remedy: str = "", **more: Any
) -> bytes:
    """A reply that says why a request failed."""
    error = {"kind": kind, "got": got, "expected": expected, "remedy": remedy}
    return encode({"id": number, "ok": False, "error": error, **more})

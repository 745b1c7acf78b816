"""A small `whymap shard`: the same frames and rules, with steps that fail as tests ask. A reply is a function of specification and request.

usage: python fake_shard.py TAG [VERSION]
"""

import hashlib
import os
import queue
import sys
import threading
import time

from whymap import __version__
from whymap.cluster import frames

VERSION = sys.argv[2] if len(sys.argv) > 2 else __version__
requests: queue.Queue = queue.Queue()
cancelled: set[int] = set()
specifications: dict[str, bytes] = {}
grown = []


def read() -> None:
    while (frame := frames.read(sys.stdin.buffer)) is not None:
        if frame.header["step"] == "cancel":
            cancelled.add(frame.header["cancels"])
        else:
            requests.put(frame)
    requests.put(None)


def send(header: dict, body: bytes = b"") -> None:
    sys.stdout.buffer.write(frames.encode(header, body))
    sys.stdout.buffer.flush()


def once(path: str) -> bool:
    """Whether this is the first process to ask."""
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL))
        return True
    except FileExistsError:
        return False


def answer(frame: frames.Frame) -> bytes:
    header = frame.header
    number, step = header["id"], header["step"]
    if step == "hello":
        if header["version"] != VERSION:
            return frames.failure(
                number, "version", f"whymap {header['version']}", f"whymap {VERSION}", "install it"
            )
        said = {
            "version": VERSION,
            "protocol": frames.PROTOCOL,
            "engine": "fake",
            "threads": header.get("threads"),
        }
        return frames.encode({"id": number, "ok": True, **said})
    if step == "specify":
        specifications[header["key"]] = frame.bytes[-header.get("size", 0) :] if header.get("size") else b""
        return frames.encode({"id": number, "ok": True})
    if header["key"] not in specifications:
        return frames.failure(number, "unknown-key", header["key"])
    if "die" in header and (header["die"] == "always" or once(header["die"])):
        os._exit(3)
    if "grow" in header:
        grown.append(b"x" * header["grow"])
    end = time.monotonic() + header.get("sleep", 0)
    while time.monotonic() < end:
        if number in cancelled:
            return frames.failure(number, "cancelled", "cancelled")
        time.sleep(0.02)
    if step == "progress":
        send({"id": number, "progress": 0.5})
    body = frame.bytes[len(frame.bytes) - header.get("size", 0) :]
    digest = hashlib.sha256(specifications[header["key"]] + body).digest()
    arrays = [{"name": "digest", "type": "u8", "shape": [32]}]
    return frames.encode({"id": number, "ok": True, "pid": os.getpid(), "arrays": arrays}, digest)


threading.Thread(target=read, daemon=True).start()
while (coming := requests.get()) is not None:
    sys.stdout.buffer.write(answer(coming))
    sys.stdout.buffer.flush()

"""A small coordinator: it starts the bridge as whymap does, asks, and gives specifications again where they are not known."""

from __future__ import annotations

import hashlib
import json
import os
import queue
import subprocess
import sys
import threading
from pathlib import Path

from whymap import __version__
from whymap.cluster import frames

TRIES = 3
#: On the command line of each process of a shard, by which a test run finds its own.
TAG = f"run-{os.getpid()}"
FAKE = str(Path(__file__).parent / "fake_shard.py")


class Coordinator:
    def __init__(
        self, scheduler: str, *options: str, command: list[str] | None = None, lease: float = 60
    ) -> None:
        command = command or [sys.executable, FAKE, TAG]
        self.process = subprocess.Popen(
            [
                *(sys.executable, "-m", "whymap.cluster", "--scheduler", scheduler),
                *("--lease", str(lease), "--command", json.dumps(command), *options),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        self.specifications: dict[str, bytes] = {}
        self.messages: list[dict] = []
        self.log: list[str] = []
        self.progress: list[tuple[int, float]] = []
        self.given = 0
        self._next = 0
        self._lock = threading.Lock()
        self._waiting: dict[int | None, queue.Queue] = {None: queue.Queue()}
        threading.Thread(target=self._read, daemon=True).start()
        self._errors = threading.Thread(target=self._read_messages, daemon=True)
        self._errors.start()

    def _read(self) -> None:
        while (frame := frames.read(self.process.stdout)) is not None:
            if "progress" in frame.header:
                self.progress.append((frame.id, frame.header["progress"]))
            else:
                self._waiting[frame.id].put(frame)
        for waiting in list(self._waiting.values()):
            waiting.put(None)

    def _read_messages(self) -> None:
        for raw in self.process.stderr:
            text = raw.decode()
            if text.startswith('{"message"'):
                self.messages.append(json.loads(text))
            else:
                self.log.append(text)

    def send(self, step: str, body: bytes = b"", **header) -> int:
        with self._lock:
            self._next += 1
            number = self._next
            self._waiting[number] = queue.Queue()
            arrays = [{"name": "body", "type": "u8", "shape": [len(body)]}]
            said = {"id": number, "step": step, "arrays": arrays, "size": len(body), **header}
            self.process.stdin.write(frames.encode(said, body))
            self.process.stdin.flush()
        return number

    def reply(self, number: int | None, seconds: float = 120) -> frames.Frame:
        try:
            frame = self._waiting[number].get(timeout=seconds)
        except queue.Empty:
            frame = None
        assert frame is not None, "".join(self.log) + str(self.messages)
        return frame

    def hello(self, version: str = __version__, **header) -> dict:
        return self.reply(self.send("hello", version=version, protocol=frames.PROTOCOL, **header)).header

    def specify(self, shard: int, body: bytes) -> str:
        key = hashlib.sha256(body).hexdigest()[:12]
        self.specifications[key] = body
        return key

    def ask(self, shard: int, key: str, body: bytes = b"", step: str = "digest", **header) -> frames.Frame:
        """The reply to a step; the specification goes before it where the shard does not know it. Asked again where it is lost."""
        lost = 0
        while True:
            frame = self.reply(self.send(step, body, shard=shard, key=key, **header))
            kind = None if frame.header["ok"] else frame.header["error"]["kind"]
            lost += kind == "lost"
            if kind == "unknown-key":
                self.given += 1
                given = self.reply(
                    self.send("specify", self.specifications[key], shard=shard, key=key)
                ).header
                assert given["ok"] or given["error"]["kind"] == "lost", given
            elif kind != "lost" or lost == TRIES:
                return frame

    def expected(self, key: str, body: bytes) -> bytes:
        return hashlib.sha256(self.specifications[key] + body).digest()

    def close(self) -> int:
        """Closes standard input, as a coordinator that ends or is interrupted; the exit code."""
        self.process.stdin.close()
        code = self.process.wait(30)
        self._errors.join(10)
        return code

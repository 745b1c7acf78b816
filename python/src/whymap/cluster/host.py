"""On a worker: the resident ``whymap shard``, which Dask's tasks ask.

One Node.js process a worker and run. It ends with the run (``close``), with the worker (its standard input is closed), and when
nobody has renewed its lease for some time, which is how it hears that the bridge was killed or cut off: then the next
step starts another, since what a shard keeps is only a cache.
"""

from __future__ import annotations

import subprocess
import threading
import time
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .. import __version__
from .._node import find_node
from .._process import PACKAGE, _group
from ..errors import UnsupportedError
from . import frames

GUARD = Path(__file__).parent.parent / "_js" / "shard.mjs"
MAIN = PACKAGE / "dist" / "cli" / "main.js"
LOG_LINES = 20
STOP_SECONDS = 2
#: Part of a worker's memory that a shard plans with; the rest is for Python, Node.js itself and messages on their way.
MEMORY_PART = 0.6


@dataclass(frozen=True)
class Run:
    """What all workers of a run have to know. ``command`` starts a shard; None for that of this package."""

    id: str
    version: str = __version__
    lease: float = 60.0
    command: tuple[str, ...] | None = None
    engine: str | None = None
    memory: int | None = None
    threads: int | None = None


class VersionsDiffer(UnsupportedError):
    """Coordinator, worker and engine are not of one version, so their messages and results need not fit together."""


class ShardDied(Exception):
    """The process ended in the middle of a request; the text says how."""


@dataclass
class Host:
    """The process of a run on this worker."""

    run: Run
    threads: int
    #: Bytes of this worker, Node.js included; None where there is no limit.
    limit: int | None
    hello: dict[str, Any] = field(default_factory=dict)
    starts: int = 0

    def __post_init__(self) -> None:
        self._process: subprocess.Popen | None = None
        self._turn = threading.Lock()
        self._writing = threading.Lock()
        self._renewed = time.monotonic()
        self._closed = False
        self._at: int | None = None
        self._cancelled: set[int] = set()
        self._log: deque[str] = deque(maxlen=LOG_LINES)
        self._memory: str | None = None
        threading.Thread(target=self._watch, name="whymap-shard", daemon=True).start()

    def open(self) -> dict[str, Any]:
        """Starts the process where there is none, and exchanges versions with it. Does not wait for a step under way."""
        if self.hello and self._process is not None and self._process.poll() is None:
            return self.hello
        with self._turn:
            if self._process is None or self._process.poll() is not None:
                self._start()
            return self.hello

    def ask(self, request: bytes, number: int, progress=lambda done: None) -> bytes:
        """The reply to a request. ShardDied where the process ends before it, UnsupportedError where it does not start."""
        with self._turn:
            if number in self._cancelled:
                self._cancelled.discard(number)
                return frames.failure(number, "cancelled", "a request that was cancelled")
            if self._process is None or self._process.poll() is not None:
                self._start()
            self._at = number
            try:
                return self._exchange(request, progress)
            finally:
                self._at = None

    def cancel(self, request: bytes, cancels: int) -> None:
        """Hands on that a request is no longer wanted, where it is under way here; else it is not begun."""
        if self._at != cancels:
            self._cancelled.add(cancels)
            return
        with suppress(OSError, ValueError):
            self._write(request)

    def renew(self) -> None:
        self._renewed = time.monotonic()

    def close(self) -> None:
        self._closed = True
        self._stop()

    @property
    def pid(self) -> int | None:
        return None if self._process is None else self._process.pid

    def _start(self) -> None:
        if self._closed:
            raise ShardDied("the run has ended")
        self._log.clear()
        self._memory = None
        self._process = subprocess.Popen(
            self._command(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            **_group(),
        )
        self.starts += 1
        threading.Thread(target=self._read_log, args=(self._process,), daemon=True).start()
        asked = {
            "id": 0,
            "step": "hello",
            "version": self.run.version,
            "protocol": frames.PROTOCOL,
            "threads": self.threads,
            **({"memory": self._planned()} if self._planned() else {}),
            **({"engine": self.run.engine} if self.run.engine else {}),
        }
        reply = frames.read_header(self._exchange(frames.encode(asked)))
        if not reply.get("ok"):
            self._stop()
            kind = VersionsDiffer if reply.get("error", {}).get("kind") == "version" else UnsupportedError
            raise kind(*said(reply))
        self.hello = {name: reply.get(name) for name in ("version", "protocol", "engine", "threads")}

    def _command(self) -> list[str]:
        if self.run.command is not None:
            return list(self.run.command)
        if not MAIN.is_file():
            raise UnsupportedError(
                f"no engine at {MAIN}", "the files of the wheel", "install whymap on the workers with pip"
            )
        return [find_node(), str(GUARD), str(MAIN), "shard"]

    def _planned(self) -> int | None:
        if self.run.memory is not None:
            return self.run.memory
        return None if self.limit is None else int(MEMORY_PART * self.limit)

    def _exchange(self, request: bytes, progress=lambda done: None) -> bytes:
        try:
            self._write(request)
            while (frame := frames.read(self._process.stdout)) is not None:
                if "progress" not in frame.header:
                    return frame.bytes
                progress(frame.header["progress"])
        except (
            OSError,
            ValueError,
        ):  # closed while it was written or read, or an end in the middle of a frame
            pass
        process = self._process
        self._stop()
        raise ShardDied(self._how(process.returncode))

    def _how(self, code: int | None) -> str:
        if self._closed:
            return "the run has ended"
        how = self._memory or (
            f"ended by signal {-code}" if code and code < 0 else f"ended with exit code {code}"
        )
        return "; ".join([how, *self._log])

    def _write(self, request: bytes) -> None:
        with self._writing:
            self._process.stdin.write(request)
            self._process.stdin.flush()

    def _stop(self) -> None:
        process = self._process
        if process is None:
            return
        with suppress(OSError, ValueError):
            process.stdin.close()
        try:
            process.wait(STOP_SECONDS if self._at is None else 0)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def _read_log(self, process: subprocess.Popen) -> None:
        for line in process.stderr:
            self._log.append(line.decode("utf-8", errors="replace").rstrip())

    def _watch(self) -> None:
        """Ends the process when the lease has run out, and when it takes more memory than the worker may have."""
        import psutil

        while not self._closed:
            time.sleep(min(0.5, self.run.lease / 4))
            if time.monotonic() - self._renewed > self.run.lease:
                self.close()
            with suppress(psutil.Error, AttributeError):
                taken = psutil.Process(self._process.pid).memory_info().rss
                if self.limit is not None and taken > self.limit:
                    self._memory = (
                        f"took {taken / 1e9:.2f} GB of the {self.limit / 1e9:.2f} GB of this worker"
                    )
                    self._process.kill()


def said(reply: dict[str, Any]) -> tuple[str, str, str]:
    """What was got and expected, and the remedy, of a reply that failed."""
    error = reply.get("error") or {}
    return tuple(str(error.get(part, "")) for part in ("got", "expected", "remedy"))

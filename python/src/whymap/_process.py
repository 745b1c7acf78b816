"""Runs the engine: one process a run, in a folder of the call, which is gone when the call returns."""

from __future__ import annotations

import json
import os
import queue
import re
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from ._node import find_node
from .errors import BY_CODE, EngineCrashed, WhymapError

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None

PACKAGE = Path(__file__).parent / "_js" / "package"
BRIDGE = Path(__file__).parent / "_js" / "bridge.mjs"
#: Of folders of calls, and the file in each that is locked while its Python lives.
PREFIX = "whymap-"
OWNER = "owner"
LOG_LINES = 40
STOP_SECONDS = 5
_FLAG = re.compile(r"--([a-z][a-z0-9]*(?:-[a-z0-9]+)*)\b")


class Job:
    """One call of the engine, or several: a folder below ``TMPDIR`` that is gone afterwards, however the call ends.

    The engine starts before the folder is made and waits for its data. It removes the folder when its standard input is
    closed, which the system does for a Python that is killed; Python removes it when the engine is killed. Where both are
    killed at once, the next call removes it: it is locked as long as Python lives.
    """

    def __init__(self) -> None:
        self.folder = Path(tempfile.gettempdir()) / f"{PREFIX}{secrets.token_hex(8)}"
        self._owner: int | None = None
        self._waiting: _Engine | None = None

    def __enter__(self) -> Job:
        self._waiting = _Engine(self.folder)
        try:
            remove_abandoned(self.folder.parent)
            self.folder.mkdir(mode=0o700)
            self._owner = _own(self.folder)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        if self._owner is not None:
            os.close(self._owner)
        shutil.rmtree(self.folder, ignore_errors=True)
        if self._waiting is not None:
            self._waiting.kill()

    def run(
        self,
        argv: Sequence[str],
        *,
        cwd: Path | None = None,
        progress: bool = True,
        last: bool = True,
        environment: dict[str, str] | None = None,
    ) -> str:
        """Runs the command line with ``argv`` and returns what it writes on standard output.

        Parameters
        ----------
        argv
            Arguments of ``whymap``, the command first.
        cwd
            Where relative paths are looked up; the folder by default.
        progress
            Whether a bar shows how far the engine is.
        last
            False where another run follows: its engine starts at once, so that the folder is never without one.
        environment
            Variables of the engine's environment besides those of this process.

        Raises
        ------
        WhymapError
            What the engine refused, as the exception of its kind.
        EngineCrashed
            The process ended without an answer.
        KeyboardInterrupt
            After the engine has been stopped.
        """
        description = {
            "main": str(PACKAGE / "dist" / "cli" / "main.js"),
            "argv": [*argv, "--messages", "json"],
            "cwd": str(self.folder if cwd is None else cwd),
            "environment": environment or {},
        }
        (self.folder / "job.json").write_text(json.dumps(description), encoding="utf-8")
        engine, self._waiting = self._waiting, None
        try:
            if not last:
                self._waiting = _Engine(self.folder)
            return engine.answer(progress)
        finally:
            engine.stop()


class _Engine:
    """A process of Node.js that waits for the files of its call, and then does what ``job.json`` says."""

    def __init__(self, folder: Path) -> None:
        self._answer = tempfile.TemporaryFile()  # noqa: SIM115
        self._process = subprocess.Popen(
            [find_node(), str(BRIDGE), str(folder), str(os.getpid())],
            stdin=subprocess.PIPE,
            stdout=self._answer,
            stderr=subprocess.PIPE,
            **_group(),
        )

    def answer(self, progress: bool) -> str:
        """Lets it begin; what it writes on standard output, or the error that it tells."""
        messages = _Messages(progress)
        try:
            self._begin()
            for line in _lines(self._process):
                messages.take(line)
            code = self._process.wait()
        finally:
            messages.close()
        if code != 0:
            raise messages.error(code)
        self._answer.seek(0)
        return self._answer.read().decode("utf-8")

    def _begin(self) -> None:
        with suppress(OSError):  # it has ended already: its exit code tells how
            self._process.stdin.write(b"begin\n")
            self._process.stdin.flush()

    def stop(self) -> None:
        """Asks it to stop where it is still at work, and ends it where it does not within seconds."""
        try:
            with suppress(OSError):
                self._process.stdin.close()
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(STOP_SECONDS)
        finally:
            self.kill()

    def kill(self) -> None:
        """Ends its whole group, where it has not ended."""
        process = self._process
        if process.poll() is None:
            with suppress(ProcessLookupError, PermissionError):
                process.kill() if sys.platform == "win32" else os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        for stream in (process.stdin, process.stderr, self._answer):
            with suppress(OSError):
                stream.close()


def _own(folder: Path) -> int | None:
    """Locks the folder's file for as long as it is open. It has its name only once it is locked."""
    if fcntl is None:
        return None
    file = os.open(folder / f"{OWNER}.new", os.O_RDWR | os.O_CREAT, 0o600)
    with suppress(OSError):  # a file system without locks: nobody else can lock it either
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.rename(folder / f"{OWNER}.new", folder / OWNER)
    return file


def remove_abandoned(folder: Path) -> None:
    """Removes folders of calls whose Python and engine were both killed: nobody holds their lock any more."""
    if fcntl is None:
        return
    for left in folder.glob(f"{PREFIX}*/{OWNER}"):
        with suppress(OSError), open(left, "r+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(left.parent, ignore_errors=True)


def _group() -> dict:
    """A group of its own: Ctrl-C in a terminal or notebook reaches Python, which then stops the engine."""
    if sys.platform == "win32":
        return {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
    return {"start_new_session": True}


def _lines(process: subprocess.Popen) -> Iterator[str]:
    """Lines of standard error. A thread reads, so that KeyboardInterrupt is never held up, on any system."""
    lines: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()

    def read() -> None:
        try:
            for line in process.stderr:
                lines.put(line)
        except ValueError:  # closed while the engine is being stopped
            pass
        finally:
            lines.put(None)

    threading.Thread(target=read, name="whymap-messages", daemon=True).start()
    while True:
        try:
            line = lines.get(timeout=0.2)
        except queue.Empty:
            continue
        if line is None:
            return
        yield line.decode("utf-8", errors="replace").rstrip("\n")


class _Messages:
    """What the engine writes while it runs: progress, the error that ended it, and anything else as a log."""

    def __init__(self, progress: bool) -> None:
        self._progress = progress
        self._bar = None
        self._stage: str | None = None
        self._failure: dict | None = None
        self._log: deque[str] = deque(maxlen=LOG_LINES)

    def take(self, line: str) -> None:
        message = _parsed(line)
        if message is None:
            self._log.append(line)
        elif message["message"] == "progress":
            self._show(str(message["stage"]), float(message["done"]))
        elif message["message"] == "error":
            self._failure = message

    def _show(self, stage: str, done: float) -> None:
        if not self._progress:
            return
        if self._bar is None:
            from tqdm.auto import tqdm

            self._bar = tqdm(total=100, unit="%", leave=False, bar_format="{desc} {bar} {n:.0f}% {remaining}")
        if stage != self._stage:
            self._stage = stage
            self._bar.reset(total=100)
            self._bar.set_description(stage)
        self._bar.update(100 * done - self._bar.n)

    def close(self) -> None:
        if self._bar is not None:
            self._bar.close()

    def error(self, code: int) -> WhymapError:
        if self._failure is None:
            return self._crash(code)
        known = BY_CODE.get(str(self._failure.get("code")))
        # options as keywords; a usage error and a defect have the plain parts only
        said = self._failure.get("keywords") or self._failure
        parts = [in_python(str(said.get(part, ""))) for part in ("got", "expected", "remedy")]
        if known is None:
            return EngineCrashed(*parts, log=self.log)
        return known(*parts)

    @property
    def log(self) -> str:
        return "\n".join(self._log)

    def _crash(self, code: int) -> EngineCrashed:
        how = f"by signal {signal.Signals(-code).name}" if code < 0 else f"with exit code {code}"
        memory = code == -9 or "heap out of memory" in self.log
        remedy = (
            "the machine may have run out of memory: give fewer samples or features, or a lower memory="
            if memory
            else "report it with the lines in the exception's attribute log"
        )
        return EngineCrashed(f"an engine that ended {how}", "an answer", remedy, log=self.log)


def _parsed(line: str) -> dict | None:
    if not line.startswith('{"message":'):
        return None
    try:
        return json.loads(line)
    except ValueError:
        return None


def in_python(text: str) -> str:
    """A sentence of the command line with its flags as keywords: ``--max-features 5`` becomes ``max_features 5``."""
    return _FLAG.sub(lambda flag: flag.group(1).replace("-", "_"), text)

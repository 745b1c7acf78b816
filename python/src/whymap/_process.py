"""Runs the engine: one process a call, in a folder of its own, which is gone when the call returns."""

from __future__ import annotations

import json
import os
import queue
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from ._node import find_node
from .errors import BY_CODE, EngineCrashed, WhymapError

PACKAGE = Path(__file__).parent / "_js" / "package"
BRIDGE = Path(__file__).parent / "_js" / "bridge.mjs"
LOG_LINES = 40
STOP_SECONDS = 5
_FLAG = re.compile(r"--([a-z][a-z0-9]*(?:-[a-z0-9]+)*)\b")


@contextmanager
def job_folder() -> Iterator[Path]:
    """A temporary folder (below ``TMPDIR``) that is removed whatever happens."""
    folder = tempfile.mkdtemp(prefix="whymap-")
    try:
        yield Path(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def run_engine(argv: Sequence[str], job: Path, *, cwd: Path | None = None, progress: bool = True) -> str:
    """Runs the command line with ``argv`` and returns what it writes on standard output.

    Parameters
    ----------
    argv
        Arguments of ``whymap``, the command first.
    job
        A folder of this call, made by `job_folder`.
    cwd
        Where relative paths are looked up; `job` by default.
    progress
        Whether a bar shows how far the engine is.

    Raises
    ------
    WhymapError
        What the engine refused, as the exception of its kind.
    EngineCrashed
        The process ended without an answer.
    KeyboardInterrupt
        After the engine has been stopped.
    """
    main = PACKAGE / "dist" / "cli" / "main.js"
    description = {"main": str(main), "argv": [*argv, "--messages", "json"], "parent": os.getpid()}
    (job / "job.json").write_text(json.dumps(description), encoding="utf-8")
    with open(job / "answer", "w+b") as answer:
        process = subprocess.Popen(
            [find_node(), str(BRIDGE), str(job)],
            cwd=job if cwd is None else cwd,
            stdin=subprocess.DEVNULL,
            stdout=answer,
            stderr=subprocess.PIPE,
            **_group(),
        )
        try:
            messages = _Messages(progress)
            for line in _lines(process):
                messages.take(line)
            code = process.wait()
        except BaseException:
            _stop(process)
            raise
        finally:
            messages.close()
            process.stderr.close()
        if code != 0:
            raise messages.error(code)
        answer.seek(0)
        return answer.read().decode("utf-8")


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


def _stop(process: subprocess.Popen) -> None:
    """Asks the engine to stop, and ends its whole group where it does not within seconds."""
    if process.poll() is None:
        _send(process, getattr(signal, "CTRL_BREAK_EVENT", signal.SIGINT))
        try:
            process.wait(STOP_SECONDS)
        except BaseException:
            _send(process, None)
            process.wait()


def _send(process: subprocess.Popen, number: int | None) -> None:
    """Sends a signal to the engine's group; None ends it."""
    try:
        if sys.platform == "win32":
            process.kill() if number is None else process.send_signal(number)
        else:
            os.killpg(process.pid, signal.SIGKILL if number is None else number)
    except (ProcessLookupError, PermissionError):
        pass


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

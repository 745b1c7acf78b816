"""Kill, interrupt, crash, missing and old Node, calls at once, forks: no orphan, nothing left, a clear exception."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
import warnings
from pathlib import Path

import numpy as np
import pytest
from conftest import QUICK, executable, make_table, needs_proc, processes_with

import whymap
from whymap import _node
from whymap._process import Job

#: Seconds after the start of the engine: before its script runs, while data are handed over, while it reads, while it computes.
MOMENTS = [0, 0.05, 0.2, 1]

#: Runs for many seconds unless it is stopped.
LONG = """
import sys, warnings
sys.path.insert(0, sys.argv[1])
from conftest import make_table
import whymap
warnings.simplefilter("ignore")
values, coordinates = make_table(3000, 300)
try:
    whymap.explain(values, coordinates, draws=5000, level=0.001, progress=False)
except KeyboardInterrupt:
    print("interrupted", flush=True)
"""


def start_long(temporary: Path, **options) -> subprocess.Popen:
    """A Python process whose engine has just started: nothing is handed over yet."""
    process = subprocess.Popen(
        [sys.executable, "-c", LONG, str(Path(__file__).parent)],
        env={**os.environ, "TMPDIR": str(temporary)},
        stdout=subprocess.PIPE,
        text=True,
        **options,
    )
    wait_for(lambda: engines(temporary), "the engine to start")
    return process


def engines(temporary: Path) -> list[int]:
    return processes_with(f"bridge.mjs {temporary}")


def wait_for(found, what: str, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not found():
        assert time.monotonic() < end, f"waited {seconds} s for {what}"
        time.sleep(0.05)


def assert_nothing_left(temporary: Path) -> None:
    wait_for(lambda: not engines(temporary), "the engine to end")
    wait_for(lambda: not list(temporary.glob("whymap-*")), "temporary files to be removed")


@needs_proc
class TestStopped:
    @pytest.mark.parametrize("moment", MOMENTS)
    def test_interrupt(self, own_temporary_folder, moment):
        process = start_long(own_temporary_folder)
        wait_for(lambda: list(own_temporary_folder.glob("whymap-*/owner")), "the folder to be made")
        time.sleep(moment)
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=30)
        assert out == "interrupted\n"
        assert process.returncode == 0
        # not waited for: all of it is gone when the exception arrives
        assert engines(own_temporary_folder) == []
        assert list(own_temporary_folder.glob("whymap-*")) == []

    def test_ctrl_c_in_a_terminal_reaches_the_whole_group(self, own_temporary_folder):
        process = start_long(own_temporary_folder, start_new_session=True)
        wait_for(lambda: list(own_temporary_folder.glob("whymap-*/owner")), "the folder to be made")
        os.killpg(process.pid, signal.SIGINT)
        out, _ = process.communicate(timeout=30)
        assert out == "interrupted\n"
        assert_nothing_left(own_temporary_folder)

    @pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGHUP])
    @pytest.mark.parametrize("moment", MOMENTS)
    def test_python_killed(self, own_temporary_folder, number, moment):
        process = start_long(own_temporary_folder)
        time.sleep(moment)
        process.send_signal(number)
        process.communicate(timeout=30)
        assert_nothing_left(own_temporary_folder)

    def test_interrupted_and_killed_at_once(self, own_temporary_folder):
        """As a notebook's server restarts a kernel: Python has no time for anything after the interrupt."""
        for moment in MOMENTS:
            process = start_long(own_temporary_folder)
            time.sleep(moment)
            process.send_signal(signal.SIGINT)
            process.kill()
            process.communicate(timeout=30)
            assert_nothing_left(own_temporary_folder)

    def test_both_killed(self, own_temporary_folder):
        """Nobody is there to remove the folder: the next call does, and leaves alone what is in use."""
        process = start_long(own_temporary_folder)
        wait_for(lambda: list(own_temporary_folder.glob("whymap-*/owner")), "the folder to be made")
        process.send_signal(signal.SIGSTOP)
        for engine in engines(own_temporary_folder):
            os.kill(engine, signal.SIGKILL)
        process.kill()
        process.communicate(timeout=30)
        (left,) = own_temporary_folder.glob("whymap-*")
        with Job() as first, Job() as second:
            assert not left.exists()
            assert first.folder.exists()
            assert second.folder.exists()

    def test_engine_killed(self, own_temporary_folder):
        values, coordinates = make_table(3000, 300)
        raised = []

        def call():
            with pytest.raises(whymap.EngineCrashed, match="SIGKILL") as caught:
                whymap.explain(values, coordinates, draws=5000, level=0.001, progress=False)
            raised.append(caught.value)

        thread = threading.Thread(target=call)
        thread.start()
        wait_for(lambda: engines(own_temporary_folder), "the engine to start")
        for process in engines(own_temporary_folder):
            os.kill(process, signal.SIGKILL)
        thread.join(30)
        assert "memory" in raised[0].remedy


@needs_proc
class TestNotebook:
    """A kernel of Jupyter, as notebooks have it."""

    @pytest.fixture
    def kernel(self, own_temporary_folder):
        manager_module = pytest.importorskip("jupyter_client.manager")
        environment = {**os.environ, "TMPDIR": str(own_temporary_folder)}
        manager, client = manager_module.start_new_kernel(env=environment)
        yield manager, client
        client.stop_channels()
        manager.shutdown_kernel(now=True)

    def run_long(self, client) -> str:
        code = f"import sys; sys.argv = ['', {str(Path(__file__).parent)!r}]\n" + LONG.replace(
            'print("interrupted", flush=True)', "raise"
        )
        return client.execute(code)

    def reply_to(self, client, message: str) -> dict:
        while True:
            reply = client.get_shell_msg(timeout=30)
            if reply["parent_header"]["msg_id"] == message:
                return reply

    def test_interrupt_and_go_on(self, kernel, own_temporary_folder):
        manager, client = kernel
        message = self.run_long(client)
        wait_for(lambda: list(own_temporary_folder.glob("whymap-*/owner")), "the folder to be made")
        manager.interrupt_kernel()
        reply = self.reply_to(client, message)
        assert reply["content"]["ename"] == "KeyboardInterrupt"
        assert_nothing_left(own_temporary_folder)

        # a kernel drops what reaches it in the moment after an error
        def answers():
            return self.reply_to(client, client.execute("1 + 1"))["content"]["status"] == "ok"

        wait_for(answers, "an answer")

    def test_restart(self, kernel, own_temporary_folder):
        manager, client = kernel
        for moment in MOMENTS:
            self.run_long(client)
            wait_for(lambda: engines(own_temporary_folder), "the engine to start")
            time.sleep(moment)
            manager.restart_kernel(now=True)
            assert_nothing_left(own_temporary_folder)
            client.wait_for_ready(timeout=60)


class TestNode:
    @pytest.fixture(autouse=True)
    def fresh(self, monkeypatch):
        _node._find.cache_clear()
        yield
        _node._find.cache_clear()

    def fake(self, folder: Path, version: str, then: str = "exit 1") -> Path:
        text = f'#!/bin/sh\nif [ "$1" = "--version" ]; then echo {version}; exit 0; fi\n{then}\n'
        return executable(folder / "node", text)

    def test_the_package_is_taken_without_node_on_the_path(self, table, monkeypatch, tmp_path):
        monkeypatch.setenv("PATH", str(tmp_path))
        packaged = _node._packaged()
        assert packaged is not None
        assert _node.find_node() == packaged
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            explanation = whymap.explain(*table, **QUICK)
        assert explanation.summary["data"]["rows"] == 180

    def test_an_old_node_on_the_path_is_left_for_the_package(self, monkeypatch, tmp_path):
        self.fake(tmp_path, "v18.20.0")
        monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
        assert _node.find_node() == _node._packaged()

    def test_an_old_node_and_no_package(self, monkeypatch, tmp_path):
        self.fake(tmp_path, "v18.20.0")
        monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
        monkeypatch.setattr(_node, "_packaged", lambda: None)
        with pytest.raises(
            whymap.NodeNotFound, match=r"got Node\.js 18 .* Node\.js 20 or newer; pip install"
        ):
            _node.find_node()

    def test_no_node_at_all(self, monkeypatch, tmp_path):
        monkeypatch.setenv("PATH", str(tmp_path))
        monkeypatch.setattr(_node, "_packaged", lambda: None)
        with pytest.raises(whymap.NodeNotFound, match="WHYMAP_NODE"):
            whymap.explain(*make_table(), **QUICK)

    def test_the_variable_comes_first_and_is_not_passed_over(self, monkeypatch, tmp_path):
        new = self.fake(tmp_path, "v24.1.0")
        monkeypatch.setenv("WHYMAP_NODE", str(new))
        assert _node.find_node() == str(new)
        self.fake(tmp_path, "v16.0.0")
        _node._find.cache_clear()
        with pytest.raises(whymap.NodeNotFound, match="16"):
            _node.find_node()
        monkeypatch.setenv("WHYMAP_NODE", str(tmp_path / "absent"))
        with pytest.raises(whymap.NodeNotFound, match="absent"):
            _node.find_node()

    @pytest.mark.parametrize(
        ("then", "how"),
        [
            ("echo all is lost >&2; exit 3", "exit code 3"),
            ("echo all is lost >&2; kill -9 $$", "signal SIGKILL"),
            ("echo all is lost >&2; kill -11 $$", "signal SIGSEGV"),
            ("echo all is lost >&2; echo '{\"message\":' >&2; exit 1", "exit code 1"),
        ],
    )
    def test_a_crash(self, table, monkeypatch, tmp_path, then, how):
        monkeypatch.setenv("WHYMAP_NODE", str(self.fake(tmp_path, "v24.0.0", then)))
        with pytest.raises(whymap.EngineCrashed, match=how) as raised:
            whymap.explain(*table, **QUICK)
        assert "all is lost" in raised.value.log

    def test_an_engine_that_lies(self, table, monkeypatch, tmp_path):
        """Exit code 0 without a result is no result."""
        monkeypatch.setenv("WHYMAP_NODE", str(self.fake(tmp_path, "v24.0.0", "exit 0")))
        with pytest.raises(whymap.FormatError, match=r"explanation\.whymap"):
            whymap.explain(*table, **QUICK)


@pytest.mark.filterwarnings("ignore::whymap.WhymapWarning")
class TestAtOnce:
    def test_two_threads(self, table):
        alone = [whymap.explain(*table, seed=seed, **QUICK).read("presence.csv") for seed in (0, 1)]
        together: dict[int, bytes] = {}

        def call(seed):
            together[seed] = whymap.explain(*table, seed=seed, **QUICK).read("presence.csv")

        threads = [threading.Thread(target=call, args=(seed,)) for seed in (0, 1)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert [together[0], together[1]] == alone

    @pytest.mark.parametrize("method", ["fork", "spawn"])
    def test_processes(self, table, method):
        if method not in multiprocessing.get_all_start_methods():
            pytest.skip(f"no {method} here")
        alone = presence(table)
        context = multiprocessing.get_context(method)
        with context.Pool(2) as pool:
            assert pool.map(presence, [table, table]) == [alone, alone]
        assert presence(table) == alone


def presence(table) -> bytes:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return whymap.explain(*table, **QUICK).read("presence.csv")


@pytest.mark.filterwarnings("ignore::whymap.WhymapWarning")
def test_a_folder_for_temporary_files_that_cannot_be_written(table, monkeypatch, tmp_path):
    import tempfile

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "absent"))
    with pytest.raises(FileNotFoundError):
        whymap.explain(*table, **QUICK)


def test_nothing_of_the_caller_is_changed(table, monkeypatch):
    values, coordinates = table
    before = (values.copy(), coordinates.copy(), dict(os.environ), os.getcwd())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        whymap.explain(values, coordinates, **QUICK)
    assert np.array_equal(values, before[0])
    assert np.array_equal(coordinates, before[1])
    assert (dict(os.environ), os.getcwd()) == before[2:]

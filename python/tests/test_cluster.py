"""The bridge on two real workers: right answers whatever is killed, nothing left behind, and clear refusals."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import threading
import time

import pytest
from conftest import QUICK, SAME, needs_proc, processes_with
from coordinator import FAKE, TAG, Coordinator

import whymap

pytest.importorskip("distributed")
from distributed import Client, LocalCluster

from whymap.cluster import frames
from whymap.cluster.connect import connected

pytestmark = needs_proc


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    with LocalCluster(
        n_workers=2,
        threads_per_worker=2,
        dashboard_address=None,
        memory_limit="600MB",
        local_directory=str(tmp_path_factory.mktemp("dask")),
    ) as found:
        yield found


@pytest.fixture
def coordinator(cluster):
    """One of its own, for tests that end it."""
    found = Coordinator(cluster.scheduler_address)
    yield found
    if found.process.poll() is None:
        found.close()


@pytest.fixture(scope="module")
def lasting(cluster):
    """One for all tests that leave it as it was; they give specifications of their own."""
    found = Coordinator(cluster.scheduler_address)
    assert found.hello()["ok"]
    yield found
    assert found.close() == 0
    assert shards() == [], "a shard's process was left behind"


@pytest.fixture(scope="module")
def refused(cluster):
    """One whose hello is refused, again and again."""
    found = Coordinator(cluster.scheduler_address)
    yield found
    assert found.close() == 0


def shards() -> list[int]:
    """Processes of this test run, which may be one of several at once."""
    bridges = processes_with("whymap.cluster")
    return [process for process in processes_with(f"{FAKE} {TAG}") if process not in bridges]


def wait_for(found, what: str, seconds: float = 120) -> None:
    end = time.monotonic() + seconds
    while not found():
        assert time.monotonic() < end, f"waited {seconds} s for {what}"
        time.sleep(0.05)


def workers_of(cluster) -> dict[str, int]:
    with Client(cluster, set_as_default=False) as client:
        return client.run(os.getpid)


def round_of(coordinator: Coordinator, keys: list[str], body: bytes, **header) -> None:
    """All shards at once; every answer is checked."""
    answers: dict[int, frames.Frame] = {}

    def ask(shard: int, key: str) -> None:
        answers[shard] = coordinator.ask(shard, key, body, **header)

    asking = [threading.Thread(target=ask, args=pair) for pair in enumerate(keys)]
    for thread in asking:
        thread.start()
    for thread in asking:
        thread.join(200)
    for shard, key in enumerate(keys):
        assert answers[shard].header["ok"], answers[shard].header
        assert answers[shard].bytes[-32:] == coordinator.expected(key, body)


def specified(coordinator: Coordinator, count: int = 4) -> list[str]:
    """Keys of new specifications, which no shard knows yet."""
    return [coordinator.specify(shard, os.urandom(1000)) for shard in range(count)]


def begun(coordinator: Coordinator) -> list[str]:
    assert coordinator.hello()["ok"]
    return specified(coordinator)


class TestAnswers:
    def test_rounds_over_two_workers(self, lasting):
        keys = specified(lasting)
        for number in range(5):
            round_of(lasting, keys, bytes([number]) * 5000)
        assert lasting.given == 4, "each shard was specified once"
        assert len(shards()) == 2
        wait_for(lambda: lasting.messages[-1].get("rounds", 0) >= 6, "what was done to be told")
        told = lasting.messages[-1]
        assert told["workers"] == 2
        assert told["restarts"] == 0
        assert told["bytesOut"] > 20 * 5000
        assert told["bytesIn"] > 20 * 32

    def test_hello_says_workers_and_engine(self, lasting):
        reply = lasting.hello()
        assert (reply["shards"], reply["engine"], reply["threads"]) == (2, "fake", 2)

    def test_progress_comes_before_the_reply(self, lasting):
        (key,) = specified(lasting, 1)
        lasting.ask(0, key, step="progress")
        wait_for(lambda: [done for _, done in lasting.progress] == [0.5], "progress")

    def test_requests_of_a_shard_keep_their_order(self, lasting):
        (key,) = specified(lasting, 1)
        given = lasting.send("specify", lasting.specifications[key], shard=0, key=key)
        asked = [lasting.send("digest", bytes([n]), shard=0, key=key) for n in range(5)]
        assert lasting.reply(given).header["ok"]
        assert all(lasting.reply(number).header["ok"] for number in asked)


class TestEngine:
    def test_a_client_gives_the_same_bytes(self, cluster, table):
        values, coordinates = table
        alone = whymap.explain(values, coordinates, **QUICK)
        with Client(cluster, set_as_default=False) as client:
            shared = whymap.explain(values, coordinates, cluster=client, **QUICK)
        for name in SAME:
            assert shared.read(name) == alone.read(name), name

    def test_not_a_client(self, table):
        with pytest.raises(whymap.OptionError, match="cluster of type int"):
            whymap.explain(*table, cluster=4)


class TestLost:
    def test_node_process_killed_between_and_in_rounds(self, lasting):
        given = lasting.given
        keys = specified(lasting)
        round_of(lasting, keys, b"one")
        os.kill(shards()[0], signal.SIGKILL)
        round_of(lasting, keys, b"two")
        killer = threading.Timer(0.4, lambda: os.kill(shards()[-1], signal.SIGKILL))
        killer.start()
        round_of(lasting, keys, b"three", sleep=1)
        killer.join()
        assert lasting.given > given + 4

    def test_worker_killed_between_and_in_rounds(self, lasting, cluster):
        keys = specified(lasting)
        round_of(lasting, keys, b"one")
        os.kill(next(iter(workers_of(cluster).values())), signal.SIGKILL)
        round_of(lasting, keys, b"two")
        # a worker that is killed while its nanny still starts it is not started again: that is Dask's, not looked at here
        wait_for(lambda: len(workers_of(cluster)) == 2, "the worker to be back")
        last = list(workers_of(cluster).values())[-1]
        killer = threading.Timer(0.4, lambda: os.kill(last, signal.SIGKILL))
        killer.start()
        round_of(lasting, keys, b"three", sleep=1)
        killer.join()
        wait_for(lambda: len(workers_of(cluster)) == 2, "both workers to be back")
        wait_for(lambda: len(shards()) == 2, "the new worker to be taken in")
        round_of(lasting, keys, b"four")

    def test_a_process_that_dies_each_time_is_given_up(self, lasting, tmp_path):
        (key,) = specified(lasting, 1)
        reply = lasting.ask(0, key, die="always")
        error = reply.header["error"]
        assert error["kind"] == "lost"
        assert "exit code 3" in error["got"]
        assert "tcp://" in error["got"]
        assert "memory" in error["remedy"]

    def test_a_process_that_dies_once_is_not_noticed(self, lasting, tmp_path):
        (key,) = specified(lasting, 1)
        reply = lasting.ask(0, key, b"x", die=str(tmp_path / "died"))
        assert reply.bytes[-32:] == lasting.expected(key, b"x")

    def test_more_memory_than_the_worker_has(self, lasting):
        (key,) = specified(lasting, 1)
        error = lasting.ask(0, key, grow=700_000_000, sleep=5).header["error"]
        assert error["kind"] == "lost"
        assert "0.60 GB of this worker" in error["got"]


class TestFreed:
    def test_cancel_answers_and_leaves_the_process(self, lasting):
        (key,) = specified(lasting, 1)
        lasting.ask(0, key)
        number = lasting.send("digest", shard=0, key=key, sleep=60)
        waiting = lasting.send("digest", shard=0, key=key, sleep=60)
        time.sleep(0.5)
        lasting.send("cancel", cancels=waiting)
        lasting.send("cancel", cancels=number)
        assert lasting.reply(number, 30).header["error"]["kind"] == "cancelled"
        assert lasting.reply(waiting, 30).header["error"]["kind"] == "cancelled"
        assert lasting.ask(0, key, b"after").header["ok"]

    def test_end_in_the_middle_of_a_step(self, coordinator):
        before = shards()
        key = begun(coordinator)[0]
        coordinator.ask(0, key)
        coordinator.send("digest", shard=0, key=key, sleep=60)
        time.sleep(0.5)
        assert len(shards()) == len(before) + 2
        assert coordinator.close() == 0
        assert shards() == before

    def test_ctrl_c_is_left_to_the_coordinator(self, lasting):
        keys = specified(lasting)
        os.killpg(lasting.process.pid, signal.SIGINT)
        round_of(lasting, keys, b"still there")

    def test_bridge_terminated(self, coordinator):
        before = shards()
        begun(coordinator)
        coordinator.process.terminate()
        assert coordinator.process.wait(30) == 0
        assert shards() == before

    def test_bridge_killed(self, cluster):
        before = shards()
        found = Coordinator(cluster.scheduler_address, lease=4)
        begun(found)
        assert len(shards()) == len(before) + 2
        found.process.kill()
        wait_for(lambda: shards() == before, "the leases to run out")


class TestRefused:
    def test_coordinator_of_another_version(self, refused):
        error = refused.hello(version="0.0.1")["error"]
        assert error["kind"] == "version"
        assert "0.0.1" in error["got"]
        assert whymap.__version__ in error["got"]

    def test_worker_of_another_version(self, cluster, refused):
        def say(version: str) -> None:
            import whymap.cluster.on_worker

            whymap.cluster.on_worker.__version__ = version

        with Client(cluster, set_as_default=False) as client:
            client.run(say, "9.9.9")
            error = refused.hello()["error"]
            client.run(say, whymap.__version__)
        assert error["kind"] == "version"
        assert "9.9.9" in error["got"]
        assert "tcp://" in error["got"], "the worker is named"

    def test_engine_of_another_version(self, cluster):
        found = Coordinator(cluster.scheduler_address, command=[sys.executable, FAKE, TAG, "7.7.7"])
        error = found.hello()["error"]
        found.close()
        assert error["kind"] == "version"
        assert "7.7.7" in error["expected"]

    def test_no_node_on_a_worker(self, cluster):
        found = Coordinator(cluster.scheduler_address, command=["/nowhere/node"])
        error = found.hello()["error"]
        found.close()
        assert error["kind"] == "machine"
        assert "/nowhere/node" in error["got"]
        assert "tcp://" in error["got"]

    def test_worker_without_whymap(self, cluster, refused):
        def hide(hidden: bool) -> None:
            import sys

            name, aside = "whymap.cluster.on_worker", "whymap.cluster.on_worker aside"
            if hidden:
                sys.modules[aside], sys.modules[name] = sys.modules[name], None
            else:
                sys.modules[name] = sys.modules.pop(aside)

        with Client(cluster, set_as_default=False) as client:
            client.run(hide, True)
            error = refused.hello()["error"]
            client.run(hide, False)
        assert "without whymap" in error["got"]
        assert "pip install" in error["remedy"]

    @pytest.mark.parametrize("address", ["tcp://127.0.0.1:9", "local:0", "local:x", "http://somewhere"])
    def test_no_address(self, address):
        async def connect() -> None:
            async with connected(address, timeout=1):
                pass

        with pytest.raises(whymap.WhymapError, match=address):
            asyncio.run(connect())

    def test_no_dask(self, tmp_path):
        (tmp_path / "distributed.py").write_text("raise ImportError")
        answer = subprocess.run(
            [sys.executable, "-m", "whymap.cluster", "--scheduler", "local:2"],
            env={**os.environ, "PYTHONPATH": str(tmp_path)},
            input=b"",
            capture_output=True,
            check=False,
        )
        assert answer.returncode == 2
        assert json.loads(answer.stderr)["remedy"] == "pip install 'whymap[cluster]'"

    def test_file_not_seen_by_workers(self, lasting, tmp_path):
        rows = {"kind": "file", "path": str(tmp_path / "missing.zarr"), "size": 5}
        error = lasting.reply(lasting.send("specify", shard=0, key="k", spec={"rows": rows})).header["error"]
        assert error["kind"] == "read"
        assert "missing.zarr" in error["got"]
        assert "tcp://" in error["got"]
        (tmp_path / "other").write_bytes(b"123")
        rows = {"kind": "file", "path": str(tmp_path / "other"), "size": 5}
        error = lasting.reply(lasting.send("specify", shard=0, key="k", spec={"rows": rows})).header["error"]
        assert "3 bytes there, not 5" in error["got"]
        (tmp_path / "good").write_bytes(b"12345")
        rows = {"kind": "file", "path": str(tmp_path / "good"), "size": 5}
        assert lasting.reply(lasting.send("specify", shard=0, key="k", spec={"rows": rows})).header["ok"]

    def test_broken_frame(self, coordinator):
        begun(coordinator)
        coordinator.process.stdin.write(b"not a frame, and long enough to be read as the start of one")
        coordinator.process.stdin.flush()
        error = coordinator.reply(None).header["error"]
        assert error["kind"] == "frame"
        assert coordinator.process.wait(30) == 2

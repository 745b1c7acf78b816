"""Dask against Ray for resident Node.js processes: rounds, large and small, and a worker that is killed.

usage: python bench/cluster-trial.py dask|ray [ROUNDS]        (default 20 rounds of each kind)

4 worker processes on this machine, each with a resident Node.js that adds up the bytes it gets and answers with as many as
asked; 8 shards. A round broadcasts to all shards and gathers all answers. Every answer is checked. Prints a line of JSON: milliseconds
on the clock (median, 10th and 90th percentile) and of processor time of all processes (which says more on a machine that is shared).
Needs `distributed` (dask) or `ray[default]` (ray), psutil, and node on the path.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import statistics
import struct
import subprocess
import sys
import time

import numpy as np
import psutil

WORKERS, SHARDS = 4, 8
LARGE, SMALL = 400_000, 400
NODE = """
let held = Buffer.alloc(0);
process.stdin.on('data', (piece) => {
  held = held.length === 0 ? piece : Buffer.concat([held, piece]);
  while (held.length >= 8 && held.length >= 8 + held.readUInt32LE(0)) {
    const [length, answer] = [held.readUInt32LE(0), held.readUInt32LE(4)];
    let sum = 0;
    for (let i = 8; i < 8 + length; i++) sum += held[i];
    const out = Buffer.alloc(8 + answer);
    out.writeUInt32LE(answer, 0);
    out.writeUInt32LE(sum >>> 0, 4);
    process.stdout.write(out);
    held = held.subarray(8 + length);
  }
});
process.stdin.on('end', () => process.exit(0));
"""


class Resident:
    """A Node.js process that answers bytes with a sum and as many bytes as asked."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(["node", "-e", NODE], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def ask(self, body: bytes, answer: int) -> tuple[int, bytes]:
        self.process.stdin.write(struct.pack("<II", len(body), answer))
        self.process.stdin.write(body)
        self.process.stdin.flush()
        length, total = struct.unpack("<II", self.process.stdout.read(8))
        return total, self.process.stdout.read(length)


def body_of(size: int, round_number: int) -> bytes:
    return np.random.default_rng(round_number).integers(0, 256, size, dtype=np.uint8).tobytes()


def checked(answers: list, body: bytes, answer: int) -> None:
    expected = int(np.frombuffer(body, np.uint8).sum(dtype=np.int64))
    for total, back in answers:
        assert (total, len(back)) == (expected, answer), "a wrong answer"


class Dask:
    """Tasks with plain arguments, bound to workers as long as they live; results come straight from the workers."""

    def __init__(self) -> None:
        import dask
        from distributed import Client, LocalCluster

        dask.config.set({"distributed.scheduler.worker-ttl": "30s"})
        self.cluster = LocalCluster(n_workers=WORKERS, threads_per_worker=1, dashboard_address=None)
        self.client = Client(self.cluster, direct_to_workers=True)
        self.workers = list(self.client.scheduler_info(n_workers=-1)["workers"])

    def round(self, body: bytes, answer: int) -> list:
        futures = [
            self.client.submit(
                step, body, answer, pure=False, workers=[self.workers[s % WORKERS]], allow_other_workers=True
            )
            for s in range(SHARDS)
        ]
        return self.client.gather(futures)

    def pids(self) -> list[int]:
        return list(self.client.run(os.getpid).values())

    def close(self) -> None:
        self.client.close()
        self.cluster.close()


class DaskScatter(Dask):
    """The same, but the broadcast is scattered to the workers first."""

    def round(self, body: bytes, answer: int) -> list:
        handed = self.client.scatter(body, broadcast=True, hash=False)
        futures = [
            self.client.submit(
                step,
                handed,
                answer,
                pure=False,
                workers=[self.workers[s % WORKERS]],
                allow_other_workers=True,
            )
            for s in range(SHARDS)
        ]
        return self.client.gather(futures)


def step(body: bytes, answer: int) -> tuple[int, bytes]:
    from distributed import get_worker

    worker = get_worker()
    # this function travels by value, so what stays has to hang on the worker
    if not hasattr(worker, "trial_resident"):
        worker.trial_resident = Resident()
    return worker.trial_resident.ask(body, answer)


class Ray:
    """One actor a worker, restarted by Ray; broadcasts through its store of objects."""

    def __init__(self) -> None:
        import ray

        ray.init(
            num_cpus=WORKERS, include_dashboard=False, log_to_driver=False, object_store_memory=500_000_000
        )
        self.ray = ray

        @ray.remote(max_restarts=-1, max_task_retries=-1)
        class Shards:
            def __init__(self) -> None:
                self.resident = Resident()

            def step(self, body: bytes, answer: int) -> tuple[int, bytes]:
                return self.resident.ask(body, answer)

            def pid(self) -> int:
                return os.getpid()

        self.actors = [Shards.remote() for _ in range(WORKERS)]

    def round(self, body: bytes, answer: int) -> list:
        handed = self.ray.put(body)
        return self.ray.get([self.actors[s % WORKERS].step.remote(handed, answer) for s in range(SHARDS)])

    def pids(self) -> list[int]:
        return self.ray.get([actor.pid.remote() for actor in self.actors])

    def close(self) -> None:
        self.ray.shutdown()


def timed(engine, size: int, number: int) -> float:
    body = body_of(size, number)
    start = time.perf_counter()
    answers = engine.round(body, size)
    seconds = time.perf_counter() - start
    checked(answers, body, size)
    return seconds


def processor_seconds() -> float:
    """Of this process and all below it; those that have ended are lost."""
    total = 0.0
    for process in [psutil.Process(), *psutil.Process().children(recursive=True)]:
        with contextlib.suppress(psutil.Error):
            times = process.cpu_times()
            total += times.user + times.system
    return total


def killed(engine, size: int) -> dict:
    """A worker is killed between two rounds, and another while a round is under way; seconds of the round that bears it."""
    os.kill(engine.pids()[1], signal.SIGKILL)
    try:
        between = timed(engine, size, 1001)
    except Exception as error:  # what is measured here may be that it fails
        return {"between_s": f"fails: {type(error).__name__}"}
    after = statistics.median(timed(engine, size, 1002 + i) for i in range(5))
    return {"between_s": round(between, 2), "after_ms": round(1000 * after)}


def measure(kind, rounds: int) -> dict:
    start = time.perf_counter()
    engine = kind()
    engine.round(body_of(SMALL, 0), SMALL)
    found = {"engine": kind.__name__, "start_s": round(time.perf_counter() - start, 1)}
    for name, size in (("400B", SMALL), ("400kB", LARGE)):
        before = processor_seconds()
        taken = [timed(engine, size, number) for number in range(rounds)]
        low, middle, high = np.percentile(taken, [10, 50, 90]) * 1000
        used = 1000 * (processor_seconds() - before) / rounds
        found[name] = {
            "ms": round(middle, 1),
            "p10": round(low, 1),
            "p90": round(high, 1),
            "cpu_ms": round(used),
        }
    found["killed"] = killed(engine, LARGE)
    engine.close()
    return found


if __name__ == "__main__":
    names = {"dask": [Dask, DaskScatter], "ray": [Ray]}
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 20
    for kind in names[sys.argv[1]]:
        print(json.dumps({**measure(kind, count), "load": round(os.getloadavg()[0], 1)}), flush=True)

"""One explanation in one process, and on workers of this machine or of Dask: the same bytes, processor time, memory, workers killed.

usage: python bench/cluster-run.py FEATURES.npy MAP.npy [--make ROWSxFEATURES] [--on dask,local] [--workers 0,1,2,4] [--kill SECONDS]
       [-- OPTIONS OF EXPLAIN]

0 workers are the command by itself; the files of each run are compared with those of the first. With --make the two files are written first where they are not there: ROWS samples in 24 regions of a map, 8 modules of 12 features, each
in 6 regions, the rest noise. Every process has one thread. Processor seconds are read from /proc ten times a second until the process has
ended: of the command, of the bridge, of the workers (Python and Node.js), and of nothing else. Workers of Dask have been said hello to once
before (so that whymap is loaded in them), which is told beside it, as is what a bridge and a shard take that are said hello to and end.
Nothing is subtracted.

With --kill a worker of Dask (taken in turn) is killed by SIGKILL every so many seconds once the first step is done, and Dask starts it anew.
Needs distributed, psutil and whymap in this Python, and a built whymap (dist/).
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import numpy as np
import psutil

MAIN = Path(os.environ.get("MAIN", Path(__file__).parent.parent / "dist/cli/main.js"))


def make(features: Path, points: Path, rows: int, columns: int) -> None:
    """Writes a table with planted modules and its map."""
    random = np.random.default_rng(1)
    region = random.integers(24, size=rows)
    table = random.normal(size=(rows, columns)).astype(np.float32)
    for module in range(8):
        present = np.flatnonzero((region + 3 * module) % 24 < 6)
        own = table[np.ix_(present, range(12 * module, 12 * module + 12))]
        programme = random.normal(size=(len(present), 1)).astype(np.float32)
        table[np.ix_(present, range(12 * module, 12 * module + 12))] = programme + 0.5 * own
    centers = 8.0 * np.stack([region % 6, region // 6], axis=1)
    np.save(features, table)
    np.save(points, (centers + random.normal(size=(rows, 2))).astype(np.float32))


class Watch(threading.Thread):
    """Processor seconds and peak memory of some processes and all that they start."""

    def __init__(self, pids) -> None:
        super().__init__(daemon=True)
        self.pids, self.seconds, self.peak, self.over = pids, {}, {}, threading.Event()
        self.before = 0.0

    def run(self) -> None:
        while not self.over.wait(0.1):
            self.look()

    def look(self) -> None:
        for pid in self.pids():
            try:
                top = psutil.Process(pid)
                for process in [top, *top.children(recursive=True)]:
                    times = process.cpu_times()
                    self.seconds[process.pid] = times.user + times.system
                    self.peak[process.pid] = max(self.peak.get(process.pid, 0), process.memory_info().rss)
            except psutil.Error:
                pass

    def total(self, but: int | None = None) -> float:
        return sum(seconds for pid, seconds in self.seconds.items() if pid != but) - self.before


def explain(arguments: list[str], out: Path) -> dict:
    """Runs the command: seconds on the clock, processor seconds and peak memory of its process and of those it starts."""
    start = time.monotonic()
    process = subprocess.Popen(
        ["node", str(MAIN), "explain", *arguments, "-o", str(out), "--messages", "json"],
        env={**os.environ, "WHYMAP_PYTHON": sys.executable},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    watch = Watch(lambda: [process.pid])
    watch.start()
    said, log = {}, []
    for line in process.stderr:
        if line.startswith(('{"message":"cluster"', '{"message": "cluster"')):
            said = json.loads(line)
        elif not line.startswith('{"message":"progress"'):
            log.append(line)
    _, status, usage = os.wait4(process.pid, 0)
    watch.over.set()
    if status != 0:
        raise SystemExit("".join(log))
    return {
        "wall_s": round(time.monotonic() - start, 1),
        "command_cpu_s": round(watch.seconds[process.pid], 1),
        "started_cpu_s": round(watch.total(but=process.pid), 1),
        "peak_mb": round(usage.ru_maxrss / 1024),
        "said": {
            name: said.get(name) for name in ("rounds", "bytesOut", "bytesIn", "restarts") if name in said
        },
    }


def greeted(command: list[str]) -> float:
    """Processor seconds of a process, and of those it starts, that is said hello to and ends: a shard, or the bridge."""
    from whymap.cluster import frames

    version = subprocess.run(["node", str(MAIN), "--version"], capture_output=True, text=True, check=True)
    hello = {
        "id": 0,
        "step": "hello",
        "version": version.stdout.split()[-1],
        "protocol": frames.PROTOCOL,
        "threads": 1,
    }
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    process.stdin.write(frames.encode(hello))
    process.stdin.flush()
    answer = frames.read(process.stdout).header
    assert answer["ok"], answer
    process.stdin.close()
    _, _, usage = os.wait4(process.pid, 0)
    return round(usage.ru_utime + usage.ru_stime, 2)


def different(one: Path, other: Path) -> list[str]:
    """Files whose bytes differ; summary.json has timings and is compared without them."""
    names = sorted(path.name for path in one.iterdir())
    assert names == sorted(path.name for path in other.iterdir())

    def content(folder: Path, name: str):
        data = (folder / name).read_bytes()
        return {**json.loads(data), "timings": None, "engine": None} if name == "summary.json" else data

    return [name for name in names if content(one, name) != content(other, name)]


def on_dask(count: int, arguments: list[str], out: Path, kill: float | None) -> dict:
    """On a scheduler of this process with so many workers."""
    from distributed import LocalCluster

    with LocalCluster(
        n_workers=count, threads_per_worker=1, dashboard_address=None, silence_logs=50
    ) as cluster:

        def pids() -> list[int]:
            return [worker.process.pid for worker in cluster.workers.values() if worker.process]

        # what the first run makes the workers load, and each run's bridge and shards
        idle = Watch(pids)
        idle.look()
        idle.before = idle.total()
        bridge = greeted([sys.executable, "-m", "whymap.cluster", "--scheduler", cluster.scheduler_address])
        idle.look()
        watch = Watch(pids)
        watch.look()
        watch.before = watch.total()
        watch.start()
        killed, over = [], threading.Event()

        def killer() -> None:
            turn = 0
            while not over.wait(kill):
                # Dask does not start anew what is killed while it starts
                if len(pids()) == count and len(cluster.scheduler.workers) == count:
                    os.kill(pids()[turn % count], signal.SIGKILL)
                    killed.append(time.monotonic())
                    turn += 1

        if kill:
            threading.Thread(target=killer, daemon=True).start()
        found = explain([*arguments, "--cluster", cluster.scheduler_address], out)
        over.set()
        watch.look()
        watch.over.set()
        start = {"start_of_bridge_cpu_s": bridge, "first_start_of_workers_cpu_s": round(idle.total(), 1)}
        # what the command starts is the bridge
        found["bridge_cpu_s"] = found.pop("started_cpu_s")
        more = {"killed": len(killed)} if kill else {"workers_cpu_s": round(watch.total(), 1), **start}
        return {**found, **more}


def on_local(count: int, arguments: list[str], out: Path) -> dict:
    found = explain([*arguments, "--cluster", f"local:{count}"], out)
    # what the command starts are the workers
    workers = found.pop("started_cpu_s")
    return {**found, "workers_cpu_s": workers}


def measured(kind: str, count: int, found: dict, rows: int) -> None:
    """Prints what was found, and what it comes to for each sample."""
    parts = ("command_cpu_s", "bridge_cpu_s", "workers_cpu_s")
    total = sum(found.get(part, 0) for part in parts)
    load = round(os.getloadavg()[0], 1)
    each = {"all_cpu_s": round(total, 1), "ms_a_sample": round(1000 * total / rows, 3)}
    print(json.dumps({"on": kind, "workers": count, **found, **each, "load": load}), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("features", type=Path)
    parser.add_argument("map", type=Path)
    parser.add_argument("--make")
    parser.add_argument("--on", default="dask")
    parser.add_argument("--workers", default="0,1,2,4")
    parser.add_argument("--kill", type=float)
    options, more = parser.parse_known_args()
    if options.make and not options.map.exists():
        make(options.features, options.map, *map(int, options.make.split("x")))
    rows = np.load(options.map, mmap_mode="r").shape[0]
    arguments = [
        str(options.features),
        "-e",
        str(options.map),
        "--threads",
        "1",
        *[m for m in more if m != "--"],
    ]
    folder = Path(tempfile.mkdtemp())
    print(json.dumps({"start_of_a_shard_cpu_s": greeted(["node", str(MAIN), "shard"])}), flush=True)
    first = None
    for kind in options.on.split(","):
        for count in map(int, options.workers.split(",")):
            out = folder / f"{kind}{count}"
            if count == 0:
                found = explain(arguments, out)
                found.pop("started_cpu_s")
            elif kind == "local":
                found = on_local(count, arguments, out)
            else:
                found = on_dask(count, arguments, out, options.kill)
            first = first or out
            found["different"] = different(first, out)
            measured(kind, count, found, rows)
    shutil.rmtree(folder)


if __name__ == "__main__":
    main()

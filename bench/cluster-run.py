"""One explanation on 1, 2 and 4 workers of Dask against one process: the same bytes, processor time, memory, and workers killed.

usage: python bench/cluster-run.py FEATURES.npy MAP.npy [--workers 1,2,4] [--kill SECONDS] [-- OPTIONS OF EXPLAIN]

With --kill a worker (taken in turn) is killed by SIGKILL every so many seconds once the first step is done, and Dask starts it anew.
Needs distributed, psutil and whymap in this Python, and a built whymap (dist/).
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import psutil

MAIN = Path(__file__).parent.parent / "dist/cli/main.js"


def explain(arguments: list[str], out: Path) -> dict:
    """Runs the command; seconds on the clock, processor seconds and peak memory of its process, and what the bridge said."""
    start = time.monotonic()
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    process = subprocess.Popen(
        ["node", str(MAIN), "explain", *arguments, "-o", str(out), "--messages", "json"],
        env={**os.environ, "WHYMAP_PYTHON": sys.executable},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    said, log = {}, []
    for line in process.stderr:
        if line.startswith('{"message":"cluster"') or line.startswith('{"message": "cluster"'):
            said = json.loads(line)
        elif not line.startswith('{"message":"progress"'):
            log.append(line)
    peak = 0
    _, status, usage = os.wait4(process.pid, 0)
    peak = usage.ru_maxrss / 1024
    if status != 0:
        raise SystemExit("".join(log))
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {
        "wall_s": round(time.monotonic() - start, 1),
        "cpu_s": round(cpu, 1),
        "peak_mb": round(peak),
        "said": said,
    }


def different(one: Path, other: Path) -> list[str]:
    """Files whose bytes differ; summary.json has timings and is compared without them."""
    names = sorted(path.name for path in one.iterdir())
    assert names == sorted(path.name for path in other.iterdir())

    def content(folder: Path, name: str):
        data = (folder / name).read_bytes()
        return {**json.loads(data), "timings": None, "engine": None} if name == "summary.json" else data

    return [name for name in names if content(one, name) != content(other, name)]


def processor_seconds(pids: list[int]) -> float:
    total = 0.0
    for pid in pids:
        times = psutil.Process(pid).cpu_times()
        total += times.user + times.system + times.children_user + times.children_system
    return total


def on_workers(count: int, arguments: list[str], out: Path, kill: float | None) -> dict:
    from distributed import LocalCluster

    with LocalCluster(
        n_workers=count, threads_per_worker=1, dashboard_address=None, silence_logs=50
    ) as cluster:
        client_pids = lambda: [worker.process.pid for worker in cluster.workers.values() if worker.process]  # noqa: E731
        before = processor_seconds(client_pids())
        killed, over = [], threading.Event()

        def killer() -> None:
            turn = 0
            while not over.wait(kill):
                pids = client_pids()
                # Dask does not start anew what is killed while it starts
                if len(pids) == count and len(cluster.scheduler.workers) == count:
                    os.kill(pids[turn % count], signal.SIGKILL)
                    killed.append(time.monotonic())
                    turn += 1

        if kill:
            threading.Thread(target=killer, daemon=True).start()
        found = explain([*arguments, "--cluster", cluster.scheduler_address], out)
        over.set()
        if kill:
            found["killed"] = len(killed)
        else:
            found["workers_cpu_s"] = round(processor_seconds(client_pids()) - before, 1)
        return found


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("features")
    parser.add_argument("map")
    parser.add_argument("--workers", default="1,2,4")
    parser.add_argument("--kill", type=float)
    options, more = parser.parse_known_args()
    arguments = [options.features, "-e", options.map, "--threads", "1", *[m for m in more if m != "--"]]
    folder = Path(tempfile.mkdtemp())
    alone = explain(arguments, folder / "alone")
    print(json.dumps({"workers": 0, **alone, "load": round(os.getloadavg()[0], 1)}), flush=True)
    for count in map(int, options.workers.split(",")):
        out = folder / str(count)
        found = on_workers(count, arguments, out, options.kill)
        found["different"] = different(folder / "alone", out)
        print(json.dumps({"workers": count, **found, "load": round(os.getloadavg()[0], 1)}), flush=True)
    shutil.rmtree(folder)


if __name__ == "__main__":
    main()

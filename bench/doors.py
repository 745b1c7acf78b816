"""What Python adds to the command line: the same data explained by both in turn, results compared to the byte.

    python bench/doors.py FEATURES.npy MAP.npy [--repeats 1] [--quick]

Prints processor seconds and wall of each run, Python's own among them, and the difference. `start` is a call on 60 samples,
which is what starting costs. With
`--quick` neither significance nor replication nor trust is measured: then what Python adds stands beside less work. Needs the package installed in the Python that runs it.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import whymap
from whymap._node import find_node
from whymap._process import PACKAGE

SAME = [
    "explanation.whymap",
    "modules.csv",
    "pairs.csv",
    "presence.csv",
    "scores.csv",
    "localities.csv",
    "members.npy",
]
CALL = """
import sys, warnings
import numpy as np
import whymap
warnings.simplefilter("ignore")
options = {"draws": 0, "refits": 0, "trust": False} if sys.argv[4:] else {}
found = whymap.explain(np.load(sys.argv[1]), np.load(sys.argv[2]), progress=False, **options)
found.save(sys.argv[3])
"""


def timed(command: list[str], folder: Path) -> tuple[float, float]:
    """Processor seconds of a process and its children, and wall seconds."""
    began = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, cwd=folder)
    _, status, used = os.wait4(process.pid, 0)
    if status != 0:
        raise SystemExit(f"{command} ended with {status}")
    return used.ru_utime + used.ru_stime, time.perf_counter() - began


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("features", type=Path)
    parser.add_argument("map", type=Path)
    parser.add_argument("--repeats", type=int, default=1)
    parser.add_argument("--quick", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        measure(Path(folder), given.features.resolve(), given.map.resolve(), given)


def measure(folder: Path, features: Path, coordinates: Path, given: argparse.Namespace) -> None:
    # the names that Python gives to arrays, since an explanation records them
    files = ["features.npy", "embedding.npy"]
    np.save(folder / files[0], np.load(features).astype(np.float32))
    np.save(folder / files[1], np.load(coordinates).astype(np.float32))
    node, engine = find_node(), str(PACKAGE / "dist" / "cli" / "main.js")
    (folder / "call.py").write_text(CALL)

    flags = ["--draws", "0", "--refits", "0", "--trust", "no"] if given.quick else []

    def commands(files: list[str], out: str) -> dict[str, list[str]]:
        return {
            "command line": [
                node,
                engine,
                "explain",
                files[0],
                "-e",
                files[1],
                "-o",
                f"cli-{out}",
                "--quiet",
                *flags,
            ],
            "Python": [sys.executable, "call.py", *files, f"python-{out}", *["quick"] * given.quick],
        }

    runs: dict[str, list[tuple[float, float]]] = {"command line": [], "Python": []}
    for repeat in range(given.repeats):
        by = commands(files, str(repeat))
        for name in list(by) if repeat % 2 == 0 else list(by)[::-1]:
            runs[name].append(timed(by[name], folder))
        different = [
            name for name in SAME if not same(folder / f"cli-{repeat}", folder / f"python-{repeat}", name)
        ]
        if different:
            raise SystemExit(f"not the same bytes: {', '.join(different)}")
    np.save(folder / "few.npy", np.random.default_rng(0).normal(size=(60, 5)).astype(np.float32))
    start = {
        name: timed(command, folder) for name, command in commands(["few.npy", "few.npy"], "few").items()
    }
    print("| | CPU s | wall s | start: CPU s | start: wall s |\n|---|---|---|---|---|")
    for name, values in runs.items():
        cpu, wall = (statistics.median(value[i] for value in values) for i in (0, 1))
        print(f"| {name} | {cpu:.1f} | {wall:.1f} | {start[name][0]:.1f} | {start[name][1]:.1f} |")
    print(f"\nwhymap {whymap.__version__}; the same bytes in {len(SAME)} files")


def same(one: Path, other: Path, name: str) -> bool:
    return (one / name).read_bytes() == (other / name).read_bytes()


if __name__ == "__main__":
    main()

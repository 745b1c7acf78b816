"""A table that no process here holds: made with planted modules, ordered into parts, explained on two workers, and checked.

usage: python bench/cluster-large.py SAMPLES FOLDER [--features 1000] [--workers 2] [--memory 4.5G] [--same] [-- OPTIONS OF EXPLAIN]

Makes SAMPLES x features sparse values (`FOLDER/cells.h5ad`, some rows at a time), orders them (`python -m whymap.cluster.order`), runs
`whymap explain PARTS --cluster local:N` on parts, and prints: cosine of each planted module with its match, peak memory (VmHWM) of the
coordinator and of each worker, rounds, bytes, processor seconds. What is there already is not made again. With --same, the same command
reads cells.h5ad in one process, and the files of both are compared.

Planted: 12 modules of 20 features, each in three of 24 regions of the map; a feature's value is max(0, strength x programme + noise -
threshold), so that about half of the cells there have none. Elsewhere, and for all other features, one value in a hundred is stored.
The truth is the squared correlation of the planted features where they are present, from 400,000 cells of their own.
Needs h5py, anndata, zarr, scipy, psutil and whymap in this Python, and a built whymap (dist/).
"""

from __future__ import annotations

import argparse
import csv
import filecmp
import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np

MAIN = Path(os.environ.get("MAIN", Path(__file__).parent.parent / "dist/cli/main.js"))
MODULES, EACH, REGIONS = 12, 20, 24
BLOCK = 100_000
STRAY = 0.01
THRESHOLD = 0.1


def strengths() -> np.ndarray:
    """Modules x features of one."""
    return np.random.default_rng(1).uniform(0.75, 1.25, (MODULES, EACH)).astype(np.float32)


def regions_of(module: int) -> list[int]:
    return [2 * module, 2 * module + 1, (2 * module + 7) % REGIONS]


def programme_values(random: np.random.Generator, cells: int, strength: np.ndarray) -> np.ndarray:
    """Values of a module's features where it is present, cells x features."""
    programme = random.normal(size=(cells, 1)).astype(np.float32)
    noise = random.normal(size=(cells, EACH)).astype(np.float32)
    return np.maximum(0, strength * programme + 0.5 * noise - THRESHOLD)


def block_of(first: int, last: int, features: int):
    """Rows ``first`` to ``last`` as CSR, and their map."""
    import scipy.sparse as sp

    random = np.random.default_rng([2, first])
    cells = last - first
    region = random.integers(REGIONS, size=cells)
    centers = 8.0 * np.stack([region % 6, region // 6], axis=1)
    points = (centers + random.normal(size=(cells, 2)) * (1 + 0.1 * (region[:, None] % 5))).astype(np.float32)
    strays = sp.random(cells, features, STRAY, "csr", np.float32, random, lambda n: random.uniform(0.5, 2, n))
    blocks, strength = [], strengths()
    for module in range(MODULES):
        present = np.flatnonzero(np.isin(region, regions_of(module)))
        values = programme_values(random, len(present), strength[module])
        rows, columns = np.nonzero(values)
        blocks.append((present[rows], module * EACH + columns, values[rows, columns]))
    rows, columns, values = (np.concatenate(parts) for parts in zip(*blocks, strict=True))
    planted = sp.csr_matrix((values, (rows, columns)), shape=(cells, features))
    table = planted.maximum(strays)
    table.sort_indices()
    return table.astype(np.float32), points


def make(path: Path, samples: int, features: int) -> None:
    """Writes the table as anndata does, some rows at a time."""
    import h5py

    new = path.with_suffix(".new")
    text = h5py.string_dtype()
    with h5py.File(new, "w") as file:
        file.attrs.update({"encoding-type": "anndata", "encoding-version": "0.1.0"})
        x = file.create_group("X")
        x.attrs.update({"encoding-type": "csr_matrix", "encoding-version": "0.1.0", "shape": [samples, features]})
        data = x.create_dataset("data", (0,), "f4", maxshape=(None,), chunks=(2**18,))
        indices = x.create_dataset("indices", (0,), "i4", maxshape=(None,), chunks=(2**18,))
        indptr = x.create_dataset("indptr", (samples + 1,), "i8")
        points = file.create_group("obsm").create_dataset("X_umap", (samples, 2), "f4")
        points.attrs.update({"encoding-type": "array", "encoding-version": "0.2.0"})
        for axis, count, letter in (("obs", samples, "c"), ("var", features, "g")):
            group = file.create_group(axis)
            group.attrs.update({"encoding-type": "dataframe", "encoding-version": "0.2.0", "_index": "_index"})
            group.attrs.create("column-order", np.array([], dtype=text), dtype=text)
            names = group.create_dataset("_index", (count,), text)
            names.attrs.update({"encoding-type": "string-array", "encoding-version": "0.2.0"})
            for first in range(0, count, BLOCK):
                last = min(count, first + BLOCK)
                names[first:last] = [f"{letter}{i}" for i in range(first, last)]
        stored = 0
        for first in range(0, samples, BLOCK):
            last = min(samples, first + BLOCK)
            table, points[first:last] = block_of(first, last, features)
            end = stored + table.nnz
            data.resize((end,))
            indices.resize((end,))
            data[stored:end], indices[stored:end] = table.data, table.indices
            indptr[first + 1 : last + 1] = table.indptr[1:].astype(np.int64) + stored
            stored = end
    os.replace(new, path)
    print(f"{samples} x {features}, {stored} values stored ({stored / samples:.1f} a sample)", flush=True)


def truth() -> np.ndarray:
    """Squared correlations of the features of each module where it is present, modules x features x features; 0 on the diagonal."""
    random = np.random.default_rng(3)
    patterns = []
    for strength in strengths():
        r = np.corrcoef(programme_values(random, 400_000, strength).T)
        np.fill_diagonal(r, 0)
        patterns.append(r**2)
    return np.array(patterns)


def cosines(out: Path, features: int) -> list[float]:
    """For each planted module the largest cosine of its pair pattern with one that was found."""
    loadings: dict[str, np.ndarray] = {}
    with open(out / "modules.csv", newline="") as file:
        for row in csv.DictReader(file):
            loading = loadings.setdefault(row["module"], np.zeros(features))
            loading[int(row["feature"][1:])] = float(row["loading"])
    found = []
    for module, pattern in enumerate(truth()):
        own = slice(module * EACH, (module + 1) * EACH)
        best = 0.0
        for loading in loadings.values():
            squares = loading**2
            norm = np.sqrt(max(0.0, squares.sum() ** 2 - (squares**2).sum()))
            product = float(loading[own] @ pattern @ loading[own])
            best = max(best, product / (norm * np.linalg.norm(pattern)) if norm > 0 else 0.0)
        found.append(best)
    return found


class Watch(threading.Thread):
    """Looks at a process and those it starts: peak memory and processor seconds of each."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.pid, self.seen = pid, {}

    def run(self) -> None:
        import psutil

        while True:
            try:
                top = psutil.Process(self.pid)
                processes = [top, *top.children(recursive=True)]
            except psutil.Error:
                return
            for process in processes:
                try:
                    peak = next(
                        int(line.split()[1]) / 1024
                        for line in Path(f"/proc/{process.pid}/status").read_text().splitlines()
                        if line.startswith("VmHWM")
                    )
                    times = process.cpu_times()
                    self.seen[process.pid] = (round(peak), round(times.user + times.system, 1))
                except (psutil.Error, OSError, StopIteration):
                    pass
            time.sleep(0.5)


def explain(arguments: list[str]) -> None:
    """Runs the command; prints peak memory and processor seconds of its processes, and its stages as they begin."""
    start = time.monotonic()
    process = subprocess.Popen(
        ["node", str(MAIN), "explain", *arguments, "--messages", "json"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    watch = Watch(process.pid)
    watch.start()
    stage = None
    for line in process.stderr:
        said = json.loads(line) if line.startswith("{") else {}
        if said.get("message") == "progress":
            if said["stage"] != stage:
                stage = said["stage"]
                print(f"  {time.monotonic() - start:7.1f} s  {stage}  {dict(watch.seen)}", flush=True)
        else:
            print(" ", line.rstrip(), flush=True)
    status = process.wait()
    print(f"  {time.monotonic() - start:7.1f} s  ended with {status}")
    for pid, (peak, seconds) in watch.seen.items():
        name = "coordinator" if pid == process.pid else "worker"
        print(f"  {name}: peak {peak} MB, {seconds} processor s", flush=True)
    if status != 0:
        raise SystemExit(status)


def main() -> None:
    own, _, others = " ".join(sys.argv[1:]).partition(" -- ")
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("samples", type=int)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--features", type=int, default=1000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--memory", default="4.5G", help="of the coordinator and all workers")
    parser.add_argument("--same", action="store_true", help="the same in one process, and compared")
    options = parser.parse_args(own.split())
    folder = options.folder
    folder.mkdir(parents=True, exist_ok=True)
    table, parts = folder / "cells.h5ad", folder / "parts"
    if not table.exists():
        make(table, options.samples, options.features)
    start = time.monotonic()
    order = [sys.executable, "-m", "whymap.cluster.order", str(table), "-e", "X_umap", "--out", str(parts)]
    subprocess.run(order, check=True)
    print(f"pre-pass: {time.monotonic() - start:.1f} s", flush=True)
    more = others.split()
    out = folder / "out"
    cluster = ["--cluster", f"local:{options.workers}", "--memory", options.memory]
    print("on workers, from parts", flush=True)
    explain([str(parts), *cluster, "-o", str(out), *more])
    found = cosines(out, options.features)
    print("cosines of the planted modules:", ", ".join(f"{c:.4f}" for c in found), f"least {min(found):.4f}", flush=True)
    if options.same:
        print("in one process that holds the table", flush=True)
        whole = folder / "whole"
        explain([str(table), "-e", "X_umap", "--memory", options.memory, "-o", str(whole), *more])
        names = sorted(path.name for path in whole.iterdir())
        differ = [name for name in names if not filecmp.cmp(whole / name, out / name, shallow=False)]
        print("files:", ", ".join(names))
        print("files that differ:", ", ".join(differ) or "none", flush=True)


if __name__ == "__main__":
    main()

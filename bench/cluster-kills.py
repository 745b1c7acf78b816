"""A worker killed by SIGKILL in every stage of `whymap explain` and in every step of a shard: are the files the same?

usage: python bench/cluster-kills.py [FOLDER] [--columns local-table,local-parts,dask-table,dask-parts,pre-pass] [--samples 1500]

Four columns: on local:2 and on two workers of Dask (with nannies), over a table and over parts of it. In each the command runs again
and again until a worker was killed in every stage that the command names, and in every step of a shard, when it has the request and
when half of its reply is written; several in one run, each at its exact moment (cluster-kills-hook.mjs). Each run's files are compared with
those of a run without kills and, CSV and NPY, with those of one process. `--form stacked` for the step `block` has runs of its own.
Then workers are killed in each task of the pre-pass, on Dask and on local:2, and the parts compared.
Needs what cluster-large.py does, distributed, and a built whymap (dist/).
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

HERE = Path(__file__).parent
MAIN = HERE.parent / "dist/cli/main.js"
HOOK = HERE / "cluster-kills-hook.mjs"
STAGES = [
    "reading",
    "localities",
    "associations",
    "modules",
    "description",
    "signs",
    "significance",
    "replication",
    "scores",
]
STAGES += ["stability", "components", "neighborhoods", "writing"]
STEPS = [
    "hello",
    "seeParts",
    "specify",
    "associate",
    "quadraticForms",
    "sumPatterns",
    "sumLocalSquares",
    "correlateLocalities",
    "forget",
]
ROW_STEPS = ["rangesOfRows", "sumRows", "sumSquares", "scoreRows"]
OPTIONS = {
    "": "-m 4 --draws 49 --level 0.05 --refits 1 --stability 1",
    "block": "-m 3 --form stacked --draws 0 --refits 0",
}
TASKS = ["split_block", "join_part", "part_key"]


def moments(column: str) -> list[dict]:
    """All moments of a column, in the order of a run."""
    dask = column.startswith("dask")
    found = [{"name": stage, "stage": stage, "whom": "worker" if dask else "shard"} for stage in STAGES]
    for step in [*STEPS, *ROW_STEPS, "block"]:
        for at in ("received", "half"):
            # a worker that is lost takes its process along; a process that is lost leaves its worker a reply that is cut
            whom = "worker" if dask and at == "received" else "shard"
            found.append({"name": f"{step}-{at}", "step": step, "at": at, "whom": whom})
    table = column.endswith("table")
    return [
        m
        for m in found
        if m["name"].split("-")[0] not in (["seeParts", *ROW_STEPS] if table else ["components", "neighborhoods"])
    ]


def run(arguments: list[str], out: Path, folder: Path | None = None) -> None:
    """Runs the command. With a folder, what its plan.json says is killed."""
    shutil.rmtree(out, ignore_errors=True)
    environment = {**os.environ, "WHYMAP_PYTHON": sys.executable}
    if folder:
        environment |= killing(folder)
    command = ["node", str(MAIN), "explain", *arguments, "-o", str(out), "--messages", "json"]
    answer = subprocess.run(
        command, env=environment, capture_output=True, text=True, check=False, timeout=600
    )
    if answer.returncode != 0:
        said = [line for line in answer.stderr.splitlines() if '"progress"' not in line]
        raise SystemExit(f"{' '.join(command)}\nended with {answer.returncode}: " + "\n".join(said[-20:]))


def killing(folder: Path) -> dict[str, str]:
    return {"NODE_OPTIONS": f"--import {HOOK}", "WHYMAP_KILLS": str(folder)}


def content(path: Path):
    """The bytes of a file; of summary.json without times and engine."""
    data = path.read_bytes()
    return {**json.loads(data), "timings": None, "engine": None} if path.name == "summary.json" else data


def different(one: Path, other: Path, endings: tuple[str, ...] = ("",)) -> list[str]:
    """Files that differ, of those whose names end so."""
    names = sorted({p.name for folder in (one, other) for p in folder.iterdir() if p.name.endswith(endings)})
    both = [name for name in names if (one / name).exists() and (other / name).exists()]
    return [name for name in names if name not in both or content(one / name) != content(other / name)]


class Column:
    """One way to run: where (``place`` gives the address for one run), and over what."""

    def __init__(self, name: str, folder: Path) -> None:
        self.name, self.folder, self.kills = name, folder, emptied(folder / "kills")
        self.place = on_dask if name.startswith("dask") else on_local
        self.alone = [str(folder / "cells.h5ad"), "-e", "X_umap"]
        self.source = self.alone if name.endswith("table") else [str(folder / "parts"), "--trust", "no"]
        self.found: dict[str, list[str]] = {}

    def all(self) -> None:
        """Kills at all moments; prints each with the files that differ."""
        for kind, options in OPTIONS.items():
            wanted = [m for m in moments(self.name) if (m.get("step") == "block") == (kind == "block")]
            more = [*options.split(), "--threads", "2"]
            alone, calm, out = (self.folder / f"{self.name}-{kind}{what}" for what in ("alone", "calm", "out"))
            run([*self.alone, *more, "--trust", "yes" if self.source == self.alone else "no"], alone)
            self._once([], more, calm)
            differ = different(alone, calm, (".csv", ".npy"))
            print(f"{self.name} {kind}: without kills, files that differ from one process:", differ or "none", flush=True)
            while wanted and (landed := self._once(wanted, more, out)):
                differ = different(calm, out)
                self.found |= dict.fromkeys(landed, differ)
                print(f"{self.name}: killed in {', '.join(landed)}; differ:", differ or "none", flush=True)
                wanted = [m for m in wanted if m["name"] not in landed]

    def _once(self, wanted: list[dict], more: list[str], out: Path) -> list[str]:
        """Runs the command; the moments at which something was killed."""
        emptied(self.kills)
        (self.kills / "plan.json").write_text(json.dumps(wanted))
        with self.place(self.kills) as address:
            run([*self.source, "--cluster", address, *more], out, self.kills)
        landed = os.listdir(self.kills / "landed")
        return [m["name"] for m in wanted if m["name"] in landed]


def emptied(folder: Path) -> Path:
    """A folder for kills, with nothing planned."""
    for name in ("landed", "shards"):
        shutil.rmtree(folder / name, ignore_errors=True)
        (folder / name).mkdir(parents=True)
    (folder / "plan.json").write_text("[]")
    return folder


@contextmanager
def on_local(kills: Path) -> Iterator[str]:
    yield "local:2"


@contextmanager
def on_dask(kills: Path) -> Iterator[str]:
    """Two workers with their nannies, new for each run: a nanny that a busy machine made give up is not the next run's."""
    from distributed import LocalCluster

    os.environ.update(killing(kills))  # for the workers, and those that their nannies start
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None, silence_logs=50) as cluster:
        yield cluster.scheduler_address
    for variable in killing(kills):
        del os.environ[variable]


def pre_pass(folder: Path) -> None:
    """Kills a worker once in each task of the pre-pass, before and after what it writes has its name."""
    for address in ("local:2", "dask"):
        kills = emptied(folder / "kills")
        out = folder / "ordered"
        shutil.rmtree(out, ignore_errors=True)
        preload = HERE / "cluster-kills-preload.py"
        environment = {
            **os.environ,
            "WHYMAP_KILLS": str(kills),
            "DASK_DISTRIBUTED__WORKER__PRELOAD": str(preload),
        }
        command = order(folder, out)
        if address == "dask":
            os.environ.update(environment)
            from distributed import LocalCluster

            with LocalCluster(
                n_workers=2, threads_per_worker=1, dashboard_address=None, silence_logs=50
            ) as cluster:
                ended = subprocess.run([*command, "--scheduler", cluster.scheduler_address], check=False)
        else:
            ended = subprocess.run([*command, "--scheduler", address], env=environment, check=False)
        landed = sorted(os.listdir(kills / "landed"))
        differ = different_parts(folder / "parts", out)
        print(
            f"pre-pass on {address}: ended with {ended.returncode}, killed in {', '.join(landed)}; differ:",
            differ or "none",
            flush=True,
        )


def different_parts(one: Path, other: Path) -> list[str]:
    files = [
        {p.relative_to(f).as_posix(): p.read_bytes() for p in f.rglob("*") if p.is_file()}
        for f in (one, other)
    ]
    return [
        name for name in sorted(files[0].keys() | files[1].keys()) if files[0].get(name) != files[1].get(name)
    ]


def order(folder: Path, out: Path) -> list[str]:
    table = [str(folder / "cells.h5ad"), "-e", "X_umap", "--out", str(out)]
    return [sys.executable, "-W", "ignore", "-m", "whymap.cluster.order", *table, "--block-bytes", "50000"]


def made(folder: Path, samples: int) -> None:
    """The table with planted modules of cluster-large.py, and its parts."""
    spec = importlib.util.spec_from_file_location("large", HERE / "cluster-large.py")
    large = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(large)
    folder.mkdir(parents=True, exist_ok=True)
    large.make(folder / "cells.h5ad", samples, 240)
    subprocess.run(order(folder, folder / "parts"), check=True)


def table_of(columns: list[Column]) -> None:
    """Moments x columns in Markdown."""
    names = list(dict.fromkeys(m["name"] for column in columns for m in moments(column.name)))
    print(f"\n| killed in | {' | '.join(c.name for c in columns)} |\n|{'---|' * (len(columns) + 1)}")
    for name in names:
        cells = []
        for column in columns:
            differ = column.found.get(name)
            cells.append("not reached" if differ is None else ", ".join(differ) or "same")
        print(f"| {name.replace('-', ', ')} | {' | '.join(cells)} |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--columns", default="local-table,local-parts,dask-table,dask-parts,pre-pass")
    parser.add_argument("--samples", type=int, default=1500)
    options = parser.parse_args()
    folder = (options.folder or Path(tempfile.mkdtemp())).resolve()
    if not (folder / "parts/manifest.json").exists():
        made(folder, options.samples)
    columns = []
    for name in options.columns.split(","):
        start = time.monotonic()
        if name == "pre-pass":
            pre_pass(folder)
        else:
            columns.append(Column(name, folder))
            columns[-1].all()
        print(f"{name}: {time.monotonic() - start:.0f} s", flush=True)
    if columns:
        table_of(columns)


if __name__ == "__main__":
    main()

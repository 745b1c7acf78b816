"""Data that the tests make: a map of three groups, in two of which features go together."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pytest

#: Small and quick: no permutations and no trust.
QUICK = {"modules": 3, "locality_size": 30, "draws": 0, "trust": False, "progress": False}
QUICK_FLAGS = ["-m", "3", "-n", "30", "--draws", "0", "--trust", "no"]

#: Files of a result that are the same to the byte; summary.json has the timings.
SAME = ["modules.csv", "pairs.csv", "presence.csv", "localities.csv", "members.npy"]


def make_table(samples: int = 180, features: int = 12, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Features (float32) and a map: features 0 to 3 go together in the first third, 4 to 7 in the second."""
    random = np.random.default_rng(seed)
    values = random.normal(size=(samples, features)).astype(np.float32)
    third = samples // 3
    values[:third, :4] += 2 * random.normal(size=(third, 1))
    values[third : 2 * third, 4:8] += 2 * random.normal(size=(third, 1))
    centers = np.repeat([[0, 0], [8, 0], [0, 8]], [third, third, samples - 2 * third], axis=0)
    return values, (centers + random.normal(size=(samples, 2))).astype(np.float32)


def make_adata(sparse: bool = False):
    import pandas as pd
    import scipy.sparse as sp
    from anndata import AnnData

    values, coordinates = make_table()
    counts = np.random.default_rng(5).poisson(3, size=values.shape).astype(np.float32)
    kept = np.where(np.abs(values) > 0.3, values, 0).astype(np.float32) if sparse else values
    groups = np.repeat(["T cell", "B cell", "monocyte"], 60)
    adata = AnnData(
        sp.csr_matrix(kept) if sparse else kept,
        obs=pd.DataFrame({"group": pd.Categorical(groups)}, index=[f"cell-{i}" for i in range(180)]),
        var=pd.DataFrame(index=[f"GENE{i}" for i in range(12)]),
        layers={"counts": counts},
    )
    adata.obsm["X_umap"] = coordinates
    return adata


def make_cohort():
    """The same with two conditions of four donors each, mixed over the map."""
    import pandas as pd

    adata = make_adata()
    rows = np.arange(adata.n_obs)
    adata.obs["disease"] = pd.Categorical(np.where(rows % 2, "DKD", "normal"))
    adata.obs["donor"] = pd.Categorical([f"{'k' if row % 2 else 'n'}{row // 2 % 4}" for row in rows])
    return adata


@pytest.fixture
def table():
    return make_table()


@pytest.fixture
def adata():
    return make_adata()


@pytest.fixture(autouse=True)
def own_temporary_folder(tmp_path_factory, monkeypatch):
    """Each test has a folder for temporary files, in which whymap must have left nothing."""
    folder = tmp_path_factory.mktemp("temporary")
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    yield folder
    left = [path.name for path in folder.iterdir() if path.name.startswith("whymap-")]
    assert left == [], "temporary files were left behind"


def engine_main() -> Path:
    import whymap

    return Path(whymap.__file__).parent / "_js" / "package" / "dist" / "cli" / "main.js"


def node() -> str:
    from whymap._node import find_node

    return find_node()


def command_line(folder: Path, *arguments: str) -> subprocess.CompletedProcess:
    """The command line itself, for comparison."""
    ran = subprocess.run(
        [node(), str(engine_main()), *arguments], cwd=folder, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    return ran


def assert_same_files(explanation, folder: Path, names=SAME) -> None:
    for name in names:
        assert explanation.read(name) == (folder / name).read_bytes(), name


def without_timings(text: bytes | str) -> dict:
    return {**json.loads(text), "timings": None}


def processes_with(text: str) -> list[int]:
    """Processes whose command line holds `text` (Linux)."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            state = (entry / "stat").read_text().rsplit(")", 1)[1].split()[0]
        except OSError:
            continue
        if text in line and state != "Z" and int(entry.name) != os.getpid():
            found.append(int(entry.name))
    return found


needs_proc = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="looks at processes through /proc"
)


def executable(path: Path, text: str) -> Path:
    path.write_text(text)
    path.chmod(0o755)
    return path

"""Every block of the page "whymap in Python" runs, in order, and the notebooks do."""

from __future__ import annotations

import os
import re
import sys
import types
from pathlib import Path

import matplotlib
import pytest
from conftest import make_cohort, make_table

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "python.md"

matplotlib.use("Agg")


@pytest.mark.filterwarnings("ignore")
@pytest.mark.skipif(not PAGE.exists(), reason="not in the repository")
def test_page(tmp_path, monkeypatch, capsys):
    import numpy as np
    import pandas as pd

    monkeypatch.chdir(tmp_path)
    make_cohort().write_h5ad("cells.h5ad")
    values, coordinates = make_table()
    names = [f"answer {i}" for i in range(12)]
    pd.DataFrame(values, index=[f"p{i}" for i in range(180)], columns=names).to_csv("survey.csv")
    pd.DataFrame(coordinates, index=[f"p{i}" for i in range(180)], columns=["x", "y"]).to_csv("map.csv")
    np.save("images.npy", values)
    blocks = re.findall(r"^```python\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    assert len(blocks) >= 8
    namespace: dict = {}
    for number, block in enumerate(blocks):
        exec(compile(block, f"{PAGE.name}, block {number + 1}", "exec"), namespace)
    assert "Explanation of" in capsys.readouterr().out


@pytest.mark.filterwarnings("ignore")
@pytest.mark.skipif(not PAGE.exists(), reason="not in the repository")
def test_tutorial_of_images(tmp_path, monkeypatch, capsys):
    import numpy as np

    monkeypatch.chdir(tmp_path)
    values, coordinates = make_table(features=784)
    np.save("images.npy", values)
    np.save("latent.npy", coordinates)
    text = (PAGE.parent / "tutorials" / "ml-engineer.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"^```python\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    exec(compile(block, "ml-engineer.md", "exec"), {})
    assert "M1" in capsys.readouterr().out


@pytest.mark.skipif(not PAGE.exists(), reason="not in the repository")
def test_workers_of_slurm(monkeypatch, capsys):
    """The block of cluster.md, with a stand-in for dask-jobqueue; bench/slurm-jobs.py does it on a real Slurm."""
    asked: dict = {}

    class Cluster:
        scheduler_address = "tcp://login:8786"

        def __init__(self, **options):
            asked.update(options)

        def scale(self, jobs):
            asked["jobs"] = jobs

    monkeypatch.setitem(sys.modules, "dask_jobqueue", types.SimpleNamespace(SLURMCluster=Cluster))
    text = (PAGE.parent / "cluster.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"^```python\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    exec(compile(block, "cluster.md", "exec"), {})
    assert capsys.readouterr().out == "tcp://login:8786\n"
    assert asked["jobs"] > 1
    assert asked["processes"] == 1


@pytest.mark.parametrize(
    "path", sorted((ROOT / "python" / "notebooks").glob("*.ipynb")), ids=lambda path: path.name
)
def test_notebook(path, tmp_path):
    nbformat = pytest.importorskip("nbformat")
    client = pytest.importorskip("nbclient")
    notebook = nbformat.read(path, 4)
    client.NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(tmp_path)}}).execute()
    outputs = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
    assert any("Explanation" in str(output) for output in outputs)
    assert os.listdir(tmp_path) == []

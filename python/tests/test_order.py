"""The pre-pass: the same rows in the order of regions, from every format, stopped anywhere, in bounded memory."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
import tracemalloc
import warnings
from itertools import pairwise

import anndata
import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st

import whymap
from whymap.cluster import order, order_rows, parts
from whymap.cluster.regions import part_bounds, region_order

warnings.filterwarnings("ignore", module="anndata|zarr")
SAMPLES, FEATURES = 700, 30


def table(sparse: bool = True) -> anndata.AnnData:
    random = np.random.default_rng(1)
    values = random.normal(size=(SAMPLES, FEATURES)).astype(np.float32)
    values[random.random(values.shape) < 0.8] = 0
    data = anndata.AnnData(
        sp.csr_matrix(values) if sparse else values,
        obs=pd.DataFrame(index=[f"cell {i} ä" for i in range(SAMPLES)]),
        var=pd.DataFrame(index=[f"GENE{i}" for i in range(FEATURES)]),
    )
    data.obsm["X_umap"] = random.normal(size=(SAMPLES, 2)).astype(np.float32)
    data.layers["doubled"] = data.X * 2
    return data


def write(data: anndata.AnnData, folder, kind: str):
    path = folder / f"cells.{kind}"
    if kind == "h5ad":
        data.write_h5ad(path)
    elif kind == "zarr":
        data.write_zarr(path)
    else:
        frame = pd.DataFrame(data.X, columns=data.var_names)
        frame.insert(0, "cell", data.obs_names)
        frame["x"], frame["y"], frame["group"] = *data.obsm["X_umap"].T, "a"
        frame.to_parquet(path, row_group_size=150)
    return path


def joined(folder) -> anndata.AnnData:
    manifest = json.loads((folder / "manifest.json").read_text())
    return anndata.concat([anndata.read_zarr(folder / part["path"]) for part in manifest["parts"]])


def dense(values) -> np.ndarray:
    return values.toarray() if sp.issparse(values) else np.asarray(values)


def files(folder) -> dict[str, bytes]:
    return {str(f.relative_to(folder)): f.read_bytes() for f in sorted(folder.rglob("*")) if f.is_file()}


SMALL = {"block_bytes": 6000, "parts": 5}


class TestRows:
    @pytest.mark.parametrize("kind", ["h5ad", "zarr", "parquet"])
    @pytest.mark.parametrize("sparse", [True, False])
    def test_all_of_them_in_the_order(self, tmp_path, kind, sparse):
        if kind == "parquet" and sparse:
            pytest.skip("tables of Parquet are dense")
        data = table(sparse)
        path = write(data, tmp_path, kind)
        named = {"embedding": "x,y", "id": "cell"} if kind == "parquet" else {"embedding": "X_umap"}
        manifest = order_rows(path, out=tmp_path / "parts", **named, **SMALL)
        rows = np.load(tmp_path / "parts" / "order.npy")
        assert sorted(rows) == list(range(SAMPLES))
        found = joined(tmp_path / "parts")
        assert list(found.obs_names) == list(data.obs_names[rows])
        assert list(found.var_names) == list(data.var_names)
        assert found.X.dtype == np.float32
        assert np.array_equal(dense(found.X), dense(data.X)[rows])
        assert np.array_equal(np.load(tmp_path / "parts" / "map.npy"), data.obsm["X_umap"])
        assert (manifest["samples"], manifest["features"]) == (SAMPLES, FEATURES)
        assert manifest["layout"] == ("sparse" if sparse else "dense")
        content = None if path.is_dir() else hashlib.sha256(path.read_bytes()).hexdigest()
        assert manifest["sha256"] == content
        assert [part["rows"] for part in manifest["parts"]] == [140] * 5
        assert not (tmp_path / "parts" / "blocks").exists()

    def test_layer_and_coordinates_of_an_array(self, tmp_path):
        data = table()
        path = write(data, tmp_path, "zarr")
        order_rows(path, np.asarray(data.obsm["X_umap"]), tmp_path / "parts", layer="doubled", **SMALL)
        rows = np.load(tmp_path / "parts" / "order.npy")
        assert np.array_equal(dense(joined(tmp_path / "parts").X), dense(data.layers["doubled"])[rows])

    def test_parts_are_read_by_the_engine(self, tmp_path):
        from conftest import command_line

        data = table()
        order_rows(write(data, tmp_path, "h5ad"), "X_umap", tmp_path / "parts", **SMALL)
        answer = json.loads(command_line(tmp_path, "inspect", "parts/part-00003.zarr", "--json").stdout)
        assert "140" in json.dumps(answer)


class TestOrder:
    @settings(deadline=None, max_examples=30)
    @given(st.integers(1, 3000), st.integers(1, 3), st.integers(0, 5))
    def test_each_row_once_and_ties_by_row(self, rows, dimensions, seed):
        points = np.random.default_rng(seed).integers(0, 4, size=(rows, dimensions)).astype(np.float32)
        found = region_order(points)
        assert np.array_equal(np.sort(found), np.arange(rows))
        same = region_order(np.zeros((rows, 2), np.float32))
        assert np.array_equal(same, np.arange(rows))

    def test_regions_are_compact(self):
        points = np.random.default_rng(0).random((8000, 2)).astype(np.float32)
        found = region_order(points)
        bounds = part_bounds(8000, 8)
        areas = [np.prod(np.ptp(points[found[low:high]], axis=0)) for low, high in pairwise(bounds)]
        assert sum(areas) < 1.05, "eight boxes that do not overlap"

    def test_parts_differ_by_one_row_at_most(self):
        for samples in (7, 100, 101):
            assert set(np.diff(part_bounds(samples, 7))) <= {samples // 7, samples // 7 + 1}


class TestStopped:
    def test_goes_on_where_it_was(self, tmp_path, monkeypatch):
        """Stopped at each write in turn: the rest is done, nothing twice, and the parts are the same to the byte."""
        path = write(table(), tmp_path, "zarr")
        order_rows(path, "X_umap", tmp_path / "whole", **SMALL)
        whole = files(tmp_path / "whole")
        done: list[str] = []
        left = 0
        write_folder = parts._write_folder

        def stopping(target, work):
            nonlocal left
            left -= 1
            if left < 0:
                raise KeyboardInterrupt
            write_folder(target, work)
            done.append(target.name)

        monkeypatch.setattr(parts, "_write_folder", stopping)
        for left in (0, 2, 1, 3, 1, 1, 2, 0):  # noqa: B007
            with pytest.raises(KeyboardInterrupt):
                order_rows(path, "X_umap", tmp_path / "parts", **SMALL)
        left = 10**6
        order_rows(path, "X_umap", tmp_path / "parts", **SMALL)
        assert len(done) == len(set(done)), "nothing was made twice"
        assert files(tmp_path / "parts") == whole
        order_rows(path, "X_umap", tmp_path / "parts", **SMALL)
        assert len(done) == len(set(done)), "all was there"

    def test_half_written_folders_are_made_anew(self, tmp_path, monkeypatch):
        path = write(table(), tmp_path, "zarr")
        order_rows(path, "X_umap", tmp_path / "whole", **SMALL)

        def half(target, plan, values, ids):
            (target / "X").mkdir()
            (target / "X" / "junk").write_bytes(b"half")
            raise OSError("no space")

        with monkeypatch.context() as patched:
            patched.setattr(parts, "_write_zarr", half)
            with pytest.raises(OSError, match="no space"):
                order_rows(path, "X_umap", tmp_path / "parts", **SMALL)
        order_rows(path, "X_umap", tmp_path / "parts", **SMALL)
        assert files(tmp_path / "parts") == files(tmp_path / "whole")

    def test_folder_of_something_else(self, tmp_path):
        path = write(table(), tmp_path, "zarr")
        order_rows(path, "X_umap", tmp_path / "parts", **SMALL)
        with pytest.raises(whymap.OptionError, match="another"):
            order_rows(path, "X_umap", tmp_path / "parts", block_bytes=6000, parts=4)


class TestRefused:
    def test_by_columns(self, tmp_path):
        data = table()
        data.X = data.X.tocsc()
        with pytest.raises(whymap.UnsupportedError, match="tocsr"):
            order_rows(write(data, tmp_path, "h5ad"), "X_umap", tmp_path / "parts")

    def test_no_such_map_layer_or_format(self, tmp_path):
        path = write(table(), tmp_path, "h5ad")
        with pytest.raises(whymap.OptionError, match="X_umap"):
            order_rows(path, "X_tsne", tmp_path / "parts")
        with pytest.raises(whymap.OptionError, match="layers/counts"):
            order_rows(path, "X_umap", tmp_path / "parts", layer="counts")
        with pytest.raises(whymap.ShapeError, match="700 samples"):
            order_rows(path, np.zeros((3, 2)), tmp_path / "parts")
        with pytest.raises(whymap.UnsupportedError, match="h5ad"):
            order_rows(tmp_path / "a.csv", "x", tmp_path / "parts")
        assert not (tmp_path / "parts").exists()


def test_memory_does_not_grow_with_the_table(tmp_path):
    """A table of 10 MB by tasks of 0.5 MB: the peak of all allocations of Python and NumPy."""
    rows = 5000
    random = np.random.default_rng(0)
    data = anndata.AnnData(random.normal(size=(rows, 500)).astype(np.float32))
    data.obsm["X_umap"] = random.normal(size=(rows, 2)).astype(np.float32)
    path = write(data, tmp_path, "h5ad")
    del data
    tracemalloc.start()
    order_rows(path, "X_umap", tmp_path / "parts", block_bytes=2**19)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 6 * 2**20
    shutil.rmtree(tmp_path / "parts")


def test_on_workers(tmp_path):
    distributed = pytest.importorskip("distributed")
    path = write(table(), tmp_path, "zarr")
    order_rows(path, "X_umap", tmp_path / "here", **SMALL)
    with distributed.Client(
        n_workers=2, threads_per_worker=1, dashboard_address=None, processes=False
    ) as client:
        order_rows(path, "X_umap", tmp_path / "there", client=client, **SMALL)
    assert files(tmp_path / "there") == files(tmp_path / "here")
    assert order.order_rows is order_rows


def test_command_on_workers(tmp_path):
    pytest.importorskip("distributed")
    path = write(table(), tmp_path, "zarr")
    order_rows(path, "X_umap", tmp_path / "here", **SMALL)
    arguments = [str(path), "-e", "X_umap", "--out", str(tmp_path / "there"), "--block-bytes", "6000"]
    ran = subprocess.run(
        [sys.executable, "-m", "whymap.cluster.order", *arguments, "--parts", "5", "--scheduler", "local:1"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    assert files(tmp_path / "there") == files(tmp_path / "here")

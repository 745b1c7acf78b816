"""A scanpy session: explained, drawn, written, read back; the same numbers as the command line's own write-back."""

from __future__ import annotations

import warnings

import matplotlib
import numpy as np
import pytest
from conftest import QUICK, QUICK_FLAGS, command_line, make_adata

import whymap

matplotlib.use("Agg")
anndata = pytest.importorskip("anndata")
sc = pytest.importorskip("scanpy")

pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture(params=["dense", "sparse"])
def cells(request):
    return make_adata(sparse=request.param == "sparse")


def test_session(cells, tmp_path):
    sc.pp.pca(cells, n_comps=5)
    sc.pp.neighbors(cells, n_neighbors=10)
    sc.tl.umap(cells)
    cells.write_h5ad(tmp_path / "cells.h5ad")
    before = cells.copy()
    assert whymap.tl.explain(cells, "umap", **QUICK) is None

    # the command line on the same file, with its own way of writing back
    command_line(
        tmp_path, "explain", "cells.h5ad", "-e", "X_umap", *QUICK_FLAGS, "--write-to", "written.h5ad"
    )
    written = anndata.read_h5ad(tmp_path / "written.h5ad")
    assert np.array_equal(cells.obsm["X_whymap"], written.obsm["X_whymap"])
    assert np.array_equal(cells.varm["whymap"], written.varm["whymap"])
    for name in ("modules", "labels", "share", "explained", "contrast", "trust", "p_adjusted", "significant"):
        np.testing.assert_array_equal(cells.uns["whymap"][name], written.uns["whymap"][name], err_msg=name)
    # and its table
    explanation = whymap.load(tmp_path / "whymap-out")
    for column, module in enumerate(explanation.module_ids):
        assert np.array_equal(cells.obs[f"whymap_{module}"], explanation.presence[module].astype(np.float32))
        assert np.array_equal(cells.obs[f"whymap_{module}"], cells.obsm["X_whymap"][:, column])

    # drawn by scanpy, written and read back
    axes = sc.pl.umap(cells, color=["whymap_M1", "whymap_M2", "group"], show=False)
    drawn = axes[0].collections[0].get_array()
    assert np.allclose(np.sort(drawn), np.sort(cells.obs["whymap_M1"]))
    cells.write_h5ad(tmp_path / "explained.h5ad")
    again = anndata.read_h5ad(tmp_path / "explained.h5ad")
    assert np.array_equal(again.obsm["X_whymap"], cells.obsm["X_whymap"])
    assert list(again.uns["whymap"]["labels"]) == list(cells.uns["whymap"]["labels"])
    # nothing else was touched
    assert np.array_equal(again.obsm["X_umap"], before.obsm["X_umap"])
    assert (before.X != cells.X).sum() == 0


def test_copy_key_and_again(cells):
    copied = whymap.tl.explain(cells, copy=True, key_added="why", **QUICK)
    assert "X_why" in copied.obsm
    assert "X_why" not in cells.obsm
    fewer = whymap.tl.explain(copied, copy=True, key_added="why", **{**QUICK, "modules": 2})
    assert [name for name in fewer.obs if name.startswith("why_")] == ["why_M1", "why_M2"]


def test_features_and_samples_that_took_no_part_are_nan(cells):
    cells.X = cells.X.toarray() if hasattr(cells.X, "toarray") else cells.X
    cells.X[:, 11] = 1
    cells.X[7, 3] = np.nan
    whymap.tl.explain(cells, max_features=6, missing="drop-rows", **QUICK)
    gone = np.isnan(cells.varm["whymap"]).all(axis=1)
    assert gone.sum() == 6
    assert list(np.flatnonzero(np.isnan(cells.obs["whymap_M1"]))) == [7]


def test_to_adata(cells):
    explanation = whymap.explain(cells, "X_umap", **QUICK)
    bare = explanation.to_adata()
    assert list(bare.obs_names) == explanation.samples
    assert list(bare.var_names) == explanation.feature_names
    subset = explanation.to_adata(cells[::3].copy())
    assert np.array_equal(subset.obsm["X_whymap"], bare.obsm["X_whymap"][::3])
    other = cells.copy()
    other.obs_names = [f"other-{i}" for i in range(180)]
    with pytest.raises(whymap.FormatError, match="none is in the AnnData"):
        explanation.to_adata(other)


def test_plots(cells):
    whymap.tl.explain(cells, **QUICK)
    explanation = whymap.explain(make_adata(), "X_umap", **QUICK)
    whymap.pl.presence(cells, ["M1", "M2"], show=False)
    for source in (cells, explanation):
        axes = whymap.pl.loadings(source, ["M1", "M2"], features=4, show=False)
        assert [axis.get_title(loc="left") for axis in axes.flat] == ["M1", "M2"]
        widths = [bar.get_width() for bar in axes.flat[0].patches]
        assert widths == sorted(widths)
        assert len(widths) == 4
    matplotlib.pyplot.close("all")


def test_warnings_point_at_the_caller_of_tl():
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        whymap.tl.explain(make_adata(), max_features=6, **QUICK)
    ours = [warning for warning in caught if issubclass(warning.category, whymap.WhymapWarning)]
    assert {warning.filename for warning in ours} == {__file__}

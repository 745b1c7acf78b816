"""Plots in scverse's manner. They need matplotlib; `presence` needs scanpy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np


def presence(
    adata: Any,
    modules: Sequence[str] | None = None,
    *,
    basis: str = "umap",
    key: str = "whymap",
    **options: Any,
) -> Any:
    """The map once a module, colored by how far the module is present.

    Parameters
    ----------
    adata
        Annotated data that `whymap.tl.explain` was run on.
    modules
        Such as ``["M1", "M4"]``; all by default.
    basis
        Which embedding is drawn.
    key
        The `key_added` of `whymap.tl.explain`.
    **options
        As of ``scanpy.pl.embedding``.
    """
    import scanpy as sc

    chosen = list(adata.uns[key]["modules"]) if modules is None else list(modules)
    labels = dict(zip(adata.uns[key]["modules"], adata.uns[key]["labels"], strict=True))
    titles = [f"{module}: {labels.get(module, '')}" for module in chosen]
    given = {"title": titles, "color_map": "viridis", "ncols": 3, **options}
    return sc.pl.embedding(adata, basis=basis, color=[f"{key}_{module}" for module in chosen], **given)


def loadings(
    source: Any,
    modules: Sequence[str] | None = None,
    *,
    features: int = 10,
    key: str = "whymap",
    show: bool = True,
) -> Any:
    """The strongest features of each module as bars.

    Parameters
    ----------
    source
        An `Explanation`, or an AnnData that `whymap.tl.explain` was run on.
    modules
        Such as ``["M1", "M4"]``; all by default.
    features
        Most features a module.
    show
        Whether the figure is shown; otherwise its axes are returned.
    """
    import matplotlib.pyplot as plt

    bars = _from_adata(source, key) if hasattr(source, "varm") else _from_explanation(source)
    chosen = list(bars) if modules is None else list(modules)
    columns = min(4, max(1, len(chosen)))
    rows = -(-len(chosen) // columns)
    figure, axes = plt.subplots(
        rows, columns, squeeze=False, figsize=(3.2 * columns, 0.24 * features * rows + 0.8 * rows)
    )
    for axis, module in zip(axes.flat, chosen, strict=False):
        names, values = bars[module]
        axis.barh(names[:features][::-1], values[:features][::-1], color="#4c78a8")
        axis.set_title(module, loc="left", fontsize=10)
        axis.tick_params(labelsize=8)
        axis.spines[["top", "right"]].set_visible(False)
    for axis in axes.flat[len(chosen) :]:
        axis.set_visible(False)
    figure.supxlabel("loading", fontsize=9)
    figure.tight_layout()
    if show:
        plt.show()
        return None
    return axes


def _from_adata(adata: Any, key: str) -> dict[str, tuple[list[str], np.ndarray]]:
    found = {}
    for column, module in enumerate(adata.uns[key]["modules"]):
        values = np.nan_to_num(np.asarray(adata.varm[key])[:, column])
        order = np.argsort(-values, kind="stable")[: int(np.sum(values > 0))]
        found[str(module)] = ([str(adata.var_names[i]) for i in order], values[order])
    return found


def _from_explanation(explanation: Any) -> dict[str, tuple[list[str], np.ndarray]]:
    table = explanation.frame("modules", "pandas")
    return {
        str(module): (part["feature"].tolist(), part["loading"].to_numpy())
        for module, part in table.groupby("module", sort=False)
    }

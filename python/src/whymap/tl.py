"""Tools in scverse's manner: they take an AnnData and put their results into it."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from .errors import FormatError
from .explanation import Explanation


def explain(
    adata: Any,
    embedding: Any = "X_umap",
    *,
    key_added: str = "whymap",
    copy: bool = False,
    **options: Any,
) -> Any:
    """Explains an embedding of an AnnData and puts the result into it.

    Parameters
    ----------
    adata
        Annotated data. With ``layer=`` or ``use_raw=True`` another matrix than X is explained.
    embedding
        Key of ``obsm`` (``"umap"`` finds ``"X_umap"``), or coordinates.
    key_added
        First part of the names of what is added.
    copy
        Whether a copy is changed and returned.
    **options
        As of `whymap.explain`.

    Returns
    -------
    None, or AnnData when `copy` is set. Adds

    - ``obs["whymap_M1"]``...: presence of each module, for ``sc.pl.umap(adata, color="whymap_M1")``
    - ``obsm["X_whymap"]``: the same as one array, samples x modules
    - ``varm["whymap"]``: loadings, features x modules
    - ``uns["whymap"]``: modules, labels, shares, significance, trust and options

    Samples and features that took no part are NaN.
    """
    from ._functions import explain as explain_data

    target = adata.copy() if copy else adata
    store(explain_data(target, embedding, **options), target, key_added)
    return target if copy else None


def store(explanation: Explanation, adata: Any, key: str = "whymap") -> None:
    """Puts the results of `explanation` into `adata`."""
    modules = explanation.module_ids
    samples = _places(explanation.samples, list(adata.obs_names), "samples")
    features = _places(explanation.feature_names, list(adata.var_names), "features", needed=False)
    presence = explanation.frame("presence", "pandas")[modules].to_numpy(dtype=np.float32)
    spread = _spread(presence, samples)
    loadings = np.zeros((len(explanation.feature_names), len(modules)), dtype=np.float32)
    table = explanation.frame("modules", "pandas")
    rows = {name: row for row, name in enumerate(explanation.feature_names)}
    columns = {name: column for column, name in enumerate(modules)}
    loadings[table["feature"].map(rows).to_numpy(), table["module"].map(columns).to_numpy()] = table[
        "loading"
    ]
    for name in [name for name in adata.obs.columns if str(name).startswith(f"{key}_M")]:
        del adata.obs[name]
    for column, module in enumerate(modules):
        adata.obs[f"{key}_{module}"] = spread[:, column]
    adata.obsm[f"X_{key}"] = spread
    if features is not None:
        adata.varm[key] = _spread(loadings, features)
    adata.uns[key] = _facts(explanation)


def _places(ours: list[str], theirs: list[str], what: str, needed: bool = True) -> np.ndarray | None:
    """For each name of `theirs` its row in `ours`, or -1."""
    if [str(name) for name in theirs] == ours:
        return np.arange(len(ours))  # names that repeat cannot be looked up
    known = {name: row for row, name in enumerate(ours)}
    places = np.array([known.get(str(name), -1) for name in theirs], dtype=np.int64)
    if np.any(places >= 0):
        return places
    if not needed:
        return None
    raise FormatError(
        f"{what} of which none is in the AnnData ({', '.join(ours[:5])})",
        f"the {what} that were explained",
        "give the AnnData that was explained",
    )


def _spread(values: np.ndarray, places: np.ndarray) -> np.ndarray:
    result = np.full((len(places), values.shape[1]), np.nan, dtype=np.float32)
    result[places >= 0] = values[places[places >= 0]]
    return result


def _facts(explanation: Explanation) -> dict[str, Any]:
    modules = explanation.summary["modules"]
    significance = [module.get("significance") or {} for module in modules]
    return {
        "modules": np.array([module["id"] for module in modules], dtype=object),
        "labels": np.array([module["label"] for module in modules], dtype=object),
        "share": _doubles([module["share"] for module in modules]),
        "trust": _doubles([module.get("trust") for module in modules]),
        "p_adjusted": _doubles([found.get("pAdjusted") for found in significance]),
        "significant": _doubles([found.get("significant") for found in significance]),
        "contrast": _doubles([module.get("boundary") for module in modules]),
        "explained": _doubles([explanation.summary["explained"]]),
        "options": json.dumps(explanation.summary["options"]),
        "version": explanation.summary["version"],
    }


def _doubles(values: list[Any]) -> np.ndarray:
    return np.array([np.nan if value is None else float(value) for value in values], dtype=np.float64)


def without_values(explanation: Explanation) -> Any:
    """An AnnData of the explained samples and features, without X."""
    import pandas as pd
    from anndata import AnnData

    return AnnData(
        obs=pd.DataFrame(index=explanation.samples), var=pd.DataFrame(index=explanation.feature_names)
    )

"""AnnData as an .h5ad file with the parts that a call needs, or as the file that backs it."""

from __future__ import annotations

import difflib
import os
from pathlib import Path
from typing import Any

import numpy as np

from ._inputs import Handed, kind_of, missing
from .errors import FormatError, OptionError


def hand_anndata(
    job: Path, adata: Any, embedding: Any, named: dict[str, Any]
) -> tuple[Handed, dict[str, Any]]:
    """Writes X (or a layer, or raw), obs, var and obsm as anndata itself does; a backed object goes as its path."""
    _check_parts(adata, embedding, named)
    if adata.isbacked and not adata.is_view:
        _check_unchanged(adata)
        path = os.path.abspath(os.fspath(adata.filename))
        return Handed(path, frames="pandas"), named
    _write_parts(job / "adata.h5ad", adata, named)
    return Handed("adata.h5ad", frames="pandas"), named


def _check_parts(adata: Any, embedding: Any, named: dict[str, Any]) -> None:
    """Names are looked up here, where what there is can be told in the words of AnnData."""
    if named["use_raw"] and adata.raw is None:
        raise OptionError("use_raw=True, but adata.raw is None", "an AnnData with raw", "leave use_raw out")
    if named["layer"] is not None:
        _known("layer", named["layer"], list(adata.layers))
    for name in ("label", "id"):
        if named[name] is not None and not (name == "id" and named[name] == adata.obs.index.name):
            _known(name, named[name], list(adata.obs.columns))
    if isinstance(embedding, str) and kind_of(embedding) == "path" and not os.path.exists(embedding):
        keys = list(adata.obsm)
        if embedding not in keys and f"X_{embedding}" not in keys:
            _known("embedding", embedding, keys)


def _known(what: str, name: str, names: list[str]) -> None:
    if name in names:
        return
    near = difflib.get_close_matches(str(name), [str(n) for n in names], n=1)
    there = ", ".join(str(n) for n in names[:10]) or "none"
    raise OptionError(
        f"{what}={name!r}, which the AnnData does not have",
        f"one of {there}",
        f"did you mean {near[0]!r}?" if near else "name one of these",
    )


def _check_unchanged(adata: Any) -> None:
    """What a backed object holds in memory must be what its file holds, since the file is what is explained."""
    from anndata.io import read_elem

    if hasattr(adata.file, "_file") and hasattr(adata.file._file, "flush"):
        adata.file._file.flush()
    for axis in ("obs", "var"):
        stored = read_elem(adata.file[axis])
        if not getattr(adata, axis).equals(stored):
            raise FormatError(
                f"a backed AnnData whose {axis} is not that of its file",
                "the same in both",
                "write it with adata.write(), or bring it into memory with adata.to_memory()",
            )
    for key in adata.obsm:
        stored = read_elem(adata.file["obsm"][key]) if key in adata.file["obsm"] else None
        if stored is None or not np.array_equal(
            np.asarray(adata.obsm[key]), np.asarray(stored), equal_nan=True
        ):
            raise FormatError(
                f"a backed AnnData whose obsm[{key!r}] is not in its file",
                "the same in both",
                "write it with adata.write(), or bring it into memory with adata.to_memory()",
            )


def _write_parts(path: Path, adata: Any, named: dict[str, Any]) -> None:
    import h5py
    from anndata.io import write_elem

    with h5py.File(path, "w") as file:
        file.attrs["encoding-type"] = "anndata"
        file.attrs["encoding-version"] = "0.1.0"
        write_elem(file, "obs", _plain(adata.obs))
        write_elem(file, "var", _plain(adata.var[[]]))
        write_elem(file, "obsm", {key: np.asarray(value) for key, value in adata.obsm.items()})
        if named["use_raw"]:
            write_elem(file, "raw/X", _in_memory(adata.raw.X))
            write_elem(file, "raw/var", _plain(adata.raw.var[[]]))
        elif named["layer"] is not None:
            write_elem(file, f"layers/{named['layer']}", _in_memory(adata.layers[named["layer"]]))
        elif adata.X is not None:
            write_elem(file, "X", _in_memory(adata.X))


def _in_memory(matrix: Any) -> Any:
    """The values themselves of a view, of a backed matrix or of one that is not computed yet."""
    if hasattr(matrix, "to_memory"):
        matrix = matrix.to_memory()
    if hasattr(matrix, "compute"):
        matrix = matrix.compute()
    if hasattr(matrix, "tocsr"):
        return matrix if matrix.format in ("csr", "csc") else matrix.tocsr()
    return np.asarray(matrix)


def _plain(frame: Any) -> Any:
    """The frame in types that every version of anndata writes: texts as categories; what is neither text nor number is left out."""
    import pandas as pd

    plain = frame.copy()
    plain.index = plain.index.astype(str)
    for name in list(plain.columns):
        column = plain[name]
        if isinstance(column.dtype, pd.CategoricalDtype):
            categories = [str(value) for value in column.cat.categories]
            plain[name] = pd.Categorical.from_codes(column.cat.codes, categories)
        elif pd.api.types.is_bool_dtype(column.dtype) or pd.api.types.is_numeric_dtype(column.dtype):
            continue
        elif pd.api.types.infer_dtype(column, skipna=True) in ("string", "empty", "boolean"):
            plain[name] = pd.Categorical([None if missing(value) else str(value) for value in column])
        else:
            plain = plain.drop(columns=name)
    return plain

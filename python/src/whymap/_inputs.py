"""From the objects that people hold to files in the folder of a call, and the arguments that name them."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from . import _handover as hand
from .errors import FormatError, OptionError, ShapeError, UnsupportedError

EMBEDDING_KEY = "embedding"


@dataclass
class Handed:
    """What was handed over."""

    #: Name of the features' file, as the engine is to be given it.
    features: str
    arguments: list[str] = field(default_factory=list)
    #: Folder in which relative names are looked up; None is the folder of the call.
    cwd: Path | None = None
    #: Library whose data frames the person works with.
    frames: str | None = None
    #: What was noticed here rather than by the engine.
    notes: list[str] = field(default_factory=list)


def kind_of(data: Any) -> str:
    """``path``, ``anndata``, ``pandas``, ``polars``, ``sparse`` or ``array``, without importing any library."""
    if isinstance(data, (str, os.PathLike)):
        return "path"
    for base in type(data).__mro__:
        library = base.__module__.split(".")[0]
        if library == "anndata" and base.__name__ == "AnnData":
            return "anndata"
        if library == "pandas" and base.__name__ in ("DataFrame", "Series"):
            return "pandas"
        if library == "polars" and base.__name__ in ("DataFrame", "Series", "LazyFrame"):
            return "polars"
    return "sparse" if hasattr(data, "tocsr") else "array"


def hand_over(
    job: Path,
    data: Any,
    embedding: Any = None,
    *,
    label: Any = None,
    labels: Any = None,
    feature_names: Any = None,
    layer: str | None = None,
    use_raw: bool = False,
    id: str | None = None,
    normalize: str | None = None,
) -> Handed:
    """Writes what is no file yet into `job`; see `whymap.explain` for what each may be."""
    kind = kind_of(data)
    named = {"label": label, "id": id, "layer": layer, "use_raw": use_raw, "normalize": normalize}
    if kind == "path":
        handed = Handed(os.fspath(data), cwd=Path.cwd())
        given = named
    elif kind == "anndata":
        from ._anndata import hand_anndata

        handed, given = hand_anndata(job, data, embedding, named)
    elif kind == "pandas":
        from ._frames import hand_pandas

        handed, given, embedding = hand_pandas(job, data, embedding, named)
    elif kind == "polars":
        from ._frames import hand_polars

        handed, given = hand_polars(job, data, named)
    else:
        handed, given = _hand_array(job, data, kind, named)
    handed.arguments += _flags(given)
    if labels is not None:
        handed.arguments += ["--labels", _texts(job, labels, "labels.npy", handed)]
    if feature_names is not None:
        handed.arguments += ["--feature-names", _texts(job, feature_names, "feature-names.npy", handed)]
    if embedding is not None:
        _hand_embedding(job, embedding, handed)
    return handed


def _flags(given: dict[str, Any]) -> list[str]:
    flags: list[str] = []
    for name, value in given.items():
        if value is None or value is False:
            continue
        flag = f"--{name.replace('_', '-')}"
        flags += [flag] if value is True else [flag, str(value)]
    return flags


def _hand_array(job: Path, data: Any, kind: str, named: dict[str, Any]) -> tuple[Handed, dict[str, Any]]:
    """An array has no names in it, so options that name a part of it are refused."""
    for name in ("label", "id", "layer", "use_raw"):
        if named[name]:
            remedy = (
                "give labels= instead" if name == "label" else "leave it out, or give a data frame or AnnData"
            )
            raise OptionError(
                f"{name}={named[name]!r} with an array, which has no names", f"no {name}", remedy
            )
    if kind == "sparse":
        hand.write_sparse(job / "features.npz", data)
        return Handed("features.npz"), {"normalize": named["normalize"]}
    hand.write_npy(job / "features.npy", data)
    return Handed("features.npy"), {"normalize": named["normalize"]}


def _texts(job: Path, values: Any, name: str, handed: Handed) -> str:
    """One text a sample or feature: a path as it is, anything else as a file."""
    if isinstance(values, (str, os.PathLike)):
        return _path(values, handed)
    hand.write_texts(job / name, ["" if missing(value) else value for value in _listed(values)])
    return name if handed.cwd is None else str(job / name)


def _listed(values: Any) -> Sequence[Any]:
    return values.to_list() if hasattr(values, "to_list") else list(values)


def missing(value: Any) -> bool:
    """None, NaN and the missing values of pandas."""
    return (
        value is None
        or type(value).__name__ in ("NAType", "NaTType")
        or (isinstance(value, float) and value != value)
    )


def _path(path: Any, handed: Handed) -> str:
    """A path of the person's, which the engine looks up in another folder where arrays are handed over."""
    return os.fspath(path) if handed.cwd is not None else os.path.abspath(os.fspath(path))


def _hand_embedding(job: Path, embedding: Any, handed: Handed) -> None:
    """The embedding, where it does not lie in the features' own file."""
    where = (lambda name: name) if handed.cwd is None else (lambda name: str(job / name))
    kind = kind_of(embedding)
    if kind == "path":
        text = os.fspath(embedding)
        isfile = isinstance(embedding, os.PathLike) or os.path.exists(text)
        handed.arguments += ["--embedding", _path(embedding, handed) if isfile else text]
        return
    if isinstance(embedding, (list, tuple)) and embedding and all(isinstance(e, str) for e in embedding):
        handed.arguments += ["--embedding-columns", ",".join(embedding)]
        return
    if kind == "anndata":
        raise UnsupportedError(
            "an AnnData as the embedding", "coordinates", "give a key of obsm, or its array adata.obsm[key]"
        )
    if kind == "pandas":
        from ._frames import embedding_store

        handed.arguments += [
            "--embedding",
            where(embedding_store(job, embedding)),
            "--embedding-key",
            EMBEDDING_KEY,
        ]
    elif kind == "polars":
        embedding.write_ipc(job / "embedding.arrow", compression="uncompressed")
        handed.arguments += ["--embedding", where("embedding.arrow")]
    else:
        coordinates = embedding.toarray() if kind == "sparse" else embedding
        hand.write_npy(job / "embedding.npy", coordinates)
        handed.arguments += ["--embedding", where("embedding.npy")]


def check_rows(samples: int, coordinates: int) -> None:
    """Samples that are paired by their order must be as many on both sides."""
    if samples != coordinates:
        raise ShapeError(
            f"{samples} samples and {coordinates} rows of the embedding",
            "the same samples in the same order, or an index of the same ids in both",
            "give an embedding of the same samples, or set the index of both to the samples' ids",
        )


def refuse_large_integers(name: str, values: np.ndarray) -> None:
    """Whole numbers that double precision cannot hold are refused, as by the engine, rather than rounded."""
    if values.dtype.kind in "iu" and values.dtype.itemsize == 8 and values.size:
        largest = max(int(values.max()), -int(values.min()))
        if largest > 2**53:
            raise FormatError(
                f"the 64-bit integer {largest} in {name}",
                "integers of at most 2^53, which numbers can hold exactly",
                "leave that column out (it may be an identifier), or convert it to float64",
            )

"""Data frames of pandas and polars. The index of pandas pairs samples, as everywhere in pandas."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from . import _handover as hand
from ._inputs import EMBEDDING_KEY, Handed, check_rows, kind_of, missing, refuse_large_integers
from .errors import FormatError, OptionError

#: A column of more texts than this share of its samples is taken for ids or notes and is not carried.
FEW = 0.5


def hand_pandas(
    job: Path, frame: Any, embedding: Any, named: dict[str, Any]
) -> tuple[Handed, dict[str, Any], Any]:
    """The frame as a store with its index as ids. Returns what is still to be handed over of the options and embedding."""
    if getattr(frame, "ndim", 2) == 1:
        raise FormatError(
            "a pandas Series as the features", "a DataFrame, samples in rows", "use .to_frame()"
        )
    for name in ("layer", "use_raw"):
        if named[name]:
            raise OptionError(f"{name}={named[name]!r} with a data frame", f"no {name}", "leave it out")
    if named["id"] is not None:
        frame = frame.set_index(_column(frame, named["id"], "id"))
    handed = Handed("features.zarr", frames="pandas")
    coordinates, embedding = _own_columns(frame, embedding)
    frame = frame.drop(columns=coordinates) if coordinates else frame
    features, texts = _split(frame, handed)
    store = hand.Store(job / "features.zarr", ids_of(frame))
    store.matrix(_matrix(frame[features] if features else frame[[]]), [str(name) for name in features])
    for name in texts:
        _categories(store, frame, name)
    if embedding is not None and not _paired_by_index(frame, embedding):
        values = np.asarray(_matrix(embedding) if kind_of(embedding) == "pandas" else embedding)
        check_rows(len(frame), len(values))
        store.embedding(EMBEDDING_KEY, values)
        handed.arguments += ["--embedding", EMBEDDING_KEY]
        if kind_of(embedding) == "pandas":
            handed.notes.append(
                "Samples were paired by row order, because one of the indexes is only a row number."
            )
        embedding = None
    label = named["label"]
    if label is not None:
        if label not in texts:
            label = _numeric_label(store, frame, label, texts)
        label = hand.column_name(label)
    return handed, {"label": label, "normalize": named["normalize"] or "none"}, embedding


def _column(frame: Any, name: Any, option: str) -> Any:
    if name in frame.columns:
        return name
    some = ", ".join(str(column) for column in frame.columns[:8])
    raise OptionError(f"{option}={name!r}, which is no column", "the name of a column", f"name one of {some}")


def _own_columns(frame: Any, embedding: Any) -> tuple[list[Any], Any]:
    """An embedding that is named by columns of the features is taken out of them."""
    is_names = (
        isinstance(embedding, (list, tuple)) and embedding and all(isinstance(e, str) for e in embedding)
    )
    if not is_names:
        return [], embedding
    names = [_column(frame, name, "embedding") for name in embedding]
    return names, frame[names].to_numpy()


def _paired_by_index(frame: Any, embedding: Any) -> bool:
    """Whether the engine is to join by id: both sides have an index that says more than a row number."""
    kind = kind_of(embedding)
    if kind != "pandas":
        return kind in ("path", "polars") and not _is_default(frame.index)
    first, second = frame.index, embedding.index
    if _is_default(first) and _is_default(second):
        return False
    if not _is_default(first) and not _is_default(second):
        return True
    if all(index.dtype.kind in "iu" for index in (first, second)):
        raise FormatError(
            "an index that only counts rows beside one of such numbers in another order or with gaps",
            "an index that means the same sample in both: one that was written anew does not",
            "take embedding.loc[data.index] (or data.loc[embedding.index]) if the numbers are ids, "
            "or give embedding.to_numpy() if the rows are in the same order",
        )
    return False


def _is_default(index: Any) -> bool:
    return type(index).__name__ == "RangeIndex" and index.start == 0 and index.step == 1


def _split(frame: Any, handed: Handed) -> tuple[list[Any], list[Any]]:
    """Columns of numbers, which are features, and columns of few texts, which are carried as metadata."""
    if frame.columns.nlevels > 1:
        raise FormatError("columns of several levels", "one name a column", "flatten the columns first")
    repeated = frame.columns[frame.columns.duplicated()].unique()
    if len(repeated):
        raise FormatError(
            f"{len(repeated)} column names that occur more than once ({', '.join(map(str, repeated[:5]))})",
            "every column name once",
            "rename or remove them",
        )
    features, texts, left = [], [], []
    for name, dtype in frame.dtypes.items():
        if _is_number(dtype) or (dtype.kind == "O" and _holds_numbers(frame[name])):
            features.append(name)
        elif frame[name].nunique(dropna=True) <= max(2, FEW * len(frame)) and not str(dtype).startswith(
            "datetime"
        ):
            texts.append(name)
        else:
            left.append(name)
    if texts or left:
        names = ", ".join(map(str, (texts + left)[:5]))
        handed.notes.append(f"{len(texts) + len(left)} columns without numbers are no features: {names}.")
    return features, texts


def _is_number(dtype: Any) -> bool:
    from pandas.api import types

    return types.is_numeric_dtype(dtype) or types.is_bool_dtype(dtype)


def _holds_numbers(column: Any) -> bool:
    from pandas.api import types

    return types.infer_dtype(column, skipna=True) in (
        "integer",
        "floating",
        "mixed-integer-float",
        "boolean",
        "decimal",
    )


def _matrix(frame: Any) -> np.ndarray:
    """Columns of numbers as one array, missing values as NaN, in the type that holds all of them."""
    kinds = {str(dtype) for dtype in frame.dtypes}
    if len(kinds) == 1 and getattr(frame.dtypes.iloc[0], "kind", "O") in "biuf" and not _is_extension(frame):
        return frame.to_numpy()
    columns = []
    for name in frame.columns:
        column = frame[name]
        if hasattr(column.dtype, "na_value") or column.dtype == object:
            column = column.astype(object).where(column.notna(), np.nan)
        values = hand.numbers(column.to_numpy())
        refuse_large_integers(f"the column {name}", values)
        columns.append(values.astype(np.float64))
    return np.column_stack(columns) if columns else np.empty((len(frame), 0))


def _is_extension(frame: Any) -> bool:
    return any(not isinstance(dtype, np.dtype) for dtype in frame.dtypes)


def _categories(store: hand.Store, frame: Any, name: Any) -> None:
    import pandas as pd

    column = pd.Categorical(frame[name].map(lambda value: value if missing(value) else str(value)))
    store.categories(str(name), np.asarray(column.codes, dtype=np.int32), [str(c) for c in column.categories])


def _numeric_label(store: hand.Store, frame: Any, label: Any, texts: list[Any]) -> str:
    """A column of numbers, or of many texts, that is wanted as the label all the same. It stays a feature where it is one."""
    _categories(store, frame, _column(frame, label, "label"))
    return str(label)


def ids_of(frame: Any) -> list[str]:
    if frame.index.nlevels > 1:
        raise FormatError(
            f"an index of {frame.index.nlevels} levels",
            "one id a sample",
            "make one column of it, and use set_index",
        )
    if frame.index.hasnans:
        raise FormatError(
            "an index with missing ids", "an id for every sample", "fill them in, or use reset_index"
        )
    return [str(value) for value in frame.index]


def embedding_store(job: Path, embedding: Any) -> str:
    """A frame of coordinates with its index as ids."""
    frame = embedding.to_frame() if embedding.ndim == 1 else embedding
    store = hand.Store(job / "embedding.zarr", ids_of(frame))
    store.embedding(EMBEDDING_KEY, _matrix(frame))
    return "embedding.zarr"


def hand_polars(job: Path, frame: Any, named: dict[str, Any]) -> tuple[Handed, dict[str, Any]]:
    """The frame as an Arrow file, which the engine reads like any other: `id` and `label` name columns."""
    for name in ("layer", "use_raw"):
        if named[name]:
            raise OptionError(f"{name}={named[name]!r} with a data frame", f"no {name}", "leave it out")
    if hasattr(frame, "collect"):
        frame = frame.collect()
    if not hasattr(frame, "write_ipc"):
        raise FormatError(
            "a polars Series as the features", "a DataFrame, samples in rows", "use .to_frame()"
        )
    frame.write_ipc(job / "features.arrow", compression="uncompressed")
    return Handed("features.arrow", frames="polars"), {k: named[k] for k in ("label", "id", "normalize")}

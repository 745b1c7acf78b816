"""Arrays as files that the engine reads: NPY, NPZ and a Zarr store laid out like AnnData. Numbers go over as bytes.

No value is changed here: what a type cannot hold, what is missing and what does not fit is for the engine to say.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from .errors import FormatError

#: Elements that are copied at once, and of a chunk of a store.
BLOCK = 2**20


def write_npy(path: Path, values: Any) -> None:
    """Writes an array of any strides and byte order as NPY in row order, block by block.

    Raises
    ------
    FormatError
        Elements are Python objects, records or dates, which are no numbers.
    """
    array = numbers(values)
    with open(path, "wb") as file:
        header = {"descr": array.dtype.str, "fortran_order": False, "shape": array.shape}
        np.lib.format.write_array_header_1_0(file, header)
        for block in _blocks(array):
            file.write(np.ascontiguousarray(block).data if block.size else b"")


def write_npz(path: Path, **arrays: Any) -> None:
    """Writes several arrays without compression."""
    np.savez(path, **arrays)


def write_sparse(path: Path, matrix: Any) -> None:
    """Writes a SciPy sparse array of any format as scipy.sparse.save_npz does, without compression."""
    compressed = compressed_rows(matrix)
    write_npz(
        path,
        format=np.asarray(b"csr"),
        shape=np.asarray(compressed.shape, dtype=np.int64),
        data=numbers(compressed.data),
        indices=compressed.indices,
        indptr=compressed.indptr,
    )


def write_texts(path: Path, texts: Iterable[str]) -> None:
    """Writes one text a sample or feature as NPY."""
    write_npy_texts(path, text_array(texts))


def write_npy_texts(path: Path, texts: np.ndarray) -> None:
    np.save(path, texts, allow_pickle=False)


def numbers(values: Any) -> np.ndarray:
    """The values as an array of numbers, with what a mask hides as NaN; FormatError when they are none."""
    if values is None:
        raise FormatError("None", "an array of numbers", "give the data")
    if isinstance(values, np.ma.MaskedArray):
        values = values.astype(np.float64).filled(np.nan) if np.ma.is_masked(values) else values.data
    array = np.asarray(values)
    if array.dtype.kind == "O":
        array = _from_objects(array)
    if array.dtype.kind not in "biufc":
        raise FormatError(
            f"values of type {array.dtype}", "numbers", "convert them first, for example with .astype(float)"
        )
    if array.dtype.kind == "c" or array.dtype.itemsize > 8:
        raise FormatError(
            f"values of type {array.dtype}",
            "bool, integers of 8 to 64 bits or floats of 16 to 64 bits",
            "convert them first, for example with .astype('float64')",
        )
    return array if array.dtype.isnative else array.astype(array.dtype.newbyteorder("="))


def _from_objects(array: np.ndarray) -> np.ndarray:
    """Objects that are all numbers or missing, as pandas makes them, as doubles."""
    flat = array.ravel()
    try:
        missing = np.array([value is None or value != value for value in flat], dtype=bool)
        if any(isinstance(value, (str, bytes)) for value in flat):
            raise TypeError
        doubles = np.array([np.nan if gone else float(v) for v, gone in zip(flat, missing, strict=True)])
    except (TypeError, ValueError):
        raise FormatError(
            "values that are Python objects rather than numbers",
            "numbers",
            "convert them first, for example with .astype(float)",
        ) from None
    return doubles.reshape(array.shape)


def _blocks(array: np.ndarray) -> Iterable[np.ndarray]:
    """Parts of the first axis of about `BLOCK` elements."""
    if array.ndim == 0 or array.size == 0:
        yield array
        return
    step = max(1, BLOCK // max(1, array.size // array.shape[0]))
    for start in range(0, array.shape[0], step):
        yield array[start : start + step]


def compressed_rows(matrix: Any) -> Any:
    """A SciPy sparse array as CSR; entries that come twice are added, as SciPy does when it computes."""
    csr = matrix.tocsr()
    if not csr.has_canonical_format:
        csr = csr.copy()
        csr.sum_duplicates()
    return csr


def text_array(texts: Iterable[Any]) -> np.ndarray:
    """Texts as an array of fixed length. A character of code 0 would end a text early and is refused."""
    values = [str(text) for text in texts]
    if any("\0" in value for value in values):
        raise FormatError("a name with a character of code 0", "names of visible characters", "rename it")
    return np.array(values, dtype=np.str_) if values else np.array([], dtype="U1")


class Store:
    """Writes a Zarr store (version 2, without compression) with the layout of AnnData, in a new folder."""

    def __init__(self, folder: Path, ids: Sequence[str]) -> None:
        self._folder = folder
        self._columns: list[str] = []
        self._group("", {"encoding-type": "anndata", "encoding-version": "0.1.0"})
        self._frame("obs", ids)
        self._group("obsm", {"encoding-type": "dict", "encoding-version": "0.1.0"})

    def matrix(self, values: Any, feature_names: Sequence[str]) -> None:
        """X: samples x features, dense or SciPy sparse."""
        self._frame("var", feature_names)
        if not hasattr(values, "tocsr"):
            self._array("X", numbers(values), "array")
            return
        csr = compressed_rows(values)
        shape = [int(length) for length in csr.shape]
        self._group("X", {"encoding-type": "csr_matrix", "encoding-version": "0.1.0", "shape": shape})
        for part in ("data", "indices", "indptr"):
            self._array(f"X/{part}", numbers(getattr(csr, part)), "array")

    def embedding(self, key: str, values: Any) -> None:
        """Coordinates: samples x dimensions."""
        self._array(f"obsm/{key}", numbers(values), "array")

    def categories(self, name: str, codes: np.ndarray, categories: Sequence[str]) -> None:
        """A column of obs with one of a few texts a sample; code -1 is missing."""
        path = f"obs/{column_name(name)}"
        self._group(path, {"encoding-type": "categorical", "encoding-version": "0.2.0", "ordered": False})
        self._array(f"{path}/codes", codes, "array")
        self._array(f"{path}/categories", text_array(categories), "string-array")
        self._columns.append(column_name(name))
        self._attributes("obs", _frame_attributes(self._columns))

    def _frame(self, path: str, index: Sequence[str]) -> None:
        self._group(path, _frame_attributes([]))
        self._array(f"{path}/_index", text_array(index), "string-array")

    def _group(self, path: str, attributes: Mapping[str, Any]) -> None:
        folder = self._folder / path
        folder.mkdir(parents=True)
        (folder / ".zgroup").write_text('{"zarr_format": 2}', encoding="utf-8")
        self._attributes(path, attributes)

    def _attributes(self, path: str, attributes: Mapping[str, Any]) -> None:
        (self._folder / path / ".zattrs").write_text(json.dumps(attributes), encoding="utf-8")

    def _array(self, path: str, array: np.ndarray, encoding: str) -> None:
        folder = self._folder / path
        folder.mkdir(parents=True)
        width = max(1, array.size // max(1, array.shape[0])) if array.ndim else 1
        rows = max(1, min(array.shape[0] if array.ndim else 1, BLOCK // width))
        description = {
            "zarr_format": 2,
            "shape": list(array.shape),
            "chunks": [rows, *[max(1, length) for length in array.shape[1:]]],
            "dtype": array.dtype.newbyteorder("<").str if array.dtype.itemsize > 1 else array.dtype.str,
            "compressor": None,
            "filters": None,
            "fill_value": "" if array.dtype.kind == "U" else 0,
            "order": "C",
        }
        (folder / ".zarray").write_text(json.dumps(description), encoding="utf-8")
        self._attributes(path, {"encoding-type": encoding, "encoding-version": "0.2.0"})
        if array.size == 0:
            return
        rest = ".".join(["0"] * (array.ndim - 1))
        for number, start in enumerate(range(0, array.shape[0], rows)):
            block = np.ascontiguousarray(array[start : start + rows], dtype=description["dtype"])
            with open(folder / (f"{number}.{rest}" if rest else str(number)), "wb") as file:
                block.tofile(file)
                # chunks are stored whole, the last one too
                file.write(b"\0" * ((rows - len(block)) * width * block.dtype.itemsize))


def _frame_attributes(columns: Sequence[str]) -> dict[str, Any]:
    return {
        "encoding-type": "dataframe",
        "encoding-version": "0.2.0",
        "_index": "_index",
        "column-order": list(columns),
    }


def column_name(name: str) -> str:
    """The name of a column as a name of a file."""
    return str(name).replace("/", "|")

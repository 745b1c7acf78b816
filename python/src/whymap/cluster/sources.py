"""Tables that are read some rows at a time, on whichever machine: ``.h5ad``, Zarr as anndata writes it, Parquet.

Shapes: samples x features, float32; sparse tables stay sparse. Values as stored: nothing is normalized. Memory: the rows that are
asked for (and, in Parquet, a batch of the row group before them).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import FormatError, OptionError, UnsupportedError

BATCH = 2048


@dataclass(frozen=True)
class Where:
    """What is read of a file.

    Parameters
    ----------
    path
        Of an ``.h5ad`` file, a Zarr store or a Parquet file.
    layer
        Of AnnData; None for ``X``.
    id
        Column of the samples' ids in Parquet; None where rows have none. AnnData has its own.
    left_out
        Columns of Parquet that are no features, besides those that are not numbers.
    """

    path: str
    layer: str | None = None
    id: str | None = None
    left_out: tuple[str, ...] = ()


class Table:
    """An open table."""

    samples: int
    names: list[str]
    sparse: bool

    def rows(self, first: int, last: int) -> Any:
        """Rows ``first`` to ``last`` (not included): a CSR matrix or an array, float32."""
        raise NotImplementedError

    def ids(self, first: int, last: int) -> list[str]:
        """Ids of these rows; their numbers where the file has none."""
        return [str(row) for row in range(first, last)]

    def map(self, name: str) -> np.ndarray:
        """Coordinates of all samples, samples x dimensions, float32."""
        raise NotImplementedError


@contextmanager
def opened(where: Where) -> Iterator[Table]:
    """The table of a file. FormatError, OptionError, UnsupportedError where it cannot be read as one."""
    path = Path(where.path)
    if path.suffix == ".parquet":
        import pyarrow.parquet

        with pyarrow.parquet.ParquetFile(path) as file:
            yield _Parquet(file, where)
    elif path.suffix in (".h5ad", ".h5"):
        import h5py

        with h5py.File(path, "r") as file:
            yield _AnnData(file, where)
    elif path.is_dir():
        import zarr

        yield _AnnData(zarr.open_group(str(path), mode="r"), where)
    else:
        raise UnsupportedError(
            f"{path.name}", "an .h5ad file, a Zarr store or a .parquet file", "convert it with anndata"
        )


class _AnnData(Table):
    """Of HDF5 or Zarr: both are read by the same calls."""

    def __init__(self, group: Any, where: Where) -> None:
        self._group, self._where = group, where
        key = "X" if where.layer is None else f"layers/{where.layer}"
        if key not in group:
            raise OptionError(f"no {key} in {where.path}", "a matrix of samples x features", "name a layer")
        self._matrix = _matrix(group[key], where)
        self.sparse = hasattr(self._matrix, "format")
        self.samples, features = self._matrix.shape
        self.names = _strings(self._index("var"), 0, features)

    def rows(self, first: int, last: int) -> Any:
        block = self._matrix[first:last]
        return block.astype(np.float32).tocsr() if self.sparse else np.asarray(block, np.float32)

    def ids(self, first: int, last: int) -> list[str]:
        return _strings(self._index("obs"), first, last)

    def map(self, name: str) -> np.ndarray:
        if f"obsm/{name}" not in self._group:
            raise OptionError(f"no map {name}", f"one of {sorted(self._group['obsm'])}", "name one of these")
        return np.asarray(self._group[f"obsm/{name}"][:], np.float32)

    def _index(self, frame: str) -> Any:
        table = self._group[frame]
        return table[table.attrs.get("_index", "_index")]


def _matrix(stored: Any, where: Where) -> Any:
    if hasattr(stored, "dtype"):
        return stored
    from anndata.io import sparse_dataset

    matrix = sparse_dataset(stored)
    if matrix.format != "csr":
        raise UnsupportedError(
            f"a matrix stored by columns in {where.path}",
            "one stored by rows, which can be read some samples at a time",
            "adata.X = adata.X.tocsr(), and write it again",
        )
    return matrix


def _strings(stored: Any, first: int, last: int) -> list[str]:
    values = stored.asstr()[first:last] if hasattr(stored, "asstr") else stored[first:last]
    return [str(value) for value in values]


class _Parquet(Table):
    sparse = False

    def __init__(self, file: Any, where: Where) -> None:
        import pyarrow as pa

        self._file, self._where = file, where
        schema = file.schema_arrow
        if where.id is not None and where.id not in schema.names:
            raise OptionError(
                f"no column {where.id} in {where.path}", f"one of {schema.names[:10]}", "correct it"
            )
        numbers = [
            field.name
            for field in schema
            if pa.types.is_integer(field.type) or pa.types.is_floating(field.type)
        ]
        self.names = [name for name in numbers if name != where.id and name not in where.left_out]
        if len(self.names) < 2:
            raise FormatError(
                f"{len(self.names)} columns of numbers in {where.path}",
                "at least 2 features",
                "check the file",
            )
        self.samples = file.metadata.num_rows
        counts = [file.metadata.row_group(g).num_rows for g in range(file.metadata.num_row_groups)]
        self._starts = np.concatenate([[0], np.cumsum(counts)])

    def rows(self, first: int, last: int) -> np.ndarray:
        pieces = [
            np.column_stack(
                [column.to_numpy(zero_copy_only=False).astype(np.float32) for column in batch.columns]
            )
            for batch in self._batches(self.names, first, last)
        ]
        return np.concatenate(pieces) if pieces else np.empty((0, len(self.names)), np.float32)

    def ids(self, first: int, last: int) -> list[str]:
        if self._where.id is None:
            return super().ids(first, last)
        return [
            str(value)
            for batch in self._batches([self._where.id], first, last)
            for value in batch.column(0).to_pylist()
        ]

    def map(self, name: str) -> np.ndarray:
        columns = name.split(",")
        missing = [column for column in columns if column not in self._file.schema_arrow.names]
        if missing:
            raise OptionError(
                f"no column {missing[0]}", "the names of the map's columns, with commas", "correct it"
            )
        table = self._file.read(columns=columns)
        return np.column_stack([table.column(column).to_numpy() for column in columns]).astype(np.float32)

    def _batches(self, columns: list[str], first: int, last: int) -> Iterator[Any]:
        """The rows ``first`` to ``last`` in record batches; row groups that hold none of them are not read."""
        for group in range(len(self._starts) - 1):
            at = int(self._starts[group])
            if at >= last or self._starts[group + 1] <= first:
                continue
            for batch in self._file.iter_batches(batch_size=BATCH, row_groups=[group], columns=columns):
                low, high = max(first - at, 0), min(last - at, batch.num_rows)
                if low < high:
                    yield batch.slice(low, high - low).select(columns)
                at += batch.num_rows
                if at >= last:
                    break

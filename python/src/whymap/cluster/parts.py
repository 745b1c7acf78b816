"""Tasks of the pre-pass: a block of rows is divided, and a part is gathered. Each reads and writes files, and holds little else.

What is written has its name only when it is whole, so a task may be stopped, or done twice, at any moment.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import ShapeError
from .regions import part_bounds
from .sources import Where, opened

#: Of a file that are hashed at once.
HASH_BYTES = 2**18


@dataclass(frozen=True)
class Plan:
    """The division of a table. ``key`` names its content: the file, its size and time of change, the map and the division."""

    where: Where
    folder: str
    samples: int
    features: int
    sparse: bool
    block: int
    parts: int
    key: str

    @property
    def blocks(self) -> int:
        return -(-self.samples // self.block)

    @property
    def scratch(self) -> Path:
        return Path(self.folder) / "blocks"

    def block_folder(self, number: int) -> Path:
        return self.scratch / f"block-{number:06d}"

    def part(self, number: int) -> Path:
        return Path(self.folder) / f"part-{number:05d}.zarr"


def split_block(plan: Plan, number: int) -> None:
    """Writes a block of rows in the order of regions, with where each part begins in it."""
    first, last = number * plan.block, min(plan.samples, (number + 1) * plan.block)
    position = np.array(np.load(plan.scratch / "position.npy", mmap_mode="r")[first:last])
    order = np.argsort(position)
    with opened(plan.where) as table:
        rows = table.rows(first, last)[order]
        ids = np.array(table.ids(first, last), dtype=str)[order]
    arrays = {"position": position[order], "ids": ids}
    if plan.sparse:
        arrays |= {
            "offsets": rows.indptr.astype(np.int64),
            "indices": rows.indices.astype(np.int32),
            "values": rows.data,
        }
    else:
        arrays["values"] = rows
    _write_folder(
        plan.block_folder(number), lambda new: [np.save(new / f"{n}.npy", a) for n, a in arrays.items()]
    )


def _write_folder(path: Path, write: Callable[[Path], Any]) -> None:
    """A folder that is whole, or not there; of two that are made at once (Dask may run a task twice) one stays."""
    new = path.with_name(f"{path.name}.{os.getpid()}.new")
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(parents=True)
    write(new)
    try:
        os.rename(new, path)
    except OSError:
        if not path.exists():
            raise
        shutil.rmtree(new, ignore_errors=True)


def join_part(plan: Plan, number: int) -> None:
    """Gathers the pieces of a part from all blocks into a Zarr store, in the order of regions."""
    low, high = part_bounds(plan.samples, plan.parts)[number : number + 2]
    pieces = [_piece(plan, block, low, high) for block in range(plan.blocks)]
    positions = np.concatenate([position for position, _, _ in pieces])
    if len(positions) != high - low:
        raise ShapeError(
            f"{len(positions)} rows for a part of {high - low}", "all of them", "delete the folder, run again"
        )
    order = np.argsort(positions)
    ids = np.concatenate([ids for _, ids, _ in pieces])[order]
    values = _stacked([piece for _, _, piece in pieces])[order]
    _write_folder(plan.part(number), lambda new: _write_zarr(new, plan, values, ids))


def _piece(plan: Plan, block: int, low: int, high: int) -> tuple[np.ndarray, np.ndarray, Any]:
    """The rows of one block whose positions lie from ``low`` to ``high``; only these are read."""
    folder = plan.block_folder(block)
    arrays = {file.stem: np.load(file, mmap_mode="r") for file in folder.glob("*.npy")}
    first, last = np.searchsorted(arrays["position"], [low, high])
    position, ids = np.array(arrays["position"][first:last]), np.array(arrays["ids"][first:last])
    if not plan.sparse:
        return position, ids, np.array(arrays["values"][first:last])
    import scipy.sparse as sp

    start, end = arrays["offsets"][[first, last]]
    parts = (np.array(arrays["values"][start:end]), np.array(arrays["indices"][start:end]))
    offsets = np.array(arrays["offsets"][first : last + 1]) - start
    return position, ids, sp.csr_matrix((*parts, offsets), shape=(last - first, plan.features))


def _stacked(pieces: list) -> Any:
    if isinstance(pieces[0], np.ndarray):
        return np.concatenate(pieces)
    import scipy.sparse as sp

    return sp.vstack(pieces, format="csr")


def _write_zarr(folder: Path, plan: Plan, values: Any, ids: np.ndarray) -> None:
    import pandas as pd
    from anndata import AnnData

    with opened(plan.where) as table:
        names = table.names
    data = AnnData(values, obs=pd.DataFrame(index=ids.astype(object)), var=pd.DataFrame(index=names))
    import zarr
    from anndata.io import write_elem

    # one format for all versions of these packages, so that parts are the same wherever they are written
    chosen = {"zarr_format": 2} if zarr.__version__.split(".")[0] != "2" else {}
    write_elem(zarr.open_group(str(folder), mode="w", **chosen), "/", data)


def part_key(plan: Plan, number: int) -> str:
    """SHA-256 of a part's files, names and bytes, in the order of names."""
    digest = hashlib.sha256()
    folder = plan.part(number)
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        digest.update(f"{file.relative_to(folder).as_posix()}\0{file.stat().st_size}\0".encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()


def source_hash(plan: Plan, _: int) -> str | None:
    """SHA-256 of the file of the table, as whymap records of a table it reads; None for a folder (Zarr)."""
    source = Path(plan.where.path)
    if source.is_dir():
        return None
    digest = hashlib.sha256()
    with source.open("rb") as file:
        while piece := file.read(HASH_BYTES):
            digest.update(piece)
    return digest.hexdigest()

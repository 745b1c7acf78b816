"""The pre-pass: a table's rows, ordered by region of the map, in parts on storage that all workers share.

    python -m whymap.cluster.order cells.h5ad -e X_umap --out parts --scheduler tcp://scheduler:8786

Why: a shard reads the rows of its region; in the table's own order these are spread over all of it. Method: first each block of
rows (in the table's order) is divided by part and written; then each part gathers its pieces, in order, into a Zarr store of AnnData.
Both are tasks that read and write files: nobody holds the table, and this process sees only the map. What is written has its name
only when it is whole, so a pre-pass that was stopped at any moment goes on where it was when it is started again, and the parts are
the same to the byte. Memory of a task: about four times ``block_bytes``. Disk: twice the table while it runs.

Written: ``manifest.json``, ``order.npy`` (row in the table of each row of the parts), ``map.npy`` (samples x dimensions, in the
table's order), ``part-00000.zarr`` and so on.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import json
import os
import shutil
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import OptionError, ShapeError, WhymapError
from .connect import Tls, add_arguments, connected
from .parts import Plan, join_part, part_key, source_hash, split_block
from .regions import part_bounds, region_order
from .sources import Table, Where, opened

__all__ = ["order_rows"]

VERSION = 1
BLOCK_BYTES = 64 * 2**20
#: Runs a function on each item, in any order and anywhere; what it returns, in the order of items.
Mapper = Callable[[Callable[[int], Any], Sequence[int]], list]


def order_rows(
    path: str | os.PathLike,
    embedding: str | np.ndarray,
    out: str | os.PathLike,
    *,
    client: Any = None,
    layer: str | None = None,
    id: str | None = None,
    parts: int | None = None,
    block_bytes: int = BLOCK_BYTES,
    mapper: Mapper | None = None,
) -> dict[str, Any]:
    """Writes the rows of a table, ordered by region of its map, in parts; goes on where an earlier call was stopped.

    Parameters
    ----------
    path
        An ``.h5ad`` file, a Zarr store as anndata writes it, or a Parquet file; every worker must see it under this path.
    embedding
        Key in ``obsm``; columns of Parquet with commas (``"x,y"``); or the coordinates, samples x dimensions.
    out
        A folder that every worker sees; made where it is not there.
    client
        A ``distributed.Client`` whose workers do the work; by default this process does.
    layer
        Of AnnData; default ``X``.
    id
        Column of ids in Parquet; default none.
    parts
        How many; by default so many that one has at most ``block_bytes``.
    block_bytes
        Bytes of the values that a task holds once.

    Returns
    -------
    dict
        The manifest.

    Raises
    ------
    FormatError, OptionError, ShapeError, UnsupportedError
        The file cannot be read, there is no such map, or the folder has parts of something else.
    """
    given = isinstance(embedding, np.ndarray)
    columns = () if given else tuple(str(embedding).split(","))
    where = Where(str(Path(path).resolve()), layer, id, columns)
    folder = Path(out).resolve()
    with opened(where) as table:
        points = np.asarray(embedding, np.float32) if given else table.map(str(embedding))
        plan = _plan(table, where, folder, points, parts, block_bytes)
    if _begin(plan, points):
        run = mapper or (_in_this_process if client is None else partial(_on_client, client))
        _write_parts(plan, run, None if given else str(embedding))
    return json.loads((folder / "manifest.json").read_text(encoding="utf-8"))


def _write_parts(plan: Plan, run: Mapper, embedding: str | None) -> None:
    """Does what is not there yet; the manifest comes last."""
    missing = [number for number in range(plan.parts) if not plan.part(number).exists()]
    if missing:
        blocks = [number for number in range(plan.blocks) if not plan.block_folder(number).exists()]
        run(partial(split_block, plan), blocks)
        run(partial(join_part, plan), missing)
    keys = run(partial(part_key, plan), range(plan.parts))
    (sha256,) = run(partial(source_hash, plan), [0])
    bounds = part_bounds(plan.samples, plan.parts)
    parts = [
        {
            "path": plan.part(p).name,
            "first": int(bounds[p]),
            "rows": int(bounds[p + 1] - bounds[p]),
            "key": keys[p],
        }
        for p in range(plan.parts)
    ]
    _write(
        Path(plan.folder) / "manifest.json", json.dumps(_manifest(plan, parts, sha256, embedding), indent=1)
    )
    # what workers were writing when they were killed
    for left in [plan.scratch, *Path(plan.folder).glob("part-*.new")]:
        shutil.rmtree(left, ignore_errors=True)


def _plan(
    table: Table, where: Where, folder: Path, points: np.ndarray, parts: int | None, block_bytes: int
) -> Plan:
    if points.ndim != 2 or len(points) != table.samples:
        raise ShapeError(
            f"a map of shape {points.shape} for {table.samples} samples",
            "one row a sample",
            "give their own map",
        )
    if not np.isfinite(points).all():
        raise ShapeError(
            "a map with values that are not finite", "coordinates of every sample", "leave these samples out"
        )
    looked_at = table.rows(0, min(table.samples, 256))
    stored = 8 * looked_at.nnz if table.sparse else looked_at.nbytes
    bytes_a_row = max(1, stored // max(1, looked_at.shape[0]))
    block = max(1, min(table.samples, block_bytes // bytes_a_row))
    count = parts or max(1, -(-table.samples // block))
    if not 1 <= count <= table.samples:
        raise OptionError(
            f"{count} parts of {table.samples} samples", "1 to as many as samples", "choose fewer parts"
        )
    source = Path(where.path)
    facts = [VERSION, asdict(where), _size(source), source.stat().st_mtime_ns, block, count]
    key = hashlib.sha256(json.dumps(facts).encode() + points.tobytes()).hexdigest()
    return Plan(where, str(folder), table.samples, len(table.names), table.sparse, block, count, key)


def _size(path: Path) -> int:
    """Bytes of a file, or of all files of a folder."""
    return sum(file.stat().st_size for file in path.rglob("*")) if path.is_dir() else path.stat().st_size


def _begin(plan: Plan, points: np.ndarray) -> bool:
    """Makes the folder ready; False where the manifest says that all is there. OptionError for another table's folder."""
    folder = Path(plan.folder)
    plan.scratch.mkdir(parents=True, exist_ok=True)
    said = folder / "key"
    if said.exists() and said.read_text(encoding="utf-8") != plan.key:
        raise OptionError(
            f"{folder}, which has parts of another table, another map or another division",
            "an empty folder, or the one of a pre-pass of this table that was stopped",
            "choose another folder, or delete this one",
        )
    if (folder / "manifest.json").exists():
        shutil.rmtree(plan.scratch, ignore_errors=True)
        return False
    if not said.exists():
        order = region_order(points)
        position = np.empty(len(order), order.dtype)
        position[order] = np.arange(len(order))
        for name, values in (("order", order), ("position", position), ("map", points)):
            where = plan.scratch if name == "position" else folder
            np.save(where / f"{name}.npy", values)
        _write(said, plan.key)
    return True


def _write(path: Path, text: str) -> None:
    """A file that is whole, or not there."""
    new = path.with_name(f"{path.name}.new")
    new.write_text(text, encoding="utf-8")
    os.replace(new, path)


def _manifest(
    plan: Plan, parts: list[dict[str, Any]], sha256: str | None, embedding: str | None
) -> dict[str, Any]:
    return {
        "format": "whymap-parts",
        "version": VERSION,
        "key": plan.key,
        "source": asdict(plan.where),
        "sha256": sha256,
        "samples": plan.samples,
        "features": plan.features,
        "layout": "sparse" if plan.sparse else "dense",
        "embedding": embedding,
        "order": "order.npy",
        "map": "map.npy",
        "parts": parts,
    }


def _in_this_process(function: Callable[[int], Any], items: Sequence[int]) -> list:
    return [function(item) for item in items]


def _on_client(client: Any, function: Callable[[int], Any], items: Sequence[int]) -> list:
    """Each item a task, tried again where it fails once (a file system that stumbles); errors are the task's own."""
    return client.gather(client.map(function, list(items), pure=False, retries=1))


def arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m whymap.cluster.order", description=__doc__.split("\n")[0]
    )
    parser.add_argument("path", help=".h5ad, Zarr or Parquet, under the same path on every worker")
    parser.add_argument(
        "-e", "--embedding", required=True, help="key in obsm, or columns of Parquet with a comma"
    )
    parser.add_argument("--out", required=True, help="folder that every worker sees")
    parser.add_argument("--layer")
    parser.add_argument("--id", help="column of ids in Parquet")
    parser.add_argument("--parts", type=int, help="default: as many as hold --block-bytes each")
    parser.add_argument("--block-bytes", type=int, default=BLOCK_BYTES)
    add_arguments(parser, required=False)
    return parser


async def _command(options: argparse.Namespace) -> dict[str, Any]:
    names = ("layer", "id", "parts", "block_bytes")
    chosen = {name: getattr(options, name) for name in names}
    work = partial(order_rows, options.path, options.embedding, options.out, **chosen)
    if options.scheduler is None:
        return work(mapper=lambda function, items: [function(item) for item in _counted(items, function)])
    tls = Tls(options.tls_ca_file, options.tls_cert, options.tls_key)
    async with connected(
        options.scheduler, tls=tls, timeout=options.timeout, memory=options.worker_memory
    ) as client:
        loop = asyncio.get_running_loop()

        def on_workers(function: Callable[[int], Any], items: Sequence[int]) -> list:
            return asyncio.run_coroutine_threadsafe(_mapped(client, function, items), loop).result()

        return await asyncio.to_thread(work, mapper=on_workers)


async def _mapped(client: Any, function: Callable[[int], Any], items: Sequence[int]) -> list:
    from distributed import as_completed

    futures = client.map(function, list(items), pure=False, retries=1)
    bar = _counted(items, function)
    # the client is no default one, by which as_completed would find the loop
    async for future in as_completed(futures, loop=client.loop):
        await future  # raises what the task raised
        bar.update()
    bar.close()
    return await client.gather(futures)


def _counted(items: Sequence[int], function: Callable[[int], Any]) -> Any:
    from tqdm.auto import tqdm

    names = {
        split_block: "blocks divided",
        join_part: "parts gathered",
        part_key: "parts checked",
        source_hash: "table checked",
    }
    return tqdm(items, desc=names[function.func], leave=False)


def main() -> int:
    options = arguments().parse_args()
    try:
        manifest = asyncio.run(_command(options))
    except WhymapError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("stopped; the same command goes on from here", file=sys.stderr)
        return 130
    print(f"{manifest['samples']} samples in {len(manifest['parts'])} parts: {options.out}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

"""Loaded into Dask's workers by cluster-kills.py: each kills itself once in every task of the pre-pass.

In `split_block` and `join_part` once when what is written has not its name yet, and once when it has; in `part_key` before it answers.
A worker waits with it until its nanny has surely started it: a nanny that is still at that does not hear that it was killed.
"""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

from whymap.cluster import parts

LANDED = Path(os.environ["WHYMAP_KILLS"]) / "landed"
#: Seconds from the start of a worker to its end.
SETTLED = 10
started = time.monotonic()


def kill(name: str) -> None:
    """Kills this process, where no other has at this moment."""
    try:
        (LANDED / name).open("x").close()
    except FileExistsError:
        return
    time.sleep(max(0, started + SETTLED - time.monotonic()))
    os.kill(os.getpid(), signal.SIGKILL)


def dask_setup(worker) -> None:
    rename, write_folder, part_key = os.rename, parts._write_folder, parts.part_key

    def renamed(source, target) -> None:
        name = "split_block" if "block-" in Path(source).name else "join_part"
        kill(f"{name}-before")
        rename(source, target)
        kill(f"{name}-after")

    def wrote(path, write) -> None:
        os.rename = renamed
        try:
            write_folder(path, write)
        finally:
            os.rename = rename

    def keyed(plan, number):
        kill("part_key-before")
        return part_key(plan, number)

    parts._write_folder, parts.part_key = wrote, keyed

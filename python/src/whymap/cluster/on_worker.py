"""What the bridge has done on a worker: as tasks of Dask (``step``), or at once on all (the rest). They are the only names that travel."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path
from typing import Any

from .. import __version__
from .host import Host, Run, ShardDied, VersionsDiffer

#: Of this process, by run and worker (several workers are in one process only in tests).
HOSTS: dict[tuple[str, str], Host] = {}
_MAKING = threading.Lock()


def host_of(run: Run, worker) -> Host:
    with _MAKING:
        host = HOSTS.get((run.id, worker.address))
        if host is None or host._closed:
            if run.version != __version__:
                raise VersionsDiffer(
                    f"whymap {__version__} on a worker",
                    f"whymap {run.version}, as where the run was started",
                    f"install the same on all: pip install whymap=={run.version}",
                )
            limit = getattr(worker.memory_manager, "memory_limit", None)
            host = HOSTS[run.id, worker.address] = Host(run, run.threads or worker.state.nthreads, limit)
        return host


def step(run: Run, request: bytes, number: int) -> tuple[str, bytes | str, str]:
    """A task: the reply of this worker's process. Returns a status (``reply`` or ``died``), the reply or why, and the worker."""
    from distributed import get_worker

    worker = get_worker()

    def tell(done: float) -> None:
        worker.log_event(f"whymap-{run.id}", {"id": number, "progress": done})

    host = host_of(run, worker)
    try:
        return "reply", host.ask(request, number, tell), worker.address
    except ShardDied as error:
        return "died", str(error), worker.address


async def open_here(run: Run, dask_worker) -> dict[str, Any]:
    """Starts this worker's process; what it says of itself."""
    host = host_of(run, dask_worker)
    host.renew()
    hello = await asyncio.to_thread(host.open)
    return {**hello, "limit": host.limit, "pid": host.pid}


def renew_here(run_id: str, dask_worker) -> bool:
    """Renews the lease; whether there is anything to renew."""
    host = HOSTS.get((run_id, dask_worker.address))
    if host is None or host._closed:
        return False
    host.renew()
    return True


def cancel_here(run_id: str, request: bytes, cancels: int, dask_worker) -> None:
    host = HOSTS.get((run_id, dask_worker.address))
    if host is not None:
        host.cancel(request, cancels)


async def close_here(run_id: str, dask_worker) -> None:
    """Ends this worker's process of a run; it has ended when this returns."""
    host = HOSTS.pop((run_id, dask_worker.address), None)
    if host is not None:
        await asyncio.to_thread(host.close)


def visible_here(path: str, size: int | None) -> str | None:
    """Why a worker cannot read a file; None where it can."""
    file = Path(path)
    try:
        found = file.stat()
        if file.is_file():
            with file.open("rb"):
                pass
    except OSError as error:
        return error.strerror or type(error).__name__
    if size is not None and file.is_file() and found.st_size != size:
        return f"has {found.st_size} bytes there, not {size}"
    return None

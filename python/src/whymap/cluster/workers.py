"""The workers of a run: opened, checked, kept, and freed at the end."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from ..errors import MachineError, UnsupportedError, WhymapError
from . import host, on_worker
from .placement import Placement

#: Seconds to wait for a worker where all are gone: Slurm or Kubernetes may start others.
NO_WORKERS = 300.0
#: Seconds after which workers that are lost at the start, again and again, are given up; and between two looks.
OPENING, LOOK = 60.0, 0.5


class Workers:
    """All workers of the scheduler that can run a shard of this version.

    Every call that goes to all workers goes past those that are being lost; what they held is made anew.
    """

    def __init__(self, client: Any, run: host.Run) -> None:
        self._client, self.run = client, run
        self.placement = Placement()
        self._changed = asyncio.Event()
        self._seen = time.monotonic()
        self.direct = True
        self.engine: str | None = None
        self.threads = 1

    async def open(self) -> None:
        """Starts a shard's process on each worker.

        Raises
        ------
        WhymapError
            There is none, or one that cannot run a shard: of another version, without whymap or Node.js.
        """
        opened = await self._opened()
        if not opened:
            raise MachineError(
                "a scheduler without workers", "at least one worker", "start workers, then run again"
            )
        for address, answer in opened.items():
            if isinstance(answer, BaseException):
                raise _refusal(address, answer)
        engines = {answer["engine"] for answer in opened.values()}
        if len(engines) > 1:
            raise UnsupportedError(
                f"workers with different engines ({', '.join(sorted(map(str, engines)))})",
                "the same engine on all, since results are the same to the byte only then",
                "name one: --engine wasm",
            )
        self.engine = engines.pop()
        self.threads = min(int(answer.get("threads") or 1) for answer in opened.values())
        self.placement.update(opened)
        self.direct = await self._reached(opened)

    async def _opened(self) -> dict[str, Any]:
        """What each worker answers. Where some are lost meanwhile, all that there are by then are asked again."""
        end = time.monotonic() + OPENING
        lost = False
        while True:
            opened = await self._everywhere(on_worker.open_here, self.run)
            now = any(isinstance(answer, (OSError, host.ShardDied)) for answer in opened.values())
            lost = lost or now
            if not (now or (lost and not opened)) or time.monotonic() > end:
                return opened
            await asyncio.sleep(LOOK)

    async def refresh(self) -> None:
        """Renews the leases, and takes in workers that have come."""
        found = await self._everywhere(on_worker.renew_here, self.run.id)
        new = [address for address, held in found.items() if held is False]
        usable = [address for address, held in found.items() if held is True]
        self._take(usable)
        opened = await self._everywhere(on_worker.open_here, self.run, workers=new) if new else {}
        usable += [
            address
            for address, answer in opened.items()
            if not isinstance(answer, BaseException) and answer["engine"] == self.engine
        ]
        self._take(usable)
        if usable:
            self._seen = time.monotonic()
        elif time.monotonic() - self._seen > NO_WORKERS:
            raise MachineError(
                f"a scheduler that has had no worker for {NO_WORKERS:g} s",
                "workers",
                "see why they ended, start others, and run again",
            )

    def _take(self, workers: list[str]) -> None:
        """Lets requests that wait for a worker that is gone go elsewhere. None at all is no news: there will be some."""
        if workers and sorted(workers) != self.placement.workers:
            self.placement.update(workers)
            self._changed.set()
            self._changed = asyncio.Event()

    async def finished(self, work: asyncio.Future, worker: str | None) -> bool:
        """Waits for work on a worker; False where the worker is gone before."""
        while not work.done():
            changed = asyncio.ensure_future(self._changed.wait())
            await asyncio.wait([work, changed], return_when=asyncio.FIRST_COMPLETED)
            changed.cancel()
            if not work.done() and worker is not None and worker not in self.placement.workers:
                return False
        return True

    async def cancel(self, request: bytes, cancels: int) -> None:
        await self._everywhere(on_worker.cancel_here, self.run.id, request, cancels)

    async def unseen(self, path: str, size: int | None) -> dict[str, str]:
        """Why a file cannot be read, by worker; empty where all read it."""
        found = await self._everywhere(on_worker.visible_here, path, size)
        return {address: str(why) for address, why in found.items() if why is not None}

    async def close(self) -> None:
        """Ends the processes on all workers; they have ended when this returns."""
        await self._everywhere(on_worker.close_here, self.run.id)

    async def _everywhere(self, function, *arguments, workers: list[str] | None = None) -> dict[str, Any]:
        return await self._client.run(function, *arguments, workers=workers, on_error="return")

    async def _reached(self, workers) -> bool:
        """Whether replies can come straight from the workers; else they come through the scheduler."""
        from distributed.comm import connect

        arguments = self._client.security.get_connection_args("client")
        for address in workers:
            try:
                comm = await connect(address, timeout=3, **arguments)
                await comm.close()
            except (OSError, TimeoutError):
                return False
        return True


def _refusal(address: str, error: BaseException) -> WhymapError:
    # Dask hands on an import that failed while the function was unpacked as a text in an Exception
    if isinstance(error, ModuleNotFoundError) or "ModuleNotFoundError" in str(error):
        return UnsupportedError(
            f"worker {address} without whymap ({error})",
            "whymap on every worker",
            "pip install 'whymap[cluster]' in the environment of the workers",
        )
    if isinstance(error, WhymapError):
        return type(error)(f"on worker {address}: {error.got}", error.expected, error.remedy)
    return MachineError(
        f"worker {address}, where no shard starts ({type(error).__name__}: {error})",
        "a running shard",
        "see the worker's log",
    )

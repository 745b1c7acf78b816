"""The bridge: frames of the coordinator go to shards on Dask's workers as tasks, and their replies come back.

Requests of one shard are done one after another, those of different shards at once. A worker or a process that is lost costs time: the
request goes to another, which answers that it does not know the specification, and the coordinator gives it again. The
bridge keeps no specification, so it holds what is on its way and nothing else.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
import time
import uuid
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable
from concurrent.futures import CancelledError
from dataclasses import replace
from typing import Any

from distributed import KilledWorker

from ..errors import MachineError, WhymapError
from . import frames, host, on_worker
from .frames import Frame
from .workers import Workers

#: Bytes of requests that may be on their way at once; further ones wait in the pipe.
ON_THE_WAY = 256 * 2**20
#: Seconds to wait for a scheduler that does not answer any more.
RECONNECT = 120.0
PROGRESS_SECONDS = 1.0
REFRESH_SECONDS = 2.0

LOG = logging.getLogger("whymap.cluster")

Send = Callable[[bytes], Awaitable[None]]


class Bridge:
    """Answers frames through the workers of a client. ``send`` writes a reply, ``tell`` a message of progress."""

    def __init__(
        self, client: Any, send: Send, tell: Callable[[dict], None], *, shards: int | None = None, **run: Any
    ) -> None:
        self._run = host.Run(id=uuid.uuid4().hex, **run)
        self._client, self._send, self._tell, self._shards = client, send, tell, shards
        self._workers = Workers(client, self._run)
        self._turns: dict[Any, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._open: set[asyncio.Task] = set()
        self._seen: dict[str, dict[str, str]] = {}
        self._bytes_open = 0
        self._room = asyncio.Event()
        self._room.set()
        self._rounds: Counter[Any] = Counter()
        self._counts: Counter[str] = Counter()
        self._failure: asyncio.Future = asyncio.get_running_loop().create_future()

    async def serve(self, requests: asyncio.Queue[Frame | None]) -> None:
        """Answers until None comes, then frees the workers, as it does when it is cancelled or fails."""
        kept = asyncio.create_task(self._keep())
        self._client.subscribe_topic(f"whymap-{self._run.id}", self._progress)
        try:
            while (frame := await self._next(requests)) is not None:
                await self._take(frame)
        finally:
            kept.cancel()
            for task in self._open:
                task.cancel()
            await asyncio.gather(kept, *self._open, return_exceptions=True)
            if self._client.status == "running":
                await self._workers.close()

    async def _next(self, requests: asyncio.Queue[Frame | None]) -> Frame | None:
        """The next request; raises what made the bridge fail meanwhile."""
        coming = asyncio.ensure_future(requests.get())
        await asyncio.wait([coming, self._failure], return_when=asyncio.FIRST_COMPLETED)
        if self._failure.done():
            coming.cancel()
            self._failure.result()
        return coming.result()

    async def _take(self, frame: Frame) -> None:
        """Begins a request; waits before while too much is on its way."""
        await self._room.wait()
        self._bytes_open += len(frame.bytes)
        if self._bytes_open > ON_THE_WAY:
            self._room.clear()
        task = asyncio.create_task(self._answer(frame))
        self._open.add(task)
        task.add_done_callback(lambda done: self._ended(done, frame))

    def _ended(self, task: asyncio.Task, frame: Frame) -> None:
        self._open.discard(task)
        self._bytes_open -= len(frame.bytes)
        if self._bytes_open <= ON_THE_WAY:
            self._room.set()
        error = None if task.cancelled() else task.exception()
        if error is not None and not self._failure.done():
            self._failure.set_exception(error)

    async def _answer(self, frame: Frame) -> None:
        step = frame.header.get("step")
        if step == "hello":
            reply = await self._hello(frame)
        elif step == "cancel":
            await self._workers.cancel(frame.bytes, frame.header.get("cancels"))
            return
        else:
            async with self._turns[frame.header.get("shard")]:
                reply = await self._unseen(frame) or await self._ask(frame)
        self._counts["in"] += len(reply)
        await self._send(reply)

    async def _hello(self, frame: Frame) -> bytes:
        """Opens the workers, with the threads, memory and engine that the coordinator asks for."""
        asked = frame.header
        wanted = (asked.get("version"), asked.get("protocol"))
        if wanted != (self._run.version, frames.PROTOCOL):
            return frames.failure(
                frame.id,
                "version",
                f"whymap {wanted[0]} and protocol {wanted[1]} before the bridge, {self._run.version} and {frames.PROTOCOL} in it",
                "the same on both sides",
                f"install the same: pip install whymap=={wanted[0]}",
            )
        run = replace(
            self._run,
            engine=asked.get("engine"),
            threads=asked.get("threads"),
            memory=asked.get("memory") if self._run.memory is None else self._run.memory,
        )
        self._run = self._workers.run = run
        try:
            await self._workers.open()
        except WhymapError as error:
            kind = "version" if isinstance(error, host.VersionsDiffer) else "machine"
            return frames.failure(frame.id, kind, error.got, error.expected, error.remedy)
        workers = len(self._workers.placement.workers)
        self._tell({"message": "cluster-ready", "workers": workers, "dashboard": self._client.dashboard_link})
        return frames.encode(
            {
                "id": frame.id,
                "ok": True,
                "version": self._run.version,
                "protocol": frames.PROTOCOL,
                "engine": self._workers.engine,
                "threads": self._workers.threads,
                "shards": self._shards or workers,
            }
        )

    async def _unseen(self, frame: Frame) -> bytes | None:
        """A refusal where a specification names a file that a worker cannot read; looked at once a file."""
        rows = (
            (frame.header.get("spec") or {}).get("rows") or {}
            if frame.header.get("step") == "specify"
            else {}
        )
        if rows.get("kind") != "file":
            return None
        path = str(rows.get("path"))
        if path not in self._seen:
            self._seen[path] = await self._workers.unseen(path, rows.get("size"))
        unseen = self._seen[path]
        if not unseen:
            return None
        worker, why = next(iter(unseen.items()))
        return frames.failure(
            frame.id,
            "read",
            f"{path}, which {len(unseen)} of the workers cannot read ({worker}: {why})",
            "a file that every worker can read, the same as here",
            "put it on storage that all workers share, under the same path",
        )

    async def _ask(self, frame: Frame) -> bytes:
        """The reply of a shard's process, wherever it runs by then; kind ``lost`` where it died, which is then asked again."""
        shard = frame.header.get("shard")
        try:
            status, value, worker = await self._submitted(frame)
        except WhymapError as error:
            return frames.failure(frame.id, "machine", error.got, error.expected, error.remedy)
        self._workers.placement.moved(shard, worker)
        if status == "reply":
            self._rounds[shard] += 1
            return value
        self._counts["restarts"] += 1
        return frames.failure(
            frame.id,
            "lost",
            f"a shard that was lost on {worker}: {value}",
            "a process that answers every request",
            "if it ran out of memory, take more workers or workers with more memory",
        )

    async def _submitted(self, frame: Frame) -> tuple[str, Any, str]:
        """What the task returns. Submitted again where the scheduler forgot it, or its worker is gone and Dask leaves it waiting."""
        for attempt in itertools.count():
            worker = self._workers.placement.worker_of(frame.header.get("shard"))
            self._counts["out"] += len(frame.bytes)
            future = self._future(frame, attempt, worker)
            gathering = asyncio.ensure_future(self._client.gather(future, direct=self._workers.direct))
            try:
                if await self._workers.finished(gathering, worker):
                    return gathering.result()
            except CancelledError:  # Dask's own, not asyncio's
                await self._reconnected()
            except KilledWorker as error:
                raise MachineError(
                    f"a step during which {error.allowed_failures + 1} workers were lost, the last {error.last_worker.address}",
                    "workers that live through it",
                    "they may have run out of memory: take more workers, or workers with more memory",
                ) from None
            finally:
                gathering.cancel()
                future.release()

    def _future(self, frame: Frame, attempt: int, worker: str | None) -> Any:
        bound = {"workers": [worker], "allow_other_workers": True} if worker else {}
        key = f"whymap-{frame.header.get('step')}-{self._run.id[:8]}-{frame.id}-{attempt}"
        return self._client.submit(
            on_worker.step, self._run, frame.bytes, frame.id, key=key, pure=False, **bound
        )

    async def _reconnected(self) -> None:
        end = time.monotonic() + RECONNECT
        while self._client.status != "running":
            if time.monotonic() > end or self._client.status == "closed":
                raise MachineError(
                    f"a scheduler that has not answered for {RECONNECT:g} s",
                    "the scheduler that the run began with",
                    "see whether it was stopped; the run begins anew",
                )
            await asyncio.sleep(0.2)

    def _progress(self, event: tuple[float, dict]) -> None:
        _, message = event
        number = message["id"]
        task = asyncio.ensure_future(
            self._send(frames.encode({"id": number, "progress": message["progress"]}))
        )
        self._open.add(task)
        task.add_done_callback(self._open.discard)

    async def _keep(self) -> None:
        """Renews the leases, takes in new workers, and says what was done."""
        told, renewed = None, time.monotonic()
        while True:
            await asyncio.sleep(min(PROGRESS_SECONDS, self._run.lease / 4))
            if self._workers.engine is None:
                continue
            if time.monotonic() - renewed > min(REFRESH_SECONDS, self._run.lease / 4):
                try:
                    await asyncio.wait_for(self._workers.refresh(), self._run.lease / 2)
                except WhymapError as error:
                    if not self._failure.done():
                        self._failure.set_exception(error)
                    return
                except Exception as error:  # cut off, or a worker that is just lost: looked at again soon
                    LOG.warning("the workers could not be looked at: %r", error)
                renewed = time.monotonic()
            now = self.counts()
            if now != told:
                told = now
                self._tell({"message": "cluster", **now})

    def counts(self) -> dict[str, int]:
        """Workers, rounds (the most replies of one shard), bytes out and in, and processes that were lost."""
        return {
            "workers": len(self._workers.placement.workers),
            "rounds": max(self._rounds.values(), default=0),
            "bytesOut": self._counts["out"],
            "bytesIn": self._counts["in"],
            "restarts": self._counts["restarts"],
        }

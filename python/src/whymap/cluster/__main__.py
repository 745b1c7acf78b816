"""``python -m whymap.cluster``: the bridge between whymap's command line, which starts it, and Dask.

Frames come on standard input and go on standard output; messages (JSON, one a line) on standard error. It ends when standard
input is closed. Ctrl-C in a terminal reaches the coordinator, which closes it; so it is not heard here.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import logging
import os
import signal
import sys
import threading
from typing import BinaryIO

from ..errors import FormatError, WhymapError
from . import frames
from .connect import Tls, add_arguments, connected, require_dask

BROKEN = 2


def arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m whymap.cluster", description=__doc__.split("\n")[0])
    add_arguments(parser, required=True)
    parser.add_argument("--shards", type=int, help="shards to divide into (default: one a worker)")
    parser.add_argument(
        "--memory", type=int, help="bytes that a shard plans with (default: 0.6 of the worker's)"
    )
    parser.add_argument(
        "--lease",
        type=float,
        default=60,
        help="seconds after which a worker frees a run that is not heard of",
    )
    parser.add_argument(
        "--command",
        type=json.loads,
        help="JSON list: what starts a shard on a worker (default: of this package)",
    )
    return parser


async def bridge(options: argparse.Namespace, source: BinaryIO, target: BinaryIO) -> int:
    from .bridge import Bridge

    loop = asyncio.get_running_loop()
    requests: asyncio.Queue = asyncio.Queue(maxsize=64)
    writing = asyncio.Lock()

    def write(reply: bytes) -> None:
        target.write(reply)
        target.flush()

    async def send(reply: bytes) -> None:
        async with writing:
            await asyncio.to_thread(write, reply)

    broken: list[FormatError] = []

    def read() -> None:
        try:
            while (frame := frames.read(source)) is not None:
                asyncio.run_coroutine_threadsafe(requests.put(frame), loop).result()
        except FormatError as error:
            broken.append(error)
        except (OSError, RuntimeError):
            pass
        with contextlib.suppress(RuntimeError):  # the loop has ended
            asyncio.run_coroutine_threadsafe(requests.put(None), loop)

    threading.Thread(target=read, name="whymap-frames", daemon=True).start()
    tls = Tls(options.tls_ca_file, options.tls_cert, options.tls_key)
    run = {"lease": options.lease, "memory": options.memory}
    if options.command:
        run["command"] = tuple(options.command)
    async with connected(
        options.scheduler, tls=tls, timeout=options.timeout, memory=options.worker_memory
    ) as client:
        serving = asyncio.ensure_future(
            Bridge(client, send, tell, shards=options.shards, **run).serve(requests)
        )
        with contextlib.suppress(NotImplementedError):  # Windows
            loop.add_signal_handler(signal.SIGTERM, serving.cancel)
        with contextlib.suppress(asyncio.CancelledError):
            await serving
    if broken:
        error = broken[0]
        await send(frames.failure(None, "frame", error.got, error.expected, error.remedy))
        return BROKEN
    return 0


def tell(message: dict) -> None:
    with contextlib.suppress(OSError):
        print(json.dumps(message, ensure_ascii=False), file=sys.stderr, flush=True)


def main() -> int:
    options = arguments().parse_args()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # of requests that are dropped at the end
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)
    # only frames may go to standard output: what libraries print goes to standard error
    target = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    try:
        require_dask()
        return asyncio.run(bridge(options, sys.stdin.buffer, target))
    except WhymapError as error:
        tell(
            {
                "message": "error",
                "code": error.code,
                "got": error.got,
                "expected": error.expected,
                "remedy": error.remedy,
            }
        )
        return BROKEN


if __name__ == "__main__":
    code = main()
    sys.stderr.flush()
    # threads that still wait for standard input must not hold up the end
    os._exit(code)

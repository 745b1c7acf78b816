"""A client of Dask: connected to the scheduler of an address, or to workers started here (``local:N``)."""

from __future__ import annotations

import argparse
import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

from ..errors import MachineError, OptionError, UnsupportedError

REMEDY = "check the address, that the scheduler runs, and that this machine reaches it"


@dataclass(frozen=True)
class Tls:
    """Paths of PEM files, as Dask's ``Security`` takes them; all None for what Dask's configuration says."""

    ca_file: str | None = None
    cert: str | None = None
    key: str | None = None

    def security(self) -> Any:
        from distributed.security import Security

        if not (self.ca_file or self.cert or self.key):
            return None
        return Security(
            tls_ca_file=self.ca_file,
            tls_client_cert=self.cert,
            tls_client_key=self.key,
            require_encryption=True,
        )


def add_arguments(parser: argparse.ArgumentParser, *, required: bool) -> None:
    """The options that say where the workers are."""
    parser.add_argument(
        "--scheduler",
        required=required,
        help="tcp://host:8786, tls://host:8786, a scheduler file, or local:N",
    )
    parser.add_argument("--timeout", type=float, default=20, help="seconds to wait for the scheduler")
    parser.add_argument("--worker-memory", help="of each worker of local:N, such as 1.5GB")
    for name in ("ca-file", "cert", "key"):
        parser.add_argument(f"--tls-{name}", help="PEM file; default: Dask's configuration")


def require_dask() -> None:
    try:
        import distributed  # noqa: F401
    except ImportError:
        raise UnsupportedError(
            "a Python without the package distributed",
            "Dask, which places the shards",
            "pip install 'whymap[cluster]'",
        ) from None


@asynccontextmanager
async def connected(
    address: str, *, tls: Tls = Tls(), timeout: float = 20, memory: str | None = None
) -> AsyncIterator[Any]:
    """An asynchronous client. Workers that are started here end with it.

    Parameters
    ----------
    address
        ``tcp://host:8786``, ``tls://host:8786``, the path of a scheduler file, or ``local:N`` for N workers of this machine.
    timeout
        Seconds that the scheduler may take to answer.
    memory
        Of each worker of ``local:N``, such as ``1.5GB``; by default an equal part of the machine.

    Raises
    ------
    OptionError, MachineError, UnsupportedError
        The address cannot be one; nobody answers there; Dask is not installed.
    """
    require_dask()
    from distributed import Client, LocalCluster

    async with AsyncExitStack() as stack:
        where: dict[str, Any] = {"address": address, "security": tls.security()}
        if address.startswith("local:"):
            workers = _count(address)
            cluster = LocalCluster(
                n_workers=workers,
                threads_per_worker=max(1, (os.cpu_count() or 1) // workers),
                dashboard_address="127.0.0.1:0",
                asynchronous=True,
                silence_logs=40,
                **({"memory_limit": memory} if memory else {}),
            )
            where = {"address": await stack.enter_async_context(cluster)}
        elif os.path.isfile(address):
            where = {"scheduler_file": address, "security": tls.security()}
        try:
            client = await Client(asynchronous=True, timeout=timeout, set_as_default=False, **where)
        except (OSError, TimeoutError) as error:
            raise MachineError(
                f"no answer of a scheduler at {address} within {timeout:g} s ({error})",
                "Dask's scheduler",
                REMEDY,
            ) from None
        except (ValueError, RuntimeError) as error:
            raise OptionError(
                f"the address {address} ({error})",
                "tcp://host:8786, tls://host:8786 or local:4",
                "correct it",
            ) from None
        stack.push_async_callback(client.close)
        yield client


def _count(address: str) -> int:
    number = address.removeprefix("local:")
    if not number.isdecimal() or not 1 <= int(number) <= 512:
        raise OptionError(f"the address {address}", "local:N with 1 to 512 workers", "correct N")
    return int(number)

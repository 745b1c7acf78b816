"""What stands behind the functions that are generated from the table of options (`_functions.py`)."""

from __future__ import annotations

import json
import os
import sys
import warnings
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from ._inputs import Handed, hand_over, kind_of
from ._process import Job, in_python
from .errors import OptionError, WhymapWarning

#: Options that say how data that are handed over are read.
HANDED = ("label", "labels", "feature_names", "layer", "use_raw", "id", "normalize")
#: What is said of every run and needs no attention.
ORDINARY = {"joined-by-id"}


@lru_cache(maxsize=1)
def option_table() -> dict[str, dict[str, dict[str, Any]]]:
    """Options of each command by their names in Python, as the command line has them."""
    return json.loads((Path(__file__).parent / "_options.json").read_text(encoding="utf-8"))


def explain(data: Any, embedding: Any, options: dict[str, Any], *, progress: bool):
    from .explanation import Explanation

    environment: dict[str, str] = {}
    if options.get("cluster") is not None:
        from .cluster.client import cluster_of

        options["cluster"], environment = cluster_of(options["cluster"])
    with Job() as job:
        handed, argv = _prepared("explain", job.folder, data, embedding, options)
        argv += ["--out", str(job.folder / "result")]
        job.run(argv, cwd=handed.cwd, progress=progress, environment=environment)
        explanation = Explanation._read(job.folder / "result", frames=handed.frames, notes=handed.notes)
    _warn(explanation.warnings)
    return explanation


def audit(data: Any, embedding: Any, options: dict[str, Any], *, progress: bool):
    from ._audit import Audit

    with Job() as job:
        handed, argv = _prepared("audit", job.folder, data, embedding, options)
        argv += ["--out", str(job.folder / "result")]
        job.run(argv, cwd=handed.cwd, progress=progress)
        found = Audit._read(job.folder / "result", frames=handed.frames, notes=handed.notes)
    _warn(found.warnings)
    return found


def embed(data: Any, options: dict[str, Any], *, progress: bool) -> np.ndarray:
    with Job() as job:
        handed, argv = _prepared("embed", job.folder, data, None, options)
        argv += ["--out", str(job.folder / "embedding.npy"), "--json"]
        answer = json.loads(job.run(argv, cwd=handed.cwd, progress=progress))
        coordinates = np.load(job.folder / "embedding.npy")
    _warn([*handed.notes, *(warning["message"] for warning in answer["warnings"])])
    return coordinates


def demo(options: dict[str, Any], *, progress: bool):
    from .explanation import Explanation

    with Job() as job:
        argv = [
            "demo",
            *_arguments("demo", job.folder, options, Handed("")),
            "--out",
            str(job.folder / "result"),
        ]
        job.run(argv, progress=progress)
        return Explanation._read(job.folder / "result")


def _prepared(
    command: str, job: Path, data: Any, embedding: Any, options: dict[str, Any]
) -> tuple[Handed, list[str]]:
    """The data in the folder of the call, and the arguments up to where the result goes."""
    reading = {name: options.pop(name) for name in HANDED if name in options}
    handed = hand_over(job, data, embedding, **reading)
    return handed, [command, handed.features, *handed.arguments, *_arguments(command, job, options, handed)]


def _arguments(command: str, job: Path, options: Mapping[str, Any], handed: Handed) -> list[str]:
    table = option_table()[command]
    arguments: list[str] = []
    for name, value in options.items():
        if value is None:
            continue
        arguments += _argument(name, value, table[name], job, handed)
    return arguments


def _argument(name: str, value: Any, option: Mapping[str, Any], job: Path, handed: Handed) -> list[str]:
    flag, kind = option["flag"], option["type"]["kind"]
    if kind == "flag":
        if not isinstance(value, (bool, np.bool_)):
            raise OptionError(f"{name}={value!r}", "True or False", "correct it, or leave it out")
        return [flag] if value else []
    if kind == "yes-no" and isinstance(value, (bool, np.bool_)):
        return [flag, "yes" if value else "no"]
    if kind == "file":
        return [flag, _file(name, value, job, handed)]
    return [flag, _text(name, value)]


def _text(name: str, value: Any) -> str:
    """A value as the command line takes it: numbers in full precision, several names with commas, sizes with an x."""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, (bool, dict)) or callable(value):
        raise OptionError(
            f"{name}={value!r}", "a number or a text", "correct it, or leave it out for the default"
        )
    if isinstance(value, (tuple, list)):
        if len(value) == 2 and all(isinstance(v, (int, np.integer)) for v in value):
            return f"{value[0]}x{value[1]}"
        return ",".join(str(v) for v in value)
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return str(int(value))
    return repr(value) if isinstance(value, float) else str(value)


def _file(name: str, value: Any, job: Path, handed: Handed) -> str:
    """A path as it is; gene sets also as a dict of names to features, which is written as GMT."""
    if isinstance(value, Mapping):
        lines = ["\t".join([str(key), "", *map(str, members)]) for key, members in value.items()]
        path = job / f"{name}.gmt"
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return path.name if handed.cwd is None else str(path)
    if kind_of(value) != "path":
        raise OptionError(f"{name} of type {type(value).__name__}", "a path", "give the path of a file")
    return os.fspath(value) if handed.cwd is not None else os.path.abspath(os.fspath(value))


def _warn(messages: Sequence[str]) -> None:
    """Warns where the caller stands: the first line outside this package."""
    level, frame = 1, sys._getframe(0)
    while frame.f_back is not None and frame.f_globals.get("__package__") == __package__:
        level, frame = level + 1, frame.f_back
    for message in messages:
        warnings.warn(message, WhymapWarning, stacklevel=level)


def messages_of(found: Sequence[Mapping[str, Any]], notes: Sequence[str]) -> list[str]:
    """What was noticed, in sentences with Python's names of options."""
    noticed = [in_python(str(item["message"])) for item in found if item.get("code") not in ORDINARY]
    return [*notes, *noticed]

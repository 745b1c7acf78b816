"""Questions about regions of an explanation."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ._api import HANDED, _arguments
from ._inputs import Handed, hand_over
from ._process import Job
from .errors import OptionError

if TYPE_CHECKING:
    from .explanation import Explanation


class Told:
    """What has `sentences` and a `table`, as a terminal and a notebook show it."""

    sentences: list[str]
    table: Any

    def __repr__(self) -> str:
        return "\n".join(self.sentences)

    def _repr_html_(self) -> str:
        import html

        words = "".join(f"<p>{html.escape(sentence)}</p>" for sentence in self.sentences)
        table = self.table._repr_html_() if hasattr(self.table, "_repr_html_") else ""
        return f"<div>{words}{table}</div>"


class Answer(Told):
    """An answer: `sentences` for people, `table` as a data frame, `raw` as the engine gave it."""

    def __init__(self, raw: dict[str, Any], table: Any) -> None:
        self.raw = raw
        self.table = table

    @property
    def sentences(self) -> list[str]:
        return self.raw["sentences"]


def ask(
    explanation: Explanation,
    region: Any,
    other: Any,
    *,
    data: Any,
    feature: str | None,
    pair: Sequence[str] | None,
    markers: bool,
    replicate: str | None,
    reading: dict[str, Any],
) -> Answer:
    """See `Explanation.query`."""
    with Job() as job:
        argv = ["query", _stored(explanation, job.folder), "--region", _region(explanation, region)]
        if other is not None:
            argv += ["--and", _region(explanation, other)]
        if feature is not None:
            argv += ["--feature", feature]
        if pair is not None:
            argv += ["--pair", pair if isinstance(pair, str) else ",".join(pair)]
        if markers:
            argv.append("--markers")
        if replicate is not None:
            argv += ["--replicate", replicate]
        cwd = None
        if data is not None:
            handed = _values(job.folder, data, reading)
            cwd = handed.cwd
            argv += ["--features", handed.features, *handed.arguments]
        elif reading:
            raise OptionError(
                f"{', '.join(reading)} without data", "data to read", "give data=, or leave these out"
            )
        return _answer(explanation, argv, job, cwd)


def groups(explanation: Explanation, count: int) -> Answer:
    """See `Explanation.groups`."""
    with Job() as job:
        return _answer(
            explanation, ["query", _stored(explanation, job.folder), "--groups", str(count)], job, None
        )


def _answer(explanation: Explanation, argv: list[str], job: Job, cwd: Path | None) -> Answer:
    """The same question twice: as JSON and as the table of it."""
    raw = json.loads(job.run([*argv, "--format", "json"], cwd=cwd, progress=False, last=False))
    from ._result import _frame, _installed

    table = job.run([*argv, "--format", "csv"], cwd=cwd, progress=False)
    return Answer(raw, _frame((table.rstrip("\n") + "\n").encode(), explanation._frames or _installed()))


def _stored(explanation: Explanation, job: Path) -> str:
    """Writes the explanation into the folder of the call; the path that the engine reads it from."""
    folder = job / "explanation"
    folder.mkdir()
    (folder / "explanation.whymap").write_bytes(explanation.read("explanation.whymap"))
    return str(folder)


def _values(job: Path, data: Any, reading: dict[str, Any], command: str = "query") -> Handed:
    given = {name: reading.pop(name) for name in list(reading) if name in HANDED}
    handed = hand_over(job, data, **given)
    handed.arguments += _arguments(command, job, reading, handed)
    return handed


def _region(explanation: Explanation, region: Any) -> str:
    if isinstance(region, str):
        return region
    rows = explanation.rows(region)
    if len(rows) == 0:
        raise OptionError("a region without samples", "at least one sample", "select some")
    return "rows:" + ",".join(map(str, rows))

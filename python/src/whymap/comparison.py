"""What differs between two conditions, as a data frame and sentences."""

from __future__ import annotations

import html
import json
from typing import TYPE_CHECKING, Any

from ._api import _arguments
from ._process import job_folder, run_engine
from ._result import Result
from .query import _values

if TYPE_CHECKING:
    from .explanation import Explanation


class Comparison(Result):
    """Two conditions of an explanation, compared. Made by `Explanation.compare`; not changed afterwards."""

    _mark = "comparison.json"

    @property
    def summary(self) -> dict[str, Any]:
        """``comparison.json``: the design, the arrangements of replicates that were tried, labels and flags of the modules."""
        if "summary" not in self._cache:
            self._cache["summary"] = json.loads(self.read("comparison.json"))
        return self._cache["summary"]

    @property
    def table(self) -> Any:
        """One row a module and stratum: the verdict, presence and score of either condition, p, replicates."""
        return self.frame("comparison")

    @property
    def sentences(self) -> list[str]:
        """What was found, and what this design cannot tell."""
        return self.summary["sentences"]

    def __repr__(self) -> str:
        return "\n".join(self.sentences)

    def _repr_html_(self) -> str:
        words = "".join(f"<p>{html.escape(sentence)}</p>" for sentence in self.sentences)
        table = self.table._repr_html_() if hasattr(self.table, "_repr_html_") else ""
        return f"<div>{words}{table}</div>"


def compare(explanation: Explanation, data: Any, options: dict[str, Any], *, progress: bool) -> Comparison:
    """See `Explanation.compare`."""
    # `in` is a word of Python
    chosen = {name.rstrip("_"): options.pop(name) for name in CHOICES if name in options}
    with job_folder() as job:
        (job / "explanation").mkdir()
        (job / "explanation" / "explanation.whymap").write_bytes(explanation.read("explanation.whymap"))
        handed = _values(job, data, options, "compare")
        argv = ["compare", str(job / "explanation"), "--features", handed.features, *handed.arguments]
        argv += [*_arguments("compare", job, chosen, handed), "--out", str(job / "result")]
        run_engine(argv, job, cwd=handed.cwd, progress=progress)
        return Comparison._read(job / "result", frames=explanation._frames, notes=handed.notes)


#: Options of the comparison itself; all others say how the data are read.
CHOICES = (
    "condition",
    "case",
    "control",
    "replicate",
    "in_",
    "draws",
    "level",
    "discover",
    "seed",
    "threads",
)

"""What differs between two conditions, as a data frame and sentences."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from ._api import _arguments
from ._process import Job
from ._result import Result
from .query import Told, _stored, _values

if TYPE_CHECKING:
    from .explanation import Explanation


class Comparison(Told, Result):
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
        """One row a module and stratum: the verdict, presence and relative score of either condition, p, replicates."""
        return self.frame("comparison")

    @property
    def sentences(self) -> list[str]:
        """What was found, and what this design cannot tell."""
        return self.summary["sentences"]


def compare(explanation: Explanation, data: Any, options: dict[str, Any], *, progress: bool) -> Comparison:
    """See `Explanation.compare`."""
    # `in` is a word of Python
    chosen = {name.rstrip("_"): options.pop(name) for name in CHOICES if name in options}
    with Job() as job:
        handed = _values(job.folder, data, options, "compare")
        argv = ["compare", _stored(explanation, job.folder), "--features", handed.features, *handed.arguments]
        argv += [*_arguments("compare", job.folder, chosen, handed), "--out", str(job.folder / "result")]
        job.run(argv, cwd=handed.cwd, progress=progress)
        return Comparison._read(job.folder / "result", frames=explanation._frames, notes=handed.notes)


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

"""How far a map can be trusted, as figures, sentences and a report."""

from __future__ import annotations

import html
import json
import os
from pathlib import Path
from typing import Any

from ._api import messages_of
from ._result import Result


class Audit(Result):
    """The trust of an embedding. Made by `whymap.audit` or `Audit.load`; not changed afterwards."""

    _mark = "audit.json"

    @property
    def summary(self) -> dict[str, Any]:
        """``audit.json``."""
        if "summary" not in self._cache:
            self._cache["summary"] = json.loads(self.read("audit.json"))
        return self._cache["summary"]

    @property
    def measures(self) -> dict[str, dict[str, float | None]]:
        """For every measure its ``value``, the value of a shuffled map (``null``) and of PCA (``pca``)."""
        return self.summary["measures"]

    @property
    def verdict(self) -> list[str]:
        """What may be read off the map and what may not, in sentences."""
        return [sentence["text"] for sentence in self.summary["verdict"]]

    @property
    def pointwise(self) -> Any:
        """One row a sample: its trustworthiness, continuity, preserved neighbors and distortion."""
        frame = self.frame("pointwise")
        return frame.set_index("sample") if hasattr(frame, "set_index") else frame

    @property
    def links(self) -> Any:
        """``kind``, ``sample``, ``other``, ``rank``: the worst torn and glued links."""
        return self.frame("links")

    @property
    def warnings(self) -> list[str]:
        """What was noticed, in sentences."""
        return messages_of(self.summary["warnings"], self._notes)

    def report(self, path: str | os.PathLike | None = None) -> Path | str:
        """The report as one offline HTML file: written to `path`, or as a text when there is none."""
        content = self.read("report.html")
        if path is None:
            return content.decode("utf-8")
        Path(path).write_bytes(content)
        return Path(path)

    def __repr__(self) -> str:
        lines = [f"Audit of {self.summary['rows']:,} samples, neighborhoods of {self.summary['k']}"]
        return "\n".join([*lines, *(f"  {text}" for text in self.verdict)])

    def _repr_html_(self) -> str:
        words = "".join(f"<li>{html.escape(text)}</li>" for text in self.verdict)
        return f"<div><p><b>Audit</b> of {self.summary['rows']:,} samples</p><ul>{words}</ul></div>"

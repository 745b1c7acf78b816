"""The interactive map in a notebook: JupyterLab, Notebook, VS Code, Colab and wherever anywidget runs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

try:
    import anywidget
    import traitlets
except ImportError as cause:
    from .errors import UnsupportedError

    raise UnsupportedError("no anywidget", "it, for maps in notebooks", "pip install anywidget") from cause

from .errors import OptionError

if TYPE_CHECKING:
    from .explanation import Explanation

#: What the map can be colored by besides modules and features.
COLORS = ("strongest", "label", "density", "trust", "torn", "glued")
#: How colors begin that the page writes and Python has no other name for.
PAGE_COLORS = ("column:", "score:", "groups:", "group:", "difference:")


class Rows(traitlets.TraitType):
    """Row numbers of samples as an array; over the wire as the bytes of 32-bit integers."""

    info_text = "row numbers, a boolean mask or ids of samples"
    default_value = np.zeros(0, dtype=np.int32)

    def validate(self, obj: View, value: Any) -> np.ndarray:
        rows = np.unique(obj.explanation.rows([] if value is None else value)).astype(np.int32)
        count = len(obj.explanation.samples)
        if len(rows) and not (rows[0] >= 0 and rows[-1] < count):
            raise OptionError(
                f"row {rows[-1]} of {count}", f"row numbers from 0 to {count - 1}", "correct them"
            )
        rows.flags.writeable = False
        return rows


class View(anywidget.AnyWidget):
    """The page of `Explanation.report`, live: what is selected in it is known here, and the other way round.

    Parameters
    ----------
    explanation
        What is shown.
    height
        In pixels.

    Attributes
    ----------
    selection : numpy.ndarray of int32
        Row numbers of the selected samples, ascending. Assign row numbers, a mask or ids to select them on the map;
        ``view.observe(function, "selection")`` follows what a person selects by lasso.
    color_by : str
        A module such as ``"M3"``, a feature whose values the page holds, or one of ``"strongest"``, ``"label"``,
        ``"density"``, ``"trust"``, ``"torn"``, ``"glued"``; or what the page writes itself, such as ``"column:donor"`` for
        a column of the metadata and ``"score:0"`` for the score of the first module.
    module : str or None
        The module whose card is open.
    """

    _esm = Path(__file__).parent / "_js" / "widget.mjs"

    _page = traitlets.Bytes().tag(sync=True)
    height = traitlets.Int(640).tag(sync=True)
    module = traitlets.Unicode(None, allow_none=True).tag(sync=True)
    color_by = traitlets.Unicode("strongest")
    _color_by = traitlets.Unicode("").tag(sync=True)
    selection = Rows().tag(
        sync=True,
        to_json=lambda rows, _: rows.astype("<i4").tobytes(),
        from_json=lambda value, _: np.frombuffer(value, dtype="<i4"),
    )

    def __init__(self, explanation: Explanation, *, height: int = 640, **traits: Any) -> None:
        self.explanation = explanation
        super().__init__(_page=explanation.read("report.html"), height=height, **traits)

    @property
    def selected(self) -> list[str]:
        """Ids of the selected samples."""
        samples = self.explanation.samples
        return [samples[row] for row in self.selection]

    def query(self, **options: Any) -> Any:
        """Asks what is in the selection; see `Explanation.query`."""
        return self.explanation.query(self.selection, **options)

    @traitlets.validate("module")
    def _known_module(self, proposal: Any) -> str | None:
        ids = self.explanation.module_ids
        if proposal["value"] is not None and proposal["value"] not in ids:
            raise OptionError(f"the module {proposal['value']}", f"one of {', '.join(ids)}", "correct it")
        return proposal["value"]

    @traitlets.validate("color_by")
    def _known_color(self, proposal: Any) -> str:
        self._code_of(proposal["value"])
        return proposal["value"]

    @traitlets.observe("color_by")
    def _show_color(self, change: Any) -> None:
        self._color_by = self._code_of(change["new"])

    @traitlets.observe("_color_by")
    def _follow_color(self, change: Any) -> None:
        self.color_by = self._color_of(change["new"])

    def _code_of(self, color: str) -> str:
        """As the page has it, by number."""
        if color in COLORS or color.startswith(PAGE_COLORS):
            return color
        if color in self.explanation.module_ids:
            return f"module:{self.explanation.module_ids.index(color)}"
        if color in self.explanation.feature_names:
            return f"feature:{self.explanation.feature_names.index(color)}"
        expected = f"a module, a feature or one of {', '.join(COLORS)}"
        raise OptionError(f"color_by={color!r}", expected, "correct it")

    def _color_of(self, code: str) -> str:
        kind, _, number = code.partition(":")
        if kind == "module":
            return self.explanation.module_ids[int(number)]
        return self.explanation.feature_names[int(number)] if kind == "feature" else code or "strongest"

"""What an explanation says, as data frames, sentences and pictures."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ._api import messages_of
from ._display import MODULE_COLUMNS, html_of, text_of
from ._process import in_python
from ._result import Result, frame_of, header_of, rows_of
from .errors import FormatError

if TYPE_CHECKING:
    from .comparison import Comparison
    from .query import Answer


class Explanation(Result):
    """An explained embedding. Made by `whymap.explain` or `Explanation.load`; not changed afterwards.

    All of it is in memory, so it can be pickled and sent to other processes.
    """

    _mark = "explanation.whymap"

    @property
    def summary(self) -> dict[str, Any]:
        """``summary.json``: options, data, localities, quality, one entry a module, timings in seconds."""
        if "summary" not in self._cache:
            self._cache["summary"] = json.loads(self.read("summary.json"))
        return self._cache["summary"]

    @property
    def modules(self) -> Any:
        """One row a module, strongest first: what it holds, where it is, how far it may be trusted.

        Columns: ``module``, ``label``, ``features`` (strongest first), ``share`` of the local association,
        ``present_samples`` (share of the samples), ``p_adjusted``, ``significant``, ``trust``.
        """
        columns: dict[str, list] = {name: [] for name in MODULE_COLUMNS}
        for module in self.summary["modules"]:
            for name, get in MODULE_COLUMNS.items():
                columns[name].append(get(module))
        return frame_of(columns, self._frames)

    @property
    def loadings(self) -> Any:
        """``module``, ``rank``, ``feature``, ``loading``: every feature of every module, strongest first."""
        return self.frame("modules")

    @property
    def pairs(self) -> Any:
        """``module``, ``feature_a``, ``feature_b``, ``weight``, ``correlation``: the leading pairs."""
        return self.frame("pairs")

    @property
    def presence(self) -> Any:
        """How far each module is present at each sample (samples x modules), the samples' ids as index.

        A polars frame has the ids in its column ``sample``.
        """
        frame = self.frame("presence")
        return frame.set_index("sample") if hasattr(frame, "set_index") else frame

    @property
    def scores(self) -> Any:
        """Whether each module is up or down at each sample (samples x modules), the samples' ids as index."""
        frame = self.frame("scores")
        return frame.set_index("sample") if hasattr(frame, "set_index") else frame

    @property
    def localities(self) -> Any:
        """One row a locality: probe coordinates, radius, most frequent label, presence of each module, trust."""
        return self.frame("localities")

    @property
    def members(self) -> np.ndarray:
        """Samples of each locality: localities x locality size, row numbers, nearest to the probe first."""
        return self._array("members.npy")

    @property
    def samples(self) -> list[str]:
        """Ids of the samples, in the order of every array."""
        if "samples" not in self._cache:
            frame = self.frame("presence")
            self._cache["samples"] = list(frame["sample"])
        return self._cache["samples"]

    @property
    def module_ids(self) -> list[str]:
        """``["M1", "M2", ...]``."""
        return [module["id"] for module in self.summary["modules"]]

    @property
    def feature_names(self) -> list[str]:
        """Features that took part, in the order of the data."""
        if "features" not in self._cache:
            self._cache["features"] = header_of(self.read("explanation.whymap"))["value"]["featureNames"]
        return self._cache["features"]

    @property
    def reading(self) -> list[str]:
        """How the data were read and paired, one line each: features, ids, map, labels, rows."""
        return [in_python(line) for line in self.summary["data"]["reading"]["lines"]]

    @property
    def warnings(self) -> list[str]:
        """What was noticed about the data and the result, in sentences."""
        return messages_of(self.summary["data"]["warnings"], self._notes)

    def query(
        self,
        region: Any,
        other: Any = None,
        *,
        data: Any = None,
        feature: str | None = None,
        pair: Sequence[str] | None = None,
        markers: bool = False,
        replicate: str | None = None,
        **reading: Any,
    ) -> Answer:
        """Asks what is in a region of the map, or what two regions share and how they differ.

        Parameters
        ----------
        region, other
            A text such as ``"label:B cells"``, ``"module:M2"`` or ``"rectangle:0,0,5,3"``; or samples, as row numbers,
            a boolean mask or a list of ids.
        data
            The values that were explained, as they were given to `whymap.explain`; needed for `feature`, `pair` and the
            agreement of two regions, since an explanation does not hold them.
        feature
            This feature against all others in the region.
        pair
            The raw values of two features, inside and outside.
        markers
            Which features are higher and lower in the region: rank test, fold change, shares above zero.
        replicate
            Column of the metadata with the units of the test of `markers`, such as the donor.
        **reading
            How `data` are read, as given to `whymap.explain`: ``layer``, ``use_raw``, ``normalize``... With `markers`
            ``logged=True`` says that they are log(1 + x): fold changes are told.

        Returns
        -------
        Answer
            Sentences, and a data frame.

        Raises
        ------
        OptionError
            A region that does not exist or holds no sample, or an unknown feature.
        """
        from .query import ask

        return ask(
            self,
            region,
            other,
            data=data,
            feature=feature,
            pair=pair,
            markers=markers,
            replicate=replicate,
            reading=reading,
        )

    def groups(self, count: int) -> Answer:
        """The modules in `count` groups: coarser modules from the same fit.

        Parameters
        ----------
        count
            From 1 to the number of modules. The groups of one number are unions of those of the next larger one.

        Returns
        -------
        Answer
            A sentence and a row for each group: its modules, share of association, coupling and leading features.

        Raises
        ------
        OptionError
            A number that is not from 1 to the number of modules.
        """
        from .query import groups

        return groups(self, count)

    def compare(
        self,
        data: Any,
        condition: str,
        case: str,
        control: str,
        *,
        replicate: str | None = None,
        in_: str | None = None,
        progress: bool = True,
        **options: Any,
    ) -> Comparison:
        """What differs between two conditions, module by module, with replicates as the units of the test.

        Parameters
        ----------
        data
            The values that were explained, as they were given to `whymap.explain`.
        condition, case, control
            A column of the metadata (of ``obs``, or a column of texts), and the two of its levels that are compared.
        replicate
            Column with the units of the test, such as the donor. Without it there is no p: cells of one donor are not
            independent.
        in_
            Column whose levels are compared each on its own too, such as the cell type.
        progress
            Whether a bar is shown.
        **options
            ``draws``, ``level``, ``discover``, ``seed`` of ``whymap compare``, and how `data` are read.

        Returns
        -------
        Comparison
            ``table`` (one row a module and stratum) and ``sentences``.

        Raises
        ------
        OptionError
            A column or level that does not exist, or a design that cannot be compared.
        """
        from .comparison import compare

        named = {"condition": condition, "case": case, "control": control, "replicate": replicate, "in_": in_}
        return compare(self, data, {**named, **options}, progress=progress)

    def rows(self, samples: Any) -> np.ndarray:
        """Row numbers of samples that are given as row numbers, a boolean mask, or ids."""
        return rows_of(self.samples, samples)

    def to_adata(self, adata: Any = None, *, key: str = "whymap") -> Any:
        """The results in an AnnData, as ``whymap explain --write`` writes them.

        Parameters
        ----------
        adata
            Where they are put, in place. By default a new AnnData of the explained samples and features, without X.
        key
            First part of the names.

        Returns
        -------
        AnnData
            With ``obs["whymap_M1"]``..., ``obsm["X_whymap"]`` (presence), ``varm["whymap"]`` (loadings) and
            ``uns["whymap"]``. Samples and features that took no part are NaN.
        """
        from .tl import store, without_values

        target = without_values(self) if adata is None else adata
        store(self, target, key)
        return target

    def report(self, path: str | os.PathLike | None = None) -> Path | str:
        """The interactive report as one offline HTML file: written to `path`, or as a text when there is none."""
        content = self.read("report.html")
        if path is None:
            return content.decode("utf-8")
        Path(path).write_bytes(content)
        return Path(path)

    def view(self, **options: Any) -> Any:
        """The interactive map in a notebook; see `whymap.widget.View`. Needs anywidget.

        Its ``selection`` is an array of row numbers: what is selected on the map can be read from it, and what is assigned
        to it is selected on the map.
        """
        from .widget import View

        return View(self, **options)

    def __repr__(self) -> str:
        return text_of(self)

    def _repr_html_(self) -> str:
        return html_of(self)


def load(path: str | os.PathLike) -> Explanation:
    """Reads the folder that `Explanation.save`, or ``whymap explain``, wrote."""
    if Path(path).suffix == ".whymap":
        raise FormatError(
            f"the file {os.fspath(path)}", "the folder that it lies in", "give the folder, with all its files"
        )
    return Explanation.load(path)

"""A folder that the engine wrote, held in memory: nothing is left behind on disk, and it can be pickled."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from .errors import FormatError, OptionError, UnsupportedError


class Result:
    """Files of a result by name, and its tables as data frames."""

    #: A file that every such folder has.
    _mark: str

    def __init__(
        self, files: dict[str, bytes], *, frames: str | None = None, notes: Sequence[str] = ()
    ) -> None:
        self._files = files
        self._frames = frames
        self._notes = list(notes)
        self._cache: dict[Any, Any] = {}

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_cache": {}}

    @classmethod
    def _read(cls, folder: str | os.PathLike, *, frames: str | None = None, notes: Sequence[str] = ()):
        folder = Path(folder)
        if not (folder / cls._mark).is_file():
            raise FormatError(
                f"no {cls._mark} at {os.fspath(folder)}",
                "a folder that whymap wrote",
                "correct the path, or run it again",
            )
        files = {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.is_file()}
        return cls(files, frames=frames, notes=notes)

    @classmethod
    def load(cls, path: str | os.PathLike):
        """Reads the folder that `save`, or the command line, wrote.

        Raises
        ------
        FormatError
            There is no such folder, or it holds something else.
        """
        return cls._read(path)

    def save(self, path: str | os.PathLike) -> Path:
        """Writes all files of the result into the folder `path`: the same files that the command line writes.

        They appear all at once. In a folder that exists, files of the same names are replaced.
        """
        path = Path(path)
        if path.exists() and not path.is_dir():
            raise FormatError(
                f"{os.fspath(path)}, which is a file", "a folder, or a name that is free", "choose another"
            )
        path.parent.mkdir(parents=True, exist_ok=True)
        staging = Path(tempfile.mkdtemp(prefix=f".{path.name}.partial-", dir=path.parent))
        try:
            os.chmod(staging, 0o777 & ~_umask())
            for name, content in self._files.items():
                (staging / name).write_bytes(content)
            if path.exists():
                for name in self._files:
                    os.replace(staging / name, path / name)
            else:
                os.rename(staging, path)
        finally:
            shutil.rmtree(staging, ignore_errors=True)
        return path

    @property
    def files(self) -> list[str]:
        """Names of the files that `save` writes."""
        return list(self._files)

    def read(self, name: str) -> bytes:
        """The content of one of `files`."""
        if name in self._files:
            return self._files[name]
        raise FormatError(f"the file {name!r}", f"one of {', '.join(self._files)}", "name one of these")

    def frame(self, name: str, library: str | None = None) -> Any:
        """A table of the result as a data frame.

        Parameters
        ----------
        name
            Of a CSV file in `files`, without its ending: ``"modules"``, ``"presence"``...
        library
            ``"pandas"`` or ``"polars"``; by default the one that the data came in, else the one that is installed.
        """
        library = library or self._frames or _installed()
        key = (name, library)
        if key not in self._cache:
            self._cache[key] = _frame(self.read(f"{name}.csv"), library)
        return self._cache[key]

    def _array(self, name: str) -> np.ndarray:
        return np.load(io.BytesIO(self.read(name)), allow_pickle=False)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _installed() -> str:
    from importlib.util import find_spec

    for library in ("pandas", "polars"):
        if find_spec(library) is not None:
            return library
    raise UnsupportedError("neither pandas nor polars", "one of them, for tables", "pip install pandas")


#: Texts that a spreadsheet would run as formulas have an apostrophe before them in CSV files.
MARKED = r"(?s)^'('*[=+\-@\t\r＝＋－＠].)"

TEXTS = {
    "module",
    "feature",
    "feature_a",
    "feature_b",
    "sample",
    "other",
    "kind",
    "set",
    "stratum",
    "verdict",
    "label",
}


def _is_text(name: str) -> bool:
    return name in TEXTS or name.endswith("_level")


def _frame(content: bytes, library: str) -> Any:
    header = next(csv.reader(io.TextIOWrapper(io.BytesIO(content), encoding="utf-8", newline="")))
    texts = [name for name in header if _is_text(name)]
    if library == "polars":
        import polars as pl

        frame = pl.read_csv(
            io.BytesIO(content), schema_overrides=dict.fromkeys(texts, pl.String), infer_schema_length=None
        )
        return frame.with_columns(pl.col(name).str.replace(MARKED, "${1}") for name in texts)
    import pandas as pd

    frame = pd.read_csv(
        io.BytesIO(content),
        dtype=dict.fromkeys(texts, str),
        float_precision="round_trip",
        keep_default_na=False,
        na_values={name: [""] for name in header if name not in texts},
    )
    for name in texts:
        frame[name] = frame[name].str.replace(MARKED, r"\1", regex=True)
    return frame


def frame_of(columns: dict[str, list], frames: str | None) -> Any:
    """Columns as a data frame of the library `frames`, or of the one that is installed."""
    if (frames or _installed()) == "polars":
        import polars as pl

        return pl.DataFrame(columns)
    import pandas as pd

    return pd.DataFrame(columns)


def header_of(content: bytes) -> dict[str, Any]:
    """The header of an explanation.whymap: JSON after 32 bytes, its length a double at byte 24."""
    import struct

    (length,) = struct.unpack_from("<d", content, 24)
    return json.loads(content[32 : 32 + int(length)])


def rows_of(ids: Sequence[str], samples: Any) -> np.ndarray:
    """Row numbers of samples that are row numbers, a boolean mask, or some of `ids`; OptionError for unknown ones."""
    given = np.asarray(samples)
    if given.dtype == bool:
        if len(given) != len(ids):
            raise OptionError(
                f"a mask of {len(given)} samples",
                f"one value for each of {len(ids)}",
                "correct it",
            )
        return np.flatnonzero(given)
    if given.dtype.kind in "iu" or given.size == 0:
        return given.astype(np.int64)
    places = {name: row for row, name in enumerate(ids)}
    unknown = [name for name in map(str, given) if name not in places]
    if unknown:
        raise OptionError(
            f"{len(unknown)} unknown samples ({', '.join(unknown[:5])})",
            "ids in Explanation.samples",
            "correct them",
        )
    return np.array([places[str(name)] for name in given], dtype=np.int64)

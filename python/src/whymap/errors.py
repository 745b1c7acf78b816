"""Errors that whymap raises on purpose. Each says what was got, what was expected and what to do about it."""

from __future__ import annotations

__all__ = [
    "EngineCrashed",
    "FormatError",
    "MachineError",
    "NodeNotFound",
    "OptionError",
    "ShapeError",
    "UnsupportedError",
    "WhymapError",
    "WhymapWarning",
]


class WhymapError(Exception):
    """Base of all deliberate errors.

    Attributes
    ----------
    code : str
        Stable name of the kind of error, such as ``"option"``.
    got, expected, remedy : str
        What was found, what would have been right, and what can be done.
    """

    code = "whymap"

    def __init__(self, got: str, expected: str = "", remedy: str = "") -> None:
        self.got, self.expected, self.remedy = got, expected, remedy
        parts = [f"got {got}", expected and f"expected {expected}", remedy]
        super().__init__("; ".join(part for part in parts if part))

    def __reduce__(self):
        return type(self), (self.got, self.expected, self.remedy)


class OptionError(WhymapError, ValueError):
    """An option is unknown, out of range or in conflict with another."""

    code = "option"


class ShapeError(WhymapError, ValueError):
    """Sizes of two inputs do not fit together, or a size is too small."""

    code = "shape"


class FormatError(WhymapError, ValueError):
    """Data or a file cannot be read as what they claim to be, or hold values that cannot be used."""

    code = "format"


class UnsupportedError(WhymapError, ValueError):
    """Something that this machine, this build or an installed package cannot do."""

    code = "unsupported"


class MachineError(WhymapError, RuntimeError):
    """The machine failed: no memory, no space, a process that died."""

    code = "machine"


class EngineCrashed(MachineError):
    """The engine's process ended without an answer. ``log`` holds the last lines that it wrote.

    Nothing is left behind: temporary files are removed and files of the caller are as they were.
    """

    code = "crashed"

    def __init__(self, got: str, expected: str = "", remedy: str = "", log: str = "") -> None:
        super().__init__(got, expected, remedy)
        self.log = log

    def __reduce__(self):
        return type(self), (self.got, self.expected, self.remedy, self.log)


class NodeNotFound(MachineError):
    """No Node.js of version 20 or newer can be run."""

    code = "node"


class WhymapWarning(UserWarning):
    """Something that was noticed about the data or the result; the same text is in ``Explanation.warnings``."""


BY_CODE = {kind.code: kind for kind in (OptionError, ShapeError, FormatError, UnsupportedError, MachineError)}

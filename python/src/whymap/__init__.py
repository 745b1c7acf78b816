"""whymap explains latent embeddings: why does the map look like this, and how far can it be trusted?

    >>> import whymap
    >>> explanation = whymap.explain(data, embedding)  # AnnData, data frames, arrays or a path
    >>> explanation.modules
    >>> explanation.view()

The work is done by the engine of the command line ``whymap``, which this package carries; results are the same.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from ._version import __version__

if TYPE_CHECKING:
    from . import pl, tl
    from ._audit import Audit
    from ._functions import audit, demo, embed, explain
    from .errors import (
        EngineCrashed,
        FormatError,
        MachineError,
        NodeNotFound,
        OptionError,
        ShapeError,
        UnsupportedError,
        WhymapError,
        WhymapWarning,
    )
    from .estimators import TSNE, UMAP
    from .explanation import Explanation, load

#: Where each public name is; modules are loaded when they are used.
_NAMES = {
    **dict.fromkeys(("audit", "demo", "embed", "explain"), "_functions"),
    **dict.fromkeys(("Explanation", "load"), "explanation"),
    "Audit": "_audit",
    **dict.fromkeys(("TSNE", "UMAP"), "estimators"),
    **dict.fromkeys(
        (
            "EngineCrashed",
            "FormatError",
            "MachineError",
            "NodeNotFound",
            "OptionError",
            "ShapeError",
            "UnsupportedError",
            "WhymapError",
            "WhymapWarning",
        ),
        "errors",
    ),
}
_MODULES = ("errors", "pl", "tl", "widget")

__all__ = [
    "TSNE",
    "UMAP",
    "Audit",
    "EngineCrashed",
    "Explanation",
    "FormatError",
    "MachineError",
    "NodeNotFound",
    "OptionError",
    "ShapeError",
    "UnsupportedError",
    "WhymapError",
    "WhymapWarning",
    "__version__",
    "audit",
    "demo",
    "embed",
    "explain",
    "load",
    "pl",
    "tl",
]


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return import_module(f".{name}", __name__)
    if name in _NAMES:
        return getattr(import_module(f".{_NAMES[name]}", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__

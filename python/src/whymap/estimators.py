"""Reductions as estimators of scikit-learn, with the parameter names and defaults of umap-learn and scikit-learn."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted, validate_data

from . import _handover as hand
from ._api import _arguments
from ._inputs import Handed
from ._process import Job

__all__ = ["TSNE", "UMAP"]

#: scikit-learn's names of the options of the command line that are called otherwise.
NAMES = {"n_components": "dimensions", "n_epochs": "steps", "max_iter": "steps", "angle": "theta"}


class _Reduction(ClassNamePrefixFeaturesOutMixin, TransformerMixin, BaseEstimator):
    """What both have in common: samples in, coordinates out, by the engine."""

    _method: str

    def fit(self, X: Any, y: Any = None):
        """Makes the embedding of `X`, samples x features, dense or sparse; `y` is ignored.

        Returns
        -------
        self
            With ``embedding_``, samples x n_components, float32.
        """
        X = validate_data(
            self,
            X,
            accept_sparse="csr",
            dtype=[np.float32, np.float64],
            ensure_min_samples=2,
            ensure_min_features=2,
        )
        with Job() as job:
            argv = self._argv(job.folder, X, **self._options(X), seed=_seed(self.random_state))
            job.run([*argv, "--save-model", "model"], progress=bool(self.verbose))
            self.embedding_ = np.load(job.folder / "embedding.npy")
            self._model = (job.folder / "model").read_bytes()
        self._n_features_out = self.embedding_.shape[1]
        return self

    def fit_transform(self, X: Any, y: Any = None) -> np.ndarray:
        """The embedding of `X`, samples x n_components, float32."""
        return self.fit(X, y).embedding_

    def transform(self, X: Any) -> np.ndarray:
        """Places new samples in the embedding, which stays as it is: samples x n_components, float32."""
        check_is_fitted(self, "embedding_")
        X = validate_data(self, X, accept_sparse="csr", dtype=[np.float32, np.float64], reset=False)
        with Job() as job:
            (job.folder / "model").write_bytes(self._model)
            # the engine takes tables of two samples or more that are not all the same
            rows = X if _varies(X) else _with_another(X)
            argv = self._argv(job.folder, rows, seed=_seed(self.random_state))
            job.run([*argv, "--model", "model"], progress=bool(self.verbose))
            return np.load(job.folder / "embedding.npy")[: X.shape[0]]

    def _argv(self, job: Path, X: Any, **options: Any) -> list[str]:
        name = "features.npz" if hasattr(X, "tocsr") else "features.npy"
        (hand.write_sparse if hasattr(X, "tocsr") else hand.write_npy)(job / name, X)
        arguments = _arguments("embed", job, options, Handed(name))
        return ["embed", name, *arguments, "--out", "embedding.npy"]

    def _options(self, X: Any) -> dict[str, Any]:
        given = {
            name: value
            for name, value in self.get_params().items()
            if name not in ("random_state", "verbose")
        }
        return {"method": self._method, **{NAMES.get(name, name): value for name, value in given.items()}}

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        # coordinates are single precision, whatever comes in
        tags.transformer_tags.preserves_dtype = ["float32"]
        return tags


class UMAP(_Reduction):
    """UMAP.

    Parameters
    ----------
    n_neighbors : int, default 15
        Neighbors of a sample; never more than the other samples there are.
    n_components : int, default 2
        Dimensions of the embedding.
    metric : {"euclidean", "cosine", "correlation", "manhattan"}
        Distance between samples.
    min_dist, spread : float, default 0.1 and 1
        Closest distance, and scale, in the embedding.
    negative_sample_rate : int, default 5
        Negative samples for each neighbor.
    n_epochs, learning_rate, init
        Course of the run; by default as `whymap.embed` chooses. `init` is ``"spectral"``, ``"pca"`` or ``"random"``.
    random_state : int, RandomState or None
        Seed. None is seed 0: the same input always gives the same embedding.
    verbose : bool
        Whether a bar shows the progress.
    """

    _method = "umap"

    def __init__(
        self,
        n_neighbors: int = 15,
        n_components: int = 2,
        *,
        metric: str = "euclidean",
        min_dist: float = 0.1,
        spread: float = 1.0,
        negative_sample_rate: int = 5,
        n_epochs: int | None = None,
        learning_rate: float | None = None,
        init: str | None = None,
        random_state: Any = None,
        verbose: bool = False,
    ) -> None:
        self.n_neighbors = n_neighbors
        self.n_components = n_components
        self.metric = metric
        self.min_dist = min_dist
        self.spread = spread
        self.negative_sample_rate = negative_sample_rate
        self.n_epochs = n_epochs
        self.learning_rate = learning_rate
        self.init = init
        self.random_state = random_state
        self.verbose = verbose

    def _options(self, X: Any) -> dict[str, Any]:
        options = super()._options(X)
        return {**options, "n_neighbors": min(options["n_neighbors"], X.shape[0] - 1)}


class TSNE(_Reduction):
    """t-SNE by Barnes-Hut. New samples are placed as openTSNE does, each on its own.

    Parameters
    ----------
    n_components : int, default 2
        Dimensions of the embedding.
    perplexity : float, default 30
        Effective number of neighbors.
    early_exaggeration : float, default 12
        Attraction is multiplied by this at first.
    learning_rate, max_iter, init
        Course of the run; by default as `whymap.embed` chooses. `init` is ``"spectral"``, ``"pca"`` or ``"random"``.
    metric : {"euclidean", "cosine", "correlation", "manhattan"}
        Distance between samples.
    angle : float, default 0.5
        0 exact to 1 coarse.
    random_state : int, RandomState or None
        Seed. None is seed 0: the same input always gives the same embedding.
    verbose : bool
        Whether a bar shows the progress.
    """

    _method = "tsne"

    def __init__(
        self,
        n_components: int = 2,
        *,
        perplexity: float = 30.0,
        early_exaggeration: float = 12.0,
        learning_rate: float | None = None,
        max_iter: int | None = None,
        metric: str = "euclidean",
        init: str | None = None,
        angle: float = 0.5,
        random_state: Any = None,
        verbose: bool = False,
    ) -> None:
        self.n_components = n_components
        self.perplexity = perplexity
        self.early_exaggeration = early_exaggeration
        self.learning_rate = learning_rate
        self.max_iter = max_iter
        self.metric = metric
        self.init = init
        self.angle = angle
        self.random_state = random_state
        self.verbose = verbose

    def fit(self, X: Any, y: Any = None):
        """Makes the embedding of `X`, as for every estimator; ``n_iter_`` is `max_iter`, where that is given."""
        super().fit(X, y)
        if self.max_iter is not None:
            self.n_iter_ = self.max_iter
        return self


def _seed(random_state: Any) -> int:
    if random_state is None:
        return 0
    if isinstance(random_state, (int, np.integer)):
        return int(random_state)
    return int(check_random_state(random_state).randint(2**31 - 1))


def _varies(X: Any) -> bool:
    first = X[:1].toarray() if hasattr(X, "tocsr") else X[:1]
    return any(np.any((row.toarray() if hasattr(X, "tocsr") else row) != first) for row in _rows(X))


def _rows(X: Any) -> Any:
    return (X[start : start + 1] for start in range(1, X.shape[0]))


def _with_another(X: Any) -> Any:
    """One more sample, which differs in every feature."""
    if hasattr(X, "tocsr"):
        import scipy.sparse as sp

        return sp.vstack([X, sp.csr_array(X[:1].toarray() + 1)], format="csr")
    return np.concatenate([X, X[:1] + 1])

"""The estimators keep scikit-learn's conventions, and give what the command line gives."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
import scipy.sparse as sp
from conftest import command_line, make_table
from sklearn.base import clone
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

import whymap

TSNE_REASONS = {
    "check_transformer_general": "transform moves new samples beside the fitted ones, as umap-learn and openTSNE do",
    "check_transformer_data_not_an_array": "transform moves new samples beside the fitted ones, as umap-learn and openTSNE do",
}
UMAP_REASONS = {
    **TSNE_REASONS,
    "check_methods_sample_order_invariance": "each new sample draws its own negative samples, by its row",
    "check_methods_subset_invariance": "each new sample draws its own negative samples, by its row",
}


def expected(estimator):
    return UMAP_REASONS if isinstance(estimator, whymap.UMAP) else TSNE_REASONS


@parametrize_with_checks(
    [whymap.UMAP(n_neighbors=5, n_epochs=10), whymap.TSNE(perplexity=5, max_iter=10)],
    expected_failed_checks=expected,
)
def test_conventions(estimator, check):
    check(estimator)


def test_same_as_the_command_line(table, tmp_path):
    values, _ = table
    np.save(tmp_path / "x.npy", values)
    command_line(
        tmp_path, "embed", "x.npy", "--method", "umap", "--seed", "7", "--min-dist", "0.3", "-o", "u.npy"
    )
    made = whymap.UMAP(min_dist=0.3, random_state=7).fit_transform(values)
    assert made.tobytes() == np.load(tmp_path / "u.npy").tobytes()
    command_line(tmp_path, "embed", "x.npy", "--method", "tsne", "--perplexity", "20", "-o", "t.npy")
    assert whymap.TSNE(perplexity=20).fit_transform(values).tobytes() == np.load(tmp_path / "t.npy").tobytes()


@pytest.mark.parametrize("reducer", [whymap.UMAP(n_epochs=100), whymap.TSNE(perplexity=10)])
def test_new_samples_lie_among_their_like(reducer):
    random = np.random.default_rng(0)
    group = np.arange(180) % 3
    values = random.normal(size=(180, 5)) + 12 * np.eye(5)[group]
    reducer = clone(reducer).fit(values[:90])
    placed = pickle.loads(pickle.dumps(reducer)).transform(values[90:])
    assert placed.tobytes() == reducer.transform(values[90:]).tobytes()
    distances = np.linalg.norm(placed[:, None] - reducer.embedding_[None], axis=2)
    assert np.array_equal(group[distances.argmin(1)], group[90:])
    assert reducer.transform(values[91:92]).shape == (1, 2)
    assert reducer.transform(np.repeat(values[91:92], 3, axis=0)).shape == (3, 2)
    assert reducer.transform(sp.csr_array(values[91:92])).shape == (1, 2)


def test_sparse_equals_dense():
    values, _ = make_table()
    values = np.where(np.abs(values) > 0.7, values, 0)
    dense = whymap.UMAP(n_epochs=20).fit(values)
    sparse = whymap.UMAP(n_epochs=20).fit(sp.csr_array(values))
    assert sparse.embedding_.tobytes() == dense.embedding_.tobytes()
    assert sparse.transform(sp.csr_array(values)).tobytes() == dense.transform(values).tobytes()


def test_in_a_pipeline(table):
    pipeline = make_pipeline(StandardScaler(), whymap.UMAP(n_components=3, n_epochs=10))
    assert pipeline.fit_transform(table[0]).shape == (180, 3)
    assert list(pipeline[-1].get_feature_names_out()) == ["umap0", "umap1", "umap2"]
    assert clone(pipeline[-1]).get_params() == pipeline[-1].get_params()


@pytest.mark.parametrize("options", [{"n_components": 0}, {"metric": "hamming"}, {"min_dist": -1.0}])
def test_options_are_refused(table, options):
    with pytest.raises(whymap.OptionError):
        whymap.UMAP(**options).fit(table[0])

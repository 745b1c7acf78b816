"""Two conditions compared from Python: the table of the command line, and its refusals."""

from __future__ import annotations

import pytest
from conftest import QUICK, QUICK_FLAGS, command_line, make_cohort

import whymap

pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture(scope="module")
def cohort():
    return make_cohort()


def test_the_table_of_the_command_line(cohort, tmp_path):
    explanation = whymap.explain(cohort, "X_umap", **QUICK)
    design = {"condition": "disease", "case": "DKD", "control": "normal", "replicate": "donor"}
    found = explanation.compare(cohort, **design, in_="group", progress=False)
    cohort.write_h5ad(tmp_path / "cells.h5ad")
    command_line(tmp_path, "explain", "cells.h5ad", "-e", "X_umap", *QUICK_FLAGS, "-o", "out")
    flags = [part for name, value in design.items() for part in (f"--{name}", value)]
    command_line(
        tmp_path, "compare", "out", "--features", "cells.h5ad", *flags, "--in", "group", "-o", "compared"
    )
    assert found.read("comparison.csv") == (tmp_path / "compared" / "comparison.csv").read_bytes()
    assert set(found.table["verdict"]) <= {"gained", "lost", "rewired", "up", "down", "shared", "none"}
    assert "all" in set(found.table["stratum"])
    assert str(found) == "\n".join(found.sentences) != ""


def test_levels_that_do_not_exist_are_named(cohort):
    explanation = whymap.explain(cohort, "X_umap", **QUICK)
    with pytest.raises(whymap.OptionError, match="DKD"):
        explanation.compare(cohort, "disease", "diabetes", "normal", progress=False)


def test_markers_are_the_features_of_the_group(cohort):
    explanation = whymap.explain(cohort, "X_umap", **QUICK)
    answer = explanation.query(cohort.obs["group"] == "T cell", data=cohort, markers=True, replicate="donor")
    assert {"feature", "auc", "p_adjusted"} <= set(answer.table.columns)
    assert len(answer.table) >= cohort.n_vars

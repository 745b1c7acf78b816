"""Every kind of data gives what the command line gives on the same data as a file, to the byte."""

from __future__ import annotations

import json
import pickle
import warnings

import numpy as np
import pandas as pd
import polars as pl
import pytest
import scipy.sparse as sp
from conftest import (
    QUICK,
    QUICK_FLAGS,
    SAME,
    assert_same_files,
    command_line,
    make_adata,
    make_table,
    without_timings,
)

import whymap

FLAGS = [*QUICK_FLAGS, "-o", "result"]


@pytest.mark.filterwarnings("ignore::whymap.WhymapWarning")
class TestSameAsCommandLine:
    def test_array(self, table, tmp_path):
        values, coordinates = table
        np.save(tmp_path / "features.npy", values)
        np.save(tmp_path / "embedding.npy", coordinates)
        command_line(tmp_path, "explain", "features.npy", "-e", "embedding.npy", *FLAGS)
        explanation = whymap.explain(values, coordinates, **QUICK)
        # the very same files, so that the whole folder is the same
        assert_same_files(explanation, tmp_path / "result", [*SAME, "explanation.whymap", "report.html"])
        written = (tmp_path / "result" / "summary.json").read_bytes()
        assert without_timings(explanation.read("summary.json")) == without_timings(written)

    @pytest.mark.parametrize("kind", ["csr_array", "csc_array", "coo_array", "csr_matrix", "dok_array"])
    def test_sparse(self, table, tmp_path, kind):
        values, coordinates = table
        values = np.where(np.abs(values) > 0.5, values, 0)
        matrix = getattr(sp, kind)(values)
        sp.save_npz(tmp_path / "features.npz", sp.csr_matrix(values))
        np.save(tmp_path / "embedding.npy", coordinates)
        command_line(tmp_path, "explain", "features.npz", "-e", "embedding.npy", *FLAGS)
        assert_same_files(whymap.explain(matrix, coordinates, **QUICK), tmp_path / "result")

    @pytest.mark.parametrize("sparse", [False, True])
    def test_anndata(self, tmp_path, sparse):
        adata = make_adata(sparse)
        adata.write_h5ad(tmp_path / "cells.h5ad")
        command_line(tmp_path, "explain", "cells.h5ad", "-e", "X_umap", "--label", "group", *FLAGS)
        explanation = whymap.explain(adata, "X_umap", label="group", **QUICK)
        assert_same_files(explanation, tmp_path / "result")
        assert explanation.samples == list(adata.obs_names)

    def test_layer_and_raw(self, adata, tmp_path):
        adata.raw = adata
        adata.X = adata.X * 0
        adata.write_h5ad(tmp_path / "cells.h5ad")
        for given, flags in (
            (
                {"layer": "counts", "normalize": "log1p-cp10k"},
                ["--layer", "counts", "--normalize", "log1p-cp10k"],
            ),
            ({"use_raw": True}, ["--use-raw"]),
        ):
            command_line(tmp_path, "explain", "cells.h5ad", "-e", "X_umap", *flags, *FLAGS)
            assert_same_files(whymap.explain(adata, "X_umap", **given, **QUICK), tmp_path / "result")

    def test_view_of_anndata(self, adata, tmp_path):
        view = adata[20:160, [0, 1, 2, 3, 5, 7, 9, 11]]
        assert view.is_view
        view.copy().write_h5ad(tmp_path / "cells.h5ad")
        command_line(tmp_path, "explain", "cells.h5ad", "-e", "X_umap", *FLAGS)
        assert_same_files(whymap.explain(view, "X_umap", **QUICK), tmp_path / "result")
        assert view.is_view

    @pytest.mark.parametrize("mode", ["r", "r+"])
    def test_backed_anndata_goes_as_its_path(self, adata, tmp_path, mode):
        from anndata import read_h5ad

        adata.write_h5ad(tmp_path / "cells.h5ad")
        command_line(tmp_path, "explain", "cells.h5ad", "-e", "X_umap", *FLAGS)
        backed = read_h5ad(tmp_path / "cells.h5ad", backed=mode)
        explanation = whymap.explain(backed, "X_umap", **QUICK)
        view = whymap.explain(backed[:150], "X_umap", **QUICK)
        backed.file.close()
        assert_same_files(explanation, tmp_path / "result")
        assert explanation.summary["data"]["source"]["name"] == str(tmp_path / "cells.h5ad")
        assert view.summary["data"]["rows"] == 150

    def test_pandas(self, table, tmp_path):
        values, coordinates = table
        names = [f"g{i}" for i in range(values.shape[1])]
        frame = pd.DataFrame(values, index=[f"s{i}" for i in range(len(values))], columns=names)
        frame.to_csv(tmp_path / "features.csv")
        # another order, and as many samples: joined by the index
        map_frame = pd.DataFrame(coordinates, index=frame.index, columns=["x", "y"]).iloc[::-1]
        map_frame.to_csv(tmp_path / "map.csv")
        command_line(tmp_path, "explain", "features.csv", "-e", "map.csv", *FLAGS)
        explanation = whymap.explain(frame, map_frame, **QUICK)
        assert_same_files(explanation, tmp_path / "result")
        assert list(explanation.presence.index) == list(frame.index)

    def test_pandas_columns_as_the_map(self, table, tmp_path):
        values, coordinates = table
        frame = pd.DataFrame(values, columns=[f"g{i}" for i in range(values.shape[1])])
        frame["x"], frame["y"] = coordinates.T
        pl.from_pandas(frame).write_parquet(tmp_path / "features.parquet")
        command_line(tmp_path, "explain", "features.parquet", "--embedding-columns", "x,y", *FLAGS)
        assert_same_files(whymap.explain(frame, ["x", "y"], **QUICK), tmp_path / "result")

    def test_polars(self, table, tmp_path):
        values, coordinates = table
        frame = pl.DataFrame(values, schema=[f"g{i}" for i in range(values.shape[1])])
        frame = frame.with_columns(pl.Series("cell", [f"s{i}" for i in range(len(values))]))
        map_frame = pl.DataFrame(coordinates, schema=["x", "y"]).with_columns(frame["cell"]).reverse()
        frame.write_parquet(tmp_path / "features.parquet")
        map_frame.write_parquet(tmp_path / "map.parquet")
        command_line(tmp_path, "explain", "features.parquet", "-e", "map.parquet", "--id", "cell", *FLAGS)
        for given in (frame, frame.lazy()):
            explanation = whymap.explain(given, map_frame, id="cell", **QUICK)
            assert_same_files(explanation, tmp_path / "result")
            assert isinstance(explanation.presence, pl.DataFrame)

    def test_path(self, table, tmp_path, monkeypatch):
        values, coordinates = table
        np.save(tmp_path / "features.npy", values)
        np.save(tmp_path / "embedding.npy", coordinates)
        command_line(tmp_path, "explain", "features.npy", "-e", "embedding.npy", *FLAGS)
        monkeypatch.chdir(tmp_path)
        explanation = whymap.explain("features.npy", "embedding.npy", **QUICK)
        assert_same_files(explanation, tmp_path / "result", [*SAME, "explanation.whymap", "report.html"])
        mixed = whymap.explain(tmp_path / "features.npy", coordinates, **QUICK)
        assert_same_files(mixed, tmp_path / "result")

    def test_options_of_every_type(self, table, tmp_path):
        values, coordinates = table
        np.save(tmp_path / "features.npy", values)
        np.save(tmp_path / "embedding.npy", coordinates)
        (tmp_path / "sets.gmt").write_text("first\t\tf0\tf1\tf2\tf3\nsecond\t\tf4\tf5\tf6\n")
        (tmp_path / "labels.txt").write_text("".join(f"{i % 3}\n" for i in range(180)))
        flags = ["--image", "4x3", "--trust", "yes", "--overlap", "2.5", "--gene-sets", "sets.gmt"]
        flags += [
            "--labels",
            "labels.txt",
            "--association",
            "spearman",
            "-n",
            "30",
            "-m",
            "2",
            "--draws",
            "0",
        ]
        command_line(tmp_path, "explain", "features.npy", "-e", "embedding.npy", *flags, "-o", "result")
        explanation = whymap.explain(
            values,
            coordinates,
            image=(4, 3),
            trust=True,
            overlap=np.float64(2.5),
            gene_sets={"first": ["f0", "f1", "f2", "f3"], "second": ["f4", "f5", "f6"]},
            labels=[str(i % 3) for i in range(180)],
            association="spearman",
            locality_size=np.int64(30),
            modules=2.0,
            draws=0,
            progress=False,
        )
        assert_same_files(explanation, tmp_path / "result", [*SAME, "gene-sets.csv"])

    def test_embed_and_audit(self, table, tmp_path):
        values, coordinates = table
        np.save(tmp_path / "features.npy", values)
        np.save(tmp_path / "embedding.npy", coordinates)
        command_line(tmp_path, "embed", "features.npy", "--method", "umap", "--seed", "3", "-o", "made.npy")
        made = whymap.embed(values, method="umap", seed=3, progress=False)
        assert made.dtype == np.float32
        assert made.tobytes() == np.load(tmp_path / "made.npy").tobytes()
        command_line(tmp_path, "audit", "features.npy", "-e", "embedding.npy", "-o", "result")
        audit = whymap.audit(values, coordinates, progress=False)
        assert_same_files(audit, tmp_path / "result", ["pointwise.csv", "links.csv", "report.html"])
        assert audit.measures["trustworthiness"]["value"] > 0
        assert audit.verdict[0] in repr(audit)
        assert len(audit.pointwise) == 180


@pytest.fixture(scope="module")
def explanation():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return whymap.explain(make_adata(), "X_umap", label="group", **QUICK)


class TestResult:
    def test_tables_have_the_values_of_the_files(self, explanation):
        lines = explanation.read("presence.csv").decode().splitlines()
        cells = lines[17].split(",")
        assert explanation.presence.index[16] == cells[0]
        assert [float(cell) for cell in cells[1:]] == list(explanation.presence.iloc[16])
        assert list(explanation.presence.columns) == explanation.module_ids
        assert explanation.module_ids[:2] == ["M1", "M2"]
        assert list(explanation.modules["module"]) == explanation.module_ids
        assert set(explanation.loadings["feature"]) <= set(explanation.feature_names)
        assert explanation.members.shape == (len(explanation.localities), 30)
        assert list(explanation.pairs.columns[:3]) == ["module", "feature_a", "feature_b"]

    def test_localities_say_who_lies_in_them(self, explanation):
        for library in ("pandas", "polars"):
            frame = explanation.frame("localities", library)
            assert set(frame["label"]) <= {"T cell", "B cell", "monocyte"}
            assert list(frame["label_samples"] / 30) == pytest.approx(list(frame["label_share"]), abs=1e-6)

    def test_how_it_was_read(self, explanation):
        assert explanation.reading[0].startswith("Features: 12 of adata.h5ad, 180 rows (GENE0, GENE1")
        assert any("180" in line and line.startswith("Rows: ") for line in explanation.reading)

    def test_planted_features_are_found(self, explanation):
        found = [set(row.split(", ")) for row in explanation.modules["features"]]
        planted = [{f"GENE{i}" for i in range(4)}, {f"GENE{i}" for i in range(4, 8)}]
        assert all(any(part <= module for module in found) for part in planted)

    def test_frames_of_another_library(self, explanation):
        polars = explanation.frame("presence", "polars")
        assert polars["sample"].to_list() == explanation.samples
        assert polars["M1"].to_list() == list(explanation.presence["M1"])

    def test_save_and_load(self, explanation, tmp_path):
        folder = explanation.save(tmp_path / "new" / "result")
        assert whymap.load(folder).files == explanation.files
        assert_same_files(whymap.load(str(folder)), folder, explanation.files)
        (folder / "other.txt").write_text("mine")
        explanation.save(folder)
        assert (folder / "other.txt").read_text() == "mine"
        assert [path.name for path in folder.parent.iterdir()] == ["result"]
        with pytest.raises(whymap.FormatError, match="which is a file"):
            explanation.save(folder / "other.txt")
        with pytest.raises(whymap.FormatError, match=r"no explanation\.whymap"):
            whymap.load(tmp_path)

    def test_saved_folder_is_read_by_the_command_line(self, explanation, tmp_path):
        explanation.save(tmp_path / "result")
        ran = command_line(tmp_path, "query", "result", "--region", "label:T cell")
        assert ran.stdout.strip() == repr(explanation.query("label:T cell"))

    def test_pickle_and_repr(self, explanation):
        again = pickle.loads(pickle.dumps(explanation))
        assert again.read("presence.csv") == explanation.read("presence.csv")
        assert repr(again) == repr(explanation)
        assert repr(explanation).startswith("Explanation of 180 samples x 12 features")
        assert "<table>" in explanation._repr_html_()
        assert explanation.report().startswith("<!")

    def test_regions_as_rows_mask_ids_and_text(self, explanation):
        group = np.array(make_adata().obs["group"] == "T cell")
        answers = [
            explanation.query("label:T cell"),
            explanation.query(np.flatnonzero(group)),
            explanation.query(group),
            explanation.query([f"cell-{i}" for i in np.flatnonzero(group)]),
        ]
        tables = [answer.table.to_csv() for answer in answers]
        assert len(set(tables)) == 1
        assert answers[0].table["module"].tolist() != []

    def test_two_regions_with_values(self, explanation):
        adata = make_adata()
        answer = explanation.query("label:T cell", "label:B cell", data=adata)
        assert {"module", "agreement"} <= set(answer.table.columns)
        feature = explanation.query("label:T cell", data=adata, feature="GENE0")
        inside = dict(zip(feature.table["feature"], feature.table["inside"], strict=True))
        values = adata.X[:60]
        assert inside["GENE1"] == pytest.approx(np.corrcoef(values[:, 0], values[:, 1])[0, 1], abs=1e-5)
        pair = explanation.query(np.arange(60), data=adata, pair=["GENE0", "GENE1"])
        shown = pair.table[pair.table["side"] == "inside"].sort_values("row")
        np.testing.assert_allclose(shown["GENE0"], values[:, 0], rtol=1e-6)

    @pytest.mark.parametrize(
        ("region", "message"),
        [
            ("label:none", "none"),
            ([500], "500"),
            (["cell-x"], "cell-x"),
            ([True, False], "mask"),
            ([], "without samples"),
        ],
    )
    def test_regions_that_do_not_exist(self, explanation, region, message):
        with pytest.raises(whymap.OptionError, match=message):
            explanation.query(region)

    def test_modules_in_groups(self, explanation):
        modules = len(explanation.module_ids)
        groups = explanation.groups(1)
        assert groups.table["modules"].tolist() == [" ".join(explanation.module_ids)]
        assert "1 group" in groups.sentences[0]
        with pytest.raises(whymap.OptionError, match="groups"):
            explanation.groups(modules + 1)

    def test_a_selection_may_be_longer_than_a_command_line(self, explanation):
        # 1.4 million characters of row numbers: many times the limit of one argument
        rows = np.tile(np.arange(60), 8000)
        assert explanation.query(rows).table.equals(explanation.query(np.arange(60)).table)


class TestRefused:
    """What is wrong is said with what was got, what was expected and what to do, in Python's names."""

    @pytest.mark.parametrize(
        ("options", "kind", "message"),
        [
            ({"modules": 0}, whymap.OptionError, "modules"),
            ({"locality_size": 2}, whymap.OptionError, "locality_size"),
            ({"overlap": "wide"}, whymap.OptionError, "overlap"),
            ({"association": "kendall"}, whymap.OptionError, "pearson"),
            ({"trust": "maybe"}, whymap.OptionError, "trust"),
            ({"label": "group"}, whymap.OptionError, "labels="),
            ({"feature_names": ["a", "b"]}, whymap.ShapeError, "2 feature names"),
            ({"labels": ["a", "b"]}, whymap.ShapeError, "2"),
        ],
    )
    def test_options(self, table, options, kind, message):
        with pytest.raises(kind, match=message) as raised:
            whymap.explain(*table, **{**QUICK, **options})
        assert raised.value.got
        assert "--" not in str(raised.value)
        assert str(pickle.loads(pickle.dumps(raised.value))) == str(raised.value)

    def test_unknown_keyword_is_a_type_error(self, table):
        with pytest.raises(TypeError, match="modulez"):
            whymap.explain(*table, modulez=3)

    @pytest.mark.parametrize(
        ("change", "kind"),
        [
            (lambda v, e: (v[:-1], e), whymap.ShapeError),
            (lambda v, e: (v, e[:50]), whymap.ShapeError),
            (lambda v, e: (np.where(v > 2, np.nan, v), e), whymap.FormatError),
            (lambda v, e: (np.full_like(v, np.inf), e), whymap.FormatError),
            (lambda v, e: (v, np.where(e > 8, np.nan, e)), whymap.FormatError),
            (lambda v, e: (v[:, :1], e), whymap.ShapeError),
            (lambda v, e: (v[:0], e[:0]), whymap.FormatError),
            (lambda v, e: (np.ones_like(v), e), whymap.FormatError),
            (lambda v, e: (v.astype(complex), e), whymap.FormatError),
            (lambda v, e: (v.astype(str), e), whymap.FormatError),
            (lambda v, e: (np.array([["a", None]] * len(v), dtype=object), e), whymap.FormatError),
            (lambda v, e: (np.full(v.shape, 2**60 + 1) + np.arange(len(v))[:, None], e), whymap.FormatError),
            (lambda v, e: (3, e), whymap.ShapeError),
        ],
    )
    def test_arrays(self, table, change, kind):
        with pytest.raises(kind) as raised:
            whymap.explain(*change(*table), **QUICK)
        assert raised.value.remedy

    def test_anndata_names_the_nearest(self, adata):
        with pytest.raises(whymap.OptionError, match="did you mean 'X_umap'"):
            whymap.explain(adata, "X_umop")
        with pytest.raises(whymap.OptionError, match="did you mean 'counts'"):
            whymap.explain(adata, "X_umap", layer="count")
        with pytest.raises(whymap.OptionError, match=r"adata\.raw is None"):
            whymap.explain(adata, "X_umap", use_raw=True)
        with pytest.raises(whymap.OptionError, match="normalize"):
            whymap.explain(adata, "X_umap", layer="counts", **QUICK)

    def test_repeated_names_as_in_the_command_line(self, adata):
        adata.obs_names = ["cell-0", *adata.obs_names[:-1]]
        frame = pd.DataFrame(adata.obsm["X_umap"], index=adata.obs_names)[::-1]
        with pytest.raises(whymap.FormatError, match="more than once"):
            whymap.explain(adata, frame, **QUICK)

    def test_backed_object_that_differs_from_its_file(self, adata, tmp_path):
        from anndata import read_h5ad

        adata.write_h5ad(tmp_path / "cells.h5ad")
        backed = read_h5ad(tmp_path / "cells.h5ad", backed="r")
        backed.obsm["X_new"] = adata.obsm["X_umap"] + 1
        with pytest.raises(whymap.FormatError, match="X_new"):
            whymap.explain(backed, "X_new", **QUICK)
        backed.file.close()


@pytest.mark.filterwarnings("ignore:.* in no locality")
class TestPandasIndex:
    """Pairing is by index where both indexes say more than a row number, and never by chance."""

    def frames(self, rows=180):
        values, coordinates = make_table()
        return pd.DataFrame(values[:rows]), pd.DataFrame(coordinates)

    def explained(self, frame, coordinates, **options):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return whymap.explain(frame, coordinates, **QUICK, **options)

    def test_row_numbers_beside_shuffled_or_filtered_ones_are_refused(self):
        """As on the command line: whether they are ids or were written anew cannot be known."""
        frame, coordinates = self.frames()
        kept = frame.index % 7 != 3
        for pair in ((frame, coordinates.sample(frac=1, random_state=1)), (frame[kept], coordinates)):
            with pytest.raises(whymap.FormatError, match=r"embedding\.loc\[data\.index\]"):
                self.explained(*pair)

    def test_a_filtered_frame_keeps_its_names(self):
        frame, coordinates = self.frames()
        kept = frame.index % 7 != 3
        filtered = self.explained(frame[kept], coordinates.loc[frame.index[kept]])
        assert filtered.samples == [str(i) for i in frame.index[kept]]
        same = self.explained(frame[kept].reset_index(drop=True), coordinates[kept].to_numpy())
        assert np.array_equal(same.presence.to_numpy(), filtered.presence.to_numpy())

    def test_row_numbers_of_other_lengths_are_refused(self):
        frame, coordinates = self.frames(rows=170)
        with pytest.raises(whymap.ShapeError, match="170 samples and 180 rows"):
            self.explained(frame, coordinates)

    def test_names_beside_row_numbers_are_paired_by_order_and_said(self):
        frame, coordinates = self.frames()
        frame.index = [f"s{i}" for i in range(180)]
        with pytest.warns(whymap.WhymapWarning, match="paired by row order"):
            whymap.explain(frame, coordinates, **QUICK)

    def test_no_common_name_is_refused(self):
        frame, coordinates = self.frames()
        frame.index = [f"s{i}" for i in range(180)]
        coordinates.index = [f"t{i}" for i in range(180)]
        with pytest.raises(whymap.FormatError, match="0 common ids"):
            self.explained(frame, coordinates)

    def test_several_levels_and_missing_names_are_refused(self):
        frame, coordinates = self.frames()
        several = frame.set_index([frame.index % 2, frame.index])
        with pytest.raises(whymap.FormatError, match="2 levels"):
            self.explained(several, coordinates)
        frame.index = [None, *[f"s{i}" for i in range(179)]]
        with pytest.raises(whymap.FormatError, match="missing ids"):
            self.explained(frame, coordinates)

    def test_texts_are_labels_and_no_features(self):
        frame, coordinates = self.frames()
        frame["kind"] = np.repeat(np.array(["a", "b", None], dtype=object), 60)
        with pytest.warns(whymap.WhymapWarning, match="kind"):
            explanation = whymap.explain(frame, coordinates, label="kind", **QUICK)
        assert explanation.summary["data"]["features"] == 12
        assert explanation.query("label:b").table.equals(explanation.query(np.arange(60, 120)).table)

    def test_nullable_and_mixed_types(self):
        frame, coordinates = self.frames()
        plain = self.explained(frame.assign(whole=range(180), flag=[True, False] * 90), coordinates)
        typed = frame.assign(
            whole=pd.array(range(180), dtype="Int64"), flag=pd.array([True, False] * 90, dtype="boolean")
        )
        assert self.explained(typed, coordinates).read("presence.csv") == plain.read("presence.csv")
        typed.loc[3, "whole"] = pd.NA
        with pytest.raises(whymap.FormatError, match="whole"):
            self.explained(typed, coordinates)
        assert self.explained(typed, coordinates, missing="drop-rows").summary["data"]["rows"] == 179


def test_warnings_point_at_the_caller(adata):
    with pytest.warns(whymap.WhymapWarning) as caught:
        whymap.explain(adata, "X_umap", max_features=6, **QUICK)
    assert {warning.filename for warning in caught} == {__file__}


def test_progress_is_shown(table, capsys):
    whymap.explain(*table, **{**QUICK, "progress": True})
    assert "localities" in capsys.readouterr().err


def test_demo_and_its_files():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        explanation = whymap.demo(data="penguins", progress=False)
    assert explanation.summary["data"]["rows"] > 300
    assert explanation.read("members.npy").startswith(b"\x93NUMPY")
    assert json.loads(explanation.read("summary.json")) == explanation.summary

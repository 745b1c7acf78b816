"""The map in JupyterLab, in a real browser: selections go both ways."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import numpy as np
import pytest
from conftest import QUICK, make_adata

import whymap

pytest.importorskip("anywidget")


@pytest.fixture(scope="module")
def explanation():
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return whymap.explain(make_adata(), "X_umap", label="group", **QUICK)


class TestTraits:
    def test_selection_as_rows_mask_and_ids(self, explanation):
        view = explanation.view()
        seen = []
        view.observe(lambda change: seen.append(list(change["new"])), "selection")
        view.selection = [5, 3, 3]
        view.selection = np.arange(180) < 2
        view.selection = ["cell-7"]
        view.selection = None
        assert seen == [[3, 5], [0, 1], [7], []]
        view.selection = [3, 5]
        assert view.selected == ["cell-3", "cell-5"]
        assert repr(view.query()) == repr(explanation.query([3, 5]))
        with pytest.raises(ValueError, match="read-only"):
            view.selection[0] = 1

    def test_over_the_wire(self, explanation):
        view = explanation.view()
        view.selection = [3, 500 - 400]
        assert view.get_state()["selection"] == np.array([3, 100], dtype="<i4").tobytes()
        view.set_state({"selection": memoryview(np.array([9, 8], dtype="<i4").tobytes())})
        assert list(view.selection) == [8, 9]

    def test_colors(self, explanation):
        view = explanation.view(color_by="M2", module="M1")
        assert view._color_by == "module:1"
        view.set_state({"_color_by": "feature:3"})
        assert view.color_by == "GENE3"
        view.color_by = "trust"
        assert view.get_state()["_color_by"] == "trust"
        # what a person chooses on the page and Python has no name of its own for
        view.set_state({"_color_by": "column:group"})
        assert view.color_by == "column:group"

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("selection", [180]),
            ("selection", [-1]),
            ("selection", ["x"]),
            ("color_by", "x"),
            ("module", "M9"),
        ],
    )
    def test_what_does_not_exist(self, explanation, name, value):
        with pytest.raises(whymap.OptionError):
            setattr(explanation.view(), name, value)


CELLS = [
    """
import warnings
warnings.simplefilter("ignore")
import whymap
view = whymap.load("result").view(height=560)
view
""",
    "view.selection = list(range(60)); view.color_by = 'M2'",
    "print('selected', len(view.selection), view.selection.dtype, view.selected[:2])",
    "view.selection = []; print('cleared')",
]


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


@pytest.fixture
def lab(explanation, tmp_path):
    """JupyterLab on 127.0.0.1 with a notebook beside a saved explanation."""
    pytest.importorskip("jupyterlab")
    nbformat = pytest.importorskip("nbformat")
    explanation.save(tmp_path / "result")
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell.strip()) for cell in CELLS])
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(notebook, tmp_path / "map.ipynb")
    port = free_port()
    homes = {
        f"JUPYTER_{kind}_DIR": str(tmp_path / ".jupyter" / kind) for kind in ("CONFIG", "RUNTIME", "DATA")
    }
    argv = ["--no-browser", "--allow-root", "--ip=127.0.0.1", f"--port={port}", "--ServerApp.port_retries=0"]
    argv += ["--IdentityProvider.token=", "--ServerApp.password=", f"--ServerApp.root_dir={tmp_path}"]
    argv += ["--LabApp.news_url=None", "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate"]
    log = open(tmp_path / "lab.log", "w")  # noqa: SIM115
    server = subprocess.Popen(
        [sys.executable, "-m", "jupyterlab", *argv], env={**os.environ, **homes}, stdout=log, stderr=log
    )
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(600):
            try:
                urllib.request.urlopen(f"{address}/api", timeout=5).read()
                break
            except OSError:
                assert server.poll() is None, (tmp_path / "lab.log").read_text()
                time.sleep(0.1)
        yield f"{address}/lab/tree/map.ipynb"
    finally:
        server.terminate()
        server.wait(30)
        log.close()


@pytest.fixture
def page():
    sync_api = pytest.importorskip("playwright.sync_api")
    chromium = os.environ.get("CHROMIUM_PATH") or shutil.which("chromium")
    if chromium is None:
        pytest.skip("no chromium")
    with sync_api.sync_playwright() as playwright:
        flags = [
            "--no-sandbox",
            "--use-angle=swiftshader",
            "--enable-unsafe-swiftshader",
            "--ignore-gpu-blocklist",
        ]
        browser = playwright.chromium.launch(executable_path=chromium, args=flags)
        page = browser.new_page(viewport={"width": 1400, "height": 1000})
        page.set_default_timeout(240_000)
        yield page
        browser.close()


def run_next_cell(page) -> None:
    page.keyboard.press("Shift+Enter")


def test_selection_both_ways_in_jupyterlab(lab, page, tmp_path):
    pictures = Path(os.environ.get("WHYMAP_SCREENSHOTS", tmp_path))
    page.goto(lab)
    page.locator(".jp-Cell").nth(3).wait_for()
    page.locator(".jp-Notebook-ExecutionIndicator[data-status='idle']").wait_for()
    page.locator(".jp-Cell .cm-content").first.click()
    run_next_cell(page)
    frame = page.frame_locator("iframe.whymap-view")
    frame.locator("html[data-ready='true']").wait_for()

    # from Python to the map
    run_next_cell(page)
    frame.get_by_text("60 samples").first.wait_for()
    page.locator("iframe.whymap-view").scroll_into_view_if_needed()
    page.screenshot(path=pictures / "python-to-map.png")
    colors = frame.locator("select:has(option[value='module:1'])").first
    assert colors.input_value() == "module:1"

    # from the map to Python: a lasso around the upper half
    frame.get_by_role("button", name=re.compile("lasso", re.IGNORECASE)).first.click()
    canvas = frame.locator("canvas").first
    box = canvas.bounding_box()
    corners = [(0.1, 0.13), (0.9, 0.13), (0.9, 0.45), (0.1, 0.45), (0.1, 0.14)]
    points = [(box["x"] + u * box["width"], box["y"] + v * box["height"]) for u, v in corners]
    page.mouse.move(*points[0])
    page.mouse.down()
    for point in points[1:]:
        page.mouse.move(*point, steps=8)
    page.mouse.up()
    page.wait_for_timeout(500)
    page.screenshot(path=pictures / "map-to-python.png")
    shown = frame.get_by_text(re.compile(r"lasso of \d+ samples", re.IGNORECASE)).first
    count = int(re.search(r"of (\d+)", shown.inner_text(timeout=60_000)).group(1))
    assert 0 < count < 180
    page.locator(".jp-Cell .cm-content").nth(2).click()
    run_next_cell(page)
    said = page.get_by_text(re.compile(r"^selected \d+")).first.inner_text()
    assert said.startswith(f"selected {count} int32")

    # what Python clears is no longer selected on the map
    run_next_cell(page)
    page.get_by_text("cleared").nth(1).wait_for()
    shown.wait_for(state="detached")


def test_the_page_carries_what_the_report_carries(explanation):
    view = explanation.view()
    assert view.get_state()["_page"] == explanation.read("report.html")
    assert json.dumps(explanation.summary["modules"][0]["id"]) == '"M1"'
    assert (Path(whymap.__file__).parent / "_js" / "widget.mjs").is_file()

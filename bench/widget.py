"""The map of many samples in JupyterLab, in headless Chromium: how long selections take in either direction, and memory.

    python bench/widget.py [--rows 100000] [--pictures FOLDER]

Needs the package with its extra `test`, a built repository, and Chromium (`CHROMIUM_PATH`, or `chromium` on the path).
Stops with an error where a selection does not arrive whole.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import nbformat
import psutil
from playwright.sync_api import Page, sync_playwright

HERE = Path(__file__).parent
CELLS = [
    "import resource, whymap\npeak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024\nview = whymap.load('result').view(height=560)\nview",
    "import numpy as np\nhalf = np.arange(0, len(view.explanation.samples), 2)\nview.selection = half; view.color_by = 'M2'",
    "print('selected', len(view.selection), view.selection.dtype, len(view.selected), peak())",
    "view.selection = []; print('cleared')",
]
FLAGS = [
    "--no-sandbox",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--ignore-gpu-blocklist",
]


@contextlib.contextmanager
def lab(folder: Path) -> Iterator[str]:
    """JupyterLab on 127.0.0.1 with the notebook in `folder`."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in CELLS])
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(notebook, folder / "map.ipynb")
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    homes = {f"JUPYTER_{kind}_DIR": str(folder / ".jupyter" / kind) for kind in ("CONFIG", "RUNTIME", "DATA")}
    argv = ["--no-browser", "--allow-root", "--ip=127.0.0.1", f"--port={port}", "--ServerApp.port_retries=0"]
    argv += ["--IdentityProvider.token=", "--ServerApp.password=", f"--ServerApp.root_dir={folder}"]
    argv += ["--LabApp.news_url=None", "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate"]
    with open(folder / "lab.log", "w") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "jupyterlab", *argv], env={**os.environ, **homes}, stdout=log, stderr=log
        )
        try:
            address = f"http://127.0.0.1:{port}"
            for _ in range(600):
                with contextlib.suppress(OSError):
                    urllib.request.urlopen(f"{address}/api", timeout=5).read()
                    break
                time.sleep(0.1)
            yield f"{address}/lab/tree/map.ipynb"
        finally:
            server.terminate()
            server.wait(30)


def measure(page: Page, address: str, rows: int, pictures: Path) -> dict[str, str]:
    """Runs the cells one after the other, lassoes in between, and times what a person waits for."""
    found: dict[str, str] = {}
    began = time.perf_counter()

    def lap(what: str) -> None:
        nonlocal began
        found[what] = f"{time.perf_counter() - began:.1f}"
        print(what, found[what], file=sys.stderr)
        began = time.perf_counter()

    page.goto(address)
    page.locator(".jp-Cell").nth(len(CELLS) - 1).wait_for()
    page.locator(".jp-Notebook-ExecutionIndicator[data-status='idle']").wait_for()
    page.locator(".jp-Cell .cm-content").first.click()
    began = time.perf_counter()
    page.keyboard.press("Shift+Enter")
    frame = page.frame_locator("iframe.whymap-view")
    frame.locator("html[data-drawn='true']").wait_for()
    lap("cell to the first picture, s")
    page.keyboard.press("Shift+Enter")
    frame.get_by_text(f"{rows // 2:,} samples").first.wait_for()
    lap(f"{rows // 2:,} rows selected in Python, to the answer on the page, s")
    page.locator("iframe.whymap-view").scroll_into_view_if_needed()
    page.wait_for_timeout(2000)
    page.screenshot(path=pictures / "widget-python-to-map.png")

    frame.get_by_role("button", name=re.compile("lasso", re.IGNORECASE)).first.click()
    box = frame.locator("canvas").first.bounding_box()
    corners = [(0.1, 0.13), (0.9, 0.13), (0.9, 0.45), (0.1, 0.45), (0.1, 0.14)]
    points = [(box["x"] + u * box["width"], box["y"] + v * box["height"]) for u, v in corners]
    page.mouse.move(*points[0])
    page.mouse.down()
    for point in points[1:]:
        page.mouse.move(*point, steps=4)
    began = time.perf_counter()
    page.mouse.up()
    shown = frame.get_by_text(re.compile(r"lasso of [\d,]+ samples", re.IGNORECASE)).first
    shown.wait_for()
    lap("lasso let go, to its answer on the page, s")
    count = int(re.search(r"of ([\d,]+)", shown.inner_text()).group(1).replace(",", ""))
    page.wait_for_timeout(1000)
    page.screenshot(path=pictures / "widget-map-to-python.png")
    page.locator(".jp-Cell .cm-content").nth(2).click()
    began = time.perf_counter()
    page.keyboard.press("Shift+Enter")
    said = page.get_by_text(re.compile(r"^selected \d+")).first
    said.wait_for()
    lap("the same in Python, with its ids, s")
    *selected, peak = said.inner_text().split()
    if not 0 < count < rows or selected != ["selected", str(count), "int32", str(count)]:
        raise SystemExit(f"the lasso has {count} samples, and Python says: {said.inner_text()}")
    found["samples of the lasso"] = f"{count:,}"
    page.keyboard.press("Shift+Enter")
    shown.wait_for(state="detached")
    found["memory of the kernel at its peak, MB"] = peak
    found["resident memory of the largest page process, MB"] = str(largest_child() // 2**20)
    return found


def largest_child() -> int:
    """Bytes of the largest process of Chromium that this one started."""
    sizes = []
    for child in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.Error):
            if "chrom" in child.name():
                sizes.append(child.memory_info().rss)
    return max(sizes)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--pictures", type=Path, default=Path(tempfile.gettempdir()))
    given = parser.parse_args()
    chromium = os.environ.get("CHROMIUM_PATH") or shutil.which("chromium")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        made = ["node", HERE / "widget-data.mjs", str(given.rows), folder / "result"]
        subprocess.run(made, check=True)
        with lab(folder) as address, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
            page = browser.new_page(viewport={"width": 1400, "height": 1000})
            page.set_default_timeout(120_000)
            found = measure(page, address, given.rows, given.pictures)
            browser.close()
    print("| what | value |\n|---|---|")
    for what, value in {"samples": f"{given.rows:,}", **found}.items():
        print(f"| {what} | {value} |")


if __name__ == "__main__":
    main()

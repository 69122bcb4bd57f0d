"""The JavaScript tests, run as part of the Python ones."""

import subprocess

from tests.figures.javascript import ROOT, node


def test_javascript_tests_pass():
    done = subprocess.run(
        [node(), "--test", "tests/js/"], cwd=ROOT, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    assert "tests 0" not in done.stdout

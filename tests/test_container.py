"""The container file names what exists and holds no class's work; its start says what lacks."""

import os
import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[1]
FILE = (ROOT / "container" / "Containerfile").read_text("utf-8")
START = ROOT / "container" / "enter.sh"


def _start(folder, **environment):
    env = {**os.environ, "COURSE_PROJECT": str(ROOT), **environment}
    command = ["sh", START, "echo", "started"]
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=True)
    return done.stdout


def test_what_the_container_copies_exists():
    copied = [name for line in re.findall(r"^COPY (.*) \S+$", FILE, re.M) for name in line.split()]
    assert len(copied) > 8
    assert not [name for name in copied if not (ROOT / name).exists()]


def test_what_git_leaves_out_of_the_exercises_stays_out_of_the_container():
    """Keys, secrets and submissions of a real class."""
    private = re.findall(r"^(exercises/\S+?)/?$", (ROOT / ".gitignore").read_text("utf-8"), re.M)
    left_out = (ROOT / ".dockerignore").read_text("utf-8").split()
    assert len(private) > 8
    covered = {name for name in private for rule in left_out if Path(name).match(rule)}
    assert set(private) == covered


def test_the_guide_gives_the_options_of_the_file():
    guide = (ROOT / "chapters" / "instructor-guide.md").read_text("utf-8")
    options = set(re.findall(r"--security-opt ([\w=]+)", FILE))
    assert options == set(re.findall(r"--security-opt ([\w=]+)", guide))
    assert options == set(re.findall(r"--security-opt ([\w=]+)", START.read_text("utf-8")))
    assert all(re.search(rf"\| .*`{option}`.* \|", guide) for option in options)


def test_a_course_begins_once(tmp_path):
    assert "A new course" in _start(tmp_path)
    assert (tmp_path / "source" / "ps2-output-shapes").is_dir()
    (tmp_path / "nbgrader_config.py").write_text("# mine")
    said = _start(tmp_path)
    assert "A new course" not in said and said.endswith("started\n")
    assert (tmp_path / "nbgrader_config.py").read_text() == "# mine"


def test_a_container_that_cannot_isolate_says_which_options_are_missing(tmp_path):
    fake = tmp_path / "bin" / "bwrap"
    fake.parent.mkdir()
    fake.write_text('#!/bin/sh\necho "bwrap: Can\'t mount proc" >&2; exit 1\n')
    fake.chmod(0o755)
    said = _start(tmp_path, PATH=f"{fake.parent}:{os.environ['PATH']}")
    assert "Can't mount proc" in said and "seccomp=unconfined" in said
    assert said.endswith("started\n"), "the guide can still be read, and marks written"

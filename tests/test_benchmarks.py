"""What the benchmarks count; their measurements are not tested."""

import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import lenet_run, photographs_run
from course_lib import records
from course_lib.datasets import photographs

ROOT = Path(__file__).parents[1]
WORK = 0.4  # seconds of a processor

# a command that ends at once and leaves a child that works on
ORPHAN = f"""
import os, time
if os.fork() == 0:
    while time.process_time() < {WORK}:
        pass
"""
TIMED = f"""
import sys
from benchmarks.grading import timed
print(timed(sys.argv[1], [sys.executable, "-c", {ORPHAN!r}])["processor_seconds"])
"""


def test_work_of_orphans_counts_as_the_commands_own(tmp_path):
    # in a process of its own, for it waits for every child that it has
    command = [sys.executable, "-c", TIMED, str(tmp_path)]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert float(found.stdout) >= WORK, found.stderr


def test_no_subject_is_photographed_on_both_sides_of_the_split():
    pytest.importorskip("PIL")
    images, labels, names = photographs.load_data()
    development, test = photographs_run.split(names, labels)
    shown = photographs_run.subjects(names, labels)
    assert sorted([*development, *test]) == list(range(len(images)))
    for k in range(len(photographs.CLASSES)):
        own = [set(shown[part[labels[part] == k]]) for part in (development, test)]
        assert own[0] and own[1] and not own[0] & own[1]
    drawn, left = photographs_run.draw(development, labels, shown, 5, seed=3)
    assert len(drawn) == 25 and not set(shown[drawn]) & set(shown[left])
    assert {*drawn, *left} <= set(development)


def test_a_part_that_is_made_anew_leaves_the_others(monkeypatch, tmp_path):
    monkeypatch.setattr(records, "_FOLDER", tmp_path)
    records.keep("cost", {"rows": [1], "date": "old"})
    records.keep("cost", {"accuracy": {"rows": [0.5]}})
    records.keep("cost", {"rows": [2], "date": "new"})  # and the second part does not come
    assert records.load("cost") == {"rows": [2], "date": "new", "accuracy": {"rows": [0.5]}}


def test_an_interrupted_run_goes_on_and_a_finished_one_begins_anew(monkeypatch):
    record = {**lenet_run.settings(), "steps": [{"change": "a"}]}
    monkeypatch.setattr(records, "names", lambda: ["lenet"])
    monkeypatch.setattr(records, "load", lambda name: record)
    assert lenet_run.rows_so_far() == [{"change": "a"}]
    record["steps"] = [{}] * len(lenet_run.STEPS)
    assert lenet_run.rows_so_far() == []
    record |= {"steps": [{"change": "a"}], "seeds": [7]}
    assert lenet_run.rows_so_far() == [], "of other settings"

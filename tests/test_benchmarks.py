"""What the benchmarks count; their measurements are not tested."""

import subprocess
import sys
from pathlib import Path
from unittest.mock import Mock

import numpy as np
import pytest

import course_lib
from benchmarks import lenet_run, models, photographs_run, residual_run
from course_lib import losses, records
from course_lib.datasets import photographs
from course_lib.layers import BatchNormalization
from course_lib.training import steps

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


@pytest.mark.parametrize(
    ("run", "key", "name", "steps"),
    [(lenet_run, "steps", "lenet", len(lenet_run.STEPS)), (residual_run, "runs", "residual", 12)],
)
def test_an_interrupted_run_goes_on_and_costs_the_complete_one_nothing(
    monkeypatch, tmp_path, run, key, name, steps
):
    monkeypatch.setattr(records, "_FOLDER", tmp_path)
    records.save(name, {key: ["complete"]})
    row = Mock(side_effect=["a", "b", KeyboardInterrupt, *map(str, range(99))])
    monkeypatch.setattr(run, "row", row)
    monkeypatch.setattr(run, "digits", lambda: ((), ()))
    monkeypatch.setattr(run, "gradient_norms", lambda *_: 1.0, raising=False)
    with pytest.raises(KeyboardInterrupt):
        run.record_runs(False)
    assert records.load(name)[key] == ["complete"]
    run.record_runs(False)
    record = records.load(name)
    assert record[key] == ["a", "b", *map(str, range(steps - 2))] and "begun" not in record
    assert records.begun(name, run.settings()) == []


def test_rows_of_other_settings_are_not_gone_on_with(monkeypatch, tmp_path):
    monkeypatch.setattr(records, "_FOLDER", tmp_path)
    records.keep_begun("lenet", {"seeds": [1]}, ["a"])
    assert records.begun("lenet", {"seeds": [1]}) == ["a"]
    assert records.begun("lenet", {"seeds": [2]}) == []


WORDS = {2: "two", 4: "four", 9: "nine", 18: "eighteen"}


@pytest.fixture(scope="module")
def chapter():
    text = (ROOT / "chapters" / "20-how-a-convolution-gets-fast.md").read_text("utf-8")
    return " ".join(text.split())


def test_the_chapter_says_into_how_many_parts_the_models_cut_a_batch(chapter):
    mnist, lenet, residual = (
        WORDS[128 // steps.part_size(model(course_lib), 128)]
        for model in (models.mnist, models.lenet, models.residual)
    )
    assert f"takes a batch of 128 in {mnist} parts, and LeNet-5, " in chapter
    assert f"whose maps are small, in {lenet}." in chapter
    assert f"So the batch is cut into {residual} parts only" in chapter


def test_the_chapter_says_how_often_the_parts_meet(chapter, monkeypatch):
    meetings = []

    class Counted(steps.Meeting):
        def _together(self, number, own):
            meetings.append(number)
            return super()._together(number, own)

    monkeypatch.setattr(steps, "Meeting", Counted)
    model = models.residual(course_lib)
    rng = np.random.default_rng(0)
    x, y = rng.random((128, 28, 28, 1), "float32"), rng.integers(0, 10, 128)
    steps.batch_gradients(model, x, y, losses.SparseCategoricalCrossentropy())
    normalisations = sum(isinstance(layer, BatchNormalization) for layer in model.layers)
    least = meetings.count(0)
    assert meetings.count(1) == least == 2 * normalisations
    said = f"has {WORDS[normalisations]} normalisations and meets at least {WORDS[least]} times"
    assert said in chapter

"""Patients whose cards show what they suffer from, and programs that are mended or are not."""

import json

import numpy as np
import pytest

import course_lib as keras
from course_bank import bank
from course_bank.topics.training_clinic import mending, patients, programs, trial, wards
from course_lib.exercise import Numbers
from course_lib.figures.static import clinic

DATA = next(iter(programs.PROGRAMS))


# ---------------------------------------------------------------------------- patients


@pytest.mark.parametrize("ward", wards.WARDS)
def test_every_recorded_card_shows_its_fault_and_can_be_drawn(ward):
    listed = wards.WARDS[ward]
    for fault in listed.faults:
        names = patients.of(ward, (fault,))
        assert len(names) >= 8
        for name in names:
            card = patients.recorded()[name]["card"]
            assert wards.told(ward, card) == fault, name
            reached = card["curves"]["val_accuracy"][0][-1]
            assert ward == "doubt" or reached < 0.85, name
            assert clinic.patient(card, listed.panels).svg().startswith("<svg")
            assert fault not in json.dumps(card)


def test_a_wrong_diagnosis_is_told_the_signature_it_would_have_shown():
    for ward, listed in wards.WARDS.items():
        question = bank[f"clinic-{ward}-fault"]
        met = set()
        for seed in range(60):
            variant = question.variant(seed)
            right = patients.fault(variant.n)
            for letter, title in variant.choices.items():
                (fault,) = [f for f in listed.faults if wards.FAULTS[f].title == title]
                found = question.grade(variant, {"value": letter})
                if fault == right:
                    assert (found.credit, found.message) == (1, "Right.")
                    continue
                assert found.credit == 0
                assert f"{found.misconception}.".lower() == title.lower()
                assert found.message == wards.FAULTS[fault].signature
                met.add((right, fault))
        assert len(met) == len(listed.faults) * (len(listed.faults) - 1)


def test_evidence_is_worked_out_from_the_same_cards():
    """By another way than the answer's: powers and sums, with NumPy."""
    n = bank["clinic-plateau-growth"].variant(3).n
    growth = bank["clinic-plateau-growth"].variant(3).answer
    assert n.sums[0] * growth ** (len(n.sums) - 1) == pytest.approx(n.sums[-1], rel=1e-4)
    variant = bank["clinic-flat-pace"].variant(3)
    steps = np.outer(np.ones(max(1, round(variant.answer * variant.n.batches))), variant.n.step)
    assert steps.sum(axis=0).max() == pytest.approx(1, rel=0.3 if len(steps) < 20 else 0.02)
    variant = bank["clinic-doubt-chance"].variant(3)
    n, rng = variant.n, np.random.default_rng(0)
    guessed = rng.binomial(n.images, 1 / n.classes, 200_000) / n.images
    assert variant.answer == pytest.approx(
        (n.validation - guessed.mean()) / guessed.std(), abs=0.02 * abs(variant.answer) + 0.02
    )


# ---------------------------------------------------------------------------- what programs reach


def test_what_is_asked_lies_between_mended_and_broken_programs():
    for task, program in programs.PROGRAMS.items():
        record = mending.recorded()["tasks"][task]
        assert len(record["mended"]) >= 20
        assert min(record["mended"]) > mending.least(task) + 0.03
        for faults in program.faults:
            if "accuracy" in {programs.FAULTS[fault].misses for fault in faults}:
                assert max(record["broken"][" and ".join(faults)]) < mending.least(task) - 0.05


@pytest.mark.parametrize("task", programs.PROGRAMS)
def test_of_200_drawings_each_has_its_faults_and_runs_as_python(task):
    drawn, met = set(), set()
    for seed in range(200):
        variant = bank[task].variant(seed)
        faults = tuple(programs.faults(task, variant.n))
        met.add(tuple(sorted(faults)))
        drawn.add(json.dumps(variant.numbers))
        broken = programs.text(task, variant.numbers)
        mended = programs.text(task, variant.numbers, mended=True)
        assert broken in variant.prompt
        assert broken != mended
        compile(broken, task, "exec")
        compile(mended, task, "exec")
        assert max(map(len, broken.splitlines())) <= 88
    assert met == {tuple(sorted(faults)) for faults in programs.PROGRAMS[task].faults}
    assert len(drawn) >= 100


# ---------------------------------------------------------------------------- the verdicts


def drawn(task, faults):
    """A student's variant with these faults."""
    for seed in range(200):
        variant = bank[task].variant(f"{faults} {seed}", hidden=seed)
        if set(programs.faults(task, variant.n)) == set(faults):
            return variant
    raise AssertionError(f"{task} never has {faults}")


def tried(variant, source, changes=()):
    """The verdict on a program, with ``changes`` (old, new) of its text."""
    for old, new in changes:
        assert old in source, old
        source = source.replace(old, new)
    names = {"np": np, "keras": keras, "layers": keras.layers, "n": Numbers(variant.numbers)}
    exec(source, names)
    values = {}
    with np.errstate(all="ignore"):
        exec(variant.question.probe(variant), {**names, "emit": values.update})
    return variant.question.grade(variant, values)


def mended(variant):
    return programs.text(variant.question.id, variant.numbers, mended=True)


def broken(variant):
    return programs.text(variant.question.id, variant.numbers)


def test_answers_must_come_from_the_model_that_is_returned():
    variant = drawn(DATA, ("labels of others",))
    other = (
        "kept = model.get_weights()\n\n    def predict(images):\n        model.set_weights(kept)"
    )
    found = tried(variant, mended(variant), [("def predict(images):", other)])
    assert "The answers do not come from the model that is returned." in found.message
    assert found.credit < 0.5


def test_a_training_that_takes_too_long_is_told_so(monkeypatch):
    from course_bank.topics.training_clinic import judging

    monkeypatch.setattr(judging.trial, "BUDGET", 0.0)
    variant = drawn(DATA, ("labels of others",))
    found = tried(variant, mended(variant))
    assert "seconds, and 0 are allowed." in found.message
    assert found.credit == 0  # it is the accuracy that the broken program lacks


@pytest.mark.parametrize(
    ("source", "misconception"),
    [
        ("clinic_mend_data = None", "empty"),
        ("clinic_mend_data = 5", "form"),
        ("def clinic_mend_data(x, y):\n    return 5", "form"),
        ("def clinic_mend_data(x, y):\n    return 1 / 0", "error"),
        ("def clinic_mend_data(x):\n    pass", "error"),
    ],
)
def test_what_is_no_program(source, misconception):
    variant = drawn(DATA, ("unscaled",))
    found = tried(variant, source)
    assert (found.credit, found.misconception) == (0, misconception)


def test_the_library_is_as_it_was_after_a_trial():
    before = {name: getattr(keras.Model, name) for name in ("fit", "predict", "__call__")}
    variant = drawn(DATA, ("unscaled",))
    tried(variant, "def clinic_mend_data(x, y):\n    return 1 / 0")
    assert {name: getattr(keras.Model, name) for name in before} == before


def test_the_labels_of_what_is_asked_are_not_in_the_probe():
    """What enters the kernel: places in the sample, and images; other secrets ask other images."""
    question = bank[DATA]
    first, second = (question.variant(1, hidden=h) for h in (1, 2))
    assert question.probe(first) != question.probe(second)
    assert "labels" not in question.probe(first)
    assert len(set(trial.chosen(1))) == trial.TRAINED
    assert sorted(trial.chosen(1)) != sorted(trial.chosen(2))


def test_what_reports_another_count_is_told_what_it_reads():
    """An accuracy of ten answers with yes and no is above that of digits, by far."""
    told = {}
    for name in patients.of("doubt"):
        n = Numbers({"patient": name, "card": patients.recorded()[name]["card"]})
        told[name] = patients.reads(n)
        steps = bank["clinic-doubt-fault"].steps(n)
        assert ("Counted by digits" in steps[-1]) == (told[name] is not None)
        if told[name] is not None:
            assert f"it reads {told[name]:.2f} of new ones." in steps[-1]
            assert told[name] < n.card["curves"]["val_accuracy"][0][-1] - 0.04
    assert {n for n, reads in told.items() if reads} == set(patients.of("doubt", ("wrong-loss",)))

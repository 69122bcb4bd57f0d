"""The clinic's record is what its command makes of the programs that stand in the tree."""

import numpy as np
import pytest

from benchmarks.clinic import cases, patients
from benchmarks.clinic.__main__ import change, run
from benchmarks.clinic.watch import Watch
from course_bank.topics.training_clinic.patients import recorded
from course_lib import Sequential, layers, records, utils

RECORD = records.load("clinic")
CHEAP = "slow"  # small steps: rounding on another machine does not grow


def test_the_record_is_of_these_programs():
    assert RECORD["program"] == cases.SOURCE
    assert set(RECORD["cases"]) == set(cases.CASES)
    for name, case in cases.CASES.items():
        assert RECORD["cases"][name]["change"] == change(case), name
        assert ("mended" in RECORD["cases"][name]) == bool(case.setting), name


def test_the_record_says_where_it_comes_from():
    assert RECORD["command"] == "python -m benchmarks.clinic"
    assert {"date", "machine", "versions", "seeds"} <= set(RECORD)
    assert len(RECORD["seeds"]) >= 3
    assert all(len(runs) == len(RECORD["seeds"]) for runs in RECORD["healthy"]["curves"].values())


def test_a_case_trained_again_gives_the_recorded_numbers():
    utils.set_workers(1)
    try:
        again = run(cases.CASES[CHEAP].program(), seeds=RECORD["seeds"][:1], epochs=2)
    finally:
        utils.set_workers(None)
    kept = RECORD["cases"][CHEAP]["broken"]
    for name, (values,) in again["curves"].items():
        np.testing.assert_allclose(values, kept["curves"][name][0][:2], rtol=2e-3, err_msg=name)
    np.testing.assert_allclose(again["first_loss"], kept["first_loss"][:1], rtol=2e-3)
    np.testing.assert_allclose(again["first_steps"][:50], kept["first_steps"][:50], rtol=2e-3)
    for ours, theirs in zip(again["layers"]["start"], kept["layers"]["start"], strict=True):
        assert ours["sums"] == pytest.approx(theirs["sums"], rel=2e-3)


def test_every_fault_shows():
    """What the chapter says of its patients holds for every recorded seed, or for their mean."""
    found = {name: case["broken"] for name, case in RECORD["cases"].items()}
    end = {
        name: {
            curve: np.array([values[-1] for values in runs]) for curve, runs in r["curves"].items()
        }
        for name, r in found.items()
    }
    for name in ("slow", "small-start", "fast", "unscaled"):
        assert (end[name]["val_accuracy"] < 0.2).all(), name
    assert (end["double-softmax"]["loss"] > 1.46).all()
    assert max(np.flatnonzero(found["double-softmax"]["histograms"]["certainty"]["counts"])) == 4
    assert min(found["dead"]["histograms"]["answers"]) == 0
    assert (end["no-shuffle"]["val_accuracy"] < 0.6).all()
    assert (end["shuffled-labels"]["val_accuracy"] < 0.25).all()
    in_order, mixed = found["wrong-mode"]["histograms"]["orders"]
    assert in_order < 0.5 and mixed > 0.85
    assert (end["one-hot"]["loss"] < 8.25).all() and (end["one-hot"]["accuracy"] < 0.3).all()
    assert found["test-in-training"]["histograms"]["nearest"]["counts"][0] == 400
    assert found["leak"]["histograms"]["nearest"]["counts"][0] > 200
    for name in ("test-in-training", "leak"):
        assert end[name]["val_accuracy"].mean() > np.mean(found[name]["test_accuracy"]) + 0.02, name
    assert min(found["wrong-loss"]["curves"]["accuracy"][0]) > 0.85
    healthy = RECORD["healthy"]["curves"]["val_accuracy"]
    assert min(values[-1] for values in healthy) > 0.9


def test_a_case_whose_text_is_not_in_the_program_is_found():
    lost = cases.Case("Lost", (("learning_rate=7", "learning_rate=8"),))
    with pytest.raises(ValueError, match="the program must hold 'learning_rate=7'"):
        lost.program()


def test_watching_changes_nothing():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(40, 6, 6, 1)), np.arange(40) % 10

    def train(watched):
        utils.set_random_seed(1)
        model = Sequential(
            [layers.Conv2D(2, 3, input_shape=(6, 6, 1)), layers.ReLU(), layers.Flatten(),
             layers.Dense(10, activation="softmax")]
        )  # fmt: skip
        model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
        watch = Watch(model, model.predict, (x, y), (x, y), (x, y)) if watched else None
        model.fit(x, y, batch_size=8, epochs=2, callbacks=[watch] if watched else None, verbose=0)
        return model.get_weights(), watch

    (plain, _), (watched, watch) = train(False), train(True)
    for ours, theirs in zip(plain, watched, strict=True):
        np.testing.assert_array_equal(ours, theirs)
    assert len(watch.step_losses) == 10
    assert np.mean(watch.step_losses[:5]) == pytest.approx(watch.curves["loss"][0])


def test_a_patient_of_the_assignment_trained_again_has_the_recorded_card():
    utils.set_workers(1)
    try:
        name, again = patients.patient("flat", CHEAP, 0)
    finally:
        utils.set_workers(None)
    kept = recorded()[name]
    assert (again["ward"], again["fault"]) == (kept["ward"], kept["fault"]) == ("flat", CHEAP)
    card, old = again["card"], kept["card"]
    for curve, (values,) in card["curves"].items():
        np.testing.assert_allclose(values, old["curves"][curve][0], rtol=2e-3, atol=0.02)
    np.testing.assert_allclose(card["first_loss"], old["first_loss"], rtol=2e-3)

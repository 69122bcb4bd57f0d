"""Chapter 14's record is what its command makes, and says what the chapter says."""

from functools import partial

import numpy as np
import pytest

import course_lib as keras
from benchmarks import normalisation_run as runs
from course_lib import records, utils

RECORD = records.load("normalisation")


def test_the_record_is_of_these_experiments():
    assert RECORD["command"] == "python -m benchmarks.normalisation_run"
    assert {"date", "machine", "versions"} <= set(RECORD)
    assert set(RECORD["depth"]["runs"]) == set(runs.STARTS)
    assert RECORD["depth"]["digits"] == runs.DEEP_DIGITS
    assert len(RECORD["depth"]["seeds"]) >= 5 and len(RECORD["dropout"]["draws"]) >= 10
    assert set(RECORD["batches"]["test_accuracy"]) == set(runs.WAYS)
    for found in RECORD["batches"]["test_accuracy"].values():
        assert list(found) == [str(size) for size in runs.SIZES]
    for count, found in RECORD["dropout"]["runs"].items():
        assert int(count) in runs.FEW
        assert {len(found[name]["loss"]) for name in found} == {len(RECORD["dropout"]["draws"])}


def test_a_run_made_again_gives_the_recorded_number():
    (x, y), test = runs.digits()
    x, y = x[: runs.DEEP_DIGITS], y[: runs.DEEP_DIGITS]
    utils.set_workers(1)
    try:
        history, _ = runs.trained(
            partial(runs.deep, False, "glorot_uniform"),
            RECORD["depth"]["seeds"][0],
            (x, y),
            (test[0][:10], test[1][:10]),
            keras.optimizers.SGD(learning_rate=RECORD["depth"]["rate"]),
            32,
            1,
        )
    finally:
        utils.set_workers(None)
    kept = RECORD["depth"]["runs"]["as Keras begins"]["loss"][0][0]
    assert history["loss"][0] == pytest.approx(kept, rel=1e-3)


def test_what_the_chapter_says_of_depth():
    losses = {
        name: np.array(found["loss"])[:, -1] for name, found in RECORD["depth"]["runs"].items()
    }
    assert (losses["as Keras begins"] > 2.2).all()
    assert losses["batch normalisation"].max() < losses["as Keras begins"].min() - 0.5


def test_what_the_chapter_says_of_dropout():
    gains = {
        count: np.subtract(found["with"]["accuracy"], found["without"]["accuracy"])
        for count, found in RECORD["dropout"]["runs"].items()
    }
    few, many = gains[min(gains, key=int)], gains[max(gains, key=int)]
    assert few.mean() > 2 * few.std(ddof=1) / np.sqrt(len(few))
    assert few.mean() > many.mean()


def test_what_the_chapter_says_of_batch_sizes():
    means = {
        way: {int(size): np.mean(values) for size, values in found.items()}
        for way, found in RECORD["batches"]["test_accuracy"].items()
    }
    for way in ("layer", "group"):
        assert means["batch"][2] < means[way][2] - 0.03, way
    assert means["batch"][8] > means["batch"][2] + 0.05
    for size in (size for size in runs.SIZES if size >= 16):
        others = [found[size] for way, found in means.items() if way != "batch"]
        assert means["batch"][size] > max(others), size


def test_no_batch_size_has_too_few_steps():
    assert RECORD["batches"]["steps"] == runs.LEAST_STEPS
    for size in runs.SIZES:
        epochs = runs.epochs_for(size)
        assert epochs >= runs.LEAST_EPOCHS
        assert epochs * runs.BATCH_DIGITS / size >= runs.LEAST_STEPS

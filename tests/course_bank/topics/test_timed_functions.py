"""Functions that must be faster than loops: rounds on new inputs, and what they are worth."""

import numpy as np
import pytest

from course_bank import bank
from course_bank.core.question import CLOSE, FAR
from course_bank.topics.from_scratch import timing
from tests.course_bank.topics.functions import emitted, fast, solutions, variant_of


@pytest.mark.parametrize("name", ["conv2d-windows", "conv2d-taps"])
def test_right_results_from_loops_earn_a_third(name):
    variant, question = variant_of(name), bank[name]
    values = emitted(variant, {question.variable: solutions()[question.variable]})
    for ratio, credit in (
        (20, 1),
        (timing.FASTER + 0.1, 1),
        (timing.FASTER - 0.1, CLOSE),
        (1, CLOSE),
    ):
        found = question.grade(variant, {**values, "rounds": fast(ratio, variant)})
        assert found.credit == credit, ratio
    assert found.misconception == "loops in Python"
    for rounds in ([], fast(99, variant, outputs=np.zeros(3)), fast(99, variant, outputs=None)):
        found = question.grade(variant, {**values, "rounds": rounds})
        assert (found.credit, found.misconception) == (CLOSE, "not timed")
    one_of_five = [*fast(1, variant)[:4], *fast(99, variant)[4:]]
    assert question.grade(variant, {**values, "rounds": one_of_five}).credit == 1  # a busy machine


def test_what_a_function_claims_about_its_time_is_not_read():
    """The kernel's own numbers under those names never reach the verdict: see `TrustedScore`."""
    variant = variant_of("conv2d-windows")
    slow = emitted(variant, {"conv2d_windows": solutions()["conv2d_windows"]})
    forged = {**slow, "seconds": 1e-9, "rounds": fast(1, variant)}
    assert bank["conv2d-windows"].grade(variant, forged).credit == CLOSE


def test_rounds_have_new_inputs_each_and_follow_from_the_secret():
    first, second = variant_of("conv2d-taps", "one"), variant_of("conv2d-taps", "two")
    inputs = [bank["conv2d-taps"].round_inputs(v, i)[0] for v in (first, second) for i in (0, 1)]
    for i, one in enumerate(inputs):
        assert not any(np.array_equal(one, other) for other in inputs[i + 1 :])
    again = bank["conv2d-taps"].round_inputs(first, 0)[0]
    assert np.array_equal(again, inputs[0])


def test_the_instructors_copy_measures_its_own_functions():
    variant = variant_of("conv2d-taps")
    rounds = timing.rounds_here(variant, {"conv2d_taps": solutions()["conv2d_taps"]})
    assert len(rounds) == timing.ROUNDS
    assert all(found["seconds"] > 0 and found["pace"] > 0 for found in rounds)
    assert bank["conv2d-taps"].times_faster(variant, rounds) > 0
    broken = timing.rounds_here(variant, {"conv2d_taps": lambda *arguments: 1 / 0})
    assert bank["conv2d-taps"].times_faster(variant, broken) is None


def test_results_are_forced_while_the_clock_runs():
    """An object that computes when somebody looks at it has computed when the answer comes."""
    calls = []

    class Later:
        def __init__(self, *arguments):
            self.arguments = arguments

        def __array__(self, dtype=None, copy=None):
            calls.append(len(calls))
            return np.asarray(solutions()["conv2d_taps"](*self.arguments), dtype)

    variant, found = variant_of("conv2d-taps"), {}
    source = variant.question.timing_probe(variant, 0)
    exec(source, {"conv2d_taps": Later, "emit": found.update})
    assert type(found["outputs"]) is np.ndarray
    assert calls


def test_the_ratio_of_older_releases_is_read_and_measured_anew():
    question = bank["conv2d-speed"]
    variant = question.variant(3, hidden=5)
    for values, credit in (
        ({"ratio": 30.0, "rounds": fast(30, variant)}, 1),
        ({"ratio": 30.0, "rounds": fast(2, variant)}, FAR),
        ({"ratio": 1.0, "rounds": fast(30, variant)}, FAR),
        ({"ratio": None, "rounds": fast(30, variant)}, 0),
        ({"ratio": "fast", "rounds": fast(30, variant)}, 0),
        ({"ratio": 30.0, "rounds": fast(30, variant, outputs=np.zeros(3))}, 0),
        ({"ratio": 30.0}, 0),
    ):
        assert question.grade(variant, values).credit == credit, values["ratio"]

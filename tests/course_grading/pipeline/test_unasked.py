"""A question whose own code raises costs itself, and the instructor hears of it."""

from dataclasses import replace
from types import SimpleNamespace

import pytest

from course_grading.pipeline import trusted_execute, verdicts
from tests.released import key_of

BROKEN, ASKED = "conv2d-windows", "conv2d-loops"


def variant_of(name):
    return key_of("ps7-convolution-from-scratch").graded_variant(name, "ada", "a secret")


def raising(*_):
    raise KeyError("kernel")


@pytest.mark.parametrize("which", ["probe", "timing_probe"])
def test_a_question_whose_code_raises_costs_itself_alone(which):
    asked, broken = variant_of(ASKED), variant_of(BROKEN)
    of_it = ("id", "teaches", "where", "timed", "probe", "timing_probe")
    question = {name: getattr(broken.question, name) for name in of_it}
    broken = replace(broken, question=SimpleNamespace(**{**question, which: raising}))
    variants = {BROKEN: broken, ASKED: asked}
    run = SimpleNamespace(key=None, shown_id="ada", variants=variants, remarks=[])
    listed = [(0, None, BROKEN), (1, None, ASKED)]

    requests, places, rounds, _ = trusted_execute._steps(run, listed)
    assert requests[places.index(0)] == {"probe": ""}
    assert requests[places.index(1)] == {"ask": asked.question.probe(asked)}
    assert rounds == {}
    (remark,) = run.remarks
    assert remark.startswith("conv2d-windows was not asked and has no points")
    assert "KeyError: 'kernel'" in remark
    made = verdicts.judged(run.variants[BROKEN], {}, None, BROKEN, 4.0)
    assert (made["score"], made["misconception"]) == (0.0, "ungraded")
    assert made["message"] == "Could not be graded: KeyError."

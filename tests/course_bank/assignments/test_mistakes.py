"""Mistakes together earn at most a third of an assignment's automatic points, however combined."""

import itertools
from dataclasses import replace

import numpy as np
import pytest

from course_bank import bank, problem_sets
from course_bank.assignments import release
from course_bank.assignments.key import Key
from course_bank.catalogue import COMMON
from course_bank.core.function_questions import FunctionQuestion
from course_bank.core.plain_values import to_json
from course_bank.core.value_answer import CLOSE, FAR, PARTLY, Verdict, judged
from course_grading.pipeline import verdicts
from tests.released import SECRET, content, key_of

PS7 = "ps7-convolution-from-scratch"
FUNCTIONS = [
    (listed.id, name)
    for listed in problem_sets.values()
    for name in listed.questions
    if isinstance(bank[name], FunctionQuestion)
]


def variant_of(assignment, name, student="ada"):
    return key_of(assignment).graded_variant(name, student, "secret")


def arguments_of(case):
    return [np.array(a, np.float64) if isinstance(a, list) else a for a in case.arguments]


def returned(variant, function):
    """What the probe emits where the student's function is ``function``."""
    cases = variant.question.drawn_cases(variant)
    found = {f"case{i}": to_json(function(*arguments_of(case))) for i, case in enumerate(cases)}
    return {**found, "steps": 10**6}


def of_mistakes(variant):
    """{mistake: what it earns} of a function, each mistake the whole of the function."""
    return {
        wrong.name: judged(variant, returned(variant, wrong.compute))
        for wrong in variant.question.misconceptions
    }


@pytest.mark.parametrize(("assignment", "name"), FUNCTIONS)
def test_a_named_mistake_in_a_function_earns_what_is_declared_for_it(assignment, name):
    variant = variant_of(assignment, name)
    declared = {wrong.name: wrong.credit for wrong in variant.question.misconceptions}
    for mistake, verdict in of_mistakes(variant).items():
        assert verdict.misconception == mistake
        assert verdict.credit == declared[mistake] <= PARTLY
        assert verdict.failing  # and the smallest input on which it shows


@pytest.mark.parametrize(("assignment", "name"), FUNCTIONS)
def test_whatever_holds_of_a_function_earns_a_third_at_most(assignment, name):
    """Right in some cases and wrong in others: every mixture there can be."""
    variant = variant_of(assignment, name)
    right = returned(variant, variant.question.answer)
    cases = [key for key in right if key.startswith("case")]
    earned = {}
    for count in range(len(cases)):
        for kept in itertools.combinations(cases, count):
            values = {key: right[key] if key in kept else [[0.125]] for key in cases}
            earned[count] = max(earned.get(count, 0), judged(variant, values).credit)
    assert max(earned.values()) <= PARTLY
    assert earned[0] == 0 < earned[len(cases) - 1]


def most(name, points):
    """The most points that an answer earns which is not right."""
    question = bank[name]
    credits = [wrong.credit for wrong in question.misconceptions]
    if question.form == "array":
        credits.append(CLOSE)  # a few wrong values
    if question.hidden:
        credits.append(PARTLY)  # by the tests above and below nothing earns more
    return verdicts._hundredths(max(credits) * points)


@pytest.mark.parametrize("assignment", problem_sets)
def test_who_makes_a_mistake_in_every_task_gets_a_third_at_most(assignment):
    questions = problem_sets[assignment].questions
    together = sum(most(name, points) for name, points in questions.items())
    assert 0 < together <= sum(questions.values()) / 3 + 1e-9


class Lenient:
    """A question that would give nearly everything."""

    misconceptions = (bank["max-pool2d"].misconceptions[0],)

    def __init__(self, verdict):
        self.verdict = verdict

    def grade(self, variant, values):
        return self.verdict


@pytest.mark.parametrize(
    ("verdict", "credit"),
    [
        (Verdict(0.99, None, "Nearly."), PARTLY),
        (Verdict(0.99, "no name of a slip", "Nearly."), PARTLY),
        (Verdict(0.99, "average pooling", "No."), FAR),
        (Verdict(0.1, None, "Hardly."), 0.1),
        (Verdict(1.0, None, "Right."), 1.0),
    ],
)
def test_whatever_a_question_gives_is_held_down(verdict, credit):
    variant = replace(bank["max-pool2d"].variant(1, hidden=1), question=Lenient(verdict))
    assert judged(variant, {}).credit == credit
    assert judged(replace(variant, partly=None), {}) == verdict  # a key of before


def test_grading_holds_it_down():
    variant = variant_of(PS7, "conv2d-loops")
    forgotten = next(w for w in variant.question.misconceptions if w.name == "forgot the bias")
    made = verdicts.judged(variant, returned(variant, forgotten.compute), None, "conv2d-loops", 5)
    assert (made["score"], made["misconception"]) == (1.66, "forgot the bias")


def test_a_class_that_was_told_another_rule_keeps_it():
    """A key of before has no ``partly``; drawn again, it stays without."""
    before = {k: v for k, v in content(PS7).items() if k != "partly"}
    points = problem_sets[PS7].questions
    again = release.draw(PS7, points, COMMON, SECRET, earlier=before)
    assert "partly" not in again and content(PS7)["partly"] == PARTLY
    variant = Key(again, COMMON).graded_variant("conv2d-loops", "ada", "secret")
    forgotten = next(w for w in variant.question.misconceptions if w.name == "forgot the bias")
    verdict = judged(variant, returned(variant, forgotten.compute))
    assert verdict.credit == pytest.approx(0.8)  # the four cases without a bias

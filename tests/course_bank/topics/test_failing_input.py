"""The smallest input on which a function fails: readable, and never the answer."""

import re

import numpy as np

from course_bank import bank
from course_bank.core.plain_values import to_json
from course_bank.topics.from_scratch.forward import conv2d


def verdict_of(function):
    question = bank["conv2d-loops"]
    variant = question.variant(3, hidden=5)
    cases = question.drawn_cases(variant)
    results = [function(*map(np.array, case.arguments)) for case in cases]
    made = question.grade(variant, {f"case{i}": to_json(r) for i, r in enumerate(results)})
    return made, cases


def test_the_smallest_failing_input_is_told_rounded():
    made, cases = verdict_of(lambda image, kernel, bias: conv2d(image, kernel, 0 * bias))
    about = "the bias"  # the one case that has one
    (case,) = [case for case in cases if case.about == about]
    lines = made.failing.split("\n")
    assert lines[0] == f"# {about}"
    assert lines[1].startswith("image[:, :, 0] = [[")
    assert f"{case.arguments[0][0][0][0]:.2f}".rstrip("0") in lines[1]
    assert "kernel[:, :, 1, 2] = [[" in made.failing
    assert lines[-1].startswith("bias = [")
    assert not re.search(r"\.\d{3}", made.failing)


def test_of_several_the_smallest_is_taken_and_a_right_function_has_none():
    made, cases = verdict_of(lambda image, kernel, bias: conv2d(image, kernel, bias) + 1)
    sizes = {case.about: sum(np.size(a) for a in case.arguments) for case in cases}
    assert made.failing.startswith(f"# {min(sizes, key=sizes.get)}\n")
    assert verdict_of(conv2d)[0].failing == ""

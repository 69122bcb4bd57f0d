"""What a person reads: model answers whose numbers are the engine's, and rubrics that add up."""

import importlib
import re

import numpy as np
import pytest

import course_lib as keras
from course_bank.assignments.judgements import MODULES, Judgement, judgements
from course_bank.assignments.problem_sets import problem_sets
from course_lib import ops, shapes
from tests.course_bank.assignments import claims

WITH_CODE = [name for name, judgement in judgements.items() if "```python" in judgement.solution]


def test_every_one_is_asked_once_and_ids_are_unique():
    asked = [t.id for a in problem_sets.values() for t in a.tasks if isinstance(t, Judgement)]
    assert sorted(asked) == sorted(judgements)
    assert len(judgements) == sum(len(module.JUDGEMENTS) for module in MODULES)


def test_what_each_model_answer_claims_has_its_test():
    for module in ("test_model_answers", "test_model_answers_of_code"):
        importlib.import_module(f"tests.course_bank.assignments.{module}")
    assert set(judgements) == claims.CLAIMED


@pytest.mark.parametrize("name", judgements)
def test_the_key_holds_the_model_answer_and_the_rubric(name):
    judgement = judgements[name]
    assert judgement.points == sum(points for points, _ in judgement.rubric) >= 2
    assert judgement.key.startswith(judgement.solution)
    for points, text in judgement.rubric:
        assert f"- {points} point{'s' if points > 1 else ''}: {text}" in judgement.key
    assert judgement.prompt.strip().endswith((".", "?"))


def numbers(text):
    return [int(number.replace(",", "")) for number in re.findall(r"\d[\d,]*\d|\d", text)]


def said(name, *wanted):
    """Whether the model answer names all these numbers."""
    return set(wanted) <= set(numbers(judgements[name].solution))


@pytest.mark.parametrize("name", WITH_CODE)
def test_a_model_in_an_answer_keeps_to_its_budget_and_has_the_counts_it_says(name):
    code, text = re.search(r"```python\n(.*?)```(.*)", judgements[name].solution, re.S).groups()
    model = eval(code, {"keras": keras})
    budget = max(numbers(judgements[name].prompt))
    counts = [layer.count_params() for layer in model.layers]
    assert model.count_params() <= budget
    assert {model.count_params(), *counts} <= {0, *numbers(text)}
    assert len(re.findall("Conv", code)) >= 1


def classifier(*layers):
    model = keras.Sequential([keras.Input(shape=(28, 28, 1)), *layers])
    return model.count_params(), [layer.count_params() for layer in model.layers]


def test_smaller_budgets_are_counted_right():
    third = shapes.conv_parameters((3, 3), 32, 16).value
    dense = shapes.dense_parameters(16, 10).value
    before = sum(shapes.conv_parameters((3, 3), c, f).value for c, f in ((3, 16), (16, 32)))
    assert said("params-budget", third, before + third + dense)
    assert before + third + dense <= 10_000


def test_the_two_models_are_counted_right():
    conv, pool, dense = keras.layers.Conv2D, keras.layers.MaxPooling2D, keras.layers.Dense
    a = classifier(conv(8, 3), pool(2), keras.layers.Flatten(), dense(10))
    deep = (conv(16, 3), pool(2), conv(32, 3), pool(2), conv(32, 3))
    b = classifier(*deep, keras.layers.GlobalAveragePooling2D(), dense(10))
    for total, counts in (a, b):
        assert said("summary-two-models", total, *filter(None, counts))


@pytest.mark.parametrize("filters", [(16, 24), (8, 16), (8, 12)])
def test_what_fits_a_small_device(filters):
    conv, pool = keras.layers.Conv2D, keras.layers.MaxPooling2D
    layers = [step for f in filters for step in (conv(f, 3), pool(2))]
    total, counts = classifier(*layers, keras.layers.Flatten(), keras.layers.Dense(10))
    assert said("mnist-small-device", total, 4 * total, *filter(None, counts))
    room = max(numbers(judgements["mnist-small-device"].prompt))
    assert (4 * total <= room) == (filters == (8, 12))


def test_both_designs_see_31_pixels_and_both_shrink_to_8():
    strided = [shapes.receptive_field([(3, 2)] * i + [(3, 1)]).value for i in range(4)]
    dilated = [shapes.receptive_field([(3, 1, 2**i) for i in range(m)]).value for m in (1, 2, 3, 4)]
    assert strided == dilated == [3, 7, 15, 31]
    assert said("rf-two-designs", *strided)
    size = 64
    for expected in (32, 16, 8):
        size = shapes.output_size(size, 3, 2, "same").value
        assert size == expected
    assert shapes.output_size(64, 8, 8).value == 8
    assert said("sizes-design", 32, 16, 8)


def test_the_ways_of_a_pixel_and_the_value_at_an_edge():
    ways = np.convolve(np.ones(3), np.ones(3))
    assert "1, 2, 3, 2 and 1" in judgements["rf-not-all-alike"].solution
    assert ways.tolist() == [1, 2, 3, 2, 1]
    patch, kernel = np.array([[2.0, 2, 9]] * 3), np.array([[-1.0, 0, 1]] * 3)
    value = ops.conv(patch[None, :, :, None], kernel[:, :, None, None])[0, 0, 0, 0]
    assert said("conv-zero-sum", int(value))


def test_the_lectures_numbers_are_counted_again():
    assert said("summary-find-the-mistake", shapes.conv_parameters((3, 3), 5, 2).value)
    hidden = shapes.dense_parameters(5 * 5 * 64, 1024).value
    assert hidden in numbers(judgements["params-where-they-sit"].prompt)
    assert said("params-where-they-sit", shapes.dense_parameters(5 * 5 * 64, 10).value)
    for n, dropped in ((11, 0), (12, 1)):
        assert shapes.output_size(n, 2, 3).value == 4
        assert shapes.dropped(n, 2, 3).value == dropped

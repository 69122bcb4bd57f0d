"""Costs of layers in the page, against course_lib.shapes."""

import pytest
import traitlets

from course_lib import shapes
from course_lib.figures import ConvolutionCost
from tests.course_lib.figures.javascript import call
from tests.course_lib.figures.test_parity import CASES, _rng

TRAITS = ("channels", "filters", "kernel", "groups", "squeeze")


def _settings(name):
    rng = _rng(name)
    ranges = {"channels": 200, "filters": 200, "kernel": 11, "groups": 8, "squeeze": 16}
    return [
        {trait: int(rng.integers(1, most + 1)) for trait, most in ranges.items()}
        | {"size": int(rng.integers(1, 60))}
        for _ in range(CASES)
    ]


def test_every_plan_costs_what_shapes_says(tmp_path):
    settings = _settings("costs")
    plans = call("convolution_cost.js", "plansOf", [[one] for one in settings], tmp_path)
    cases, wanted, fields = [], [], []
    for one, found in zip(settings, plans, strict=True):
        figure = ConvolutionCost(**one)
        expected = figure.plans()
        there = {plan["id"]: plan for plan in found if plan["convolutions"]}
        assert {key: plan["name"] for key, plan in there.items()} == {
            key: name for key, (name, _) in expected.items()
        }
        for key, (_, convolutions) in expected.items():
            cases.append([there[key]["convolutions"], one["size"]])
            wanted.append(figure.cost(convolutions))
            fields.append(shapes.receptive_field([(row[0], 1) for row in convolutions]).value)
    costs = call("convolution_cost.js", "costOf", cases, tmp_path)
    assert [(c["parameters"], c["multiplyAdds"], c["values"]) for c in costs] == wanted
    assert call("convolution_cost.js", "fieldOf", [case[:1] for case in cases], tmp_path) == fields


def test_the_printed_lines_end_in_the_whole_cost(tmp_path):
    figure = ConvolutionCost()
    for name, convolutions in figure.plans().values():
        rows = [
            dict(zip(("kernel", "inputs", "outputs", "groups"), row, strict=True))
            for row in convolutions
        ]
        [lines] = call("convolution_cost.js", "costLines", [[rows, figure.size]], tmp_path)
        assert lines[-1].endswith(f" {figure.cost(convolutions)[1]:,}"), name


def test_a_budget_is_a_share():
    with pytest.raises(traitlets.TraitError, match="budget"):
        ConvolutionCost(budget=0)
    with pytest.raises(traitlets.TraitError, match="chosen"):
        ConvolutionCost(chosen="winograd")

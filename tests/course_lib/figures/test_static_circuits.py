"""The numbers under the wires of a circuit are the slopes that nudging finds."""

import xml.etree.ElementTree as ET

import pytest

from course_lib.figures.static import backward, circuits
from course_lib.figures.static.canvas import number
from course_lib.figures.static.circuits import Number, add, half_square, maximum, multiply

SVG = "{http://www.w3.org/2000/svg}"


def loss(values):
    """A circuit with every gate, in which the numbers b and c are used twice."""
    a, b, c = (Number(name, value, (0, row)) for row, (name, value) in enumerate(values.items()))
    product, larger = multiply(a, b, at=(1, 0)), maximum(b, c, at=(1, 1))
    return half_square(add(product, larger, c, at=(2, 0)), at=(3, 0))


@pytest.mark.parametrize("values", [{"a": 2, "b": -3, "c": 0.5}, {"a": -1, "b": 4, "c": 1.5}])
def test_gradients_are_what_nudging_finds(values):
    nodes = circuits.backward(loss(values))
    for name, value in values.items():
        up, down = (loss(values | {name: value + step}).value for step in (1e-6, -1e-6))
        (node,) = [node for node in nodes if node.name == name]
        assert node.gradient == pytest.approx((up - down) / 2e-6, rel=1e-5), name


def test_the_first_of_two_equal_numbers_wins():
    a, b = Number("a", 3, (0, 0)), Number("b", 3, (0, 1))
    circuits.backward(maximum(a, b, at=(1, 0)), gradient=5)
    assert (a.gradient, b.gradient) == (5, 0)


def texts(drawing, kind=""):
    found = ET.fromstring(drawing.svg()).iter(SVG + "text")
    return ["".join(t.itertext()) for t in found if kind in t.get("class", "").split() or not kind]


def test_a_circuit_shows_values_and_gradients():
    drawing = backward.one_product(pixel=3, weight=2, bias=-1, wanted=3)
    assert sorted(texts(drawing, "accent")) == sorted(["6", "4", "2", "2", "2", "2", "2", "1"])
    assert {"w", "x", "b", "−t", "L", "6", "5", number(-1)} <= set(texts(drawing))


def test_a_weight_used_twice_shows_what_it_gets_from_each_use():
    shown = texts(backward.shared_weight(pixels=(3, 1), weight=2, wanted=3), "accent")
    assert {"9", number(-1), "8"} <= set(shown)


def test_gates_hand_back_a_copy_the_other_factor_or_nothing():
    shown = texts(circuits.patterns(), "accent")
    assert shown == ["2", "2", "2", "8", "6", "2", "0", "2", "2"]

"""What is emitted of a design and measured: by the engine, whatever the model itself claims."""

from types import SimpleNamespace

import pytest

from course_bank.topics.design import measuring
from course_lib import costs, shapes
from tests.course_bank.topics.test_design import (
    NAMES,
    L,
    chain,
    classifier,
    known,
    variant_of,
    verdict,
)


class Liar:
    """A model that claims counts of its own, and a layer that claims to be another."""

    input_shape = output_shape = None

    def __init__(self, rows):
        self.rows = rows

    @property
    def layers(self):
        return [type(kind, (), {"get_config": lambda self, c=c: c})() for kind, c in self.rows]

    def count_params(self):
        return 1


def test_counts_that_a_model_claims_are_not_asked():
    n = variant_of("design-stack").n
    wide = {"filters": n.output[-1], "kernel_size": (n.field, n.field)}
    found = verdict("design-stack", Liar([("Conv2D", wide)]))
    assert found.credit == 0.5 * 3 / 5


@pytest.mark.parametrize(
    "rows",
    [
        [("Conv2D", {"filters": 10**9, "kernel_size": (3, 3)})],
        [("Conv2D", {"filters": 4, "kernel_size": (10**6, 10**6), "padding": "same"})],
        [("Conv2D", {"filters": "many", "kernel_size": None})],
        [("Conv2D", {})],
        [("Lambda", {})],
        [("Layer", {})],
        [("ReLU", {})] * 200,
        [],
    ],
)
def test_what_cannot_be_built_again_earns_nothing_and_is_said(rows):
    found = verdict("design-stack", Liar(rows))
    assert found.credit == 0
    assert found.message.endswith(".") and not found.message.endswith("..")


def test_far_too_many_weights_cost_only_their_own_line():
    """Sixty million of them: the line on the parameters, and that on the products, are missed."""
    n = variant_of("design-classifier").n
    end = [L.Flatten(), L.Dense(30_000), L.Dense(n.output[0], activation="softmax")]
    found = verdict("design-classifier", classifier(n, *end))
    assert found.credit == 0.5 * 4 / 6
    assert "Most of them in layer 6 (Dense)." in found.message


@pytest.mark.parametrize("name", NAMES)
def test_measures_are_those_of_the_engine(name):
    model, n = known(name), variant_of(name).n
    reached = measuring.measure(n.input, measuring.rows_of(model))
    total = costs.total_cost(model)
    assert reached.parameters == total.parameters == model.count_params()
    assert reached.multiplications == total.multiplications
    assert reached.output == tuple(n.output)


def test_the_field_is_that_of_the_shorter_axis_before_maps_end():
    n = SimpleNamespace(input=[40, 50, 2])
    model = chain(
        n, L.Conv2D(4, (3, 5)), L.MaxPooling2D((2, 2)), L.Conv2D(4, (3, 1)), L.Flatten(), L.Dense(3)
    )
    field = measuring.measure(n.input, measuring.rows_of(model)).field
    rows, columns = [3, (2, 2), 3], [5, (2, 2), 1]
    assert field == min(shapes.receptive_field(axis).value for axis in (rows, columns)) == 6

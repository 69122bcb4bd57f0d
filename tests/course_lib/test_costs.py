"""Costs of models: the one rule against the formulas of shapes, and against counted products."""

import numpy as np
import pytest

import course_lib
from course_lib import layers, shapes
from course_lib.costs import layer_costs, total_cost


def _model():
    return course_lib.Sequential([
        course_lib.Input((9, 8, 4)),
        layers.Conv2D(6, 3, strides=2, groups=2),
        layers.MaxPooling2D(2),
        layers.Conv2DTranspose(5, 2, strides=2),
        layers.Flatten(),
        layers.Dense(7),
    ])  # fmt: skip


def test_each_weight_counts_once_at_every_place():
    rows = {row.kind: row for row in layer_costs(_model())}
    assert rows["Conv2D"].multiplications == shapes.multiply_adds((4, 3), 3, 4, 6, groups=2)
    assert rows["Conv2DTranspose"].multiplications == (2 * 1) * (2 * 2 * 6 * 5)
    assert rows["Dense"].multiplications == 4 * 2 * 5 * 7
    assert rows["MaxPooling2D"].multiplications == rows["Flatten"].multiplications == 0
    assert rows["Conv2D"].map_bytes == 4 * 3 * 6 * 4
    assert rows["Conv2D"].parameters == shapes.conv_parameters((3, 3), 4, 6, groups=2)


def test_the_rule_counts_the_products_of_the_loops():
    class Counted(float):
        count = 0

        def __mul__(self, other):
            Counted.count += 1
            return float(self) * float(other)

    image = np.empty((1, 5, 4, 2), object)
    image[...] = np.vectorize(Counted, otypes=[object])(np.zeros(image.shape))
    kernel = np.ones((3, 2, 2, 3))
    products = 0
    for row in range(3):
        for column in range(3):
            window = image[0, row : row + 3, column : column + 2]
            for filter_ in range(3):
                products += sum(1 for _ in (window * kernel[..., filter_]).ravel())
    model = course_lib.Sequential([course_lib.Input((5, 4, 2)), layers.Conv2D(3, (3, 2))])
    assert Counted.count == products == layer_costs(model)[0].multiplications


def test_the_total_opens_models_inside_and_sums():
    inner = _model()
    outer = course_lib.Sequential([course_lib.Input((9, 8, 4)), inner, layers.Dense(3)])
    whole, rows = total_cost(outer), layer_costs(outer)
    assert whole.parameters == outer.count_params() == sum(row.parameters for row in rows)
    assert whole.multiplications == total_cost(inner).multiplications + 7 * 3
    assert whole.map_bytes == total_cost(inner).map_bytes + 3 * 4
    assert whole.output_shape == (3,)


def test_a_model_without_sizes_is_refused():
    with pytest.raises(ValueError, match=r"input shape is known: start it with Input"):
        layer_costs(course_lib.Sequential([layers.Dense(3)]))
    open_model = course_lib.Sequential([course_lib.Input((None, 8, 1)), layers.Conv2D(2, 3)])
    with pytest.raises(ValueError, match=r"conv2d\w* puts out \(None, 6, 2\)"):
        layer_costs(open_model)

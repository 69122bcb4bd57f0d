"""Optimizers, by hand and by their arguments; their steps beside Keras' are in parity/."""

import importlib
import re

import numpy as np
import pytest

from course_lib import optimizers

dense = importlib.import_module("course_lib.ops.dense")  # ops.dense is the function


def says(text, kind=ValueError):
    return pytest.raises(kind, match=re.escape(text))


def walk(optimizer, gradients, start=1.0):
    weights = {"w": np.array([start])}
    found = []
    for gradient in gradients:
        optimizer.apply({"w": np.array([gradient])}, weights)
        found.append(weights["w"][0])
    return found


def test_sgd_by_hand():
    assert walk(optimizers.SGD(0.1), [2, -1]) == pytest.approx([0.8, 0.9])


def test_momentum_by_hand():
    """velocity: -0.2, then 0.5 * -0.2 - 0.1 = -0.2"""
    assert walk(optimizers.SGD(0.1, momentum=0.5), [2, 1]) == pytest.approx([0.8, 0.6])
    nesterov = optimizers.SGD(0.1, momentum=0.5, nesterov=True)
    assert walk(nesterov, [2, 1]) == pytest.approx([1 - 0.1 - 0.2, 0.7 - 0.1 - 0.1])


@pytest.mark.parametrize("gradient", [1e-3, -20.0])
def test_adams_first_step_is_the_learning_rate_whatever_the_gradient(gradient):
    step = 1 - walk(optimizers.Adam(0.01), [gradient])[0]
    assert step == pytest.approx(0.01 * np.sign(gradient), rel=1e-2)


def test_weights_change_in_place_and_have_averages_of_their_own():
    optimizer = optimizers.Adam()
    weights = {"a": np.zeros(2, np.float32), "b": np.zeros(2, np.float32)}
    a = weights["a"]
    for _ in range(3):
        optimizer.apply({"a": np.ones(2, np.float32), "b": -np.ones(2, np.float32)}, weights)
    assert weights["a"] is a and a.dtype == np.float32 and (a < 0).all()
    np.testing.assert_array_equal(a, -weights["b"])
    assert optimizer.iterations == 3


@pytest.mark.parametrize(
    "make",
    [
        optimizers.Adam,
        optimizers.SGD,
        lambda: optimizers.SGD(momentum=0.5, nesterov=True),
        optimizers.RMSprop,
        lambda: optimizers.RMSprop(momentum=0.5),
    ],
)
def test_a_factored_gradient_makes_the_same_steps(monkeypatch, make):
    monkeypatch.setattr(dense, "ROWS_AT_ONCE", 10)
    monkeypatch.setattr(optimizers, "BLOCK", 3)
    rng = np.random.default_rng(1)
    whole, by_rows = {"w": np.ones((5, 4))}, {"w": np.ones((5, 4))}
    first, second = make(), make()
    for _ in range(3):
        gradient = dense.FactoredGradient(rng.normal(size=(6, 5)), rng.normal(size=(6, 4)))
        first.apply({"w": np.asarray(gradient)}, whole)
        second.apply({"w": gradient}, by_rows)
    np.testing.assert_allclose(by_rows["w"], whole["w"], rtol=1e-12)
    assert (whole["w"] != 1).all()


def test_learning_rate_can_be_changed_on_the_way():
    optimizer = optimizers.SGD(1.0)
    walk(optimizer, [1])
    optimizer.learning_rate = 0.5
    assert walk(optimizer, [1]) == [0.5]


def test_by_name_class_and_object():
    assert isinstance(optimizers.get("Adam"), optimizers.Adam)
    assert optimizers.get(optimizers.SGD).learning_rate == 0.01
    mine = optimizers.Adam(0.1)
    assert optimizers.get(mine) is mine
    assert optimizers.Adam(**mine.get_config()).get_config() == mine.get_config()
    assert repr(optimizers.SGD(0.1)) == "SGD(learning_rate=0.1, momentum=0.0, nesterov=False)"


@pytest.mark.parametrize(
    "make, text, kind",
    [
        (lambda: optimizers.Adam(0), "Adam: learning_rate must be more than 0", ValueError),
        (lambda: optimizers.Adam("fast"), "learning_rate must be a number, got 'fast'", TypeError),
        (lambda: optimizers.Adam(float("nan")), "learning_rate must be more than 0", ValueError),
        (lambda: optimizers.Adam(beta_1=1), "beta_1 must be less than 1, got 1", ValueError),
        (lambda: optimizers.Adam(lr=0.1), "Adam: unknown argument 'lr'. Known: learning_rate, be"
         "ta_1, beta_2, epsilon, name.", TypeError),
        (lambda: optimizers.SGD(momentum=1.5), "momentum must be at most 1, got 1.5", ValueError),
        (lambda: optimizers.RMSprop(rho=-1), "rho must be 0 or more, got -1", ValueError),
        (lambda: optimizers.get(3), "Unknown optimizer 3. Known: adam, rmsprop, sgd", ValueError),
    ],
)  # fmt: skip
def test_refuses(make, text, kind):
    with says(text, kind):
        make()


def test_gradient_of_another_shape():
    with says("SGD: the gradient of w must have shape (2,), got (3,)."):
        optimizers.SGD().apply({"w": np.ones(3)}, {"w": np.ones(2)})

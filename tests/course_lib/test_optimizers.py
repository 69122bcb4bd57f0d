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


def test_a_weight_may_be_one_number():
    for make in (lambda: optimizers.SGD(0.5, momentum=0.5), lambda: optimizers.AdamW(0.1)):
        alone, row = {"w": np.array(3.0)}, {"w": np.array([3.0])}
        for weights in (alone, row):
            optimizer = make()
            for gradient in (1.0, -2.0):
                optimizer.apply({"w": np.full_like(weights["w"], gradient)}, weights)
        assert alone["w"].shape == () and alone["w"] == row["w"][0] != 3


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
    monkeypatch.setattr(optimizers.base, "BLOCK", 3)
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
         "ta_1, beta_2, epsilon, weight_decay, clip", TypeError),
        (lambda: optimizers.SGD(momentum=1.5), "momentum must be at most 1, got 1.5", ValueError),
        (lambda: optimizers.RMSprop(rho=-1), "rho must be 0 or more, got -1", ValueError),
        (lambda: optimizers.get(3), "Unknown optimizer 3. Known: adam, adamw, rms", ValueError),
    ],
)  # fmt: skip
def test_refuses(make, text, kind):
    with says(text, kind):
        make()


def test_gradient_of_another_shape():
    with says("SGD: the gradient of w must have shape (2,), got (3,)."):
        optimizers.SGD().apply({"w": np.ones(3)}, {"w": np.ones(2)})


def test_a_weight_without_gradient_is_told():
    weights = {"w": np.ones(2), "b": np.ones(1)}
    with pytest.warns(UserWarning, match="SGD: no gradient for b, left as they are"):
        optimizers.SGD(0.5).apply({"w": np.ones(2), "b": None}, weights)
    np.testing.assert_array_equal([*weights["w"], *weights["b"]], [0.5, 0.5, 1])
    optimizer = optimizers.SGD()
    with says("SGD: no weight has a gradient, got None for w, b."):
        optimizer.apply({"w": None, "b": None}, weights)
    with says("SGD: a gradient must have the name of its weight, one of w, b, got 'v'."):
        optimizer.apply({"v": np.ones(2)}, weights)
    assert optimizer.iterations == 0


def test_weight_decay_shrinks_before_the_step_and_spares_names():
    optimizer = optimizers.SGD(0.1, weight_decay=0.5)
    assert walk(optimizer, [2]) == pytest.approx([1 - 0.05 - 0.2])
    optimizer = optimizers.AdamW(0.1, weight_decay=0.5)
    optimizer.exclude_from_weight_decay(var_names=["bias"])
    weights = {"dense/kernel": np.ones(1), "dense/bias": np.ones(1)}
    optimizer.apply({name: np.zeros(1) for name in weights}, weights)
    assert weights["dense/kernel"] == pytest.approx(0.95) and weights["dense/bias"] == 1


@pytest.mark.parametrize(
    "clip, wanted",
    [
        ({"clipvalue": 2.0}, ([-2.0, 2.0], [1.0])),
        ({"clipnorm": 2.5}, ([-1.5, 2.0], [1.0])),
        ({"global_clipnorm": np.sqrt(26) / 2}, ([-1.5, 2.0], [0.5])),
        ({"global_clipnorm": 100.0}, ([-3.0, 4.0], [1.0])),
    ],
)
def test_clipping_shortens_gradients(clip, wanted):
    weights = {"a": np.zeros(2), "b": np.zeros(1)}
    gradients = {"a": np.array([-3.0, 4.0]), "b": np.array([1.0])}
    optimizers.SGD(1.0, **clip).apply(gradients, weights)
    np.testing.assert_allclose(weights["a"], np.negative(wanted[0]))
    np.testing.assert_allclose(weights["b"], np.negative(wanted[1]))


def test_a_schedule_gives_each_step_its_rate():
    schedule = optimizers.schedules.PiecewiseConstantDecay([0, 1], [0.5, 0.25, 0.125])
    optimizer = optimizers.SGD(schedule)
    assert optimizer.learning_rate == 0.5
    assert walk(optimizer, [1, 1, 1, 1]) == pytest.approx([0.5, 0.25, 0.125, 0])
    assert optimizer.learning_rate == 0.125
    with says("made with the schedule PiecewiseConstantDecay(boundaries=[0, 1]", TypeError):
        optimizer.learning_rate = 0.1


SCHEDULES = [
    optimizers.schedules.ExponentialDecay(0.1, 10, 0.5, staircase=True),
    optimizers.schedules.InverseTimeDecay(0.1, 10, 0.5),
    optimizers.schedules.PolynomialDecay(0.1, 10, power=2.0, cycle=True),
    optimizers.schedules.PiecewiseConstantDecay([3, 7], [3, 2, 1]),
    optimizers.schedules.CosineDecay(0.1, 10, warmup_target=0.2, warmup_steps=5),
]


@pytest.mark.parametrize("schedule", SCHEDULES, ids=lambda s: type(s).__name__)
def test_a_schedule_comes_back_from_its_config(schedule):
    again = type(schedule).from_config(schedule.get_config())
    assert [again(step) for step in range(30)] == [schedule(step) for step in range(30)]
    assert repr(again) == repr(schedule)


def test_warm_up_rises_in_a_line_and_the_cosine_falls_to_alpha():
    rate = optimizers.schedules.CosineDecay(0.0, 10, alpha=0.1, warmup_target=1, warmup_steps=4)
    found = [rate(step) for step in (0, 2, 4, 9, 14, 99)]
    assert found == pytest.approx([0, 0.5, 1, 0.55, 0.1, 0.1])


def test_an_optimizer_belongs_to_one_model():
    from tests.examples import blobs, classifier

    x, y = blobs(20)
    optimizer = optimizers.Adam()
    first, second = classifier(optimizer=optimizer), classifier(optimizer=optimizer)
    first.fit(x, y, verbose=0)
    first.compile(optimizer, "sparse_categorical_crossentropy")
    first.fit(x, y, verbose=0)
    with says("Adam: this optimizer was used with other weights before, and has averages of those"):
        second.fit(x, y, verbose=0)


@pytest.mark.parametrize(
    "make, text, kind",
    [
        (lambda: optimizers.SGD(clipnorm=1, clipvalue=1), "SGD: only one of clipnorm, clipvalue, "
         "global_clipnorm can be set, got clipnorm and clipvalue.", ValueError),
        (lambda: optimizers.SGD(clipnorm=0), "clipnorm must be more than 0, got 0", ValueError),
        (lambda: optimizers.Adam(amsgrad=True), "Adam: Keras has the argument amsgrad, this "
         "library has it not. Leave it out.", TypeError),
        (lambda: optimizers.AdamW(weight_decay=None), "Without it use Adam.", ValueError),
        (lambda: optimizers.SGD(clip_norm=1), "unknown argument 'clip_norm'. Do you mean clipnorm?",
         TypeError),
        (lambda: optimizers.SGD().exclude_from_weight_decay([1]), "Give names: var_names",
         TypeError),
        (lambda: optimizers.Optimizer(0.1).update(0, 0), "Optimizer has no rule yet: write update(",
         NotImplementedError),
        (lambda: optimizers.schedules.PiecewiseConstantDecay([1], [1]), "values must be one more "
         "than boundaries, got 1 values and 1 boundaries.", ValueError),
        (lambda: optimizers.schedules.PiecewiseConstantDecay([2, 1], [1, 2, 3]), "must rise, got "
         "[2, 1]", ValueError),
        (lambda: optimizers.schedules.CosineDecay(0.1, 0), "CosineDecay: decay_steps must be a "
         "positive number, got 0.", ValueError),
        (lambda: optimizers.schedules.ExponentialDecay("0.1", 1, 1), "initial_learning_rate must "
         "be a number, 0 or more, got '0.1'.", TypeError),
        (lambda: optimizers.schedules.LearningRateSchedule()(1), "has no rule yet: write __call__",
         NotImplementedError),
    ],
)  # fmt: skip
def test_more_that_is_refused(make, text, kind):
    with says(text, kind):
        make()

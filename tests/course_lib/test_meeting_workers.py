"""Batches of a model with batch normalisation, cut into parts that meet: processes or threads."""

import os
import signal

import numpy as np
import pytest

from course_lib import Input, Model, Sequential, layers, losses, utils
from course_lib.callbacks import Callback
from course_lib.ops.meeting import PartsApart, over_batch
from course_lib.training import shared_work, steps, workers
from course_lib.training.workers import Team
from tests.course_lib.test_workers import children, linux
from tests.course_lib.training_programs import (
    TRAINING,
    left_of_group,
    processes_of_group,
    training,
)

RNG = np.random.default_rng(6)
IMAGES, LABELS = RNG.normal(size=(45, 6, 6, 2)).astype(np.float32), RNG.integers(0, 3, 45)


@pytest.fixture(autouse=True)
def settings(monkeypatch):
    """A team forms at once, and the batches of small models are cut as well."""
    monkeypatch.setattr(shared_work, "WORTH", 0)
    monkeypatch.setattr(workers, "THREADED", ())
    monkeypatch.setattr(steps, "MEETING_NUMBERS", 1)
    yield
    utils.set_workers(None)
    utils.set_fusion(True)


def residual(dtype="float32", frozen=False):
    """Normalisations before nothing, relu, an addition, and both; one of them is met twice."""
    utils.set_random_seed(5)
    own = {"dtype": dtype}
    x = start = Input(shape=(6, 6, 2), **own)
    shared = layers.BatchNormalization(momentum=0.5, **own)
    for strides in (1, 2):
        y = layers.Conv2D(4, 3, strides=strides, padding="same", **own)(x)
        y = layers.ReLU(**own)(shared(y))
        y = layers.Dropout(0.2, **own)(layers.Conv2D(4, 3, padding="same", **own)(y))
        y = layers.BatchNormalization(**own)(y)
        x = layers.Conv2D(4, 1, strides=strides, **own)(x)
        x = layers.Add(**own)([y, layers.BatchNormalization(trainable=not frozen, **own)(x)])
        x = layers.ReLU(**own)(x)
    x = layers.Add(**own)([layers.BatchNormalization(axis=1, **own)(x), x])
    x = layers.BatchNormalization(**own)(layers.GlobalAveragePooling2D(**own)(x))
    model = Model(start, layers.Dense(3, activation="softmax", **own)(x))
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


class Helpers(Callback):
    """Notes the most helpers that there were at the end of a batch."""

    def __init__(self):
        self.before, self.most = children(), 0

    def on_train_batch_end(self, batch, logs=None):
        self.most = max(self.most, len(children() - self.before))


def trained(count, batch_size=8, **setting):
    """(weights, history, helpers) after two epochs, whose last batch has five examples, or one."""
    utils.set_workers(count)
    model, helpers = residual(**setting), Helpers()
    fit = {"batch_size": batch_size, "epochs": 2, "verbose": 0, "callbacks": [helpers]}
    history = model.fit(IMAGES, LABELS, **fit).history
    return model.get_weights(), history, helpers.most


@linux
@pytest.mark.parametrize("batch_size", [8, 11])
def test_results_are_the_same_to_the_last_bit_however_many_work(monkeypatch, batch_size):
    monkeypatch.setattr(steps, "MEETING", 3)
    alone, *others = [trained(count, batch_size) for count in (1, 2, 3)]
    monkeypatch.setattr(workers, "can_fork", lambda: False)
    threads = trained(2, batch_size)
    assert [run[2] for run in (alone, *others, threads)] == [0, 1, 2, 0]
    for other in (*others, threads):
        assert other[1] == alone[1]
        for ours, theirs in zip(alone[0], other[0], strict=True):
            np.testing.assert_array_equal(ours, theirs)


@linux
@pytest.mark.parametrize("fused", [True, False])
@pytest.mark.parametrize("frozen", [True, False])
def test_parts_that_meet_train_as_the_whole_batch_does(monkeypatch, fused, frozen):
    utils.set_fusion(fused)
    monkeypatch.setattr(layers.Dropout, "forward", lambda self, x, *_: (x, x))  # random by part
    monkeypatch.setattr(layers.Dropout, "backward", lambda self, grad, *_, **__: (grad, {}))
    parts = trained(2, dtype="float64", frozen=frozen)
    monkeypatch.setattr(steps, "MEETING", 1)
    whole = trained(2, dtype="float64", frozen=frozen)
    assert (parts[2], whole[2]) == (1, 0)
    np.testing.assert_allclose(parts[1]["loss"], whole[1]["loss"], rtol=1e-9)
    for ours, theirs in zip(parts[0], whole[0], strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-7, atol=1e-9)


def test_moving_averages_move_once_a_step_by_the_whole_batch():
    utils.set_workers(2)
    start = Input(shape=(4,))
    norm = layers.BatchNormalization(momentum=0.5)
    model = Model(start, layers.Dense(3)(norm(start)))
    model.compile("sgd", losses.SparseCategoricalCrossentropy(from_logits=True))
    x = RNG.normal(3, 2, size=(10, 4)).astype(np.float32)
    model.train_on_batch(x, np.zeros(10, int))
    np.testing.assert_allclose(norm.moving_mean, x.mean(0) / 2, rtol=1e-5)
    np.testing.assert_allclose(norm.moving_variance, (1 + x.var(0)) / 2, rtol=1e-5)


def test_a_batch_is_cut_where_its_parts_have_work_to_do(monkeypatch):
    model, rows = residual(), 6 * 6 * 4
    monkeypatch.setattr(steps, "MEETING", 4)
    for numbers, size in ((rows, 8), (8 * rows, 8), (16 * rows, 16), (33 * rows, 32)):
        monkeypatch.setattr(steps, "MEETING_NUMBERS", numbers)
        assert steps.part_size(model, 32) == size
    assert steps.part_size(model, 1) == 1


@pytest.mark.parametrize("norm", [layers.LayerNormalization, layers.GroupNormalization])
def test_what_normalises_each_example_alone_is_cut_and_meets_nobody(norm):
    x = start = Input(shape=(4, 4, 32))
    model = Model(start, layers.Dense(3)(layers.Flatten()(norm()(x))))
    assert steps.part_size(model, 100) == 25 and model.treats_examples_alone


# ----------------------------------------------------------------------------- own layers


class OwnNormalization(layers.BatchNormalization):
    """With statistics of its own, of all that it is given."""

    def forward(self, inputs, training=False, rng=None):
        if training:
            inputs = inputs - inputs.mean(0)
        return super().forward(inputs, training, rng)


class Keeps(layers.Layer):
    """Keeps on itself what the way back needs."""

    def forward(self, inputs, training=False, rng=None):
        if training:
            self.kept = inputs
        return inputs**2, None

    def backward(self, grad_outputs, cache, need_input_gradient=True):
        return 2 * self.kept * grad_outputs, {}


class SaysSo(Keeps):
    """May meet, for it keeps nothing."""

    meets = True

    def forward(self, inputs, training=False, rng=None):
        return inputs**2, inputs

    def backward(self, grad_outputs, cache, need_input_gradient=True):
        return 2 * cache * grad_outputs, {}


class SaysNothing(SaysSo):
    """What its class inherits was said of another."""


def with_own(own, inside):
    """A model with a normalisation and a layer ``own``, or a model of it ``inside``."""
    utils.set_random_seed(1)
    double = {"dtype": "float64"}
    layer, (start, other) = own(**double), (Input(shape=(6, 6, 2), **double) for _ in range(2))
    if inside:
        layer = Model(other, layer(other))
    x = layers.Conv2D(2, 3, padding="same", **double)(start)
    x = layers.BatchNormalization(**double)(layer(layers.BatchNormalization(**double)(x)))
    x = layers.Dense(3, activation="softmax", **double)(layers.Flatten(**double)(x))
    return Model(start, x)


@pytest.mark.parametrize("inside", [False, True])
@pytest.mark.parametrize("own", [OwnNormalization, Keeps, SaysNothing, SaysSo])
def test_a_batch_is_cut_beside_ones_own_layers_only_where_they_say_that_they_meet(own, inside):
    model, loss = with_own(own, inside), losses.SparseCategoricalCrossentropy()
    assert steps.part_size(model, 44) == (22 if own is SaysSo else 44)
    x, y = IMAGES[:44].astype(np.float64), LABELS[:44]
    utils.set_workers(2)
    found, whole = (of(model, x, y, loss) for of in (steps.batch_gradients, steps.gradients))
    for name, gradient in whole.gradients.items():
        np.testing.assert_allclose(found.gradients[name], gradient, rtol=1e-8, atol=1e-10)


@pytest.mark.parametrize("own", [Keeps, SaysSo])
def test_threads_do_not_share_out_parts_to_a_layer_that_may_keep_something(monkeypatch, own):
    monkeypatch.setattr(shared_work, "can_fork", lambda: False)
    monkeypatch.setattr(workers, "can_fork", lambda: False)
    made, pool = [], workers.ThreadPoolExecutor
    monkeypatch.setattr(workers, "ThreadPoolExecutor", lambda n: made.append(n) or pool(n))
    utils.set_workers(2)
    model = Sequential([Input(shape=(6, 6, 2)), own(), layers.Flatten(), layers.Dense(3)])
    model.compile("sgd", losses.SparseCategoricalCrossentropy(from_logits=True))
    model.fit(IMAGES, LABELS, batch_size=8, verbose=0)
    assert bool(made) is (own is SaysSo)


# ------------------------------------------------------------------------------------- errors


class Odd(layers.Layer):
    """What a part of the batch does in training where ``place`` says so: (helper, do)."""

    meets = True
    helper, do = None, None

    def forward(self, inputs, training=False, rng=None):
        if training and Odd.do and (os.getpid() != MAIN) == Odd.helper:
            Odd.do()
        return inputs, None

    def backward(self, grad_outputs, cache, need_input_gradient=True):
        return grad_outputs, {}


MAIN = os.getpid()


def fail():
    raise ZeroDivisionError("in a part")


def interrupt():
    raise KeyboardInterrupt


def fit_with_odd(helper, do, monkeypatch):
    """Train until, from the fourth batch on, a part in the middle of it does something odd."""

    class Begin(Callback):
        def on_train_batch_begin(self, batch, logs=None):
            if batch == 1:  # before the team forms: helpers inherit it, and count for themselves
                calls = iter(range(1000))
                monkeypatch.setattr(Odd, "helper", helper)
                monkeypatch.setattr(Odd, "do", lambda: next(calls) > 12 and do())

    utils.set_workers(2)
    x = start = Input(shape=(6, 6, 2))
    for _ in range(3):
        x = Odd()(layers.BatchNormalization()(layers.Conv2D(2, 3, padding="same")(x)))
    model = Model(start, layers.Dense(3, activation="softmax")(layers.Flatten()(x)))
    model.compile("sgd", "sparse_categorical_crossentropy")
    model.fit(IMAGES, LABELS, batch_size=8, epochs=20, verbose=0, callbacks=[Begin()])


@linux
@pytest.mark.parametrize(
    ("helper", "do", "error", "text"),
    [
        (True, fail, ZeroDivisionError, "in a part"),
        (False, fail, ZeroDivisionError, "in a part"),
        (True, lambda: os._exit(1), RuntimeError, r"set_workers\(1\)"),
        (True, lambda: over_batch(np.ones(1)), PartsApart, "must come to the same sums"),
        (False, lambda: over_batch(np.ones(1)), PartsApart, "must come to the same sums"),
        (False, interrupt, KeyboardInterrupt, "^$"),
    ],
)
def test_what_goes_wrong_in_a_part_ends_the_training_and_its_helpers(
    monkeypatch, helper, do, error, text
):
    before = children()
    with pytest.raises(error, match=text):
        fit_with_odd(helper, do, monkeypatch)
    assert children() <= before


@linux
def test_after_an_error_a_team_works_without_helpers():
    def work(task):
        return over_batch(np.float64(task)) / (task - 3)

    before = children()
    with Team(work, 3) as team:
        assert team.map([4, 5, 6], meet=True) == [15, 7.5, 5]
        with pytest.raises(TypeError):
            team.map([1, 2, "3"], meet=True)
        assert children() <= before
        assert team.map([4, 5], meet=True) == [9, 4.5]


PROGRAM = TRAINING.format(
    "shared_work.WORTH, steps.MEETING_NUMBERS = 0, 1\nutils.set_workers(2)",
    9,
    "layers.Conv2D(2, 3), layers.BatchNormalization(), layers.Flatten(), "
    'layers.Dense(3, activation="softmax")',
    "sgd",
)


@linux
def test_ctrl_c_ends_a_program_whose_parts_wait_for_each_other():
    with training(PROGRAM) as program:
        assert len(processes_of_group(program.pid)) == 2
        program.send_signal(signal.SIGINT)
        errors = program.communicate(timeout=60)[1]
        assert errors.rstrip().endswith("KeyboardInterrupt")
        assert not left_of_group(program.pid)

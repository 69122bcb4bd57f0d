"""The weights of a model: out and in again, saved and loaded, drawn from a seed."""

import numpy as np

from course_lib import Input, Sequential, layers, utils
from course_lib.lectures.facts.programs import mnist_model
from tests.examples import images, says, small_model


def test_weights_go_out_and_in_again():
    one, two = small_model(), small_model()
    one(images(9, 6, 6, 1) + 3, training=True)  # moves the moving averages
    assert len(one.get_weights()) == 8 and [w.shape for w in one.get_weights()][2:6] == [(2,)] * 4
    two.set_weights(one.get_weights())
    inputs = images(5, 6, 6, 1)
    np.testing.assert_array_equal(one(inputs), two(inputs))
    with says("set_weights needs 8 arrays"):
        two.set_weights(one.get_weights()[:-1])


def test_save_and_load(tmp_path):
    one, two = small_model(), small_model()
    path = tmp_path / "weights.npz"
    one.save_weights(path)
    two.load_weights(str(path))
    for a, b in zip(one.get_weights(), two.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    with says("exists. Pass overwrite=True", FileExistsError):
        one.save_weights(path, overwrite=False)
    with says("filepath must end in .npz, got 'model.weights.h5'."):
        one.save_weights("model.weights.h5")
    with says("holds 8 arrays, model lecture has 6: they are not of the same layers."):
        model = mnist_model()
        model.name = "lecture"
        model.load_weights(path)
    other = Sequential(
        [Input(shape=(6, 6, 1)), layers.Conv2D(2, 3), layers.BatchNormalization(),
         layers.Flatten(), layers.Dense(4, name="head")], name="other"
    )  # fmt: skip
    with says("/kernel has shape (32, 3), but head/kernel of model other has shape (32, 4)."):
        other.load_weights(path)
    with says("save_weights needs the input shape."):
        Sequential([layers.Dense(2)]).save_weights(path)


def test_many_weights_load_in_order(tmp_path):
    """More than ten arrays: the order is that of numbers, not of text."""
    model = Sequential([Input(shape=(2,)), *(layers.Dense(2) for _ in range(8))])
    before = model.get_weights()
    model.save_weights(tmp_path / "w.npz")
    model.set_weights([w * 0 for w in before])
    model.load_weights(tmp_path / "w.npz")
    for a, b in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


def test_seed_repeats_a_whole_model():
    def weights():
        utils.set_random_seed(4)
        return mnist_model().get_weights()

    for a, b in zip(weights(), weights(), strict=True):
        np.testing.assert_array_equal(a, b)

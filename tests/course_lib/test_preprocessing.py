"""Layers that prepare and vary images: by hand, their gradients, and when they do nothing."""

import numpy as np
import pytest

from course_lib import Input, Sequential, layers, ops, utils
from tests.examples import says

RNG = np.random.default_rng(7)
IMAGES = RNG.normal(size=(3, 5, 4, 2)).astype(np.float32)
ROW = np.array([1.0, 2.0, 3.0]).reshape(1, 1, 3, 1)


def shifted(by, fill_mode, **options):
    return ops.affine_transform(ROW, [[1, 0, -by, 0, 1, 0]], fill_mode=fill_mode, **options).ravel()


@pytest.mark.parametrize(
    "mode, by, wanted",
    [
        ("constant", 2, [0, 0, 1]),
        ("nearest", 2, [1, 1, 1]),
        ("reflect", 2, [2, 1, 1]),
        ("reflect", -2, [3, 3, 2]),
        ("wrap", 1, [3, 1, 2]),
        ("wrap", -1, [2, 3, 1]),
    ],
)
def test_what_comes_in_at_the_edge(mode, by, wanted):
    np.testing.assert_array_equal(shifted(by, mode), wanted)


def test_between_two_pixels_is_their_mean_or_the_nearest():
    np.testing.assert_allclose(shifted(-0.5, "nearest"), [1.5, 2.5, 3])
    np.testing.assert_allclose(shifted(-0.4, "nearest", interpolation="nearest"), [1, 2, 3])
    np.testing.assert_allclose(shifted(1, "constant", fill_value=9.0), [9, 1, 2])
    np.testing.assert_allclose(shifted(0.5, "constant", fill_value=9.0), [5, 1.5, 2.5])


LAYERS = {
    "rescaling": lambda: layers.Rescaling(0.5, [1.0, 2.0]),
    "normalization": lambda: layers.Normalization(mean=[1.0, 2.0], variance=[4.0, 9.0]),
    "inverted": lambda: layers.Normalization(mean=1.0, variance=4.0, invert=True),
    "flip": layers.RandomFlip,
    "mirror": lambda: layers.RandomFlip("horizontal"),
    "translation": lambda: layers.RandomTranslation(0.3, 0.4),
    "constant": lambda: layers.RandomTranslation(0.3, 0.4, fill_mode="constant", fill_value=2.0),
    "nearest": lambda: layers.RandomTranslation(0.3, 0.4, "wrap", interpolation="nearest"),
    "rotation": lambda: layers.RandomRotation(0.2),
    "zoom": lambda: layers.RandomZoom(0.3, (-0.2, 0.4), fill_mode="nearest"),
    "contrast": lambda: layers.RandomContrast(0.5, value_range=(-1, 1)),
}


@pytest.mark.parametrize("case", LAYERS)
def test_gradients(case):
    """A random cotangent against the change of the outputs, at the same random transformation."""
    layer = LAYERS[case]()
    layer.dtype = "float64"
    x, direction, cotangent = RNG.normal(size=(3, 3, 6, 5, 2))
    layer.build((None, 6, 5, 2))

    def outputs(inputs):
        return layer.forward(inputs, training=True, rng=np.random.default_rng(1))

    step = 1e-6 * direction
    slope = ((outputs(x + step)[0] - outputs(x - step)[0]) * cotangent).sum() / 2e-6
    grad, own = layer.backward(cotangent, outputs(x)[1])
    assert own == {} and grad.shape == x.shape
    assert (grad * direction).sum() == pytest.approx(slope, rel=1e-6)


RANDOM = [case for case in LAYERS if case not in ("rescaling", "normalization", "inverted")]


@pytest.mark.parametrize("case", RANDOM)
def test_images_change_in_training_only_and_each_by_itself(case):
    layer = LAYERS[case]()
    same = np.repeat(IMAGES[:1], 40, axis=0)
    np.testing.assert_array_equal(layer(same, training=False), same)
    changed = layer(same)
    assert len(np.unique(changed.reshape(40, -1), axis=0)) > 1
    model = Sequential([Input((5, 4, 2)), layer])
    np.testing.assert_array_equal(model.predict(same, verbose=0), same)
    assert not np.array_equal(model(same, training=True), same)


def test_a_seed_repeats_the_changes():
    one, two, other = (layers.RandomRotation(0.2, seed=seed) for seed in (3, 3, 4))
    first = one(IMAGES)
    np.testing.assert_array_equal(first, two(IMAGES))
    assert not np.array_equal(first, other(IMAGES)) and not np.array_equal(first, one(IMAGES))


def test_flips_are_mirrors():
    same = np.repeat(IMAGES[:1], 30, axis=0)
    for mode, axes in (("horizontal", 2), ("vertical", 1), ("horizontal_and_vertical", (1, 2))):
        changed = layers.RandomFlip(mode, seed=1)(same)
        mirrored = np.flip(same, axes)
        kinds = {
            (np.array_equal(c, s), np.array_equal(c, m))
            for c, s, m in zip(changed, same, mirrored, strict=True)
        }
        assert kinds == {(True, False), (False, True)}


@pytest.mark.parametrize("count", [1, 2])
def test_training_with_augmentation_is_the_same_whoever_works(monkeypatch, count):
    from course_lib.training import shared_work, workers

    monkeypatch.setattr(shared_work, "WORTH", 0)
    monkeypatch.setattr(workers, "THREADED", ())
    images, labels = RNG_IMAGES, np.arange(40) % 3

    def weights(count):
        monkeypatch.setitem(utils._settings, "workers", count)
        utils.set_random_seed(2)
        model = Sequential(
            [
                Input((6, 6, 1)),
                layers.Rescaling(0.5),
                layers.RandomTranslation(0.2, 0.2),
                layers.RandomFlip(),
                layers.Conv2D(2, 3, activation="relu"),
                layers.Flatten(),
                layers.Dense(3, activation="softmax"),
            ]
        )
        model.compile("adam", "sparse_categorical_crossentropy")
        model.fit(images, labels, batch_size=16, epochs=2, verbose=0)
        return model.get_weights()

    for one, two in zip(weights(1), weights(count), strict=True):
        np.testing.assert_array_equal(one, two)


RNG_IMAGES = RNG.normal(size=(40, 6, 6, 1)).astype(np.float32)


def test_rescaling_takes_grey_values():
    grey = np.array([[0, 51, 255]], np.uint8)
    np.testing.assert_allclose(layers.Rescaling(1 / 255)(grey), [[0, 0.2, 1]])
    np.testing.assert_allclose(layers.Rescaling(1 / 127.5, -1)(grey), [[-1, -0.6, 1]])


def test_normalization_adapts_to_the_data():
    layer = layers.Normalization()
    layer.adapt(IMAGES)
    found = layer(IMAGES)
    np.testing.assert_allclose(found.mean((0, 1, 2)), 0, atol=1e-6)
    np.testing.assert_allclose(found.std((0, 1, 2)), 1, atol=1e-5)
    assert layer.count_params() == 5
    whole = layers.Normalization(axis=None)
    whole.adapt(IMAGES * 3 + 2)
    assert whole(IMAGES * 3 + 2).std() == pytest.approx(1, rel=1e-5)
    back = layers.Normalization(mean=layer.mean, variance=layer.variance, invert=True)
    np.testing.assert_allclose(back(found), IMAGES, atol=1e-5)


@pytest.mark.parametrize(
    "make, text, kind",
    [
        (lambda: layers.RandomFlip("sideways"), 'RandomFlip: mode must be one of "horizontal", '
         '"vertical", "horizontal_and_vertical", got \'sideways\'.', ValueError),
        (lambda: layers.RandomZoom(2), "RandomZoom: height_factor must lie between -1 and 1, got 2",
         ValueError),
        (lambda: layers.RandomRotation("much"), "must be a number or two of them", TypeError),
        (lambda: layers.RandomTranslation(0.1, 0.1, fill_mode="zero"), 'fill_mode must be one of "c'
         'onstant", "nearest", "reflect", "wrap", got \'zero\'.', ValueError),
        (lambda: layers.RandomZoom(0.1, interpolation="cubic"), 'one of "bilinear", "nearest", got',
         ValueError),
        (lambda: layers.RandomContrast(2), "factor must be at most 1, got 2", ValueError),
        (lambda: layers.RandomContrast(0.1, value_range=255), "must be (lowest, highest), got 255",
         ValueError),
        (lambda: layers.RandomFlip()(IMAGES[0]), "inputs must have rank 4", ValueError),
        (lambda: layers.Rescaling("255"), "scale must be an array of real numbers", TypeError),
        (lambda: layers.Normalization(mean=1), "give mean and variance, or neither", ValueError),
        (lambda: layers.Normalization(axis=0).adapt(IMAGES), "not that of the batch, got axis=0",
         ValueError),
        (lambda: layers.Normalization(mean=1, variance=1).adapt(IMAGES), "adapt is not for it",
         ValueError),
        (lambda: ops.affine_transform(IMAGES, np.ones((1, 6))), "transforms must have shape (3, 6)",
         ValueError),
    ],
)  # fmt: skip
def test_refuses(make, text, kind):
    with says(text, kind):
        make()

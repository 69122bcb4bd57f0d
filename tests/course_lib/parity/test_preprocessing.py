"""Augmentation and rescaling beside Keras: factors that leave no chance, so pictures are equal."""

import numpy as np
import pytest

import course_lib
from course_lib import keras_bridge, ops

pytestmark = pytest.mark.keras

RNG = np.random.default_rng(8)
IMAGES = RNG.uniform(0, 255, size=(4, 9, 7, 3)).astype(np.float32)

LAYERS = {
    "down": lambda m, **o: m.RandomTranslation((0.3, 0.3), (0.0, 0.0), **o),
    "right": lambda m, **o: m.RandomTranslation((0.0, 0.0), (0.45, 0.45), **o),
    "far": lambda m, **o: m.RandomTranslation((-1.0, -1.0), (0.9, 0.9), **o),
    "turn": lambda m, **o: m.RandomRotation((0.07, 0.07), **o),
    "quarter": lambda m, **o: m.RandomRotation((0.26, 0.26), **o),
    "out": lambda m, **o: m.RandomZoom((0.63, 0.63), **o),
    "in": lambda m, **o: m.RandomZoom((-0.41, -0.41), (0.2, 0.2), **o),
}


@pytest.mark.parametrize("fill_mode", ["constant", "nearest", "reflect", "wrap"])
@pytest.mark.parametrize("case", LAYERS)
def test_moved_pictures_are_those_of_keras(keras, case, fill_mode):
    for interpolation in ("bilinear", "nearest"):
        options = {"fill_mode": fill_mode, "interpolation": interpolation, "fill_value": 3.0}
        ours, theirs = (
            np.asarray(LAYERS[case](lib.layers, **options)(IMAGES, training=True))
            for lib in (course_lib, keras)
        )
        np.testing.assert_allclose(ours, theirs, atol=0.02)


@pytest.mark.parametrize("fill_mode", ["constant", "nearest", "reflect", "wrap"])
def test_any_transform_is_that_of_keras(keras, fill_mode):
    transforms = np.array([1, 0, 0, 0, 1, 0]) + RNG.normal(size=(4, 6)) * [1, 1, 20, 1, 1, 20]
    full = np.concatenate([transforms, np.zeros((4, 2))], 1).astype(np.float32)
    theirs = keras.ops.image.affine_transform(
        IMAGES, full, interpolation="bilinear", fill_mode=fill_mode, fill_value=2.0
    )
    ours = ops.affine_transform(IMAGES, full[:, :6], "bilinear", fill_mode, 2.0)
    close = np.isclose(ours, np.asarray(theirs), atol=0.1)
    assert close.mean() > 0.995  # at a jump of the fill a rounding decides which side is read


def test_contrast_rescaling_and_normalization(keras):
    course_lib.utils.set_random_seed(0)
    layer = course_lib.layers.RandomContrast((0.4, 0.6), value_range=(0, 255))
    out, (factors, _) = layer.change(IMAGES, np.random.default_rng(0))
    theirs = keras.layers.RandomContrast((0.4, 0.6)).transform_images(
        IMAGES, {"contrast_factor": factors}
    )
    np.testing.assert_allclose(out, np.asarray(theirs), atol=1e-3)
    for make in (
        lambda m: m.Rescaling(1 / 127.5, -1),
        lambda m: m.Rescaling([0.1, 0.2, 0.3], [1.0, 2.0, 3.0]),
        lambda m: m.Normalization(mean=[1.0, 2.0, 3.0], variance=[4.0, 5.0, 6.0]),
        lambda m: m.Normalization(axis=None, mean=3.0, variance=2.0, invert=True),
    ):
        ours, theirs = (np.asarray(make(lib.layers)(IMAGES)) for lib in (course_lib, keras))
        np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-4)


def test_adapt_and_the_bridge(keras):
    ours = course_lib.Sequential(
        [
            course_lib.Input((9, 7, 3)),
            course_lib.layers.Normalization(),
            course_lib.layers.Rescaling(0.5),
            course_lib.layers.RandomFlip("horizontal"),
            course_lib.layers.RandomContrast(0.2),
            course_lib.layers.RandomZoom((0.1, 0.2), fill_mode="nearest"),
        ]
    )
    ours.layers[0].adapt(IMAGES)
    theirs = keras_bridge.to_keras(ours)
    assert ours.count_params() == theirs.count_params() == 7
    assert keras_bridge.max_difference(ours, theirs, IMAGES) < 1e-4
    again = keras_bridge.from_keras(theirs)
    assert keras_bridge.max_difference(again, theirs, IMAGES) < 1e-4
    adapted = keras.layers.Normalization()
    adapted.adapt(IMAGES)
    np.testing.assert_allclose(ours.layers[0].variance, np.ravel(adapted.variance), rtol=1e-4)

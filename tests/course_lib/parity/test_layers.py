"""Layers beside Keras: shapes, counts, outputs, gradients, first weights."""

import re

import numpy as np
import pytest

from course_lib import layers

pytestmark = pytest.mark.keras
TOLERANCE = 1e-5

# One entry per layer and setting: how to make it from a `layers` module, and the inputs' shape.
LAYERS = {
    "conv1d": (lambda m: m.Conv1D(4, 3, activation="relu"), (2, 11, 3)),
    "conv1d-causal": (lambda m: m.Conv1D(4, 3, padding="causal", dilation_rate=2), (2, 11, 3)),
    "conv2d": (lambda m: m.Conv2D(5, (3, 4), activation="tanh"), (2, 9, 7, 3)),
    "conv2d-same": (lambda m: m.Conv2D(5, 3, strides=2, padding="same"), (2, 8, 7, 3)),
    "conv2d-dilated": (lambda m: m.Conv2D(5, 3, 1, "same", None, (2, 1)), (2, 9, 7, 3)),
    "conv2d-groups": (lambda m: m.Conv2D(6, 3, groups=2), (2, 7, 6, 4)),
    "conv2d-no-bias": (lambda m: m.Convolution2D(5, 2, use_bias=False), (2, 5, 5, 1)),
    "conv3d": (lambda m: m.Conv3D(3, (2, 3, 2), (1, 2, 1), padding="same"), (2, 5, 6, 4, 2)),
    "transpose": (lambda m: m.Conv2DTranspose(4, 3, strides=2, activation="relu"), (2, 4, 5, 3)),
    "transpose-same": (lambda m: m.Conv2DTranspose(4, 4, 3, padding="same"), (2, 4, 5, 3)),
    "transpose-extra": (
        lambda m: m.Conv2DTranspose(4, 3, 2, padding="same", output_padding=1), (2, 4, 5, 3)
    ),
    "transpose1d": (lambda m: m.Conv1DTranspose(4, 3, strides=2, padding="same"), (2, 5, 3)),
    "transpose1d-extra": (lambda m: m.Conv1DTranspose(4, 4, 3, output_padding=1), (2, 5, 3)),
    "transpose3d": (lambda m: m.Conv3DTranspose(2, (2, 3, 2), strides=2), (2, 3, 2, 4, 3)),
    "conv2d-groups-of-one": (lambda m: m.Conv2D(8, 3, groups=4), (2, 7, 6, 4)),
    "depthwise1d": (lambda m: m.DepthwiseConv1D(3, strides=2, depth_multiplier=2), (2, 9, 3)),
    "depthwise2d": (lambda m: m.DepthwiseConv2D((3, 2), activation="relu"), (2, 9, 7, 3)),
    "depthwise2d-same": (
        lambda m: m.DepthwiseConv2D(5, strides=2, padding="same", use_bias=False), (2, 9, 8, 3)
    ),
    "depthwise2d-dilated": (
        lambda m: m.DepthwiseConv2D(3, depth_multiplier=2, dilation_rate=2), (2, 9, 8, 3)
    ),
    "separable1d": (lambda m: m.SeparableConv1D(4, 3, padding="same"), (2, 9, 3)),
    "separable2d": (
        lambda m: m.SeparableConv2D(5, 3, 2, "same", depth_multiplier=2, activation="tanh"),
        (2, 9, 8, 3),
    ),
    "layer-norm": (lambda m: m.LayerNormalization(), (4, 3, 5)),
    "layer-norm-axes": (lambda m: m.LayerNormalization((1, 3), epsilon=0.1), (4, 3, 2, 5)),
    "layer-norm-plain": (lambda m: m.LayerNormalization(center=False), (4, 3, 5)),
    "group-norm": (lambda m: m.GroupNormalization(3), (4, 3, 2, 6)),
    "group-norm-each": (lambda m: m.GroupNormalization(groups=-1, scale=False), (4, 3, 6)),
    "group-norm-axis": (lambda m: m.GroupNormalization(2, axis=1), (4, 6, 3)),
    "leaky-relu": (lambda m: m.LeakyReLU(), (2, 5, 3)),
    "relu6": (lambda m: m.ReLU(0.5), (2, 5, 3)),
    "softmax-axes": (lambda m: m.Softmax(axis=(1, 2)), (2, 5, 3)),
    **{
        name: (lambda m, name=name: m.Activation(name), (2, 5, 3))
        for name in ("leaky_relu", "elu", "gelu", "silu", "swish", "log_softmax", "linear")
    },
    "max1d": (lambda m: m.MaxPooling1D(3), (2, 11, 3)),
    "max2d": (lambda m: m.MaxPooling2D(), (2, 9, 7, 3)),
    "max2d-same": (lambda m: m.MaxPooling2D(2, padding="same"), (2, 5, 5, 3)),
    "max3d": (lambda m: m.MaxPooling3D((1, 2, 3), strides=(1, 2, 1)), (2, 4, 7, 5, 2)),
    "average1d": (lambda m: m.AveragePooling1D(3, strides=2, padding="same"), (2, 11, 3)),
    "average2d": (lambda m: m.AveragePooling2D((2, 3)), (2, 9, 7, 3)),
    "average3d": (lambda m: m.AveragePooling3D(2, padding="same"), (2, 3, 5, 4, 2)),
    **{
        f"global-{kind}{n}d": (
            lambda m, n=n, kind=kind: getattr(m, f"Global{kind}Pooling{n}D")(keepdims=n == 2),
            (2, *(5, 4, 3)[:n], 3),
        )
        for n in (1, 2, 3)
        for kind in ("Max", "Average")
    },
    "padding1d": (lambda m: m.ZeroPadding1D((1, 2)), (2, 5, 3)),
    "padding2d": (lambda m: m.ZeroPadding2D((1, 2)), (2, 5, 4, 3)),
    "padding2d-pairs": (lambda m: m.ZeroPadding2D(((0, 1), (2, 0))), (2, 5, 4, 3)),
    "padding3d": (lambda m: m.ZeroPadding3D(1), (2, 3, 2, 2, 1)),
    "cropping1d": (lambda m: m.Cropping1D((1, 2)), (2, 6, 3)),
    "cropping1d-default": (lambda m: m.Cropping1D(), (2, 6, 3)),
    "cropping2d": (lambda m: m.Cropping2D(((1, 0), (0, 2))), (2, 4, 5, 2)),
    "cropping2d-pair": (lambda m: m.Cropping2D((1, 2)), (2, 4, 5, 2)),
    "cropping3d": (lambda m: m.Cropping3D(), (2, 3, 4, 5, 2)),
    "upsampling1d": (lambda m: m.UpSampling1D(3), (2, 3, 2)),
    "upsampling2d": (lambda m: m.UpSampling2D((2, 3)), (2, 3, 2, 2)),
    "upsampling3d": (lambda m: m.UpSampling3D(), (2, 2, 3, 2, 2)),
    "dense": (lambda m: m.Dense(6, activation="softmax"), (4, 5)),
    "dense-sequence": (lambda m: m.Dense(6, "sigmoid", use_bias=False), (4, 3, 5)),
    "flatten": (lambda m: m.Flatten(), (2, 3, 4, 2)),
    "reshape": (lambda m: m.Reshape((2, -1, 3)), (2, 4, 6)),
    "dropout": (lambda m: m.Dropout(0.5), (2, 5)),
    "activation": (lambda m: m.Activation("sigmoid"), (2, 5, 3)),
    "relu": (lambda m: m.ReLU(), (2, 5, 3)),
    "relu-all": (lambda m: m.ReLU(0.8, 0.2, 0.1), (4, 5, 3)),
    "softmax": (lambda m: m.Softmax(), (2, 5)),
    "softmax-axis": (lambda m: m.Softmax(axis=1), (2, 5, 3)),
    "batch-norm": (lambda m: m.BatchNormalization(), (6, 3, 2, 4)),
    "batch-norm-axis": (lambda m: m.BatchNormalization(axis=1, scale=False), (6, 3, 4)),
}  # fmt: skip


def beside(keras, make, shape, seed=0):
    """(our layer, Keras' layer with the same weights, inputs)."""
    rng = np.random.default_rng(seed)
    inputs = rng.normal(size=shape).astype(np.float32)
    ours, theirs = make(layers), make(keras.layers)
    ours.build((None, *shape[1:]))
    theirs.build((None, *shape[1:]))
    weights = [rng.uniform(0.1, 1, w.shape).astype(np.float32) for w in theirs.get_weights()]
    ours.set_weights(weights)
    theirs.set_weights(weights)
    return ours, theirs, inputs


@pytest.mark.parametrize(
    "case, training",
    [(case, mode) for case in LAYERS for mode in (False, True) if not (mode and case == "dropout")],
)
def test_layer_is_that_of_keras(keras, case, training):
    import tensorflow as tf

    make, shape = LAYERS[case]
    ours, theirs, inputs = beside(keras, make, shape)
    name = re.sub(r"_\d+$", "", theirs.name)
    assert re.sub(r"_\d+$", "", ours.name) == name and ours.count_params() == theirs.count_params()
    assert ours.output_shape == tuple(theirs.compute_output_shape((None, *shape[1:])))
    assert [w.shape for w in ours.get_weights()] == [w.shape for w in theirs.get_weights()]

    with tf.GradientTape() as tape:
        tensor = tf.constant(inputs)
        tape.watch(tensor)
        expected = theirs(tensor, training=training)
        cotangent = np.random.default_rng(1).normal(size=expected.shape).astype(np.float32)
        total = tf.reduce_sum(expected * cotangent)
    variables = [tensor, *theirs.trainable_variables]
    expected_gradients = [np.asarray(g) for g in tape.gradient(total, variables)]

    outputs, cache = ours.forward(inputs, training=training)
    assert outputs.dtype == np.float32
    np.testing.assert_allclose(outputs, expected, rtol=TOLERANCE, atol=TOLERANCE)
    grad_inputs, gradients = ours.backward(cotangent, cache)
    for mine, wanted in zip([grad_inputs, *gradients.values()], expected_gradients, strict=True):
        scale = max(1, np.abs(wanted).max())
        np.testing.assert_allclose(mine / scale, wanted / scale, atol=TOLERANCE)

    ours.assign_state(ours.new_state(cache))
    for mine, wanted in zip(ours.get_weights(), theirs.get_weights(), strict=True):
        np.testing.assert_allclose(mine, wanted, rtol=TOLERANCE)


MERGES = {
    "add": (lambda m: m.Add(), [(2, 4, 3)] * 3),
    "add-repeated": (lambda m: m.Add(), [(2, 5, 4, 3), (2, 5, 1, 3)]),
    "add-ranks": (lambda m: m.Add(), [(2, 3), (2, 5, 4, 3)]),
    "subtract": (lambda m: m.Subtract(), [(2, 4, 3)] * 2),
    "multiply": (lambda m: m.Multiply(), [(2, 4, 3), (2, 1, 3), (2, 4, 1)]),
    "average": (lambda m: m.Average(), [(2, 4, 3)] * 3),
    "maximum": (lambda m: m.Maximum(), [(2, 4, 3)] * 3),
    "concatenate": (lambda m: m.Concatenate(), [(2, 4, 3), (2, 4, 1), (2, 4, 2)]),
    "concatenate-axis": (lambda m: m.Concatenate(axis=1), [(2, 4, 3), (2, 5, 3)]),
}  # fmt: skip


@pytest.mark.parametrize("case", MERGES)
def test_merging_layer_is_that_of_keras(keras, case):
    import tensorflow as tf

    make, shapes = MERGES[case]
    rng = np.random.default_rng(0)
    # few different numbers, so that some are equal
    inputs = [rng.integers(-2, 3, size=shape).astype(np.float32) for shape in shapes]
    ours, theirs = make(layers), make(keras.layers)
    tensors = [tf.constant(array) for array in inputs]
    with tf.GradientTape() as tape:
        tape.watch(tensors)
        expected = theirs(tensors)
        cotangent = rng.normal(size=expected.shape).astype(np.float32)
        total = tf.reduce_sum(expected * cotangent)
    np.testing.assert_allclose(ours(inputs), expected, rtol=TOLERANCE)
    assert re.sub(r"_\d+$", "", ours.name) == re.sub(r"_\d+$", "", theirs.name)
    symbolic = [(None, *shape[1:]) for shape in shapes]
    assert ours.output_shape == tuple(theirs.compute_output_shape(symbolic))
    outputs, cache = ours.forward(inputs)
    assert outputs.dtype == np.float32
    for mine, wanted in zip(
        ours.backward(cotangent, cache)[0], tape.gradient(total, tensors), strict=True
    ):
        np.testing.assert_allclose(mine, wanted, rtol=TOLERANCE, atol=TOLERANCE)


@pytest.mark.parametrize("arguments", [(), (2.0,), (None, 0.5)])
def test_relu_on_its_corners(keras, arguments):
    import tensorflow as tf

    inputs = np.arange(-2, 5, dtype=np.float32)[None]
    tensor = tf.constant(inputs)
    with tf.GradientTape() as tape:
        tape.watch(tensor)
        expected = keras.layers.ReLU(*arguments)(tensor)
    outputs, cache = layers.ReLU(*arguments).forward(inputs)
    np.testing.assert_array_equal(outputs, expected)
    mine, _ = layers.ReLU(*arguments).backward(np.ones_like(inputs), cache)
    np.testing.assert_array_equal(mine, tape.gradient(expected, tensor))


def test_embedding_is_that_of_keras(keras):
    ours, theirs = layers.Embedding(7, 3), keras.layers.Embedding(7, 3)
    words = np.array([[1, 6, 1], [0, 3, 2]])
    ours.build((None, 3))
    theirs.build((None, 3))
    theirs.set_weights(ours.get_weights())
    np.testing.assert_array_equal(ours(words), np.asarray(theirs(words)))
    assert ours.output_shape == tuple(theirs.compute_output_shape((None, 3)))
    assert ours.count_params() == theirs.count_params()
    assert abs(ours.embeddings).max() <= 0.05


@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize("kind", ["Conv1D", "Conv2D", "MaxPooling2D", "AveragePooling1D"])
def test_output_shapes_on_a_grid_of_sizes(keras, kind, padding):
    rank = int(kind[-2])
    for size in (5, 6, 9):
        for kernel in (1, 2, 3, 5):
            for strides in (1, 2, 3):
                first = (3,) if kind.startswith("Conv") else ()
                made = [
                    getattr(m, kind)(*first, kernel, strides=strides, padding=padding)
                    for m in (layers, keras.layers)
                ]
                shape = (None, *(size, 8)[:rank], 2)
                assert made[0].compute_output_shape(shape) == made[1].compute_output_shape(shape)


@pytest.mark.parametrize(
    "name", ["glorot_uniform", "glorot_normal", "he_normal", "lecun_uniform", "random_normal"]
)
def test_first_weights_have_keras_spread(keras, name):
    from course_lib import initializers

    shape = (3, 3, 64, 128)
    mine = initializers.get(name)(shape)
    wanted = np.asarray(keras.initializers.get(name)(shape))
    assert abs(mine.std() / wanted.std() - 1) < 0.02 and abs(mine.mean()) < 0.01 * wanted.std() * 3
    assert abs(np.abs(mine).max() / np.abs(wanted).max() - 1) < 0.25

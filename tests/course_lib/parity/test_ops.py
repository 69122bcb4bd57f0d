"""Every operation beside Keras' own, on odd sizes: outputs and gradients, float32, within 1e-5.

The outputs are weighted with random numbers, and the gradients of that sum are compared.
"""

import numpy as np
import pytest

from course_lib import ops

pytestmark = pytest.mark.keras
TOLERANCE = 1e-5


def keras_gradients(function, arrays, weights):
    """Outputs of a Keras function, and the gradients of their weighted sum for every array."""
    import tensorflow as tf

    variables = [tf.Variable(array) for array in arrays]
    with tf.GradientTape() as tape:
        outputs = function(*variables)
        total = tf.reduce_sum(outputs * weights(outputs.shape))
    gradients = tape.gradient(total, variables)
    return np.asarray(outputs), [np.asarray(tf.convert_to_tensor(g)) for g in gradients]


def compare(forward, backward, function, arrays):
    """Hold outputs and gradients of an operation to those of ``function`` in Keras."""
    arrays = [np.asarray(array, np.float32) for array in arrays]

    def weights(shape):
        return np.random.default_rng(9).normal(size=tuple(shape)).astype(np.float32)

    expected, expected_gradients = keras_gradients(function, arrays, weights)
    outputs, cache = forward(*arrays)
    gradients = backward(weights(outputs.shape), cache)
    if not isinstance(gradients, tuple):
        gradients = (gradients,)
    assert outputs.shape == expected.shape and outputs.dtype == np.float32
    assert np.abs(outputs - expected).max() < TOLERANCE
    for gradient, value in zip(gradients, expected_gradients, strict=True):
        assert gradient.shape == value.shape and gradient.dtype == np.float32
        assert np.abs(gradient - value).max() < TOLERANCE


def small(rng, *shape):
    """Numbers whose sums of products stay near 1, so that 1e-5 is some tens of roundings."""
    return rng.normal(size=shape) * 0.3


# (spatial, kernel_size, in_channels, filters); every one with each stride and padding
GRID = [
    ((11,), (3,), 2, 3),
    ((13,), (4,), 9, 2),
    ((7,), (1,), 3, 5),
    ((9, 7), (3, 3), 1, 4),
    ((10, 8), (2, 3), 3, 2),
    ((9, 11), (5, 2), 9, 3),
    ((6, 6), (1, 1), 8, 4),
    ((5, 6, 5), (3, 3, 2), 1, 2),
    ((5, 5, 7), (2, 1, 3), 8, 3),
]


@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize(("strides", "dilation_rate"), [(1, 1), (2, 1), (3, 1), (1, 2)])
@pytest.mark.parametrize(("spatial", "kernel_size", "channels", "filters"), GRID)
def test_conv(keras, spatial, kernel_size, channels, filters, strides, dilation_rate, padding):
    rng = np.random.default_rng(0)
    compare(
        lambda x, k: ops.conv_forward(x, k, strides, padding, dilation_rate),
        ops.conv_backward,
        lambda x, k: keras.ops.conv(x, k, strides, padding, dilation_rate=dilation_rate),
        [small(rng, 2, *spatial, channels), small(rng, *kernel_size, channels, filters)],
    )


@pytest.mark.parametrize("pads", [1, ((0, 2), (1, 0))])
def test_explicit_padding(keras, pads):
    pairs = ((1, 1), (1, 1)) if pads == 1 else pads
    rng = np.random.default_rng(1)
    compare(
        lambda x, k: ops.conv_forward(x, k, 2, pads),
        ops.conv_backward,
        lambda x, k: keras.ops.conv(keras.ops.pad(x, ((0, 0), *pairs, (0, 0))), k, 2, "valid"),
        [small(rng, 2, 7, 8, 3), small(rng, 3, 3, 3, 4)],
    )


@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize(
    ("spatial", "kernel_size", "strides", "dilation_rate", "output_padding"),
    [
        ((6,), (3,), 1, 1, None),
        ((6,), (2,), 3, 1, None),
        ((5, 4), (3, 3), 2, 1, None),
        ((5, 4), (3, 3), 2, 1, 1),
        ((5, 4), (5, 3), 3, 1, 0),
        ((5, 4), (4, 2), 2, 1, None),
        ((5, 4), (3, 2), 1, 2, None),
        ((3, 4, 3), (3, 2, 3), 2, 1, None),
    ],
)
def test_conv_transpose(
    keras, spatial, kernel_size, strides, dilation_rate, output_padding, padding
):
    rng = np.random.default_rng(2)
    compare(
        lambda x, k: ops.conv_transpose_forward(
            x, k, strides, padding, output_padding, dilation_rate
        ),
        ops.conv_transpose_backward,
        lambda x, k: keras.ops.conv_transpose(
            x, k, strides, padding, output_padding, dilation_rate=dilation_rate
        ),
        [small(rng, 2, *spatial, 3), small(rng, *kernel_size, 4, 3)],
    )


@pytest.mark.parametrize("name", ["max_pool", "average_pool"])
@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize(
    ("spatial", "pool_size", "strides"),
    [
        ((9,), 2, None),
        ((9,), 3, 2),
        ((5, 5), 2, None),
        ((7, 8), 3, 2),
        ((8, 7), (2, 3), 1),
        ((5, 6, 5), 2, None),
        ((5, 6, 5), (2, 3, 1), 2),
    ],
)
def test_pool(keras, name, spatial, pool_size, strides, padding):
    rng = np.random.default_rng(3)
    compare(
        lambda x: getattr(ops, f"{name}_forward")(x, pool_size, strides, padding),
        getattr(ops, f"{name}_backward"),
        lambda x: getattr(keras.ops, name)(x, pool_size, strides, padding),
        [rng.normal(size=(2, *spatial, 3))],
    )


def test_max_pool_gives_ties_to_the_first_as_keras_does(keras):
    ties = np.random.default_rng(4).integers(0, 2, (3, 9, 9, 4))
    compare(
        lambda x: ops.max_pool_forward(x, 3, 2),
        ops.max_pool_backward,
        lambda x: keras.ops.max_pool(x, 3, 2),
        [ties],
    )


@pytest.mark.parametrize("name", ["relu", "sigmoid", "tanh", "softmax"])
def test_activation(keras, name):
    compare(
        getattr(ops, f"{name}_forward"),
        getattr(ops, f"{name}_backward"),
        getattr(keras.ops, name),
        [np.random.default_rng(5).normal(size=(3, 5, 7)) * 3],
    )


def test_dense(keras):
    rng = np.random.default_rng(6)
    compare(
        ops.dense_forward,
        ops.dense_backward,
        lambda x, kernel, bias: keras.ops.matmul(x, kernel) + bias,
        [small(rng, 5, 33), small(rng, 33, 7), small(rng, 7)],
    )


def test_embedding(keras):
    indices = np.random.default_rng(7).integers(0, 6, (4, 9))
    compare(
        lambda table: ops.embedding_forward(indices, table),
        ops.embedding_backward,
        lambda table: keras.ops.take(table, indices, axis=0),
        [np.random.default_rng(7).normal(size=(6, 3))],
    )


def test_one_hot(keras):
    labels = np.array([[2, 0], [1, 3]])
    np.testing.assert_array_equal(ops.one_hot(labels, 4), keras.ops.one_hot(labels, 4))


@pytest.mark.parametrize("axis", [-1, 1])
def test_batch_normalization_at_inference(keras, axis):
    rng = np.random.default_rng(8)
    channels = (4, 5, 3)[axis]
    mean, variance = rng.normal(size=(2, channels)).astype(np.float32)
    variance = np.abs(variance) + np.float32(0.5)

    def in_keras(x, scale, offset):
        return keras.ops.batch_normalization(x, mean, variance, axis, offset, scale)

    def forward(x, scale, offset):
        return ops.batch_normalization_forward(x, mean, variance, axis, offset, scale)

    arrays = [rng.normal(size=(4, 5, 3)), rng.normal(size=channels), rng.normal(size=channels)]
    compare(forward, ops.batch_normalization_backward, in_keras, arrays)


def test_batch_normalization_in_training(keras):
    rng = np.random.default_rng(9)

    def in_keras(x, scale, offset):
        mean, variance = keras.ops.moments(x, axes=[0, 1, 2])
        return keras.ops.batch_normalization(x, mean, variance, -1, offset, scale)

    def forward(x, scale, offset):
        return ops.batch_normalization_forward(x, offset=offset, scale=scale)

    arrays = [rng.normal(size=(4, 3, 3, 5)), rng.normal(size=5), rng.normal(size=5)]
    compare(forward, ops.batch_normalization_backward, in_keras, arrays)


@pytest.mark.parametrize("from_logits", [False, True])
@pytest.mark.parametrize("name", ["sparse_categorical_crossentropy", "categorical_crossentropy"])
def test_crossentropy(keras, name, from_logits):
    rng = np.random.default_rng(10)
    y_pred = rng.normal(size=(6, 5))
    if not from_logits:
        y_pred = ops.softmax(y_pred)
        y_pred[0] = [0, 1, 0, 0, 0]  # clipped
        y_pred[1] *= 0.5  # not summing to 1
        if name.startswith("sparse"):  # Keras' dense one divides by the sum before it clips
            y_pred[2] = [1.5, 0.25, 0.25, 0.5, 0.5]  # clipped above
    labels = rng.integers(0, 5, 6)
    labels[0] = 1
    y_true = labels if name.startswith("sparse") else ops.one_hot(labels, 5) * 0.9 + 0.02
    y_true = y_true.astype(np.int64 if name.startswith("sparse") else np.float32)
    compare(
        lambda y: getattr(ops, f"{name}_forward")(y_true, y, from_logits),
        getattr(ops, f"{name}_backward"),
        lambda y: getattr(keras.losses, name)(y_true, y, from_logits=from_logits),
        [y_pred],
    )


def test_mean_squared_error(keras):
    rng = np.random.default_rng(11)
    y_true = rng.normal(size=(6, 5)).astype(np.float32)
    compare(
        lambda y: ops.mean_squared_error_forward(y_true, y),
        ops.mean_squared_error_backward,
        lambda y: keras.losses.mean_squared_error(y_true, y),
        [rng.normal(size=(6, 5))],
    )

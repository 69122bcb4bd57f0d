"""Every layer's backward pass, held to numeric slopes in float64 with random cotangents."""

import numpy as np
import pytest

from course_lib import layers
from tests.course_lib.ops.gradients import check_gradients, spread_out

D = {"dtype": "float64"}
CASES = {
    "conv1d": (lambda: layers.Conv1D(3, 3, activation="tanh", **D), (2, 7, 2)),
    "conv1d-causal": (
        lambda: layers.Conv1D(3, 2, padding="causal", dilation_rate=2, **D),
        (2, 7, 2),
    ),
    "conv2d": (lambda: layers.Conv2D(3, (3, 2), strides=2, padding="same", **D), (2, 6, 5, 2)),
    "conv2d-no-bias": (lambda: layers.Conv2D(3, 2, use_bias=False, **D), (2, 4, 5, 2)),
    "conv2d-groups": (
        lambda: layers.Conv2D(4, 2, groups=2, activation="sigmoid", **D),
        (2, 4, 5, 4),
    ),
    "conv3d": (lambda: layers.Conv3D(2, 2, **D), (2, 3, 4, 3, 2)),
    "transpose": (
        lambda: layers.Conv2DTranspose(3, 3, strides=2, padding="same", **D),
        (2, 3, 4, 2),
    ),
    "transpose1d": (lambda: layers.Conv1DTranspose(3, 3, strides=2, **D), (2, 4, 2)),
    "transpose3d": (
        lambda: layers.Conv3DTranspose(2, (2, 3, 2), strides=(1, 2, 1), padding="same", **D),
        (2, 2, 3, 2, 2),
    ),
    "depthwise1d": (
        lambda: layers.DepthwiseConv1D(3, strides=2, depth_multiplier=2, **D),
        (2, 8, 3),
    ),
    "depthwise2d": (
        lambda: layers.DepthwiseConv2D((3, 2), padding="same", activation="tanh", **D),
        (2, 6, 5, 3),
    ),
    "depthwise2d-strides": (
        lambda: layers.DepthwiseConv2D(5, 2, "same", use_bias=False, **D),
        (3, 7, 6, 2),
    ),
    "depthwise2d-dilated": (lambda: layers.DepthwiseConv2D(2, dilation_rate=2, **D), (2, 6, 5, 3)),
    "separable1d": (
        lambda: layers.SeparableConv1D(4, 3, padding="same", dilation_rate=2, **D),
        (2, 7, 3),
    ),
    "separable2d": (
        lambda: layers.SeparableConv2D(3, 3, strides=2, depth_multiplier=2, **D),
        (2, 7, 6, 2),
    ),
    "groups-of-one": (lambda: layers.Conv2D(6, 3, groups=3, **D), (2, 5, 6, 3)),
    "layer-norm": (lambda: layers.LayerNormalization(**D), (3, 4, 5)),
    "layer-norm-axes": (lambda: layers.LayerNormalization(axis=(1, 3), **D), (3, 4, 2, 5)),
    "layer-norm-plain": (
        lambda: layers.LayerNormalization(center=False, scale=False, **D),
        (3, 4, 5),
    ),
    "group-norm": (lambda: layers.GroupNormalization(2, **D), (3, 4, 2, 6)),
    "group-norm-each": (lambda: layers.GroupNormalization(-1, scale=False, **D), (3, 5, 4)),
    "group-norm-axis": (lambda: layers.GroupNormalization(2, axis=1, **D), (3, 4, 5)),
    "leaky-relu": (lambda: layers.LeakyReLU(0.1, **D), (3, 4, 2)),
    "relu6": (lambda: layers.ReLU(0.05, **D), (3, 4, 2)),
    **{
        name: (lambda name=name: layers.Activation(name, **D), (3, 4, 2))
        for name in ("leaky_relu", "elu", "gelu", "silu", "log_softmax", "tanh")
    },
    "softmax-axes": (lambda: layers.Softmax(axis=(1, 2), **D), (3, 4, 2)),
    "dense": (lambda: layers.Dense(4, activation="softmax", **D), (3, 5)),
    "dense-3d": (lambda: layers.Dense(4, **D), (3, 2, 5)),
    "max": (lambda: layers.MaxPooling2D(2, **D), (2, 5, 4, 2)),
    "max-same": (lambda: layers.MaxPooling1D(3, strides=2, padding="same", **D), (2, 6, 2)),
    "average": (lambda: layers.AveragePooling3D(2, padding="same", **D), (2, 3, 3, 4, 2)),
    "global-max": (lambda: layers.GlobalMaxPooling2D(**D), (2, 3, 4, 2)),
    "global-average": (lambda: layers.GlobalAveragePooling1D(keepdims=True, **D), (2, 5, 3)),
    "zero-padding": (lambda: layers.ZeroPadding2D(((1, 0), (2, 1)), **D), (2, 3, 4, 2)),
    "cropping1d": (lambda: layers.Cropping1D((1, 2), **D), (2, 6, 2)),
    "cropping2d": (lambda: layers.Cropping2D(((1, 0), (0, 2)), **D), (2, 4, 5, 2)),
    "cropping3d": (lambda: layers.Cropping3D(1, **D), (2, 3, 4, 5, 2)),
    "upsampling1d": (lambda: layers.UpSampling1D(3, **D), (2, 3, 2)),
    "upsampling2d": (lambda: layers.UpSampling2D((2, 3), **D), (2, 3, 2, 2)),
    "upsampling3d": (lambda: layers.UpSampling3D((2, 1, 3), **D), (2, 2, 3, 2, 2)),
    "flatten": (lambda: layers.Flatten(**D), (2, 3, 4)),
    "reshape": (lambda: layers.Reshape((4, -1), **D), (2, 3, 4)),
    "activation": (lambda: layers.Activation("sigmoid", **D), (2, 3, 4)),
    "relu": (lambda: layers.ReLU(0.3, 0.1, 0.05, **D), (3, 4, 2)),
    "relu-plain": (lambda: layers.ReLU(**D), (3, 4, 2)),
    "softmax": (lambda: layers.Softmax(**D), (3, 4)),
    "softmax-axis": (lambda: layers.Softmax(axis=1, **D), (3, 4, 2)),
    "batch-norm": (lambda: layers.BatchNormalization(**D), (4, 3, 2, 3)),
    "batch-norm-plain": (lambda: layers.BatchNormalization(center=False, scale=False, **D), (9, 3)),
    "batch-norm-axis": (lambda: layers.BatchNormalization(axis=1, **D), (4, 3, 5)),
}


@pytest.mark.parametrize("training", [False, True], ids=["inference", "training"])
@pytest.mark.parametrize("case", CASES)
def test_backward_is_the_slope_of_forward(case, training):
    make, shape = CASES[case]
    layer, rng = make(), np.random.default_rng(5)
    layer.build((None, *shape[1:]))
    values = [rng.normal(size=p.shape) for p in layer.parameters.values()]

    def forward(inputs, *parameters):
        for array, value in zip(layer.parameters.values(), parameters, strict=True):
            array[...] = value
        return layer.forward(inputs, training=training)

    def backward(grad, cache):
        grad_inputs, gradients = layer.backward(grad, cache)
        assert list(gradients) == list(layer.parameters)
        return (grad_inputs, *gradients.values())

    check_gradients(forward, backward, [spread_out(rng, shape), *values], tolerance=1e-5)


@pytest.mark.parametrize(
    "case",
    [
        "conv2d",
        "dense",
        "transpose",
        "conv2d-groups",
        "groups-of-one",
        "depthwise2d",
        "separable2d",
        "max",
    ],
)
def test_input_gradient_is_left_out_where_it_is_not_needed(case):
    make, shape = CASES[case]
    layer = make()
    layer.build(shape)
    outputs, cache = layer.forward(np.random.default_rng(1).normal(size=shape))
    grad = np.random.default_rng(0).normal(size=outputs.shape)
    nothing, gradients = layer.backward(grad, cache, need_input_gradient=False)
    assert nothing is None
    for name, gradient in layer.backward(grad, cache)[1].items():
        np.testing.assert_array_equal(gradients[name], gradient)


def test_embedding_gathers_gradients_of_repeated_words():
    layer = layers.Embedding(5, 3, dtype="float64")
    words = np.array([[1, 4, 1], [0, 1, 4]])
    layer.build(words.shape)

    def forward(table):
        layer.parameters["embeddings"][...] = table
        return layer.forward(words)

    def backward(grad, cache):
        return layer.backward(grad, cache)[1]["embeddings"]

    check_gradients(forward, backward, [np.random.default_rng(0).normal(size=(5, 3))])


def test_dropout_passes_the_gradient_where_it_passed_the_input():
    layer = layers.Dropout(0.4, dtype="float64")
    inputs = np.random.default_rng(0).normal(size=(6, 7))

    def forward(inputs):
        return layer.forward(inputs, training=True, rng=np.random.default_rng(1))

    check_gradients(forward, lambda grad, cache: layer.backward(grad, cache)[0], [inputs])


def test_equal_maxima_share_the_gradient_of_global_pooling():
    layer = layers.GlobalMaxPooling1D()
    inputs = np.array([[[1.0], [3.0], [3.0]]], np.float32)
    _, cache = layer.forward(inputs)
    grad = layer.backward(np.array([[2.0]], np.float32), cache)[0]
    np.testing.assert_array_equal(grad, [[[0], [1], [1]]])

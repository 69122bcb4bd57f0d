"""What layers say to bad arguments, arrays and weights."""

import numpy as np
import pytest

from course_lib import layers
from tests.examples import images, says


def test_missing_axes_are_mended():
    with says(
        "inputs must have rank 4 (batch, height, width, channels), got shape (32, 28, 28). "
        "Add the channel axis: inputs.reshape(32, 28, 28, 1)."
    ):
        layers.Conv2D(4, 3)(images(32, 28, 28))
    with says("Add the missing axes: inputs.reshape(1, 28, 28, 1)."):
        layers.MaxPooling2D()(images(28, 28))
    with says("Add the batch axis: inputs.reshape(1, 28, 28, 3)."):
        layers.Conv2D(4, 3)(images(28, 28, 3))
    with says("(batch, steps, channels), got shape (5, 7). Add the channel axis: inputs.reshape(5"):
        layers.Conv1D(4, 3)(images(5, 7))
    with says("got shape (None, 28, 28). Add the channel axis: Input(shape=(28, 28, 1))."):
        layers.Conv2D(4, 3)(layers.Input(shape=(28, 28)))
    with says("(batch, features), got shape (7,). Add the batch axis: inputs.reshape(1, 7)."):
        layers.Dense(4)(images(7))
    with says("rank 5 (batch, depth, height, width, channels), got shape (3, 3)"):
        layers.GlobalMaxPooling3D()(images(3, 3))


def test_channels_must_match_the_weights():
    layer = layers.Conv2D(4, 3, name="first")
    layer(images(2, 8, 8, 3))
    with says(
        "first (Conv2D): inputs must have 3 channels on the last axis, as the kernel has, got 1"
    ):
        layer(images(2, 8, 8, 1))
    dense = layers.Dense(4, name="head")
    dense(images(2, 64))
    with says("head (Dense): inputs must have 64 features on the last axis, as the kernel has, got "
              "8 in shape (2, 8, 8). Flatten each example: inputs.reshape(len(inputs), -1), or a "
              "Flatten layer before this one."):  # fmt: skip
        dense(images(2, 8, 8))
    norm = layers.BatchNormalization(name="norm")
    norm(images(2, 3))
    with says("norm (BatchNormalization): inputs must have 3 channels in axis -1, got shape (2, 4"):
        norm(images(2, 4))


def test_kernel_larger_than_the_input_says_which_layer():
    with says("small (Conv2D): kernel_size must not be larger than the input, "
              "got kernel_size 5 for an input of size 3."):  # fmt: skip
        layers.Conv2D(4, 5, name="small")(images(1, 3, 3, 1))
    with says("pool (MaxPooling2D): "):
        layers.MaxPooling2D(4, name="pool")(layers.Input(shape=(3, 3, 1)))


@pytest.mark.parametrize(
    "make, text, kind",
    [
        (lambda: layers.Conv2D(0, 3), "Conv2D: filters must be a positive integer, got 0.", None),
        (lambda: layers.Conv2D(2.5, 3), "Conv2D: filters must be a positive integer, got 2.5.", 1),
        (lambda: layers.Conv2D(4, (3, 3, 3)), "Conv2D: kernel_size must be an integer or 2", None),
        (lambda: layers.Conv2D(4, 3, strides=0), "Conv2D: strides must be a positive int", None),
        (lambda: layers.Conv2D(4, 3, strides=-1), "positive integer, got -1", None),
        (lambda: layers.Conv2D(4, 3, padding="full"), 'padding must be one of "valid", "same", go'
         "t 'full'. For other widths put a ZeroPadding2D layer before this one.", None),
        (lambda: layers.Conv2D(4, 3, padding="causal"), 'one of "valid", "same", got', None),
        (lambda: layers.Conv2D(4, 3, strides=2, dilation_rate=2), "cannot both be more", None),
        (lambda: layers.Conv2D(4, 3, groups=3), "filters must be a multiple of groups", None),
        (lambda: layers.Conv2D(4, 3, data_format="channels_first"), "Move the channels to the last "
         "axis: np.moveaxis(inputs, 1, -1).", None),
        (lambda: layers.Conv2D(4, 3, activation="rely"), "Unknown activation 'rely'. Known: elu"
         ", gelu, leaky_relu, linear, log_softmax, relu, sigmoid, silu, softmax, tanh, or None.",
         None),
        (lambda: layers.DepthwiseConv2D(0), "kernel_size must be a positive integer", 0),
        (lambda: layers.DepthwiseConv2D(3, depth_multiplier=0), "multiplier must be a positive", 0),
        (lambda: layers.SeparableConv2D(4, 3, padding="full"), "padding must be one of", None),
        (lambda: layers.Conv1DTranspose(4, 3, padding="causal"), '"same", got', 0),
        (lambda: layers.ZeroPadding1D((1,)), "an integer or a pair (before, after), got (1,).", 0),
        (lambda: layers.Cropping1D("a"), "Cropping1D: cropping must be numbers of cells", None),
        (lambda: layers.Cropping2D(2)(images(1, 4, 4, 1)), "cropping must leave something", None),
        (lambda: layers.Cropping3D(-1), "cropping must be an integer, 0 or more, got -1", None),
        (lambda: layers.UpSampling2D(0), "UpSampling2D: size must be a positive integer", None),
        (lambda: layers.UpSampling2D(2, None, "bilinear"), "take Conv2DTranspose.", None),
        (lambda: layers.LeakyReLU(-1), "negative_slope must be a number, 0 or more, got -1.", None),
        (lambda: layers.LayerNormalization(axis=0)(images(2, 3)), "not that of the batch", None),
        (lambda: layers.LayerNormalization(axis=9).compute_output_shape((2, 4)), "axis=9", 0),
        (lambda: layers.BatchNormalization(axis=2).compute_output_shape((2, 4)), "axis=2", 0),
        (lambda: layers.LayerNormalization(epsilon=0), "epsilon must be a positive number", None),
        (lambda: layers.GroupNormalization(4)(images(2, 6)), "got groups=4 and 6 channels.", None),
        (lambda: layers.GroupNormalization(0), "groups must be a positive integer, or -1", None),
        (lambda: layers.Softmax(axis=(1, 0))(images(2, 3)), "not that of the batch", None),
        (lambda: layers.Dense(2, activation=3), "or a function of an array.", None),
        (lambda: layers.Conv2D(4, 3, filter_size=3), "Conv2D: unknown argument 'filter_size'. "
         "Do you mean filters? Known: filters, kernel_size, strides", 1),
        (lambda: layers.Conv2D(4, 3, kernel_constraint="l2"), "Keras has the argument kernel_const"
         "raint, this library has it not. Leave it out.", 1),
        (lambda: layers.Conv2D(4, 3, dtype="float16"), 'must be "float32" or "float64"', None),
        (lambda: layers.Conv2D(4, 3, trainable="no"), "trainable must be True or False", 1),
        (lambda: layers.Conv2D(4, 3, name=3), "name must be a string, got 3", 1),
        (lambda: layers.Conv2DTranspose(4, 3, strides=2, output_padding=2), "must be less than", 0),
        (lambda: layers.MaxPooling2D(padding=1), 'padding must be "valid" or "same", got 1', None),
        (lambda: layers.MaxPooling2D((2, 2, 2)), "pool_size must be an integer or 2", None),
        (lambda: layers.Dense(-3), "Dense: units must be a positive integer, got -3.", None),
        (lambda: layers.Dropout(1.5), "rate must be a number from 0 to 1, the share that is", None),
        (lambda: layers.Reshape(6), "Reshape: target_shape must be a tuple, got 6.", 1),
        (lambda: layers.Reshape((-1, -1)), "one of which may be -1, got (-1, -1)", None),
        (lambda: layers.ZeroPadding2D("same"), "padding must be numbers of cells", None),
        (lambda: layers.BatchNormalization(momentum=2), "momentum must be a number from", None),
        (lambda: layers.BatchNormalization(epsilon=0), "epsilon must be a positive number", None),
        (lambda: layers.Embedding(0, 2), "input_dim must be a positive integer, got 0", None),
        (lambda: layers.ReLU(max_value=-1), "max_value must be a number, 0 or more", None),
        (lambda: layers.Input(), "Input: shape must be given, the shape of one example.", None),
        (lambda: layers.Input(28), "shape must be a tuple, got 28. Write (28,).", 1),
        (lambda: layers.Input((28, 0)), "must hold positive integers or None, got (28, 0)", None),
        (lambda: layers.Dense(2, kernel_initializer="glorot")(np.ones((2, 2))),
         "Unknown initializer 'glorot'. Do you mean 'glorot_normal'? Known: constant", None),
    ],
)  # fmt: skip
def test_bad_arguments(make, text, kind):
    with says(text, TypeError if kind == 1 else ValueError):
        make()


def test_bad_arrays():
    layer = layers.Conv2D(4, 3, name="c")
    with says("c (Conv2D): inputs must be an array of real numbers, got complex128.", TypeError):
        layer(np.ones((1, 8, 8, 1), complex))
    with says("c (Conv2D): inputs must be an array of real numbers, got rows of unequal length."):
        layer([[1, 2], [3]])
    with says("must have a batch axis, got a single number"):
        layer(3.0)
    words = layers.Embedding(10, 4, name="words")
    with says("words (Embedding): inputs must lie in 0 to input_dim - 1 = 9, got 10."):
        words([[3, 10]])
    with says("inputs must be integers, got 0.5."):
        words([[0.5]])
    with says("target_shape (5,) must hold as many numbers as an example, got examples of shape"):
        layers.Reshape((5,))(images(2, 3, 4))


def test_bad_weights():
    layer = layers.Dense(2, name="d")
    with says("d (Dense) has no weights yet: its input shape is not known."):
        layer.set_weights([np.ones((3, 2)), np.ones(2)])
    with says("the weights cannot be counted before the input shape is known"):
        layer.count_params()
    layer.build((None, 3))
    with says("d (Dense): set_weights needs 2 arrays (kernel (3, 2), bias (2,)), got 1."):
        layer.set_weights([np.ones((3, 2))])
    before = layer.get_weights()
    with says("d (Dense): bias must have shape (2,), got (3,)."):
        layer.set_weights([np.ones((3, 2)), np.ones(3)])
    np.testing.assert_array_equal(layer.kernel, before[0])  # nothing is written half
    with says("the initializer of kernel must return shape (3, 2), got (2,)"):
        layers.Dense(2, kernel_initializer=lambda s, d: np.ones(2)).build((None, 3))


def test_tensors_cannot_be_calculated_with_or_joined():
    start = layers.Input(shape=(8,))
    with says("holds no numbers, so it cannot be calculated with.", TypeError):
        start / start
    with says("for a number there is the layer Rescaling(scale, offset).", TypeError):
        start * 2
    with says("holds no numbers", TypeError):
        np.asarray(start)
    with says("(Dense): must be called on one tensor or array, got a list of 2. Join them first"):
        layers.Dense(2)([start, start])
    with says("arrays that are examples of one batch, by np.stack."):
        layers.Dense(2)([images(8), images(8)])
    with says(
        "has no input and output yet: it was never called on a symbolic tensor", AttributeError
    ):
        layers.Dense(2).output  # noqa: B018

"""Layers: names, building, weights, freezing, symbolic calls; and what they say to bad input."""

import re

import numpy as np
import pytest

from course_lib import initializers, layers, ops, utils
from course_lib.layers import base

RNG = np.random.default_rng(7)


def says(text, kind=ValueError):
    return pytest.raises(kind, match=re.escape(text))


def images(*shape):
    return RNG.normal(size=shape).astype(np.float32)


# ---------------------------------------------------------------------------- names and building


def test_names_count_like_keras():
    base._names.clear()
    names = [cls().name for cls in (layers.Flatten, layers.Flatten, layers.MaxPooling2D)]
    names += [layers.Conv2DTranspose(1, 1).name, layers.ReLU().name, layers.Conv1D(1, 1).name]
    assert names == ["flatten", "flatten_1", "max_pooling2d", "conv2d_transpose", "re_lu", "conv1d"]
    assert layers.Dense(3, name="head").name == "head"


def test_aliases_are_the_same_classes():
    assert layers.Convolution2D is layers.Conv2D and layers.Convolution1D is layers.Conv1D
    assert layers.MaxPool3D is layers.MaxPooling3D and layers.AvgPool1D is layers.AveragePooling1D
    assert layers.GlobalAvgPool2D is layers.GlobalAveragePooling2D


def test_calling_on_an_array_builds_once():
    layer = layers.Conv2D(4, 3)
    assert not layer.built
    with says("kernel is not there before the input shape is known.", AttributeError):
        layer.kernel  # noqa: B018
    layer(images(2, 8, 8, 3))
    kernel = layer.kernel
    layer(images(5, 9, 7, 3))
    assert layer.kernel is kernel and kernel.shape == (3, 3, 3, 4)
    assert layer.input_shape == (None, 8, 8, 3) and layer.output_shape == (None, 6, 6, 4)


def test_symbolic_call_knows_shape_layer_and_source():
    start = layers.Input(shape=(28, 28, 1))
    layer = layers.Conv2D(32, 3)
    end = layer(start)
    assert start.shape == (None, 28, 28, 1) and end.shape == (None, 26, 26, 32)
    assert end.layer is layer and end.sources == (start,)
    assert layer.input is start and layer.output is end
    assert start.sources == () and start.ndim == 4


def test_sizes_that_are_not_known_stay_none():
    start = layers.Input(shape=(None, None, 3))
    assert layers.Conv2D(8, 3, strides=2, padding="same")(start).shape == (None, None, None, 8)
    assert layers.GlobalAveragePooling2D()(start).shape == (None, 3)
    assert layers.ZeroPadding2D(1)(start).shape == (None, None, None, 3)
    assert layers.Flatten()(start).shape == (None, None)


def test_output_shape_is_the_shape_of_the_output():
    for layer, shape in [
        (layers.Conv2D(4, (3, 2), strides=(2, 1), padding="same"), (2, 9, 7, 3)),
        (layers.Conv1D(4, 3, padding="causal", dilation_rate=2), (2, 9, 3)),
        (layers.Conv2DTranspose(4, 3, strides=2, output_padding=1), (2, 5, 6, 3)),
        (layers.Reshape((-1, 2)), (2, 3, 4)),
        (layers.ZeroPadding3D(((1, 0), (0, 2), (1, 1))), (2, 3, 4, 5, 1)),
        (layers.GlobalMaxPooling1D(keepdims=True), (2, 6, 3)),
        (layers.AveragePooling3D((1, 2, 2), padding="same"), (2, 3, 5, 5, 2)),
    ]:
        outputs = layer(images(*shape))
        assert outputs.shape == (2, *layer.output_shape[1:])


def test_computed_values_follow_the_ops():
    inputs = images(2, 6, 6, 3)
    layer = layers.Conv2D(4, 3, activation="relu")
    outputs = layer(inputs)
    layer.set_weights([layer.kernel, np.arange(4.0)])
    np.testing.assert_array_equal(
        layer(inputs), ops.relu(ops.conv(inputs, layer.kernel) + layer.bias)
    )
    assert not np.array_equal(outputs, layer(inputs))


def test_groups_are_convolutions_side_by_side():
    inputs = images(2, 6, 6, 4)
    layer = layers.Conv2D(6, 3, groups=2, use_bias=False)
    outputs = layer(inputs)
    halves = [
        ops.conv(inputs[..., :2], layer.kernel[..., :3]),
        ops.conv(inputs[..., 2:], layer.kernel[..., 3:]),
    ]
    np.testing.assert_array_equal(outputs, np.concatenate(halves, axis=-1))
    assert layer.kernel.shape == (3, 3, 2, 6)


def test_causal_convolution_does_not_see_ahead():
    layer = layers.Conv1D(2, 3, padding="causal", dilation_rate=2)
    inputs = images(1, 8, 1)
    before = layer(inputs)
    inputs[0, 5] += 10
    changed = np.abs(layer(inputs) - before).max(axis=(0, 2)) > 0
    assert list(changed) == [False] * 5 + [True, False, True]


def test_relu_with_all_its_arguments():
    inputs = np.array([-1.0, 0.0, 0.5, 1.0, 2.0, 3.0])
    layer = layers.ReLU(max_value=2.0, negative_slope=0.1, threshold=1.0)
    np.testing.assert_allclose(layer(inputs), [-0.2, -0.1, -0.05, 0, 2, 2], rtol=1e-6)
    _, cache = layer.forward(inputs)
    grad, _ = layer.backward(np.arange(1.0, 7.0), cache)
    np.testing.assert_allclose(grad, [0.1, 0.2, 0.3, 0.4, 5, 0])


def test_dropout_drops_its_share_and_keeps_the_mean():
    layer = layers.Dropout(0.25, seed=3)
    ones = np.ones((100, 100), np.float32)
    outputs = layer(ones, training=True)
    assert set(np.unique(outputs)) == {0, np.float32(1 / 0.75)}
    assert abs((outputs == 0).mean() - 0.25) < 0.02
    np.testing.assert_array_equal(layer(ones), ones)
    np.testing.assert_array_equal(layers.Dropout(0.25, seed=3)(ones, training=True), outputs)
    np.testing.assert_array_equal(layers.Dropout(1.0)(ones, training=True), 0 * ones)


def test_dropout_noise_shape_drops_whole_channels():
    outputs = layers.Dropout(0.5, noise_shape=(None, 1, 4), seed=0)(
        np.ones((8, 5, 4), np.float32), training=True
    )
    assert ((outputs == 0).all(axis=1) | (outputs == 2).all(axis=1)).all()
    assert 0 < (outputs == 0).mean() < 1


# --------------------------------------------------------------------------------------- weights


def test_weights_come_in_keras_order_and_as_copies():
    layer = layers.BatchNormalization()
    layer.build((None, 5))
    assert list(layer.named_weights) == ["gamma", "beta", "moving_mean", "moving_variance"]
    assert layer.count_params() == 20
    layer.get_weights()[0][:] = 9
    assert (layer.gamma == 1).all()


def test_set_weights_writes_into_the_same_arrays():
    layer = layers.Dense(2)
    layer.build((None, 3))
    kernel = layer.kernel
    layer.set_weights([np.full((3, 2), 4), [1, 2]])
    assert layer.kernel is kernel and (kernel == 4).all() and kernel.dtype == np.float32


def test_freezing_moves_weights_from_trainable_to_not():
    layer = layers.Conv2D(2, 3)
    layer.build((None, 8, 8, 1))
    assert len(layer.trainable_weights) == 2 and layer.non_trainable_weights == []
    layer.trainable = False
    assert layer.trainable_weights == [] and len(layer.non_trainable_weights) == 2
    norm = layers.BatchNormalization(trainable=False)
    norm.build((None, 4))
    assert len(norm.non_trainable_weights) == 4 and norm.trainable_parameters == {}


def test_batch_normalization_mixes_the_batch_into_its_moving_averages():
    layer = layers.BatchNormalization(momentum=0.5)
    inputs = images(64, 3) * 2 + 5
    outputs = layer(inputs, training=True)
    np.testing.assert_allclose(outputs.mean(0), 0, atol=1e-5)
    np.testing.assert_allclose(layer.moving_mean, 0.5 * inputs.mean(0), rtol=1e-5)
    np.testing.assert_allclose(layer.moving_variance, 0.5 + 0.5 * inputs.var(0), rtol=1e-4)


def test_frozen_batch_normalization_stays_in_inference_mode():
    layer = layers.BatchNormalization()
    inputs = images(64, 3) + 5
    layer.build((None, 3))
    layer.trainable = False
    np.testing.assert_array_equal(layer(inputs, training=True), layer(inputs))
    assert (layer.moving_mean == 0).all() and layer.treats_examples_alone


def test_forward_keeps_nothing_so_passes_may_cross():
    layer = layers.Conv2D(3, 2, activation="sigmoid")
    a, b = images(2, 5, 5, 2), images(4, 5, 5, 2)
    layer.build(a.shape)
    out_a, cache_a = layer.forward(a)
    layer.forward(b)
    grad = RNG.normal(size=out_a.shape).astype(np.float32)
    crossed = layer.backward(grad, cache_a)
    alone = layer.backward(grad, layer.forward(a)[1])
    np.testing.assert_array_equal(crossed[0], alone[0])
    np.testing.assert_array_equal(crossed[1]["kernel"], alone[1]["kernel"])


def test_embedding_starts_from_given_weights():
    table = np.arange(6.0).reshape(3, 2)
    layer = layers.Embedding(3, 2, weights=table)
    np.testing.assert_array_equal(layer([[2, 0]]), table[[[2, 0]]])


def test_initializers_by_name_object_and_function():
    for initializer in ("ones", initializers.Ones(), initializers.Ones, lambda s, d: np.ones(s)):
        layer = layers.Dense(2, kernel_initializer=initializer)
        layer.build((None, 3))
        assert (layer.kernel == 1).all()


def test_seed_makes_first_weights_repeatable():
    def kernel():
        utils.set_random_seed(11)
        layer = layers.Conv2D(4, 3)
        layer.build((None, 8, 8, 2))
        return layer.kernel

    np.testing.assert_array_equal(kernel(), kernel())


def test_get_config_makes_the_same_layer_again():
    layer = layers.Conv2D(4, (3, 5), strides=2, padding="same", activation="relu", name="c")
    again = layers.Conv2D(**layer.get_config())
    assert again.get_config() == layer.get_config() and again.kernel_size == (3, 5)


# ------------------------------------------------------------------------------------- bad input


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

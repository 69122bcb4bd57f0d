"""Layers: names, building, weights, freezing, symbolic calls."""

import numpy as np

from course_lib import initializers, layers, naming, ops, utils
from tests.examples import images, says

RNG = np.random.default_rng(7)


# ---------------------------------------------------------------------------- names and building


def test_names_count_like_keras():
    naming._names.clear()
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

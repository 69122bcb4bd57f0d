"""Models to Keras and back: same layers, same weights, same outputs; and what cannot cross."""

import os
import re

import numpy as np
import pytest

import course_lib
from course_lib import initializers, keras_bridge, layers

pytestmark = pytest.mark.keras


@pytest.fixture(scope="session", autouse=True)
def keras():
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("KERAS_BACKEND", "tensorflow")
    return pytest.importorskip("keras", reason="Keras is missing; install it: pip install .[keras]")


def says(text, kind=ValueError):
    return pytest.raises(kind, match=re.escape(text))


def sequential(lib):
    return lib.Sequential(
        [
            lib.Input(shape=(12, 11, 2), name="picture"),
            lib.layers.ZeroPadding2D(((1, 0), (0, 2))),
            lib.layers.Conv2D(
                6, (3, 2), strides=2, activation="relu", name="conv", trainable=False
            ),
            lib.layers.BatchNormalization(epsilon=0.01),
            lib.layers.AveragePooling2D((2, 1), padding="same"),
            lib.layers.Conv2DTranspose(3, 2, strides=2, use_bias=False),
            lib.layers.ReLU(max_value=1.0),
            lib.layers.Reshape((-1, 3)),
            lib.layers.Conv1D(4, 3, padding="causal", kernel_initializer="he_normal"),
            lib.layers.GlobalAveragePooling1D(),
            lib.layers.Dropout(0.3),
            lib.layers.Dense(5),
            lib.layers.Softmax(),
        ],
        name="all_sorts",
    )


def nested(lib):
    """A frozen base inside a model, and one Dense layer used twice."""
    start = lib.Input(shape=(8, 8, 1))
    inner = lib.layers.Conv2D(4, 3)(start)
    base = lib.Model(start, lib.layers.BatchNormalization()(inner), name="base")
    base.trainable = False
    outer = lib.Input(shape=(8, 8, 1))
    x = lib.layers.GlobalMaxPooling2D()(base(outer, training=False))
    shared = lib.layers.Dense(4, activation="tanh")
    return lib.Model(outer, shared(shared(x)))


def graph(lib):
    """Two inputs, a skip, a shared layer, x + y, and two outputs."""
    left, right = lib.Input(shape=(8, 8, 2), name="left"), lib.Input(shape=(8, 8, 2), name="right")
    shared = lib.layers.Conv2D(4, 3, padding="same", activation="relu")
    a, b = shared(left), shared(right)
    x = lib.layers.BatchNormalization()(a + b) - a
    y = lib.layers.Concatenate(axis=2)([lib.layers.Maximum()([a, b]), x * b])
    pooled = lib.layers.GlobalAveragePooling2D()(y)
    return lib.Model([left, right], [lib.layers.Dense(3)(pooled), x])


def words(lib):
    return lib.Sequential(
        [
            lib.Input(shape=(6,)),
            lib.layers.Embedding(20, 5),
            lib.layers.Conv1D(3, 2),
            lib.layers.GlobalMaxPooling1D(),
        ]
    )


def example_inputs(model, count=7):
    rng = np.random.default_rng(0)
    if len(model.input_shape) == 2:
        return rng.integers(0, 20, (count, *model.input_shape[1:]))
    return rng.normal(size=(count, *model.input_shape[1:])).astype(np.float32)


def mix_up(model):
    """Weights that are all different, the moving statistics too."""
    rng = np.random.default_rng(1)
    model.set_weights([rng.uniform(0.1, 1, w.shape) for w in model.get_weights()])


@pytest.mark.parametrize("make", [sequential, nested, words])
def test_from_keras_and_back(keras, make):
    theirs = make(keras)
    mix_up(theirs)
    ours = keras_bridge.from_keras(theirs)
    again = keras_bridge.to_keras(ours)
    inputs = example_inputs(ours)
    for other in (theirs, again):
        assert keras_bridge.max_difference(ours, other, inputs) < 1e-5
        assert ours.count_params() == other.count_params() and ours.name == other.name
        assert [layer.name for layer in ours.layers] == [layer.name for layer in other.layers]
        assert ours.output_shape == other.output_shape
        mine = sum(w.size for w in ours.trainable_weights)
        assert mine == sum(np.prod(w.shape) for w in other.trainable_weights)


def test_graph_crosses(keras):
    theirs = graph(keras)
    mix_up(theirs)
    ours = keras_bridge.from_keras(theirs)
    again = keras_bridge.to_keras(ours)
    rng = np.random.default_rng(0)
    inputs = [rng.normal(size=(5, 8, 8, 2)).astype(np.float32) for _ in range(2)]
    mine = ours.predict(inputs, verbose=0)
    for other in (theirs, again):
        for found, wanted in zip(mine, other(inputs), strict=True):
            np.testing.assert_allclose(found, wanted, atol=1e-5)
    names = [layer.name for layer in ours.layers]
    assert names == [layer.name for layer in again.layers]
    assert names == [o.name for o in theirs._operations]  # layers, and x + y, which is none there


def test_feature_extractor_crosses(keras):
    whole = sequential(course_lib)
    ours = course_lib.Model(whole.input, [whole.layers[2].output, whole.layers[4].output])
    theirs = keras_bridge.to_keras(ours)
    inputs = example_inputs(ours)
    for mine, wanted in zip(ours.predict(inputs, verbose=0), theirs(inputs), strict=True):
        np.testing.assert_allclose(mine, wanted, atol=1e-5)
    back = keras_bridge.from_keras(theirs)
    np.testing.assert_allclose(back(inputs)[1], ours(inputs)[1], atol=1e-6)


def test_piece_cut_out_of_a_model_crosses(keras):
    whole = sequential(course_lib)
    ours = course_lib.Model(whole.layers[2].output, whole.layers[6].output)
    theirs = keras_bridge.to_keras(ours)
    assert keras_bridge.max_difference(ours, theirs, example_inputs(ours)) < 1e-5


def test_initializers_and_arguments_cross(keras):
    theirs = sequential(keras)
    conv = keras_bridge.from_keras(theirs).get_layer("conv")
    assert conv.kernel_size == (3, 2) and conv.activation.name == "relu" and conv.strides == (2, 2)
    assert isinstance(conv.kernel_initializer, initializers.GlorotUniform)
    layer = keras_bridge.to_keras(keras_bridge.from_keras(theirs)).layers[7]
    assert isinstance(layer.kernel_initializer, keras.initializers.HeNormal)


def test_unbuilt_sequential_crosses_without_weights(keras):
    theirs = keras.Sequential([keras.layers.Flatten(), keras.layers.Dense(3)])
    ours = keras_bridge.from_keras(theirs)
    assert not ours.built and ours(np.ones((2, 4, 4))).shape == (2, 3)
    again = keras_bridge.to_keras(keras_bridge.from_keras(theirs))
    assert not again.built


def test_what_cannot_cross(keras):
    with says("from_keras: model must be a Keras model, got Sequential.", TypeError):
        keras_bridge.from_keras(course_lib.Sequential())
    with says("to_keras: model must be a model of this library, got Dense.", TypeError):
        keras_bridge.to_keras(layers.Dense(2))
    start = keras.Input((4,))
    one = keras.layers.Dense(3)(start)
    with says("is not a layer. Only layers can be converted, and x + y, x - y, x * y."):
        keras_bridge.from_keras(keras.Model(start, keras.ops.exp(one)))
    with says("is a GRU, which this library has not."):
        keras_bridge.from_keras(keras.Sequential([keras.Input((4, 2)), keras.layers.GRU(2)]))
    with says("Keras has the argument kernel_constraint, this library has it not.", TypeError):
        keras_bridge.from_keras(
            keras.Sequential([start, keras.layers.Dense(2, kernel_constraint="non_neg")])
        )
    orthogonal = keras.regularizers.OrthogonalRegularizer()
    with says("kernel_regularizer is a OrthogonalRegularizer, which this library has not."):
        keras_bridge.from_keras(
            keras.Sequential([start, keras.layers.Dense(2, kernel_regularizer=orthogonal)])
        )


def test_max_difference_wants_two_models_of_one_output_shape(keras):
    ours, theirs = words(course_lib), words(keras)
    with says("needs a model of this library and a Keras model, in this order", TypeError):
        keras_bridge.max_difference(theirs, ours, np.zeros((2, 6)))
    with says("needs models of one input and one output; compare what"):
        keras_bridge.max_difference(graph(course_lib), theirs, np.zeros((2, 6)))
    other = keras.Sequential([keras.Input((6,)), keras.layers.Dense(2)])
    with says("outputs must have the same shape, got (2, 3) and (2, 2)"):
        keras_bridge.max_difference(ours, other, np.zeros((2, 6)))
    theirs.set_weights([w + 1 for w in ours.get_weights()])
    assert keras_bridge.max_difference(ours, theirs, example_inputs(ours)) > 0.1

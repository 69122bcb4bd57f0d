"""Models: how chains are drawn and found, what they predict, and what they refuse."""

import numpy as np
import pytest

import course_lib
from course_lib import Input, Model, Sequential, layers
from course_lib.lectures.facts.programs import mnist_model
from course_lib.model import summary
from tests.examples import images, says, small_model

RNG = np.random.default_rng(3)


# --------------------------------------------------------------------------------------- drawing


def test_the_lectures_model_has_the_lectures_numbers():
    model = mnist_model()
    shapes = [layer.output_shape[1:] for layer in model.layers]
    assert shapes == [
        (26, 26, 32), (13, 13, 32), (11, 11, 64), (5, 5, 64), (1600,), (1600,), (10,)
    ]  # fmt: skip
    counts = [layer.count_params() for layer in model.layers]
    assert counts == [320, 0, 18496, 0, 0, 0, 16010] and model.count_params() == 34826
    assert model.input_shape == (None, 28, 28, 1) and model.output_shape == (None, 10)


def test_functional_model_finds_its_layers():
    start = Input(shape=(10, 10, 1))
    first, second = layers.Convolution2D(5, 3), layers.Convolution2D(2, 3)
    model = Model(start, layers.Activation("sigmoid")(second(first(start))))
    assert model.layers[1:3] == [first, second] and len(model.layers) == 4
    assert isinstance(model.layers[0], layers.InputLayer)
    assert [first.count_params(), second.count_params()] == [50, 92]
    assert model.get_layer(index=1) is first and model.get_layer(second.name) is second


def test_sequential_and_functional_compute_the_same():
    sequential = small_model()
    functional = Model(sequential.input, sequential.output)
    inputs = images(4, 6, 6, 1)
    np.testing.assert_array_equal(sequential(inputs), functional(inputs))
    assert functional.layers[1:] == sequential.layers


def test_input_shape_argument_builds_as_input_does():
    model = Sequential([layers.Conv2D(4, 3, input_shape=(8, 8, 3)), layers.Flatten()])
    assert model.built and model.output_shape == (None, 144)


def test_sequential_without_input_builds_when_it_sees_data():
    model = Sequential([layers.Flatten(), layers.Dense(3)])
    assert not model.built
    assert model(images(2, 4, 4)).shape == (2, 3)
    assert model.built and model.input_shape == (None, 4, 4)
    other = Sequential([layers.Dense(3)])
    other.build((None, 7))
    assert other.count_params() == 24


def test_add_and_pop():
    model = Sequential()
    model.add(Input(shape=(8,)))
    model.add(layers.Dense(4))
    model.add(layers.Dense(2))
    assert model.output_shape == (None, 2)
    dropped = model.pop()
    assert dropped.units == 2 and model.output_shape == (None, 4) and len(model.layers) == 1
    model.add(layers.Dense(5))
    assert model(images(3, 8)).shape == (3, 5)


def test_feature_extractor_shares_layers_and_cuts_the_chain():
    model = mnist_model()
    inputs = images(2, 28, 28, 1)
    features = Model(model.input, model.layers[2].output)
    assert features.output_shape == (None, 11, 11, 64)
    np.testing.assert_array_equal(features.get_weights()[0], model.get_weights()[0])
    rest = Model(model.layers[2].output, model.output)
    np.testing.assert_array_equal(rest(features(inputs)), model(inputs))
    model.layers[0].bias[...] += 1
    np.testing.assert_array_equal(rest(features(inputs)), model(inputs))


def test_many_outputs_of_one_chain():
    model = mnist_model()
    every = Model(model.input, [layer.output for layer in model.layers])
    inputs = images(40, 28, 28, 1)
    outputs = every.predict(inputs, verbose=0)
    assert [o.shape[1:] for o in outputs] == [layer.output_shape[1:] for layer in model.layers]
    np.testing.assert_allclose(outputs[-1], model.predict(inputs, verbose=0), atol=1e-6)
    np.testing.assert_array_equal(every(inputs[:3])[0], model.layers[0](inputs[:3]))


def test_shared_layer_counts_once_and_gathers_gradients():
    start = Input(shape=(4,))
    shared = layers.Dense(4, activation="tanh", dtype="float64")
    model = Model(start, shared(shared(start)))
    assert model.count_params() == 20 and len(model.layers) == 2
    inputs, cotangent = RNG.normal(size=(3, 4)), RNG.normal(size=(3, 4))
    _, cache = model.forward(inputs)
    grad_inputs, gradients = model.backward(cotangent, cache)
    kernel = shared.kernel
    direction = RNG.normal(size=kernel.shape)
    change = []
    for step in (1e-6, -1e-6):
        kernel += step * direction
        change.append((model.forward(inputs)[0] * cotangent).sum())
        kernel -= step * direction
    slope = (gradients[f"{shared.name}/kernel"] * direction).sum()
    assert slope == pytest.approx((change[0] - change[1]) / 2e-6, rel=1e-5)
    assert grad_inputs.shape == inputs.shape


def test_model_inside_a_model():
    base = Model(*(lambda m: (m.input, m.layers[1].output))(mnist_model()), name="base")
    model = Sequential([base, layers.GlobalAveragePooling2D(), layers.Dense(3, name="head")])
    assert model.input_shape == (None, 28, 28, 1)  # taken from the base
    assert next(iter(model.parameters)) == f"base/{base.layers[1].name}/kernel"
    base.trainable = False
    assert list(model.trainable_parameters) == ["head/kernel", "head/bias"]
    assert not base.layers[1].trainable
    assert summary.totals(model) == (320 + 99, 99, 320)
    model.trainable = True
    assert base.layers[1].trainable and len(model.trainable_weights) == 4


def test_gradient_stops_below_the_last_layer_that_learns(monkeypatch):
    model = mnist_model()
    for layer in model.layers[:4]:
        layer.trainable = False
    monkeypatch.setattr(layers.Conv2D, "linear_backward", lambda *a: pytest.fail("went too deep"))
    outputs, cache = model.forward(images(2, 28, 28, 1))
    grad, gradients = model.backward(outputs, cache, need_input_gradient=False)
    assert grad is None and [g.shape for g in gradients.values()] == [(1600, 10), (10,)]


def test_names_of_models():
    from course_lib import naming

    naming._names.clear()
    assert [Sequential().name, Sequential().name] == ["sequential", "sequential_1"]
    start = Input(shape=(3,))
    assert Model(start, layers.Dense(1)(start)).name == "functional"


# ------------------------------------------------------------------------------------ predicting


def test_predict_is_the_model_in_inference_whatever_the_batch_size():
    model = mnist_model()
    inputs = images(70, 28, 28, 1)
    whole = model.predict(inputs, batch_size=70, verbose=0)
    np.testing.assert_allclose(model(inputs), whole, atol=1e-6)
    np.testing.assert_array_equal(model.predict(inputs, batch_size=7, verbose=0), whole)
    assert whole.dtype == np.float32 and whole.shape == (70, 10)


def test_integers_and_doubles_become_float32():
    model = mnist_model()
    inputs = RNG.integers(0, 255, (2, 28, 28, 1))
    for kind in (np.uint8, np.float64, np.int32):
        outputs = model.predict(inputs.astype(kind), verbose=0)
        assert outputs.dtype == np.float32
        np.testing.assert_array_equal(outputs, model.predict(inputs.astype("float32"), verbose=0))


# ------------------------------------------------------------------------------------- bad input


def test_inputs_that_do_not_fit_are_mended():
    model = mnist_model()
    model.name = "m"
    with says("m: inputs must have shape (batch, 28, 28, 1), got (9, 28, 28). "
              "Reshape: inputs.reshape(9, 28, 28, 1)."):  # fmt: skip
        model.predict(images(9, 28, 28))
    with says("got (28, 28, 1). Add the batch axis: inputs.reshape(1, 28, 28, 1)."):
        model(images(28, 28, 1))
    with says("got (28, 28). Reshape: inputs.reshape(1, 28, 28, 1)."):
        model(images(28, 28))
    with says("got (9, 784). Reshape: inputs.reshape(9, 28, 28, 1)."):
        model(images(9, 784))
    with says("m: inputs must have shape (batch, 28, 28, 1), got (2, 32, 32, 3)."):
        model(images(2, 32, 32, 3))


def test_outputs_must_come_from_the_inputs():
    start, other = Input(shape=(4,)), Input(shape=(4,))
    end = layers.Dense(3)(start)
    with says("do not come from the inputs"):
        Model(other, end)
    with says("outputs must be a tensor or a list of them, got []"):
        Model(start, [])
    with says("must be the tensor of Input(shape=...) or of a layer called on it, or a list of "
              "them, got Dense. Pass layer.output.", TypeError):  # fmt: skip
        Model(start, layers.Dense(3))


def test_sequential_refuses():
    with says("layers must be layers, got 3.", TypeError):
        Sequential([3])
    with says("Write Conv2D(...), with brackets.", TypeError):
        Sequential([layers.Conv2D])
    with says("starts with input shape (4,) already; a second Input cannot be added."):
        Sequential([Input(shape=(4,)), Input(shape=(4,))])
    with says("layers must have different names, got two of the name 'd'."):
        Sequential([layers.Dense(2, name="d"), layers.Dense(2, name="d")])
    start = Input(shape=(4,))
    with says("layers must have different names, got two of the name 'd'."):
        Model(start, layers.Dense(2, name="d")(layers.Dense(2, name="d")(start)))
    with says("has no input and output yet: its input shape is not known.", AttributeError):
        Sequential([layers.Dense(2)]).output  # noqa: B018
    with says("there is no summary before the input shape is known."):
        Sequential([layers.Dense(2)]).summary()
    with says("build needs input_shape"):
        Sequential([layers.Dense(2)]).build()
    with says("has no layers yet"):
        Sequential().build((None, 3))
    with says("has no layer to take away"):
        Sequential().pop()


def test_layer_that_does_not_fit_is_named_and_left_out():
    model = Sequential([Input(shape=(4, 4, 1), name="in"), layers.MaxPooling2D(3, name="pool")])
    with says("last (Conv2D): kernel_size must not be larger than the input, "
              "got kernel_size 3 for an input of size 1."):  # fmt: skip
        model.add(layers.Conv2D(8, 3, name="last"))
    assert [layer.name for layer in model.layers] == ["pool"]
    with says("d (Dense): the size of axis -1 must be known to create the weights"):
        Sequential([Input(shape=(None, 4, 2)), layers.Flatten(), layers.Dense(2, name="d")])


def test_get_layer_refuses():
    model = small_model(conv="c", head="h")
    with says("has no layer 'x'. Its layers: c, "):
        model.get_layer("x")
    with says("index must be below 4, the number of layers, got 4."):
        model.get_layer(index=4)
    with says("get_layer needs a name or an index"):
        model.get_layer()


def test_uncompiled_model_says_how_to_compile():
    with says('must be compiled first: model.compile(optimizer="adam", loss="sparse_categorical'):
        small_model().fit(images(3, 6, 6, 1), np.zeros(3))
    assert course_lib.Model is Model and course_lib.Sequential is Sequential

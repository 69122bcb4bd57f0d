"""Graphs: layers that merge, several inputs and outputs, shared layers; what they refuse."""

import numpy as np
import pytest

from course_lib import Input, Model, Sequential, layers, losses, utils
from course_lib.model import summary
from course_lib.training import steps
from course_lib.training.fusion import fuse
from tests.course_lib.ops.gradients import check_gradients
from tests.examples import images, says

RNG = np.random.default_rng(8)
D = {"dtype": "float64"}


def residual(filters=4, **options):
    """A small residual network: a skip past two convolutions, one changed by a 1 x 1."""
    start = Input(shape=(8, 8, 3))
    x = layers.Conv2D(filters, 3, padding="same", activation="relu", **options)(start)
    y = layers.Conv2D(filters, 3, padding="same", activation="relu", **options)(x)
    y = layers.Conv2D(filters, 3, padding="same", **options)(y)
    x = layers.ReLU(**options)(x + y)
    y = layers.Conv2D(2 * filters, 3, strides=2, padding="same", **options)(x)
    skip = layers.Conv2D(2 * filters, 1, strides=2, **options)(x)
    x = layers.Activation("relu", **options)(layers.Add(**options)([y, skip]))
    x = layers.GlobalAveragePooling2D(**options)(x)
    return Model(start, layers.Dense(3, activation="softmax", **options)(x))


def two_inputs(**options):
    left, right = Input(shape=(4,), name="left"), Input(shape=(3,), name="right")
    dense = layers.Dense(5, activation="tanh", **options)
    x = layers.Concatenate(**options)([dense(left), layers.Dense(5, **options)(right)])
    return Model([left, right], layers.Dense(2, activation="softmax", **options)(x))


def slope_of(model, inputs, name):
    """Slope of a random sum of the outputs: (by the gradient, by differences)."""
    outputs, cache = model.forward(inputs)
    outputs = outputs if isinstance(outputs, list) else [outputs]
    cotangents = [RNG.normal(size=o.shape) for o in outputs]
    grads = cotangents if len(outputs) > 1 else cotangents[0]
    _, gradients = model.backward(grads, cache)
    array, direction = model.parameters[name], RNG.normal(size=model.parameters[name].shape)

    def total():
        outputs = model.forward(inputs)[0]
        outputs = outputs if isinstance(outputs, list) else [outputs]
        return sum((o * c).sum() for o, c in zip(outputs, cotangents, strict=True))

    array += 1e-6 * direction
    above = total()
    array -= 2e-6 * direction
    below = total()
    array += 1e-6 * direction
    return (gradients[name] * direction).sum(), (above - below) / 2e-6


@pytest.mark.parametrize("make", [residual, two_inputs])
def test_every_gradient_of_a_graph_is_the_slope(make):
    model = make(**D)
    shapes = model.input_shape if isinstance(model.input_shape, list) else [model.input_shape]
    inputs = [RNG.normal(size=(3, *shape[1:])) for shape in shapes]
    inputs = inputs if len(inputs) > 1 else inputs[0]
    for name in model.trainable_parameters:
        mine, numeric = slope_of(model, inputs, name)
        assert mine == pytest.approx(numeric, rel=1e-5, abs=1e-7), name


def test_gradients_of_several_inputs_and_outputs():
    left, right = Input(shape=(4,)), Input(shape=(4,))
    shared = layers.Dense(4, activation="tanh", **D)
    a, b = shared(left), shared(right)
    model = Model([left, right], [a * b, layers.Subtract(**D)([a, right]), a])
    arrays = [RNG.normal(size=(3, 4)), RNG.normal(size=(3, 4))]
    weights = [RNG.normal(size=(3, 4)) for _ in range(3)]

    def forward(*arrays):
        outputs, cache = model.forward(list(arrays))
        return sum(o * w for o, w in zip(outputs, weights, strict=True)), cache

    def backward(grad, cache):
        return tuple(model.backward([grad * w for w in weights], cache)[0])

    check_gradients(forward, backward, arrays)
    mine, numeric = slope_of(model, arrays, f"{shared.name}/kernel")
    assert mine == pytest.approx(numeric, rel=1e-5)


def test_an_array_of_one_output_model_is_one_array_also_in_a_list():
    start = Input(shape=(4,))
    end = layers.Dense(3)(start)
    model = Model(inputs=[start], outputs=[end])
    x = images(5, 4)
    for found in (model(x), model([x]), model.predict(x, verbose=0), model.predict([x], verbose=0)):
        assert isinstance(found, np.ndarray) and found.shape == (5, 3)
    assert model.input_shape == (None, 4) and model.output_shape == (None, 3)
    model.compile("sgd", "mse")
    model.fit(x, images(5, 3), verbose=0)


def test_several_inputs_are_a_list_or_a_dictionary():
    model = two_inputs()
    x = [images(40, 4), images(40, 3)]
    y = np.arange(40) % 2
    expected = model(x)
    np.testing.assert_array_equal(model({"right": x[1], "left": x[0]}), expected)
    np.testing.assert_allclose(model.predict(x, verbose=0), expected, atol=1e-6)
    np.testing.assert_allclose(
        model.predict(dict(zip(["left", "right"], x, strict=True)), verbose=0), expected, atol=1e-6
    )
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    history = model.fit(x, y, epochs=3, validation_split=0.25, verbose=0).history
    assert history["loss"][2] < history["loss"][0] and len(history["val_loss"]) == 3
    assert len(model.evaluate(x, y, verbose=0)) == 2


def test_a_graph_gives_the_same_whatever_the_workers_and_without_fusion():
    def run(workers, fusion):
        utils.set_random_seed(1)
        utils.set_workers(workers)
        utils.set_fusion(fusion)
        model = residual()
        model.compile("adam", "sparse_categorical_crossentropy")
        x = np.random.default_rng(0).normal(size=(96, 8, 8, 3)).astype(np.float32)
        history = model.fit(x, np.arange(96) % 3, epochs=2, verbose=0).history
        return history["loss"], model.predict(x, verbose=0)

    try:
        alone, shared, plain = run(1, True), run(2, True), run(1, False)
    finally:
        utils.set_workers(None)
        utils.set_fusion(True)
    assert alone[0] == shared[0]
    np.testing.assert_array_equal(alone[1], shared[1])
    np.testing.assert_allclose(plain[0], alone[0], rtol=1e-5)


def test_fusion_stands_back_where_a_branch_reads_between():
    """The convolution's relu is read by the pool and by the skip: they may not become one."""
    start = Input(shape=(8, 8, 2))
    x = layers.Conv2D(4, 3, padding="same", activation="relu", **D)(start)
    pooled = layers.MaxPooling2D(2, **D)(x)
    apart = layers.AveragePooling2D(2, **D)(x)
    alone = layers.MaxPooling2D(2, **D)(layers.Conv2D(4, 3, activation="relu", **D)(start))
    model = Model(start, [layers.Concatenate(**D)([pooled, apart]), alone])
    fused = fuse(model)
    assert [type(s).__name__ for s in fused.steps].count("ConvPool") == 1
    x = RNG.normal(size=(3, 8, 8, 2))
    for mine, plain in zip(fused.forward(x)[0], model.forward(x)[0], strict=True):
        np.testing.assert_allclose(mine, plain, rtol=1e-12)
    grads = [RNG.normal(size=o.shape) for o in model.forward(x)[0]]
    found, wanted = (m.backward(grads, m.forward(x, True)[1]) for m in (fused, model))
    np.testing.assert_allclose(found[0], wanted[0], rtol=1e-9, atol=1e-12)
    assert list(found[1]) == list(wanted[1])


def test_a_fused_graph_has_the_gradients_of_the_graph():
    model = residual(**D)
    x, y = RNG.normal(size=(5, 8, 8, 3)), RNG.integers(0, 3, 5)
    loss = losses.SparseCategoricalCrossentropy()
    plain, found = (steps.gradients(m, x, y, loss) for m in (model, fuse(model)))
    for path, gradient in plain.gradients.items():
        np.testing.assert_allclose(found.gradients[path], gradient, rtol=1e-9, atol=1e-12)


def test_inference_keeps_no_array_longer_than_it_is_read():
    model = residual()
    x = images(3, 8, 8, 3)
    np.testing.assert_array_equal(model.infer(x), model.forward(x)[0])
    two = two_inputs()
    pair = [images(3, 4), images(3, 3)]
    np.testing.assert_array_equal(two.infer(pair), two.forward(pair)[0])


def test_a_model_of_several_inputs_and_outputs_inside_another():
    a, b = Input(shape=(3,)), Input(shape=(3,))
    inner = Model([a, b], [a + b, a * b], name="inner")
    left, right = Input(shape=(3,)), Input(shape=(3,))
    total, product = inner([left, right])
    model = Model([left, right], layers.Dense(1, **D)(layers.Concatenate()([total, product])))
    x = [images(4, 3), images(4, 3)]
    kernel = model.layers[-1].kernel
    expected = np.hstack([x[0] + x[1], x[0] * x[1]]) @ kernel
    np.testing.assert_allclose(model(x), expected, rtol=1e-5)
    only = Model([left, right], product)  # the other output gets no gradient
    _, cache = only.forward(x)
    grads, _ = only.backward(np.ones((4, 3)), cache)
    np.testing.assert_allclose(grads[0], x[1])
    row = next(row for row in summary.rows(model) if row.name == "inner")
    assert row.output_shape == [(None, 3), (None, 3)] and row.kind == "Functional"
    assert "inner[0][1]" in summary.table(model)


def test_order_of_layers_and_names():
    model = two_inputs()
    kinds = [type(layer).__name__ for layer in model.layers]
    assert kinds == ["InputLayer", "InputLayer", "Dense", "Dense", "Concatenate", "Dense"]
    start = Input(shape=(3,))
    with says("layers must have different names, got two of the name 'd'."):
        Model(start, layers.Dense(2, name="d")(start) + layers.Dense(2, name="d")(start))


def test_merging_repeats_axes_of_size_one():
    x, gate = images(2, 4, 4, 3), images(2, 1, 1, 3)
    np.testing.assert_allclose(layers.multiply([x, gate]), x * gate)
    np.testing.assert_allclose(layers.add([x[:, 0, 0], x]), x[:, 0, 0][:, None, None] + x)
    layer = layers.Multiply()
    assert layer.compute_output_shape([(None, 4, 4, 3), (None, 1, 1, 3)]) == (None, 4, 4, 3)
    outputs, cache = layer.forward([x, gate])
    grads, _ = layer.backward(np.ones_like(outputs), cache)
    assert [g.shape for g in grads] == [x.shape, gate.shape]
    np.testing.assert_allclose(grads[1], x.sum((1, 2), keepdims=True), rtol=1e-5)


def test_the_first_of_equal_maxima_gets_the_gradient():
    layer = layers.Maximum()
    x = np.array([[1.0, 2.0]], np.float32)
    _, cache = layer.forward([x, x.copy(), x + [[1, -1]]])
    grads, _ = layer.backward(np.array([[5.0, 7.0]], np.float32), cache)
    np.testing.assert_array_equal(np.concatenate(grads), [[0, 7], [0, 0], [5, 0]])


def test_functions_of_merging_layers_on_tensors():
    a, b = Input(shape=(2,)), Input(shape=(2,))
    for function in ("add", "subtract", "multiply", "average", "maximum"):
        end = getattr(layers, function)([a, b])
        assert end.shape == (None, 2) and type(end.layer).__name__ == function.title()
    assert layers.concatenate([a, b], axis=1).shape == (None, 4)
    assert type((a - b).layer).__name__ == "Subtract"


def test_merging_layers_refuse():
    a, b = Input(shape=(4, 3)), Input(shape=(4, 2))
    with says("add (Add): inputs must have the same shape (an axis of size 1 is repeated), got "
              "(None, 4, 3) and (None, 4, 2)."):  # fmt: skip
        layers.Add(name="add")([a, b])
    with says("c (Concatenate): inputs must have the same sizes on every axis but 1, got"):
        layers.Concatenate(axis=1, name="c")([a, b])
    with says("axis must be an axis of the inputs, not that of the batch, got axis=0"):
        layers.Concatenate(axis=0)([a, b])
    with says("must be called on exactly 2 inputs, got 3."):
        layers.Subtract()([a, a, a])
    with says("must be called on a list of tensors or arrays, Add()([x, y]), got SymbolicTensor."):
        layers.Add()(a)
    with says("must be called on a list of tensors or arrays, Add()([x, y]), got an empty list."):
        layers.Add()([])
    with says("must be called on symbolic tensors only or on arrays only, got 1 of 2", TypeError):
        layers.Add()([a, images(2, 4, 3)])


def test_models_of_several_inputs_refuse():
    model = two_inputs()
    model.name = "m"
    x = [images(5, 4), images(5, 3)]
    with says("m: has 2 inputs and must be called on a list of so many (left, right), or on a "
              "dictionary of these names; got ndarray."):  # fmt: skip
        model(x[0])
    with says("got a list of 3."):
        model([*x, x[0]])
    with says("m: a dictionary of inputs must have the keys left, right, got left."):
        model({"left": x[0]})
    with says("m: inputs[1] (right) must have shape (batch, 3), got (5, 4)."):
        model([x[0], x[0]])
    with says("x must hold arrays with the same number of examples, got 5 and 3."):
        model.predict([x[0], x[1][:3]], verbose=0)
    with says("joins several tensors, and in a Sequential there is one. Write the functional way"):
        Sequential([Input(shape=(3,)), layers.Add()])
    a = Input(shape=(3,))
    with says("has 2 outputs, and in a Sequential every layer has one."):
        Sequential([Input(shape=(3,)), Model(a, [a, layers.Dense(1)(a)])])


def two_outputs(**options):
    """A class and a map from one picture; the class is also read on the way."""
    start = Input(shape=(6, 6, 2))
    x = layers.Conv2D(3, 3, padding="same", activation="relu", **options)(start)
    drawn = layers.Conv2D(1, 1, activation="sigmoid", name="drawn", **options)(x)
    pooled = layers.GlobalAveragePooling2D(**options)(x)
    return Model(start, [layers.Dense(3, "softmax", name="kind", **options)(pooled), drawn])


LOSSES = {"kind": "sparse_categorical_crossentropy", "drawn": "binary_crossentropy"}


def test_the_loss_of_several_outputs_is_the_weighted_sum_and_has_its_slope():
    model = two_outputs(**D)
    model.compile("sgd", LOSSES, loss_weights={"kind": 2.0, "drawn": 0.5})
    x = RNG.normal(size=(5, 6, 6, 2))
    y = model.trainer._checked(x, [np.arange(5) % 3, RNG.integers(0, 2, (5, 6, 6, 1))])[1]

    def total():
        return steps.scores(model, x, y, model.loss).loss_sum

    kind, drawn = model(x)
    expected = 2 * losses.get(LOSSES["kind"])(y.arrays[0], kind)
    expected += 0.5 * losses.get(LOSSES["drawn"])(y.arrays[1], drawn)
    assert total() / 5 == pytest.approx(expected, rel=1e-9)
    part = steps.gradients(model, x, y, model.loss)
    for name, array in model.trainable_parameters.items():
        direction = RNG.normal(size=array.shape)
        array += 1e-6 * direction
        above = total()
        array -= 2e-6 * direction
        slope = (above - total()) / 2e-6
        array += 1e-6 * direction
        assert (part.gradients[name] * direction).sum() == pytest.approx(slope, rel=1e-5, abs=1e-6)


def test_several_outputs_are_trained_and_reported():
    model = two_outputs()
    x, kinds = images(60, 6, 6, 2), np.arange(60) % 3
    x[..., 0] += kinds[:, None, None]
    drawn = (x[..., :1] > 0.5).astype(np.float32)
    model.compile("adam", LOSSES, metrics={"kind": ["accuracy"]})
    labels = {"drawn": drawn, "kind": kinds}
    history = model.fit(x, labels, epochs=8, validation_split=0.2, verbose=0).history
    assert list(history)[:4] == ["loss", "kind_loss", "drawn_loss", "kind_accuracy"]
    assert history["loss"][-1] < history["loss"][0] and len(history["val_drawn_loss"]) == 8
    found = model.evaluate(x, [kinds, drawn], verbose=0, return_dict=True)
    assert found["loss"] == pytest.approx(found["kind_loss"] + found["drawn_loss"], rel=1e-5)
    weights = np.linspace(0, 2, 60)
    assert model.evaluate(x, labels, sample_weight=weights, verbose=0)[0] != found["loss"]


def test_several_outputs_refuse():
    model = two_outputs()
    with says("compile: every output needs a loss, got none for drawn."):
        model.compile("sgd", {"kind": "mse"})
    with says("compile: loss must have names of outputs, kind, drawn, got 'kinds'."):
        model.compile("sgd", {"kinds": "mse"})
    with says("compile: loss must have one entry for each of the outputs kind, drawn, got 3."):
        model.compile("sgd", ["mse"] * 3)
    model.compile("sgd", LOSSES)
    x = images(4, 6, 6, 2)
    with says("y must be a list of 2 arrays, one for each output, or a dictionary with the names "
              "kind, drawn; got ndarray."):  # fmt: skip
        model.fit(x, np.zeros(4), verbose=0)
    with says("x and y[1] must hold the same number of examples, got 4 in x and 3 in y[1]."):
        model.fit(x, [np.zeros(4), np.zeros((3, 6, 6, 1))], verbose=0)
    one = Sequential([Input((3,)), layers.Dense(1)])
    with says("compile: loss must be one loss, since the model has one output, got ['mse', "):
        one.compile("sgd", ["mse", "mse"])
    with says("compile: loss_weights say how much each of several outputs counts"):
        one.compile("sgd", "mse", loss_weights=[1])

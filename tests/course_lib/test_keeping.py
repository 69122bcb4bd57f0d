"""Models in a file: what comes back is the same; what a hostile file gets."""

import json
import pickle
import zipfile

import numpy as np
import pytest

from course_lib import (
    Input,
    Model,
    Sequential,
    activations,
    initializers,
    layers,
    losses,
    metrics,
    models,
    optimizers,
    regularizers,
    utils,
)
from course_lib.optimizers import schedules
from tests.examples import images, says, small_model


def graph():
    left, right = Input(shape=(8, 8, 2), name="left"), Input(shape=(8, 8, 2), name="right")
    shared = layers.Conv2D(4, 3, padding="same", activation="relu", name="shared")
    a, b = shared(left), shared(right)
    inner = Sequential([Input(shape=(8, 8, 4)), layers.DepthwiseConv2D(3, padding="same")])
    x = layers.BatchNormalization()(inner(a + b))
    y = layers.Concatenate(axis=2)([layers.Maximum()([a, b]), x * b])
    return Model([left, right], [layers.Dense(3)(layers.GlobalMaxPooling2D()(y)), x], name="g")


def kinds():
    """One layer of every kind, in a chain."""
    return Sequential(
        [
            Input(shape=(12, 12, 3)),
            layers.ZeroPadding2D(((1, 0), (0, 1))),
            layers.Conv2D(
                4, 3, kernel_initializer=initializers.RandomNormal(0.0, 0.1, seed=3),
                kernel_regularizer=regularizers.L2(0.01), activation="leaky_relu",
            ),
            layers.SeparableConv2D(4, 3, padding="same"),
            layers.GroupNormalization(2),
            layers.ReLU(6.0),
            layers.UpSampling2D((2, 1)),
            layers.Cropping2D(1),
            layers.MaxPooling2D(2),
            layers.Conv2DTranspose(3, 2, strides=2, output_padding=1),
            layers.LayerNormalization(axis=(1, 2)),
            layers.Softmax(axis=(1, 2)),
            layers.Dropout(0.5, noise_shape=(None, 1, 1, 3)),
            layers.Reshape((-1, 3)),
            layers.Conv1D(2, 3, padding="causal"),
            layers.Flatten(),
            layers.Dense(2, trainable=False),
        ],
        name="kinds",
    )  # fmt: skip


@pytest.mark.parametrize("make", [small_model, graph, kinds])
def test_a_saved_model_comes_back(make, tmp_path):
    model = make()
    rng = np.random.default_rng(0)
    model.set_weights([rng.uniform(0.1, 1, w.shape) for w in model.get_weights()])
    model.save(tmp_path / "model.npz")
    again = models.load_model(tmp_path / "model.npz")
    assert type(again) is type(model) and again.name == model.name
    assert [layer.name for layer in again.layers] == [layer.name for layer in model.layers]
    assert again.get_config() == model.get_config()
    shapes = model.input_shape if isinstance(model.input_shape, list) else [model.input_shape]
    inputs = [images(2, *shape[1:]) for shape in shapes]
    found = [m(inputs) for m in (again, model)]
    mine, wanted = (f if isinstance(f, list) else [f] for f in found)
    for found, expected in zip(mine, wanted, strict=True):
        np.testing.assert_array_equal(found, expected)
    trainable = [w.shape for w in model.trainable_weights]
    assert [w.shape for w in again.trainable_weights] == trainable


def test_an_unbuilt_model_and_its_weights_alone(tmp_path):
    model = Sequential([layers.Flatten(), layers.Dense(3)])
    model.save(tmp_path / "m.npz")
    again = models.load_model(tmp_path / "m.npz")
    assert not again.built and again(images(2, 4, 4)).shape == (2, 3)
    built = small_model()
    built.save(tmp_path / "built.npz")
    other = small_model()
    other.load_weights(tmp_path / "built.npz")  # configuration beside them is no hindrance
    np.testing.assert_array_equal(other.get_weights()[0], built.get_weights()[0])


def test_a_clone_has_weights_of_its_own():
    utils.set_random_seed(0)
    model = graph()
    clone = models.clone_model(model)
    assert clone.get_config() == model.get_config()
    assert not np.array_equal(clone.get_weights()[0], model.get_weights()[0])
    assert clone.layers[2] is not model.layers[2]
    with says("clone_model: model must be a model, got Dense.", TypeError):
        models.clone_model(layers.Dense(2))


def test_layers_come_back_from_their_configuration():
    layer = layers.Conv2D(4, (3, 2), activation="relu", name="c")
    config = layer.get_config()
    assert config["activation"] == "relu" and config["kernel_size"] == (3, 2)
    again = layers.Conv2D.from_config(config)
    assert again.get_config() == config and not again.built


class Scale(layers.Layer):
    """A layer of one's own: times a number that is learned."""

    def __init__(self, start=1.0, **kwargs):
        super().__init__(**kwargs)
        self.start = start

    def create_weights(self, input_shape):
        self.add_weight("factor", (1,), initializers.Constant(self.start))

    def forward(self, inputs, training=False, rng=None):
        return inputs * self.parameters["factor"], inputs

    def backward(self, grad_outputs, cache, need_input_gradient=True):
        factor = (grad_outputs * cache).sum().reshape(1)
        return grad_outputs * self.parameters["factor"], {"factor": factor}


def test_own_layers_are_handed_over(tmp_path):
    model = Sequential([Input(shape=(3,)), Scale(2.0)])
    model.save(tmp_path / "own.npz")
    with says("'Scale' is no layer of this library. A layer of your own is handed over: "
              "custom_objects={'Name': Name}."):  # fmt: skip
        models.load_model(tmp_path / "own.npz")
    again = models.load_model(tmp_path / "own.npz", custom_objects={"Scale": Scale})
    np.testing.assert_array_equal(again(np.ones((1, 3))), [[2, 2, 2]])


def test_what_cannot_be_kept(tmp_path):
    model = Sequential([Input(shape=(3,)), layers.Dense(2, activation=np.sin, name="d")])
    with says("d: activation is a ActivationFunction, and what it does cannot be kept in a file."):
        model.save(tmp_path / "m.npz")
    with says("filepath must end in .npz, got"):
        small_model().save(tmp_path / "m.keras")
    small_model().save(tmp_path / "m.npz")
    with pytest.raises(FileExistsError, match="Pass overwrite=True"):
        small_model().save(tmp_path / "m.npz", overwrite=False)


class Bomb:
    def __reduce__(self):
        return (pytest.fail, ("executed",))


def write(path, text, **arrays):
    np.savez(path, configuration=np.array(text), **arrays)


def hostile_files(folder):
    """{name: (path, what the refusal says)}"""

    def chain(*entries):
        return json.dumps({"class_name": "Sequential", "config": {
            "name": "s", "trainable": True, "layers": list(entries)}})  # fmt: skip

    start = {"class_name": "InputLayer", "config": {"shape": [4]}}
    texts = {
        "other class": (chain({"class_name": "os.system", "config": {}}), "no layer of this libr"),
        "function": (chain({"class_name": "add", "config": {}}), "no layer of this library"),
        "base": (chain({"class_name": "Layer", "config": {}}), "no layer of this library"),
        "too large": (
            chain(start, {"class_name": "Dense", "config": {"units": 10**12}}), "more than there"
        ),
        "argument": (
            chain(start, {"class_name": "Dense", "config": {"units": 2, "rm": 1}}), "unknown argum"
        ),
        "part": (
            chain(start, {"class_name": "Dense", "config": {
                "units": 2, "kernel_initializer": {"initializer": "generator"}}}),
            "nothing of this library is kept as",
        ),
        "deep": ("[" * 100_000, "is no model that this library saved"),
        "text": ("no json", "is no model that this library saved"),
        "layer": (json.dumps({"class_name": "Dense", "config": {"units": 2}}), "not a model"),
        "missing": (json.dumps({"class_name": "Functional", "config": {}}), "is no model that"),
    }  # fmt: skip
    for name, (text, says_so) in texts.items():
        path = folder / f"{name}.npz"
        write(path, text)
        yield path, says_so
    np.savez(folder / "weights.npz", a=np.ones(3))
    yield folder / "weights.npz", "it holds no configuration"
    (folder / "no.npz").write_bytes(b"nothing")
    yield folder / "no.npz", "is no model that this library saved"
    with zipfile.ZipFile(folder / "pickle.npz", "w") as archive:
        for entry in ("configuration.npy", "configuration"):
            archive.writestr(entry, pickle.dumps(Bomb()))
    yield folder / "pickle.npz", "is no model that this library saved"
    np.savez(folder / "object.npz", configuration=np.array([Bomb()], object))
    yield folder / "object.npz", "is no model that this library saved"


def test_hostile_files_are_refused(tmp_path):
    for path, text in hostile_files(tmp_path):
        with says(text):
            models.load_model(path)


def test_an_activation_of_ones_own_trains():
    def forward(x):
        return x**3, x

    def backward(grad_outputs, x):
        return grad_outputs * 3 * x**2

    cube = activations.ActivationFunction("cube", forward, backward)
    layer = layers.Dense(2, activation=cube, dtype="float64")
    x = np.random.default_rng(0).normal(size=(3, 4))
    layer.build(x.shape)
    outputs, cache = layer.forward(x)
    np.testing.assert_allclose(outputs, (x @ layer.kernel) ** 3)
    grad, _ = layer.backward(np.ones_like(outputs), cache)
    np.testing.assert_allclose(grad, 3 * (x @ layer.kernel) ** 2 @ layer.kernel.T)
    any_function = layers.Dense(2, activation=np.sin)
    any_function.build(x.shape)
    outputs, cache = any_function.forward(x)
    with says("activation sin: a function of your own has no way back", TypeError):
        any_function.backward(outputs, cache)
    layer.activation = None
    np.testing.assert_allclose(layer(x), x @ layer.kernel)
    assert layer.get_config()["activation"] == "linear"
    assert layers.Dense(2, activation=activations.relu).get_config()["activation"] == "relu"


# ------------------------------------------------------------------------------ how it was compiled

SCHEDULE = {"initial_learning_rate": 0.05, "decay_steps": 3, "decay_rate": 0.5}
COMPILED = [
    {"optimizer": "adam", "loss": "mse", "metrics": ["mae"]},
    {
        "optimizer": optimizers.SGD(schedules.ExponentialDecay(**SCHEDULE), momentum=0.9),
        "loss": losses.CategoricalCrossentropy(label_smoothing=0.1),
        "metrics": ["accuracy", metrics.TopKCategoricalAccuracy(k=2), metrics.Precision],
        "weighted_metrics": [metrics.Recall(thresholds=0.4)],
    },
]


def compiled_model(settings):
    utils.set_random_seed(0)
    model = Sequential([Input(shape=(4,)), layers.Dense(3, activation="softmax", name="last")])
    model.compile(**settings)
    return model


@pytest.mark.parametrize("settings", COMPILED)
def test_training_goes_on_where_it_was_saved(settings, tmp_path):
    """Two epochs, or one, a file, and one more: the same to the last bit."""
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(12, 4)), np.eye(3)[rng.integers(0, 3, 12)]
    model = compiled_model(settings)
    model.fit(x, y, batch_size=4, shuffle=False, verbose=0)
    model.save(tmp_path / "model.npz")
    again = models.load_model(tmp_path / "model.npz")
    assert again.metrics_names == model.metrics_names
    assert repr(again.optimizer) == repr(model.optimizer)
    assert again.optimizer.iterations == 3
    found = [m.fit(x, y, batch_size=4, shuffle=False, verbose=0).history for m in (model, again)]
    assert found[0] == found[1]
    for mine, theirs in zip(model.get_weights(), again.get_weights(), strict=True):
        np.testing.assert_array_equal(mine, theirs)


def test_a_model_of_several_outputs_comes_back_compiled(tmp_path):
    x = Input(shape=(4,))
    model = Model(x, [layers.Dense(2, name="a")(x), layers.Dense(1, name="b")(x)])
    model.compile("sgd", loss={"a": "mse", "b": "mse"}, loss_weights={"a": 1.0, "b": 0.5})
    model.save(tmp_path / "model.npz")
    again = models.load_model(tmp_path / "model.npz")
    assert again.loss.shares == [1.0, 0.5] and again.metrics_names == model.metrics_names


def test_a_model_is_not_compiled_where_nothing_or_less_is_wanted(tmp_path):
    model = compiled_model(COMPILED[0])
    model.save(tmp_path / "model.npz")
    assert not models.load_model(tmp_path / "model.npz", compile=False).compiled
    small_model().save(tmp_path / "plain.npz")
    model = models.load_model(tmp_path / "plain.npz")
    assert model.compiled == small_model().compiled


def test_what_cannot_be_kept_is_said(tmp_path):
    model = compiled_model({"optimizer": "sgd", "loss": "mse", "metrics": [lambda t, p: p]})
    with pytest.warns(UserWarning, match="not of this library, so how the model was compiled"):
        model.save(tmp_path / "model.npz")
    assert not models.load_model(tmp_path / "model.npz").compiled


@pytest.mark.parametrize(
    "hostile",
    [
        {"optimizer": {"optimizer": "get", "config": {}}, "steps": 0},
        {"optimizer": {"optimizer": "os", "config": {}}, "steps": 0},
        {"optimizer": {"loss": "Loss", "config": {"name": "x"}}, "steps": 0},
        {"optimizer": "adam", "loss": "mse", "steps": -1},
        {"optimizer": "adam", "loss": "mse", "other": 1, "steps": 0},
        ["adam"],
    ],
)
def test_a_hostile_way_of_compiling_is_refused(hostile, tmp_path):
    path = tmp_path / "model.npz"
    compiled_model(COMPILED[0]).save(path)
    with np.load(path) as file:
        entries = dict(file) | {"compiled": np.array(json.dumps(hostile))}
    np.savez(path, **entries)
    with pytest.raises(ValueError, match="cannot be compiled as it was"):
        models.load_model(path)
    assert models.load_model(path, compile=False).built


def test_averages_that_fit_no_weight_are_refused(tmp_path):
    path = tmp_path / "model.npz"
    compiled_model(COMPILED[0]).save(path)
    with np.load(path) as file:
        entries = dict(file) | {"optimizer momentum last/kernel": np.zeros(2)}
    np.savez(path, **entries)
    with pytest.raises(ValueError, match="averages last/kernel fit no weight"):
        models.load_model(path)

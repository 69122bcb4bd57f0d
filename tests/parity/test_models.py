"""Layers, models and training beside Keras: shapes, counts, outputs, gradients, losses."""

import inspect
import os
import re

import numpy as np
import pytest

import course_lib
from course_lib import datasets, keras_bridge, layers, losses, metrics, optimizers

pytestmark = pytest.mark.keras
TOLERANCE = 1e-5


@pytest.fixture(scope="session", autouse=True)
def keras():
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("KERAS_BACKEND", "tensorflow")
    return pytest.importorskip("keras", reason="Keras is missing; install it: pip install .[keras]")


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


SAME_SIGNATURE = [
    (module, name)
    for module, names in [
        ("layers", [n for n in layers.__all__ if n not in ("Layer", "SymbolicTensor")]),
        ("optimizers", ["SGD", "Adam", "RMSprop"]),
        ("losses", ["SparseCategoricalCrossentropy", "CategoricalCrossentropy"]),
        ("metrics", ["SparseCategoricalAccuracy", "CategoricalAccuracy", "BinaryAccuracy"]),
        ("initializers", ["GlorotUniform", "HeNormal", "RandomUniform", "RandomNormal"]),
    ]
    for name in names
]


@pytest.mark.parametrize("module, name", SAME_SIGNATURE)
def test_arguments_have_keras_names_order_and_defaults(keras, module, name):
    import importlib

    ours = getattr(importlib.import_module(f"course_lib.{module}"), name)
    theirs = getattr(getattr(keras, module), name)

    def arguments(callable_):
        signature = inspect.signature(callable_).parameters.values()
        return {p.name: p.default for p in signature if p.kind == p.POSITIONAL_OR_KEYWORD}

    def same(a, b):
        """Equal, or one number where Keras writes it once per axis."""
        return a == b or (isinstance(b, tuple) and set(np.ravel(b)) == {a})

    mine, wanted = arguments(ours), arguments(theirs)
    inherited = {"name", "trainable", "dtype"} - set(wanted)
    known = [argument for argument in mine if argument not in inherited]
    if not wanted:  # Keras hides the arguments of some classes behind *args
        pytest.skip("Keras does not say")
    assert known == list(wanted)[: len(known)]  # what may be given by place, is in the same place
    for argument in known:
        assert same(mine[argument], wanted[argument]), argument


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


@pytest.mark.parametrize("from_logits", [False, True])
@pytest.mark.parametrize("kind", ["SparseCategorical", "Categorical", "Binary"])
def test_crossentropies(keras, kind, from_logits):
    rng = np.random.default_rng(0)
    scores = rng.normal(size=(6, 4)).astype(np.float32)
    if not from_logits:
        scores = np.exp(scores) / np.exp(scores).sum(1, keepdims=True)
    truth = np.array([0, 3, 1, 1, 2, 0])
    truth = truth if kind == "SparseCategorical" else np.eye(4, dtype=np.float32)[truth]
    mine = getattr(losses, f"{kind}Crossentropy")(from_logits=from_logits)
    theirs = getattr(keras.losses, f"{kind}Crossentropy")(from_logits=from_logits)
    assert mine(truth, scores) == pytest.approx(float(theirs(truth, scores)), rel=1e-5)


def test_label_smoothing_and_squares(keras):
    rng = np.random.default_rng(0)
    scores = rng.dirichlet(np.ones(4), size=6).astype(np.float32)
    truth = np.eye(4, dtype=np.float32)[[0, 3, 1, 1, 2, 0]]
    mine = losses.CategoricalCrossentropy(label_smoothing=0.1)(truth, scores)
    theirs = keras.losses.CategoricalCrossentropy(label_smoothing=0.1)(truth, scores)
    assert mine == pytest.approx(float(theirs), rel=1e-5)
    theirs = keras.losses.MeanSquaredError()(truth, scores)
    assert losses.MeanSquaredError()(truth, scores) == pytest.approx(float(theirs), rel=1e-5)


def test_metrics(keras):
    rng = np.random.default_rng(0)
    scores = rng.random((20, 4)).astype(np.float32)
    numbers = rng.integers(0, 4, 20)
    for name, truth, outputs in [
        ("SparseCategoricalAccuracy", numbers, scores),
        ("CategoricalAccuracy", np.eye(4)[numbers], scores),
        ("BinaryAccuracy", (numbers > 1)[:, None] * 1.0, scores[:, :1]),
        ("MeanAbsoluteError", np.eye(4)[numbers], scores),
        ("MeanSquaredError", np.eye(4)[numbers], scores),
    ]:
        mine, theirs = getattr(metrics, name)(), getattr(keras.metrics, name)()
        for cut in (slice(0, 7), slice(7, 20)):
            mine.update_state(truth[cut], outputs[cut])
            theirs.update_state(truth[cut], outputs[cut])
        assert mine.result() == pytest.approx(float(theirs.result()), rel=1e-5)
        assert mine.name == theirs.name


# -------------------------------------------------------------------------------------- training


def keras_losses(model, batches):
    """Loss of each batch before its step."""
    found = []
    for x, y in batches:
        model.reset_metrics()
        found.append(float(model.train_on_batch(x, y, return_dict=True)["loss"]))
    return found


def lecture_model(lib, dropout=0.0, **extra):
    return lib.Sequential(
        [
            lib.Input(shape=(28, 28, 1)),
            lib.layers.Conv2D(32, kernel_size=(3, 3), activation="relu"),
            lib.layers.MaxPooling2D(pool_size=(2, 2)),
            lib.layers.Conv2D(64, kernel_size=(3, 3), activation="relu"),
            lib.layers.MaxPooling2D(pool_size=(2, 2)),
            lib.layers.Flatten(),
            lib.layers.Dropout(dropout),
            lib.layers.Dense(10, activation="softmax"),
        ]
    )


@pytest.mark.slow
@pytest.mark.parametrize("fusion", [True, False], ids=["fused", "plain"])
def test_a_hundred_steps_of_the_lecture_model_have_keras_losses(keras, fusion, monkeypatch):
    monkeypatch.setitem(course_lib.utils._settings, "fusion", fusion)
    (images, labels), _ = datasets.mnist.load_sample()
    images = images[..., None].astype(np.float32) / 255
    course_lib.utils.set_random_seed(1)
    ours = lecture_model(course_lib)
    theirs = keras_bridge.to_keras(ours)
    setting = {"loss": "sparse_categorical_crossentropy", "optimizer": "adam"}
    ours.compile(**setting)
    theirs.compile(**setting)
    order = np.random.default_rng(0).integers(0, len(images), (100, 40))
    batches = [(images[chosen], labels[chosen]) for chosen in order]
    mine = [ours.train_on_batch(x, y) for x, y in batches]
    wanted = keras_losses(theirs, batches)
    # Winograd's sums round otherwise than Keras' do, and a hundred steps make that larger.
    np.testing.assert_allclose(mine, wanted, atol=1e-3 if fusion else 1e-4)
    assert mine[0] > 2 and mine[-1] < 0.8  # it learned, so the comparison saw real steps


OPTIMIZERS = {
    "sgd": lambda m: m.SGD(0.1),
    "momentum": lambda m: m.SGD(0.05, momentum=0.9),
    "nesterov": lambda m: m.SGD(0.05, momentum=0.9, nesterov=True),
    "adam": lambda m: m.Adam(0.01),
    "adam-large-epsilon": lambda m: m.Adam(0.01, beta_1=0.8, beta_2=0.9, epsilon=0.1),
    "rmsprop": lambda m: m.RMSprop(0.01, rho=0.8, momentum=0.5),
}


@pytest.mark.parametrize("case", OPTIMIZERS)
def test_optimizer_steps_are_those_of_keras(keras, case):
    rng = np.random.default_rng(2)
    start = rng.normal(size=(4, 3)).astype(np.float32)
    gradients = rng.normal(size=(8, 4, 3)).astype(np.float32) * np.float32(0.3)
    mine, theirs = start.copy(), keras.Variable(start)
    ours, keras_optimizer = OPTIMIZERS[case](optimizers), OPTIMIZERS[case](keras.optimizers)
    for gradient in gradients:
        ours.apply({"w": gradient}, {"w": mine})
        keras_optimizer.apply([keras.ops.convert_to_tensor(gradient)], [theirs])
    np.testing.assert_allclose(mine, np.asarray(theirs), atol=2e-6)


def small_model(lib):
    return lib.Sequential(
        [
            lib.Input(shape=(9, 8, 2)),
            lib.layers.Conv2D(6, 3, padding="same", use_bias=False),
            lib.layers.BatchNormalization(momentum=0.8),
            lib.layers.ReLU(),
            lib.layers.AveragePooling2D(2),
            lib.layers.GlobalMaxPooling2D(),
            lib.layers.Dense(3),
        ]
    )


@pytest.mark.parametrize("frozen", [False, True])
def test_batch_normalization_trains_as_in_keras(keras, frozen):
    rng = np.random.default_rng(3)
    ours = small_model(course_lib)
    ours.layers[1].trainable = not frozen
    theirs = keras_bridge.to_keras(ours)
    ours.compile(
        optimizers.SGD(0.1),
        losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    theirs.compile(
        keras.optimizers.SGD(0.1), keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    )
    batches = [
        (rng.normal(size=(40, 9, 8, 2)).astype(np.float32) + 1, rng.integers(0, 3, 40))
        for _ in range(6)
    ]
    mine = [ours.train_on_batch(x, y)[0] for x, y in batches]
    np.testing.assert_allclose(mine, keras_losses(theirs, batches), atol=1e-4)
    for a, b in zip(ours.get_weights(), theirs.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, atol=1e-4)
    x, y = batches[0]
    score = theirs.evaluate(x, y, verbose=0)
    assert ours.evaluate(x, y, verbose=0)[0] == pytest.approx(score, abs=1e-4)
    assert (ours.layers[1].moving_mean == 0).all() == frozen


def test_the_model_decides_on_training_for_all_of_its_layers(keras):
    """``layer(tensor, training=False)`` does not hold a layer back in Keras 3; freezing does."""
    inputs = np.random.default_rng(0).normal(size=(30, 4)).astype(np.float32) + 3
    for lib in (course_lib, keras):
        start = lib.Input(shape=(4,))
        norm = lib.layers.BatchNormalization()
        model = lib.Model(start, norm(start, training=False))
        model(inputs, training=True)
        moved = norm.get_weights()[2]
        assert (moved > 0).all()
        norm.trainable = False
        model(inputs, training=True)
        np.testing.assert_array_equal(norm.get_weights()[2], moved)


def test_fit_takes_the_batches_and_the_validation_split_of_keras(keras):
    """In given order, with a smaller last batch, the last quarter set aside."""
    rng = np.random.default_rng(4)
    x, y = rng.normal(size=(90, 5)).astype(np.float32), rng.integers(0, 3, 90)

    def make(lib):
        return lib.Sequential([lib.Input((5,)), lib.layers.Dense(3, activation="softmax")])

    ours = make(course_lib)
    theirs = keras_bridge.to_keras(ours)
    for model in (ours, theirs):
        model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
    setting = {"batch_size": 16, "epochs": 3, "shuffle": False, "validation_split": 0.25}
    mine = ours.fit(x, y, verbose=0, **setting).history
    wanted = theirs.fit(x, y, verbose=0, **setting).history
    assert sorted(mine) == sorted(wanted)
    for name, values in wanted.items():
        np.testing.assert_allclose(mine[name], values, atol=1e-5)


def test_crossentropy_survives_probabilities_that_underflow(keras):
    """Keras finds the logits behind a softmax; so do we. Plain probabilities would be 0 here."""

    def make(lib):
        return lib.Sequential([lib.Input((1,)), lib.layers.Dense(2, activation="softmax")])

    ours = make(course_lib)
    ours.set_weights([np.array([[300.0, -300.0]]), np.zeros(2)])
    theirs = keras_bridge.to_keras(ours)
    for model in (ours, theirs):
        model.compile("sgd", "sparse_categorical_crossentropy")
    x, y = np.ones((2, 1), np.float32), np.array([1, 0])
    assert ours.train_on_batch(x, y) == pytest.approx(keras_losses(theirs, [(x, y)])[0], rel=1e-6)
    np.testing.assert_allclose(ours.get_weights()[0], theirs.get_weights()[0], rtol=1e-6)


# --------------------------------------------------------------------------------------- summary


def test_summary_is_drawn_like_that_of_keras(keras):
    ours = lecture_model(course_lib, dropout=0.5)
    ours.add(layers.BatchNormalization(name="a_name_that_is_rather_long"))
    theirs = keras_bridge.to_keras(ours)
    drawn = {"ours": [], "theirs": []}
    ours.summary(print_fn=drawn["ours"].append)
    theirs.summary(print_fn=drawn["theirs"].append, line_length=76)
    text = {who: [s.rstrip() for s in "\n".join(lines).strip().split("\n")]
            for who, lines in drawn.items()}  # fmt: skip
    assert text["ours"] == text["theirs"]

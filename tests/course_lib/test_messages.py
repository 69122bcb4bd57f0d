"""What people write who come from Keras or begin: each is told in a sentence what to write."""

import numpy as np
import pytest

from course_lib import (
    Input,
    Model,
    Sequential,
    callbacks,
    initializers,
    layers,
    losses,
    metrics,
    ops,
    optimizers,
    regularizers,
)
from course_lib.ops import checks
from course_lib.optimizers import schedules
from tests.examples import classifier, images, says, small_model

CASES = {
    "kernel size forgotten": (
        lambda: layers.Conv2D(32),
        "Conv2D: missing a required argument: 'kernel_size'. Its arguments: filters, kernel_size",
        TypeError,
    ),
    "too many": (lambda: layers.Flatten(1, 2), "Flatten: too many positional arguments", TypeError),
    "misspelt": (
        lambda: layers.GlobalMaxPooling2D(keepdim=True), "Do you mean keepdims?", TypeError
    ),
    "text for a number": (
        lambda: layers.Dense("64"), "units must be a positive integer, got '64'", ValueError
    ),
    "fraction": (lambda: layers.Embedding(3.7, 8), "input_dim must be a positive", ValueError),
    "input_dim": (
        lambda: layers.Dense(3, input_dim=4),
        "Dense: input_dim is written Input(shape=(4,)) before the layer today, or input_shape=(4,)",
        TypeError,
    ),
    "input_shape of an InputLayer": (
        lambda: layers.InputLayer(input_shape=(28, 28)),
        "input_shape is called shape, here as in Keras 3: InputLayer(shape=(28, 28)).",
        TypeError,
    ),
    "input_shape of an Input": (
        lambda: Input(input_shape=(28, 28)),
        "Input: input_shape is called shape, here as in Keras 3: Input(shape=(28, 28)).",
        TypeError,
    ),
    "batch_input_shape of an Input": (
        lambda: Input(batch_input_shape=(None, 3)),
        "Input: batch_input_shape is called batch_shape, here as in Keras 3: "
        "Input(batch_shape=(None, 3)).",
        TypeError,
    ),
    "input_dim of an Input": (
        lambda: Input(input_dim=4),
        "Input: input_dim is written shape, here as in Keras 3: Input(shape=(4,)).",
        TypeError,
    ),
    "misspelt in an Input": (
        lambda: Input(shap=(3,)),
        "Input: unknown argument 'shap'. Do you mean shape? Known: shape, batch_size, dtype,",
        TypeError,
    ),
    "sizes of an Input": (
        lambda: Input(28, 28, 1, 3), "Input: too many positional arguments. Its", TypeError
    ),
    "sparse": (
        lambda: Input((3,), sparse=True), "Input: Keras has the argument sparse, this", TypeError
    ),
    "two shapes": (
        lambda: Input((3,), batch_shape=(None, 3)), "shape and batch_shape cannot both", ValueError
    ),
    "two batch sizes": (
        lambda: Input(batch_size=3, batch_shape=(None, 3)), "got batch_size=3 and", ValueError
    ),
    "type of text": (lambda: Input((3,), dtype="string"), "must be a type of real", ValueError),
    "another shape": (
        lambda: Sequential([Input((2,)), layers.Dense(1)]).build((None, 4)),
        "inputs must have shape (batch, 2), got (None, 4).",
        ValueError,
    ),
    "noise shape": (
        lambda: layers.Dropout(0.5, "hello"), "noise_shape must be a tuple of sizes", TypeError
    ),
    "initializer": (
        lambda: layers.Dense(2, kernel_initializer="glorot"), "Unknown initializer", ValueError
    ),
    "initializer of a bias": (
        lambda: layers.Conv2D(2, 3, bias_initializer="zero"), "Unknown initializer", ValueError
    ),
    "window of a pool": (
        lambda: layers.MaxPooling2D(3, name="p")(Input((2, 2, 1))),
        "p (MaxPooling2D): pool_size must not be larger than the input, got pool_size 3",
        ValueError,
    ),
    "convolution after flatten": (
        lambda: layers.Conv2D(2, 3)(layers.Flatten()(Input((28, 28, 1)))),
        "Rows of numbers, as Flatten makes them, have no height and width: put this layer before "
        "Flatten, or Reshape((height, width, channels)) before it.",
        ValueError,
    ),
    "no channels": (
        lambda: layers.Conv2D(2, 3)(Input((28, 28))),
        "Add the channel axis: Input(shape=(28, 28, 1)).",
        ValueError,
    ),
    "batch in the shape": (
        lambda: Sequential([layers.Conv2D(2, 3, input_shape=(60000, 28, 28, 1))]),
        "without the number of examples: Input(shape=(28, 28, 1)).",
        ValueError,
    ),
    "no forward": (
        lambda: layers.Layer()(np.ones((2, 2))), "A layer of your own needs it", NotImplementedError
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_what_is_wrong_is_said_in_a_sentence(case):
    make, text, kind = CASES[case]
    with says(text, kind):
        make()


ROOMS = (callbacks, initializers, layers, losses, metrics, optimizers, regularizers, schedules)


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.__name__)
def test_a_wrong_keyword_is_answered_by_the_class_and_not_by_python(room):
    constructors = {
        name: found
        for name, found in vars(room).items()
        if isinstance(found, type) and found.__module__.startswith(room.__name__)
    }
    constructors.pop("SymbolicTensor", None)  # what Input and layers return, never made by hand
    assert constructors
    for name, constructor in constructors.items():
        with pytest.raises(TypeError) as caught:
            constructor(colour="red")
        told = str(caught.value)
        assert told.startswith(f"{constructor.__name__}: "), (name, told)
        assert "unknown argument 'colour'" in told or "a required argument" in told, told
        assert ("Known: " in told or "Its arguments: " in told) and told.endswith("."), told


def test_a_class_that_takes_nothing_says_so():
    with says("TerminateOnNaN: unknown argument 'raised'. Known: raise_error.", TypeError):
        callbacks.TerminateOnNaN(raised=True)
    with says("Zeros: unknown argument 'value'. Known: none.", TypeError):
        initializers.Zeros(value=1)
    with says("History: too many positional arguments. Its arguments: none.", TypeError):
        callbacks.History(3)


def test_a_layer_with_call_is_told_of_the_way_back():
    with says(
        "Square: a layer of your own needs forward and backward here in place of call", TypeError
    ):

        class Square(layers.Layer):
            def call(self, inputs):
                return ops.relu(inputs)


def test_a_subclassed_model_is_shown_the_functional_way():
    with says("Net: a model is not subclassed here, it is drawn: x = Input(shape=...)", TypeError):

        class Net(Model):
            def call(self, inputs):
                return inputs


class Square(layers.Layer):
    """The example of `layers.own`."""

    def forward(self, inputs, training=False, rng=None):
        return inputs**2, inputs

    def backward(self, grad_outputs, cache, need_input_gradient=True):
        return 2 * cache * grad_outputs, {}


def test_a_layer_of_ones_own_trains_in_a_model():
    start = Input(shape=(3,))
    model = Model(start, layers.Dense(1)(Square()(layers.Dense(4)(start))))
    model.compile(optimizers.Adam(0.05), "mse")
    x = images(40, 3)
    y = (x.sum(1, keepdims=True)) ** 2
    losses = model.fit(x, y, epochs=30, verbose=0).history["loss"]
    assert losses[-1] < 0.7 * losses[0]


def test_a_memory_error_names_layer_array_and_mend(monkeypatch):
    model = small_model(conv="c")
    monkeypatch.setattr(layers.Conv2D, "convolve", lambda *_: np.empty((10**9, 10**9), np.float64))
    text = (
        r"c \(Conv2D\): the arrays for inputs of shape \(2, 6, 6, 1\) are more than fits in "
        r"memory \(Unable to allocate .*\)\. Give fewer examples at a time \(batch_size\)"
    )
    with pytest.raises(MemoryError, match=text):
        model.layers[0](images(2, 6, 6, 1))
    with pytest.raises(MemoryError, match=text):
        model.predict(images(2, 6, 6, 1), verbose=0)
    text = r"d \(Dense\): the weights kernel of shape \(1000000000, 1000000000\) are more than fits"
    with pytest.raises(MemoryError, match=text):
        layers.Dense(10**9, kernel_initializer="zeros", name="d").build((None, 10**9))


def test_shapes_are_there_when_they_are_known():
    model = Sequential()
    assert not hasattr(model, "input_shape") and not hasattr(model, "output_shape")
    model.add(Input((3,)))
    assert model.input_shape == (None, 3)


def test_an_input_has_its_type():
    start = Input((3,), dtype="int32")
    assert start.dtype == "int32" and start.layer.get_config()["dtype"] == "int32"
    assert layers.Embedding(4, 2)(start).dtype == "float32"


def test_a_piece_of_a_model_begins_with_an_input_layer():
    model = small_model()
    piece = Model(model.layers[0].output, model.output)
    assert isinstance(piece.layers[0], layers.InputLayer)
    assert piece.layers[0].output_shape == (None, 4, 4, 2)


def test_operations_and_layers_mend_the_same_array_alike():
    array = images(28, 28, 2)
    mend = "Add the batch axis: inputs.reshape(1, 28, 28, 2)."
    with says(mend):
        layers.Conv2D(2, 3)(array)
    with says(mend):
        ops.max_pool(array, (2, 2))
    assert checks.missing_axes("inputs", (28, 28, 2), 4).strip() == mend


NO_NUMBERS = {
    "complex": (np.ones((2, 3)) * 1j, TypeError, "got complex128."),
    "text": ([["1", "2", "3"]], TypeError, "got text."),
    "objects": ([[None, 1, 2]], TypeError, "got objects."),
    "rows": ([[1, 2, 3], [4]], ValueError, "got rows of unequal length."),
}


@pytest.mark.parametrize("case", NO_NUMBERS)
def test_operations_layers_and_training_refuse_the_same_array_alike(case):
    array, kind, found = NO_NUMBERS[case]
    model, x = classifier(), images(2, 5)
    built = layers.Dense(2, name="d")
    built.build((None, 3))
    asked = {
        "dense: inputs": lambda: ops.dense(array, images(3, 2)),
        "d (Dense): inputs": lambda: layers.Dense(2, name="d")(array),
        "d (Dense): weight kernel": lambda: built.set_weights([array, [0, 0]]),
        "n (Normalization): data": lambda: layers.Normalization(name="n").adapt(array),
        "x": lambda: model.predict(array, verbose=0),
        "y": lambda: model.fit(x, array, verbose=0),
        "sample_weight": lambda: model.fit(x, [0, 1], sample_weight=array, verbose=0),
    }
    for what, ask in asked.items():
        with pytest.raises(kind) as caught:
            ask()
        assert str(caught.value) == f"{what} must be an array of real numbers, {found}"


def test_operations_and_layers_refuse_the_same_shape_alike():
    conv, dense = layers.Conv2D(2, 3, name="c"), layers.Dense(2, name="d")
    conv.build((None, 8, 8, 3))
    dense.build((None, 64))
    kernel, matrix = conv.kernel, dense.kernel
    for shape in ((2, 3, 8, 8), (2, 8, 8, 1), (8, 8, 3), (8, 8), (2, 8, 8, 3, 1)):
        assert _told(lambda s=shape: ops.conv(images(*s), kernel)) == _told(
            lambda s=shape: conv(images(*s))
        )
    for shape in ((64,), (2, 8, 8), (2, 63)):
        assert _told(lambda s=shape: ops.dense(images(*s), matrix)) == _told(
            lambda s=shape: dense(images(*s))
        )


def _told(ask):
    """What an error says after the name of who says it."""
    with pytest.raises(ValueError) as caught:
        ask()
    return str(caught.value).partition(": ")[2]

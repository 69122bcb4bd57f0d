"""The student's classifier, built again outside the student's kernel: what is judged is that.

The probe emits the class and the plain arguments of every layer, the weights, and what the model
returns for two pictures that everybody knows. From the first two the engine builds the chain again.
So a class with a layer's name is worth what the layer would be worth, layers that hang nowhere show
as outputs that are not theirs, and digits that a table has read are not the model's.
"""

import functools

import numpy as np

from course_bank.topics.design import measuring

INPUT = (28, 28, 1)
_ALIKE = 1e-2  # outputs of Keras and of the engine, in float32

_WEIGHTS = """
def _sample(model):
    import numpy as np

    pictures = (np.arange(2 * 28 * 28).reshape(2, 28, 28, 1) * 37 % 256 / 255).astype("float32")
    ways = [lambda x: model.predict(x, verbose=0)]
    if hasattr(model, "get_compile_config"):  # Keras, whose predict would compile the model first
        ways.insert(0, lambda x: model(x, training=False))
    for ask in ways:
        try:
            return {"sample": _plain(np.asarray(ask(pictures)))}
        except Exception:  # a model that cannot be asked
            continue
    return {}

def _weights(model):
    try:
        arrays = [_plain(array) for array in model.get_weights()]
    except Exception:
        return {}
    if sum(getattr(array, "nbytes", 10**9) for array in arrays) > 2_500_000:
        return {}
    return {f"weight{i}": array for i, array in enumerate(arrays)}

if hasattr(_model, "layers"):
    emit(**_sample(_model), **_weights(_model))
"""
_PICTURES = (np.arange(2 * 28 * 28).reshape(2, *INPUT) * 37 % 256 / 255).astype(np.float32)


def source():
    """Python source that emits the layers of ``model``, its weights and its sample."""
    # asked for its sample first: a model that waits for its input is built by that
    return "_model = globals().get('model')\n" + _WEIGHTS + measuring.probe("model")


@functools.cache
def prepare():
    """Import what rebuilding takes: the engine does so when a model is first asked."""
    rows = (
        ("Conv2D", [["filters", 1], ["kernel_size", 3]], "relu"),
        ("MaxPooling2D", [["pool_size", 2]], ""),
        ("Flatten", [], ""),
        ("Dropout", [["rate", 0.5]], ""),
        ("Dense", [["units", 10]], "softmax"),
    )
    measuring.model_of(INPUT, rows).predict(_PICTURES)


class NotRebuilt(ValueError):
    """The layers and weights make no model; the text is a sentence for the student."""


def rebuilt(values):
    """The engine's model of what the probe emitted.

    Raises:
        NotRebuilt: it cannot be built, or it returns something else than the student's model.
    """
    rows = [row for row in values["rows"] if row[0] != "InputLayer"]
    try:
        model = measuring.model_of(INPUT, rows)
    except measuring.NotMeasured as problem:
        raise NotRebuilt(str(problem)) from None
    try:
        count = len(model.get_weights())
        model.set_weights([np.asarray(values[f"weight{i}"], np.float32) for i in range(count)])
    except (KeyError, ValueError, TypeError):
        raise NotRebuilt("The weights of `model` are not those of its layers.") from None
    sample = values.get("sample")
    outputs = model.predict(_PICTURES)
    if np.shape(sample) != outputs.shape or not np.allclose(sample, outputs, atol=_ALIKE):
        raise NotRebuilt(
            "The layers of `model`, one after another and with its weights, do not return what "
            "the model returns: it must be a chain in which each layer is used."
        )
    return model


def readings(values, images):
    """The digits that the rebuilt model reads in ``images``, for each way to prepare them.

    A mistake in the preparation costs its own task: the model is asked in all the usual ways.

    Raises:
        NotRebuilt: as `rebuilt`; or the model has no convolution.
    """
    model = rebuilt(values)
    if not any("Conv" in str(row[0]) for row in values["rows"]):
        raise NotRebuilt("`model` has no convolution: it is no CNN.")
    grey = images.astype(np.float32)[..., None]
    ways = (grey / 255, grey, grey / 255 / 255, grey / 255 - 0.5, grey / 127.5 - 1, 1 - grey / 255)
    return [np.asarray(model.predict(way)).argmax(axis=-1) for way in ways]

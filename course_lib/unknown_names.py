"""What to say when a name of Keras is asked for that is not here, and what there is instead."""

import importlib
import sys
from collections.abc import Callable

import numpy as np

from course_lib.errors import nearest

# Names and modules of Keras that this library leaves out, with what serves instead.
LEFT_OUT = {
    "Variable": "weights are NumPy arrays: layer.get_weights(), layer.set_weights(...).",
    "backend": "there is one backend, NumPy, and nothing to set.",
    "config": "there is one backend, NumPy, and nothing to set.",
    "constraints": "weights are not constrained; regularizers keep them small.",
    "distribution": "utils.set_workers(n) says how many processors share the work.",
    "dtype_policies": 'a layer takes dtype="float32" or "float64".',
    "legacy": "only what Keras 3 has is here.",
    "mixed_precision": 'a layer takes dtype="float32" or "float64".',
    "preprocessing": "layers.Rescaling and layers.Random... prepare images, NumPy the rest.",
    "quantizers": "weights are float32 or float64.",
    "random": "numpy.random draws numbers; utils.set_random_seed makes them repeatable.",
    "saving": "model.save keeps a model, models.load_model brings it back.",
    "tree": "inputs are arrays, lists of arrays or dictionaries of arrays.",
    "visualization": "the module figures has the course's pictures.",
    "wrappers": "fit and predict are called by oneself.",
}
# The same of what Keras has inside a module.
LEFT_OUT_WITHIN = {
    "course_lib.layers": {
        "AlphaDropout": "Dropout sets numbers to 0.",
        "CenterCrop": "Cropping2D cuts edges off.",
        "Dot": "Multiply, and a sum of your own layer (see layers.Layer).",
        "ELU": 'Activation("elu").',
        "GRU": "nothing here keeps a state from step to step; Conv1D reads sequences.",
        "GaussianDropout": "Dropout sets numbers to 0.",
        "GaussianNoise": "Dropout disturbs training too.",
        "LSTM": "nothing here keeps a state from step to step; Conv1D reads sequences.",
        "Lambda": "a layer of your own has forward and backward (see layers.Layer).",
        "Masking": "every step of a sequence counts.",
        "Minimum": "Maximum of the negative inputs.",
        "MultiHeadAttention": "Conv1D and Dense look at sequences.",
        "PReLU": "LeakyReLU has a slope that is given, not learned.",
        "Permute": "Reshape, or np.moveaxis on the data.",
        "RMSNormalization": "LayerNormalization.",
        "RandomBrightness": "RandomContrast, and Rescaling.",
        "RandomCrop": "RandomTranslation and RandomZoom.",
        "RepeatVector": "UpSampling1D repeats steps.",
        "Resizing": "UpSampling2D enlarges, AveragePooling2D reduces.",
        "SimpleRNN": "nothing here keeps a state from step to step; Conv1D reads sequences.",
        "SpatialDropout2D": "Dropout sets numbers to 0, each for itself.",
        "SpectralNormalization": "BatchNormalization and regularizers.",
        "TextVectorization": "words come as numbers; Embedding makes vectors of them.",
        "TimeDistributed": "Dense and Conv1D do the same at every step as they are.",
        "UnitNormalization": "LayerNormalization.",
    },
}
WHAT_IS_HERE = (
    "This library has what a course on convolutional networks needs of Keras; dir({}) lists it."
)
MODULES = (
    "layers", "optimizers", "losses", "metrics", "callbacks", "initializers", "regularizers",
    "utils", "ops", "datasets", "activations", "models",
)  # fmt: skip


def told(module: str) -> Callable:
    """The ``__getattr__`` of the module ``course_lib.layers`` or another: says what there is."""

    def missing_name(name):
        text = f"module {module!r} has no attribute {name!r}."
        if not name.startswith("_"):  # Python asks for such names itself
            text = f"{text} {_within(module, name)}"
        raise AttributeError(text)

    return missing_name


def _within(module, name):
    instead = LEFT_OUT_WITHIN.get(module, {}).get(name)
    if instead:
        return f"Keras has it, this library leaves it out: {instead}"
    if module == "course_lib.ops" and hasattr(np, name):
        return f"numpy.{name} does it; what is here has a backward pass beside it."
    own = nearest(name, sys.modules[module].__all__)
    if own:
        return f"The nearest name there is: {module}.{own[0]}."
    elsewhere = [place for place, other in _names() if other == name]
    return f"It is {' or '.join(elsewhere)}." if elsewhere else WHAT_IS_HERE.format(module)


def sentence(name):
    """What there is for ``name``, in a sentence: its true place, its stand-in, the nearest name."""
    if name in LEFT_OUT:
        return f"Keras has it, this library leaves it out: {LEFT_OUT[name]}"
    import course_lib

    names = list(_names())
    places = [place for place, other in names if other == name]
    if places:
        return f"It is {' or '.join(places)}."
    known = {other: place for place, other in reversed(names)}
    known |= {own: f"course_lib.{own}" for own in course_lib.__all__}
    close = nearest(name, known)
    if close:
        return f"The nearest name there is: {known[close[0]]}."
    return WHAT_IS_HERE.format("course_lib")


def _names():
    """(where it is, name) of everything public in the modules."""
    for module in MODULES:
        for name in getattr(_loaded(module), "__all__", ()):
            yield f"course_lib.{module}.{name}", name


def _loaded(module):
    try:
        return importlib.import_module(f"course_lib.{module}")
    except ImportError:
        return None

"""What to say when a name of Keras is asked for that is not here, and what there is instead."""

import importlib

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
_MODULES = (
    "layers", "optimizers", "losses", "metrics", "callbacks", "initializers", "regularizers",
    "utils", "ops", "datasets", "activations", "models",
)  # fmt: skip


def sentence(name):
    """What there is for ``name``, in a sentence: its true place, its stand-in, the nearest name."""
    if name in LEFT_OUT:
        return f"Keras has it, this library leaves it out: {LEFT_OUT[name]}"
    places, known = [], {}
    for module in _MODULES:
        for other in getattr(_loaded(module), "__all__", ()):
            known.setdefault(other, f"{module}.{other}")
            if other == name:
                places.append(f"course_lib.{module}.{name}")
    if places:
        return f"It is {' or '.join(places)}."
    import course_lib

    known |= {own: own for own in course_lib.__all__}
    close = nearest(name, known)
    if close:
        return f"The nearest name there is: course_lib.{known[close[0]]}."
    return (
        "This library has what a course on convolutional networks needs of Keras; "
        "dir(course_lib) lists it."
    )


def _loaded(module):
    try:
        return importlib.import_module(f"course_lib.{module}")
    except ImportError:
        return None

"""How the MNIST program is judged: what is emitted of it, and the verdict on that.

A model is graded by its layers, shapes and counts, and by what it predicts for digits whose labels
stay with the grader: never by an accuracy that the notebook reports.
"""

import base64
import difflib
import functools
import re
import zlib
from types import SimpleNamespace

import numpy as np

from course_bank.core.probe_questions import NOTHING, properties
from course_bank.core.question import CLOSE, FAR, slip
from course_bank.core.value_answer import Verdict
from course_bank.topics.design import measuring
from course_bank.topics.mnist import heldout_digits, rebuilding
from course_bank.topics.model_summary.classifiers import classifier, conv, half, same
from course_lib.datasets import mnist
from course_lib.exercise import wording

TRAIN, TEST = 2000, 1000  # digits of the sample


def layers(n, convolve=conv, halve=half):
    """[(kind, output shape, parameters)] of the classifier, as Keras names them."""
    asked = SimpleNamespace(**{**vars(n), "size": 28, "classes": 10})
    return classifier(asked, halve, convolve)


def count(n, halve=half):
    return sum(count for _, _, count in layers(n, halve=halve))


# ---------------------------------------------------------------------------- the arrays

ARRAYS = """
def _arrays():
    import numpy as np

    emitted = {}
    for name in ("x_train", "x_test"):
        value = globals().get(name)
        if hasattr(value, "__array__"):
            array = np.asarray(value)
            emitted[name + "_shape"] = list(array.shape)
            emitted[name + "_range"] = [float(array.min()), float(array.max())]
            emitted[name + "_kind"] = array.dtype.kind
            if array.ndim > 1 and array.dtype.kind in "uif":
                rows = array.reshape(len(array), -1)
                emitted[name + "_means"] = np.sort(rows.mean(axis=1, dtype="f8"))[:3000]
        elif value is not None:
            emitted[name + "_type"] = type(value).__name__
    return emitted

emit(**_arrays())
"""


def judge_arrays(variant, values):
    shapes = [list(values.get(f"{name}_shape") or []) for name in ("x_train", "x_test")]
    for name in ("x_train", "x_test"):
        if kind := values.get(f"{name}_type"):
            text = f"`{name}` must be an array, not {wording.of_type(str(kind)[:40])}."
            return Verdict(0.0, "form", text)
    if not all(shapes):
        return NOTHING
    lengths = [TRAIN, TEST]
    scaled = [values[f"{name}_range"] == [0.0, 1.0] for name in ("x_train", "x_test")]
    axes = all(s == [n, 28, 28, 1] for s, n in zip(shapes, lengths, strict=True))
    loaded = all(s == [n, 28, 28] for s, n in zip(shapes, lengths, strict=True))
    if not all(_of_the_sample(values, name) for name in ("x_train", "x_test")):
        text = "These are not the images of the sample: `mnist.load_sample()` loads them."
        return Verdict(0.0, "other images", text)
    if loaded and not any(scaled):
        return Verdict(0.0, "as loaded", "The arrays are still as they were loaded.")
    if axes and not any(scaled) and values["x_train_range"][1] > 200:
        text = "The grey values still run from 0 to 255. Divide by 255, so that they lie in [0, 1]."
        return Verdict(CLOSE, "not scaled", text)
    if loaded and all(scaled):
        text = (
            "The channel axis is missing: Conv2D reads (height, width, channels), here 1 channel."
        )
        return Verdict(CLOSE, "no channel axis", text)
    if axes and max(values["x_train_range"]) < 0.01:
        return Verdict(CLOSE, "scaled twice", "The values were divided by 255 twice.")
    return properties({"shapes (images, 28, 28, 1)": axes, "values from 0 to 1": all(scaled)})


def _of_the_sample(values, name):
    """Whether the images' means are those of the sample, whatever their order and scale.

    Of fewer images, whether each mean is one of the sample's.
    """
    low, high = values[f"{name}_range"]
    found = (np.asarray(values.get(f"{name}_means", ()), np.float64) - low) / ((high - low) or 1)
    expected = sample_means()[name == "x_test"]
    if found.ndim != 1 or not len(found) or not np.isfinite(found).all():
        return False
    if len(found) == len(expected):
        return np.allclose(found, expected, atol=1e-3)
    place = np.clip(np.searchsorted(expected, found), 1, len(expected) - 1)
    off = [abs(found - expected[near]) for near in (place - 1, place)]
    return np.minimum(*off).max() < 1e-3


@functools.cache
def sample_means():
    """The means of the sample's images from 0 to 1, sorted: of training, of testing."""
    (x_train, _), (x_test, _) = mnist.load_sample()
    return [np.sort(x.reshape(len(x), -1).mean(axis=1)) / 255 for x in (x_train, x_test)]


# ---------------------------------------------------------------------------- the model


def judge_model(variant, values):
    if "instead" in values:
        kind = wording.of_type(str(values["instead"])[:40])
        return Verdict(0.0, "form", f"`model` must be a model of layers, not {kind}.")
    if "rows" not in values:
        return NOTHING
    expected = layers(variant.n)
    try:
        found, activations = table(rebuilding.rebuilt(values))
    except rebuilding.NotRebuilt as problem:
        return Verdict(0.0, None, str(problem))
    rates = [dict(map(tuple, row[1])).get("rate") for row in values["rows"] if row[0] == "Dropout"]
    pairs, missing = _aligned(found, expected)
    most = len(pairs) > len(expected) // 2  # a model of the lecture's kind
    in_order = [row[0] for row in found] == [row[0] for row in expected]
    relu = [a for (kind, _, _), a in zip(found, activations, strict=True) if kind == "Conv2D"]
    left_out = f" ({', '.join(missing)} missing)" if missing and most else ""
    verdict = properties(
        {
            f"the layers in their order{left_out}": in_order,
            "output shapes": most and all(a[1] == b[1] for a, b in pairs),
            "parameter counts": most and all(a[2] == b[2] for a, b in pairs),
            "ReLU behind the convolutions": bool(relu) and all(a == "relu" for a in relu),
            "softmax at the end": bool(activations) and activations[-1] == "softmax",
            "the dropout rate": rates == [variant.n.rate],
        }
    )
    for wrong in MODEL_SLIPS if in_order else ():
        if wrong.compute(variant.n) == (found, activations):
            return Verdict(max(wrong.credit, verdict.credit), wrong.name, wrong.message)
    if missing == ["Dropout"] and len(pairs) == len(found) == len(expected) - 1:
        return Verdict(verdict.credit, "dropout left out", verdict.message)
    return verdict


def table(model):
    """(rows, activations) of a rebuilt model: what stands in layers of its own is taken together.

    A row is (kind, output shape, parameters). ``Dense(10)`` and ``Softmax()`` behind it are one.
    """
    rows, activations = [], []
    for layer in model.layers:
        kind = type(layer).__name__
        if kind == "InputLayer":
            continue
        if kind == "Activation" and activations:
            activations[-1] = measuring.activation_of(layer.get_config()["activation"])
            continue
        rows.append((kind, tuple(layer.output_shape)[1:], layer.count_params()))
        activations.append("linear" if kind == "Dense" else "")
    return rows, activations


def _aligned(found, expected):
    """[(found row, expected row)] of the layers that correspond, and the kinds that are missing."""
    kinds = [[row[0] for row in rows] for rows in (found, expected)]
    blocks = difflib.SequenceMatcher(None, *kinds, autojunk=False).get_matching_blocks()
    places = [(b.a + i, b.b + i) for b in blocks for i in range(b.size)]
    met = {place for _, place in places}
    missing = [kind for place, kind in enumerate(kinds[1]) if place not in met]
    return [(found[i], expected[j]) for i, j in places], missing


def _with(n, *, convolve=conv, swapped=False, last="softmax"):
    """(layers, activations) of a classifier built by a wrong idea."""
    if swapped:
        n = SimpleNamespace(**{**vars(n), "first": n.second, "second": n.first})
    return layers(n, convolve), ["relu", "", "relu", "", "", "", last]


MODEL_SLIPS = (
    slip(
        "same padding",
        lambda n: _with(n, convolve=same),
        'The convolutions keep the size: they were built with padding="same". The lecture\'s have '
        "no padding.",
        CLOSE,
    ),
    slip(
        "filters swapped",
        lambda n: _with(n, swapped=True),
        "The two convolutions have each other's number of filters.",
        CLOSE,
    ),
    slip(
        "no softmax",
        lambda n: _with(n, last="linear"),
        "The last layer has no activation: probabilities need softmax.",
        CLOSE,
    ),
    slip(
        "sigmoid for softmax",
        lambda n: _with(n, last="sigmoid"),
        "Sigmoids of ten classes do not add to 1: the last layer needs softmax.",
        CLOSE,
    ),
)

# ---------------------------------------------------------------------------- how it is trained

COMPILED = """
def _name(value):
    return str(getattr(value, "name", None) or getattr(value, "__name__", None) or value)

def _metrics():
    if hasattr(model, "get_compile_config"):  # Keras
        config = model.get_compile_config() or {}
        return [str(config.get(key))[:500] for key in ("metrics", "weighted_metrics")]
    return [str(name) for name in model.metrics_names]

def _compiled():
    try:
        return {
            "optimizer": type(model.optimizer).__name__,
            "loss": _name(model.loss),
            "metrics": _metrics(),
        }
    except (NameError, AttributeError, ValueError):
        return {}

if _compiled().get("loss") not in (None, "None"):
    emit(**_compiled())
"""


def judge_compiled(variant, values):
    if "loss" not in values:
        return NOTHING
    loss = str(values["loss"]).lower().replace("_", "")
    adam = str(values["optimizer"]).lower() == "adam"
    sparse = loss == "sparsecategoricalcrossentropy"
    metrics = set(re.findall(r"[a-z]+", str(values.get("metrics")).lower().replace("_", "")))
    reported = bool(metrics & {"acc", "accuracy", "sparsecategoricalaccuracy"})
    verdict = properties({"the optimizer": adam, "the loss": sparse, "accuracy reported": reported})
    for wrong, found in (
        (ONE_HOT, adam and loss == "categoricalcrossentropy"),
        (SQUARED, adam and loss in ("meansquarederror", "mse")),
        (SGD, sparse and str(values["optimizer"]).lower() == "sgd"),
        (OTHER_ACCURACY, adam and sparse and bool(metrics & _OTHER_ACCURACIES)),
        (SILENT, adam and sparse and not reported),
    ):
        if found:
            return Verdict(max(wrong.credit, verdict.credit), wrong.name, wrong.message)
    return verdict


def _named(name, message):
    return slip(name, None, message, CLOSE)


ONE_HOT = _named(
    "one-hot loss",
    "The labels are numbers, not one-hot vectors: that is the sparse form of this loss.",
)
SQUARED = _named(
    "squared error",
    "The mean squared error is for numbers that are measured. Classes take cross-entropy.",
)
SGD = _named("plain SGD", "The lecture's program trains with Adam.")
_OTHER_ACCURACIES = {"categoricalaccuracy", "binaryaccuracy"}
OTHER_ACCURACY = _named(
    "accuracy of one-hot labels",
    "The labels are numbers: this accuracy compares one-hot vectors, and reports something else.",
)
SILENT = _named(
    "no accuracy",
    "Optimizer and loss are right. The accuracy is not reported: `metrics` asks for it.",
)

# ---------------------------------------------------------------------------- what it predicts

_PREDICTED = """
def _images():
    import base64, zlib
    import numpy as np

    data = zlib.decompress(base64.b64decode({data!r}))
    return np.frombuffer(data, np.uint8).reshape({count}, 28, 28).copy()

if callable(globals().get("predict_digits")):
    emit(predictions=_plain(predict_digits(_images())))
"""

OTHER_READER = (
    "These are not the digits that `model` reads: predictions count that come from the model."
)


def _heldout(variant):
    return heldout_digits.draw(variant.inputs_seed)


@functools.lru_cache(maxsize=4)
def _packed(seed):
    """The images of a seed as text."""
    images, _ = heldout_digits.draw(seed)
    return base64.b64encode(zlib.compress(images.tobytes(), 1)).decode()


def predict_source(variant):
    data = _packed(variant.inputs_seed)
    return _PREDICTED.format(data=data, count=heldout_digits.COUNT) + rebuilding.source()


def judge_predictions(variant, values):
    if values.get("predictions") is None:
        return NOTHING
    labels = _heldout(variant)[1]
    given = np.asarray(values["predictions"])
    if given.shape == (len(labels), 1):
        given = given[:, 0]
    if given.shape == (len(labels), 10):
        text = f"{_ten_numbers(given)}: np.argmax over the last axis gives the digits."
        return Verdict(FAR if _right(given.argmax(1), labels) > 0.6 else 0.0, "no argmax", text)
    if given.shape == (10,):
        text = "np.argmax ran over the images. axis=-1 (or 1) compares the ten classes."
        return Verdict(0.0, "wrong axis", text)
    if given.shape != labels.shape or given.dtype.kind not in "iuf":
        text = f"One digit for each of the {len(labels)} images is expected, as an array."
        return Verdict(0.0, "form", text)
    right = _right(given, labels)
    try:
        read = rebuilding.readings(values, _heldout(variant)[0])
    except (rebuilding.NotRebuilt, KeyError) as problem:
        text = (
            str(problem) if isinstance(problem, rebuilding.NotRebuilt) else "There is no `model`."
        )
        return Verdict(0.0, "no model", f"Predictions count that come from `model`. {text}")
    if right > max(_right(digits, labels) for digits in read) + 0.03:
        return Verdict(0.0, "not the model's", OTHER_READER)
    if right < 0.3 and _right(given - 1, labels) > 0.6:
        text = "The digits are one too large: the classes are counted from 0."
        return Verdict(FAR, "counted from one", text)
    return _by_accuracy(right, len(labels))


def _ten_numbers(given):
    """What (images, 10) numbers are."""
    sums = given.sum(axis=1)
    if given.min() >= 0 and given.max() <= 1.001 and abs(sums - 1).max() < 0.01:
        return "These are probabilities"
    return "These are ten numbers for each image, one for each digit"


def _right(given, labels):
    return float((given == labels).mean())


def _by_accuracy(right, count):
    """The lecture's program on the sample gets more than 90 % of these images right."""
    steps = ((0.8, 1.0), (0.6, 0.5), (0.35, 0.25))
    credit = next((credit for least, credit in steps if right >= least), 0.0)
    if credit == 1:
        text = f"Right: of {count} digits that it has not seen, it reads {100 * right:.0f} %."
        return Verdict(1.0, None, text)
    text = (
        f"Of {count} digits that it has not seen, it reads {100 * right:.0f} %; the lecture's "
        "program reads more than 90 %. Are the images scaled and shaped as those in training, and "
        "was the model trained?"
    )
    return Verdict(credit, None, text)

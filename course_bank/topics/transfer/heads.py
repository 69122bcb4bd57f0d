"""A head on a frozen network's features, graded by what it says of photographs that stay here."""

import base64
import zlib

import numpy as np

from course_bank.core.probe_questions import NOTHING, ProbeQuestion
from course_bank.core.question import CLOSE, FAR
from course_bank.core.value_answer import Verdict
from course_bank.topics.transfer import heldout
from course_lib.datasets import objects

_CHANCE = 1 / len(objects.CLASSES)
_PROBE = """
def _said(name_photographs, data):
    import base64, zlib
    import numpy as np

    features = np.frombuffer(zlib.decompress(base64.b64decode(data)), np.float16)
    features = features.reshape(-1, {width}).astype(np.float32)

    def alone(row):
        said = np.ravel(name_photographs(row[None].copy()))
        return int(said[0]) if said.size == 1 and said.dtype.kind in "iuf" else -1

    try:
        return {{
            "classes": _plain(name_photographs(features.copy())),
            "alone": [alone(row) for row in features[:4]],
        }}
    except Exception as error:
        return {{"error": f"{{type(error).__name__}}: {{error}}"[:300]}}

if callable(globals().get("name_photographs")):
    emit(**_said(name_photographs, {data!r}))
elif globals().get("name_photographs") is not None:
    emit(instead=type(name_photographs).__name__)
"""


def source(variant):
    features, _ = heldout.draw(variant.inputs_seed)
    data = base64.b64encode(zlib.compress(features.tobytes())).decode()
    return _PROBE.format(data=data, width=features.shape[1])


def judge(variant, values):
    """The verdict: full points from `heldout.least` on, a third of them half-way from chance."""
    if "error" in values:
        text = f"`name_photographs` stops with an error: {values['error']}"
        return Verdict(0.0, "error", text)
    if "instead" in values:
        return Verdict(0.0, "form", "`name_photographs` must be a function.")
    if values.get("classes") is None:
        return NOTHING
    _, labels = heldout.draw(variant.inputs_seed)
    said = np.asarray(values["classes"])
    if said.shape == (len(labels), 1):
        said = said[:, 0]
    if problem := _other_shape(said, labels):
        return problem
    right = float(np.mean(said == labels))
    return _slip(said, labels, values["alone"]) or _by_accuracy(right, len(labels))


def _other_shape(said, labels):
    """A verdict on what is not a class for each photograph, or None."""
    count = len(objects.CLASSES)
    if said.shape == (len(labels), count):
        text = "These are numbers for each of the classes: np.argmax over the last axis names one."
        close = np.mean(said.argmax(axis=1) == labels) >= heldout.least()
        return Verdict(FAR if close else 0.0, "no argmax", text)
    if said.shape == (count,):
        text = "np.argmax ran over the photographs. axis=-1 (or 1) compares the classes."
        return Verdict(0.0, "wrong axis", text)
    if said.shape != labels.shape or said.dtype.kind not in "iuf":
        text = f"One number of a class is expected for each of {len(labels)} photographs."
        return Verdict(0.0, "form", text)
    return None


def _slip(said, labels, alone):
    """A verdict on a mistake that the answers show, or None."""
    least = heldout.least()
    right = np.mean(said == labels)
    if right < least and np.mean(said - 1 == labels) >= least:
        text = "The classes are one too large: they are counted from 0."
        return Verdict(FAR, "counted from one", text)
    if np.any(said[: len(alone)] != alone):
        text = (
            "A photograph gets another class alone than among others: something is computed from "
            "the photographs that are asked about. Mean and scale come from those of training."
        )
        return Verdict(FAR if right >= least else 0.0, "scaled by what is asked", text)
    if len(set(said.tolist())) == 1:
        text = (
            f"Every photograph is called {_name(said[0])}: features in training and in the "
            "function must be brought to the same scale, and the rate must suit it."
        )
        return Verdict(0.0, "one answer", text)
    return None


def _name(number):
    known = 0 <= number < len(objects.CLASSES) and number == int(number)
    return f"one of the {objects.CLASSES[int(number)]}" if known else str(number)[:20]


def _by_accuracy(right, count):
    least = heldout.least()
    reached = f"Of {count} photographs that it has not seen it names {100 * right:.0f} %"
    if right >= least:
        return Verdict(1.0, None, f"Right. {reached}.")
    text = (
        f"{reached}; at least {100 * least:.0f} % are asked, and a dense layer on these features "
        f"reaches {100 * np.mean(heldout.reference()):.0f} % on average. "
    )
    if right < _CHANCE + 0.15:
        return Verdict(
            0.0, None, text + "That is guessing: do features and labels belong together?"
        )
    half = right >= (least + _CHANCE) / 2
    return Verdict(
        CLOSE if half else 0.0,
        None,
        text + "Was it trained long enough, on all of your photographs?",
    )


def _draw(rng):
    """All but one of the photographs of each class: their places."""
    few = []
    for label in range(len(objects.CLASSES)):
        places = range(label * objects.EACH, (label + 1) * objects.EACH)
        few += sorted(rng.sample(places, objects.EACH - 1))
    return {"few": few}


QUESTIONS = [
    ProbeQuestion(
        id="photographs-transfer",
        topic="photographs",
        teaches="A frozen network's features and a small head learn from a handful of photographs.",
        draw=_draw,
        prompt="EfficientNet-Lite0, frozen, has looked at 25 photographs of "
        f"{', '.join(objects.CLASSES[:-1])} and {objects.CLASSES[-1]}: `features` (25, 1280), "
        "`labels` (25,). Yours are the twenty at the places {few}. Train a head on them and write "
        "`name_photographs(features)`: it takes what the frozen network says of any number of "
        "photographs, an array (n, 1280), and returns the number of a class for each, (n,). "
        "Grading asks it about other photographs, whose labels nobody but grading has. It must "
        f"name {100 * heldout.least():.0f} % of them.",
        form="model",
        checked="name_photographs",
        answer=None,
        source=source,
        judge=judge,
        stub='n = sheet.numbers("photographs-transfer")\nfeatures, labels = '
        "objects.load_features()\nkeras.utils.set_random_seed(1)\n\n# Train a head on "
        "features[n.few] and labels[n.few].\n\n\ndef name_photographs(features):\n"
        '    """Classes (n,) of photographs, from their features (n, 1280)."""\n\n\n### SOLUTION\n',
        solution="""\
few, known = features[n.few], labels[n.few]
mean, scale = few.mean(axis=0), few.std()
head = keras.Sequential([
    keras.Input(shape=(few.shape[1],)),
    layers.Dense(5, activation="softmax"),
])
head.compile(keras.optimizers.SGD(0.5), "sparse_categorical_crossentropy")
head.fit((few - mean) / scale, known, batch_size=len(few), epochs=100, verbose=0)


def name_photographs(features):
    return head.predict((features - mean) / scale, verbose=0).argmax(axis=-1)""",
    ),
]

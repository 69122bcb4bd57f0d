"""Designs that lead to classes: of pictures, and of texts."""

from course_bank.topics.design.tasks import design

_ENDS = ["Flatten", "Dense"]


def _pictures(rng):
    size, channels, classes = rng.integer(24, 48), rng.choice([1, 3]), rng.integer(5, 20)
    return {
        "input": [size, size, channels],
        "output": [classes],
        "field": 10,
        "softmax": True,
        "allowed": ["Conv2D", "MaxPooling2D", "GlobalAveragePooling2D", *_ENDS],
    }


def _texts(rng):
    steps, numbers, classes = (
        rng.integer(120, 400),
        rng.choice([24, 32, 48, 50, 64]),
        rng.integer(4, 12),
    )
    return {
        "input": [steps, numbers],
        "output": [classes],
        "field": rng.integer(16, 45),
        "softmax": True,
        "allowed": ["Conv1D", "MaxPooling1D", "GlobalMaxPooling1D", *_ENDS],
    }


QUESTIONS = [
    design(
        id="design-classifier",
        teaches="Most parameters of a small classifier sit where its maps are flattened.",
        free=_pictures,
        budgets=("parameters", "multiplications"),
        prompt="Build a classifier of pictures that fits a small chip.",
        known="""\
keras.Sequential([
    keras.Input(shape=n.input),
    keras.layers.Conv2D(16, 3, activation="relu"),
    keras.layers.MaxPooling2D(2),
    keras.layers.Conv2D(32, 3, activation="relu"),
    keras.layers.MaxPooling2D(2),
    keras.layers.GlobalAveragePooling2D(),
    keras.layers.Dense(n.output[0], activation="softmax"),
])""",
        obvious="keras.Sequential([keras.Input(shape=n.input), keras.layers.Conv2D(16, 3), "
        "keras.layers.MaxPooling2D(2), keras.layers.Conv2D(32, 3), keras.layers.MaxPooling2D(2), "
        'keras.layers.Flatten(), keras.layers.Dense(n.output[0], activation="softmax")])',
    ),
    design(
        id="design-text",
        teaches="Along a text, too, dilation or pooling sees far for few weights.",
        free=_texts,
        budgets=("parameters",),
        prompt="Build a classifier of texts. A word is a row of numbers; the model must see many "
        "words at once.",
        known="""\
keras.Sequential([
    keras.Input(shape=n.input),
    *[
        keras.layers.Conv1D(16, 3, padding="same", dilation_rate=2**i, activation="relu")
        for i in range(n.field.bit_length() - 1)
    ],
    keras.layers.GlobalMaxPooling1D(),
    keras.layers.Dense(n.output[0], activation="softmax"),
])""",
        obvious="keras.Sequential([keras.Input(shape=n.input), keras.layers.Conv1D(16, n.field), "
        'keras.layers.GlobalMaxPooling1D(), keras.layers.Dense(n.output[0], activation="softmax")'
        "])",
    ),
]

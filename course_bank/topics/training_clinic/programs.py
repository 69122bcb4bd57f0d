"""The programs to mend: one healthy text with places in it, and what a fault writes there.

A place is a number of the drawing, ``{scale}``; a drawing holds its lines, healthy or not, beside
the sizes of the network. Which of them is a fault is known here alone.
"""

from typing import NamedTuple

TEXT = '''\
def {name}(x, y):
    """Train on images x (n, 28, 28), 0 to 255, with labels y (n,).

    Returns the model, a function that names the classes of images, and
    the accuracy on every fifth image, x[4::5], which is kept aside.
    """
    keras.utils.set_random_seed({seed})

    def prepared(images):
        return images[:, ::2, ::2, np.newaxis]{scale}

    aside = np.arange(len(x)) % 5 == 4
    x_aside, y_aside = x[aside], y[aside]{taken}
    order = {order}
    {mixed}{labels}

    start = {start}
    begin = {begin}
    model = keras.Sequential([
        keras.Input(shape=(14, 14, 1)),
        layers.Conv2D({filters}, 3, kernel_initializer=start),{normal}
        layers.ReLU(),
        layers.MaxPooling2D(2),
        layers.Flatten(),
        layers.Dense(
            {units}, activation="relu",
            kernel_initializer=start, bias_initializer=begin,
        ),
        {scores}
    ])
    model.compile(
        optimizer=keras.optimizers.SGD({rate}, momentum=0.9),
        loss={loss},
        metrics=[{metric}],
    )
    model.fit(
        prepared(x), y,
        batch_size={batch}, epochs={epochs}, shuffle={shuffle}, verbose=0,
    )

    def predict(images):
        return {asked}.argmax(axis=-1)

    {measured}
    return model, predict, accuracy'''

# what a healthy program has at the places where a fault may stand
_PLACES = {
    "scale": " / 255",
    "order": "np.random.default_rng(0).permutation(len(x))",
    "mixed": "x, y = x[order], y[order]",
    "taken": "\n    x, y = x[~aside], y[~aside]",
    "labels": "",
    "start": '"he_normal"',
    "begin": '"zeros"',
    "normal": "",
    "scores": 'layers.Dense(10, activation="softmax"),',
    "rate": "0.05",
    "loss": '"sparse_categorical_crossentropy"',
    "metric": '"accuracy"',
    "shuffle": "True",
    "asked": "model.predict(prepared(images), verbose=0)",
    "measured": "accuracy = np.mean(predict(x_aside) == y_aside)",
}
_ROWS = {  # one-hot labels, and batch normalisation: a setting of the third program
    "labels": "\n    y, y_aside = (keras.utils.to_categorical(part, 10) for part in (y, y_aside))",
    "normal": "\n        layers.BatchNormalization(momentum=0.8),",
    "loss": '"categorical_crossentropy"',
    "measured": "_, accuracy = model.evaluate(prepared(x_aside), y_aside, verbose=0)",
}


class Fault(NamedTuple):
    """``lines``: {place: what stands there}; ``misses``: the property of which it robs."""

    lines: dict
    misses: str


FAULTS = {
    "unscaled": Fault({"scale": ""}, "accuracy"),
    "labels of others": Fault({"mixed": "x = x[order]"}, "accuracy"),
    "class by class": Fault(
        {"order": 'np.argsort(y, kind="stable")', "shuffle": "False"}, "accuracy"
    ),
    "trained on all": Fault({"taken": ""}, "report"),
    "softmax twice": Fault(
        {"scores": 'layers.Dense(10, activation="softmax"),\n        layers.Softmax(),'}, "model"
    ),
    "dead units": Fault({"begin": "keras.initializers.Constant(-50.0)"}, "accuracy"),
    "large start": Fault({"start": "keras.initializers.RandomNormal(stddev=2.0)"}, "accuracy"),
    "small start": Fault({"start": "keras.initializers.RandomNormal(stddev=0.0001)"}, "accuracy"),
    "large rate": Fault({"rate": "5.0"}, "accuracy"),
    "small rate": Fault({"rate": "0.00005"}, "accuracy"),
    "wrong mode": Fault({"asked": "model(prepared(images), training=True)"}, "alone"),
    "yes or no": Fault({"loss": '"binary_crossentropy"', "metric": '"binary_accuracy"'}, "report"),
}


class Program(NamedTuple):
    """``setting``: places that differ from the plain program; ``faults``: tuples that come."""

    setting: dict
    faults: tuple


PROGRAMS = {
    "clinic-mend-data": Program(
        {"rate": "0.02"},  # at which images of mean 0 and spread 1 are safe as well
        (("unscaled",), ("labels of others",), ("class by class",), ("trained on all",)),
    ),
    "clinic-mend-model": Program(
        {},
        (("softmax twice",), ("dead units",), ("large start",), ("small start",)),
    ),
    "clinic-mend-training": Program(
        _ROWS,
        (
            ("large rate", "wrong mode"),
            ("small rate", "wrong mode"),
            ("yes or no", "wrong mode"),
            ("large rate", "yes or no"),
            ("small rate", "yes or no"),
        ),
    ),
}
SIZES = ("filters", "units", "batch", "epochs", "seed")


def healthy(task):
    """{place: line} of the mended program of a task."""
    return {**_PLACES, **PROGRAMS[task].setting}


def sizes(rng):
    """The numbers of a student's network and training."""
    return {
        "filters": rng.integer(6, 12),
        "units": rng.integer(24, 48),
        "batch": rng.choice([30, 32, 36, 40]),
        "epochs": rng.integer(5, 6),
        "seed": rng.integer(1, 999),
    }


def draw(task):
    """A ``draw``: sizes, and the lines of one of the faults of a task."""

    def drawn(rng):
        lines = healthy(task)
        for fault in rng.choice(PROGRAMS[task].faults):
            lines |= FAULTS[fault].lines
        return {**sizes(rng), **lines}

    return drawn


def faults(task, n):
    """The faults in a drawing, in the order of `FAULTS`."""
    lines = healthy(task)
    return [
        name
        for name, fault in FAULTS.items()
        if all(getattr(n, place) == line for place, line in fault.lines.items())
        and any(lines[place] != line for place, line in fault.lines.items())
    ]


def text(task, numbers, mended=False):
    """The program of a drawing, broken as it is or ``mended``."""
    lines = healthy(task) if mended else {}
    return TEXT.format(name=task.replace("-", "_"), **{**numbers, **lines})


def template(task):
    """`TEXT` with the name of a task's function, the rest left open."""
    return TEXT.replace("{name}", task.replace("-", "_"))


def expected_layers(n, task):
    """[(kind, output shape, parameters)] of the layers that have weights, and of the pooling."""
    side, pooled = 12, 6
    normal = [("BatchNormalization", (side, side, n.filters), 4 * n.filters)]
    return [
        ("Conv2D", (side, side, n.filters), 10 * n.filters),
        *(normal if healthy(task)["normal"] else []),
        ("MaxPooling2D", (pooled, pooled, n.filters), 0),
        ("Dense", (n.units,), (pooled**2 * n.filters + 1) * n.units),
        ("Dense", (10,), (n.units + 1) * 10),
    ]

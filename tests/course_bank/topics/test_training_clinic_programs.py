"""Of each program of the clinic ten that are mended and ten that are not."""

from collections import Counter

import pytest

from course_bank.topics.training_clinic import judging, programs
from tests.course_bank.topics.test_training_clinic import broken, drawn, mended, tried

pytestmark = pytest.mark.slow  # each trains a network, some train several

DATA, MODEL, TRAINING = programs.PROGRAMS
EACH_FAULT = [(task, faults) for task, p in programs.PROGRAMS.items() for faults in p.faults]

UNTOUCHED = {
    ("unscaled",): "the flat line at ln 10",
    ("labels of others",): "answers like dice",
    ("class by class",): "where the classes came one after the other",
    ("trained on all",): "Of the 200 images kept aside it has trained on 200",
    ("softmax twice",): "Softmax is taken 2 times",
    ("dead units",): "the flat line at ln 10",
    ("large start",): "the flat line at ln 10",
    ("small start",): "that recalls the ",
    ("large rate", "wrong mode"): "the flat line at ln 10",
    ("small rate", "wrong mode"): "steps too short to get anywhere",
    ("yes or no", "wrong mode"): "get another answer than together",
    ("large rate", "yes or no"): "accuracy answers another question",
    ("small rate", "yes or no"): "accuracy answers another question",
}


@pytest.mark.parametrize(("task", "faults"), EACH_FAULT)
def test_what_was_handed_out_earns_nothing_and_says_what_it_recalls(task, faults):
    variant = drawn(task, faults)
    found = tried(variant, broken(variant))
    assert found.credit == 0, found.message
    assert UNTOUCHED[faults] in found.message
    assert "Not yet: " in found.message


# ---------------------------------------------------------------------------- lines and programs

ASIDE_OFF = "x, y = (np.delete(part, np.where(aside[order]), axis=0) for part in (x, y))"
PREDICT = "model.predict(prepared(images), verbose=0)"
ASKED = "model(prepared(images), training=True)"
ONE_BY_ONE = "np.concatenate([model(prepared(i[None]), training=True) for i in images])"
EVALUATED = "_, accuracy = model.evaluate(prepared(x_aside), y_aside, verbose=0)"
COMPARED = "accuracy = np.mean(predict(x_aside) == y_aside)"
CONV = "        layers.Conv2D("
PREPARED = "    def prepared(images):\n        return images[:, ::2, ::2, np.newaxis]"
RETURNED = "return model, predict, accuracy"
FIT = "    model.fit(\n        prepared(x), y,\n        batch_size={batch}, epochs={epochs}, "
SOFTMAX = '10, activation="softmax"'
SPARSE = '"sparse_categorical_crossentropy"'
YES_OR_NO = [
    ("binary_crossentropy", "categorical_crossentropy"), ("binary_accuracy", "accuracy"),
]  # fmt: skip

# written anew, with the numbers of the sheet
FUNCTIONAL = """
def {name}(x, y):
    keras.utils.set_random_seed({seed})
    scale = lambda images: images[:, ::2, ::2, None].astype("float32") / 255
    last = np.arange(len(x)) % 5 == 4
    inputs = keras.Input((14, 14, 1))
    h = layers.Conv2D({filters}, (3, 3))(inputs)
    h = layers.BatchNormalization(momentum=0.8)(h) if {normal} else h
    h = layers.Activation("relu")(h)
    h = layers.MaxPooling2D((2, 2))(h)
    h = layers.Dense({units}, activation="relu")(layers.Flatten()(h))
    net = keras.Model(inputs, layers.Dense(10, activation="softmax")(layers.Dropout(0.1)(h)))
    net.compile(keras.optimizers.Adam(0.005), "categorical_crossentropy", metrics=["accuracy"])
    rows = keras.utils.to_categorical(y, 10)
    net.fit(scale(x[~last]), rows[~last], batch_size=25, epochs=6, verbose=0,
            validation_data=(scale(x[last]), rows[last]))
    score = net.evaluate(scale(x[last]), rows[last], verbose=0, return_dict=True)
    ask = lambda images: np.argmax(net.predict(scale(images), verbose=0), axis=1)
    return net, ask, score["accuracy"]
"""
BY_BATCHES = '''
def {name}(x, y):
    """Plain steps: one batch after the other, in a new order each time."""
    keras.utils.set_random_seed({seed})
    test = list(range(4, len(x), 5))
    train = np.setdiff1d(np.arange(len(x)), test)
    average, deviation = x[train].mean(), x[train].std()

    def standard(images):
        return ((images - average) / deviation)[:, ::2, ::2, np.newaxis]

    model = keras.Sequential()
    model.add(keras.Input(shape=(14, 14, 1)))
    model.add(layers.Conv2D({filters}, 3, kernel_initializer="he_uniform"))
    if {normal}:
        model.add(layers.BatchNormalization(momentum=0.8))
    model.add(layers.ReLU())
    model.add(layers.MaxPooling2D(2))
    model.add(layers.Flatten())
    model.add(layers.Dense({units}, activation="relu"))
    model.add(layers.Dense(10))
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.RMSprop(0.003), loss)
    for _ in range({epochs}):
        np.random.shuffle(train)
        for k in range(0, len(train), {batch}):
            part = train[k:k + {batch}]
            model.train_on_batch(standard(x[part]), y[part])

    def predict(images):
        return np.array(model.predict_on_batch(standard(images))).argmax(-1)

    right = sum(int(a == b) for a, b in zip(predict(x[test]), y[test]))
    return model, predict, right / len(test)
'''


def judged(variant, source, mend):
    """The verdict on a program: ``mend`` holds changes of ``source``, or another program."""
    if isinstance(mend, str):
        return tried(variant, filled(mend, variant))
    return tried(
        variant, source, [(filled(old, variant), filled(new, variant)) for old, new in mend]
    )


def filled(text, variant):
    """A line or a program with the numbers of a sheet."""
    task = variant.question.id
    for name in programs.SIZES:
        text = text.replace(f"{{{name}}}", str(variant.numbers[name]))
    normal = bool(programs.healthy(task)["normal"])
    return text.replace("{name}", task.replace("-", "_")).replace("{normal}", str(normal))


# ---------------------------------------------------------------------------- right

# how it is mended: task, faults, changes of the broken program or another program
RIGHT = {
    "a layer that scales": (
        DATA, ["unscaled"], [(CONV, f"        layers.Rescaling(1 / 255),\n{CONV}")]),
    "mean and spread": (
        DATA, ["unscaled"],
        [(PREPARED, f"    middle, spread = x.mean(), x.std()\n\n{PREPARED}"),
         ("return images[:, ::2, ::2, np.newaxis]",
          "return (images[:, ::2, ::2, np.newaxis] - middle) / spread")]),
    "a layer that standardises": (
        DATA, ["unscaled"],
        [(CONV, f"        layers.Normalization(mean=33, variance=79**2),\n{CONV}")]),
    "mixed in pairs": (
        DATA, ["labels of others"],
        [("x = x[order]", "x, y = map(np.array, zip(*[(x[k], y[k]) for k in order]))")]),
    "one-hot labels": (DATA, ["labels of others"], FUNCTIONAL),
    "batch by batch": (DATA, ["class by class"], BY_BATCHES),
    "mixed once": (
        DATA, ["class by class"],
        [('np.argsort(y, kind="stable")', "np.random.permutation(len(x))")]),
    "mixed before each epoch": (
        DATA, ["class by class"],
        [(FIT, "    for _ in range({epochs}):\n        order = np.random.permutation(len(x))\n"
               "        x, y = x[order], y[order]\n        model.fit(prepared(x), y, ")]),
    "taken out by a mask": (
        DATA, ["trained on all"],
        [("    order =", "    x, y = x[~aside], y[~aside]\n    order =")]),
    "watched while it trains": (
        DATA, ["trained on all"],
        [(FIT, f"    {ASIDE_OFF}\n{FIT}"
               "validation_data=(prepared(x_aside), y_aside), ")]),
    "the last fifth by fit": (
        DATA, ["trained on all"],
        [("    order =", "    x, y = (np.append(part[~aside], part[aside], 0) for part in (x, y))"
                         "\n    order ="),
         ("np.random.default_rng(0).permutation(len(x))", "np.arange(len(x))"),
         (FIT, f"{FIT}validation_split=0.2, ")]),
    "one softmax, the layer": (MODEL, ["softmax twice"], [(SOFTMAX, "10")]),
    "one softmax, the activation": (
        MODEL, ["softmax twice"], [("        layers.Softmax(),\n", "")]),
    "scores and a loss that knows": (
        MODEL, ["softmax twice"],
        [(SOFTMAX, "10"), ("        layers.Softmax(),\n", ""),
         (SPARSE, "keras.losses.SparseCategoricalCrossentropy(from_logits=True)")]),
    "biases of 0": (MODEL, ["dead units"], [("-50.0", "0.0")]),
    "Glorot's weights": (
        MODEL, ["large start"],
        [("keras.initializers.RandomNormal(stddev=2.0)", '"glorot_uniform"')]),
    "weights by default, dropout": (
        MODEL, ["large start"],
        [(", kernel_initializer=start", ""), ("kernel_initializer=start, ", ""),
         ("        layers.Flatten(),", "        layers.Flatten(),\n        layers.Dropout(0.2),")]),
    "a functional network": (MODEL, ["large start"], FUNCTIONAL),
    "weights as wide as usual": (MODEL, ["small start"], [("stddev=0.0001", "stddev=0.1")]),
    "He's weights, Adam": (
        MODEL, ["small start"],
        [("keras.initializers.RandomNormal(stddev=0.0001)", "keras.initializers.HeUniform(seed=3)"),
         ("keras.optimizers.SGD(0.05, momentum=0.9)", "keras.optimizers.Adam()")]),
    "layers one by one": (MODEL, ["small start"], BY_BATCHES),
    "a smaller rate": (
        TRAINING, ["large rate", "wrong mode"], [("5.0", "0.04"), (ASKED, PREDICT)]),
    "no momentum": (
        TRAINING, ["large rate", "wrong mode"],
        [("SGD(5.0, momentum=0.9)", "SGD(learning_rate=0.2)"), (", training=True", "")]),
    "Adam": (
        TRAINING, ["small rate", "wrong mode"],
        [("keras.optimizers.SGD(0.00005, momentum=0.9)", "keras.optimizers.Adam(0.01)"),
         ("training=True", "training=False")]),
    "a functional one": (TRAINING, ["small rate", "wrong mode"], FUNCTIONAL),
    "the loss of classes": (
        TRAINING, ["yes or no", "wrong mode"], [*YES_OR_NO, ("training=True", "training=False")]),
    "its metric by name": (
        TRAINING, ["yes or no", "wrong mode"],
        [YES_OR_NO[0], ('"binary_accuracy"', "keras.metrics.CategoricalAccuracy()"),
         (ASKED, "model.predict_on_batch(prepared(images))")]),
    "the labels themselves": (
        TRAINING, ["yes or no", "wrong mode"],
        [("    y, y_aside = (keras.utils.to_categorical(part, 10) for part in (y, y_aside))\n", ""),
         ('"binary_crossentropy"', SPARSE), ("binary_accuracy", "sparse_categorical_accuracy"),
         (ASKED, PREDICT)]),
    "counted by hand": (
        TRAINING, ["large rate", "yes or no"],
        [("5.0", "0.05"), YES_OR_NO[0],
         (EVALUATED, "accuracy = np.mean(predict(x_aside) == y_aside.argmax(axis=-1))")]),
    "AdamW, larger batches": (
        TRAINING, ["large rate", "yes or no"],
        [*YES_OR_NO, ("keras.optimizers.SGD(5.0, momentum=0.9)", "keras.optimizers.AdamW(0.01)"),
         ("batch_size={batch}", "batch_size=50")]),
    "a rate that falls": (
        TRAINING, ["small rate", "yes or no"],
        [*YES_OR_NO, ("0.00005", "keras.optimizers.schedules.ExponentialDecay(0.05, 50, 0.8)")]),
}  # fmt: skip


@pytest.mark.parametrize("how", RIGHT)
def test_a_mended_program_is_right_whichever_way_it_was_mended(how):
    task, faults, mend = RIGHT[how]
    variant = drawn(task, faults)
    found = judged(variant, broken(variant), mend)
    assert (found.credit, found.misconception) == (1, None), found.message
    assert found.message.startswith("Mended: the network that was asked for; of digits that it")


# ---------------------------------------------------------------------------- wrong

# what is wrong: task, faults, changes of the broken program, and what is said
HALF_MENDED = {
    "scaled twice and too far": (
        DATA, ["unscaled"],
        [("np.newaxis]", "np.newaxis] / 255 / 255 / 255")], "reads"),
    "the labels scaled": (
        DATA, ["unscaled"], [("    order =", "    y = y / 255\n    order =")],
        "y must hold whole class numbers"),
    "each call scaled by its own images": (
        DATA, ["unscaled"],
        [("return images[:, ::2, ::2, np.newaxis]",
          "return (images[:, ::2, ::2, np.newaxis] - images.mean()) / images.std()")],
        "get another answer than together"),
    "labels in yet another order": (
        DATA, ["labels of others"],
        [("x = x[order]", "x, y = x[order], np.random.permutation(y)")], "answers like dice"),
    "mixed within each class": (
        DATA, ["class by class"],
        [('np.argsort(y, kind="stable")', "np.lexsort((np.random.rand(len(y)), y))")],
        "where the classes came one after the other"),
    "the split left to fit": (
        DATA, ["trained on all"], [(FIT, f"{FIT}validation_split=0.2, ")],
        "images kept aside it has trained on 1"),
    "brighter copies of all": (
        DATA, ["trained on all"], [("prepared(x), y,", "1.01 * prepared(x), y,")],
        "Of the 200 images kept aside it has trained on 200"),
    "a larger rate": (
        MODEL, ["softmax twice"], [("0.05", "0.2")], "Softmax is taken 2 times"),
    "no softmax at all": (
        MODEL, ["softmax twice"],
        [(SOFTMAX, "10"), ("        layers.Softmax(),\n", "")], "Softmax is taken nowhere"),
    "dead units, ever larger steps": (
        MODEL, ["dead units"], [("0.05", "0.5")], "the flat line at ln 10"),
    "weights ten times as large": (
        MODEL, ["small start"], [("0.0001", "0.001")], "that recalls the "),
    "the rate alone": (
        TRAINING, ["large rate", "wrong mode"], [("5.0", "0.05")],
        "get another answer than together"),
    "the mode alone": (
        TRAINING, ["large rate", "wrong mode"], [(ASKED, PREDICT)], "reads"),
    "one image after the other": (
        TRAINING, ["yes or no", "wrong mode"],
        [*YES_OR_NO, (ASKED, ONE_BY_ONE)],
        "It is asked in training mode"),
    "the loss alone": (
        TRAINING, ["small rate", "yes or no"], YES_OR_NO, "steps too short to get anywhere"),
    "the rate, not the metric": (
        TRAINING, ["small rate", "yes or no"], [("0.00005", "0.05")],
        "accuracy answers another question"),
    "from one end to the other": (
        TRAINING, ["small rate", "yes or no"], [*YES_OR_NO, ("0.00005", "50.0")],
        "the flat line at ln 10"),
}  # fmt: skip

# a program, mended but for what is changed: credit in quarters of the half, and what is said
ANOTHER_FAULT = {
    "another width": (
        DATA, [("{units}, activation", "100, activation")], 3, "no longer the one asked for"),
    "always the same": (
        DATA, [("return model, predict", "return model, lambda i: np.full(len(i), 3)")], 0,
        "It answers 3 to nearly everything"),
    "never trained": (
        DATA, [("    model.fit(", "    (lambda *a, **named: None)(")], 0,
        "it has trained on 0, and it reads"),
    "trained on other digits": (
        DATA,
        [("    model.fit(", "    _, (x, y) = keras.datasets.mnist.load_sample()\n"
                            "    model.fit(")],
        0, "it has trained on 5"),
    "the accuracy of training": (
        DATA, [(COMPARED, "accuracy = np.mean(predict(x) == y)")], 3, "It reports "),
    "upside down": (
        MODEL, [(PREDICT, "model.predict(prepared(images)[:, ::-1], verbose=0)")], 2, "reads"),
    "back to front": (
        MODEL, [(".argmax(axis=-1)", ".argmax(axis=-1)[::-1]")], 2, "It answers like dice"),
    "a wish": (
        MODEL, [(RETURNED, "return model, predict, 0.99")], 3, "It reports 0.99, and reads 0."),
    "one more layer": (
        DATA,
        [("        layers.Flatten(),", "        layers.Flatten(),\n        layers.Dense(30),")], 3,
        "no longer the one asked for: Conv2D"),
    "no number": (
        TRAINING, [(RETURNED, "return model, predict, None")], 3,
        "The accuracy that it returns is no number."),
    "asked in training mode": (TRAINING, [(PREDICT, ASKED)], 3, "get another answer than together"),
    "scores in place of classes": (
        TRAINING, [(".argmax(axis=-1)", ""), ("epochs={epochs}", "epochs=1")], 0,
        "must return one for each of 200 images"),
}  # fmt: skip


@pytest.mark.parametrize("how", HALF_MENDED)
def test_what_is_half_mended_is_told_what_is_left(how):
    task, faults, changes, says = HALF_MENDED[how]
    variant = drawn(task, faults)
    found = judged(variant, broken(variant), changes)
    assert says in found.message, found.message
    assert found.credit < judging.HALF


@pytest.mark.parametrize("how", ANOTHER_FAULT)
def test_each_property_is_graded_apart(how):
    task, changes, held, says = ANOTHER_FAULT[how]
    variant = drawn(task, programs.PROGRAMS[task].faults[0])
    found = judged(variant, mended(variant), changes)
    assert says in found.message, found.message
    assert found.credit == pytest.approx(0.5 * held / 4), found.message


def test_there_are_ten_of_each():
    right = Counter(task for task, *_ in RIGHT.values())
    wrong = Counter(
        task for task, *_ in [*EACH_FAULT, *HALF_MENDED.values(), *ANOTHER_FAULT.values()]
    )
    for task in programs.PROGRAMS:
        assert min(right[task], wrong[task]) >= 10, task

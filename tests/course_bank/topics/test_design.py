"""Designs under constraints: budgets that can be kept, and programs that keep and miss them."""

import json
from types import SimpleNamespace

import numpy as np
import pytest

import course_lib as keras
from course_bank import bank
from course_bank.authoring.notebook import _answer
from course_bank.topics.design import QUESTIONS
from course_bank.topics.design.tasks import build
from course_lib import keras_bridge
from course_lib.exercise import Numbers
from tests.released import key_of

ASSIGNMENT = "ps9-design-under-constraints"
NAMES = [question.id for question in QUESTIONS]
L = keras.layers


def variant_of(name):
    return key_of(ASSIGNMENT).graded_variant(name, "ada", "a secret")


def verdict(name, model):
    """What grading says to a program that leaves ``model`` in the variable of the task."""
    variant, values = variant_of(name), {}
    names = {} if model is None else {bank[name].variable: model}
    exec(variant.question.probe(variant), {**names, "emit": values.update})
    return variant.question.grade(variant, values)


def chain(n, *layers):
    return keras.Sequential([keras.Input(shape=n.input), *layers])


def known(name):
    return build(bank[name].solution, variant_of(name).n)


# ---------------------------------------------------------------------------- the budgets


def is_usual(channels):
    """Colours, word vectors of 50, and multiples of 4: as many channels as networks have."""
    return channels <= 4 or channels == 50 or channels % 4 == 0


@pytest.mark.parametrize("name", NAMES)
def test_of_200_drawings_the_known_design_meets_all_and_the_obvious_one_does_not(name):
    question, drawn = bank[name], set()
    for seed in range(200):
        numbers = question.variant(seed).numbers
        if json.dumps(numbers) in drawn:
            continue
        drawn.add(json.dumps(numbers))
        missed = [p for p in question.reached(question.solution, numbers) if not p.holds]
        assert not missed, (numbers, missed)
        obvious = question.reached(question.obvious, numbers)
        assert not all(p.holds for p in obvious), numbers
        assert obvious[0].holds, "the obvious design does the task, but not within the budgets"
        sizes = numbers["input"][:-1]
        assert numbers["field"] <= min(sizes)
        maps = [numbers["input"], *[numbers["output"]] * (len(numbers["output"]) > 1)]
        assert all(is_usual(channels) for *_, channels in maps), numbers
    assert len(drawn) >= 100


@pytest.mark.parametrize("name", NAMES)
def test_the_list_of_a_task_tells_every_number(name):
    for seed in range(20):
        variant = bank[name].variant(seed)
        for key, value in variant.numbers.items():
            if key not in ("softmax", "allowed"):
                told = tuple(value) if isinstance(value, list) else value
                assert (f"{told:,}" if isinstance(told, int) else str(told)) in variant.prompt
        assert all(f"`{kind}`" in variant.prompt for kind in variant.n.allowed)
        told = set(variant.numbers) - {"softmax", "allowed"}
        assert set(bank[name].shown(variant.numbers)) == told


@pytest.mark.parametrize("name", NAMES)
def test_the_instructors_cell_earns_all_points(name):
    numbers = key_of(ASSIGNMENT).variant(name, "ada").numbers
    sheet = SimpleNamespace(numbers=lambda name: Numbers(numbers))
    names = {"keras": keras, "np": np, "sheet": sheet}
    exec(_answer(bank[name]), names)
    found = verdict(name, names[bank[name].variable])
    assert (found.credit, found.misconception) == (1, None)
    assert found.message.startswith(f"Right: output shape {tuple(numbers['output'])}; receptive")


@pytest.mark.parametrize("name", NAMES)
def test_the_obvious_design_earns_less_than_half(name):
    found = verdict(name, build(bank[name].obvious, variant_of(name).n))
    assert 0 < found.credit < 0.5
    assert "asked. " in found.message.split("Not yet:\n- ")[1]


# ---------------------------------------------------------------------------- right programs


def functional(name):
    """The known design in the functional style."""
    x = first = keras.Input(shape=variant_of(name).n.input)
    for layer in known(name).layers:
        x = layer(x)
    return keras.Model(first, x)


def nested(name):
    """The known design with its first layers in a model of their own."""
    n, layers = variant_of(name).n, known(name).layers
    return chain(n, chain(n, *layers[:2]), *layers[2:])


def unbuilt(name):
    return keras.Sequential(known(name).layers)


def with_activations(name):
    """Activations as layers of their own, and dropout."""
    n = variant_of(name).n
    steps = [L.Conv2D(n.output[-1], 3) for _ in range(n.field // 2)]
    return chain(n, *[s for step in steps for s in (step, L.ReLU(), L.Dropout(0.2))])


def one_by_one_first(name):
    """Fewer channels first, then the large window: another way to few weights."""
    n = variant_of(name).n
    few = [L.Conv2D(4, 1), L.Conv2D(4, n.field), L.Conv2D(n.output[-1], 1)]
    return chain(n, *few)


def other_dilations(name):
    n = variant_of(name).n
    made = [2**i for i in range(n.depth)][::-1]
    return chain(n, *[L.Conv2D(n.output[-1], 3, padding="same", dilation_rate=d) for d in made])


def one_large_stride(name):
    n = variant_of(name).n
    step = n.input[0] // n.output[0]
    return chain(n, L.Conv2D(n.output[-1], 2 * step - 1, strides=step, padding="same"))


def depthwise_and_pointwise(name):
    n = variant_of(name).n
    return chain(
        n, L.DepthwiseConv2D(n.field, padding="same"), L.Conv2D(n.output[-1], 1, use_bias=False)
    )


def softmax_as_a_layer(name):
    n = variant_of(name).n
    body = [L.Conv2D(8, 3), L.MaxPooling2D(2), L.Conv2D(16, 3), L.MaxPooling2D(2)]
    return chain(n, *body, L.GlobalAveragePooling2D(), L.Dense(n.output[0]), L.Softmax())


def many_pools(name):
    """Flatten, but of so little that the dense layer is small."""
    n = variant_of(name).n
    body = [L.Conv2D(8, 3), L.MaxPooling2D(4), L.Conv2D(8, 3), L.MaxPooling2D(3)]
    end = [L.Flatten(), L.Dense(n.output[0], activation="softmax")]
    return chain(n, *body, *end)


def text_by_pooling(name):
    n = variant_of(name).n
    steps = [s for _ in range(4) for s in (L.Conv1D(10, 3), L.MaxPooling1D(2))]
    end = [L.GlobalMaxPooling1D(), L.Dense(n.output[0]), L.Activation("softmax")]
    return chain(n, *steps, *end)


RIGHT = [
    ("design-stack", functional),
    ("design-stack", nested),
    ("design-stack", with_activations),
    ("design-stack", one_by_one_first),
    ("design-dilated", other_dilations),
    ("design-dilated", functional),
    ("design-early-stride", one_large_stride),
    ("design-early-stride", unbuilt),
    ("design-channels-apart", depthwise_and_pointwise),
    ("design-classifier", softmax_as_a_layer),
    ("design-classifier", many_pools),
    ("design-classifier", nested),
    ("design-text", text_by_pooling),
]


@pytest.mark.parametrize(("name", "program"), RIGHT)
def test_any_model_that_meets_the_list_is_right(name, program):
    found = verdict(name, program(name))
    assert (found.credit, found.misconception) == (1, None), found.message
    assert "Not yet" not in found.message


@pytest.mark.keras
@pytest.mark.parametrize(("name", "program"), RIGHT)
def test_the_same_in_keras_is_judged_alike(name, program):
    if program is unbuilt:
        import keras as real

        steps = keras_bridge.to_keras(known(name)).get_config()["layers"][1:]
        model = real.Sequential([real.layers.deserialize(step) for step in steps])
    else:
        model = keras_bridge.to_keras(program(name))
    assert verdict(name, model) == verdict(name, program(name))
    assert verdict(name, model).credit == 1


@pytest.mark.keras
def test_softmax_of_tensorflow_is_softmax():
    import keras as real
    import tensorflow as tf

    model = keras_bridge.to_keras(known("design-classifier"))
    n = variant_of("design-classifier").n
    end = real.layers.Dense(n.output[0], activation=tf.nn.softmax)
    changed = real.Sequential([real.Input(shape=n.input), *model.layers[:-1], end])
    assert verdict("design-classifier", changed).credit == 1


# ---------------------------------------------------------------------------- wrong programs


def plain_dilated(n, **same):
    given = {"padding": "same", **same}
    return [L.Conv2D(n.output[-1], 3, dilation_rate=2**i, **given) for i in range(n.depth)]


def classifier(n, *end, pool=2):
    body = [L.Conv2D(16, 3), L.MaxPooling2D(pool), L.Conv2D(32, 3), L.MaxPooling2D(pool)]
    return chain(n, *body, *end)


def average(n, **end):
    return [L.GlobalAveragePooling2D(), L.Dense(n.output[0], **end)]


WRONG = [
    # task, program, properties that hold and count, all properties, what the feedback says
    ("design-stack", lambda n: chain(n, L.Conv2D(n.output[-1], n.field)), 3, 5, "parameters, at"),
    ("design-stack", lambda n: chain(n, L.Conv2D(1, 1)), 0, 5, "the output shape is"),
    (
        "design-stack",
        lambda n: chain(n, *[L.Conv2D(9, 3) for _ in range(n.field // 2)]),
        1, 5, "The last layer's filters or units are the last number.",
    ),
    (
        "design-dilated",
        lambda n: chain(n, *[L.Conv2D(n.output[-1], 3, padding="same")] * 1),
        5, 6, "Receptive field 3, at least",
    ),
    (
        "design-dilated",
        lambda n: chain(n, *plain_dilated(n), L.Conv2D(n.output[-1], 1)),
        5, 6, "convolutions, at most",
    ),
    ("design-dilated", lambda n: chain(n, *plain_dilated(n, padding="valid")), 1, 6, 'ing="same"'),
    (
        "design-dilated",
        lambda n: chain(n, L.Conv2D(n.output[-1], n.field | 1, padding="same")),
        4, 6, "Several small windows see what a large one sees.",
    ),
    (
        "design-early-stride",
        lambda n: chain(n, L.AveragePooling2D(n.input[0] // n.output[0]), L.Conv2D(1, 1)),
        0, 5, "The last layer's filters or units are the last number.",
    ),
    (
        "design-early-stride",
        lambda n: chain(n, L.Conv2D(n.output[-1], n.field, padding="same"),
                        L.MaxPooling2D(n.input[0] // n.output[0])),
        3, 5, "bytes of maps in float32, at most",
    ),
    (
        "design-channels-apart",
        lambda n: chain(n, L.Conv2D(n.output[-1], n.field, padding="same")),
        3, 5, "Most of them in layer 1 (Conv2D).",
    ),
    (
        "design-channels-apart",
        lambda n: chain(n, L.Conv2D(n.output[-1], 1)),
        None, 5, "Receptive field 1, at least",
    ),
    ("design-classifier", lambda n: classifier(n, *average(n)), 5, 6, "No softmax at the end"),
    (
        "design-classifier",
        lambda n: classifier(n, L.Flatten(), L.Dense(n.output[0], activation="softmax")),
        5, 6, "let fewer values reach it.",
    ),
    (
        "design-classifier",
        lambda n: classifier(n, *average(n, activation="sigmoid")),
        5, 6, "No softmax at the end",
    ),
    (
        "design-classifier",
        lambda n: classifier(n, L.GlobalMaxPooling2D(), L.Dense(n.output[0], activation="softmax")),
        5, 6, "`GlobalMaxPooling2D` is not among the allowed layers.",
    ),
    (
        "design-classifier",
        lambda n: classifier(n, L.Dense(n.output[0], activation="softmax")),
        2, 6, "turns maps into one row of numbers",
    ),
    (
        "design-text",
        lambda n: chain(n, L.Conv1D(8, 3), L.GlobalMaxPooling1D(),
                        L.Dense(n.output[0], activation="softmax")),
        4, 5, "Receptive field 3, at least",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("name", "program", "held", "of", "says"), WRONG)
def test_each_property_is_graded_apart_and_says_what_was_reached(name, program, held, of, says):
    found = verdict(name, program(variant_of(name).n))
    assert says in found.message, found.message
    if held is not None:
        assert found.credit == pytest.approx(0.5 * held / of), found.message
    assert found.credit < 0.5


def test_a_model_of_another_input_is_told_so():
    n = variant_of("design-stack").n
    other = keras.Sequential([keras.Input(shape=(9, 9, 1)), L.Conv2D(n.output[-1], 3)])
    found = verdict("design-stack", other)
    assert (found.credit, found.message) == (
        0, f"The model reads (9, 9, 1), not {tuple(n.input)}: change its Input.",
    )  # fmt: skip


def test_open_sizes_are_taken_for_those_of_the_task():
    n = variant_of("design-stack").n
    steps = known("design-stack").layers
    model = keras.Sequential([keras.Input(shape=(None, None, n.input[-1])), *steps])
    assert verdict("design-stack", model).credit == 1


def test_branches_are_no_chain():
    n = variant_of("design-dilated").n
    x = keras.Input(shape=n.input)
    first = L.Conv2D(n.output[-1], 3, padding="same")(x)
    second = L.Conv2D(n.output[-1] + 1, 3, padding="same")(x)
    found = verdict("design-dilated", keras.Model(x, [first, second]))
    assert found.credit == 0
    assert "it must be a chain in which each layer is used once." in found.message
    joined = L.Concatenate()([first, second])
    found = verdict("design-dilated", keras.Model(x, joined))
    assert found.credit == 0
    assert "`Concatenate` is not among the allowed layers." in found.message


@pytest.mark.parametrize(
    ("model", "misconception"),
    [(None, "empty"), (5, "form"), ([L.Conv2D(3, 3)], "form"), (lambda x: x, "form")],
)
def test_what_is_no_model(model, misconception):
    found = verdict("design-stack", model)
    assert (found.credit, found.misconception) == (0, misconception)

"""Of each design task ten programs that are right and ten that are not."""

import pytest

import course_lib as keras
from course_bank import bank
from course_bank.core.value_answer import PARTLY, judged
from course_bank.topics.design.tasks import build
from tests.course_bank.topics.test_design import NAMES, L, chain, functional, known, variant_of


def verdict(name, model):
    """What grading gives for what stands in the variable of the task."""
    variant, values = variant_of(name), {}
    exec(variant.question.probe(variant), {bank[name].variable: model, "emit": values.update})
    return judged(variant, values)


def again(layer, **changed):
    """A layer of the same arguments, but for some."""
    config = {**layer.get_config(), **changed}
    return type(layer).from_config({k: v for k, v in config.items() if k != "name"})


def steps(name):
    """New layers of the known design."""
    return [again(layer) for layer in known(name).layers]


def apart(name, made):
    """The known design with its inner activations as layers of their own, by ``made()``."""
    *inner, last = steps(name)
    taken = [
        part
        for layer in inner
        for part in (
            [again(layer, activation="linear"), made()]
            if "Conv" in type(layer).__name__
            else [layer]
        )
    ]
    return chain(variant_of(name).n, *taken, last)


def mixed(name, between):
    """The known design with a layer that changes no size behind each convolution."""
    parts = [[s, between()] if "Conv" in type(s).__name__ else [s] for s in steps(name)]
    return chain(variant_of(name).n, *[part for pair in parts for part in pair])


def open_sizes(name):
    n = variant_of(name).n
    shape = (*[None] * (len(n.input) - 1), n.input[-1])
    return keras.Sequential([keras.Input(shape=shape), *steps(name)])


def halves(name):
    """Two models, one behind the other."""
    n, made = variant_of(name).n, steps(name)
    return chain(n, keras.Sequential(made[:1]), *made[1:])


def by_adding(name):
    model = keras.Sequential()
    for layer in [keras.Input(shape=variant_of(name).n.input), *steps(name)]:
        model.add(layer)
    return model


def in_pairs(name):
    """Window and stride given for each axis."""
    found = [
        again(
            s, **{k: s.get_config()[k] for k in ("kernel_size", "strides") if k in s.get_config()}
        )
        for s in steps(name)
    ]
    return chain(variant_of(name).n, *found)


RIGHT = {
    "as it is known": known,
    "functional": functional,
    "from a list of layers alone": lambda name: keras.Sequential(steps(name)),
    "layers added": by_adding,
    "ReLU as layers": lambda name: apart(name, L.ReLU),
    "Activation as layers": lambda name: apart(name, lambda: L.Activation("tanh")),
    "Dropout between": lambda name: mixed(name, lambda: L.Dropout(0.1)),
    "a model in the model": halves,
    "open sizes": open_sizes,
    "windows in pairs": in_pairs,
    "no biases": lambda name: chain(
        variant_of(name).n,
        *[again(s, use_bias=False) if "use_bias" in s.get_config() else s for s in steps(name)],
    ),
}


@pytest.mark.parametrize("how", RIGHT)
@pytest.mark.parametrize("name", NAMES)
def test_it_is_right_however_it_is_written(name, how):
    found = verdict(name, RIGHT[how](name))
    assert (found.credit, found.misconception) == (1, None), found.message


def changed(name, last=None, first=None, end=()):
    """The known design with other arguments of its last or first layer, or more at its end."""
    made = steps(name)
    made[-1] = again(made[-1], **(last or {}))
    made[0] = again(made[0], **(first or {}))
    return chain(variant_of(name).n, *made, *end)


def units(name):
    config = steps(name)[-1].get_config()
    return ("units", config["units"]) if "units" in config else ("filters", config["filters"])


def more_units(name):
    what, number = units(name)
    return changed(name, {what: number + 1})


def of_other_input(name):
    n = variant_of(name).n
    shape = (*n.input[:-1], n.input[-1] + 1)
    return keras.Sequential([keras.Input(shape=shape), *steps(name)])


def wide_window(name):
    """A first window as wide as the field, where small ones were to do it."""
    n = variant_of(name).n
    return changed(name, first={"kernel_size": 2 * n.field + 1, "padding": "same"})


WRONG = {
    "nothing": lambda name: None,
    "a number": lambda name: 7,
    "layers in a list": steps,
    "one layer": lambda name: steps(name)[0],
    "a function": lambda name: build,
    "one unit too many": more_units,
    "another input": of_other_input,
    "a wide window": wide_window,
    "the design that comes first": lambda name: build(bank[name].obvious, variant_of(name).n),
    "a layer that is not allowed": lambda name: mixed(name, L.LayerNormalization),
    "no layer but the input's": lambda name: chain(variant_of(name).n, L.Dropout(0.1)),
    "a thousand filters first": lambda name: changed(name, first={"filters": 4096}),
}


@pytest.mark.parametrize("how", WRONG)
@pytest.mark.parametrize("name", NAMES)
def test_it_is_wrong_and_told_why(name, how):
    found = verdict(name, WRONG[how](name))
    assert found.credit <= PARTLY, found.message
    assert found.message.endswith(".")
    if how in list(WRONG)[:5]:
        assert (found.credit, found.misconception) == (0, "empty" if how == "nothing" else "form")
    elif how != "another input":
        assert "Not yet:\n- " in found.message


def test_there_are_ten_of_each():
    assert min(len(RIGHT), len(WRONG)) >= 10

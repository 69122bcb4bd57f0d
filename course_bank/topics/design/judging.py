"""The verdict on a design: each property apart, with the number it reached and what would mend it.

A model with which all properties hold earns all points. As long as one is missed, those that hold
share half of them (`value_answer.PARTLY` at most); and a limit counts only for a model that does
its task, since a model that does nothing costs nothing: the output shape comes first.
"""

from typing import NamedTuple

from course_bank.core.probe_questions import NOTHING
from course_bank.core.rendering import minus
from course_bank.core.value_answer import Verdict
from course_bank.topics.design.measuring import EVERYWHERE, NotMeasured, measure

HALF = 0.5  # of the points, for the properties that hold when not all do


class Property(NamedTuple):
    """One requirement: whether it holds, what was reached, and what would mend it."""

    holds: bool
    reached: str
    mend: str
    is_limit: bool = False


def judge(variant, values):
    """Verdict on what the probe of `measuring` emitted."""
    if "instead" in values:
        return Verdict(0.0, "form", "A model is expected: keras.Sequential([...]), for example.")
    if "rows" not in values:
        return NOTHING
    n = variant.n
    if other := _other_input(n, values.get("input")):
        return Verdict(0.0, None, other)
    foreign = _foreign(n, [str(row[0]) for row in values["rows"]])
    try:
        reached = measure(n.input, values["rows"])
    except NotMeasured as problem:
        return Verdict(0.0, None, f"{foreign} {problem}".strip())
    if contradiction := _branches(reached, values.get("output")):
        return Verdict(0.0, None, contradiction)
    return verdict(properties(n, reached))


def verdict(found):
    """Verdict on a list of `Property`; the first one is the output shape."""
    held = [p for p in found if p.holds]
    missed = [p for p in found if not p.holds]
    right = f"Right: {'; '.join(p.reached for p in held)}."
    if not missed:
        return Verdict(1.0, None, right)
    counted = [p for p in held if found[0].holds or not p.is_limit]
    if len(counted) < len(held):
        right += " Limits that are kept count once the output shape is right."
    lines = [f"{p.reached[:1].upper()}{p.reached[1:]}. {minus(p.mend)}".rstrip() for p in missed]
    told = "\n- ".join([f"{right} Not yet:" if held else "Not yet:", *lines])
    return Verdict(HALF * len(counted) / len(found), None, told)


def properties(n, reached):
    """[`Property`] of the numbers ``n`` of a task, the output shape first."""
    makers = {
        "field": _field,
        "parameters": _parameters,
        "multiplications": _multiplications,
        "memory": _memory,
        "depth": _depth,
        "window": _window,
        "softmax": _softmax,
    }
    asked = [make(n, reached) for name, make in makers.items() if hasattr(n, name)]
    return [_output(n, reached), *asked, _allowed(n, reached)]


def _output(n, reached):
    wanted = tuple(n.output)
    if reached.output == wanted:
        return Property(True, f"output shape {wanted}", "")
    if len(reached.output) != len(wanted):
        mend = (
            "Flatten or a global pooling layer turns maps into one row of numbers."
            if len(wanted) == 1
            else "A layer that makes one row of the maps must go."
        )
    elif reached.output[-1] != wanted[-1] and reached.output[:-1] == wanted[:-1]:
        mend = "The last layer's filters or units are the last number."
    else:
        mend = (
            'Without padding a window k takes k - 1 from each side; padding="same" keeps it; a '
            "stride s divides it."
        )
    return Property(False, f"the output shape is {reached.output}, not {wanted}", mend)


def _field(n, reached):
    holds = reached.field >= n.field
    text = f"receptive field {reached.field}, at least {n.field} asked"
    mend = (
        "A window k adds (k - 1) times the product of the strides before it, and times its own "
        "dilation: more layers, an earlier stride or a dilation widen it."
    )
    return Property(holds, text, mend)


def _limit(number, most, unit, mend, dearest=None):
    unit = unit.removesuffix("s") if number == 1 else unit
    text = f"{number:,} {unit}, at most {most:,} asked"
    if dearest:
        mend = f"Most of them in {dearest.name} ({dearest.kind}). {mend}"
    return Property(number <= most, text, mend, is_limit=True)


def _parameters(n, reached):
    mend = (
        "A weight for each cell of the window, input channel and filter: smaller windows, fewer "
        "channels before it, or channels apart from places."
    )
    if reached.dearest["parameters"].kind == "Dense":
        mend = "A dense layer has a weight for each input and unit: let fewer values reach it."
    return _limit(
        reached.parameters, n.parameters, "parameters", mend, reached.dearest["parameters"]
    )


def _multiplications(n, reached):
    mend = "Each weight works at every place of its output: fewer weights, or a small map earlier."
    number, most = reached.multiplications, n.multiplications
    return _limit(number, most, "multiplications", mend, reached.dearest["multiplications"])


def _memory(n, reached):
    mend = "Large maps with many channels cost it: stride earlier, or fewer filters while large."
    return _limit(
        reached.memory, n.memory, "bytes of maps in float32", mend, reached.dearest["memory"]
    )


def _depth(n, reached):
    mend = "Fewer layers must each widen the field more: a dilation does, at no weight."
    return _limit(reached.depth, n.depth, "convolutions", mend)


def _window(n, reached):
    mend = "Several small windows see what a large one sees."
    return _limit(reached.window, n.window, "cells along the longest side of a window", mend)


def _softmax(n, reached):
    if reached.softmax:
        return Property(True, "softmax at the end", "")
    mend = 'The classes\' probabilities add to 1: activation="softmax" in the last layer.'
    return Property(False, "no softmax at the end", mend)


def _allowed(n, reached):
    foreign = _foreign(n, reached.kinds)
    return Property(not foreign, foreign.rstrip(".") or "allowed layers only", "", is_limit=True)


def _foreign(n, kinds):
    """A sentence on layers that are not allowed, or nothing."""
    found = sorted({kind for kind in kinds if kind not in (*n.allowed, *EVERYWHERE)})
    names = ", ".join(f"`{kind[:40]}`" for kind in found[:3])
    return f"{names} {'are' if len(found) > 1 else 'is'} not among the allowed layers." * bool(
        found
    )


def _other_input(n, shape):
    """A sentence where the model reads another input than the task's, or nothing."""
    if not isinstance(shape, list):
        return ""
    given = tuple(shape[1:])
    fits = len(given) == len(n.input) and all(
        a in (None, b) for a, b in zip(given, n.input, strict=True)
    )
    return "" if fits else f"The model reads {given}, not {tuple(n.input)}: change its Input."


def _branches(reached, shape):
    """A sentence where the layers one after another are not the model, or nothing."""
    if not isinstance(shape, list) or None in shape[1:] or tuple(shape[1:]) == reached.output:
        return ""
    return (
        f"The layers one after another give {reached.output}, but the model gives "
        f"{tuple(shape[1:])}: it must be a chain in which each layer is used once."
    )

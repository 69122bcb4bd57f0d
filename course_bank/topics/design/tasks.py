"""How a design task is made: its budgets come from a known design, and the obvious one breaks them.

Both designs are Python expressions in ``n`` and ``keras``. The known one is the solution in the
instructor's copy; its counts, a little enlarged, are the budgets that students get. Drawings for
which the obvious design keeps to the budgets are drawn again.
"""

import json
import re
from dataclasses import dataclass
from functools import lru_cache
from math import floor, log10
from types import SimpleNamespace

import numpy as np

import course_lib
from course_bank.core.probe_questions import ProbeQuestion
from course_bank.core.rng import Rng
from course_bank.topics.design.judging import judge, properties
from course_bank.topics.design.measuring import measure, probe, rows_of

ROOM = 1.1  # what a budget leaves above the known design
BUDGETS = ("parameters", "multiplications", "memory")
_TOPIC = "cost"


@dataclass(frozen=True)
class DesignQuestion(ProbeQuestion):
    """A design task; ``obvious`` is the design that comes to mind first, and breaks a budget."""

    obvious: str = ""

    def reached(self, source, numbers):
        """[`Property`] of the design that ``source`` describes, for the numbers of a drawing."""
        return _properties(source, SimpleNamespace(**numbers))


def design(*, free, budgets, known, obvious, prompt, **declared):
    """A `DesignQuestion`.

    ``free(rng)`` draws what does not follow from the known design: "input", "output", "allowed",
    and what else the prompt tells. ``budgets`` are the names of `BUDGETS` that are limited.
    ``prompt`` comes before the list of requirements. All drawings have the same names.
    """

    def draw(rng):
        while True:
            numbers = free(rng)
            counted = _measured(known, SimpleNamespace(**numbers))
            numbers |= {name: _rounded_up(ROOM * getattr(counted, name)) for name in budgets}
            if not all(p.holds for p in _properties(obvious, SimpleNamespace(**numbers))):
                return numbers

    variable = declared["id"].replace("-", "_")
    return DesignQuestion(
        **declared,
        topic=_TOPIC,
        draw=draw,
        prompt=f"{prompt} Call it `{variable}`.\n\n{requirements(draw(Rng(variable)))}",
        form="model",
        answer=None,
        source=lambda variant: probe(variable),
        judge=judge,
        solution=known,
        obvious=obvious,
    )


_TOLD = {  # number of a task -> its line
    "field": "receptive field of a cell of the last map: at least {field} along each axis",
    "depth": "at most {depth} convolutions",
    "window": "no window of a convolution with a side longer than {window}",
    "parameters": "at most {parameters:,} parameters",
    "multiplications": "at most {multiplications:,} multiplications for one example",
    "memory": "at most {memory:,} bytes for the maps of one example, in float32 (activations and "
    "`Dropout` make none of their own)",
    "softmax": "softmax at the end",
}


def requirements(numbers):
    """The template of what a design must meet, in markdown; ``numbers`` are those of a drawing."""
    allowed = ", ".join(f"`{kind}`" for kind in numbers["allowed"])
    input_shape, output = (_shape(name, numbers[name]) for name in ("input", "output"))
    lines = [
        f"input shape {input_shape}, output shape {output}",
        *(line for name, line in _TOLD.items() if name in numbers),
        f"allowed layers: {allowed}",
    ]
    return "\n".join(f"- {line}" for line in lines)


def _shape(name, sizes):
    """A template of a tuple: "({input[0]}, {input[1]}, {input[2]})"."""
    places = [f"{{{name}[{axis}]}}" for axis in range(len(sizes))]
    return f"({', '.join(places)}{',' * (len(sizes) == 1)})"


def build(source, n):
    """The engine's model of a design, an expression in ``n``, ``keras`` and ``np``."""
    return eval(source, {"keras": course_lib, "np": np, "n": n})


def _measured(source, n):
    """What the design reaches; the same one is not built again for the same numbers."""
    read = {"input", *re.findall(r"\bn\.(\w+)", source)}
    numbers = {name: value for name, value in vars(n).items() if name in read}
    return _measured_once(source, json.dumps(numbers))


@lru_cache(maxsize=4096)
def _measured_once(source, numbers):
    n = SimpleNamespace(**json.loads(numbers))
    return measure(n.input, rows_of(build(source, n)))


def _properties(source, n):
    return properties(n, _measured(source, n))


def _rounded_up(number):
    """The next number of two digits and zeros: 12,345 becomes 13,000."""
    unit = 10 ** max(0, floor(log10(number)) - 1)
    return int(-(-number // unit) * unit)

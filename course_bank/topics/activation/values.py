"""Questions on activations: ReLU, sigmoid, softmax, and what is read off the output layer."""

import math

import numpy as np

from course_bank.core.question import CLOSE, FAR, Question, slip
from course_bank.core.rendering import columns, table
from course_lib import ops

_TOPIC = "activation"

# fmt: off
LABELS = (
    "cat", "dog", "car", "tower", "bird", "ship", "horse", "truck", "frog", "bridge", "clock",
    "apple", "chair", "piano", "tiger", "whale", "train", "rose", "boat", "lamp", "kite", "owl",
    "drum", "fox",
)
# fmt: on


def _f64(values):
    return np.array(values, np.float64)


def _draw_map(rng):
    grid = rng.grid(3, 4, -6, 6)
    grid[rng.integer(0, 2)][rng.integer(0, 3)] = 0  # one exact zero
    return {"map": grid}


def _draw_large_map(rng):
    lowest, highest = -rng.integer(2, 9), rng.integer(2, 9)
    grid = rng.grid(rng.integer(3, 6), rng.integer(4, 7), lowest, highest)
    grid[rng.integer(0, 2)][rng.integer(0, 3)] = 0
    return {"map": grid}


def _draw_logits(rng):
    return {"logits": [rng.integer(-20, 30) / 10 for _ in range(3)]}


def _draw_labels(rng):
    labels = rng.sample(LABELS, 5)
    parts = rng.sample((31, 24, 19, 14, 12), 5)
    return {"labels": labels, "probabilities": [part / 100 for part in parts]}


def _draw_unit(rng):
    return {
        "inputs": [rng.integer(1, 9) for _ in range(3)],
        "weights": [rng.integer(-4, 5) for _ in range(3)],
        "bias": rng.integer(-9, 9),
    }


def _sum(n):
    return sum(x * w for x, w in zip(n.inputs, n.weights, strict=True))


def _draw_probabilities(rng):
    parts = rng.sample(range(5, 41), 3)
    rest = 100 - sum(parts)
    probabilities = [part / 100 for part in (*parts, rest)]
    if rest <= 4 or len(set(probabilities)) < 4:
        return _draw_probabilities(rng)
    return {"probabilities": rng.shuffled(probabilities), "label": rng.integer(0, 3)}


def _true(n):
    return n.probabilities[n.label]


QUESTIONS = [
    Question(
        id="activation-relu-map",
        topic=_TOPIC,
        teaches="ReLU keeps what is positive and sets the rest to 0, value by value.",
        draw=_draw_map,
        prompt=lambda n: f"What does ReLU make of this map?{table(n.map)}Give a list of rows.",
        form="array",
        answer=lambda n: ops.relu(_f64(n.map)),
        steps=lambda n: [f"{row} becomes {[max(value, 0) for value in row]}" for row in n.map],
        misconceptions=(
            slip(
                "absolute values",
                lambda n: np.abs(n.map),
                "ReLU does not drop the sign: a negative value becomes 0.",
                FAR,
            ),
            slip(
                "negative values kept",
                lambda n: np.minimum(n.map, 0),
                "You kept the negative values and set the positive ones to 0: it is the other way "
                "round.",
                FAR,
            ),
            slip(
                "ones for positive values",
                lambda n: (_f64(n.map) > 0).astype(float),
                "That is the derivative of ReLU. ReLU itself keeps the positive values.",
                FAR,
            ),
            slip(
                "unchanged",
                lambda n: _f64(n.map),
                "The negative values must become 0.",
            ),
        ),
        solution="np.maximum(np.array(n.map), 0)",
    ),
    Question(
        id="activation-relu-zeros",
        topic=_TOPIC,
        teaches="After ReLU, everything that was not positive is 0.",
        draw=_draw_large_map,
        prompt=lambda n: (
            f"ReLU is applied to this map:{table(n.map)}How many values of the result are 0?"
        ),
        answer=lambda n: int((np.array(n.map) <= 0).sum()),
        steps=lambda n: [
            f"negative: {int((np.array(n.map) < 0).sum())}",
            f"zero before: {int((np.array(n.map) == 0).sum())}",
            f"together {int((np.array(n.map) <= 0).sum())}",
        ],
        misconceptions=(
            slip(
                "zeros before not counted",
                lambda n: int((np.array(n.map) < 0).sum()),
                "A value that was 0 stays 0: count it too.",
                CLOSE,
            ),
            slip(
                "positive values counted",
                lambda n: int((np.array(n.map) > 0).sum()),
                "Those are the values that ReLU keeps.",
                FAR,
            ),
            slip(
                "only what was zero",
                lambda n: int((np.array(n.map) == 0).sum()),
                "The negative values become 0 as well.",
            ),
        ),
        solution="int((np.array(n.map) <= 0).sum())",
    ),
    Question(
        id="activation-sigmoid",
        topic=_TOPIC,
        teaches="The sigmoid 1/(1 + exp(-x)) squeezes every number between 0 and 1.",
        draw=lambda rng: {"x": rng.choice((-1, 1)) * rng.integer(3, 30) / 10},
        prompt="What is the sigmoid of {x}? Give three decimals.",
        form="number",
        answer=lambda n: float(ops.sigmoid(_f64([n.x]))[0]),
        steps=lambda n: [
            f"exp(-({n.x})) = {math.exp(-n.x):.4f}",
            f"1 / (1 + {math.exp(-n.x):.4f}) = {1 / (1 + math.exp(-n.x)):.4f}",
        ],
        misconceptions=(
            slip(
                "sign of the exponent",
                lambda n: 1 / (1 + math.exp(n.x)),
                "The exponent is -x: a positive x gives more than 0.5.",
                CLOSE,
            ),
            slip(
                "tanh",
                lambda n: math.tanh(n.x),
                "That is tanh, which runs from -1 to 1.",
                FAR,
            ),
            slip(
                "exponential only",
                lambda n: math.exp(-n.x),
                "That is exp(-x), one part of the formula.",
            ),
            slip(
                "derivative",
                lambda n: math.exp(-n.x) / (1 + math.exp(-n.x)) ** 2,
                "That is the slope of the sigmoid.",
                FAR,
            ),
        ),
        solution="1 / (1 + np.exp(-n.x))",
    ),
    Question(
        id="activation-softmax",
        topic=_TOPIC,
        teaches="Softmax makes probabilities of any numbers: exponentials, divided by their sum.",
        draw=_draw_logits,
        prompt="The output layer has three units with the sums `{logits}`. What does softmax make "
        "of them? Give three decimals each.",
        form="array",
        expects="a list of three numbers",
        answer=lambda n: ops.softmax(_f64([n.logits]))[0],
        steps=lambda n: [
            "exponentials: " + ", ".join(f"{math.exp(z):.4f}" for z in n.logits),
            f"their sum: {sum(map(math.exp, n.logits)):.4f}",
            "divided: " + ", ".join(f"{p:.4f}" for p in ops.softmax(_f64([n.logits]))[0]),
        ],
        misconceptions=(
            slip(
                "not divided",
                lambda n: np.exp(n.logits),
                "Divide the exponentials by their sum, so that they add to 1.",
                FAR,
            ),
            slip(
                "without exponentials",
                lambda n: _f64(n.logits) / (sum(n.logits) or 1e-9),
                "You divided the sums themselves. Take the exponentials first: they are positive.",
                FAR,
            ),
            slip(
                "sigmoid of each",
                lambda n: ops.sigmoid(_f64(n.logits)),
                "You took the sigmoid of each: those do not add to 1.",
            ),
        ),
        solution="np.exp(n.logits) / np.exp(n.logits).sum()",
    ),
    Question(
        id="activation-softmax-difference",
        topic=_TOPIC,
        teaches="Softmax only sees differences: the ratio of two probabilities is exp(difference).",
        draw=lambda rng: {
            "first": rng.integer(5, 30) / 10,
            "difference": rng.integer(4, 30) / 10,
        },
        prompt=lambda n: (
            "Two units of a softmax layer have the sums "
            f"{n.first + n.difference:.1f} and {n.first:.1f}. How many times larger is the first "
            "probability than the second? Give two decimals."
        ),
        form="number",
        tolerance=6e-3,
        answer=lambda n: math.exp(n.difference),
        steps=lambda n: [
            "the common sum of exponentials cancels",
            f"exp({n.difference}) = {math.exp(n.difference):.3f}",
        ],
        misconceptions=(
            slip(
                "ratio of the sums",
                lambda n: (n.first + n.difference) / n.first,
                "Softmax divides exponentials, not the sums themselves.",
                FAR,
            ),
            slip(
                "difference",
                lambda n: n.difference,
                "The difference of the sums becomes a factor: take its exponential.",
                FAR,
            ),
            slip(
                "upside down",
                lambda n: math.exp(-n.difference),
                "The unit with the larger sum has the larger probability.",
                CLOSE,
            ),
        ),
        solution="np.exp(n.difference)",
    ),
    Question(
        id="activation-argmax-label",
        topic=_TOPIC,
        teaches="`np.argmax` gives the index of the largest output; a dictionary gives its label.",
        draw=_draw_labels,
        prompt=lambda n: (
            f"The output of a network is `{n.probabilities}`, and the labels are "
            f"`{dict(enumerate(n.labels))}`. Which label does it predict?"
        ),
        form="text",
        answer=lambda n: n.labels[int(np.argmax(n.probabilities))],
        steps=lambda n: [
            f"the largest is {max(n.probabilities)}, at index {int(np.argmax(n.probabilities))}",
            f"label {int(np.argmax(n.probabilities))} is "
            f"{n.labels[int(np.argmax(n.probabilities))]!r}",
        ],
        misconceptions=(
            slip(
                "counted from one",
                lambda n: n.labels[(int(np.argmax(n.probabilities)) + 1) % 5],
                "The index of the largest output is counted from 0.",
                CLOSE,
            ),
            slip(
                "smallest output",
                lambda n: n.labels[int(np.argmin(n.probabilities))],
                "You took the smallest output.",
            ),
            slip(
                "index not looked up",
                lambda n: str(int(np.argmax(n.probabilities))),
                "That is the index. Look its label up in the dictionary.",
                CLOSE,
            ),
        ),
        solution="n.labels[int(np.argmax(n.probabilities))]",
    ),
    Question(
        id="activation-unit",
        topic=_TOPIC,
        teaches="A unit: weighted sum, plus bias, then the activation.",
        draw=_draw_unit,
        prompt=lambda n: (
            f"A unit with ReLU has the weights `{n.weights}` and the bias {n.bias}. "
            f"What does it return for the inputs `{n.inputs}`?"
        ),
        answer=lambda n: int(ops.relu(_f64([_sum(n) + n.bias]))[0]),
        steps=lambda n: [
            f"weighted sum: {_sum(n)}",
            f"plus bias: {_sum(n) + n.bias}",
            f"ReLU: {max(_sum(n) + n.bias, 0)}",
        ],
        misconceptions=(
            slip(
                "forgot the bias",
                lambda n: max(_sum(n), 0),
                "The bias is added before ReLU.",
                CLOSE,
            ),
            slip(
                "negative terms dropped",
                lambda n: max(
                    sum(max(x * w, 0) for x, w in zip(n.inputs, n.weights, strict=True)) + n.bias,
                    0,
                ),
                "ReLU acts on the whole sum, not on each product.",
                FAR,
            ),
            slip(
                "bias subtracted",
                lambda n: max(_sum(n) - n.bias, 0),
                "The bias is added, with its own sign.",
                CLOSE,
            ),
        ),
        solution="max(int(np.dot(n.inputs, n.weights)) + n.bias, 0)",
    ),
    Question(
        id="activation-crossentropy",
        topic=_TOPIC,
        teaches="The loss of one example is minus the logarithm of the true class's probability.",
        draw=_draw_probabilities,
        prompt=lambda n: (
            "A softmax layer returns"
            + columns(["class", "probability"], list(enumerate(n.probabilities)))
            + f"and the true class is {n.label}. What is the sparse categorical cross-entropy of "
            "this example? Give three decimals."
        ),
        form="number",
        tolerance=2e-3,
        answer=lambda n: float(
            np.ravel(
                ops.sparse_categorical_crossentropy(np.array([n.label]), _f64([n.probabilities]))
            )[0]
        ),
        steps=lambda n: [
            f"the true class has probability {_true(n)}",
            f"-ln({_true(n)}) = {-math.log(_true(n)):.4f}",
        ],
        misconceptions=(
            slip(
                "logarithm to base ten",
                lambda n: -math.log10(_true(n)),
                "The natural logarithm is meant.",
                CLOSE,
            ),
            slip(
                "sign missing",
                lambda n: math.log(_true(n)),
                "A loss is positive here: take minus the logarithm.",
                CLOSE,
            ),
            slip(
                "distance from one",
                lambda n: 1 - _true(n),
                "Cross-entropy takes the logarithm, which punishes small probabilities harder.",
            ),
            slip(
                "sum over all classes",
                lambda n: -sum(map(math.log, n.probabilities)),
                "Only the true class counts: the others are multiplied by 0.",
                FAR,
            ),
        ),
        solution="-np.log(n.probabilities[n.label])",
    ),
]

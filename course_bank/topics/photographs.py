"""Questions on photographs: transfer, and what a small test set can tell."""

import numpy as np

from course_bank.core.question import CLOSE, FAR, Question, ranges, slip, swapped
from course_bank.core.rendering import columns
from course_lib import ops, shapes

_TOPIC = "photographs"


def _head(n):
    return shapes.dense_parameters(n.features, n.classes).value


def _draw_fold(rng):
    """A normalisation whose deviation is a whole number: the variance is its square."""
    return {
        "weight": rng.choice([-4, -3, -2, 2, 3, 4]),
        "gamma": rng.choice([2, 3, 5]),
        "beta": rng.integer(-4, 4),
        "mean": rng.integer(1, 9),
        "deviation": rng.choice([2, 4, 5]),
    }


def _folded(n):
    scale = n.gamma / n.deviation
    return n.weight * scale, n.beta - n.mean * scale


_NAMES = ("bird", "flower", "fruit")


def _draw_counts(rng):
    """Counts of three unequally frequent classes; most answers are right."""
    totals = rng.shuffled([rng.integer(8, 12), rng.integer(20, 30), rng.integer(40, 60)])
    counts = []
    for place, total in enumerate(totals):
        first, second = rng.integer(1, total // 4), rng.integer(0, total // 4)
        row = [first, second]
        row.insert(place, total - first - second)
        counts.append(row)
    return {"counts": counts}


def _recalls(n):
    counts = np.array(n.counts)
    return counts.diagonal() / counts.sum(axis=1)


def _shown(n):
    rows = [[name, *row] for name, row in zip(_NAMES, n.counts, strict=True)]
    return columns(["shown", *(f"said {name}" for name in _NAMES)], rows)


def _draw_logits(rng):
    top = rng.integer(20, 60) / 10
    return {
        "logits": [top, rng.integer(0, 18) / 10, -rng.integer(0, 15) / 10],
        "temperature": rng.choice([1.5, 2.0, 2.5, 3.0]),
    }


def _cooled(n, temperature):
    return float(ops.softmax(np.array(n.logits) / temperature)[0])


QUESTIONS = [
    Question(
        id="photographs-frozen-head",
        topic=_TOPIC,
        teaches="With a frozen base only the new last layer learns.",
        draw=ranges(features=[512, 1024, 1280, 2048], classes=(3, 40), base=(1_000_000, 9_000_000)),
        prompt="A base with {base} parameters, trained on other photographs, is frozen. It hands "
        "{features} numbers to a new `Dense({classes})`. How many parameters does training change?",
        answer=_head,
        steps=lambda n: [
            f"({n.features} + 1) · {n.classes} = {_head(n)}; the base stays as it is",
        ],
        misconceptions=(
            slip(
                "no biases",
                lambda n: n.features * n.classes,
                "Each of the new units has a bias too.",
                CLOSE,
            ),
            slip(
                "the base learns too",
                lambda n: n.base + _head(n),
                "Frozen means that no step changes the base.",
                FAR,
            ),
        ),
        solution="(n.features + 1) * n.classes",
    ),
    Question(
        id="photographs-folded",
        topic=_TOPIC,
        teaches="In prediction a normalisation is a factor and a shift: the kernel takes both.",
        draw=_draw_fold,
        prompt="A 1 × 1 convolution with one weight, {weight}, and no bias is followed by batch "
        "normalisation with gamma {gamma}, beta {beta}, moving mean {mean} and moving standard "
        "deviation {deviation} (epsilon 0). Which weight and which bias must a single convolution "
        "have that does the same in prediction?",
        form="array",
        expects="a pair (weight, bias)",
        tolerance=6e-3,
        answer=lambda n: list(_folded(n)),
        steps=lambda n: [
            f"factor: gamma / deviation = {n.gamma} / {n.deviation} = {n.gamma / n.deviation:g}",
            f"weight: {n.weight} · {n.gamma / n.deviation:g} = {_folded(n)[0]:g}",
            f"bias: {n.beta} - {n.mean} · {n.gamma / n.deviation:g} = {_folded(n)[1]:g}",
        ],
        misconceptions=(
            slip(
                "mean not scaled",
                lambda n: [_folded(n)[0], n.beta - n.mean],
                "The mean is taken off before the factor, so the factor reaches it too.",
                CLOSE,
            ),
            slip(
                "variance for deviation",
                lambda n: [
                    n.weight * n.gamma / n.deviation**2,
                    n.beta - n.mean * n.gamma / n.deviation**2,
                ],
                "Divide by the standard deviation, not by its square.",
                CLOSE,
            ),
            slip(
                "weight left alone",
                lambda n: [n.weight, _folded(n)[1]],
                "What the convolution puts out is multiplied; its weight can do that itself.",
                FAR,
            ),
            swapped(_folded, "the weight"),
        ),
        solution="(n.weight * n.gamma / n.deviation, n.beta - n.mean * n.gamma / n.deviation)",
    ),
    Question(
        id="photographs-balanced",
        topic=_TOPIC,
        teaches="With classes of unequal size the mean over the classes tells more.",
        draw=_draw_counts,
        prompt=lambda n: (
            "The confusion matrix of a test set of three classes of unequal size:"
            f"{_shown(n)}What is the accuracy, averaged over the three classes? Give three "
            "decimals."
        ),
        form="number",
        tolerance=6e-4,
        answer=lambda n: float(_recalls(n).mean()),
        steps=lambda n: [
            *(
                f"{name}: {row[place]} / {sum(row)} = {row[place] / sum(row):.4f}"
                for place, (name, row) in enumerate(zip(_NAMES, n.counts, strict=True))
            ),
            f"mean: {_recalls(n).mean():.4f}",
        ],
        misconceptions=(
            slip(
                "all photographs alike",
                lambda n: float(np.trace(n.counts) / np.sum(n.counts)),
                "That is the share of all photographs; the largest class decides it.",
                CLOSE,
            ),
            slip(
                "columns",
                lambda n: float((np.array(n.counts).diagonal() / np.sum(n.counts, axis=0)).mean()),
                "Divide by what was shown, the sum of the row, not by what was said.",
                CLOSE,
            ),
            slip(
                "errors",
                lambda n: 1 - float(_recalls(n).mean()),
                "That is the share of the wrong answers.",
                CLOSE,
            ),
        ),
        solution="np.mean(np.diagonal(n.counts) / np.sum(n.counts, axis=1))",
    ),
    Question(
        id="photographs-temperature",
        topic=_TOPIC,
        teaches="A temperature divides the logits: less sure, and the same answer.",
        draw=_draw_logits,
        prompt="For one photograph a network puts out the logits {logits}. It is too sure, so its "
        "logits are divided by a temperature of {temperature} before the softmax. Which "
        "probability does the first class then have? Give three decimals.",
        form="number",
        tolerance=6e-4,
        answer=lambda n: _cooled(n, n.temperature),
        steps=lambda n: [
            "divided: " + ", ".join(f"{value / n.temperature:.4f}" for value in n.logits),
            f"softmax: {_cooled(n, n.temperature):.4f} (before: {_cooled(n, 1):.4f})",
        ],
        misconceptions=(
            slip(
                "no temperature",
                lambda n: _cooled(n, 1),
                "That is the softmax of the logits as they are.",
                FAR,
            ),
            slip(
                "multiplied",
                lambda n: _cooled(n, 1 / n.temperature),
                "Multiplied logits make the network surer still: divide.",
                CLOSE,
            ),
            slip(
                "probability divided",
                lambda n: _cooled(n, 1) / n.temperature,
                "Divide the logits, before the softmax; a probability must go on adding up to 1.",
                FAR,
            ),
        ),
        solution="ops.softmax(np.array(n.logits) / n.temperature)[0]",
    ),
]

"""Questions on batch normalisation: what it computes, what it learns, what it keeps."""

import numpy as np

from course_bank.core.question import CLOSE, FAR, Question, ranges, slip
from course_bank.core.rendering import table
from course_lib import ops

_TOPIC = "dropout and batch normalisation"


def _draw_values(rng):
    grid = rng.grid(3, 4, 0, 9)
    return {"channel": grid, "row": rng.integer(0, 2), "column": rng.integer(0, 3)}


def _normalised(n):
    """The engine's batch normalisation of one channel, without scale and shift."""
    inputs = np.array(n.channel, np.float64)[None, :, :, None]
    return ops.batch_normalization(inputs, epsilon=1e-12)[0, :, :, 0]


def _value(n):
    return n.channel[n.row][n.column]


def _mean(n):
    return float(np.mean(n.channel))


QUESTIONS = [
    Question(
        id="batchnorm-value",
        topic=_TOPIC,
        teaches="Batch normalisation subtracts the mean and divides by the standard deviation.",
        draw=_draw_values,
        prompt=lambda n: (
            "A channel holds these values for the whole batch:"
            f"{table(n.channel)}What does batch normalisation make of the value in row {n.row}, "
            f"column "
            f"{n.column} (gamma 1, beta 0, epsilon 0)? Give two decimals."
        ),
        form="number",
        tolerance=6e-3,
        answer=lambda n: float(_normalised(n)[n.row, n.column]),
        steps=lambda n: [
            f"mean {_mean(n):.4f}, variance {np.var(n.channel):.4f}, standard deviation "
            f"{np.std(n.channel):.4f}",
            f"({_value(n)} - {_mean(n):.4f}) / {np.std(n.channel):.4f} = "
            f"{_normalised(n)[n.row, n.column]:.4f}",
        ],
        misconceptions=(
            slip(
                "divided by the variance",
                lambda n: (_value(n) - _mean(n)) / float(np.var(n.channel)),
                "Divide by the standard deviation, the square root of the variance.",
                CLOSE,
            ),
            slip(
                "mean not subtracted",
                lambda n: _value(n) / float(np.std(n.channel)),
                "Subtract the mean first.",
                CLOSE,
            ),
            slip(
                "not divided",
                lambda n: _value(n) - _mean(n),
                "Divide by the standard deviation as well.",
                CLOSE,
            ),
            slip(
                "divided by one less",
                lambda n: (_value(n) - _mean(n)) / float(np.std(n.channel, ddof=1)),
                "The variance is the mean of the squares: divide by m, not by m - 1.",
                CLOSE,
            ),
        ),
        solution="(n.channel[n.row][n.column] - np.mean(n.channel)) / np.std(n.channel)",
    ),
    Question(
        id="batchnorm-parameters",
        topic=_TOPIC,
        teaches="A batch normalisation layer keeps four numbers for each channel.",
        draw=ranges(size=(5, 40), channels=(3, 256)),
        prompt="A summary shows `BatchNormalization()` on maps of {size} × {size} × {channels}. "
        "Which number stands in its column Param #?",
        answer=lambda n: 4 * n.channels,
        steps=lambda n: [
            "gamma, beta, moving mean, moving variance: 4 for each channel",
            f"4 * {n.channels} = {4 * n.channels}",
        ],
        misconceptions=(
            slip(
                "trainable only",
                lambda n: 2 * n.channels,
                "Those are gamma and beta. The moving mean and variance are listed as well.",
                CLOSE,
            ),
            slip(
                "four altogether",
                lambda n: 4,
                "Each channel has its own four.",
                FAR,
            ),
            slip(
                "for each value",
                lambda n: 4 * n.size**2 * n.channels,
                "The places of a map share the numbers of their channel.",
                FAR,
            ),
            slip(
                "bias counted",
                lambda n: 5 * n.channels,
                "There is no fifth number: beta is what a bias would be.",
                CLOSE,
            ),
            slip(
                "bias counted, five altogether",
                lambda n: 5,
                "Each channel has numbers of its own, and beta is what a bias would be: there "
                "are four kinds.",
                FAR,
            ),
            slip(
                "two altogether",
                lambda n: 2,
                "Gamma and beta are two for each channel, and moving mean and variance are "
                "listed as well.",
                FAR,
            ),
            slip(
                "two for each value",
                lambda n: 2 * n.size**2 * n.channels,
                "The places of a map share the numbers of their channel, and there are four "
                "kinds of them.",
                FAR,
            ),
        ),
        solved_by="formula",
        solution="4 * n.channels",
    ),
    Question(
        id="batchnorm-non-trainable",
        topic=_TOPIC,
        teaches="The moving statistics are kept, not learned by gradient descent.",
        draw=ranges(first=(4, 60), second=(61, 128), kernel=[3, 5]),
        prompt="`Conv2D({first}, {kernel})`, `BatchNormalization()`, `Conv2D({second}, {kernel})`, "
        "`BatchNormalization()`: how many *non-trainable* parameters does this model have?",
        answer=lambda n: 2 * (n.first + n.second),
        steps=lambda n: [
            "moving mean and moving variance of each normalised channel",
            f"2 * ({n.first} + {n.second}) = {2 * (n.first + n.second)}",
        ],
        misconceptions=(
            slip(
                "all four",
                lambda n: 4 * (n.first + n.second),
                "Gamma and beta are trained. Only the moving mean and variance are not.",
                CLOSE,
            ),
            slip(
                "last layer only",
                lambda n: 2 * n.second,
                "Both normalisation layers keep moving statistics.",
                CLOSE,
            ),
            slip(
                "none",
                lambda n: 0,
                "The moving mean and variance are kept by the layers but not trained.",
            ),
            slip(
                "one statistic",
                lambda n: n.first + n.second,
                "There are two for each channel: mean and variance.",
                CLOSE,
            ),
        ),
        solution="2 * (n.first + n.second)",
    ),
    Question(
        id="batchnorm-moving-mean",
        topic=_TOPIC,
        teaches="The moving mean keeps a share (the momentum) and takes the rest from the batch.",
        draw=lambda rng: {
            "old": rng.integer(-40, 60) / 10,
            "batch": rng.integer(-40, 60) / 10,
            "momentum": rng.choice((0.9, 0.95, 0.8)),
        },
        prompt="`BatchNormalization(momentum={momentum})` has the moving mean {old} for a channel. "
        "The mean of the next batch is {batch}. What is the moving mean after this training step?",
        form="number",
        tolerance=2e-3,
        answer=lambda n: n.momentum * n.old + (1 - n.momentum) * n.batch,
        steps=lambda n: [
            f"{n.momentum}·({n.old}) + {1 - n.momentum:.2f}·({n.batch}) = "
            f"{n.momentum * n.old + (1 - n.momentum) * n.batch:.4f}"
        ],
        misconceptions=(
            slip(
                "shares swapped",
                lambda n: (1 - n.momentum) * n.old + n.momentum * n.batch,
                "The momentum is the share of the old value that is kept.",
                CLOSE,
            ),
            slip(
                "plain mean",
                lambda n: (n.old + n.batch) / 2,
                "The two do not weigh the same: the momentum is the share of the old value.",
                FAR,
            ),
            slip(
                "batch only",
                lambda n: n.batch,
                "The moving mean remembers the batches before.",
            ),
        ),
        solution="n.momentum * n.old + (1 - n.momentum) * n.batch",
    ),
    Question(
        id="batchnorm-scale-shift",
        topic=_TOPIC,
        teaches="Gamma scales and beta shifts what was normalised.",
        draw=lambda rng: {
            "x": rng.integer(-9, 30),
            "mean": rng.integer(-5, 12),
            "deviation": rng.choice((2, 4, 5, 8)),
            "gamma": rng.choice((0.5, 1.5, 2, 3)),
            "beta": rng.choice((-3, -2, -1, 1, 2, 4)),
        },
        prompt="A channel has mean {mean} and standard deviation {deviation} (epsilon 0), and the "
        "layer has learned gamma {gamma} and beta {beta}. What does batch normalisation return for "
        "the value {x}?",
        form="number",
        answer=lambda n: n.gamma * (n.x - n.mean) / n.deviation + n.beta,
        steps=lambda n: [
            f"normalised: ({n.x} - ({n.mean})) / {n.deviation} = {(n.x - n.mean) / n.deviation:g}",
            f"{n.gamma}·({(n.x - n.mean) / n.deviation:g}) + ({n.beta}) = "
            f"{n.gamma * (n.x - n.mean) / n.deviation + n.beta:g}",
        ],
        misconceptions=(
            slip(
                "gamma and beta forgotten",
                lambda n: (n.x - n.mean) / n.deviation,
                "That is the normalised value. Gamma scales it and beta shifts it.",
                CLOSE,
            ),
            slip(
                "shifted before scaling",
                lambda n: n.gamma * ((n.x - n.mean) / n.deviation + n.beta),
                "First times gamma, then plus beta.",
                CLOSE,
            ),
            slip(
                "gamma and beta swapped",
                lambda n: n.beta * (n.x - n.mean) / n.deviation + n.gamma,
                "Gamma is the factor, beta is added.",
                FAR,
            ),
        ),
        solution="n.gamma * (n.x - n.mean) / n.deviation + n.beta",
    ),
]

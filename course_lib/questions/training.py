"""Questions on dropout, batch normalisation, and the counting around training."""

import numpy as np

from course_lib import ops
from course_lib.questions.question import Question, ranges, slip
from course_lib.questions.rendering import table

_TOPIC = "dropout and batch normalisation"
_MNIST = "MNIST"


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


_STEPS = ranges(
    examples=[1000, 2000, 5000, 10000, 50000, 60000],
    batch=[16, 32, 48, 64, 96, 128, 200, 256, 384],
    epochs=(3, 20),
    where=lambda n: n.examples % n.batch,
)


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
                0.5,
            ),
            slip(
                "mean not subtracted",
                lambda n: _value(n) / float(np.std(n.channel)),
                "Subtract the mean first.",
                0.5,
            ),
            slip(
                "not divided",
                lambda n: _value(n) - _mean(n),
                "Divide by the standard deviation as well.",
                0.5,
            ),
            slip(
                "divided by one less",
                lambda n: (_value(n) - _mean(n)) / float(np.std(n.channel, ddof=1)),
                "The variance is the mean of the squares: divide by m, not by m - 1.",
                0.5,
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
                0.5,
            ),
            slip(
                "four altogether",
                lambda n: 4,
                "Each channel has its own four.",
                0.25,
            ),
            slip(
                "for each value",
                lambda n: 4 * n.size**2 * n.channels,
                "The places of a map share the numbers of their channel.",
                0.25,
            ),
        ),
        solution="4 * n.channels",
    ),
    Question(
        id="batchnorm-non-trainable",
        topic=_TOPIC,
        teaches="The moving statistics are kept, not learnt by gradient descent.",
        draw=ranges(first=(4, 60), second=(61, 128), kernel=[3, 5]),
        prompt="`Conv2D({first}, {kernel})`, `BatchNormalization()`, `Conv2D({second}, {kernel})`, "
        "`BatchNormalization()`: how many *non-trainable* parameters has this model?",
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
                0.5,
            ),
            slip(
                "last layer only",
                lambda n: 2 * n.second,
                "Both normalisation layers keep moving statistics.",
                0.5,
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
                0.5,
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
                0.5,
            ),
            slip(
                "plain mean",
                lambda n: (n.old + n.batch) / 2,
                "The two do not weigh the same: the momentum is the share of the old value.",
                0.25,
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
        "layer has learnt gamma {gamma} and beta {beta}. What does batch normalisation return for "
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
                0.5,
            ),
            slip(
                "shifted before scaling",
                lambda n: n.gamma * ((n.x - n.mean) / n.deviation + n.beta),
                "First times gamma, then plus beta.",
                0.5,
            ),
            slip(
                "gamma and beta swapped",
                lambda n: n.beta * (n.x - n.mean) / n.deviation + n.gamma,
                "Gamma is the factor, beta is added.",
                0.25,
            ),
        ),
        solution="n.gamma * (n.x - n.mean) / n.deviation + n.beta",
    ),
    Question(
        id="dropout-training-value",
        topic=_TOPIC,
        teaches="Dropout scales up what it keeps, so that the expected sum stays.",
        draw=lambda rng: {
            "value": rng.integer(2, 60) / 4,
            "rate": rng.choice((0.2, 0.25, 0.4, 0.6, 0.75, 0.8)),
        },
        prompt="`Dropout({rate})` keeps a unit with the value {value} in a *training* step. What "
        "does it pass on?",
        form="number",
        answer=lambda n: n.value / (1 - n.rate),
        steps=lambda n: [
            f"kept with probability 1 - {n.rate} = {1 - n.rate:g}",
            f"{n.value} / {1 - n.rate:g} = {n.value / (1 - n.rate):.4f}",
        ],
        misconceptions=(
            slip(
                "not scaled",
                lambda n: n.value,
                "Units that are kept are scaled up in training, to make up for those dropped.",
                0.25,
            ),
            slip(
                "scaled down",
                lambda n: n.value * (1 - n.rate),
                "The kept units are divided by the share that is kept, not multiplied.",
                0.5,
            ),
            slip(
                "rate taken for the share kept",
                lambda n: n.value / n.rate,
                "In Keras the rate is the share that is dropped.",
                0.5,
            ),
        ),
        solution="n.value / (1 - n.rate)",
    ),
    Question(
        id="dropout-test-value",
        topic=_TOPIC,
        teaches="Outside training dropout does nothing.",
        draw=lambda rng: {
            "value": rng.integer(4, 99) / 4,
            "rate": rng.choice((0.2, 0.25, 0.4, 0.6, 0.75, 0.8)),
        },
        prompt="In `model.predict`, `Dropout({rate})` receives the value {value}. What does it "
        "pass on?",
        form="number",
        answer=lambda n: n.value,
        steps=lambda n: ["dropout acts in training only: the value passes unchanged"],
        misconceptions=(
            slip(
                "scaled down",
                lambda n: n.value * (1 - n.rate),
                "Keras scales in training, so that nothing is left to do when predicting.",
                0.25,
            ),
            slip(
                "scaled up",
                lambda n: n.value / (1 - n.rate),
                "That is what a kept unit gets in training.",
                0.25,
            ),
            slip(
                "dropped",
                lambda n: 0.0,
                "Nothing is dropped when predicting.",
            ),
        ),
        solution="n.value",
    ),
    Question(
        id="dropout-expected-units",
        topic=_TOPIC,
        teaches="The rate is the share of units that are dropped.",
        draw=ranges(hundreds=(4, 40), rate=[0.2, 0.25, 0.4, 0.6, 0.75, 0.8]),
        prompt=lambda n: (
            f"Flatten returns {20 * n.hundreds} values, and `Dropout({n.rate})` "
            "follows. How many of them pass on average in a training step?"
        ),
        answer=lambda n: round(20 * n.hundreds * (1 - n.rate)),
        steps=lambda n: [
            f"{20 * n.hundreds} * (1 - {n.rate}) = {round(20 * n.hundreds * (1 - n.rate))}"
        ],
        misconceptions=(
            slip(
                "rate taken for the share kept",
                lambda n: round(20 * n.hundreds * n.rate),
                "In Keras the rate is the share that is dropped.",
                0.5,
            ),
            slip(
                "scaled up",
                lambda n: round(20 * n.hundreds / (1 - n.rate)),
                "The values are scaled up, not their number.",
            ),
            slip(
                "all of them",
                lambda n: 20 * n.hundreds,
                "That is when predicting. In training a share of them is set to 0.",
                0.25,
            ),
        ),
        solution="round(20 * n.hundreds * (1 - n.rate))",
    ),
    Question(
        id="training-steps",
        topic=_MNIST,
        teaches="Batches per epoch: the last one may be smaller, and counts.",
        draw=_STEPS,
        prompt="`model.fit` trains on {examples} images with `batch_size={batch}` for {epochs} "
        "epochs. How many times are the weights updated altogether?",
        answer=lambda n: n.epochs * -(-n.examples // n.batch),
        steps=lambda n: [
            f"batches in an epoch: ceil({n.examples} / {n.batch}) = {-(-n.examples // n.batch)}",
            f"{n.epochs} * {-(-n.examples // n.batch)} = {n.epochs * -(-n.examples // n.batch)}",
        ],
        misconceptions=(
            slip(
                "last batch left out",
                lambda n: n.epochs * (n.examples // n.batch),
                "The last batch is smaller, but it is used: round up.",
                0.5,
            ),
            slip(
                "one epoch",
                lambda n: -(-n.examples // n.batch),
                "That is one epoch.",
                0.5,
            ),
            slip(
                "once an epoch",
                lambda n: n.epochs,
                "The weights are updated after every batch.",
            ),
            slip(
                "once an image",
                lambda n: n.epochs * n.examples,
                "A whole batch of images makes one update.",
            ),
        ),
        solution="n.epochs * -(-n.examples // n.batch)",
    ),
    Question(
        id="training-errors",
        topic=_MNIST,
        teaches="An accuracy is a count of right answers, divided.",
        draw=ranges(hundredths=(9000, 9975), images=[10000, 20000, 30000]),
        prompt=lambda n: (
            f"A model has an accuracy of {n.hundredths / 100:.2f} % on {n.images} test "
            "images. How many of them does it get wrong?"
        ),
        answer=lambda n: n.images - n.images * n.hundredths // 10000,
        steps=lambda n: [
            f"right: {n.images} * {n.hundredths / 10000:.4f} = {n.images * n.hundredths // 10000}",
            f"wrong: {n.images - n.images * n.hundredths // 10000}",
        ],
        misconceptions=(
            slip(
                "right ones counted",
                lambda n: n.images * n.hundredths // 10000,
                "Those are the images it gets right.",
                0.5,
            ),
            slip(
                "percent taken for a share",
                lambda n: (n.images - n.images * n.hundredths // 10000) / 100,
                "You divided by 100 once too often.",
                0.5,
            ),
        ),
        solution="n.images - n.images * n.hundredths // 10000",
    ),
]

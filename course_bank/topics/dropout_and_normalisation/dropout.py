"""Questions on dropout: what is kept, and what becomes of it."""

from course_bank.core.question import CLOSE, FAR, Question, ranges, slip

_TOPIC = "dropout and batch normalisation"


QUESTIONS = [
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
                FAR,
            ),
            slip(
                "scaled down",
                lambda n: n.value * (1 - n.rate),
                "The kept units are divided by the share that is kept, not multiplied.",
                CLOSE,
            ),
            slip(
                "rate taken for the share kept",
                lambda n: n.value / n.rate,
                "In Keras the rate is the share that is dropped.",
                CLOSE,
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
                FAR,
            ),
            slip(
                "scaled up",
                lambda n: n.value / (1 - n.rate),
                "That is what a kept unit gets in training.",
                FAR,
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
                CLOSE,
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
                FAR,
            ),
        ),
        solution="round(20 * n.hundreds * (1 - n.rate))",
    ),
]

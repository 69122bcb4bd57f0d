"""Questions on dropout, and on the counting around training."""

from course_bank.question import Question, ranges, slip

_TOPIC = "dropout and batch normalisation"
_MNIST = "MNIST"


_STEPS = ranges(
    examples=[1000, 2000, 5000, 10000, 50000, 60000],
    batch=[16, 32, 48, 64, 96, 128, 200, 256, 384],
    epochs=(3, 20),
    where=lambda n: n.examples % n.batch,
)


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
    Question(
        id="training-spread",
        topic=_MNIST,
        teaches="The count of rare errors varies by about its square root.",
        draw=ranges(errors=(40, 900), images=[5000, 10000, 20000, 40000]),
        prompt="A model gets {errors} of {images} test digits wrong. By about how many errors "
        "would another set of {images} digits differ from this one, by chance alone? Round to a "
        "whole number.",
        answer=lambda n: round(n.errors**0.5),
        steps=lambda n: [
            f"the square root of {n.errors}: {n.errors**0.5:.2f}, about {round(n.errors**0.5)}"
        ],
        misconceptions=(
            slip(
                "root of all digits",
                lambda n: round(n.images**0.5),
                "What counts are the errors, however many digits are tested.",
                0.5,
            ),
            slip(
                "as many as the errors",
                lambda n: n.errors,
                "Then a set without a single error would be nothing unusual.",
            ),
        ),
        solution="round(n.errors**0.5)",
    ),
]

"""Questions on the counting around training: batches, errors, and how far errors vary."""

from course_bank.core.question import CLOSE, FAR, Question, ranges, slip

_TOPIC = "MNIST"

_STEPS = ranges(
    examples=[1000, 2000, 5000, 10000, 50000, 60000],
    batch=[16, 32, 48, 64, 96, 128, 200, 256, 384],
    epochs=(3, 20),
    where=lambda n: n.examples % n.batch,
)


def _right(n):
    """Images that a model reads rightly: the accuracy times their number."""
    return round(n.images * n.percent / 100)


QUESTIONS = [
    Question(
        id="training-steps",
        topic=_TOPIC,
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
                CLOSE,
            ),
            slip(
                "one epoch",
                lambda n: -(-n.examples // n.batch),
                "That is one epoch.",
                CLOSE,
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
        topic=_TOPIC,
        teaches="An accuracy is a count of right answers, divided.",
        draw=lambda rng: {
            "percent": rng.integer(9000, 9975) / 100,
            "images": rng.choice([10000, 20000, 30000]),
        },
        prompt="A model has an accuracy of {percent:.2f} % on {images} test images. How many of "
        "them does it get wrong?",
        answer=lambda n: n.images - _right(n),
        steps=lambda n: [
            f"right: {n.images} * {n.percent / 100:.4f} = {_right(n)}",
            f"wrong: {n.images - _right(n)}",
        ],
        misconceptions=(
            slip(
                "right ones counted",
                _right,
                "Those are the images it gets right.",
                CLOSE,
            ),
            slip(
                "percent taken for a share",
                lambda n: (n.images - _right(n)) / 100,
                "You divided by 100 once too often.",
                CLOSE,
            ),
            slip(
                "share for the count",
                lambda n: 1 - n.percent / 100,
                "That is the share of wrong answers. Asked for is a number of images.",
                FAR,
            ),
        ),
        solved_by="formula",
        solution="n.images - round(n.images * n.percent / 100)",
    ),
    Question(
        id="training-spread",
        topic=_TOPIC,
        teaches="The count of rare errors varies by about its square root.",
        draw=ranges(
            errors=(100, 900),
            images=[5000, 10000, 20000, 40000],
            where=lambda n: n.errors <= n.images / 20,
        ),
        prompt="A model gets {errors} of {images} test digits wrong. By about how much does such "
        "a count vary from one set of {images} digits to the next, by chance alone? Give one "
        "standard deviation; a whole number will do.",
        form="number",
        # a rounded number is right, and one without the small share √(1 - p) of the right digits
        tolerance=0.08,
        answer=lambda n: n.errors**0.5,
        steps=lambda n: [f"the square root of {n.errors}: {n.errors**0.5:.2f}"],
        misconceptions=(
            slip(
                "root of all digits",
                lambda n: n.images**0.5,
                "What counts are the errors, however many digits are tested.",
                CLOSE,
            ),
            slip(
                "as many as the errors",
                lambda n: n.errors,
                "Then a set without a single error would be nothing unusual.",
                FAR,
            ),
            slip(
                "two sets compared",
                lambda n: (2 * n.errors) ** 0.5,
                "By so much two counts differ, since both vary. Asked for is how much one varies.",
                CLOSE,
            ),
        ),
        solved_by="formula",
        solution="n.errors**0.5",
    ),
]

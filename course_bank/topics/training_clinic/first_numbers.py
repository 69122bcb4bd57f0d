"""Questions of chapter 15, training clinic: what a training's first numbers should be."""

import math

from course_bank.core.question import CLOSE, FAR, Question, ranges, slip

_TOPIC = "training clinic"
_CLASSES = ranges(classes=(4, 99))


def _surest(n):
    """The largest probability that softmax of numbers from 0 to 1 can give."""
    return math.e / (math.e + n.classes - 1)


QUESTIONS = [
    Question(
        id="clinic-first-loss",
        topic=_TOPIC,
        teaches="Before the first step cross-entropy is about the logarithm of the classes.",
        draw=_CLASSES,
        prompt="A network ends in softmax over {classes} classes and has learned nothing yet: each "
        "class gets the same probability. What is its cross-entropy loss? Give two decimals.",
        form="number",
        tolerance=6e-3,
        answer=lambda n: math.log(n.classes),
        steps=lambda n: [
            f"each class gets 1/{n.classes}",
            f"-ln(1/{n.classes}) = ln {n.classes} = {math.log(n.classes):.4f}",
        ],
        misconceptions=(
            slip(
                "logarithm to base 10",
                lambda n: math.log10(n.classes),
                "Cross-entropy takes the natural logarithm.",
                CLOSE,
            ),
            slip(
                "logarithm to base 2",
                lambda n: math.log2(n.classes),
                "Cross-entropy takes the natural logarithm, not that of bits.",
                CLOSE,
            ),
            slip(
                "sign",
                lambda n: -math.log(n.classes),
                "The loss is minus the logarithm of the probability: it is positive.",
                CLOSE,
            ),
            slip(
                "probability of being wrong",
                lambda n: 1 - 1 / n.classes,
                "That is how often it is wrong. The loss is minus the logarithm of the true "
                "class's probability.",
                FAR,
            ),
        ),
        solution="float(np.log(n.classes))",
    ),
    Question(
        id="clinic-softmax-floor",
        topic=_TOPIC,
        teaches="Softmax taken twice puts a floor under the loss.",
        draw=_CLASSES,
        prompt="By mistake softmax is taken twice over {classes} classes. The first one gives its "
        "best: 1 for the true class and 0 for all others. What is the cross-entropy loss after the "
        "second? Give two decimals.",
        form="number",
        tolerance=6e-3,
        answer=lambda n: -math.log(_surest(n)),
        steps=lambda n: [
            f"the second softmax gives the true class e / (e + {n.classes - 1}) = {_surest(n):.4f}",
            f"-ln {_surest(n):.4f} = {-math.log(_surest(n)):.4f}",
        ],
        misconceptions=(
            slip(
                "no floor",
                lambda n: 0,
                "After one softmax it would be 0. The second one sees only numbers from 0 to 1.",
                FAR,
            ),
            slip(
                "the probability",
                _surest,
                "That is the probability of the true class. The loss is minus its logarithm.",
                CLOSE,
            ),
            slip(
                "one class too many",
                lambda n: -math.log(math.e / (math.e + n.classes)),
                "All classes but the true one have e to the power of 0: one less than there are.",
                CLOSE,
            ),
        ),
        solution="float(-np.log(np.e / (np.e + n.classes - 1)))",
    ),
    Question(
        id="clinic-binary-accuracy",
        topic=_TOPIC,
        teaches="A wrong metric flatters: of one-hot rows nearly all entries are 0.",
        draw=_CLASSES,
        prompt="The labels are one-hot rows of {classes} classes, and by mistake the metric is "
        "`binary_accuracy`, which counts outputs on the right side of 0.5. A network that knows "
        "nothing gives each class the same probability. Which accuracy is reported? Give three "
        "decimals.",
        form="number",
        tolerance=6e-4,
        answer=lambda n: (n.classes - 1) / n.classes,
        steps=lambda n: [
            f"all {n.classes} outputs are below 0.5: right for the {n.classes - 1} zeros",
            f"{n.classes - 1} / {n.classes} = {(n.classes - 1) / n.classes:.4f}",
        ],
        misconceptions=(
            slip(
                "chance of a guess",
                lambda n: 1 / n.classes,
                "That is the accuracy of a guess among the classes. This metric counts each output "
                "by itself, and most entries of a row are 0.",
                FAR,
            ),
            slip(
                "half",
                lambda n: 0.5,
                "No coin is thrown: all outputs lie below 0.5, and most entries are 0.",
            ),
            slip(
                "all",
                lambda n: 1,
                "The output of the true class is below 0.5 too, and its entry is 1.",
                CLOSE,
            ),
        ),
        solution="(n.classes - 1) / n.classes",
    ),
]

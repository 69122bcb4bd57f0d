"""Questions on evidence in numbers: what a card's witness says once it is worked out."""

import math

from course_bank.core.question import CLOSE, FAR, Question, slip
from course_bank.topics.training_clinic import patients

_TOPIC = "training clinic"


def _drawn(ward, numbers, where=lambda found: True, faults=None):
    """A ``draw`` of a patient of a ward, with what ``numbers(card)`` takes from the card."""

    def draw(rng):
        while True:
            name = rng.choice(patients.of(ward, faults))
            found = {"patient": name, **numbers(patients.recorded()[name]["card"])}
            if where(found):
                return found

    return draw


# ---------------------------------------------------------------------------- how fast it moves


def _pace(n):
    return 1 / (max(n.step) * n.batches)


_PACE = Question(
    id="clinic-flat-pace",
    topic=_TOPIC,
    teaches="A step beside its weights says how long a training would have to be.",
    draw=_drawn(
        "flat",
        lambda card: {
            "batches": card["batches"],
            "step": [row["step"] for row in card["layers"]["start"]],
        },
        where=lambda found: max(found["step"]) < 1,
    ),
    prompt="The curves of patient **{patient}** are flat. The first steps of its four layers, each "
    "as a share of the size of the layer's weights, are {step}, and an epoch has {batches} "
    "batches. Take the layer that moves most: after how many epochs would its weights have "
    "changed by as much as their own size, if every step were as large as the first and went the "
    "same way? (Fractions of an epoch are possible.)",
    form="number",
    tolerance=5e-3,
    answer=_pace,
    steps=lambda n: [
        f"the largest step: {max(n.step):.4g} of the weights",
        f"steps that add up to the weights: 1 / {max(n.step):.4g} = {1 / max(n.step):.4g}",
        f"epochs: {1 / max(n.step):.4g} / {n.batches} = {_pace(n):.4g}",
    ],
    misconceptions=(
        slip(
            "steps for epochs",
            lambda n: 1 / max(n.step),
            "That is the number of steps. An epoch takes one step for each batch.",
            CLOSE,
        ),
        slip(
            "the layer that moves least",
            lambda n: 1 / (min(n.step) * n.batches),
            "That is the layer that moves least; asked for is the one that moves most.",
            CLOSE,
        ),
        slip(
            "share for epochs",
            lambda n: max(n.step) * n.batches,
            "That is the share of the weights that an epoch changes; its inverse is asked for.",
            CLOSE,
        ),
        slip(
            "steps of all layers added",
            lambda n: 1 / (sum(n.step) * n.batches),
            "Each layer's step is a share of its own weights: they are not added. Take the "
            "largest.",
            CLOSE,
        ),
    ),
    solution="1 / (max(n.step) * n.batches)",
)

# ---------------------------------------------------------------------------- how it grows


_ORDER = {2: "square", 3: "cube", 4: "fourth"}


def _growth(n):
    return (n.sums[-1] / n.sums[0]) ** (1 / (len(n.sums) - 1))


_GROWTH = Question(
    id="clinic-plateau-growth",
    topic=_TOPIC,
    teaches="Each layer multiplies the size of the sums: only a factor near 1 is healthy.",
    draw=_drawn(
        "plateau",
        lambda card: {
            "sums": [row["sums"] for row in card["layers"]["start"]],
        },
    ),
    prompt="Before training, the sums of patient **{patient}** have the sizes {sums}, layer by "
    "layer. By which factor do they grow from one layer to the next, on (geometric) average: "
    "the factor which, applied between every two layers, leads from the first size to the last? "
    "Give three decimals.",
    form="number",
    tolerance=2e-3,
    answer=_growth,
    steps=lambda n: [
        f"from first to last: {n.sums[-1]:.4g} / {n.sums[0]:.4g} = {n.sums[-1] / n.sums[0]:.4g}",
        f"in {len(n.sums) - 1} equal factors: the {_ORDER[len(n.sums) - 1]} root, {_growth(n):.4f}",
    ],
    misconceptions=(
        slip(
            "the whole way",
            lambda n: n.sums[-1] / n.sums[0],
            "That is the factor from the first layer to the last. It is made up of equal ones.",
            CLOSE,
        ),
        slip(
            "layers for steps",
            lambda n: (n.sums[-1] / n.sums[0]) ** (1 / len(n.sums)),
            "Between four layers there are three steps.",
            CLOSE,
        ),
        slip(
            "shared out",
            lambda n: n.sums[-1] / n.sums[0] / (len(n.sums) - 1),
            "Factors multiply: their share is a root, not a quotient.",
            FAR,
        ),
        slip(
            "mean of the factors",
            lambda n: (
                sum(b / a for a, b in zip(n.sums, n.sums[1:], strict=False)) / (len(n.sums) - 1)
            ),
            "That is the arithmetic mean of the factors. Applied three times it does not lead "
            "from the "
            "first size to the last.",
            CLOSE,
        ),
        slip(
            "upside down",
            lambda n: 1 / _growth(n),
            "You went from the last layer to the first.",
            CLOSE,
        ),
    ),
    solution="(n.sums[-1] / n.sums[0]) ** (1 / (len(n.sums) - 1))",
)

# ---------------------------------------------------------------------------- is it chance?


def _deviation(share, count):
    """The standard deviation of an accuracy on ``count`` images, by chance alone."""
    return math.sqrt(share * (1 - share) / count)


def _above_chance(n):
    return (n.validation - 1 / n.classes) / _deviation(1 / n.classes, n.images)


_CHANCE = Question(
    id="clinic-doubt-chance",
    topic=_TOPIC,
    teaches="How far from guessing an accuracy is, is counted in standard deviations.",
    draw=_drawn(
        "doubt",
        lambda card: {
            "classes": card["classes"],
            "images": card["validation"],
            "validation": card["curves"]["val_accuracy"][0][-1],
            "training": card["curves"]["accuracy"][0][-1],
        },
        where=lambda found: found["validation"] < 0.99,
        faults=("wrong-mode", "shuffled-labels", "leak", "test-in-training"),
    ),
    prompt="Patient **{patient}** tells {classes} classes apart. At the end its accuracy is "
    "{training} on the training images and {validation} on {images} images of validation, as many "
    "of each class. Does it know anything? Somebody who guesses is right on one in {classes}, "
    "give or take: of so many images the accuracy of a guesser has a standard deviation of "
    "√(p(1 − p)/images). How many of these deviations lies the validation accuracy above that of "
    "guessing? (Below it: a negative number.) Give two decimals.",
    form="number",
    tolerance=6e-3,
    answer=_above_chance,
    steps=lambda n: [
        f"guessing: 1/{n.classes} = {1 / n.classes:.4f}, with a deviation of "
        f"{_deviation(1 / n.classes, n.images):.4f}",
        f"({n.validation} − {1 / n.classes:.4f}) / {_deviation(1 / n.classes, n.images):.4f} = "
        f"{_above_chance(n):.3f}",
    ],
    misconceptions=(
        slip(
            "training accuracy",
            lambda n: (n.training - 1 / n.classes) / _deviation(1 / n.classes, n.images),
            "You took the accuracy on the training images, which may be learned by heart.",
            CLOSE,
        ),
        slip(
            "its own deviation",
            lambda n: (n.validation - 1 / n.classes) / _deviation(n.validation, n.images),
            "The question is whether a guesser could have done it: the deviation is a guesser's, "
            "with p = one in so many classes.",
            CLOSE,
        ),
        slip(
            "no root",
            lambda n: (n.validation - 1 / n.classes) / _deviation(1 / n.classes, n.images) ** 2,
            "You divided by the variance; the standard deviation is its root.",
            CLOSE,
        ),
        slip(
            "not divided",
            lambda n: n.validation - 1 / n.classes,
            "That is the distance from guessing. Asked for is how many standard deviations it has.",
            CLOSE,
        ),
    ),
    solution="(n.validation - 1 / n.classes) / (\n"
    "    np.sqrt(1 / n.classes * (1 - 1 / n.classes) / n.images)\n)",
)

# ---------------------------------------------------------------------------- what twins are worth


def _without_twins(n):
    return (n.right - n.right_twins) / (n.images - n.twins)


def _leak(rng):
    while True:
        name = rng.choice(patients.leaks())
        images, right, twins, right_twins = patients.leaks()[name]
        if 0 < right - right_twins < images - twins:
            return {
                "patient": name,
                "images": images,
                "right": right,
                "twins": twins,
                "right_twins": right_twins,
            }


_TWINS = Question(
    id="clinic-doubt-twins",
    topic=_TOPIC,
    teaches="Images with a twin in training say nothing about new images: leave them out.",
    draw=_leak,
    prompt="Patient **{patient}** names {right} of its {images} validation images rightly. Then "
    "somebody looks for twins: {twins} of the {images} have one among the training images, the "
    "same digit moved by a pixel, and {right_twins} of these {twins} are named rightly. Which "
    "accuracy would you expect on new digits? Give three decimals.",
    form="number",
    tolerance=1.5e-3,
    answer=_without_twins,
    steps=lambda n: [
        f"images without a twin: {n.images} − {n.twins} = {n.images - n.twins}",
        f"right among them: {n.right} − {n.right_twins} = {n.right - n.right_twins}",
        f"{n.right - n.right_twins} / {n.images - n.twins} = {_without_twins(n):.4f}",
    ],
    misconceptions=(
        slip(
            "as reported",
            lambda n: n.right / n.images,
            "That is what is reported, twins and all: most of these images were trained on.",
            FAR,
        ),
        slip(
            "the twins alone",
            lambda n: n.right_twins / n.twins,
            "That is the accuracy on twins, which training has seen. New digits have none.",
            FAR,
        ),
        slip(
            "of all images",
            lambda n: (n.right - n.right_twins) / n.images,
            "The right ones without twins are counted; divide by the images without twins.",
            CLOSE,
        ),
    ),
    solution="(n.right - n.right_twins) / (n.images - n.twins)",
)

QUESTIONS = [_PACE, _GROWTH, _CHANCE, _TWINS]

"""What patients suffer from, ward by ward, and the signature by which each fault is known."""

from types import SimpleNamespace
from typing import NamedTuple

import numpy as np


class Fault(NamedTuple):
    """``title`` is an option of the choice; ``signature`` what the card would have shown."""

    title: str
    signature: str


class Ward(NamedTuple):
    """``faults`` may be found in it; ``panels`` of the card, of which some are ``histograms``.

    ``rules`` find the fault: pairs of a condition, Python in the numbers ``n`` of a drawing, and a
    fault, asked in order. Each fault but one has a rule; that one is left.
    """

    complaint: str
    faults: tuple
    panels: tuple
    histograms: tuple
    rules: tuple


FAULTS = {
    "slow": Fault(
        "The learning rate is far too small.",
        "A rate far too small would have shown a first loss and sums that are healthy, and in "
        "every layer steps below a ten-thousandth of the weights.",
    ),
    "small-start": Fault(
        "The first weights are far too small.",
        "First weights far too small would have shown sums that shrink from layer to layer, and a "
        "first loss that is the logarithm of the classes to all its digits.",
    ),
    "fast": Fault(
        "The learning rate is far too large.",
        "A rate far too large would have shown a healthy first loss, and one of the next batches "
        "with a loss many times as large.",
    ),
    "unscaled": Fault(
        "The grey values were not scaled.",
        "Grey values that were not scaled would have shown pixels up to 255, sums in the hundreds "
        "and a first loss many times the logarithm of the classes.",
    ),
    "shuffled-labels": Fault(
        "The images were mixed without their labels.",
        "Labels of other images would have shown sums and steps of a healthy size, a training loss "
        "that does fall a little, and validation at chance all the same.",
    ),
    "double-softmax": Fault(
        "Softmax is taken twice.",
        "Softmax taken twice would have shown a certainty that never exceeds that of e against "
        "ones, and so a floor under the loss.",
    ),
    "dead": Fault(
        "A ReLU stands between the scores and softmax.",
        "A ReLU on the scores would have shown no score below 0, most of them exactly 0.",
    ),
    "large-start": Fault(
        "The first weights are too large.",
        "First weights too large would have shown sums that grow from layer to layer, and a first "
        "loss many times the logarithm of the classes.",
    ),
    "no-shuffle": Fault(
        "The training images come class by class, and nobody shuffles.",
        "Classes that come one after the other would have shown a saw in the losses of the first "
        "batches, and answers that are mostly the last classes.",
    ),
    "hurried": Fault(
        "Nothing is broken: the rate is rather small, and training ends too soon.",
        "A training that ends too soon would have shown curves that still move steadily at the "
        "end, in training and validation alike, and nothing odd anywhere else.",
    ),
    "wrong-mode": Fault(
        "Batch normalisation is in training mode when it predicts.",
        "Batch normalisation in the wrong mode would have shown an accuracy that depends on the "
        "order in which the same images are asked about.",
    ),
    "test-in-training": Fault(
        "The validation images are among the training images.",
        "Validation images that were trained on would all have shown a twin at distance 0.",
    ),
    "leak": Fault(
        "The images were shifted into copies before they were split.",
        "Copies made before the split would have shown a twin at distance 0 for most validation "
        "images, but not for all.",
    ),
    "wrong-loss": Fault(
        "Loss and accuracy are those of questions with yes and no.",
        "A loss of questions with yes and no would have shown a first loss well below the "
        "logarithm of the classes, and a high accuracy before anything is learned.",
    ),
}

WARDS = {
    "flat": Ward(
        "Nothing moves, or hardly anything.",
        ("slow", "small-start", "fast", "unscaled", "shuffled-labels"),
        ("sums", "step", "pixels", "steps"),
        ("pixels",),
        (
            ('n.card["histograms"]["pixels"]["to"] > 1', "unscaled"),
            ('n.card["layers"]["start"][-1]["sums"] < 1e-3', "small-start"),
            ('max(n.card["first_steps"]) > 3 * np.log(n.classes)', "fast"),
            ('max(row["step"] for row in n.card["layers"]["start"]) < 1e-3', "slow"),
        ),
    ),
    "plateau": Ward(
        "It learns, and a healthy one learns more.",
        ("double-softmax", "dead", "large-start", "no-shuffle", "hurried"),
        ("certainty", "scores", "steps", "sums"),
        ("certainty", "scores"),
        (
            (
                'np.flatnonzero(n.card["histograms"]["certainty"]["counts"])[-1] / 20\n'
                "    <= np.e / (np.e + n.classes - 1)",
                "double-softmax",
            ),
            ('n.card["histograms"]["scores"]["from"] >= 0', "dead"),
            ('n.card["layers"]["start"][-1]["sums"] > 5', "large-start"),
            ('min(n.card["first_steps"]) < 0.1', "no-shuffle"),
        ),
    ),
    "doubt": Ward(
        "Something in these curves is not to be believed.",
        ("wrong-mode", "shuffled-labels", "test-in-training", "leak", "wrong-loss"),
        ("certainty", "orders", "nearest", "answers"),
        ("certainty", "orders", "nearest", "answers"),
        (
            ('abs(np.subtract(*n.card["histograms"]["orders"])) > 0.1', "wrong-mode"),
            (
                'n.card["histograms"]["nearest"]["counts"][0] == n.card["validation"]',
                "test-in-training",
            ),
            ('n.card["histograms"]["nearest"]["counts"][0] > n.card["validation"] / 3', "leak"),
            ('n.card["first_loss"][0] < 0.8 * np.log(n.classes)', "wrong-loss"),
        ),
    ),
}


def left(ward):
    """The fault of a ward that no rule finds."""
    (fault,) = set(WARDS[ward].faults) - {fault for _, fault in WARDS[ward].rules}
    return fault


def told(ward, card):
    """The fault that a card shows by the rules of its ward."""
    names = {"np": np, "n": SimpleNamespace(card=card, classes=card["classes"])}
    for condition, fault in WARDS[ward].rules:
        if eval(f"({condition})", names):
            return fault
    return left(ward)

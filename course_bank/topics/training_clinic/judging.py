"""The verdict on a mended program: each property apart, what was reached, and what that is like.

A program with which all properties hold earns all points. As long as one is missed, those that hold
share half of them (`value_answer.PARTLY` at most), once one that the broken program lacked is
there: what a student was given earns nothing by itself.
"""

from collections import Counter
from typing import NamedTuple

import numpy as np

from course_bank.core.probe_questions import NOTHING
from course_bank.core.value_answer import Verdict
from course_bank.topics.mnist import heldout_digits
from course_bank.topics.training_clinic import programs, trial
from course_lib.datasets import mnist

FEW = 0.2  # of the images given: a network that has met fewer has learned from others
HALF = 0.5  # of the points, for the properties that hold when not all do
READS = 0.5  # a network that reads less than this reads too little for its other properties
ALIKE = 0.99  # of the images get the same answer alone as among others
NEAR = 0.02  # a report may be off by that
# what may stand in the network besides: it has nothing to learn
_BESIDES = (
    "Flatten", "ReLU", "Softmax", "Activation", "InputLayer", "Dropout", "Rescaling",
    "Normalization", "RandomTranslation", "RandomRotation", "RandomZoom", "RandomContrast",
)  # fmt: skip


class Property(NamedTuple):
    """One requirement: whether it holds, and what was reached."""

    name: str
    holds: bool
    text: str


def judge(task, least):
    """The judge of a task, whose programs must read ``least`` of the images."""

    def judged(variant, values):
        if "error" in values:
            return Verdict(0.0, "error", f"The program stops with an error: {values['error']}")
        if "instead" in values:
            text = (
                f"`{task.replace('-', '_')}` must be the function of the task and return three "
                "things: the model, a function that names classes, and an accuracy."
            )
            return Verdict(0.0, "form", text)
        if "together" not in values:
            return NOTHING
        return verdict(task, variant, _Tried(variant, values), least)

    return judged


def verdict(task, variant, tried, least):
    """Verdict on what was tried."""
    if tried.problem:
        return Verdict(0.0, "form", tried.problem)
    found = [
        _model(variant.n, task, tried),
        _accuracy(tried, least),
        _alone(tried),
        _report(tried),
    ]
    missed = [p for p in found if not p.holds]
    right = "; ".join(p.text for p in found if p.holds)
    if not missed:
        return Verdict(1.0, None, f"Mended: {right}.")
    lacking = {programs.FAULTS[name].misses for name in programs.faults(task, variant.n)}
    mended = [p for p in found if p.holds and p.name in lacking]
    credit = HALF * (len(found) - len(missed)) / len(found) if mended else 0.0
    told = f"Not yet: {' '.join(p.text for p in missed)}"
    return Verdict(credit, None, f"Right: {right}. {told}" if right else told)


class _Tried:
    """What the probe emitted, as arrays; ``problem`` is a sentence where it is none."""

    def __init__(self, variant, values):
        images, self.labels = heldout_digits.draw(variant.inputs_seed)
        (_, classes), _ = mnist.load_sample()
        aside = classes[trial.chosen(variant.inputs_seed)][trial.ASIDE].astype(int)
        self.together, self.problem = _classes(values["together"], len(images))
        if self.problem:
            return
        self.alone = np.asarray(values["alone"])
        answers, problem = _classes(values["aside"], len(aside))
        self.aside = None if problem else float(np.mean(answers == aside))
        self.kept_aside = len(aside)
        self.trained_on = values["trained_on"]
        self.given = trial.TRAINED - self.kept_aside
        self.learned_from = values["learned_from"]
        self.trained, self.in_training = values["trained"], values["in_training"]
        self.seconds = float(values["seconds"])
        reported = values["reported"]
        self.reported = float(reported) if isinstance(reported, int | float) else None
        self.layers = [(str(k), tuple(s), int(c)) for k, s, c, _ in values["layers"]]
        self.softmaxes = sum("softmax" in (str(k).lower(), a) for k, _, _, a in values["layers"])
        self.from_logits = values["from_logits"]
        blind, problem = _classes(values["without_weights"], len(images))
        self.from_model = problem is not None or len(set(blind.tolist())) == 1
        self.reached = float(np.mean(self.together == self.labels))

    def untaught(self, least):
        """Whether it was never trained, or reads what it reads by other images than those given."""
        if not self.trained:
            return True
        met = self.learned_from
        return self.reached >= least and met is not None and met < FEW * self.given


def _classes(answers, count):
    """(array of classes, None), or (None, a sentence)."""
    found = np.asarray(answers)
    if found.shape == (count,) and found.dtype.kind in "iuf":
        return found, None
    text = (
        f"The function that names classes must return one for each of {count} images, an array "
        f"({count},); it returns an array {found.shape}."
    )
    return None, text


def _model(n, task, tried):
    wanted = programs.expected_layers(n, task)
    found = [row for row in tried.layers if row[0] not in _BESIDES]
    if found != wanted:
        kinds = ", ".join(f"{kind} {shape}" for kind, shape, _ in found[:8])
        return Property("model", False, f"The network is no longer the one asked for: {kinds}.")
    if tried.softmaxes > 1:
        text = (
            f"Softmax is taken {tried.softmaxes} times: that recalls the second ward, where "
            "the certainty has a ceiling and the loss a floor."
        )
        return Property("model", False, text)
    if not tried.softmaxes and not tried.from_logits:
        text = (
            "Softmax is taken nowhere, by no layer and not by the loss, which takes any scores for "
            "probabilities."
        )
        return Property("model", False, text)
    if not tried.from_model:
        text = "The answers do not come from the model that is returned."
        return Property("model", False, text)
    return Property("model", True, "the network that was asked for")


def _accuracy(tried, least):
    reached = f"{100 * tried.reached:.0f} %"
    if tried.seconds > trial.BUDGET:
        text = f"It computes for {tried.seconds:.0f} seconds, and {trial.BUDGET:.0f} are allowed."
        return Property("accuracy", False, text)
    if tried.untaught(least):
        text = (
            f"Of the {tried.given} images that it is given to train on it has trained on "
            f"{tried.learned_from or 0}, and it reads {reached} of others: a network learns from "
            "what goes into `fit`."
        )
        return Property("accuracy", False, text)
    if tried.reached >= least:
        return Property("accuracy", True, f"of digits that it has not seen it reads {reached}")
    text = (
        f"Of {len(tried.labels)} digits that it has not seen it reads {reached}; at least "
        f"{100 * least:.0f} % are asked. {_reminds(tried)}"
    )
    return Property("accuracy", False, text)


def _reminds(tried):
    """A sentence on the curves that such answers remind of."""
    counts = Counter(tried.together.astype(int).tolist())
    (most, times), *_ = counts.most_common(1)
    if times >= 0.9 * len(tried.together):
        return (
            f"It answers {most} to nearly everything: that recalls the flat line at ln 10 of "
            "the first ward, or of the last class of an epoch in which nobody shuffled."
        )
    if tried.reached < 0.25:
        return (
            "It answers like dice: that recalls the third ward, where images and labels did "
            "not belong together, or of steps too short to get anywhere."
        )
    never = [str(k) for k in range(10) if k not in counts]
    silent = f" It never answers {', '.join(never)}." if never else ""
    return (
        "It learns and stops too early: that recalls the second ward, where something stands "
        "between the network and the loss, or where the classes came one after the other."
        f"{silent}"
    )


def _alone(tried):
    if tried.reached < READS:
        return Property("alone", False, "Too little is read to compare its answers.")
    among_others = tried.together[:: trial.ALONE]
    other = int(np.sum(tried.alone != among_others))
    if tried.in_training and other <= (1 - ALIKE) * len(among_others):
        text = (
            "It is asked in training mode, in which batch normalisation measures whatever is asked "
            "about, and dropout leaves units out."
        )
        return Property("alone", False, text)
    if other <= (1 - ALIKE) * len(among_others):
        return Property("alone", True, "an image gets the same answer alone as among others")
    text = (
        f"Asked one at a time, {other} of {len(among_others)} images get another answer than "
        "together: that recalls the third ward's patient whose accuracy depends on the order."
    )
    return Property("alone", False, text)


def _report(tried):
    if tried.reported is None or tried.aside is None:
        return Property("report", False, "The accuracy that it returns is no number.")
    if tried.trained_on:
        text = (
            f"Of the {tried.kept_aside} images kept aside it has trained on {tried.trained_on}: "
            "what it reports recalls the fourth ward, too good to be true."
        )
        return Property("report", False, text)
    if abs(tried.reported - tried.aside) > NEAR:
        text = (
            f"It reports {tried.reported:.3g}, and reads {tried.aside:.2f} of the images kept "
            "aside: that recalls the fourth ward's patient whose accuracy answers another "
            "question."
        )
        return Property("report", False, text)
    return Property("report", True, "it reports what it reaches")

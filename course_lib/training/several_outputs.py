"""Models with several outputs: a loss for each, and the sum of them is what is learned.

An example's loss is the sum over the outputs of that output's loss, each times its weight; of an
output with several places, as a map has, the mean over the places is taken first. What is reported
is that sum as ``loss``, then each output's own loss, then the metrics of each output, with the name
of the layer that makes it in front: ``digit_loss``, ``digit_accuracy``.
"""

import numpy as np

from course_lib import activations, losses
from course_lib import metrics as all_metrics
from course_lib.errors import number
from course_lib.metrics.base import OfLoss


class SumOfLosses:
    """The loss of a model with several outputs; labels and outputs are lists."""

    name = "sum_of_losses"
    activation, from_logits = None, False

    def __init__(self, model, given, weights=None):
        names = output_names(model)
        each = _per_output("loss", given, names)
        if None in each:
            raise ValueError(
                f"compile: every output needs a loss, got none for {names[each.index(None)]}. Give "
                f"a list or a dictionary with one for each of {', '.join(names)}."
            )
        self.each = [losses.get(loss) for loss in each]
        shares = _per_output("loss_weights", weights, names)
        self.shares = [
            number("compile", "loss_weights", 1.0 if s is None else s, 0, inclusive=True)
            for s in shares
        ]

    def bare(self, ends_with):
        """For each output whether its loss takes the numbers before the activation."""
        pairs = zip(self.each, ends_with, strict=True)
        return [loss.activation is not None and loss.activation == end for loss, end in pairs]

    def check(self, labels, shapes):
        return [
            loss.check(y, shape) for loss, y, shape in zip(self.each, labels, shapes, strict=True)
        ]

    def forward(self, labels, outputs, bare):
        """(losses (n,), cache)"""
        total, caches = 0, []
        for loss, share, y, found, early in zip(
            self.each, self.shares, labels, outputs, bare, strict=True
        ):
            values, cache = loss.forward(y, found, early or loss.from_logits)
            means = values.reshape(len(values), -1).mean(1)
            total = total + means * means.dtype.type(share)
            caches.append((cache, values.shape))
        return total, caches

    def backward(self, grad, caches):
        """The gradient of each output."""
        grads = []
        for loss, share, (cache, shape) in zip(self.each, self.shares, caches, strict=True):
            places = int(np.prod(shape[1:]))
            each = grad.reshape(-1, *(1,) * (len(shape) - 1)) * (share / places)
            spread = np.broadcast_to(each, shape).astype(grad.dtype)
            grads.append(loss.backward(np.ascontiguousarray(spread), cache))
        return grads

    def predictions(self, outputs, bare):
        """The outputs with the activations that were left out."""
        triples = zip(self.each, outputs, bare, strict=True)
        return [activations.get(loss.activation)(o) if b else o for loss, o, b in triples]


class OfOutput:
    """A metric of one output of a model, or its loss."""

    def __init__(self, metric, place, name):
        self._metric, self._place = metric, place
        self.name = f"{name}_{metric.name}"
        self.weighted = metric.weighted

    def check(self, labels, shapes):
        self._metric.check(list(labels)[self._place], shapes[self._place])

    def sums(self, labels, outputs, weights=None):
        return self._metric.sums(list(labels)[self._place], outputs[self._place], weights)

    def number(self, sums):
        return self._metric.number(sums)


def metrics_of(model, loss, given):
    """What is reported beside the sum: each output's loss, then its metrics."""
    names = output_names(model)
    found = [
        OfOutput(OfLoss(own, "loss"), place, names[place]) for place, own in enumerate(loss.each)
    ]
    for place, own in enumerate(_per_output("metrics", given, names) if given else []):
        own = [own] if isinstance(own, str) else own
        found += [OfOutput(m, place, names[place]) for m in all_metrics.for_compile(own)]
    return found


def output_names(model):
    """The names of the layers that make the outputs."""
    return [tensor.layer.name for tensor in model.outputs]


def arranged(model, labels, what):
    """Labels as a list with one entry for each output, from a list or a dictionary."""
    names = output_names(model)
    if isinstance(labels, dict) and sorted(labels) == sorted(names):
        return [labels[name] for name in names]
    if isinstance(labels, (list, tuple)) and len(labels) == len(names):
        return list(labels)
    got = ", ".join(labels) if isinstance(labels, dict) else type(labels).__name__
    if isinstance(labels, (list, tuple)):
        got = f"a list of {len(labels)}"
    raise ValueError(
        f"{what} must be a list of {len(names)} arrays, one for each output, or a dictionary with "
        f"the names {', '.join(names)}; got {got}."
    )


def _per_output(argument, given, names):
    """A list with one entry for each output; what is not said of one is None."""
    if isinstance(given, dict):
        unknown = [key for key in given if key not in names]
        if unknown:
            raise ValueError(
                f"compile: {argument} must have names of outputs, {', '.join(names)}, "
                f"got {unknown[0]!r}."
            )
        return [given.get(name) for name in names]
    if isinstance(given, (list, tuple)):
        if len(given) != len(names):
            raise ValueError(
                f"compile: {argument} must have one entry for each of the outputs "
                f"{', '.join(names)}, got {len(given)}."
            )
        return list(given)
    return [given] * len(names)

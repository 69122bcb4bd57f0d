"""The gradient of a batch, worked out part by part.

The gradient of a sum is the sum of the gradients. So a batch is cut into parts of a few examples:
each part's arrays stay in the processor's cache, and parts know nothing of each other, since a
layer's forward pass keeps nothing in the layer. `gradients` does one part, `total` adds them up,
always in the same order, so that the result does not depend on who computed which part.

A layer whose output for one example depends on the others needs the whole batch in one part; or the
parts meet there, as they do at a batch normalisation in training (see `ops.meeting`).
"""

import math
from collections.abc import Sequence
from math import prod
from typing import NamedTuple

import numpy as np

from course_lib import activations, utils
from course_lib.labels import spread
from course_lib.losses import Loss
from course_lib.model import Model
from course_lib.ops.dense import MANY_WEIGHTS, FactoredGradient
from course_lib.ops.meeting import Meeting
from course_lib.training.data import parts
from course_lib.training.several_outputs import SumOfLosses

PART = 32  # examples in a part, at most
PART_OF_SMALL, SMALL_MAP = 64, 1 << 13  # examples; numbers in the largest map of a small one
MEETING = 2  # parts that meet, at most
MEETING_NUMBERS = 1 << 18  # in the largest map of each of them, at least
PART_NUMBERS = 1 << 22  # numbers in the largest map of a part in inference, where one fits


class Part(NamedTuple):
    """What a part of a batch adds to the whole. Everything is a sum over its examples."""

    loss_sum: float
    gradients: dict  # {name of the weight: gradient of loss_sum}
    count: int  # numbers that loss_sum adds up
    metric_sums: tuple  # an array of sums per metric, see `Metric.sums`
    state: dict  # {name: array} of what the step makes of the model's state


def gradients(
    model: Model, x: np.ndarray | list[np.ndarray], y: np.ndarray | list[np.ndarray],
    loss: Loss | SumOfLosses, metrics: Sequence = (), rng: np.random.Generator | None = None,
    weights: np.ndarray | None = None,
) -> Part:  # fmt: skip
    """The `Part` of the examples x (n, ...) with labels y: one pass forward, one back.

    The gradient is that of the sum of the losses, not of their mean. ``weights`` (n,) say how often
    each example counts in it; ``count`` stays the number of losses, as in Keras.
    """
    inputs = model.cast(x)
    outputs, cache, from_logits = _forward(model, inputs, loss, training=True, rng=rng)
    losses, loss_cache = loss.forward(y, outputs, from_logits)
    shares = np.ones_like(losses) if weights is None else spread(weights, losses)
    grad_outputs = loss.backward(shares, loss_cache)
    state, cache = model.new_state(cache), _UsedUp(cache)
    _, grads = model.backward(grad_outputs, cache, need_input_gradient=False)
    return Part(
        _weighted_sum(losses, weights),
        {name: _array(gradient) for name, gradient in grads.items()},
        losses.size,
        _metric_sums(metrics, y, outputs, loss, from_logits, weights),
        state,
    )


class _UsedUp(list):
    """The caches of a way forward, each let go when the way back is done with it.

    So its memory, which is at hand just then, is there for the gradients that come next. Caches of
    a model that is itself a layer go together, when the way back is through with all of it.
    """

    def __reversed__(self):
        while self:
            yield self.pop()


def _array(gradient):
    """The gradient as an array, which can be changed in place: that of one number may be none."""
    return gradient if isinstance(gradient, FactoredGradient) else np.asarray(gradient)


def scores(model, x, y, loss, metrics=(), weights=None) -> Part:
    """The `Part` of the examples without gradients, in inference mode."""
    outputs, _, from_logits = _forward(model, model.cast(x), loss)
    losses, _ = loss.forward(y, outputs, from_logits)
    sums = _metric_sums(metrics, y, outputs, loss, from_logits, weights)
    return Part(_weighted_sum(losses, weights), {}, losses.size, sums, {})


def batch_gradients(model, x, y, loss, metrics=(), seed=(0,), weights=None) -> Part:
    """The `Part` of a whole batch. ``seed``: integers from which each part's randomness follows."""

    def part(numbered):
        number, cut = numbered
        rng, own = np.random.default_rng([*seed, number]), None if weights is None else weights[cut]
        return gradients(model, x[cut], y[cut], loss, metrics, rng, own)

    cuts = list(enumerate(parts(len(x), part_size(model, len(x)))))
    together = len(cuts) > 1 and not model.treats_examples_alone
    return total(Meeting(utils.workers()).run(part, cuts) if together else map(part, cuts))


def part_size(model, batch_size):
    """Examples per part: a rule of the model and the batch, whoever will do the work.

    A quarter of the batch, up to `PART` examples. Where there are many weights, to read them costs
    more than few examples cost to compute: then there are only two parts. And where examples are
    small, what Python does around the arrays costs as much as the arrays: of a large batch parts
    are larger then.
    """
    if not model.treats_examples_alone:
        return math.ceil(batch_size / _parts_that_meet(model, batch_size))
    if sum(array.size for array in model.trainable_parameters.values()) > MANY_WEIGHTS:
        return max(1, math.ceil(batch_size / 2))
    if batch_size >= 2 * PART_OF_SMALL and _largest_map(model) <= SMALL_MAP:
        return PART_OF_SMALL
    return max(1, min(PART, math.ceil(batch_size / 4)))


def _parts_that_meet(model, batch_size):
    """How many: to meet takes time, so each has some work to do before the next meeting."""
    if not model.meets:
        return 1
    return max(1, min(MEETING, batch_size * _largest_map(model) // MEETING_NUMBERS))


def inference_part(model):
    """Examples per part where nothing is kept for a way back: fewer where maps are large."""
    return max(1, min(PART, PART_NUMBERS // _largest_map(model)))


def _largest_map(model):
    """Numbers in the largest array of one example."""
    return max(prod(n or 1 for n in shape[1:]) for shape in model.graph.shapes.values())


def total(found) -> Part:
    """The sum of parts, in the order in which they come; the first part's arrays take it up."""
    found = list(found)
    first, *others = found
    loss_sum, count = first.loss_sum, first.count
    grads, sums = dict(first.gradients), first.metric_sums
    for part in others:
        loss_sum += part.loss_sum
        count += part.count
        for name, gradient in part.gradients.items():
            if not isinstance(gradient, FactoredGradient):
                grads[name] += gradient
        sums = tuple(a + b for a, b in zip(sums, part.metric_sums, strict=True))
    for name, gradient in grads.items():
        if isinstance(gradient, FactoredGradient):
            grads[name] = FactoredGradient.joined(part.gradients[name] for part in found)
    return Part(loss_sum, grads, count, sums, first.state)


def _forward(model, inputs, loss, training=False, rng=None):
    """(outputs, cache, whether the outputs are logits; a list of that for several outputs)."""
    if isinstance(loss, SumOfLosses):
        bare = loss.bare(model.ends_with)
        return *model.forward_logits(inputs, training, rng, bare), bare
    if loss.activation is not None and model.ends_with == loss.activation:
        return *model.forward_logits(inputs, training, rng), True
    return *model.forward(inputs, training, rng), loss.from_logits


def _metric_sums(metrics, y, outputs, loss, from_logits, weights):
    """Sums per metric. Those compare predictions, so logits get their activation first."""
    if not metrics:
        return ()
    if isinstance(loss, SumOfLosses):
        outputs = loss.predictions(outputs, from_logits)
    elif from_logits and not loss.from_logits:
        outputs = activations.get(loss.activation)(outputs)
    return tuple(m.sums(y, outputs, weights if m.weighted else None) for m in metrics)


def _weighted_sum(losses, weights):
    return float((losses if weights is None else losses * spread(weights, losses)).sum())

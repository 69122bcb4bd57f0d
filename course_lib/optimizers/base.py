"""What all optimizers share: a learning rate, running averages, clipping, steps block by block.

A new optimizer is a class with a list of the running averages that it needs, and an ``update`` that
is handed a block of the weights, of their gradient, and of each average.
"""

import re
import warnings

import numpy as np

from course_lib.errors import SaysWhatItTakes, unknown_argument
from course_lib.naming import unique_name
from course_lib.ops.dense import FactoredGradient
from course_lib.optimizers.schedules import LearningRateSchedule

BLOCK = 1 << 17  # numbers
_KEPT = ("averages", "_weights")  # what a step changes or needs not
CLIPS = ("clipnorm", "clipvalue", "global_clipnorm")

# Arguments of Keras' optimizers that these do not take, with the value that turns each off.
NOT_HERE = {
    "use_ema": False,
    "ema_momentum": 0.99,
    "ema_overwrite_frequency": None,
    "loss_scale_factor": None,
    "gradient_accumulation_steps": None,
    "amsgrad": False,
    "centered": False,
}


class Optimizer(metaclass=SaysWhatItTakes):
    """Base class: ``apply(gradients, parameters)`` takes one step.

    ``learning_rate``: a number, or a schedule of `optimizers.schedules` that gives one per step.
    ``weight_decay``: each step first takes learning_rate * weight_decay of a weight away from it.
    ``clipnorm`` shortens the gradient of a weight that is longer; ``global_clipnorm`` shortens all
    gradients by one factor when together they are longer; ``clipvalue`` cuts every number to
    [-clipvalue, clipvalue]. One of the three at most.

    >>> from course_lib.optimizers import SGD
    >>> weights = {"w": np.array([1.0, 1.0])}
    >>> SGD(learning_rate=0.1, clipvalue=2.0).apply({"w": np.array([1.0, 50.0])}, weights)
    >>> weights["w"]
    array([0.9, 0.8])
    """

    def __init__(
        self, learning_rate, name=None, *, weight_decay=None, clipnorm=None, clipvalue=None,
        global_clipnorm=None, **unknown,
    ):  # fmt: skip
        kind = type(self).__name__
        self._reject(unknown)
        self.iterations = 0
        self.averages = {}  # (kind, name of the weight): array of its shape
        if not isinstance(learning_rate, LearningRateSchedule):
            learning_rate = number_within(self, "learning_rate", learning_rate, above=0)
        self._learning_rate = learning_rate
        self.name = name or unique_name(kind)
        self.weight_decay = _limit(self, "weight_decay", weight_decay)
        self.clipnorm = _limit(self, "clipnorm", clipnorm)
        self.clipvalue = _limit(self, "clipvalue", clipvalue)
        self.global_clipnorm = _limit(self, "global_clipnorm", global_clipnorm)
        given = [name for name in CLIPS if getattr(self, name) is not None]
        if len(given) > 1:
            raise ValueError(
                f"{kind}: only one of {', '.join(CLIPS)} can be set, got {' and '.join(given)}."
            )
        self._spared = None  # a pattern of names that weight decay leaves alone
        self._weights = {}  # {name: the layer's dictionary that holds it}, once it has a model

    def _reject(self, unknown):
        kind = type(self).__name__
        for argument, value in unknown.items():
            if argument not in NOT_HERE:
                known = [*self._settings(), "weight_decay", *CLIPS, "name"]
                raise unknown_argument(kind, argument, list(dict.fromkeys(known)))
            if value is not None and value != NOT_HERE[argument]:
                raise TypeError(
                    f"{kind}: Keras has the argument {argument}, this library has it not. "
                    "Leave it out."
                )

    @property
    def has_schedule(self):
        """Whether a schedule gives the learning rate."""
        return isinstance(self._learning_rate, LearningRateSchedule)

    def _settings(self):
        """Names of the arguments that set it, each an attribute of the same name."""
        return ("learning_rate",)

    @property
    def learning_rate(self):
        """The number that the next step uses: with a schedule, what it says for ``iterations``."""
        if self.has_schedule:
            return float(self._learning_rate(self.iterations))
        return self._learning_rate

    @learning_rate.setter
    def learning_rate(self, value):
        if self.has_schedule:
            raise TypeError(
                f"{type(self).__name__}: this optimizer was made with the schedule "
                f"{self._learning_rate!r}, so its learning rate cannot be set. Make it with a "
                "number: learning_rate=0.001."
            )
        if not isinstance(value, LearningRateSchedule):
            value = number_within(self, "learning_rate", value, 0)
        self._learning_rate = value

    @property
    def kinds(self):
        """Names of the running averages that ``update`` takes."""
        return ()

    @property
    def needs_whole_gradients(self):
        """Whether a step on some rows of a weight depends on the gradient of the others."""
        return self.clipnorm is not None or self.global_clipnorm is not None

    def exclude_from_weight_decay(self, var_list=None, var_names=None):
        """Weight decay leaves alone the weights whose name has one of ``var_names`` in it."""
        kind = type(self).__name__
        if var_list:
            raise TypeError(
                f'{kind}: var_list is not supported. Give names: var_names=["bias", "gamma"].'
            )
        if self.iterations:
            raise ValueError(f"{kind}: exclude_from_weight_decay comes before the first step.")
        self._spared = "|".join(map(str, var_names)) if var_names else None

    def follow(self, weights):
        """Belong to ``weights`` {name: dictionary that holds it}; ValueError for another model's.

        The averages are those of the weights the optimizer was first used with.
        """
        if not self._weights:
            self._weights = dict(weights)
        kind = type(self).__name__
        for name, holder in weights.items():
            if self._weights.get(name) is not holder:
                raise ValueError(
                    f"{kind}: this optimizer was used with other weights before, and has "
                    f"averages of those; {name} is not among them. Make a new optimizer for each "
                    f"model, and after layers were unfrozen: optimizers.{kind}(...)."
                )

    def apply(self, gradients: dict, parameters: dict) -> None:
        """Change ``parameters`` {name: array} in place, by ``gradients`` {name: array}.

        A weight whose gradient is None stays as it is, with a warning; ValueError where all are.
        """
        gradients = self._checked(gradients, parameters)
        self.begin_step()
        for name, gradient in self.clipped(gradients).items():
            factored = isinstance(gradient, FactoredGradient)
            for rows in gradient.cuts() if factored else [slice(None)]:
                self.apply_rows(name, parameters[name], gradient, rows)

    def _checked(self, gradients, parameters):
        """The gradients that there are, each of the shape of its weight."""
        kind = type(self).__name__
        found = {name: gradient for name, gradient in gradients.items() if gradient is not None}
        without = ", ".join(name for name in gradients if name not in found)
        if without and not found:
            raise ValueError(f"{kind}: no weight has a gradient, got None for {without}.")
        if without:
            warnings.warn(f"{kind}: no gradient for {without}, left as they are.", stacklevel=3)
        for name, gradient in found.items():
            if name not in parameters:
                known = ", ".join(parameters) or "none"
                raise ValueError(
                    f"{kind}: a gradient must have the name of its weight, one of {known}, "
                    f"got {name!r}."
                )
            if gradient.shape != parameters[name].shape:
                raise ValueError(
                    f"{kind}: the gradient of {name} must have shape {parameters[name].shape}, "
                    f"got {gradient.shape}."
                )
        return found

    def begin_step(self):
        """Settle the learning rate of this step, and count it."""
        self._rate = self.learning_rate
        self.iterations += 1

    def clipped(self, gradients):
        """The gradients, shortened where ``clipnorm`` or ``global_clipnorm`` asks for it."""
        if not self.needs_whole_gradients:
            return gradients
        gradients = {name: np.asarray(gradient) for name, gradient in gradients.items()}
        lengths = {name: np.linalg.norm(gradient) for name, gradient in gradients.items()}
        if self.global_clipnorm is not None:
            longest, together = self.global_clipnorm, np.sqrt(sum(n**2 for n in lengths.values()))
            lengths = dict.fromkeys(lengths, together)
        else:
            longest = self.clipnorm
        return {
            name: gradient * gradient.dtype.type(longest / max(lengths[name], longest))
            for name, gradient in gradients.items()
        }

    def apply_rows(self, name, parameter, gradient, rows):
        """The part of a step that changes some rows of one weight."""
        averages = (self._average(kind, name, parameter) for kind in self.kinds)
        arrays = (parameter, gradient, *averages)
        arrays = [(a[rows] if a.shape else a).reshape(-1) for a in arrays]  # a number has no rows
        decay = self.weight_decay if self._decays(name) else None
        # Block by block: what a step reads and writes several times stays in the cache.
        for start in range(0, arrays[0].size, BLOCK):
            weights, grads, *blocks = (array[start : start + BLOCK] for array in arrays)
            if self.clipvalue is not None:
                grads = np.clip(grads, -self.clipvalue, self.clipvalue)
            if decay is not None:
                weights -= weights * weights.dtype.type(decay * self._rate)
            self.update(weights, grads, *blocks)

    def _decays(self, name):
        if self.weight_decay is None:
            return False
        return self._spared is None or not re.search(self._spared, name.rpartition("/")[2])

    def update(self, parameter, gradient, *averages):
        """Change a block of weights, and of the running averages, in place.

        ``self._rate`` is the learning rate of the step, ``self.iterations`` its number from 1.
        """
        raise NotImplementedError(
            f"{type(self).__name__} has no rule yet: write update(self, parameter, gradient, "
            "*averages), which changes the arrays in place."
        )

    def _average(self, kind, name, like):
        """The running average ``kind`` of the weight ``name``; zeros at first."""
        key = (kind, name)
        if key not in self.averages:
            self.averages[key] = np.zeros_like(like)
        return self.averages[key]

    def get_config(self) -> dict:
        """{argument: value} that the optimizer was made with."""
        shared = ("weight_decay", *CLIPS)
        own = {name: getattr(self, name) for name in (*self._settings(), *shared)}
        if self.has_schedule:
            own["learning_rate"] = self._learning_rate
        return {"name": self.name, **own}

    def step_settings(self):
        """What a step depends on beside the averages; `set_step` takes it up elsewhere."""
        return {name: value for name, value in vars(self).items() if name not in _KEPT}

    def set_step(self, settings):
        """Be at the step that `step_settings` of a copy described."""
        vars(self).update(settings)

    def __repr__(self):
        config = self.get_config()
        named = [*self._settings(), *(n for n in CLIPS if config[n] is not None)]
        settings = ", ".join(f"{name}={config[name]!r}" for name in named)
        return f"{type(self).__name__}({settings})"


def number_within(owner, argument, value, minimum=None, maximum=None, above=None, below=None):
    """``value`` if it is a number within the limits, else an error that names them."""
    label = type(owner).__name__
    if isinstance(value, bool) or not isinstance(value, (int, float, np.number)):
        raise TypeError(f"{label}: {argument} must be a number, got {value!r}.")
    limits = [
        (minimum is None or value >= minimum, f"{minimum} or more"),
        (maximum is None or value <= maximum, f"at most {maximum}"),
        (above is None or value > above, f"more than {above}"),
        (below is None or value < below, f"less than {below}"),
    ]
    for holds, limit in limits:
        if not holds:
            raise ValueError(f"{label}: {argument} must be {limit}, got {value}.")
    return float(value)


def _limit(owner, argument, value):
    """A positive number, or None."""
    return None if value is None else number_within(owner, argument, value, above=0)

"""Learning rates that change from step to step.

Far from the goal large steps save time, near it they overshoot: so the learning rate starts high
and falls. A schedule is called with the number of steps taken so far and returns the learning rate
of the next. Give it to an optimizer in place of a number.

Names, arguments and formulas are those of ``keras.optimizers.schedules``.

>>> rate = CosineDecay(0.1, decay_steps=100)
>>> [round(rate(step), 4) for step in (0, 50, 100, 500)]
[0.1, 0.05, 0.0, 0.0]
"""

import inspect
import math

from course_lib.errors import SaysWhatItTakes, number
from course_lib.unknown_names import told

__all__ = [
    "CosineDecay",
    "ExponentialDecay",
    "InverseTimeDecay",
    "LearningRateSchedule",
    "PiecewiseConstantDecay",
    "PolynomialDecay",
]
__getattr__ = told(__name__)


class LearningRateSchedule(metaclass=SaysWhatItTakes):
    """Base class: ``schedule(step)`` is the learning rate after ``step`` steps, from 0."""

    name = None

    def __call__(self, step: int) -> float:
        raise NotImplementedError(
            f"{type(self).__name__} has no rule yet: write __call__(self, step), which returns the "
            "learning rate after so many steps."
        )

    def get_config(self) -> dict:
        """{argument: value} that the schedule was made with."""
        names = list(inspect.signature(type(self).__init__).parameters)[1:]
        return {name: getattr(self, name) for name in names}

    @classmethod
    def from_config(cls, config):
        """The schedule of a `get_config`."""
        return cls(**config)

    def __repr__(self):
        settings = ", ".join(f"{k}={v!r}" for k, v in self.get_config().items() if k != "name")
        return f"{type(self).__name__}({settings})"

    def _numbers(self, **values):
        """Keep numbers of 0 or more as attributes."""
        for argument, value in values.items():
            setattr(self, argument, number(type(self).__name__, argument, value, inclusive=True))

    def _steps(self, **values):
        """Keep numbers of steps, more than 0, as attributes."""
        for argument, value in values.items():
            setattr(self, argument, number(type(self).__name__, argument, value))


class ExponentialDecay(LearningRateSchedule):
    """initial_learning_rate * decay_rate ** (step / decay_steps): the same factor in equal times.

    ``staircase``: once every ``decay_steps`` steps, not at each.
    """

    def __init__(
        self, initial_learning_rate, decay_steps, decay_rate, staircase=False,
        name="ExponentialDecay",
    ):  # fmt: skip
        self._numbers(initial_learning_rate=initial_learning_rate, decay_rate=decay_rate)
        self._steps(decay_steps=decay_steps)
        self.staircase, self.name = bool(staircase), name

    def __call__(self, step: int) -> float:
        return self.initial_learning_rate * self.decay_rate ** _part(self, step)


class InverseTimeDecay(LearningRateSchedule):
    """initial_learning_rate / (1 + decay_rate * step / decay_steps).

    ``staircase``: once every ``decay_steps`` steps, not at each.
    """

    def __init__(
        self, initial_learning_rate, decay_steps, decay_rate, staircase=False,
        name="InverseTimeDecay",
    ):  # fmt: skip
        self._numbers(initial_learning_rate=initial_learning_rate, decay_rate=decay_rate)
        self._steps(decay_steps=decay_steps)
        self.staircase, self.name = bool(staircase), name

    def __call__(self, step: int) -> float:
        return self.initial_learning_rate / (1 + self.decay_rate * _part(self, step))


class PiecewiseConstantDecay(LearningRateSchedule):
    """values[0] up to the step boundaries[0] and at it, then values[1] up to boundaries[1], ...

    There is one value more than there are boundaries.
    """

    def __init__(self, boundaries, values, name="PiecewiseConstantDecay"):
        self.boundaries, self.values, self.name = list(boundaries), list(values), name
        if len(self.values) != len(self.boundaries) + 1:
            raise ValueError(
                "PiecewiseConstantDecay: values must be one more than boundaries, got "
                f"{len(self.values)} values and {len(self.boundaries)} boundaries."
            )
        if self.boundaries != sorted(self.boundaries):
            raise ValueError(
                f"PiecewiseConstantDecay: boundaries must rise, got {self.boundaries}."
            )

    def __call__(self, step: int) -> float:
        passed = sum(step > boundary for boundary in self.boundaries)
        return float(self.values[passed])


class PolynomialDecay(LearningRateSchedule):
    """From initial_learning_rate to end_learning_rate in ``decay_steps``: a line for power=1.

    (initial - end) * (1 - step / decay_steps) ** power + end, and end from then on. With ``cycle``
    the time stretches to the next multiple of ``decay_steps`` instead, and the rate jumps up.
    """

    def __init__(
        self, initial_learning_rate, decay_steps, end_learning_rate=0.0001, power=1.0, cycle=False,
        name="PolynomialDecay",
    ):  # fmt: skip
        self._numbers(
            initial_learning_rate=initial_learning_rate, end_learning_rate=end_learning_rate
        )
        self._steps(decay_steps=decay_steps, power=power)
        self.cycle, self.name = bool(cycle), name

    def __call__(self, step: int) -> float:
        steps = self.decay_steps
        if self.cycle:
            steps *= max(1, math.ceil(step / steps))
        left = 1 - min(step, steps) / steps
        span = self.initial_learning_rate - self.end_learning_rate
        return span * left**self.power + self.end_learning_rate


class CosineDecay(LearningRateSchedule):
    """Half a period of the cosine, from initial_learning_rate to ``alpha`` times it.

    Slow at first, fastest in the middle, slow at the end (Loshchilov and Hutter, 2017). With
    ``warmup_target`` the rate first rises in a line from initial_learning_rate to it, in
    ``warmup_steps`` steps, and falls from there.
    """

    def __init__(
        self, initial_learning_rate, decay_steps, alpha=0.0, name="CosineDecay",
        warmup_target=None, warmup_steps=0,
    ):  # fmt: skip
        self._numbers(
            initial_learning_rate=initial_learning_rate, alpha=alpha, warmup_steps=warmup_steps
        )
        self._steps(decay_steps=decay_steps)
        self.warmup_target, self.name = warmup_target, name
        if warmup_target is not None:
            self._numbers(warmup_target=warmup_target)

    def __call__(self, step: int) -> float:
        start = self.initial_learning_rate
        if self.warmup_target is not None:
            if step < self.warmup_steps:
                return start + (self.warmup_target - start) * step / self.warmup_steps
            start, step = self.warmup_target, step - self.warmup_steps
        part = min(step, self.decay_steps) / self.decay_steps
        return start * (self.alpha + (1 - self.alpha) * (1 + math.cos(math.pi * part)) / 2)


def _part(schedule, step):
    """How many times ``decay_steps`` have passed; whole times with a staircase."""
    part = step / schedule.decay_steps
    return math.floor(part) if schedule.staircase else part

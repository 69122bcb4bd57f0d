"""What the callbacks share that watch one number and ask whether it got better."""

import warnings

from course_lib.callbacks.base import Callback


class Monitor(Callback):
    """Base class: watches ``monitor``, a name in ``logs`` such as "val_loss".

    ``mode``: "min" where less is better, "max" where more is; "auto" knows it of the loss and of
    the model's metrics. A change smaller than ``min_delta`` is none.
    """

    def __init__(self, monitor="val_loss", mode="auto", min_delta=0, best=None):
        label = type(self).__name__
        if mode not in ("auto", "min", "max"):
            raise ValueError(f'{label}: mode must be "auto", "min" or "max", got {mode!r}.')
        if not isinstance(monitor, str):
            raise TypeError(f'{label}: monitor must be a name such as "val_loss", got {monitor!r}.')
        self.monitor, self.mode, self.min_delta, self.best = monitor, mode, abs(min_delta), best

    def improved(self, value, best):
        """Whether ``value`` is better than ``best`` by more than ``min_delta``; None never was."""
        if best is None:
            return True
        if self._direction() == "up":
            return value - self.min_delta > best
        return value + self.min_delta < best

    def _direction(self):
        if self.mode != "auto":
            return {"min": "down", "max": "up"}[self.mode]
        name = self.monitor.removeprefix("val_")
        directions = {"loss": "down"}
        directions |= {metric.name: metric.direction for metric in self.model.trainer.metrics}
        if directions.get(name) is None:
            raise ValueError(
                f"{type(self).__name__}: it is not known whether {self.monitor} should rise or "
                'fall. Pass mode="max" or mode="min".'
            )
        return directions[name]

    def watched(self, logs):
        """The number ``monitor`` of ``logs``; a warning and None where it is not there."""
        if self.monitor in logs:
            return logs[self.monitor]
        hint = ""
        if self.monitor.startswith("val_"):
            hint = " Give fit validation_data or validation_split."
        warnings.warn(
            f"{type(self).__name__} watches {self.monitor!r}, which is not among the numbers "
            f"of this epoch: {', '.join(logs)}.{hint}",
            stacklevel=2,
        )
        return None

"""How a model was compiled, as plain data: kept beside its layers, from which it is compiled again.

Optimizer, schedule, loss and metrics are kept by the names of their classes, with the arguments
they were made with, and the optimizer with its steps and averages. Only classes of this library
are looked up, by name, so reading executes nothing. What somebody else wrote is not kept: then a
warning says so, and the model comes back as one that was never compiled.
"""

import inspect
import warnings

import numpy as np

from course_lib import losses, metrics, optimizers
from course_lib.optimizers import schedules

MODULES = {"optimizer": optimizers, "schedule": schedules, "loss": losses, "metric": metrics}
BASES = {
    "optimizer": optimizers.Optimizer,
    "schedule": schedules.LearningRateSchedule,
    "loss": losses.Loss,
    "metric": metrics.Metric,
}


class NotKept(ValueError):
    """Something that a file cannot hold."""


def kept(model):
    """What ``compile`` was given, as plain data; None if it was not, or cannot be kept."""
    if not model.compiled:
        return None
    try:
        given = {name: _plain(value) for name, value in model.trainer.given.items()}
    except NotKept as error:
        warnings.warn(
            f"save: {error}, so how the model was compiled is not kept. After load_model call "
            "compile again.",
            stacklevel=4,
        )
        return None
    return given | {"optimizer": _plain(model.optimizer), "steps": model.optimizer.iterations}


def averages(model):
    """{kind and name: array} of the optimizer's averages, for the file."""
    return {f"{kind} {name}": array for (kind, name), array in model.optimizer.averages.items()}


def compile_again(model, found, averages):
    """Compile ``model`` as ``found`` says, which `kept` returned; then its averages go on."""
    model.compile(**{name: _made(value) for name, value in found.items() if name != "steps"})
    optimizer, steps = model.optimizer, found["steps"]
    if not isinstance(steps, int) or steps < 0:
        raise ValueError(f"steps must be a whole number, got {steps!r}")
    optimizer.iterations = steps
    weights = model.trainable_parameters
    for entry, array in averages.items():
        kind, _, name = entry.partition(" ")
        if name not in weights or array.shape != weights[name].shape:
            raise ValueError(f"the averages {name} fit no weight")
        optimizer.averages[kind, name] = array


def _plain(value):
    if value is None or isinstance(value, (str, bool, int, float)):
        return value
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, (list, tuple)):
        return [_plain(part) for part in value]
    if isinstance(value, dict):
        return {"entries": {str(name): _plain(part) for name, part in value.items()}}
    cls = value if isinstance(value, type) else type(value)
    for kind, module in MODULES.items():
        if issubclass(cls, BASES[kind]) and getattr(module, cls.__name__, None) is cls:
            return {kind: cls.__name__, "config": {} if cls is value else _config(value)}
    raise NotKept(f"{getattr(value, '__name__', value)!r} is not of this library")


def _config(part):
    """{argument: value} that an optimizer, a schedule, a loss or a metric was made with."""
    if hasattr(part, "get_config"):
        return {name: _plain(value) for name, value in part.get_config().items()}
    names = list(inspect.signature(type(part).__init__).parameters)[1:]
    return {name: _plain(getattr(part, name)) for name in names}


def _made(value):
    """What `_plain` was given."""
    if isinstance(value, list):
        return [_made(part) for part in value]
    if not isinstance(value, dict):
        return value
    if set(value) == {"entries"}:
        return {name: _made(part) for name, part in value["entries"].items()}
    for kind, module in MODULES.items():
        cls = getattr(module, str(value.get(kind)), None)
        if isinstance(cls, type) and issubclass(cls, BASES[kind]):
            return cls(**{name: _made(part) for name, part in value["config"].items()})
    raise ValueError(f"nothing of this library is kept as {value}")

"""How weights follow their gradients.

A gradient says in which direction the loss grows; an optimizer takes a step the other way. SGD
takes the gradient as it is. Momentum keeps part of the last step, so that steps in one direction
add up. Adam divides each weight's average gradient by its usual size, so that every weight moves
at about the same pace; AdamW lets weights shrink besides.

Names, defaults and formulas are those of ``keras.optimizers``. An optimizer keeps its averages by
the name of the weight, and changes the arrays in place. Learning rates that change from step to
step are in ``optimizers.schedules``.
"""

from course_lib.errors import nearest
from course_lib.optimizers import schedules
from course_lib.optimizers.base import Optimizer
from course_lib.optimizers.rules import SGD, Adam, AdamW, RMSprop
from course_lib.unknown_names import told

__all__ = ["SGD", "Adam", "AdamW", "Optimizer", "RMSprop", "get", "schedules"]
__getattr__ = told(__name__)

_NAMES = {"adam": Adam, "adamw": AdamW, "rmsprop": RMSprop, "sgd": SGD}


def get(identifier) -> Optimizer:
    """An optimizer from its name ("adam", "adamw", "rmsprop", "sgd"), from a class or instance."""
    if isinstance(identifier, Optimizer):
        return identifier
    if isinstance(identifier, type) and issubclass(identifier, Optimizer):
        return identifier()
    if isinstance(identifier, str) and identifier.lower() in _NAMES:
        return _NAMES[identifier.lower()]()
    close = nearest(identifier, _NAMES)
    meant = f" Do you mean {close[0]!r}?" if close else ""
    raise ValueError(
        f"Unknown optimizer {identifier!r}.{meant} Known: {', '.join(_NAMES)}, or an object such "
        "as optimizers.Adam(learning_rate=0.001)."
    )

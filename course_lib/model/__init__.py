"""Models: a chain of layers from an input to an output.

There are two ways to write the same chain. `Sequential` takes the list of layers. A functional
`Model` is drawn by calling layers on tensors: ``x = Input(...)``, ``y = layer(x)``, then
``Model(x, y)``.
"""

from course_lib.model.functional import Model
from course_lib.model.sequential import Sequential

__all__ = ["Model", "Sequential"]

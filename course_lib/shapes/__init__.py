"""How large is the output, and how many parameters does it take: the arithmetic of CNNs.

Every function here returns a `Result`: the number, and the steps that lead to it. The layers, the
summaries, the figures and the exercises of the course all ask this module, so there is one place
where the rules stand. Standard library only.

    >>> result = output_size(6, kernel_size=3, strides=2, padding=1)
    >>> int(result)
    3
    >>> print(result)
    floor((6 + 2*1 - 3) / 2) + 1
    = floor(5 / 2) + 1
    = 2 + 1
    = 3
"""

from course_lib.shapes.fields import ReceptiveField, receptive_field
from course_lib.shapes.parameters import (
    activation_memory,
    conv_parameters,
    dense_parameters,
    multiply_adds,
)
from course_lib.shapes.result import Result
from course_lib.shapes.sizes import (
    dropped,
    output_shape,
    output_size,
    padding_split,
    transpose_output_shape,
    transpose_output_size,
)

__all__ = [
    "ReceptiveField",
    "Result",
    "activation_memory",
    "conv_parameters",
    "dense_parameters",
    "dropped",
    "multiply_adds",
    "output_shape",
    "output_size",
    "padding_split",
    "receptive_field",
    "transpose_output_shape",
    "transpose_output_size",
]

"""Drawings of receptive fields: the filled cells are those that the engine depends on."""

import numpy as np
import pytest

from course_lib import ops
from course_lib.figures.static import fields

CHAINS = [
    [(3, 1, 1)] * 3,
    [(3, 1, 1), (2, 2, 1), (3, 1, 1)],
    [(3, 1, 2), (3, 1, 2)],
    [(4, 3, 1), (3, 1, 2)],
]


def touched(size, layers, cell):
    """Input cells that output ``cell`` of the chain changes with."""
    outputs = np.eye(size, dtype="float32")[..., np.newaxis]
    for kernel_size, strides, dilation_rate in layers:
        ones = np.ones((kernel_size, 1, 1), "float32")
        outputs = ops.conv(outputs, ones, strides, "valid", dilation_rate=dilation_rate)
    return set(np.flatnonzero(outputs[:, cell, 0]))


@pytest.mark.parametrize("layers", CHAINS)
@pytest.mark.parametrize("cell", [0, 1])
def test_fan_in_is_what_the_output_depends_on(layers, cell):
    assert fields.fan_in(24, layers, cell)[0] == touched(24, layers, cell)


@pytest.mark.parametrize("layers", CHAINS)
def test_chain_fills_the_receptive_field(layers):
    drawing = fields.chain(24, layers, cell=1).svg()
    expected = sum(len(level) for level in fields.fan_in(24, layers, 1)[:-1])
    assert drawing.count('class="window"') == expected
    assert drawing.count('class="result"') == 1


def test_a_cell_outside_is_refused():
    with pytest.raises(ValueError, match="cell must be one that 6 input cells give, got 5"):
        fields.fan_in(6, [(3, 1, 1)], 5)

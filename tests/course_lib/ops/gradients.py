"""Gradient check in a random direction, against random weights on the outputs.

All-ones weights would hide a gradient that lands in the wrong place: nothing here uses them.
"""

import numpy as np

STEP = 1e-6


def check_gradients(forward, backward, arrays, seed=0, tolerance=1e-6, **options):
    """Hold ``backward`` to the numeric slope of ``forward`` along a random direction, per array.

    ``forward(*arrays, **options)`` returns (outputs, cache); ``backward(weights, cache)`` one
    gradient, or one for each array. The arrays must be float64.
    """
    rng = np.random.default_rng(seed)
    outputs, cache = forward(*arrays, **options)
    weights = rng.normal(size=outputs.shape)
    gradients = backward(weights, cache)
    if not isinstance(gradients, tuple):
        gradients = (gradients,)
    for position, (array, gradient) in enumerate(zip(arrays, gradients, strict=True)):
        assert gradient.shape == array.shape and gradient.dtype == np.float64
        direction = rng.normal(size=array.shape)

        def loss(step, position=position, direction=direction):
            moved = [a + step * direction if p == position else a for p, a in enumerate(arrays)]
            return (forward(*moved, **options)[0] * weights).sum()

        numeric = (loss(STEP) - loss(-STEP)) / (2 * STEP)
        analytic = (gradient * direction).sum()
        scale = np.sqrt((gradient**2).sum()) + 1
        assert abs(numeric - analytic) < tolerance * scale, (
            f"array {position}: numeric slope {numeric}, gradient gives {analytic}"
        )


def spread_out(rng, shape):
    """Random float64 numbers, no two closer than 0.01: no ties for a maximum, no kink at 0."""
    values = np.arange(np.prod(shape)) * 0.01 - np.prod(shape) * 0.005 + 0.005
    return rng.permutation(values).reshape(shape)

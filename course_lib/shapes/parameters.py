"""What a layer costs: its parameters, and the multiplications of one example."""

from math import prod

from course_lib.errors import integer, per_axis
from course_lib.shapes.result import Result


def conv_parameters(kernel_size, in_channels, filters, use_bias=True):
    """Parameters of a convolution layer: (k*k*c + 1) * f.

    One filter has a weight for every cell of the kernel in every input channel, and one bias.
    ``kernel_size`` has one entry per axis; an int is one axis.
    """
    owner = "conv_parameters"
    axes = len(kernel_size) if isinstance(kernel_size, (tuple, list)) else 1
    kernel = per_axis(owner, "kernel_size", kernel_size, axes)
    in_channels = integer(owner, "in_channels", in_channels, 1)
    filters = integer(owner, "filters", filters, 1)
    factors = "*".join(map(str, (*kernel, in_channels)))
    return _weights(factors, prod(kernel) * in_channels, filters, use_bias)


def dense_parameters(inputs, units, use_bias=True):
    """Parameters of a fully connected layer: (inputs + 1) * units."""
    owner = "dense_parameters"
    inputs = integer(owner, "inputs", inputs, 1)
    units = integer(owner, "units", units, 1)
    return _weights(str(inputs), inputs, units, use_bias)


def multiply_adds(spatial, kernel_size, in_channels, filters):
    """Multiplications of one example in a convolution whose *output* has the axes ``spatial``.

    Every output cell of every filter multiplies once with every weight of the filter.
    """
    owner = "multiply_adds"
    if not isinstance(spatial, (tuple, list)):
        spatial = (spatial,)
    spatial = per_axis(owner, "spatial", tuple(spatial), len(spatial))
    kernel = per_axis(owner, "kernel_size", kernel_size, len(spatial))
    in_channels = integer(owner, "in_channels", in_channels, 1)
    filters = integer(owner, "filters", filters, 1)
    cells, weights = prod(spatial), prod(kernel) * in_channels
    places = "*".join(map(str, (*spatial, filters)))
    reads = "*".join(map(str, (*kernel, in_channels)))
    value = cells * filters * weights
    steps = [f"({places}) * ({reads})", f"= {cells * filters} * {weights}", f"= {value}"]
    return Result(value, steps)


def _weights(factors, each, outputs, use_bias):
    """(weights of one unit + 1 bias) * units."""
    bias = " + 1" if use_bias else ""
    total = (each + bool(use_bias)) * outputs
    steps = [f"({factors}{bias}) * {outputs}"]
    if factors != str(each):
        steps.append(f"= ({each}{bias}) * {outputs}" if use_bias else f"= {each} * {outputs}")
    if use_bias:
        steps.append(f"= {each + 1} * {outputs}")
    return Result(total, [*steps, f"= {total}"])

"""What a layer costs: parameters, multiplications of one example, memory of its maps."""

from math import prod

from course_lib.errors import integer, per_axis
from course_lib.shapes.result import Result


def conv_parameters(
    kernel_size: int | tuple[int, ...],
    in_channels: int,
    filters: int,
    use_bias: bool = True,
    groups: int = 1,
) -> Result:
    """Parameters of a convolution layer: (k*k*c/g + 1) * f.

    One filter has a weight for every cell of the kernel in every channel that it reads, and one
    bias. It reads all channels, or those of its own group. As many groups as channels: a depthwise
    convolution. ``kernel_size`` has one entry per axis; an int is one axis.

        >>> print(conv_parameters((3, 3), in_channels=32, filters=64))
        (3*3*32 + 1) * 64
        = (288 + 1) * 64
        = 289 * 64
        = 18496
    """
    owner = "conv_parameters"
    axes = len(kernel_size) if isinstance(kernel_size, (tuple, list)) else 1
    kernel = per_axis(owner, "kernel_size", kernel_size, axes)
    in_channels = integer(owner, "in_channels", in_channels, 1)
    filters = integer(owner, "filters", filters, 1)
    channels, shown = _read_channels(owner, in_channels, filters, groups)
    factors = "*".join(map(str, (*kernel, shown)))
    return _weights(factors, prod(kernel) * channels, filters, use_bias)


def dense_parameters(inputs: int, units: int, use_bias: bool = True) -> Result:
    """Parameters of a fully connected layer: (inputs + 1) * units.

    >>> int(dense_parameters(1600, 10))
    16010
    """
    owner = "dense_parameters"
    inputs = integer(owner, "inputs", inputs, 1)
    units = integer(owner, "units", units, 1)
    return _weights(str(inputs), inputs, units, use_bias)


def multiply_adds(
    spatial: tuple,
    kernel_size: int | tuple[int, ...],
    in_channels: int,
    filters: int,
    groups: int = 1,
) -> Result:
    """Multiplications of one example in a convolution whose *output* has the axes ``spatial``.

    Every output cell of every filter multiplies once with every weight of the filter, which reads
    all channels, or those of its own group.

        >>> int(multiply_adds((26, 26), (3, 3), in_channels=1, filters=32))
        194688
    """
    owner = "multiply_adds"
    if not isinstance(spatial, (tuple, list)):
        spatial = (spatial,)
    spatial = per_axis(owner, "spatial", tuple(spatial), len(spatial))
    kernel = per_axis(owner, "kernel_size", kernel_size, len(spatial))
    in_channels = integer(owner, "in_channels", in_channels, 1)
    filters = integer(owner, "filters", filters, 1)
    channels, shown = _read_channels(owner, in_channels, filters, groups)
    cells, weights = prod(spatial), prod(kernel) * channels
    places = "*".join(map(str, (*spatial, filters)))
    reads = "*".join(map(str, (*kernel, shown)))
    value = cells * filters * weights
    steps = [f"({places}) * ({reads})", f"= {cells * filters} * {weights}", f"= {value}"]
    return Result(value, steps)


def activation_memory(shape: tuple, examples: int = 1, bytes_each: int = 4) -> Result:
    """Bytes of a layer's maps: one number for every cell of ``shape``, without the batch axis.

    float32 takes 4 bytes a number. Training keeps the maps of every layer for the way back;
    prediction can let them go.
    """
    owner = "activation_memory"
    shape = per_axis(owner, "shape", tuple(shape), len(shape))
    examples = integer(owner, "examples", examples, 1)
    bytes_each = integer(owner, "bytes_each", bytes_each, 1)
    factors = [*shape, *([examples] if examples > 1 else []), bytes_each]
    value = prod(factors)
    return Result(value, ["*".join(map(str, factors)), f"= {value}"])


def _read_channels(owner, in_channels, filters, groups):
    """How many channels a filter reads, as a number and as it is shown."""
    groups = integer(owner, "groups", groups, 1)
    for name, value in (("in_channels", in_channels), ("filters", filters)):
        if value % groups:
            raise ValueError(
                f"{owner}: {name} must be a multiple of groups, got {value} and groups={groups}."
            )
    shown = f"({in_channels}/{groups})" if groups > 1 else str(in_channels)
    return in_channels // groups, shown


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

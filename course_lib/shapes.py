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

import ast
import html
from dataclasses import dataclass, field
from math import prod

from course_lib.errors import integer, per_axis

__all__ = [
    "ReceptiveField",
    "Result",
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


@dataclass(frozen=True, eq=False)
class Result:
    """A number (or a tuple of numbers) and the arithmetic that leads to it.

    It may be used as the number itself: ``range(result)``, ``result == 3``, ``result + 1``.
    ``print`` shows the steps; a notebook shows them typeset.
    """

    value: object
    steps: list[str] = field(default_factory=list)

    def __int__(self):
        return int(self.value)

    def __index__(self):
        if not isinstance(self.value, int):
            raise TypeError(f"a Result of value {self.value!r} is not one integer")
        return self.value

    def __float__(self):
        return float(self.value)

    def __iter__(self):
        return iter(self.value)

    def __len__(self):
        return len(self.value)

    def __getitem__(self, item):
        return self.value[item]

    def __eq__(self, other):
        return self.value == (other.value if isinstance(other, Result) else other)

    def __hash__(self):
        return hash(self.value)

    def __lt__(self, other):
        return self.value < _plain(other)

    def __le__(self, other):
        return self.value <= _plain(other)

    def __gt__(self, other):
        return self.value > _plain(other)

    def __ge__(self, other):
        return self.value >= _plain(other)

    def __add__(self, other):
        return self.value + _plain(other)

    def __sub__(self, other):
        return self.value - _plain(other)

    def __mul__(self, other):
        return self.value * _plain(other)

    def __radd__(self, other):
        return other + self.value

    def __rsub__(self, other):
        return other - self.value

    __rmul__ = __mul__

    def __str__(self):
        return "\n".join(self.steps)

    def __repr__(self):
        return f"{type(self).__name__}({self.value!r})"

    def _repr_latex_(self):
        lines = r" \\ ".join(_latex_line(step) for step in self.steps)
        return rf"$\displaystyle \begin{{aligned}} {lines} \end{{aligned}}$"

    def _repr_html_(self):
        lines = "".join(f"<li><code>{html.escape(step)}</code></li>" for step in self.steps)
        return f'<ol class="cbh-steps" style="list-style: none; padding: 0">{lines}</ol>'


@dataclass(frozen=True, eq=False, repr=False)
class ReceptiveField(Result):
    """The receptive field of one output cell, in input cells, with one row per layer.

    ``rows`` holds a dict per layer: ``size`` (cells it sees along each axis), ``jump`` (input cells
    between two neighbouring outputs) and ``start`` (centre of the first output's field, where the
    centre of the first input cell is 0.5; without padding).
    """

    rows: list[dict] = field(default_factory=list)

    @property
    def jump(self):
        return self.rows[-1]["jump"] if self.rows else 1

    @property
    def start(self):
        return self.rows[-1]["start"] if self.rows else 0.5


def output_size(size, kernel_size, strides=1, padding="valid", dilation_rate=1):
    """Number of places a window takes along one axis.

    ``size`` input cells, a kernel of ``kernel_size`` cells, ``dilation_rate`` apart, moved by
    ``strides``. ``padding`` is "valid" (none), "same" (as many outputs as strides fit: Keras'
    rule), an int p (p cells on each side) or a pair (before, after).

    valid, p:  floor((n + 2p - k) / s) + 1        same:  ceil(n / s)

    Raises ValueError when the kernel does not fit or a number is out of range.
    """
    owner = "output_size"
    size = integer(owner, "size", size, 1)
    kernel, strides, kernel_steps = _kernel(owner, kernel_size, strides, dilation_rate)
    if padding == "same":
        value = -(-size // strides)
        return Result(value, [f"ceil({size} / {strides})", f"= {value}"])
    before, after = _pads(owner, padding)
    reach = size + before + after - kernel
    if reach < 0:
        raise ValueError(_too_large(owner, size, kernel_size, kernel, (before, after)))
    shown = _padded(size, before, after)
    steps = [
        *kernel_steps,
        f"floor(({shown} - {kernel}) / {strides}) + 1",
        f"= floor({reach} / {strides}) + 1",
        f"= {reach // strides} + 1",
        f"= {reach // strides + 1}",
    ]
    return Result(reach // strides + 1, steps)


def padding_split(size, kernel_size, strides=1, padding="same", dilation_rate=1):
    """Zeros put (before, after) one axis. For "same" by TensorFlow's rule, which may be uneven.

    total = max((ceil(n/s) - 1) * s + k - n, 0); before = floor(total / 2); after = the rest.
    """
    owner = "padding_split"
    size = integer(owner, "size", size, 1)
    kernel, strides, kernel_steps = _kernel(owner, kernel_size, strides, dilation_rate)
    if padding != "same":
        before, after = _pads(owner, padding)
        return Result((before, after), [f"before = {before}", f"after = {after}"])
    outputs = -(-size // strides)
    needed = (outputs - 1) * strides + kernel - size
    total = max(needed, 0)
    before, after = total // 2, total - total // 2
    steps = [
        *kernel_steps,
        f"outputs = ceil({size} / {strides}) = {outputs}",
        f"total = max(({outputs} - 1)*{strides} + {kernel} - {size}, 0)"
        f" = max({needed}, 0) = {total}",
        f"before = floor({total} / 2) = {before}",
        f"after = {total} - {before} = {after}",
    ]
    return Result((before, after), steps)


def output_shape(spatial, kernel_size, strides=1, padding="valid", dilation_rate=1):
    """`output_size` for every axis of ``spatial``; each argument once for all axes or one per axis.

    ``padding`` may hold an int or a pair per axis. A size of None (not known yet) stays None.
    """
    owner = "output_shape"
    kernel_size, strides, dilation_rate, paddings = _axes(
        owner, spatial, kernel_size, strides, padding, dilation_rate
    )
    results = [
        None if n is None else output_size(n, k, s, p, d)
        for n, k, s, p, d in zip(
            spatial, kernel_size, strides, paddings, dilation_rate, strict=True
        )
    ]
    return _joined(results)


def dropped(size, kernel_size, strides=1, padding="valid", dilation_rate=1):
    """Input cells at the end of an axis that no window reaches: what the floor throws away."""
    owner = "dropped"
    outputs = output_size(size, kernel_size, strides, padding, dilation_rate).value
    kernel, strides, kernel_steps = _kernel(owner, kernel_size, strides, dilation_rate)
    before, _ = padding_split(size, kernel_size, strides, padding, dilation_rate).value
    end = (outputs - 1) * strides + kernel - before
    value = max(size - end, 0)
    shown = f" - {before}" if before else ""
    steps = [
        *kernel_steps,
        f"read = ({outputs} - 1)*{strides} + {kernel}{shown} = {end}",
        f"dropped = max({size} - {end}, 0) = {value}",
    ]
    return Result(value, steps)


def transpose_output_size(
    size, kernel_size, strides=1, padding="valid", output_padding=None, dilation_rate=1
):
    """Size that a transposed convolution makes of ``size`` cells: Keras' rule for Conv2DTranspose.

    valid:  (n - 1) * s + k + output_padding, with output_padding = max(s - k, 0) unless given
    same:   n * s, or (n - 1) * s + (k mod 2) + output_padding when that is given
    """
    owner = "transpose_output_size"
    size = integer(owner, "size", size, 1)
    kernel, strides, kernel_steps = _kernel(owner, kernel_size, strides, dilation_rate)
    if padding not in ("valid", "same"):
        raise ValueError(f'{owner}: padding must be "valid" or "same", got {padding!r}.')
    if output_padding is not None:
        output_padding = integer(owner, "output_padding", output_padding, 0)
        if output_padding >= strides:
            raise ValueError(
                f"{owner}: output_padding must be less than strides, "
                f"got output_padding={output_padding} and strides={strides}."
            )
    if padding == "same" and output_padding is None:
        return Result(size * strides, [f"{size}*{strides}", f"= {size * strides}"])
    if padding == "same":
        value = (size - 1) * strides + kernel % 2 + output_padding
        steps = [f"({size} - 1)*{strides} + {kernel} % 2 + {output_padding}", f"= {value}"]
        return Result(value, kernel_steps + steps)
    extra = max(strides - kernel, 0) if output_padding is None else output_padding
    value = (size - 1) * strides + kernel + extra
    shown = f" + {extra}" if extra else ""
    steps = [
        f"({size} - 1)*{strides} + {kernel}{shown}",
        f"= {(size - 1) * strides} + {kernel}{shown}",
        f"= {value}",
    ]
    return Result(value, kernel_steps + steps)


def transpose_output_shape(
    spatial, kernel_size, strides=1, padding="valid", output_padding=None, dilation_rate=1
):
    """`transpose_output_size` for every axis of ``spatial``. None (not known yet) stays None."""
    owner = "transpose_output_shape"
    kernel_size, strides, dilation_rate, _ = _axes(
        owner, spatial, kernel_size, strides, "valid", dilation_rate
    )
    if output_padding is None:
        extra = (None,) * len(spatial)
    else:
        extra = per_axis(owner, "output_padding", output_padding, len(spatial), 0)
    results = [
        None if n is None else transpose_output_size(n, k, s, padding, e, d)
        for n, k, s, e, d in zip(spatial, kernel_size, strides, extra, dilation_rate, strict=True)
    ]
    return _joined(results)


def conv_parameters(kernel_size, in_channels, filters, use_bias=True):
    """Parameters of a convolution layer: (k*k*c + 1) * f. ``kernel_size`` is an int (1D) or a tuple.

    One filter has a weight for every cell of the kernel in every input channel, and one bias.
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


def receptive_field(layers):
    """How many input cells one output cell depends on, along one axis, layer by layer.

    ``layers``: in order, each a kernel size, a tuple (kernel_size, strides, dilation_rate) of which
    the last two may be left out, or a dict with those names. Pooling counts as a layer as well.

    size_l = size_(l-1) + d_l * (k_l - 1) * jump_(l-1),   jump_l = jump_(l-1) * s_l
    """
    size, jump, start = 1, 1, 0.5
    steps, rows = [], []
    for number, layer in enumerate(layers, 1):
        kernel, strides, dilation = _local_layer(f"receptive_field: layer {number}", layer)
        reach = dilation * (kernel - 1)
        shown = f"{dilation}*({kernel} - 1)" if dilation > 1 else f"({kernel} - 1)"
        steps.append(
            f"layer {number}: size = {size} + {shown}*{jump} = {size + reach * jump},"
            f" jump = {jump}*{strides} = {jump * strides}"
        )
        start += reach * jump / 2
        size, jump = size + reach * jump, jump * strides
        rows.append({"layer": number, "size": size, "jump": jump, "start": start})
    return ReceptiveField(size, steps or ["size = 1"], rows)


# ---------------------------------------------------------------------------- what they share


def _plain(other):
    return other.value if isinstance(other, Result) else other


def _kernel(owner, kernel_size, strides, dilation_rate):
    """Span of the dilated kernel, the stride, and the step that shows the span."""
    kernel_size = integer(owner, "kernel_size", kernel_size, 1)
    strides = integer(owner, "strides", strides, 1)
    dilation_rate = integer(owner, "dilation_rate", dilation_rate, 1)
    span = dilation_rate * (kernel_size - 1) + 1
    if dilation_rate == 1:
        return span, strides, []
    return span, strides, [f"kernel span = {dilation_rate}*({kernel_size} - 1) + 1 = {span}"]


def _pads(owner, padding):
    """(before, after) of one axis for every padding but "same"."""
    if isinstance(padding, str):
        if padding == "valid":
            return 0, 0
        raise ValueError(
            f'{owner}: padding must be "valid", "same", an integer or a pair (before, after), '
            f"got {padding!r}."
        )
    if isinstance(padding, (tuple, list)):
        if len(padding) != 2:
            raise ValueError(
                f"{owner}: padding must be a pair (before, after), got {tuple(padding)}."
            )
        return tuple(integer(owner, "padding", entry, 0) for entry in padding)
    return (integer(owner, "padding", padding, 0),) * 2


def _axes(owner, spatial, kernel_size, strides, padding, dilation_rate):
    """Kernel sizes, strides, dilations and paddings with one entry per axis."""
    if not isinstance(spatial, (tuple, list)):
        raise TypeError(
            f"{owner}: spatial must be a tuple with one size per axis, got {spatial!r}."
        )
    axes = len(spatial)
    return (
        per_axis(owner, "kernel_size", kernel_size, axes),
        per_axis(owner, "strides", strides, axes),
        per_axis(owner, "dilation_rate", dilation_rate, axes),
        paddings_per_axis(owner, padding, axes),
    )


def paddings_per_axis(owner, padding, axes):
    """``padding`` with one entry per axis: "same", or a pair (before, after).

    A name or an int holds for every axis. A tuple has one entry per axis, an int or a pair; over a
    single axis two ints are the pair (before, after), as in Keras' ZeroPadding1D.
    """
    if isinstance(padding, str) or not isinstance(padding, (tuple, list)):
        return (padding if padding == "same" else _pads(owner, padding),) * axes
    if axes == 1 and len(padding) == 2:
        return (_pads(owner, padding),)
    if len(padding) != axes:
        raise ValueError(
            f"{owner}: padding must be a name, an integer, or {axes} integers or pairs "
            f"(before, after), one per spatial axis, got {tuple(padding)}."
        )
    return tuple(_pads(owner, entry) for entry in padding)


def _too_large(owner, size, kernel_size, span, pads):
    padded = f" (padded to {size + sum(pads)})" if any(pads) else ""
    kernel = f"{kernel_size}" if span == kernel_size else f"{kernel_size} (dilated to {span})"
    return (
        f"{owner}: kernel_size must not be larger than the input, "
        f"got kernel_size {kernel} for an input of size {size}{padded}."
    )


def _padded(size, before, after):
    """How n + 2p is written."""
    if before == after:
        return f"{size} + 2*{before}" if before else f"{size}"
    return f"{size} + {before} + {after}"


def _joined(results):
    """One result of many axes: the steps of each axis under its number."""
    value = tuple(None if r is None else r.value for r in results)
    steps = []
    for axis, result in enumerate(results, 1):
        steps.append(f"axis {axis}: {'None' if result is None else ' '.join(result.steps)}")
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


def _local_layer(owner, layer):
    """(kernel_size, strides, dilation_rate) of one entry of `receptive_field`."""
    names = ("kernel_size", "strides", "dilation_rate")
    if isinstance(layer, dict):
        unknown = sorted(set(layer) - set(names))
        if unknown or "kernel_size" not in layer:
            raise ValueError(
                f"{owner} must have kernel_size, and may have strides and dilation_rate, "
                f"got {sorted(layer)}."
            )
        layer = (layer["kernel_size"], layer.get("strides", 1), layer.get("dilation_rate", 1))
    elif not isinstance(layer, (tuple, list)):
        layer = (layer,)
    if not 1 <= len(layer) <= 3:
        raise ValueError(
            f"{owner} must be (kernel_size, strides, dilation_rate), got {tuple(layer)}."
        )
    values = (*layer, 1, 1)[:3]
    return tuple(integer(owner, name, v, 1) for name, v in zip(names, values, strict=True))


def _latex_line(step):
    """One step, typeset; an alignment mark stands before its first equals sign."""
    label, colon, rest = step.rpartition(": ")
    head = rf"\text{{{label}: }} " if colon else ""
    sides = [", ".join(_latex(part) for part in _parts(side)) for side in rest.split("=")]
    if len(sides) == 1:
        return f"{head}&{sides[0]}"
    return f"{head}{sides[0]} &= " + " = ".join(sides[1:])


def _parts(side):
    """Pieces of a step between top-level commas: '3, jump' is two, 'max(1, 0)' is one."""
    pieces, depth, piece = [], 0, ""
    for character in side.strip():
        depth += (character == "(") - (character == ")")
        if character == "," and depth == 0:
            pieces, piece = [*pieces, piece], ""
        else:
            piece += character
    return [*pieces, piece]


def _latex(expression):
    """Arithmetic written as in Python, typeset: floor((6 - 3) / 2) becomes a fraction in floors."""
    text = expression.strip()
    if not text or text.replace(" ", "").isalpha():
        return rf"\text{{{text}}}" if text else ""
    return _latex_node(ast.parse(text, mode="eval").body)


def _latex_node(node):
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.UnaryOp):
        return f"-{_latex_node(node.operand)}"
    if isinstance(node, ast.Call):
        inside = ", ".join(_latex_node(argument) for argument in node.args)
        if node.func.id in ("floor", "ceil"):
            return rf"\left\l{node.func.id} {inside} \right\r{node.func.id}"
        return rf"\{node.func.id}({inside})"
    left, right = _latex_node(node.left), _latex_node(node.right)
    if isinstance(node.op, ast.Div):
        return rf"\frac{{{left}}}{{{right}}}"
    if isinstance(node.op, ast.Add):
        return f"{left} + {right}"
    if isinstance(node.op, ast.Sub):
        return f"{left} - {right}"
    sign = r"\cdot" if isinstance(node.op, ast.Mult) else r"\bmod"
    return f"{_bracketed(node.left, left)} {sign} {_bracketed(node.right, right)}"


def _bracketed(node, text):
    sums = isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Add, ast.Sub))
    return f"({text})" if sums else text

"""The receptive field: how far an output cell looks into the input, layer by layer."""

from dataclasses import dataclass, field

from course_lib.errors import integer
from course_lib.shapes.result import Result


@dataclass(frozen=True, eq=False, repr=False)
class ReceptiveField(Result):
    """The receptive field of one output cell, in input cells, with one row per layer.

    ``rows`` holds a dict per layer: ``size`` (cells it sees along each axis), ``jump`` (input cells
    between two neighbouring outputs) and ``start`` (centre of the first output's field, where the
    centre of the first input cell is 0.5; without padding).
    """

    rows: list[dict] = field(default_factory=list)

    @property
    def jump(self) -> int:
        return self.rows[-1]["jump"] if self.rows else 1

    @property
    def start(self) -> float:
        return self.rows[-1]["start"] if self.rows else 0.5


def receptive_field(layers: list) -> ReceptiveField:
    """How many input cells one output cell depends on, along one axis, layer by layer.

    ``layers``: in order, each a kernel size, a tuple (kernel_size, strides, dilation_rate) of which
    the last two may be left out, or a dict with those names. Pooling counts as a layer as well.

    size_l  = size_(l-1) + d_l * (k_l - 1) * jump_(l-1)
    jump_l  = jump_(l-1) * s_l

        >>> field = receptive_field([3, (2, 2), 3])
        >>> int(field), field.jump
        (8, 2)
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

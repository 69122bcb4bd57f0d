"""What a model costs: parameters, multiplications, and memory of its maps, layer by layer.

One rule counts the multiplications of every layer: each weight of a kernel is used once at every
place of the output, and the weights of a dense layer once. (A transposed convolution goes the
other way, so there it is every place of the input.) Additions go with the multiplications one by
one and are not counted apart; biases, activations, pooling and normalisation are left out, as is
usual, since together they are a small share.
"""

from math import prod
from typing import NamedTuple

from course_lib import shapes
from course_lib.model import Model

__all__ = ["LayerCost", "layer_costs", "total_cost"]


class LayerCost(NamedTuple):
    """One row: of a layer, or of a whole model."""

    name: str
    kind: str  # the layer's class
    output_shape: tuple  # of one example
    parameters: int
    multiplications: int  # of one example
    map_bytes: int  # of what the layer puts out for one example, in float32


def layer_costs(model):
    """A `LayerCost` for every layer of ``model``, models inside it opened up.

    Raises:
        ValueError: the model's input shape is not known, or leaves a size open.
    """
    if not isinstance(model, Model) or not model.built:
        raise ValueError(
            "layer_costs: model must be a model whose input shape is known: start it with "
            f"Input(shape=...). Got {getattr(model, 'name', model)!r}."
        )
    rows = []
    for layer in model.layers:
        if isinstance(layer, Model):
            rows += layer_costs(layer)
        else:
            rows.append(_cost(layer))
    return rows


def total_cost(model):
    """The sum over the layers as one `LayerCost`; its maps are those of all layers together."""
    rows = layer_costs(model)
    sums = (sum(row[place] for row in rows) for place in (3, 4, 5))
    return LayerCost(model.name, type(model).__name__, tuple(model.output_shape[1:]), *sums)


def _cost(layer):
    shape = tuple(layer.output_shape[1:])
    if None in shape:
        raise ValueError(
            f"layer_costs: {layer.name} puts out {shape}, and what it costs depends on the size "
            "left open. Give Input(shape=...) numbers."
        )
    weights = sum(array.size for name, array in layer.parameters.items() if "kernel" in name)
    places = layer.input_shape if "Transpose" in type(layer).__name__ else layer.output_shape
    return LayerCost(
        layer.name, type(layer).__name__, shape, layer.count_params(),
        weights * prod(places[1:-1]), shapes.activation_memory(shape).value,
    )  # fmt: skip

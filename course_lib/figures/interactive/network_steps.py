"""EfficientNet-Lite0 as one walks through it: stem, sixteen blocks, head, answer.

What a step costs comes from `course_lib.costs`, what one of its cells sees from
`course_lib.shapes`. The record of the maps (``benchmarks/photograph_maps_run.py``) and the figure
``PhotographNetwork`` both ask here which layers a step is.
"""

from itertools import groupby

from course_lib import shapes
from course_lib.applications import EfficientNetLite0
from course_lib.costs import layer_costs

_NAMES = {"stem": "Stem", "top": "Head", "answer": "Answer"}
_ANSWER = ("avg", "predictions")  # how the names of its layers begin


def network_steps(network=None):
    """A dict for each of the 19 steps, in order.

    ``name``, such as "Block 2a"; ``stage``, "2"; ``layer``, whose output it is; ``made_of``, its
    layers in words; ``shape`` of the output; ``parameters`` and ``multiplications`` of its layers
    together; and of what a cell (row, column) of its maps sees in the photograph, along each axis:
    ``size`` pixels from ``first + row * jump`` on. The maps of the answer are those of the head.
    """
    network = EfficientNetLite0(weights=None) if network is None else network
    costs = {row.name: row for row in layer_costs(network)}
    windows, first, steps = [], 0, []
    for key, group in groupby(network.layers[1:], _step_of):  # after the input
        layers = list(group)
        for layer in layers:
            if hasattr(layer, "kernel_size"):
                window = (layer.kernel_size[0], layer.strides[0])
                before, _ = shapes.padding_split(layer.input_shape[1], *window)
                first -= before * shapes.receptive_field(windows).jump
                windows.append(window)
        field = shapes.receptive_field(windows)
        own = [costs[layer.name] for layer in layers]
        steps.append({
            "name": _NAMES.get(key) or f"Block {key.removeprefix('block')}",
            "stage": key.removeprefix("block")[0] if key.startswith("block") else key,
            "layer": layers[-1].name,
            "made_of": _in_words(layers),
            "shape": list(own[-1].output_shape),
            "parameters": sum(row.parameters for row in own),
            "multiplications": sum(row.multiplications for row in own),
            "size": int(field),
            "jump": field.jump,
            "first": first,
        })  # fmt: skip
    return steps


def _step_of(layer):
    start = layer.name.partition("_")[0]
    return "answer" if start in _ANSWER else start


def _in_words(layers):
    """The layers that compute, such as "1 × 1 to 96; 3 × 3 depthwise, stride 2; 1 × 1 to 24"."""
    said = []
    for layer in layers:
        kind = type(layer).__name__
        if hasattr(layer, "kernel_size"):
            words = " × ".join(map(str, layer.kernel_size))
            words += f" to {layer.filters}" if kind == "Conv2D" else " depthwise"
            said.append(words + (f", stride {layer.strides[0]}" if layer.strides[0] > 1 else ""))
        elif kind == "Add":
            said.append("plus what came in")
        elif kind == "GlobalAveragePooling2D":
            said.append("the mean of each map")
        elif kind == "Dense":
            said.append(f"dense to {layer.units}")
    return "; ".join(said)

"""Receptive field: which input cells a cell of a chain of layers depends on."""

import traitlets as t

from course_lib.figures.interactive.base import Figure
from course_lib.figures.interactive.text_version import paragraph, text_table


def _layer(kernel, stride=1, dilation=1, padding="valid", kind="conv"):
    return {
        "kind": kind,
        "kernel": kernel,
        "stride": stride,
        "dilation": dilation,
        "padding": padding,
    }


CHAINS = {
    "deeper": ("Deeper: three convolutions of 3", 14, [_layer(3)] * 3),
    "pooling": (
        "With pooling: the MNIST model, one axis",
        28,
        [_layer(3), _layer(2, 2, kind="pool"), _layer(3), _layer(2, 2, kind="pool")],
    ),
    "stride": ("With stride 2", 23, [_layer(3, 2), _layer(3, 2), _layer(3)]),
    "dilated": ("Dilated: 1, 2, 4", 22, [_layer(3), _layer(3, 1, 2), _layer(3, 1, 4)]),
    "gaps": ("Dilated, with gaps: 2, then 2", 16, [_layer(3, 1, 2), _layer(3, 1, 2)]),
    "same": (
        "Padding same",
        14,
        [_layer(3, padding="same"), _layer(4, 2, padding="same"), _layer(3, padding="same")],
    ),
}


class ReceptiveField(Figure):
    """A chain of one-dimensional layers; each cell shows what it depends on, and what on it.

    preset: a name in ``receptive_field.CHAINS``, which sets length and layers. length: input
    cells, 4 to 28. layers: one to five dictionaries of kind ("conv" or "pool"), kernel, stride,
    dilation and padding ("valid" or "same"). cell: (level, index) of the chosen cell, counted
    from 0; level 0 is the input.
    """

    name = "receptive_field"
    length = t.Int(14, min=4, max=28).tag(sync=True)
    layers = t.List(t.Dict(), minlen=1, maxlen=5).tag(sync=True)
    cell = t.List(t.Int(min=0), [3, 3], minlen=2, maxlen=2).tag(sync=True)
    presets = t.List(
        [
            {"id": key, "label": label, "length": length, "layers": layers}
            for key, (label, length, layers) in CHAINS.items()
        ]
    ).tag(sync=True)

    def __init__(self, preset="deeper", **kwargs):
        if preset not in CHAINS:
            raise ValueError(
                f"ReceptiveField: preset must be one of {', '.join(CHAINS)}, got {preset!r}"
            )
        _, length, layers = CHAINS[preset]
        chosen = {"length": length, "layers": layers} | kwargs
        chosen["layers"] = [{**_layer(1), **layer} for layer in chosen["layers"]]
        if "cell" not in kwargs:
            top = _sizes(chosen["length"], chosen["layers"])[-1]
            chosen["cell"] = [len(chosen["layers"]), (top - 1) // 2]
        super().__init__(**chosen)

    def room(self):
        layers = len(self.layers)
        return max(230 + 86 * layers, 210 + 48 * layers), 480 + 148 * layers

    def field(self):
        """`course_lib.shapes.receptive_field` of the chain, with its rows and steps."""
        from course_lib import shapes

        return shapes.receptive_field(
            [(layer["kernel"], layer["stride"], layer["dilation"]) for layer in self.layers]
        )

    def fallback(self):
        field, sizes = self.field(), _sizes(self.length, self.layers)
        rows = [("input", "", sizes[0], 1, 1)]
        for number, (layer, row) in enumerate(zip(self.layers, field.rows, strict=True), 1):
            window = "pooling" if layer["kind"] == "pool" else "convolution"
            detail = f"{window} of {layer['kernel']}, stride {layer['stride']}"
            if layer["dilation"] > 1:
                detail += f", dilation {layer['dilation']}"
            rows.append((f"layer {number}", detail, sizes[number], row["size"], row["jump"]))
        header = ("Level", "Window", "Cells", "Receptive field", "Jump")
        return text_table(header, rows, "Receptive field, layer by layer") + paragraph(
            "; ".join(field.steps) + "."
        )


def _sizes(length, layers):
    """Cells of every level; a window that does not fit raises ValueError."""
    from course_lib import shapes

    sizes = [length]
    for layer in layers:
        size = shapes.output_size(
            sizes[-1], layer["kernel"], layer["stride"], layer["padding"], layer["dilation"]
        )
        sizes.append(int(size))
    return sizes

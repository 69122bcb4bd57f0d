"""The model builder: stack layers, and read the shape, the parameters and the code of the stack."""

import traitlets as t

from course_lib.figures.interactive.base import Figure
from course_lib.figures.interactive.stacks import MODELS, build, rows
from course_lib.figures.interactive.text_version import paragraph, text_table

_TYPES = (
    "Conv2D",
    "MaxPooling2D",
    "AveragePooling2D",
    "GlobalAveragePooling2D",
    "ZeroPadding2D",
    "Flatten",
    "Dense",
    "Activation",
    "BatchNormalization",
    "Dropout",
)


class ModelBuilder(Figure):
    """Stack layers and see what each of them makes of its input.

    preset: one of the names in ``stacks.MODELS``, which sets input_shape, layers and style.
    input_shape: (height, width, channels) without the batch. layers: a list of dictionaries,
    ``{"type": "Conv2D", "filters": 32, "kernel_size": [3, 3]}``, with Keras' names; what is left
    out keeps Keras' default. selected: the layer whose arithmetic is open, -1 for none. style:
    how the code is written, "sequential" or "functional".
    """

    name = "model_builder"
    input_shape = t.List(t.Int(min=1), [28, 28, 1]).tag(sync=True)
    layers = t.List(t.Dict()).tag(sync=True)
    selected = t.Int(0, min=-1).tag(sync=True)
    style = t.Enum(["sequential", "functional"], "sequential").tag(sync=True)
    library = t.Enum(["keras", "course_lib"], "keras").tag(sync=True)
    presets = t.List(
        [{"id": key, **model} for key, model in MODELS.items()], help="what the reader can pick"
    ).tag(sync=True)

    def __init__(self, preset="mnist", **kwargs):
        if preset not in MODELS:
            raise ValueError(
                f"ModelBuilder: preset must be one of {', '.join(MODELS)}, got {preset!r}"
            )
        if "layers" not in kwargs:
            chosen = MODELS[preset]
            kwargs = {name: chosen[name] for name in ("input_shape", "layers", "style")} | kwargs
        super().__init__(**kwargs)

    @t.validate("input_shape")
    def _volume(self, proposal):
        if len(proposal["value"]) != 3:
            raise t.TraitError(
                "ModelBuilder: input_shape must be (height, width, channels), "
                f"got {tuple(proposal['value'])}"
            )
        return proposal["value"]

    @t.validate("layers")
    def _known(self, proposal):
        for layer in proposal["value"]:
            if layer.get("type") not in _TYPES:
                raise t.TraitError(
                    f"ModelBuilder: the type of a layer must be one of {', '.join(_TYPES)}, "
                    f"got {layer.get('type')!r}"
                )
        return proposal["value"]

    def room(self):
        rows = 38 + 43 * (len(self.layers) + 1)  # the table scrolls when it is longer
        return max(680, 290 + min(rows, 384)), 830 + min(rows, 250)

    def model(self):
        """The stack as a ``course_lib.Sequential``, ready to be trained."""
        return build(self.input_shape, self.layers)

    def fallback(self):
        caption = f"A stack on an input of {tuple(self.input_shape)}"
        try:
            found = rows(self.input_shape, self.layers)
        except (TypeError, ValueError) as error:
            return paragraph(f"{caption}, which cannot be built: {error}")
        lines = [
            (f"{number} {kind}", shape, f"{count:,}")
            for number, (kind, shape, count) in enumerate(found, 1)
        ]
        total = sum(count for *_, count in found)
        table = text_table(("Layer", "Output shape", "Parameters"), lines, caption)
        return table + paragraph(f"{total:,} parameters in all.")

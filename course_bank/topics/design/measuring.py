"""What a design reaches: its layers as plain data, built again by the engine, and measured.

The probe emits the class and the plain arguments of every layer; it asks the student's model for
no count. Outside the student's kernel the engine builds the chain of these layers again, for the
input shape that the task gives. So a count that a notebook claims earns nothing, Keras and
``course_lib`` are alike, and a model that waits for its input is judged too.
"""

import functools
from dataclasses import dataclass

import course_lib
from course_lib import costs, layers, shapes
from course_lib.errors import parameters_of
from course_lib.exercise.plain_values import plain
from course_lib.layers.memory import weights_at_most

MOST_LAYERS = 80
MOST_WEIGHTS = 100_000_000  # of all layers; what is larger is not built
EVERYWHERE = ("InputLayer", "Activation", "ReLU", "Softmax", "Dropout")
_ENDS_OF_MAPS = ("Flatten", "GlobalAveragePooling", "GlobalMaxPooling", "Reshape")
_ARGUMENTS = (
    "filters", "kernel_size", "strides", "padding", "dilation_rate", "groups", "depth_multiplier",
    "use_bias", "pool_size", "units", "rate", "target_shape", "cropping", "size", "data_format",
)  # fmt: skip

PROBE = """
def _activation(layer):
    function = getattr(layer, "activation", None)
    if function is None:
        return ""
    return str(getattr(function, "__name__", None) or getattr(function, "name", None) or function)

def _rows(model):
    rows = []
    for layer in model.layers:
        if hasattr(layer, "layers"):
            rows += _rows(layer)
            continue
        config = layer.get_config()
        kept = [[key, _plain(config[key])] for key in {arguments!r} if key in config]
        rows.append([type(layer).__name__, kept, _activation(layer)])
    return rows

def _found(model, name):
    try:
        return _plain(getattr(model, name))
    except Exception:  # a model that was not built yet has no shapes
        return None

_model = globals().get({name!r})
if hasattr(_model, "layers"):
    emit(rows=_plain(_rows(_model)),
         input=_found(_model, "input_shape"), output=_found(_model, "output_shape"))
elif _model is not None:
    emit(instead=type(_model).__name__)
"""


def probe(name):
    """Python source that emits the layers of the model called ``name``."""
    return PROBE.format(name=name, arguments=_ARGUMENTS)


class NotMeasured(ValueError):
    """The layers cannot be built again; the text says why."""


@dataclass(frozen=True)
class Reached:
    """What a design reaches, for one example: shapes without the batch, the maps in bytes."""

    output: tuple
    parameters: int
    multiplications: int
    memory: int
    field: int  # cells along the shorter axis that a cell of the last map sees
    depth: int  # convolutions
    window: int  # the longest side of a window of a convolution
    kinds: tuple  # classes of the layers, in order
    softmax: bool  # whether the last layer ends in it
    dearest: dict  # {"parameters", "multiplications", "memory": `costs.LayerCost` with the most}


def measure(input_shape, rows):
    """`Reached` of the layers in ``rows``: [class, [[argument, value], ...], activation] each.

    Raises:
        NotMeasured: they do not fit one another or the input, or the engine has not one of them.
    """
    rows = [row for row in rows if row[0] != "InputLayer"]
    if not rows or len(rows) > MOST_LAYERS:
        raise NotMeasured(f"A model of 1 to {MOST_LAYERS} layers is expected, not of {len(rows)}.")
    model = _built(tuple(input_shape), rows)
    # an activation works where the map lies, as one that stands in its layer's arguments does
    found = [row for row in costs.layer_costs(model) if row.kind != "InputLayer"]
    counted = [row for row in found if row.kind not in EVERYWHERE] or found
    total = costs.total_cost(model)
    convolutions = [layer for layer in model.layers if "Conv" in type(layer).__name__]
    return Reached(
        output=total.output_shape,
        parameters=total.parameters,
        multiplications=total.multiplications,
        memory=sum(row.map_bytes for row in counted),
        field=_field(model.layers),
        depth=len(convolutions),
        window=max((max(layer.kernel_size) for layer in convolutions), default=0),
        kinds=tuple(str(row[0]) for row in rows),
        softmax=rows[-1][0] == "Softmax" or str(rows[-1][2]).startswith("softmax"),
        dearest={
            "parameters": max(counted, key=lambda row: row.parameters),
            "multiplications": max(counted, key=lambda row: row.multiplications),
            "memory": max(counted, key=lambda row: row.map_bytes),
        },
    )


def rows_of(model):
    """The rows of a model of the engine, as the probe emits them."""
    found = {}
    exec(_probe_here(), {"model": model, "emit": found.update, "_plain": plain})
    return found["rows"]


@functools.cache
def _probe_here():
    return compile(probe("model"), "<probe>", "exec")


def _built(input_shape, rows):
    try:
        with weights_at_most(MOST_WEIGHTS):
            made = [_layer(i, *row[:2]) for i, row in enumerate(rows, 1)]
            return course_lib.Sequential([course_lib.Input(shape=input_shape), *made])
    except (ValueError, TypeError, MemoryError, OverflowError) as error:
        reason = str(error).rstrip(".")
        if "more than there are numbers" in reason:
            reason = f"it has more than {MOST_WEIGHTS:,} weights"
        text = f"The layers do not make a model for {input_shape}: {reason}."
        raise NotMeasured(text) from None


def model_of(input_shape, rows):
    """The engine's model of ``rows``, with their activations, to be given weights and asked.

    Raises:
        NotMeasured: as `measure`.
    """
    made, name = [], "relu"
    for kind, arguments, activation in rows:
        name = activation_of(activation)
        if kind in ("Activation", "ReLU", "Softmax"):
            made.append(["Activation", [["activation", name or kind.lower()]], ""])
            continue
        made.append([kind, arguments, ""])
        if name not in ("", "linear"):
            made.append(["Activation", [["activation", name]], ""])
    return _built(input_shape, made)


def activation_of(name):
    """The plain name of an activation, however it was written: "softmax_v2", "re_lu_3"."""
    name = str(name).lower()
    for known, begins in (("relu", ("relu", "re_lu")), ("softmax", ("softmax",))):
        if name.startswith(begins) and not name.startswith("relu6"):
            return known
    return name


def _layer(number, kind, arguments):
    name = f"layer {number}"
    if kind == "Activation":  # what it computes changes no size and no count
        given = dict(map(tuple, arguments)).get("activation")
        return layers.Activation(given, name=name) if given else layers.ReLU(name=name)
    cls = getattr(layers, kind, None) if kind in layers.__all__ else None
    if cls is None:
        raise NotMeasured(f"`{kind}` is no layer that the course counts.")
    given = {key: tuple(v) if isinstance(v, list) else v for key, v in arguments}
    if given.get("data_format") == "channels_last":
        del given["data_format"]
    return cls(**_pairs(given), **_zeros(cls), name=name)


def _zeros(cls):
    """Initializers that draw nothing: the weights are counted and never used."""
    return {name: "zeros" for name in parameters_of(cls.__init__) if name.endswith("_initializer")}


def _pairs(given):
    """Arguments whose entries are lists, as those of a padding, with tuples in place of lists."""
    return {
        key: tuple(tuple(v) if isinstance(v, list) else v for v in value)
        if isinstance(value, tuple)
        else value
        for key, value in given.items()
    }


def _field(chain):
    """Cells along the shorter axis that a cell of the last map sees."""
    windows = []
    for layer in chain:
        if type(layer).__name__.startswith(_ENDS_OF_MAPS):
            break
        size = getattr(layer, "kernel_size", None) or getattr(layer, "pool_size", None)
        if size is not None and "Transpose" not in type(layer).__name__:
            strides = layer.strides or size
            dilation = getattr(layer, "dilation_rate", None) or (1,) * len(size)
            windows.append(list(zip(size, strides, dilation, strict=True)))
    axes = list(zip(*windows, strict=True)) if windows else [[1]]
    return min(shapes.receptive_field(list(axis)).value for axis in axes)

"""The table of a model: one row per layer, and the arithmetic behind each row.

`rows` has everything as data, `table` prints it the way Keras does, `explanation` writes out where
each shape and each number of parameters comes from. After training the table counts the numbers
that the optimizer keeps as well, as Keras' does; they are not part of the model.
"""

from collections import Counter
from itertools import zip_longest
from textwrap import wrap
from typing import NamedTuple


class Row(NamedTuple):
    """One layer of a model at one place of its graph."""

    name: str
    kind: str  # class name
    input_shape: tuple
    output_shape: tuple
    parameters: int  # all of the layer's weights
    trainable: bool | None  # None for a layer without weights
    shape_steps: list[str]
    parameter_steps: list[str]
    level: int = 0  # how many models the layer stands inside of
    repeated: bool = False  # the layer came before
    sources: tuple = ()  # "name[call][output]" of what it reads


class Totals(NamedTuple):
    """Numbers of weights: all, those that training changes, and the others."""

    total: int
    trainable: int
    non_trainable: int


def rows(model, expand_nested=False, level=0):
    """A `Row` for each layer, in the order in which data runs through them."""
    _check_built(model)
    found, seen = [], set()
    for layer, before, after, sources in _places(model):
        inside = hasattr(layer, "layers")
        found.append(
            Row(
                layer.name,
                layer.kind,
                before,
                after,
                layer.count_params(),
                layer.trainable if layer.weights else None,
                ["see its own layers"] if inside else layer.explain_shape(before),
                ["sum over its layers"] if inside else layer.explain_parameters(),
                level,
                layer.name in seen,
                sources,
            )
        )
        if inside and expand_nested and layer.name not in seen:
            found += rows(layer, True, level + 1)
        seen.add(layer.name)
    return found


def _places(model):
    """(layer, shape before, shape after, names of what it reads) for every call of a layer."""
    graph, made, calls = model.graph, {}, Counter()
    working = {id(step.layer) for step in graph.steps}
    for entrance, place in zip(model.entrances, graph.starts, strict=True):
        made[place] = f"{entrance.name}[0][0]"
        if entrance in model.layers and id(entrance) not in working:
            yield entrance, entrance.input_shape, entrance.output_shape, ()
    for step in graph.steps:
        number = calls[step.layer.name]
        calls[step.layer.name] += 1
        for output, place in enumerate(step.writes):
            made[place] = f"{step.layer.name}[{number}][{output}]"
        before, after = (_joined(graph.shapes[p] for p in ps) for ps in (step.reads, step.writes))
        yield step.layer, before, after, tuple(made[place] for place in step.reads)


def totals(model):
    """`Totals` of a model's weights; a shared layer counts once."""
    _check_built(model)
    unique = {id(array): array.size for array in model.weights}
    trainable = {id(array): array.size for array in model.trainable_weights}
    total, learned = sum(unique.values()), sum(trainable.values())
    return Totals(total, learned, total - learned)


def table(model, expand_nested=False, show_trainable=False):
    """The summary as text, drawn as Keras draws it in a window of 80 columns."""
    header, widths = ["Layer (type)", "Output Shape", "Param #"], [31, 22, 13]
    every = rows(model, expand_nested)
    unique = [row for row in every if not row.repeated]
    lines = [
        [f"{_indent(r)}{r.name} ({r.kind})", _shape(r.output_shape), f"{r.parameters:,}"]
        for r in unique
    ]
    connected = not _is_chain(model)
    if connected:
        header, widths = [*header, "Connected to"], [19, 17, 10, 17]
        sources = {}
        for row in every:
            sources.setdefault(row.name, []).extend(row.sources)
        named = [", ".join(sources[row.name]) or "-" for row in unique]
        lines = [[*line, text] for line, text in zip(lines, named, strict=True)]
    if show_trainable:
        marks = {True: "Y", False: "N", None: "-"}
        header = [*header, "Trainable"]
        widths = [16, 14, 9, 12, 9] if connected else [*widths, 9]
        lines = [[*line, marks[r.trainable]] for line, r in zip(lines, unique, strict=True)]
    counts, optimizer = totals(model), _optimizer_numbers(model)
    sums = {
        "Total": counts.total + (optimizer or 0),
        "Trainable": counts.trainable,
        "Non-trainable": counts.non_trainable,
        "Optimizer": optimizer,
    }
    return "\n".join(
        [
            f'Model: "{model.name}"',
            _rule("┏━┳┓", widths),
            _line("┃", header, widths),
            _rule("┡━╇┩", widths),
            f"\n{_rule('├─┼┤', widths)}\n".join(_line("│", line, widths) for line in lines),
            _rule("└─┴┘", widths),
            *(
                f" {name} params: {count:,} ({_memory(model, count)})"
                for name, count in sums.items()
                if count is not None
            ),
        ]
    )


def _is_chain(model):
    """Whether the layers follow each other one by one, each called once: no need to say by whom."""
    reads = Counter(place for step in model.graph.steps for place in step.reads)
    single = all(len(step.reads) == len(step.writes) == 1 for step in model.graph.steps)
    once = all(count == 1 for count in reads.values())
    return single and once and len({*map(id, model.steps)}) == len(model.steps)


def _optimizer_numbers(model):
    """How many numbers the optimizer keeps once it has taken a step, as Keras counts them; or None.

    Its running averages, the number of steps, and the learning rate unless a schedule gives it.
    """
    optimizer = model.optimizer if model.compiled else None
    if optimizer is None or not optimizer.iterations:
        return None
    averages = sum(array.size for array in optimizer.averages.values())
    return averages + 1 + (not optimizer.has_schedule)


def explanation(model):
    """Each layer with the steps that lead to its output shape and its number of parameters."""
    lines = [f'Model: "{model.name}"']
    for row in rows(model, expand_nested=True):
        pad = "    " * row.level
        lines.append("")
        lines.append(f"{pad}{row.name} ({row.kind})")
        lines.append(f"{pad}  {_shape(row.input_shape)} -> {_shape(row.output_shape)}")
        lines += [f"{pad}    {step}" for step in row.shape_steps]
        shared = " (the same weights as above)" if row.repeated else ""
        lines.append(f"{pad}  parameters: {row.parameters:,}{shared}")
        if row.parameters and not row.repeated:
            lines += [f"{pad}    {step}" for step in row.parameter_steps]
    counts = totals(model)
    added = [r.parameters for r in rows(model) if r.parameters and not r.repeated]
    lines.append("")
    steps = f"{' + '.join(map(str, added))} = " if len(added) > 1 else ""
    lines.append(f"Total parameters: {steps}{counts.total}")
    lines.append(f"  trainable: {counts.trainable}, non-trainable: {counts.non_trainable}")
    return "\n".join(lines)


def _joined(shapes):
    """One shape, or the list of several."""
    shapes = list(shapes)
    return shapes if len(shapes) > 1 else shapes[0]


def _check_built(model):
    if not model.built:
        raise ValueError(
            f"{model.name}: there is no summary before the input shape is known. Start the model "
            "with Input(shape=...), or call build((None, ...))."
        )


def _indent(row):
    return f"{'   ' * row.level}└ " if row.level else ""


def _shape(shape):
    if isinstance(shape, list):
        return f"[{', '.join(map(_shape, shape))}]"
    return f"({', '.join(map(str, shape))})"


def _rule(marks, widths):
    left, dash, middle, right = marks
    return left + middle.join(dash * (width + 2) for width in widths) + right


def _line(bar, cells, widths):
    """One row of the table; a cell that is too long goes on below."""
    align = [str.ljust, str.ljust, str.rjust, *[str.ljust] * (len(cells) - 3)]
    if len(cells) > 3 and cells[-1] in ("Trainable", "Y", "N", "-"):
        align[-1] = str.center
    parts = [wrap(cell, w, drop_whitespace=True) for cell, w in zip(cells, widths, strict=True)]
    lines = []
    for line in zip_longest(*parts, fillvalue=""):
        padded = [put(text, w) for put, text, w in zip(align, line, widths, strict=False)]
        lines.append(f"{bar} {f' {bar} '.join(padded)} {bar}")
    return "\n".join(lines)


def _memory(model, count):
    """Bytes of ``count`` weights in a unit that reads well."""
    arrays = model.weights
    size = float(count * (arrays[0].itemsize if arrays else 4))
    units = ["B", "KB", "MB", "GB"]
    while size >= 1024 and len(units) > 1:
        size, units = size / 1024, units[1:]
    return f"{size:.2f} {units[0]}"

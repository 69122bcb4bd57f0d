"""Pictures of whole networks: a model's summary, drawn as a stack of sheets from top to bottom."""

from course_lib.figures.static.canvas import Drawing, text_width
from course_lib.figures.static.channels import sheets
from course_lib.model.summary import rows as summary_rows

SHEETS = 5  # more channels than this are not drawn
STEP = 4  # pixels from one sheet to the next
VECTOR = 16  # height of a row of units


def _shown(shape):
    return " × ".join(f"{size:,}" for size in shape[1:])


def _height(shape, scale):
    """Height that an output takes in the drawing."""
    if len(shape) == 2:
        return VECTOR
    return shape[1] * scale + (min(shape[-1], SHEETS) - 1) * STEP


def _room(name, shape, scale):
    """Where the middle of an output may stand at the earliest, right of the layer's name."""
    wide = 90 if len(shape) == 2 else shape[2] * scale + (min(shape[-1], SHEETS) - 1) * STEP
    return 8 + text_width(name, bold=True) + 8 + wide / 2


def _units(drawing, x, y, count, widest):
    """A vector of ``count`` units as one row; its length says little, so it is only bounded."""
    width = min(widest, 10 * count)
    cells = min(count, int(width // 10))
    for index in range(cells):
        drawing.rect(x - width / 2 + index * width / cells, y, width / cells, VECTOR, "result")


def layer_stack(model, scale=2.6):
    """Every layer's output as sheets, to scale, with its shape and its number of parameters.

    model: a ``Sequential`` for images, (height, width, channels). At most five sheets are drawn.
    """
    found = [row for row in summary_rows(model) if row.kind != "InputLayer"]
    outputs = [("input", model.input_shape, None)]
    outputs += [(row.name, row.output_shape, row.parameters) for row in found]
    gap = 26
    centre = max([184, *(_room(name, shape, scale) for name, shape, _ in outputs)])
    right, end = centre + 62, centre + 252
    height = sum(_height(shape, scale) + gap for _, shape, _ in outputs) + 30
    drawing = Drawing(end + 8, height)
    for x, title, anchor in (
        (8, "layer", "start"),
        (right, "output", "start"),
        (end, "parameters", "end"),
    ):
        drawing.text(x, 12, title, "muted", anchor=anchor)
    y = 34
    for index, (name, shape, count) in enumerate(outputs):
        size = _height(shape, scale)
        middle = y + size / 2
        if index:
            drawing.arrow(centre, y - gap + 5, centre, y - 5)
        if len(shape) == 2:
            _units(drawing, centre, y, shape[1], 90)
        else:
            depth = min(shape[-1], SHEETS)
            reach = (depth - 1) * STEP
            width = shape[2] * scale
            sheets(
                drawing,
                centre - (width + reach) / 2,
                y + reach,
                width,
                shape[1] * scale,
                depth,
                "window" if index == 0 else "cell",
                shift=STEP,
            )
        drawing.text(8, middle, name, "bold", anchor="start")
        drawing.text(right, middle, _shown(shape), anchor="start")
        if count is not None:
            drawing.text(end, middle, f"{count:,}", "" if count else "muted", anchor="end")
        y += size + gap
    return drawing

"""A drawing of a model as SVG: a box for each layer, a line for each array that goes between.

Layers stand in rows, each as far down as the longest way from the inputs to it. A line that passes
rows has a place of its own in each of them, so that a skip runs beside the layers it leaves out.
Within a row the order follows the middle of what comes in from above.
"""

from html import escape
from typing import NamedTuple

LETTER, LINE, GAP, ROW = 7.2, 18, 24, 34  # width of a letter, heights, distances, in pixels


class Picture(str):
    """The text of an SVG, which a notebook shows as a picture."""

    def _repr_svg_(self):
        return str(self)


class Box(NamedTuple):
    """What stands in a row: a layer with its lines of text, or the place of a line passing by."""

    row: int
    lines: tuple
    above: tuple  # numbers of the boxes it is joined to

    @property
    def width(self):
        return max((len(line) * LETTER + 20 for line in self.lines), default=2)

    @property
    def height(self):
        return len(self.lines) * LINE + 8 if self.lines else 0


def svg(model, show_shapes=False, show_layer_names=False):
    """The `Picture` of a built model."""
    boxes = _boxes(model, show_shapes, show_layer_names)
    middles = _middles(boxes)
    heights = [max(b.height for b in boxes if b.row == row) for row in range(boxes[-1].row + 1)]
    tops = [GAP / 2 + sum(heights[:row]) + row * ROW for row in range(len(heights))]
    left = min(m - b.width / 2 for m, b in zip(middles, boxes, strict=True)) - GAP / 2
    right = max(m + b.width / 2 for m, b in zip(middles, boxes, strict=True)) + GAP / 2
    height = tops[-1] + heights[-1] + GAP / 2
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{left:.0f} 0 {right - left:.0f} '
        f'{height:.0f}" width="{right - left:.0f}" height="{height:.0f}" role="img" '
        f'font-family="monospace" font-size="12" text-anchor="middle">',
        f"<title>{escape(model.name)}</title>",
    ]
    for box, x in zip(boxes, middles, strict=True):
        for other in box.above:
            bottom = tops[boxes[other].row] + (boxes[other].height or heights[boxes[other].row])
            parts.append(_curve(middles[other], bottom, x, tops[box.row]))
        if box.lines:
            parts += _drawn(box, x, tops[box.row])
        else:
            end = tops[box.row] + heights[box.row]
            parts.append(_curve(x, tops[box.row], x, end))
    return Picture("\n".join([*parts, "</svg>"]))


def _boxes(model, show_shapes, show_layer_names):
    """The boxes in the order of their rows; places for lines that pass a row among them."""
    graph, maker, boxes = model.graph, {}, []

    def text(layer, shape):
        name = f"{layer.name} ({layer.kind})" if show_layer_names else layer.kind
        return (name, *([_shown(shape)] if show_shapes else []))

    for place, entrance in zip(graph.starts, model.entrances, strict=True):
        maker[place] = len(boxes)
        boxes.append(Box(0, text(entrance, graph.shapes[place]), ()))
    for step in graph.steps:
        sources = list(dict.fromkeys(maker[place] for place in step.reads))
        row = 1 + max(boxes[source].row for source in sources)
        above = tuple(_led_down(boxes, source, row) for source in sources)
        for place in step.writes:
            maker[place] = len(boxes)
        shapes = [graph.shapes[place] for place in step.writes]
        boxes.append(Box(row, text(step.layer, shapes[0]), above))
    order = sorted(range(len(boxes)), key=lambda number: boxes[number].row)
    new = {old: number for number, old in enumerate(order)}
    return [boxes[old]._replace(above=tuple(new[a] for a in boxes[old].above)) for old in order]


def _led_down(boxes, source, row):
    """The box just above ``row`` from which the line of ``source`` comes: itself, or a place."""
    while boxes[source].row < row - 1:
        boxes.append(Box(boxes[source].row + 1, (), (source,)))
        source = len(boxes) - 1
    return source


def _middles(boxes):
    """Where each box stands: under the middle of what it reads, apart from its neighbours."""
    middles = [0.0] * len(boxes)
    for row in range(boxes[-1].row + 1):
        here = [number for number, box in enumerate(boxes) if box.row == row]
        wish = {n: _mean([middles[a] for a in boxes[n].above]) for n in here}
        # Places of passing lines keep to the right of the layers they pass.
        here.sort(key=lambda n: (wish[n], not boxes[n].lines, n))
        at = []
        for number in here:
            place = wish[number]
            if at:
                before = here[len(at) - 1]
                apart = (boxes[before].width + boxes[number].width) / 2 + GAP
                place = max(place, at[-1] + apart)
            at.append(place)
        shift = _mean([wish[n] - a for n, a in zip(here, at, strict=True)])
        for number, place in zip(here, at, strict=True):
            middles[number] = place + shift
    return middles


def _mean(numbers):
    return sum(numbers) / len(numbers) if numbers else 0.0


def _shown(shape):
    return f"({', '.join(map(str, shape))})"


def _drawn(box, x, top):
    yield (
        f'<rect x="{x - box.width / 2:.1f}" y="{top:.1f}" width="{box.width:.1f}" '
        f'height="{box.height}" rx="4" fill="#fff" stroke="#333"/>'
    )
    for number, line in enumerate(box.lines):
        yield f'<text x="{x:.1f}" y="{top + 16 + number * LINE:.1f}">{escape(line)}</text>'


def _curve(x, y, to_x, to_y):
    middle = (y + to_y) / 2
    return (
        f'<path d="M{x:.1f} {y:.1f} C{x:.1f} {middle:.1f} {to_x:.1f} {middle:.1f} '
        f'{to_x:.1f} {to_y:.1f}" fill="none" stroke="#333"/>'
    )

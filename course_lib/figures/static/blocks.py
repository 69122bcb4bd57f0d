"""Blocks of layers from top to bottom, side by side, with the way around them."""

from course_lib.figures.static.canvas import Drawing

__all__ = ["blocks", "readers"]

WIDE, HIGH, GAP, SIDE = 170, 30, 22, 34  # of a box; between boxes; room for the way around
TITLE = 26


def blocks(columns, notes=None):
    """Columns of layers, each from its input at the top to its output at the bottom.

    columns: {title: texts}, one text for a box; the text "+" is a sum, which the column's input
    reaches on a way around everything in between. notes: {title: texts} to stand on the arrows,
    one more than there are boxes, "" for none.
    """
    if not columns:
        raise ValueError("blocks: columns must have at least one column, got none.")
    longest = max(map(len, columns.values()))
    step = WIDE + 2 * SIDE + 20
    height = TITLE + (longest + 1) * GAP + longest * HIGH + 12
    drawing = Drawing(len(columns) * step, height)
    for number, (title, parts) in enumerate(columns.items()):
        own = (notes or {}).get(title, [""] * (len(parts) + 1))
        if len(own) != len(parts) + 1:
            raise ValueError(
                f"blocks: notes of {title!r} must be {len(parts) + 1} texts, one before each box "
                f"and one at the end, got {len(own)}."
            )
        _column(drawing, number * step + step / 2 - SIDE / 2, title, parts, own)
    return drawing


def _column(drawing, middle, title, parts, notes):
    drawing.text(middle, 10, title, "bold")
    y = TITLE
    for part, note in zip(parts, notes, strict=False):
        drawing.arrow(middle, y, middle, y + GAP)
        drawing.text(middle - 8, y + GAP / 2, note, "muted", anchor="end")
        y += GAP
        if part == "+":
            _sum(drawing, middle, y + HIGH / 2)
        else:
            drawing.rect(middle - WIDE / 2, y, WIDE, HIGH, "result", radius=5)
            drawing.text(middle, y + HIGH / 2, part)
        y += HIGH
    drawing.arrow(middle, y, middle, y + GAP)
    drawing.text(middle - 8, y + GAP / 2, notes[-1], "muted", anchor="end")


def _sum(drawing, middle, y):
    """A plus in a circle, and the way around from the column's input to it."""
    right, start = middle + WIDE / 2 + SIDE, TITLE + 6
    drawing.polyline([(middle, start), (right, start), (right, y), (middle + 18, y)], "guide")
    drawing.parts.append(
        f'<path class="head" d="M{middle + 13} {y} l9 -5 l0 10Z" style="fill:var(--accent)"/>'
    )
    drawing.parts.append(f'<circle class="window" cx="{middle}" cy="{y}" r="12"/>')
    drawing.text(middle, y, "+", "bold")


def readers(kinds, channels=8, cell=15):
    """Which channel each filter reads: a grid for each kind, filters down, channels across.

    kinds: {title: groups}, or {title: (groups, weights)} with a text for the weights of one cell.
    """
    side = channels * cell
    step = side + 40
    drawing = Drawing(len(kinds) * step + 30, side + 74)
    for number, (title, kind) in enumerate(kinds.items()):
        groups, weights = kind if isinstance(kind, tuple) else (kind, "")
        if channels % groups:
            raise ValueError(
                f"readers: groups must divide the {channels} channels, got {groups} for {title!r}."
            )
        x, y, share = 54 + number * step, 30, channels // groups
        drawing.text(x + side / 2, 12, title, "bold")
        for row in range(channels):
            for column in range(channels):
                read = row // share == column // share
                kind = "result" if read else "cell"
                drawing.rect(x + column * cell, y + row * cell, cell, cell, kind)
        drawing.text(x + side / 2, y + side + 14, "channels read", "muted")
        drawing.text(x + side / 2, y + side + 32, weights)
    drawing.text(4, 40, "filters", "muted", anchor="start")
    return drawing

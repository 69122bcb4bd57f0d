"""One axis of an image: where the windows stand, what padding adds, what the floor drops."""

from course_lib.figures.static.canvas import Drawing
from course_lib.figures.static.grids import MARGIN
from course_lib.shapes import dropped, output_size, padding_split

__all__ = ["along_axis"]

CELL, ROW, LABEL = 34, 26, 92


def along_axis(size, kernel_size, strides=1, padding="valid", dilation_rate=1):
    """The cells of an axis, and under them one bar for every window that fits.

    Cells of padding are dashed; cells that no window reaches are hatched.
    """
    arguments = (size, kernel_size, strides, padding, dilation_rate)
    outputs = int(output_size(*arguments))
    before, after = padding_split(*arguments).value
    lost = int(dropped(*arguments))
    unread = {before + size - 1 - place for place in range(lost)}
    total = before + size + after
    width = LABEL + total * CELL + 2 * MARGIN
    height = CELL + outputs * ROW + 2 * MARGIN + (ROW if lost else 0)
    drawing = Drawing(width, height)
    left, top = MARGIN + LABEL, MARGIN
    drawing.text(MARGIN, top + CELL / 2, "input", anchor="start")
    for place in range(total):
        inside = before <= place < before + size
        x = left + place * CELL
        drawing.rect(x, top, CELL, CELL, "cell" if inside else "pad")
        if place in unread:
            drawing.rect(x, top, CELL, CELL, "dropped")
        label = place - before + 1 if inside else 0
        drawing.text(x + CELL / 2, top + CELL / 2 + 1, label, "" if inside else "muted")
    for output in range(outputs):
        y = top + CELL + output * ROW
        drawing.text(MARGIN, y + ROW / 2, f"output {output + 1}", anchor="start")
        start = output * strides
        for tap in range(kernel_size):
            x = left + (start + tap * dilation_rate) * CELL
            drawing.rect(x + 2, y + 4, CELL - 4, ROW - 8, "window", radius=3)
    if lost:
        y = top + CELL + outputs * ROW + ROW / 2
        text = f"hatched: read by no window ({lost} of {size})"
        drawing.text(left + total * CELL, y, text, "warn", anchor="end")
    return drawing

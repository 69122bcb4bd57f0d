"""Heights that the page keeps free before a figure is drawn."""


def flow(grids, width, tile=36, smallest=24):
    """Height of grids of (rows, columns) cells that stand side by side and wrap, as panels do.

    ``tile`` is the largest size of a cell in pixels; a grid that is too wide gets smaller cells.
    A third number is the width of a long title.
    """
    total = at = tallest = 0
    for rows, cols, *title in grids:
        cell = min(tile, max(smallest, (width - 2) / cols))
        box_width, box_height = max(cell * cols, *(title or [95])), cell * rows + 27
        if at and at + box_width > width:
            total, at, tallest = total + tallest + 16, 0, 0
        at += box_width + 28
        tallest = max(tallest, box_height)
    return total + tallest

"""Which numbers share a mean, for each way of normalising."""

import numpy as np

from course_lib.figures.static.grids import Grid, equation

__all__ = ["shared_means"]


def shared_means(examples=4, channels=6, groups=3, cell=24):
    """A table of examples (rows) and channels (columns) for each way; every cell is a whole map.

    The maps that share a mean and a variance with the first one are marked.
    """
    if channels % groups:
        raise ValueError(
            f"shared_means: groups must divide the channels, got {groups} groups of {channels}."
        )
    empty = np.full((examples, channels), np.nan)
    sizes = {
        "batch": (examples, 1),
        "layer": (1, channels),
        "group": (1, channels // groups),
        "instance": (1, 1),
    }
    return equation(
        *(Grid(empty, name, window=(0, 0, *size), cell=cell) for name, size in sizes.items())
    )

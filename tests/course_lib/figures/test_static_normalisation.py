"""The marked maps are those whose change moves the first map's normalised values."""

import re

import numpy as np
import pytest

from course_lib import ops
from course_lib.figures.static.normalisation import shared_means

EXAMPLES, CHANNELS, GROUPS = 3, 4, 2
WAYS = {
    "batch": lambda x: ops.batch_normalization(x),
    "layer": lambda x: ops.group_normalization(x, groups=1),
    "group": lambda x: ops.group_normalization(x, groups=GROUPS),
    "instance": lambda x: ops.group_normalization(x, groups=CHANNELS),
}


def test_marked_maps_are_those_that_share_a_mean():
    drawing = shared_means(EXAMPLES, CHANNELS, GROUPS, cell=10).svg()
    kinds = re.findall(r'<rect class="(window|cell)"', drawing)
    tables = np.array(kinds).reshape(4, EXAMPLES, CHANNELS) == "window"
    rng = np.random.default_rng(0)
    x = rng.normal(size=(EXAMPLES, 5, 5, CHANNELS))
    for table, (name, normalise) in zip(tables, WAYS.items(), strict=True):
        for example in range(EXAMPLES):
            for channel in range(CHANNELS):
                moved = x.copy()
                moved[example, 1, 1, channel] += 1
                before, after = (normalise(a)[0, 0, 0, 0] for a in (x, moved))
                assert table[example, channel] == (before != after), (name, example, channel)


def test_groups_divide_the_channels():
    with pytest.raises(ValueError, match="groups must divide the channels, got 4 groups of 6"):
        shared_means(groups=4)

"""Chains of layers: sizes, fan-in and fan-out, fields and centres, against course_lib."""

import numpy as np

from course_lib import ops, shapes
from tests.course_lib.figures.javascript import call
from tests.course_lib.figures.test_parity import CASES, _rng


def _chains(name):
    """Input length and layers of random chains in which every window fits."""
    rng, made = _rng(name), []
    while len(made) < CASES:
        length = int(rng.integers(4, 29))
        layers = [
            {
                "kind": "conv",
                "kernel": int(rng.integers(1, 6)),
                "stride": int(rng.integers(1, 4)),
                "dilation": int(rng.integers(1, 4)),
                "padding": str(rng.choice(["valid", "same"])),
            }
            for _ in range(rng.integers(1, 5))
        ]
        try:
            _lengths(length, layers)
        except ValueError:
            continue
        made.append([length, layers])
    return made


def _lengths(length, layers):
    sizes = [length]
    for layer in layers:
        size = shapes.output_size(
            sizes[-1], layer["kernel"], layer["stride"], layer["padding"], layer["dilation"]
        )
        sizes.append(size.value)
    return sizes


def _reads(sizes, layers):
    """For every layer, a matrix (outputs, inputs) of ones where an output reads an input."""
    found = []
    for inputs, layer in zip(sizes, layers, strict=False):
        size, kernel, dilation = inputs, layer["kernel"], layer["dilation"]
        before, after = shapes.padding_split(
            size, kernel, layer["stride"], layer["padding"], dilation
        ).value
        padded = np.pad(np.eye(size), ((before, after), (0, 0)))[None]
        # each input in its own channel: a convolution with ones says who reads it
        everyone = np.eye(size)[None].repeat(kernel, 0)
        outputs = ops.conv(padded, everyone, dilation_rate=dilation)  # at every place
        found.append(outputs[0, :: layer["stride"]] > 0)
    return found


def test_lengths_of_chains(tmp_path):
    cases = _chains("lengths")
    expected = [_lengths(*case) for case in cases]
    assert call("chain.js", "chainSizes", cases, tmp_path) == expected


def test_fan_in_and_fan_out(tmp_path):
    """Products of the read matrices, down to the input and up to the last layer."""
    rng, cases, expected_in, expected_out = _rng("fans"), [], [], []
    for length, layers in _chains("fans"):
        sizes = _lengths(length, layers)
        level = int(rng.integers(0, len(sizes)))
        index = int(rng.integers(0, sizes[level]))
        cases.append([sizes, layers, level, index])
        reads = _reads(sizes, layers)
        down, up = [[] for _ in sizes], [[] for _ in sizes]
        here = np.arange(sizes[level]) == index
        cells = here
        for at in range(level, -1, -1):
            down[at] = np.flatnonzero(cells).tolist()
            cells = cells @ reads[at - 1] if at else cells
        cells = here
        for at in range(level, len(sizes)):
            up[at] = np.flatnonzero(cells).tolist()
            cells = reads[at] @ cells if at < len(reads) else cells
        expected_in.append(down)
        expected_out.append(up)
    assert call("chain.js", "fanIn", cases, tmp_path) == expected_in
    assert call("chain.js", "fanOut", cases, tmp_path) == expected_out


def test_field_rows(tmp_path):
    cases = _chains("rows")
    for (_, layers), rows in zip(
        cases, call("chain.js", "fieldRows", [[c[1]] for c in cases], tmp_path), strict=True
    ):
        field = shapes.receptive_field([(c["kernel"], c["stride"], c["dilation"]) for c in layers])
        assert [row.pop("step") for row in rows] == field.steps
        assert rows == [{k: row[k] for k in ("size", "jump", "start")} for row in field.rows]


def test_centres_of_cells(tmp_path):
    """A cell lies over the middle of its window; the first level lies at 0.5, 1.5, ..."""
    cases = [[_lengths(*case), case[1]] for case in _chains("centres")]
    for (sizes, layers), places in zip(
        cases, call("receptive_field.js", "centres", cases, tmp_path), strict=True
    ):
        expected = np.arange(sizes[0]) + 0.5
        np.testing.assert_allclose(places[0], expected)
        step = 1.0
        for level, layer in enumerate(layers, 1):
            before = shapes.padding_split(
                sizes[level - 1],
                layer["kernel"],
                layer["stride"],
                layer["padding"],
                layer["dilation"],
            )[0]
            middle = layer["dilation"] * (layer["kernel"] - 1) / 2 - before
            first = expected[0] + middle * step
            expected = first + step * layer["stride"] * np.arange(sizes[level])
            step *= layer["stride"]
            np.testing.assert_allclose(places[level], expected)

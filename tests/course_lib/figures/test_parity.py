"""The figures' shared arithmetic, and its text, against course_lib and NumPy, on random cases."""

import re
from math import ceil, floor

import numpy as np
import pytest

from course_lib import ops, shapes
from tests.course_lib.figures.javascript import call

CASES = 240


def _rng(name):
    return np.random.default_rng(sum(map(ord, name)))


def _grid(rng, rows, cols):
    return np.round(rng.normal(0, 4, (rows, cols)), 2)


def _padding(rng):
    return ["valid", "same", int(rng.integers(0, 4)), [int(v) for v in rng.integers(0, 4, 2)]][
        rng.integers(4)
    ]


def _python(padding):
    return tuple(padding) if isinstance(padding, list) else padding


def _axis(rng):
    """Size, kernel, stride, padding, dilation of one axis that has at least one window."""
    while True:
        case = [int(rng.integers(1, 20)), int(rng.integers(1, 6)), int(rng.integers(1, 5))]
        case += [_padding(rng), int(rng.integers(1, 4))]
        size, kernel, _, padding, dilation = case
        room = size + sum(padding if isinstance(padding, list) else [0])
        room += 2 * padding if isinstance(padding, int) else 0
        if padding == "same" or room >= dilation * (kernel - 1) + 1:
            return case


def _split(case):
    size, kernel, stride, padding, dilation = case
    return list(shapes.padding_split(size, kernel, stride, _python(padding), dilation).value)


def _size(case):
    size, kernel, stride, padding, dilation = case
    return shapes.output_size(size, kernel, stride, _python(padding), dilation).value


def _counts(case):
    """Windows that read each padded cell: the gradient of a sum of windows of ones."""
    size, kernel, stride, _, dilation = case
    counts = np.zeros(size + sum(_split(case)), int)
    for start in range(0, stride * _size(case), stride):
        counts[start : start + dilation * (kernel - 1) + 1 : dilation] += 1
    return counts


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        ("paddingSplit", _split),
        ("outputSize", _size),
        ("readCounts", lambda case: _counts(case).tolist()),
        (
            "droppedCells",
            lambda case: int(
                len(_counts(case)) - (_size(case) - 1) * case[2] - case[4] * (case[1] - 1) - 1
            ),
        ),
    ],
)
def test_rules_of_one_axis(function, expected, tmp_path):
    rng = _rng(function)
    cases = [_axis(rng) for _ in range(CASES)]
    for case, got in zip(cases, call("numbers.js", function, cases, tmp_path), strict=True):
        assert got == expected(case), case


def test_no_window_is_size_zero(tmp_path):
    assert call("numbers.js", "outputSize", [[2, 3, 1, "valid", 1]], tmp_path) == [0]


def test_kernel_span(tmp_path):
    rng = _rng("span")
    cases = rng.integers(1, 9, (CASES, 2)).tolist()
    for (size, dilation), got in zip(
        cases, call("numbers.js", "spanOf", cases, tmp_path), strict=True
    ):
        spread = np.zeros(dilation * size)
        spread[::dilation] = 1
        assert got == np.flatnonzero(spread)[-1] + 1


def _numbers_in(line):
    """The values of an arithmetic chain ``a = b = c``, as Python computes them."""
    text = line.translate(str.maketrans({"\u2212": "-", "·": "*", "×": "*"}))
    if ":" in text and not text.split(":")[1].strip().endswith("after"):
        text = text.split(":", 1)[1]
    parts = [re.sub(r":.*", "", part) for part in text.split("=")]
    names = {"floor": floor, "ceil": ceil, "max": max}
    return [eval(part, names) for part in parts if re.search(r"\d", part)]


def test_arithmetic_of_an_axis_is_true(tmp_path):
    rng = _rng("lines")
    axes = [_axis(rng) for _ in range(CASES)]
    results = call("numbers.js", "axisLines", [["rows", *case] for case in axes], tmp_path)
    for case, lines in zip(axes, results, strict=True):
        for line in lines:
            values = _numbers_in(line.replace("rows: ", "").replace("kernel span", ""))
            assert len(set(values)) == 1, line
            if line.strip().startswith(("zeros", "rows: zeros")):
                assert "{}, {} before, {} after".format(values[0], *_split(case)) in line.replace(
                    ":", ","
                )
            if re.match(r"(rows: |  )floor", line):
                assert values[-1] == _size(case)
            if "dropped" in line:
                windows = call_dropped(case)
                assert values[-1] == windows > 0


def call_dropped(case):
    return len(_counts(case)) - ((_size(case) - 1) * case[2] + case[4] * (case[1] - 1) + 1)


def _plane(rng, distinct=False):
    """Image, kernel and options in two axes, with at least one window."""
    axes = [_axis(rng), _axis(rng)]
    for axis in axes:
        axis[0] = min(axis[0], 10)
        axis[1] = min(axis[1], 3, axis[0])
        axis[4] = 1 if axis[4] * (axis[1] - 1) + 1 > axis[0] else axis[4]
    rows, cols = axes
    image = _grid(rng, rows[0], cols[0])
    if distinct:
        image = np.arange(image.size, dtype=float).reshape(image.shape)
    options = {
        "strides": [rows[2], cols[2]],
        "padding": [rows[3], cols[3]],
        "dilation": [rows[4], cols[4]],
    }
    return image, _grid(rng, rows[1], cols[1]), options, axes


def _conv(image, kernel, axes):
    """The map of ``course_lib.ops``, every axis padded by its own rule first.

    All places of a dilated kernel, then every s-th of them: an operation takes only one of both.
    """
    padded = np.pad(image, [_split(axis) for axis in axes])
    out = ops.conv(
        padded[None, :, :, None],
        np.asarray(kernel, float)[:, :, None, None],
        dilation_rate=(axes[0][4], axes[1][4]),
    )
    return out[0, :: axes[0][2], :: axes[1][2], 0]


def _planes(name, **kind):
    rng = _rng(name)
    return rng, [_plane(rng, **kind) for _ in range(CASES)]


def test_convolution(tmp_path):
    _, planes = _planes("conv2d")
    cases = [[x.tolist(), w.tolist(), options] for x, w, options, _ in planes]
    for (x, w, _, axes), got in zip(
        planes, call("numbers.js", "conv2d", cases, tmp_path), strict=True
    ):
        np.testing.assert_allclose(got, _conv(x, w, axes), atol=1e-9)


def test_padded_image(tmp_path):
    _, planes = _planes("pad")
    cases = [[x.tolist(), [_split(a) for a in axes], 7] for x, _, _, axes in planes]
    for case, got in zip(cases, call("numbers.js", "padImage", cases, tmp_path), strict=True):
        np.testing.assert_array_equal(got, np.pad(case[0], case[1], constant_values=7))


def test_geometry_of_two_axes(tmp_path):
    _, planes = _planes("geometry")
    cases = [[list(x.shape), list(w.shape), options] for x, w, options, _ in planes]
    for (_, _, options, axes), got in zip(
        planes, call("numbers.js", "geometry", cases, tmp_path), strict=True
    ):
        assert got["pads"] == [_split(a) for a in axes]
        assert got["output"] == [_size(a) for a in axes]
        assert got["dropped"] == [call_dropped(a) for a in axes]
        assert (got["strides"], got["dilation"]) == (options["strides"], options["dilation"])


def test_products_of_a_window(tmp_path):
    rng, planes = _planes("products")
    places = [[int(rng.integers(_size(a))) for a in axes] for *_, axes in planes]
    cases = [
        [x.tolist(), w.tolist(), options, *at]
        for (x, w, options, _), at in zip(planes, places, strict=True)
    ]
    results = call("numbers.js", "windowProducts", cases, tmp_path)
    for (x, w, _, axes), (i, j), got in zip(planes, places, results, strict=True):
        padded = np.pad(x, [_split(a) for a in axes])
        (_, kh, sh, _, dh), (_, kw, sw, _, dw) = axes
        window = padded[i * sh :: dh, j * sw :: dw][:kh, :kw]
        assert [t["pixel"] for t in got["terms"]] == window.ravel().tolist()
        assert [t["weight"] for t in got["terms"]] == w.ravel().tolist()
        np.testing.assert_allclose(got["sum"], _conv(x, w, axes)[i, j], atol=1e-9)


def test_outputs_that_read_a_pixel(tmp_path):
    rng, planes = _planes("readers")
    places = [[int(rng.integers(n)) for n in x.shape] for x, *_ in planes]
    cases = [
        [list(x.shape), list(w.shape), options, *at]
        for (x, w, options, _), at in zip(planes, places, strict=True)
    ]
    results = call("numbers.js", "readersOf", cases, tmp_path)
    for (x, w, _, axes), (r, c), got in zip(planes, places, results, strict=True):
        lone = np.zeros_like(x)
        lone[r, c] = 1
        number = 1 + np.arange(w.size, dtype=float).reshape(w.shape)  # which weight read it
        expected = _conv(lone, number, axes)
        readers = np.zeros_like(expected)
        for one in got:
            readers[one["i"], one["j"]] = number[one["a"], one["b"]]
        np.testing.assert_array_equal(readers, expected)


def test_inputs_that_a_weight_multiplies(tmp_path):
    rng, planes = _planes("inputs", distinct=True)
    places = [[int(rng.integers(n)) for n in w.shape] for _, w, *_ in planes]
    cases = [
        [list(x.shape), list(w.shape), options, *at]
        for (x, w, options, _), at in zip(planes, places, strict=True)
    ]
    results = call("numbers.js", "inputsOf", cases, tmp_path)
    for (x, w, _, axes), at, got in zip(planes, places, results, strict=True):
        lone = np.zeros_like(w)
        lone[tuple(at)] = 1
        value = [
            x[one["r"], one["c"]]
            if 0 <= one["r"] < x.shape[0] and 0 <= one["c"] < x.shape[1]
            else 0
            for one in got
        ]
        np.testing.assert_array_equal(value, _conv(x, lone, axes).ravel())


def test_text_of_the_products_is_true(tmp_path):
    rng, planes = _planes("text")
    terms = [
        [[{"pixel": p, "weight": q} for p, q in zip(x.ravel(), w.ravel(), strict=False)]]
        for x, w, *_ in planes
    ]
    cases = [
        [row[0], sum(t["pixel"] * t["weight"] for t in row[0]), int(rng.integers(1, 4))]
        for row in terms
    ]
    for case, text in zip(
        cases, call("convolution_stepper.js", "productLines", cases, tmp_path), strict=True
    ):
        left, right = _numbers_in(text.replace("\n", " ").replace("≈", "="))
        assert ("≈" in text) == (abs(left - right) > 1e-9), text
        assert abs(right - case[1]) <= 0.005 + 1e-9
        assert text.count("×") == len(case[0])
    axes = [_axis(rng) for _ in range(CASES)]
    cases = [[a[0], a[4] * (a[1] - 1) + 1, a[2], _split(a), _size(a)] for a in axes]
    for text in call("convolution_stepper.js", "sizeLine", cases, tmp_path):
        assert len(set(_numbers_in(text))) == 1, text

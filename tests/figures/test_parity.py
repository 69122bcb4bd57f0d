"""Every computation of the figures' JavaScript against course_lib and NumPy, on random cases."""

import re
from math import ceil, floor

import numpy as np
import pytest

from course_lib import ops, shapes
from tests.figures.javascript import call

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
    """The map of ``course_lib.ops``, every axis padded by its own rule first."""
    padded = np.pad(image, [_split(axis) for axis in axes])
    out = ops.conv(
        padded[None, :, :, None],
        np.asarray(kernel, float)[:, :, None, None],
        strides=(axes[0][2], axes[1][2]),
        dilation_rate=(axes[0][4], axes[1][4]),
    )
    return out[0, :, :, 0]


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


# ---------------------------------------------------------------- pixel matcher


def _signs(rng, *shape):
    return rng.choice([-1.0, 1.0], shape)


def test_literal_match(tmp_path):
    rng = _rng("literal")
    cases = [_signs(rng, 2, *rng.integers(1, 10, 2)).tolist() for _ in range(CASES)]
    for (a, b), got in zip(
        cases, call("pixel_matcher.js", "literalMatch", cases, tmp_path), strict=True
    ):
        equal = np.equal(a, b)
        assert got == {
            "equal": equal.tolist(),
            "count": int(equal.sum()),
            "total": int(equal.size),
        }


def test_scores_and_best_match(tmp_path):
    rng = _rng("scores")
    cases = [[_signs(rng, 9, 9).tolist(), _signs(rng, 3, 3).tolist()] for _ in range(CASES)]
    for case in cases[:80]:  # some pictures hold the piece exactly
        case[0][2][1:4], case[0][3][1:4], case[0][4][1:4] = case[1]
    maps = call("pixel_matcher.js", "scoreMap", cases, tmp_path)
    for (picture, piece), got in zip(cases, maps, strict=True):
        windows = np.lib.stride_tricks.sliding_window_view(np.array(picture), (3, 3))
        np.testing.assert_allclose(got, (windows * piece).mean((2, 3)), atol=1e-12)
    best = call("pixel_matcher.js", "bestMatch", [[one] for one in maps], tmp_path)
    for scores, got in zip(map(np.array, maps), best, strict=True):
        r, c = np.unravel_index(scores.argmax(), scores.shape)
        exact = int(np.isclose(scores, 1).sum())
        assert got == {"best": scores.max(), "r": r, "c": c, "exact": exact}
    assert sum(one["exact"] > 0 for one in best) >= 80


# ---------------------------------------------------------------- channels and filters


def _volumes(name):
    rng = _rng(name)
    for _ in range(CASES):
        h, w, c, k = rng.integers(3, 8), rng.integers(3, 8), rng.integers(1, 5), rng.integers(1, 5)
        kh, kw = rng.integers(1, 4, 2)
        image = np.round(rng.normal(0, 5, (h, w, c)), 2)
        filters = np.round(rng.normal(0, 2, (kh, kw, c, k)), 2)
        yield image, filters, np.round(rng.normal(0, 1, k), 2), int(rng.integers(k))


def test_maps_of_a_layer(tmp_path):
    volumes = list(_volumes("maps"))
    relu = [bool(i % 2) for i in range(CASES)]
    cases = [
        [x.tolist(), w.tolist(), b.tolist(), k, {"relu": on}]
        for (x, w, b, k), on in zip(volumes, relu, strict=True)
    ]
    results = call("channels_and_filters.js", "filterMap", cases, tmp_path)
    for (x, w, b, k), on, got in zip(volumes, relu, results, strict=True):
        expected = ops.conv(x[None], w)[0] + b
        np.testing.assert_allclose(got, (ops.relu(expected) if on else expected)[..., k], atol=1e-9)


def test_partial_maps_and_slices(tmp_path):
    volumes = list(_volumes("partial"))
    module = "channels_and_filters.js"
    partial = call(
        module, "partialMaps", [[x.tolist(), w.tolist(), k] for x, w, _, k in volumes], tmp_path
    )
    for (x, w, _, k), got in zip(volumes, partial, strict=True):
        alone = [
            ops.conv(x[None, :, :, c : c + 1], w[:, :, c : c + 1])[0, ..., k]
            for c in range(x.shape[2])
        ]
        np.testing.assert_allclose(got, alone, atol=1e-9)
    slices = call(module, "sliceOf", [[w.tolist(), 0, k] for _, w, _, k in volumes], tmp_path)
    planes = call(
        module, "channelOf", [[x.tolist(), x.shape[2] - 1] for x, *_ in volumes], tmp_path
    )
    counts = call(module, "parameters", [[w.tolist()] for _, w, *_ in volumes], tmp_path)
    for (x, w, _, k), piece, plane, count in zip(volumes, slices, planes, counts, strict=True):
        np.testing.assert_array_equal(piece, w[:, :, 0, k])
        np.testing.assert_array_equal(plane, x[:, :, -1])
        kh, kw, channels, filters = w.shape
        assert count == shapes.conv_parameters((kh, kw), channels, filters).value


# ---------------------------------------------------------------- pooling


def _pools(name):
    rng = _rng(name)
    for _ in range(CASES):
        shape = rng.integers(4, 9, 2)
        image = rng.integers(0, 10, shape).astype(float)  # ties happen, as in real maps
        pool, strides = rng.integers(1, 5, (2, 2)).tolist()
        yield image, pool, strides, ["valid", "same"][rng.integers(2)]


def test_pooled_maps_and_winners(tmp_path):
    for mode, op in (("max", ops.max_pool), ("average", ops.average_pool)):
        pools = list(_pools(mode))
        cases = [
            [x.tolist(), pool, {"strides": strides, "padding": padding}, mode]
            for x, pool, strides, padding in pools
        ]
        results = call("pooling.js", "pool", cases, tmp_path)
        for (x, pool, strides, padding), got in zip(pools, results, strict=True):
            expected = op(x[None, :, :, None], tuple(pool), tuple(strides), padding)[0, :, :, 0]
            values = [[one["value"] for one in line] for line in got]
            np.testing.assert_allclose(values, expected, rtol=1e-12)
            for i, line in enumerate(got):
                for j, one in enumerate(line):
                    if mode == "average":
                        assert one["winner"] is None
                        continue
                    rows, cols = _cells(x.shape, pool, strides, padding, i, j)
                    window = x[np.ix_(rows, cols)]
                    a, b = np.unravel_index(window.argmax(), window.shape)
                    assert (one["winner"]["r"], one["winner"]["c"]) == (rows[a], cols[b])


def _cells(shape, pool, strides, padding, i, j):
    """Rows and columns of the image inside window (i, j)."""
    found = []
    for axis, at in enumerate((i, j)):
        before, _ = shapes.padding_split(shape[axis], pool[axis], strides[axis], padding).value
        start = at * strides[axis] - before
        found.append([n for n in range(start, start + pool[axis]) if 0 <= n < shape[axis]])
    return found


def test_cells_of_a_pooling_window(tmp_path):
    pools = [p for p in _pools("cells") if p[3] == "same" or max(p[1]) <= min(p[0].shape)]
    cases = [
        [x.tolist(), pool, {"strides": strides, "padding": padding}, 0, 0]
        for x, pool, strides, padding in pools
    ]
    assert len(cases) >= 200
    results = call("pooling.js", "windowCells", cases, tmp_path)
    for (x, pool, strides, padding), got in zip(pools, results, strict=True):
        rows, cols = _cells(x.shape, pool, strides, padding, 0, 0)
        assert [(one["r"], one["c"]) for one in got] == [(r, c) for r in rows for c in cols]
        assert [one["value"] for one in got] == x[np.ix_(rows, cols)].ravel().tolist()
    averages = call("pooling.js", "poolCells", [[got, "average"] for got in results], tmp_path)
    np.testing.assert_allclose(
        [one["value"] for one in averages],
        [np.mean([cell["value"] for cell in got]) for got in results],
    )


def test_shift_by_one_pixel(tmp_path):
    rng = _rng("shift")
    images = [rng.integers(0, 4, rng.integers(2, 9, 2)).astype(float) for _ in range(CASES)]
    moves = rng.integers(-1, 2, (CASES, 2)).tolist()
    cases = [[x.tolist(), *move] for x, move in zip(images, moves, strict=True)]
    results = call("pooling.js", "shifted", cases, tmp_path)
    for x, (down, right), got in zip(images, moves, results, strict=True):
        bordered = np.pad(x, 1, mode="edge")
        rows, cols = x.shape
        np.testing.assert_array_equal(
            got, bordered[1 - down : 1 - down + rows, 1 - right : 1 - right + cols]
        )
    pairs = [[x.tolist(), got] for x, got in zip(images, results, strict=True)]
    for (x, got), count in zip(pairs, call("pooling.js", "changes", pairs, tmp_path), strict=True):
        assert count == (np.array(x) != got).sum()


# ---------------------------------------------------------------- kit


def test_resampled_picture(tmp_path):
    """The mean under each target cell, as a product of two overlap matrices."""
    rng = _rng("resample")

    def overlap(size, cells):
        edges = np.linspace(0, size, cells + 1)
        low = np.maximum(edges[:-1, None], np.arange(size))
        high = np.minimum(edges[1:, None], np.arange(size) + 1)
        part = np.maximum(high - low, 0)
        return part / part.sum(1, keepdims=True)

    images = [rng.random(rng.integers(1, 20, 2)) for _ in range(CASES)]
    sizes = rng.integers(1, 12, (CASES, 2)).tolist()
    cases = [[x.tolist(), *size] for x, size in zip(images, sizes, strict=True)]
    results = call("kit.js", "resample", cases, tmp_path)
    for x, (rows, cols), got in zip(images, sizes, results, strict=True):
        expected = overlap(x.shape[0], rows) @ x @ overlap(x.shape[1], cols).T
        np.testing.assert_allclose(got, expected, atol=1e-9)


def test_dab_of_the_pen(tmp_path):
    rng = _rng("dab")
    cases = []
    for i in range(CASES):
        values = rng.random(rng.integers(1, 12, 2))
        y, x = rng.random(2) * values.shape
        cases.append([values.tolist(), y, x, rng.random() * 2, bool(i % 3)])
    for (values, y, x, radius, on), got in zip(
        cases, call("kit/drawing.js", "dab", cases, tmp_path), strict=True
    ):
        rows, cols = np.indices(np.shape(values)) + 0.5
        ink = np.clip(radius + 0.5 - np.hypot(rows - y, cols - x), 0, 1)
        np.testing.assert_allclose(
            got, np.maximum(values, ink) if on else np.minimum(values, 1 - ink), atol=1e-12
        )


def test_tint_of_a_value(tmp_path):
    rng = _rng("tint")
    values = np.round(rng.normal(0, 3, CASES), 1)
    limits = rng.integers(0, 5, CASES).tolist()
    tints = [[True, "ink", False][i % 3] for i in range(CASES)]
    cases = [list(case) for case in zip(values.tolist(), limits, tints, strict=True)]
    for (value, limit, tint), (sign, strength) in zip(
        cases, call("kit/grid.js", "tintOf", cases, tmp_path), strict=True
    ):
        plain = not value or not limit or tint is False or (tint == "ink" and value < 0)
        assert strength == (0 if plain else min(1, abs(value) / limit))
        name = "ink" if tint == "ink" else "pos" if value > 0 else "neg"
        assert sign == ("zero" if plain else name)

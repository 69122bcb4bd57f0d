"""Pixel matcher, channels, pooling and kit against course_lib and NumPy, on random cases."""

import numpy as np

from course_lib import ops, shapes
from tests.course_lib.figures.javascript import call
from tests.course_lib.figures.test_parity import CASES, _rng

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

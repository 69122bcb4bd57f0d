"""The playground's network, the units it takes apart, and drawings, against NumPy."""

import base64

import numpy as np
import pytest

from course_lib import ops, shapes
from course_lib.datasets import mnist
from course_lib.figures.interactive import digit_playground
from tests.course_lib.figures.javascript import call
from tests.course_lib.figures.test_parity import CASES, _rng

RUNNER = "../../../tests/course_lib/js/digit_runner.mjs"


def _listed(values):
    """A typed array as JSON.stringify writes it, as a list."""
    return list(values.values()) if isinstance(values, dict) else values


@pytest.fixture(scope="module")
def network():
    """Random weights of the right shapes: (packed, what the page unpacks)."""
    rng = np.random.default_rng(8)
    arrays = [
        rng.normal(0, 1 / np.sqrt(np.prod(shape[:-1])), shape)
        if len(shape) > 1
        else rng.normal(0, 0.1, shape)
        for shape in digit_playground.SHAPES
    ]
    packed = digit_playground.pack(arrays)
    return packed, digit_playground.unpack(packed)


@pytest.fixture(scope="module")
def digits():
    """220 sample digits and 20 pictures of noise, as bytes."""
    images = mnist.load_sample()[1][0][:: 1000 // 220][:220]
    noise = np.random.default_rng(9).integers(0, 256, (20, 28, 28), dtype=np.uint8)
    return np.concatenate([images, noise])


def _bytes(array):
    return base64.b64encode(np.ascontiguousarray(array).tobytes()).decode("ascii")


def test_half_precision_of_all_bit_patterns(tmp_path):
    bits = np.arange(2**16, dtype=np.uint16)
    want = bits.view(np.float16).astype(np.float64)
    finite = np.isfinite(want)
    got = call("digit_network.js", "halfToFloat", [[int(b)] for b in bits[finite]], tmp_path)
    np.testing.assert_array_equal(got, want[finite])


def test_weights_arrive_unchanged(network, tmp_path):
    packed, arrays = network
    (got,) = call(RUNNER, "weights", [[packed]], tmp_path)
    for array, values in zip(arrays, got, strict=True):
        np.testing.assert_array_equal(array.ravel(), np.float32(values))
    assert len(packed) < 200_000


def test_forward_pass(network, digits, tmp_path):
    packed, arrays = network
    outputs = digit_playground.forward(digits / np.float32(255), arrays)
    cases = [[packed, _bytes(image)] for image in digits]
    assert len(cases) >= 200
    results = [
        call(RUNNER, "projections", cases[at : at + 60], tmp_path)
        for at in range(0, len(cases), 60)
    ]
    for i, got in enumerate(result for part in results for result in part):
        for layer, found in zip(outputs, got["layers"], strict=False):
            values = layer[i].astype(np.float64).ravel()
            wave = np.cos(np.arange(values.size))
            np.testing.assert_allclose(
                found, values @ wave, atol=1e-4 * np.abs(values).sum() + 1e-4
            )
        np.testing.assert_allclose(got["sums"], outputs[4][i], rtol=1e-4, atol=1e-4)
        np.testing.assert_allclose(got["probabilities"], outputs[5][i], atol=1e-5)


def test_units_taken_apart(network, digits, tmp_path):
    packed, arrays = network
    outputs = digit_playground.forward(digits[:1] / np.float32(255), arrays)
    rng, sizes = _rng("units"), [(32, 26), (32, 13), (64, 11), (64, 5), (10, 1)]
    units = []
    for i in range(CASES):
        maps, size = sizes[i % 5]
        units.append([i % 5, int(rng.integers(maps)), *(int(v) for v in rng.integers(0, size, 2))])
    (found,) = call(RUNNER, "parts", [[packed, _bytes(digits[0]), units]], tmp_path)
    below = [digits[0][..., None] / np.float32(255), *(layer[0] for layer in outputs[:3])]
    for (layer, unit, row, column), got in zip(units, found, strict=True):
        if layer == 4:
            values = (outputs[3][0] * arrays[4][:, unit].reshape(5, 5, 64)).sum((0, 1))
            np.testing.assert_allclose([c["sum"] for c in got["channels"]], values, atol=1e-4)
            np.testing.assert_allclose(got["sum"], outputs[4][0, unit], atol=1e-3)
            np.testing.assert_allclose(got["value"], outputs[5][0, unit], atol=1e-5)
            continue
        value = outputs[layer][0, row, column, unit]
        np.testing.assert_allclose(got["value"], value, atol=1e-4)
        if layer in (1, 3):
            window = below[layer][2 * row : 2 * row + 2, 2 * column : 2 * column + 2, unit]
            np.testing.assert_allclose(got["values"], window, atol=1e-5)
            assert window[tuple(got["winner"])] == window.max()
            continue
        window, kernel = below[layer][row : row + 3, column : column + 3], arrays[layer][..., unit]
        for channel in got["channels"]:
            k = channel["channel"]
            np.testing.assert_allclose(channel["values"], window[..., k], atol=1e-5)
            np.testing.assert_array_equal(np.float32(channel["filter"]), kernel[..., k])
            np.testing.assert_allclose(
                channel["sum"], (window[..., k] * kernel[..., k]).sum(), atol=1e-4
            )
        np.testing.assert_allclose(got["sum"], (window * kernel).sum() + got["bias"], atol=1e-3)


def test_field_of_a_unit(tmp_path):
    field = shapes.receptive_field([3, (2, 2), 3, (2, 2)])
    rng = _rng("field")
    cases = [[int(rng.integers(4)), *(int(v) for v in rng.integers(0, 5, 2))] for _ in range(CASES)]
    for (layer, row, column), got in zip(
        cases, call("digit_network.js", "unitField", cases, tmp_path), strict=True
    ):
        size, jump = field.rows[layer]["size"], field.rows[layer]["jump"]
        assert got == [row * jump, column * jump, size, size]


@pytest.mark.parametrize(
    "name", ["convForward", "poolForward", "denseForward", "softmaxForward", "reluForward"]
)
def test_layers_of_the_network(name, tmp_path):
    rng, cases, expected = _rng(name), [], []
    for _ in range(CASES):
        rows, columns, inputs, filters, k = (int(v) for v in rng.integers(1, 6, 5))
        rows, columns = rows + k, columns + k
        x = np.round(np.maximum(rng.normal(0, 1, (rows, columns, inputs)), 0), 2)
        bias = np.round(rng.normal(0, 1, filters), 2)
        flat = x.ravel().tolist()
        if name == "convForward":
            kernel = np.round(rng.normal(0, 1, (k, k, inputs, filters)), 2)
            cases.append([flat, rows, columns, inputs, kernel.ravel().tolist(), bias.tolist(), k])
            expected.append(ops.conv(x[None], kernel) + bias)
        elif name == "poolForward":
            cases.append([flat, rows, columns, inputs])
            expected.append(ops.max_pool(x[None], 2))
        elif name == "denseForward":
            kernel = np.round(rng.normal(0, 1, (x.size, filters)), 2)
            cases.append([flat, kernel.ravel().tolist(), bias.tolist()])
            expected.append(x.ravel() @ kernel + bias)
        else:
            values = np.round(rng.normal(0, 20, filters + 1), 2)
            cases.append([values.tolist()])
            expected.append((ops.softmax if name == "softmaxForward" else ops.relu)(values))
    for got, want in zip(call("digit_network.js", name, cases, tmp_path), expected, strict=True):
        np.testing.assert_allclose(_listed(got), np.ravel(want), rtol=1e-5, atol=1e-5)


def _centred(drawing):
    """What `centreDigit` does, by NumPy: box, mean over areas, centre of mass."""
    inked = drawing > 0.05
    image = np.zeros((28, 28))
    if not inked.any():
        return image
    rows, columns = np.flatnonzero(inked.any(1)), np.flatnonzero(inked.any(0))
    ink = drawing[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    scale = 20 / max(ink.shape)
    sizes = [max(1, int(np.floor(n * scale + 0.5))) for n in ink.shape]
    small = _overlap(ink.shape[0], sizes[0]) @ ink @ _overlap(ink.shape[1], sizes[1]).T
    middle = [
        (np.indices(small.shape)[axis] + 0.5).ravel() @ small.ravel() / small.sum()
        for axis in (0, 1)
    ]
    shift = [
        int(np.clip(np.floor(14.5 + 1e-9 - m), 0, 28 - n))
        for m, n in zip(middle, sizes, strict=True)
    ]
    image[shift[0] : shift[0] + sizes[0], shift[1] : shift[1] + sizes[1]] = small
    return image


def _overlap(size, cells):
    edges = np.linspace(0, size, cells + 1)
    part = np.minimum(edges[1:, None], np.arange(size) + 1) - np.maximum(
        edges[:-1, None], np.arange(size)
    )
    part = np.maximum(part, 0)
    return part / part.sum(1, keepdims=True)


def test_drawings_are_centred_like_mnist(tmp_path):
    rng, drawings = _rng("centre"), []
    for i in range(CASES):
        side = int(rng.integers(8, 33))
        drawing = np.zeros((side, side))
        for _ in range(rng.integers(0 if i % 20 == 0 else 1, 5)):  # a few strokes, or none
            r, c, high, wide = rng.integers(0, side, 4)
            part = drawing[r : r + high % 9 + 1, c : c + wide % 9 + 1]
            part[:] = np.round(rng.random(part.shape), 3)
        drawings.append(drawing)
    cases = [[d.ravel().tolist(), len(d)] for d in drawings]
    for drawing, got in zip(
        drawings, call("digit_network.js", "centreDigit", cases, tmp_path), strict=True
    ):
        np.testing.assert_allclose(_listed(got), _centred(drawing).ravel(), atol=1e-6)


def test_box_of_the_ink(tmp_path):
    rng = _rng("box")
    drawings = [np.round(rng.random((12, 12)) ** 30, 3) for _ in range(CASES)]
    cases = [[d.ravel().tolist(), 12] for d in drawings]
    for drawing, got in zip(
        drawings, call("digit_network.js", "inkBox", cases, tmp_path), strict=True
    ):
        rows, columns = np.nonzero(drawing > 0.05)
        box = (
            [int(rows.min()), int(columns.min()), int(rows.max()) + 1, int(columns.max()) + 1]
            if len(rows)
            else None
        )
        assert got == box

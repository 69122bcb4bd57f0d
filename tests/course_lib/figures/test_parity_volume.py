"""Kernels that move along one, two and three axes, against course_lib and NumPy."""

import numpy as np

import course_lib as keras
from course_lib import ops, shapes
from tests.course_lib.figures.javascript import call
from tests.course_lib.figures.test_parity import CASES, _rng


def _listed(values):
    """A typed array as JSON.stringify writes it, as a list."""
    return list(values.values()) if isinstance(values, dict) else values


def _volumes(name):
    rng = _rng(name)
    for i in range(CASES):
        axes = 1 + i % 3
        spatial = [int(v) for v in rng.integers(1, [12, 7, 5][axes - 1], axes)]
        kernel = [int(rng.integers(1, n + 1)) for n in spatial]
        channels, strides = int(rng.integers(1, 4)), int(rng.integers(1, 4))
        yield rng, spatial, kernel, channels, strides


def test_slide_over_one_two_three_axes(tmp_path):
    cases, expected = [], []
    for rng, spatial, kernel, channels, strides in _volumes("slide"):
        inputs = np.round(rng.normal(0, 3, (*spatial, channels)), 2)
        weights = np.round(rng.normal(0, 3, (*kernel, channels)), 2)
        cases.append(
            [inputs.ravel().tolist(), spatial, channels, weights.ravel().tolist(), kernel, strides]
        )
        expected.append(ops.conv(inputs[None], weights[..., None], strides).ravel())
    results = call("volume.js", "slideOver", cases, tmp_path)
    for got, want in zip(results, expected, strict=True):
        np.testing.assert_allclose(_listed(got), want, atol=1e-9)


def test_window_of_a_place(tmp_path):
    cases, expected = [], []
    for rng, spatial, kernel, channels, strides in _volumes("window"):
        inputs = np.round(rng.normal(0, 3, (*spatial, channels)), 2)
        weights = np.round(rng.normal(0, 3, (*kernel, channels)), 2)
        sizes = shapes.output_shape(tuple(spatial), tuple(kernel), strides).value
        place = [int(rng.integers(0, n)) for n in sizes]
        cases.append(
            [
                inputs.ravel().tolist(),
                spatial,
                channels,
                weights.ravel().tolist(),
                kernel,
                strides,
                place,
            ]
        )
        part = inputs[
            tuple(slice(i * strides, i * strides + k) for i, k in zip(place, kernel, strict=True))
        ]
        expected.append((part, weights))
    for got, (part, weights) in zip(
        call("volume.js", "windowAt", cases, tmp_path), expected, strict=True
    ):
        assert [term["value"] for term in got["terms"]] == part.ravel().tolist()
        assert [term["weight"] for term in got["terms"]] == weights.ravel().tolist()
        np.testing.assert_allclose(got["sum"], (part * weights).sum(), atol=1e-9)


def test_layer_shapes(tmp_path):
    cases, layers = [], [keras.layers.Conv1D, keras.layers.Conv2D, keras.layers.Conv3D]
    for rng, spatial, kernel, channels, strides in _volumes("layers"):
        filters = int(rng.integers(1, 12))
        cases.append(
            [
                {
                    "spatial": spatial,
                    "kernel": kernel,
                    "channels": channels,
                    "filters": filters,
                    "strides": strides,
                }
            ]
        )
    for (case,), got in zip(cases, call("volume.js", "layerShapes", cases, tmp_path), strict=True):
        layer = layers[len(case["spatial"]) - 1](
            case["filters"], tuple(case["kernel"]), strides=case["strides"]
        )
        model = keras.Sequential([keras.Input((*case["spatial"], case["channels"])), layer])
        assert tuple(got["output"]) == tuple(model.layers[-1].output_shape[1:])
        assert tuple(got["kernel"]) == layer.kernel.shape
        assert got["parameters"] == layer.count_params()
        assert got["perFilter"] * case["filters"] == got["parameters"]


def test_flat_and_unflat_places(tmp_path):
    rng = _rng("flat")
    shapes_ = [[int(v) for v in rng.integers(1, 9, rng.integers(1, 5))] for _ in range(CASES)]
    places = [int(rng.integers(0, np.prod(shape))) for shape in shapes_]
    indices = [
        [int(i) for i in np.unravel_index(p, s)] for s, p in zip(shapes_, places, strict=True)
    ]
    cases = list(map(list, zip(shapes_, places, strict=True)))
    assert call("volume.js", "indexAt", cases, tmp_path) == indices
    cases = list(map(list, zip(shapes_, indices, strict=True)))
    assert call("volume.js", "flatIndex", cases, tmp_path) == places


def test_slices_of_a_volume(tmp_path):
    cases, expected = [], []
    for rng, spatial, _, channels, _ in _volumes("slices"):
        values = rng.integers(0, 99, (*spatial, channels))
        cases.append([values.ravel().tolist(), spatial, channels])
        whole = values.reshape(
            [[1, *spatial, 1], [*spatial, 1], spatial][len(spatial) - 1] + [channels]
        )
        expected.append(whole.transpose(2, 3, 0, 1).tolist())
    assert call("volume.js", "slices", cases, tmp_path) == expected

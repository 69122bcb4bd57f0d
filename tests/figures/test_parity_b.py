"""The JavaScript of figures 6 to 10 against course_lib and NumPy, on random cases."""

import base64
from collections import Counter

import numpy as np
import pytest

import course_lib as keras
from course_lib import ops, shapes
from course_lib.datasets import mnist
from course_lib.figures.interactive import digit_playground, stacks
from course_lib.layers import base
from course_lib.questions import bank, forms
from tests.figures.javascript import call

CASES = 240
RUNNER = "../../../tests/js/digit_runner.mjs"


def _rng(name):
    return np.random.default_rng(sum(map(ord, name)))


def _listed(values):
    """A typed array as JSON.stringify writes it, as a list."""
    return list(values.values()) if isinstance(values, dict) else values


# ---------------------------------------------------------------- the model builder


def _pair(rng, low, high):
    return [int(v) for v in rng.integers(low, high, 2)]


def _layer(rng):
    """A random layer with small random arguments; about one in eight does not fit."""
    kind = rng.choice(["Conv2D"] * 4 + list(_MAKERS))
    return {"type": str(kind), **_MAKERS[str(kind)](rng)}


def _conv(rng):
    strides, dilation = _pair(rng, 1, 3), [1, 1]
    if strides == [1, 1] or rng.random() < 0.1:
        dilation = _pair(rng, 1, 3)
    return {
        "filters": int(rng.integers(1, 7)),
        "kernel_size": _pair(rng, 1, 5),
        "strides": strides,
        "padding": str(rng.choice(["valid", "same"])),
        "dilation_rate": dilation,
        "use_bias": bool(rng.random() < 0.7),
        "activation": str(rng.choice(["linear", "relu", "tanh"])),
    }


def _pool(rng):
    made = {"pool_size": _pair(rng, 1, 4), "padding": str(rng.choice(["valid", "same"]))}
    return made | ({"strides": _pair(rng, 1, 4)} if rng.random() < 0.5 else {})


_MAKERS = {
    "Conv2D": _conv,
    "MaxPooling2D": _pool,
    "AveragePooling2D": _pool,
    "GlobalAveragePooling2D": lambda rng: {},
    "ZeroPadding2D": lambda rng: {"padding": _pair(rng, 0, 3)},
    "Flatten": lambda rng: {},
    "Dense": lambda rng: {"units": int(rng.integers(1, 9)), "use_bias": bool(rng.random() < 0.8)},
    "Activation": lambda rng: {"activation": str(rng.choice(["relu", "sigmoid", "softmax"]))},
    "BatchNormalization": lambda rng: {},
    "Dropout": lambda rng: {"rate": 0.25},
}


def _stacks(name, count):
    rng = _rng(name)
    made = [
        [
            [*_pair(rng, 4, 16), int(rng.integers(1, 4))],
            [_layer(rng) for _ in range(rng.integers(1, 6))],
        ]
        for _ in range(count)
    ]
    return made + [[m["input_shape"], m["layers"]] for m in stacks.MODELS.values()]


def _rows(input_shape, layers):
    """`stacks.rows`, or the rows before the first layer that does not fit."""
    for end in range(len(layers), -1, -1):
        try:
            return stacks.rows(input_shape, layers[:end])
        except (TypeError, ValueError):
            continue


def test_shapes_and_parameters_of_stacks(tmp_path):
    cases = _stacks("stack", CASES)
    broken = 0
    for (shape, layers), found in zip(
        cases, call("stack.js", "analyse", cases, tmp_path), strict=True
    ):
        expected = _rows(shape, layers)
        got = [
            (r["type"], tuple(r["output"]), r["parameters"] + r["fixed"])
            for r in found["rows"]
            if "output" in r
        ]
        assert got == expected, (shape, layers)
        assert (found["error"] is None) == (len(expected) == len(layers))
        if found["error"]:
            broken += 1
            assert found["error"]["index"] == len(expected)
            assert f"Layer {len(expected) + 1}, " in found["rows"][len(expected)]["error"]
    assert 20 < broken < CASES / 2


def test_weights_really_made(tmp_path):
    """The counts against the arrays of a built model, and the trainable against the fixed ones."""
    cases = _stacks("made", CASES)[:CASES]
    for (shape, layers), found in zip(
        cases, call("stack.js", "analyse", cases, tmp_path), strict=True
    ):
        if found["error"]:
            continue
        model = stacks.build(shape, layers)
        assert found["totals"]["parameters"] == model.count_params()
        trainable = sum(p.size for layer in model.layers for p in layer.parameters.values())
        assert found["totals"]["trainable"] == trainable


def test_arithmetic_of_stacks(tmp_path):
    """Steps, multiply-adds and receptive fields, as course_lib.shapes gives them."""
    cases = _stacks("arithmetic", 2 * CASES)
    checked = 0
    for found in call("stack.js", "analyse", cases, tmp_path):
        local = [[], []]
        for row in (r for r in found["rows"] if "output" in r):
            layer = row["layer"]
            if row["type"] in ("Conv2D", "MaxPooling2D", "AveragePooling2D"):
                kernel = layer.get("kernel_size") or layer["pool_size"]
                strides = layer["strides"] or kernel
                dilation = layer.get("dilation_rate", [1, 1])
                axes = zip(row["input"][:2], kernel, strides, dilation, strict=True)
                texts = [
                    " ".join(shapes.output_size(n, k, s, layer["padding"], d).steps)
                    for n, k, s, d in axes
                ]
                both = [f"height and width: {texts[0]}"]
                apart = [f"height: {texts[0]}", f"width: {texts[1]}"]
                assert row["steps"][:-1] == (both if texts[0] == texts[1] else apart)
                for i in range(2):
                    local[i].append((kernel[i], strides[i], dilation[i]))
            if row["type"] == "GlobalAveragePooling2D":
                for i in range(2):
                    local[i].append((row["input"][i], 1, 1))
            if row["type"] == "Conv2D":
                checked += 1
                *spatial, filters = row["output"]
                kernel, channels = tuple(layer["kernel_size"]), row["input"][2]
                work = shapes.multiply_adds(tuple(spatial), kernel, channels, filters)
                assert (row["multiplyAdds"], row["multiplyAddSteps"]) == (work.value, work.steps)
                count = shapes.conv_parameters(kernel, channels, filters, layer["use_bias"])
                assert (row["parameters"], row["parameterSteps"]) == (count.value, count.steps)
                dense = shapes.dense_parameters(
                    int(np.prod(row["input"])), int(np.prod(row["output"]))
                )
                assert row["denseCount"] == {"value": dense.value, "steps": dense.steps}
            if row["type"] == "Dense":
                count = shapes.dense_parameters(row["input"][-1], layer["units"], layer["use_bias"])
                assert row["parameterSteps"] == count.steps
                assert row["multiplyAdds"] == np.prod(row["input"]) * layer["units"]
            if row["type"] == "Dense" and len(row["input"]) == 1:
                assert row["field"]["all"]
            if not row["field"]["all"]:
                fields = [shapes.receptive_field(axis) for axis in local]
                assert row["field"]["axes"] == [{"size": f.value, "jump": f.jump} for f in fields]
    assert checked >= 200


def test_code_of_stacks_runs(tmp_path):
    """The program that the reader copies builds the same model."""
    cases = [
        [shape, layers, "course_lib", style]
        for shape, layers in _stacks("code", CASES)[:CASES]
        for style in ("sequential", "functional")
        if len(_rows(shape, layers)) == len(layers)
    ]
    assert len(cases) >= 200
    for (shape, layers, *_), code in zip(
        cases, call("stack.js", "modelCode", cases, tmp_path), strict=True
    ):
        names = {}
        exec(code.replace("model.summary()", ""), names)
        made = [
            (type(layer).__name__, tuple(layer.output_shape[1:]), layer.count_params())
            for layer in names["model"].layers
            if type(layer).__name__ not in ("Input", "InputLayer")
        ]
        assert made == stacks.rows(shape, layers), code


@pytest.mark.keras
def test_code_and_refusals_are_those_of_keras(tmp_path):
    cases = [[*case, "keras", "sequential"] for case in _stacks("keras", 40)]
    analysed = call("stack.js", "analyse", [case[:2] for case in cases], tmp_path)
    for (_, layers, *_), code, found in zip(
        cases, call("stack.js", "modelCode", cases, tmp_path), analysed, strict=True
    ):
        if found["totals"]["parameters"] > 1e7:
            continue  # AlexNet's weights would only cost time; its shapes are checked above
        names = {}
        try:
            exec(code.replace("model.summary()", ""), names)
        except ValueError:
            assert found["error"], code
            continue
        model = names["model"]
        assert found["error"] is None, code
        assert model.count_params() == found["totals"]["parameters"]
        assert [tuple(layer.output.shape[1:]) for layer in model.layers] == [
            tuple(r["output"]) for r in found["rows"]
        ]
        if len({layer["type"] for layer in layers}) == len(layers):
            stems = [layer.name.rstrip("_0123456789") for layer in model.layers]
            assert [r["name"].rstrip("_0123456789") for r in found["rows"]] == stems


def test_layer_names(tmp_path, monkeypatch):
    """conv2d, conv2d_1, ...: as course_lib (and Keras) count them in a fresh session."""
    cases = [[layers] for _, layers in _stacks("names", CASES)]
    results = call("stack.js", "layerNames", cases, tmp_path)
    for (layers,), names in zip(cases, results, strict=True):
        monkeypatch.setattr(base, "_names", Counter())
        assert names == [base.unique_name(layer["type"]) for layer in layers]


# ---------------------------------------------------------------- receptive field


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
        outputs = ops.conv(
            padded, np.eye(size)[None].repeat(kernel, 0), layer["stride"], "valid", dilation
        )
        found.append(outputs[0] > 0)
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


# ---------------------------------------------------------------- one, two, three dimensions


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


# ---------------------------------------------------------------- the digit playground


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


# ---------------------------------------------------------------- the quiz


VALUES = [
    q for q in bank.values() if q.form in ("integer", "number", "shape", "array", "choice", "text")
]


def _written(value, form):
    """An answer as a reader may type it."""
    if form == "shape":
        return (
            f"({', '.join(map(str, value))},)" if len(value) == 1 else " x ".join(map(str, value))
        )
    return str(value)


def test_verdicts_are_those_of_the_bank(tmp_path):
    """Right answers, every named mistake, and other values: the page judges as the grader does."""
    rng, cases, expected = _rng("verdicts"), [], []
    for question in VALUES:
        for seed in range(2):
            variant = question.variant(f"parity {seed}")
            payload = variant.as_dict()
            values = [variant.answer, *(m.answer for m in variant.misconceptions)]
            values += [_spoiled(rng, v, question.form) for v in values[:1] for _ in range(2)]
            for value in values:
                text = _written(value, question.form)
                cases.append([payload, text])
                verdict = question.grade(variant, {"value": value})
                expected.append((verdict.credit == 1.0, verdict.misconception))
    assert len(cases) >= 200
    results = call("quiz_answers.js", "judge", cases, tmp_path)
    for (payload, text), got, (right, name) in zip(cases, results, expected, strict=True):
        assert (got["state"] == "right") == right, (payload["id"], text, got)
        assert got["misconception"] == name, (payload["id"], text, got)
        if not right and name is None:
            assert got["state"] == "wrong"


def _spoiled(rng, value, form):
    """A value of the same form that is most likely wrong."""
    if form == "choice":
        return str(rng.choice(list("abc")))
    if form == "text":
        return "something else"
    if form == "shape":
        return [v + int(rng.integers(0, 3)) for v in value]
    off = rng.integers(1, 5) if form == "integer" else rng.normal()
    return (np.array(value) + off).tolist()


def test_ways_of_writing_are_read_alike(tmp_path):
    """Shapes and numbers as people write them, against the bank's own reader."""
    rng, cases, expected = _rng("writing"), [], []
    for _ in range(CASES):
        sizes = [int(v) for v in rng.integers(1, 300, rng.integers(1, 5))]
        joint = str(rng.choice([", ", ",", " x ", "x", " × ", " ", "*"]))
        inner = joint.join(map(str, sizes))
        first = "None" + joint if rng.random() < 0.3 else ""
        left, right = [("(", ")"), ("[", "]"), ("", "")][rng.integers(3)]
        text = f"{left}{first}{inner}{right}"
        cases.append([{"form": "shape"}, text])
        expected.append(list(forms.FORMS["shape"].read(text)))
    for _ in range(CASES):
        number = [int(rng.integers(-5000, 5_000_000)), round(float(rng.normal(0, 100)), 3)][
            rng.integers(2)
        ]
        text = str(
            rng.choice([f"{number}", f"{number:,}", f" {number} ", f"{number}".replace("-", "−")])
        )
        if "," in text and "." in text:
            text = text.replace(",", "")
        cases.append([{"form": "number"}, text])
        expected.append(forms.FORMS["number"].read(text))
    for case, got, want in zip(
        cases, call("quiz_answers.js", "readAnswer", cases, tmp_path), expected, strict=True
    ):
        assert got == {"value": want}, case


def test_arrays_are_read_however_numpy_prints_them(tmp_path):
    rng, cases, expected = _rng("arrays"), [], []
    for i in range(CASES):
        shape = (int(rng.integers(1, 5)),) if i % 4 == 0 else tuple(rng.integers(1, 5, 2))
        values = rng.integers(-99, 99, shape) if i % 2 else np.round(rng.normal(0, 9, shape), 2)
        ways = [str, repr, lambda v: str(v.tolist())]
        if values.ndim == 2:
            ways.append(lambda v: "\n".join(" ".join(map(str, row)) for row in v.tolist()))
            ways.append(lambda v: "; ".join(", ".join(map(str, row)) for row in v.tolist()))
        text = ways[rng.integers(len(ways))](values)
        cases.append([{"form": "array", "answer": values.tolist(), "tolerance": 1e-6}, text])
        expected.append("right")
    for case, got in zip(cases, call("quiz_answers.js", "judge", cases, tmp_path), strict=True):
        assert got["state"] == "right", (case, got)

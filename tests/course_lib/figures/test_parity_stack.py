"""The model builder's shapes, counts, names and code against course_lib and Keras."""

from collections import Counter

import numpy as np
import pytest

from course_lib import naming, shapes
from course_lib.figures.interactive import stacks
from tests.course_lib.figures.javascript import call
from tests.course_lib.figures.test_parity import CASES, _rng


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
    cases = [[*case, "keras", "sequential"] for case in _stacks("keras", 200)]
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
        monkeypatch.setattr(naming, "_names", Counter())
        assert names == [naming.unique_name(layer["type"]) for layer in layers]

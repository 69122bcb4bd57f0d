"""The summary of a model: its table, and the arithmetic behind it."""

import re
from xml.etree import ElementTree

import numpy as np
import pytest

from course_lib import Input, Model, Sequential, layers, utils
from course_lib.lectures.facts.programs import mnist_model
from course_lib.model import summary
from tests.examples import says, small_model


def test_rows_and_totals_are_those_of_the_layers():
    model = small_model()
    rows = summary.rows(model)
    assert [row.name for row in rows] == [layer.name for layer in model.layers]
    assert [row.output_shape for row in rows] == [layer.output_shape for layer in model.layers]
    assert sum(row.parameters for row in rows) == summary.totals(model).total
    assert summary.totals(model).non_trainable == 4  # the moving averages
    assert [row.trainable for row in rows] == [True, True, None, True]


def test_table_prints_and_expands(capsys):
    inner = small_model()
    model = Sequential([inner, layers.Dense(2)], name="outer")
    model.summary()
    printed = capsys.readouterr().out
    assert printed.startswith('Model: "outer"\n┏') and "└ " not in printed
    assert f" Total params: {model.count_params()} " in printed
    lines = []
    inner.trainable = False
    model.summary(print_fn=lines.append, expand_nested=True, show_trainable=True)
    assert f"   └ {inner.layers[0].name} (Conv2D)" in lines[0]
    cells = [line.split("│") for line in lines[0].split("\n") if line.count("│") == 5]
    marks = [row[-2].strip() for row in cells if row[-2].strip()]
    assert marks == ["N", "N", "N", "-", "N", "Y"]


def test_explain_shows_the_arithmetic(capsys):
    mnist_model().explain()
    printed = capsys.readouterr().out
    for line in (
        "height and width: floor((28 - 3) / 1) + 1 = floor(25 / 1) + 1 = 25 + 1 = 26",
        "(3*3*32 + 1) * 64 = (288 + 1) * 64 = 289 * 64 = 18496",
        "height: the last cell falls in no window",
        "5 * 5 * 64 = 1600",
        "Total parameters: 320 + 18496 + 16010 = 34826",
    ):
        assert f"{line}\n" in printed


@pytest.mark.parametrize(
    "layer, shape, line",
    [
        (layers.Conv1D(2, 3, padding="causal", dilation_rate=2), (9, 1), "steps: kernel span"),
        (layers.Conv2D(2, 3, padding="same"), (9, 9, 1), "height and width: ceil(9 / 1) = 9"),
        (layers.Conv2DTranspose(2, 3, strides=2), (4, 5, 1), "height: (4 - 1)*2 + 3 = 6 + 3 = 9"),
        (layers.Conv3DTranspose(2, 2, 2), (3, 4, 4, 1), "height and width: (4 - 1)*2 + 2"),
        (layers.DepthwiseConv2D(3), (6, 6, 8), "(3*3*(8/8) + 1) * 8 = (9 + 1) * 8"),
        (layers.DepthwiseConv1D(3, depth_multiplier=2), (6, 8), "channels: 2 for each of the inp"),
        (layers.SeparableConv2D(4, 3), (6, 6, 8), "together: 72 + 36 = 108"),
        (layers.LayerNormalization(), (6, 5), "2 * 5 learned (gamma, beta) = 10"),
        (layers.LayerNormalization(center=False, scale=False), (6, 5), "parameters: 0"),
        (layers.GroupNormalization(2), (6, 8), "2 groups of 4 channels"),
        (layers.LeakyReLU(0.1), (6, 8), "number by number, negative ones times 0.1"),
        (layers.ReLU(6.0), (6, 8), "below 0.0 times 0.0, at most 6.0"),
        (layers.ZeroPadding2D(((1, 0), (2, 2))), (4, 5, 1), "height: 1 + 4 + 0 = 5"),
        (layers.Cropping2D(((1, 0), (2, 2))), (4, 5, 1), "height: 4 - 1 - 0 = 3"),
        (layers.UpSampling2D((2, 3)), (4, 5, 1), "width: 5 * 3 = 15"),
        (layers.Reshape((-1, 2)), (4, 3), "4 * 3 = 6 * 2 = 12"),
        (layers.Embedding(9, 4), (5,), "9 rows * 4 = 36"),
        (layers.BatchNormalization(), (5, 3), "2 * 3 learned (gamma, beta) + 2 * 3 moving"),
        (layers.GlobalAveragePooling2D(), (4, 5, 3), "one number per channel, from its 4 * 5"),
        (layers.AveragePooling1D(2), (None, 3), "steps: not known yet"),
        (layers.MaxPooling2D(3), (8, 6, 2), "height: the last 2 cells fall in no window"),
    ],
)
def test_every_kind_of_layer_explains_itself(layer, shape, line):
    text = summary.explanation(Sequential([Input(shape=shape), layer]))
    assert line in text


def test_merging_layers_explain_themselves():
    start = Input(shape=(4, 3))
    text = summary.explanation(Model(start, layers.Concatenate()([start, start + start])))
    assert "number by number, (4, 3) + (4, 3)" in text and "axis 2: 3 + 3 = 6" in text
    assert "[(None, 4, 3), (None, 4, 3)] -> (None, 4, 6)" in text


def test_shared_layer_is_explained_twice_and_counted_once():
    start = Input(shape=(4,))
    shared = layers.Dense(4)
    model = Model(start, shared(shared(start)))
    assert [row.repeated for row in summary.rows(model)] == [False, False, True]
    assert summary.table(model).count(f"{shared.name} (Dense)") == 1
    assert f"{shared.name}[0][0]" in summary.table(model)
    assert "20 (the same weights as above)" in summary.explanation(model)


def test_after_training_the_optimizers_numbers_are_counted_too():
    model = small_model()
    model.compile("adam", "mse")
    assert "Optimizer" not in summary.table(model)
    model.fit(np.zeros((4, 6, 6, 1)), np.zeros((4, 3)), verbose=0)
    learned = summary.totals(model).trainable
    lines = summary.table(model).split("\n")
    assert lines[-1].startswith(f" Optimizer params: {2 * learned + 2} (")
    assert lines[-4].startswith(f" Total params: {summary.totals(model).total + 2 * learned + 2} (")


def test_a_graphs_table_says_who_reads_whom():
    start = Input(shape=(4, 4, 2), name="start")
    x = layers.Conv2D(2, 3, padding="same", name="conv")(start)
    end = layers.Add(name="add")([layers.Activation("relu", name="act")(x), start])
    text = summary.table(Model(start, end))
    cells = [[c.strip() for c in line.split("│")[1:-1]] for line in text.split("\n")]
    rows = {row[0].split(" ")[0]: row for row in cells if len(row) == 4 and row[0]}
    assert "Connected to" in text
    assert rows["start"][3] == "-" and rows["conv"][3] == "start[0][0]"
    assert rows["add"][3] == "act[0][0]," and "start[0][0]" in text.split("add (Add)")[1]
    assert "Connected to" not in summary.table(Model(start, x))


def numbers(text, pattern):
    return [tuple(map(float, found)) for found in re.findall(pattern, text)]


def test_a_model_is_drawn_without_overlaps(tmp_path):
    start = Input(shape=(8, 8, 2), name="start")
    x = layers.Conv2D(2, 3, padding="same")(start)
    y = layers.Conv2D(2, 3, padding="same")(x)
    end = layers.Concatenate(name="join")([layers.ReLU()(y), start, layers.MaxPooling2D(1)(x)])
    model = Model(start, end, name="a <model>")
    picture = utils.plot_model(model, tmp_path / "m.svg", show_shapes=True, show_layer_names=True)
    assert (tmp_path / "m.svg").read_text(encoding="utf-8") == picture == picture._repr_svg_()
    root = ElementTree.fromstring(picture)
    texts = [node.text for node in root.iter("{http://www.w3.org/2000/svg}text")]
    assert len(texts) == 2 * len(model.layers)
    assert "join (Concatenate)" in texts and "(None, 8, 8, 6)" in texts
    pattern = r'<rect x="([-\d.]+)" y="([-\d.]+)" width="([-\d.]+)" height="([-\d.]+)"'
    boxes = numbers(picture, pattern)
    assert len(boxes) == len(model.layers)
    for n, (x1, y1, w1, h1) in enumerate(boxes):
        for x2, y2, w2, h2 in boxes[n + 1 :]:
            assert x1 + w1 <= x2 or x2 + w2 <= x1 or y1 + h1 <= y2 or y2 + h2 <= y1
    ends = numbers(picture, r'<path d="M[^"]* ([-\d.]+) ([-\d.]+)"')
    tops = {(round(x + w / 2, 1), y) for x, y, w, h in boxes}
    joined = {(round(x, 1), y) for x, y in ends}
    assert len(tops - joined) == 1  # every layer but the input is reached by a line
    left, _, width, height = map(float, root.get("viewBox").split())
    assert all(left <= x and x + w <= left + width and y + h <= height for x, y, w, h in boxes)


def test_drawing_refuses(tmp_path):
    with says("plot_model: model must be a built model, got Dense. Start it with Input(shape"):
        utils.plot_model(layers.Dense(2))
    with says("got s, whose input shape is not known."):
        utils.plot_model(Sequential([layers.Dense(2)], name="s"))
    with says("plot_model: to_file must end in .svg, got"):
        utils.plot_model(small_model(), tmp_path / "m.png")

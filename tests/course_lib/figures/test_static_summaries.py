"""The picture of a network has every row of its summary."""

import xml.etree.ElementTree as ET

from course_lib import Input, Model, Sequential
from course_lib.figures.static import summaries
from course_lib.layers import Conv2D, Dense, Flatten, MaxPooling2D

SVG = "{http://www.w3.org/2000/svg}"


def texts(drawing):
    return [e.text for e in ET.fromstring(drawing.svg()).iter(SVG + "text")]


def small(filters=8):
    return Sequential(
        [
            Input(shape=(28, 28, 1)),
            Conv2D(filters, 3, name="conv"),
            MaxPooling2D(2, name="pool"),
            Flatten(name="flat"),
            Dense(10, name="output"),
        ]
    )


def test_every_row_of_the_summary_is_there():
    model = small()
    shown = texts(summaries.layer_stack(model))
    for layer in model.layers:
        assert layer.name in shown
        assert " × ".join(f"{n:,}" for n in layer.output.shape[1:]) in shown
        assert f"{layer.count_params():,}" in shown
    assert "28 × 28 × 1" in shown


def test_no_more_than_five_sheets_are_drawn():
    def rects(model):
        svg = summaries.layer_stack(model).svg()
        return len([r for r in ET.fromstring(svg).iter(SVG + "rect") if r.get("class") == "cell"])

    assert rects(small(filters=2)) == 2 + 2
    assert rects(small(filters=64)) == 5 + 5


def test_a_functional_model_shows_its_input_once():
    start = Input(shape=(9, 9, 1))
    model = Model(start, Conv2D(2, 3, name="only")(start))
    shown = texts(summaries.layer_stack(model))
    assert shown.count("9 × 9 × 1") == 1
    assert shown.count("7 × 7 × 2") == 1


def test_a_long_name_keeps_clear_of_its_sheets():
    model = Sequential(
        [Input(shape=(14, 14, 6)), MaxPooling2D(2, name="a_name_of_more_than_20_letters")]
    )
    root = ET.fromstring(summaries.layer_stack(model).svg())
    name = next(e for e in root.iter(SVG + "text") if e.text.startswith("a_name"))
    row = [r for r in root.iter(SVG + "rect") if abs(float(r.get("y")) - float(name.get("y"))) < 40]
    sheets = [float(r.get("x")) for r in row if r.get("class") == "cell"]
    assert sheets
    assert min(sheets) > float(name.get("x")) + 8 * len(name.text)

"""The cards of chapter 15 show the numbers of the runs they are given."""

import re
import xml.etree.ElementTree as ET
from math import log

import pytest

from course_lib.figures.static import clinic

SVG = "{http://www.w3.org/2000/svg}"
HISTOGRAM = {"from": -1.0, "to": 3.0, "counts": [3, 0, 1]}
RUN = {
    "first_loss": [2.5, 2.25],
    "curves": {
        "loss": [[2.0, 1.0], [4.0, 0.0]],
        "accuracy": [[0.0, 0.5], [0.2, 1.0]],
        "val_loss": [[900.0, 2.0], [3.0, 2.0]],
        "val_accuracy": [[0.1, 0.2], [0.1, 0.4]],
    },
    "first_steps": [2.0, 7.0, 1.0],
    "layers": {
        "start": [{"sums": 1.0, "step": 1e-2}, {"sums": 1e-20, "step": 10.0}],
        "end": [{"dead": 0.25}, {"dead": 1.0}, {"sums": 1.0}],
    },
    "histograms": {
        "pixels": HISTOGRAM, "scores": HISTOGRAM, "certainty": HISTOGRAM, "nearest": HISTOGRAM,
        "answers": [0, 50, 100, 0, 0, 0, 0, 0, 0, 0], "orders": [0.25, 0.75],
    },
}  # fmt: skip


def shown(drawing, tag):
    return list(ET.fromstring(drawing.svg()).iter(SVG + tag))


def texts(drawing):
    return [node.text for node in shown(drawing, "text")]


def heights(drawing):
    return [float(r.get("height")) for r in shown(drawing, "rect") if r.get("class") == "result"]


FULL = clinic.HEIGHT - clinic.TOP - clinic.BOTTOM


def test_curves_of_every_seed_stand_at_their_height_and_leave_at_the_top():
    drawing = clinic.patient(RUN, ["pixels", "answers"])
    curves = [p for p in shown(drawing, "path") if p.get("class") in ("curve", "other dashed")]
    assert len(curves) == 8
    points = [[float(n) for n in re.findall(r"[\d.]+", c.get("d"))][1::2] for c in curves]
    top = 30 + clinic.TOP
    assert points[0] == pytest.approx([top, top + FULL / 2], abs=0.02)  # 900 is above the panel
    assert points[3] == pytest.approx([top, top + FULL], abs=0.02)  # the second seed's loss
    assert points[7] == pytest.approx([top + 0.8 * FULL, top], abs=0.02)
    (guide, _) = [line for line in shown(drawing, "line") if line.get("class") == "guide dotted"]
    assert float(guide.get("y1")) == pytest.approx(top + FULL * (1 - log(10) / 4), abs=0.02)
    assert "loss before the first step: 2.5, 2.25" in texts(drawing)


def test_bars_are_as_high_as_their_shares():
    assert heights(clinic.patient(RUN, ["pixels", "orders"])) == pytest.approx(
        [0.75 * FULL, 0, 0.25 * FULL, 0.25 * FULL, 0.75 * FULL], abs=0.02
    )
    assert {"−1", "3"} <= set(texts(clinic.patient(RUN, ["scores", "nearest"])))
    answers = heights(clinic.patient(RUN, ["answers", "silent"]))
    assert answers[:3] == pytest.approx([0, FULL / 2, FULL], abs=0.02)
    assert answers[-2:] == pytest.approx([FULL / 4, FULL], abs=0.02)


def test_sizes_stand_on_an_axis_of_powers():
    low, high = -8, 3
    sums, tiny, step, _ = heights(clinic.patient(RUN, ["sums", "step"]))
    assert sums == pytest.approx(FULL * -low / (high - low), abs=0.02)
    assert tiny == pytest.approx(0, abs=0.02)  # below the axis
    assert step == pytest.approx(FULL * (-2 - low) / (high - low), abs=0.02)
    assert "10⁻⁸" in texts(clinic.patient(RUN, ["sums", "step"]))


@pytest.mark.parametrize("panels", [["sums"], ["sums", "blood"], ["sums", "step", "pixels"]])
def test_panels_are_two_or_four_that_there_are(panels):
    with pytest.raises(ValueError, match="panels must be two or four of steps, sums, "):
        clinic.patient(RUN, panels)


def test_four_panels_stand_in_two_more_rows():
    two, four = clinic.patient(RUN, ["sums"] * 2), clinic.patient(RUN, ["sums"] * 4)
    assert four.height - two.height == clinic.HEIGHT + clinic.GAP
    assert heights(four) == 2 * heights(two)


def test_a_run_of_fewer_classes_has_its_own_guides():
    drawing = clinic.patient({**RUN, "classes": 5}, ["sums", "step"])
    loss, accuracy = (
        float(line.get("y1"))
        for line in shown(drawing, "line")
        if line.get("class") == "guide dotted"
    )
    floor = 30 + clinic.TOP + FULL
    assert (loss, accuracy) == pytest.approx(
        (floor - FULL * log(5) / 4, floor - FULL / 5), abs=0.02
    )
    assert {"dotted: ln 5", "dotted: chance"} <= set(texts(drawing))


def test_bars_stand_within_their_panel():
    starts = (clinic.MARGIN, clinic.MARGIN + clinic.WIDTH + clinic.GAP)
    for name in clinic.PANELS:
        bars = [
            (float(node.get("x")), float(node.get("width")))
            for node in shown(clinic.patient(RUN, [name, name]), "rect")
            if node.get("class") == "result"
        ]
        half = len(bars) // 2
        for place, (x, width) in enumerate(bars):
            start = starts[place >= half]
            assert x >= start + clinic.LEFT, name
            assert x + width <= start + clinic.WIDTH - clinic.RIGHT, name

"""The pictures of chapter 20: the marked row holds the marked window, the rows come in order."""

import xml.etree.ElementTree as ET

import numpy as np
import pytest

from course_lib.figures.static import fast
from course_lib.figures.static.canvas import number

SVG = "{http://www.w3.org/2000/svg}"
IMAGE = np.random.default_rng(1).integers(0, 90, (4, 5)).astype(float)
KERNEL = np.array([[1.0, 2, 3], [4, 5, 6]])


def filled(drawing, kind):
    """The texts of the cells of one kind, in reading order."""
    root = ET.fromstring(drawing.svg())
    texts = {(t.get("x"), float(t.get("y")) - 1): t.text for t in root.iter(SVG + "text")}
    found = []
    for rect in root.iter(SVG + "rect"):
        if rect.get("class") == kind:
            x, y, size = (float(rect.get(name)) for name in ("x", "y", "width"))
            found.append(texts.get((f"{x + size / 2:g}", y + size / 2)))
    return found


@pytest.mark.parametrize("place", [0, 2, 7])
def test_the_marked_row_is_the_marked_window(place):
    row, column = divmod(place, 3)
    patch = IMAGE[row : row + 2, column : column + 3]
    drawing = fast.patch_product(IMAGE, KERNEL, place)
    expected = [number(value) for value in patch.ravel()]
    assert filled(drawing, "window") == expected * 2
    assert filled(drawing, "result") == [number((patch * KERNEL).sum())]


def test_a_place_outside_is_refused():
    with pytest.raises(ValueError, match="place must be from 0 to 8, got 9"):
        fast.patch_product(IMAGE, KERNEL, 9)


def test_rows_of_left_cells_come_before_those_of_right_ones():
    texts = filled(fast.row_order((4, 4), (2, 2)), "window")
    assert texts == ["0", "1", "4", "5"] + ["0", "8", "2", "10"]


def test_places_that_fill_no_pool_stay_empty():
    assert filled(fast.row_order((3, 3), (2, 2)), "cell").count(None) == 5


def test_a_tile_needs_a_column_of_one_matrix_and_a_row_of_the_other():
    drawing = fast.tile((6, 5, 10), at=(2, 4), size=(2, 3), step=1)
    assert len(filled(drawing, "window")) == 2 + 3
    assert len(filled(drawing, "result")) == 2 * 3
    rects = [
        r for r in ET.fromstring(drawing.svg()).iter(SVG + "rect") if r.get("class") != "frame"
    ]
    assert len(rects) == 6 * 5 + 5 * 10 + 6 * 10
    assert len(filled(drawing, "positive")) == 2 * (5 - 1) + (5 - 1) * 3


@pytest.mark.parametrize(
    "at, size, step, says",
    [
        ((5, 0), (2, 3), 0, "does not fit into 6 x 10"),
        ((0, 0), (2, 3), 5, "step must be from 0 to 4"),
    ],
)
def test_a_tile_outside_is_refused(at, size, step, says):
    with pytest.raises(ValueError, match=says):
        fast.tile((6, 5, 10), at, size, step)


RECORD = {
    "date": "2020-02-29",
    "machine": {"processor": "Abacus 7", "cores": 2},
    "ladder": [
        {"rung": "loops", "adds": "", "seconds": 120000.0, "gain": None},
        {"rung": "windows", "adds": "", "seconds": 30.0, "gain": 4000.0},
    ],
    "networks": [
        {"do": do, "model": model, "count": 32, "cores": 2, "ratio_to_keras": ratio,
         "course_lib": {"seconds": 6.0, "memory_mib": 200.0},
         "keras": {"seconds": 8.0, "memory_mib": 1300.0}} | peers
        for do, model, ratio, peers in (
            ("fit", "mnist", 0.75, {"torch": {"seconds": 9.5}, "ratio_to_torch": 0.63,
                                    "jax": {"seconds": 7.5}, "ratio_to_jax": 0.8}),
            ("predict", "mnist", 0.5, {}),
            ("predict", "efficientnet", 1.1, {}),
        )
    ],
    "layers": {
        "1": {"sgemm_gflops": 100.0, "layers": [
            {"layer": "Conv1D(2, 3)", "forward_ms": {"ratio": 0.9}, "both_ms": {"ratio": 1.4},
             "forward_gflops": 82.0},
            {"layer": "LayerNormalization", "forward_ms": {"ratio": 0.8}, "both_ms": {"ratio": 1.2},
             "forward_gflops": None},
        ]},
    },
}  # fmt: skip


def test_recorded_steps_tell_seconds_gains_date_and_machine():
    text = fast.recorded_steps(RECORD)
    assert "120,000.0" in text and "4,000.00" in text
    assert "2020-02-29, Abacus 7, 2 cores" in text


def test_recorded_networks_tell_seconds_ratios_and_memory():
    fit, torch, jax, predict, photographs, _, when = fast.recorded_networks(RECORD).splitlines()[1:]
    assert " ".join(fit.split()) == "fit mnist, 2 cores 6.00 s 8.00 s 0.75 200 : 1,300"
    assert " ".join(torch.split()) == "beside PyTorch 9.50 s 0.63"
    assert " ".join(jax.split()) == "beside JAX 7.50 s 0.80"
    assert "predict mnist" in predict and "0.50" in predict
    assert photographs.startswith("32 x efficientnet, 2") and "1.10" in photographs
    assert when == "2020-02-29, Abacus 7, 2 cores"


def test_recorded_layers_tell_both_ratios_and_the_share_of_the_peak():
    _, row, whole = fast.recorded_layers(RECORD).splitlines()
    assert " ".join(row.split()) == "Conv1D(2, 3) 0.90 1.40 82%"
    assert " ".join(whole.split()) == "LayerNormalization 0.80 1.20"


def test_of_the_recorded_rows_some_can_be_chosen():
    text = fast.recorded_networks(RECORD, models=("efficient",))
    assert "efficientnet" in text and "mnist" not in text
    assert len(fast.recorded_layers(RECORD, layers=("Layer",)).splitlines()) == 2
    with pytest.raises(ValueError, match="no layer 'Conv7D' is recorded"):
        fast.recorded_layers(RECORD, layers=("Conv1D", "Conv7D"))


def test_without_a_record_the_command_is_named(monkeypatch):
    monkeypatch.setattr(fast.records, "names", list)
    for table in (fast.recorded_steps, fast.recorded_networks, fast.recorded_layers):
        assert "python -m benchmarks" in table()

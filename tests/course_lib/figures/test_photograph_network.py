"""The photograph network: its steps, its record, and what the page computes from it."""

import json

import numpy as np
import pytest
import traitlets

import course_lib
from benchmarks import photograph_maps_run
from course_lib import records
from course_lib.applications import EfficientNetLite0
from course_lib.applications.efficientnet_lite import has_weights, recorded_answers
from course_lib.figures import PhotographNetwork
from course_lib.figures.interactive import photograph_network
from course_lib.figures.interactive.network_steps import network_steps
from course_lib.figures.interactive.photograph_network import LEVELS, TITLES
from tests.course_lib.figures.drivers import says
from tests.course_lib.figures.harness import browser, open_page, page_html
from tests.course_lib.figures.javascript import call


@pytest.fixture(scope="module")
def network():
    return EfficientNetLite0(weights=None)


@pytest.fixture(scope="module")
def steps(network):
    return network_steps(network)


@pytest.fixture(scope="module")
def record():
    return records.load("photograph_maps")


def test_the_steps_are_stem_sixteen_blocks_head_and_answer(network, steps):
    names = [step["name"] for step in steps]
    assert names[:3] == ["Stem", "Block 1a", "Block 2a"] and names[-2:] == ["Head", "Answer"]
    assert len([name for name in names if name.startswith("Block")]) == 16
    assert sum(step["parameters"] for step in steps) == network.count_params()
    total = course_lib.costs.total_cost(network).multiplications
    assert sum(step["multiplications"] for step in steps) == total
    for step in steps:
        assert step["shape"] == list(network.get_layer(step["layer"]).output_shape[1:])
    words = {step["name"]: step["made_of"] for step in steps}
    assert words["Block 3a"] == "1 × 1 to 144; 5 × 5 depthwise, stride 2; 1 × 1 to 40"
    assert words["Block 3b"] == "1 × 1 to 240; 5 × 5 depthwise; 1 × 1 to 40; plus what came in"


@pytest.mark.parametrize("name", ["Stem", "Block 2a", "Block 3b", "Block 4b"])
def test_a_cell_sees_its_window_and_not_a_pixel_more(name, network, steps):
    """Seen in the engine: a pixel is changed, and the cell's channels change or do not."""
    [step] = (one for one in steps if one["name"] == name)
    cell = step["shape"][0] // 2 - 1
    start = step["first"] + cell * step["jump"]
    end = start + step["size"] - 1
    rng = np.random.default_rng(0)
    plain = rng.normal(size=(1, 224, 224, 3)).astype(np.float32)
    images = np.repeat(plain, 5, axis=0)
    for image, place in zip(images[1:], (start - 1, start, end, end + 1), strict=True):
        image[place, 112] += 100  # a pixel in the window's columns
    model = course_lib.Model(network.input, network.get_layer(step["layer"]).output)
    cells = model.predict(images, batch_size=1, verbose=0)[:, cell]
    changed = (np.abs(cells[1:] - cells[0]) > 0).any(axis=(1, 2))
    assert changed.tolist() == [False, True, True, False]


def test_the_page_finds_the_same_windows(steps, tmp_path):
    cases = [[step, at] for step in steps for at in (0, 1, 3, 6)]
    for (step, at), found in zip(
        cases, call("photograph_network.js", "windowOf", cases, tmp_path), strict=True
    ):
        pixels = step["first"] + at * step["jump"] + np.arange(step["size"])
        inside = pixels[(pixels >= 0) & (pixels < 224)]
        assert (found["low"], found["high"]) == (inside[0], inside[-1])
        assert found["whole"] == (len(inside) == 224)
        assert found["middle"] == pixels.mean() + 0.5


def test_the_cells_that_see_a_pixel_are_those_whose_windows_hold_it(steps, tmp_path):
    rng = np.random.default_rng(1)
    cases = []
    for _ in range(200):
        step = steps[rng.integers(18)]
        cases.append([step, step["shape"][0], int(rng.integers(224))])
    for (step, side, pixel), (low, high) in zip(
        cases, call("photograph_network.js", "readersOf", cases, tmp_path), strict=True
    ):
        starts = step["first"] + np.arange(side) * step["jump"]
        holding = np.flatnonzero((starts <= pixel) & (pixel < starts + step["size"]))
        assert (low, high) == (holding[0], holding[-1])


def test_maps_arrive_in_the_page_as_they_were_recorded(tmp_path):
    maps = photograph_network._recorded_maps("mouse")
    figure = PhotographNetwork(photograph="mouse")
    texts = json.loads(figure.maps["mouse"])["maps"]
    found = call("photograph_network.js", "decodeMaps", [[text] for text in texts], tmp_path)
    for values, own in zip(found, maps, strict=True):
        np.testing.assert_array_equal(values, own.ravel())
    side, which = maps[4].shape[1], 2
    [place] = call("photograph_network.js", "strongestOf", [[found[4], side, which]], tmp_path)
    size = np.abs(maps[4][which])
    assert tuple(place) == np.unravel_index(size.argmax(), size.shape)


@pytest.mark.parametrize(
    ("at", "cell", "words"),
    [
        (0, 10, "It sees 3 × 3 pixels: rows 21 to 23, columns 21 to 23."),
        (2, 0, "It sees 11 × 11 pixels, as far as the photograph goes: "
               "rows 1 to 9, columns 1 to 9."),
        (17, 3, "Its window of 851 × 851 pixels covers the whole photograph. "
                "Its middle is at row 128, column 128."),
    ],
)  # fmt: skip
def test_what_a_cell_sees_in_words(at, cell, words, steps, tmp_path):
    case = [[steps[at], cell, cell]]
    assert call("photograph_network.js", "seenText", case, tmp_path) == [words]


def test_the_shares_and_the_bias_make_the_recorded_probabilities(record):
    """Scores of two classes differ as the logarithms of their recorded probabilities do."""
    for name, answers in zip(TITLES, recorded_answers(list(TITLES)), strict=True):
        assert [k for k, _, _ in answers] == record["channels"][name][-1]
        logs = np.log([p for _, _, p in answers])
        np.testing.assert_allclose(
            np.diff(record["scores"][name]), np.diff(logs), atol=0.02
        )  # probabilities are kept in half precision


@pytest.mark.skipif(not has_weights(), reason="the weights (group modern) are not installed")
def test_the_record_is_what_the_network_computes(record):
    network = EfficientNetLite0(classifier_activation=None)
    image = photograph_network.pictures()["mouse"][None]
    [(maps, channels, largest, scores)] = photograph_maps_run.looked_at(
        network, network_steps(network), image
    )
    recorded = photograph_network._recorded_maps("mouse")
    for at, own in enumerate(maps):
        assert channels[at].tolist() == record["channels"]["mouse"][at]
        np.testing.assert_allclose(largest[at], record["largest"]["mouse"][at], rtol=1e-3)
        assert np.abs(own.astype(int) - recorded[at]).max() <= 1  # a rounding at most
        assert np.abs(own).max(axis=(1, 2)).min() == LEVELS
    bias = network.get_layer("predictions").get_weights()[1][channels[-1]]
    shares = maps[-1].sum(axis=(1, 2)) * largest[-1] / LEVELS
    np.testing.assert_allclose(shares + bias, scores, atol=0.05 * np.abs(largest[-1]).max() * 7)


def test_the_text_version_says_what_the_network_and_the_record_say(steps):
    text = PhotographNetwork().fallback()
    assert text.count("<tr>") == 1 + len(steps) + 1 + len(TITLES)
    assert "<td>28 × 28 × 40</td>" in text and "<td>851 × 851</td>" in text
    (_, answer, p), *_ = recorded_answers(["mouse"])[0]
    assert f"<td>{answer} {100 * p:.0f} %</td>" in text
    assert "GPL 2" in text and "CC0" in PhotographNetwork(photograph="coffee").fallback()


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"photograph": "dog"}, "photograph must be one of zebra, .*, got 'dog'"),
        ({"step": 19}, "step"),
        ({"step": 17, "unit": [0, 7, 0]}, r"each below \(6, 7, 7\) at step 17"),
        ({"unit": [0, 1]}, r"unit must be \(map, row, column\)"),
    ],
)
def test_what_is_out_of_range_is_refused(settings, message):
    with pytest.raises(traitlets.TraitError, match=message):
        PhotographNetwork(**settings)


@pytest.mark.browser
def test_maps_are_loaded_when_the_figure_is_touched(tmp_path):
    """As a built page has it: the maps of each photograph in a script of its own."""
    figure = PhotographNetwork()
    state = page_html({"PhotographNetwork": figure})
    text = json.dumps(figure.maps).replace("</", "<\\/")
    assert state.count(text) == 1
    aside = {name: {"source": name, "src": f"{name}.js"} for name in TITLES}
    path = tmp_path / "network.html"
    path.write_text(state.replace(text, json.dumps(aside)), "utf-8")

    def written(name):
        value = json.dumps(figure.maps[name])
        (tmp_path / f"{name}.js").write_text(f'(window.cbhSources ||= {{}})["{name}"] = {value};')

    lit = """(root) => [...root.querySelectorAll(".cbh-map canvas")].map((c) =>
        c.getContext("2d").getImageData(0, 0, c.width, c.height).data
          .reduce((sum, v, i) => sum + (i % 4 === 3 && v > 0 ? 1 : 0), 0))"""
    written("zebra")
    with browser() as chrome, open_page(chrome, path) as page:
        root = page.locator(".cbh-photograph-network")
        says(root, r"^Map \d+ of 24, ")
        assert min(root.evaluate(lit)) > 20  # cells that are not black, of each map
        assert page.evaluate("Boolean(window.cbhSources)") is False
        root.get_by_role("button", name="Next").click()
        says(root, r"^Map \d+ of 40, ")
        assert page.evaluate("Object.keys(window.cbhSources)") == ["zebra"]
        assert page.errors == []
        root.get_by_label("Photograph").select_option(label="A mouse")
        says(root, r"could not be loaded")
        assert root.evaluate(lit) == [0] * 6, "maps of another photograph"
        written("mouse")
        root.get_by_role("button", name="Next").click()
        says(root, r"^Map \d+ of 40, ")
        assert min(root.evaluate(lit)) > 20

"""The Python side of the figures: lazy names, checked values, the text that stands for them."""

import re
import subprocess
import sys
from html.parser import HTMLParser

import numpy as np
import pytest
import traitlets

from course_lib import figures
from course_lib.figures.interactive import presets
from course_lib.figures.interactive.bundling import bundle, styles
from course_lib.figures.interactive.layout import flow
from course_lib.figures.interactive.text_version import text
from course_lib.lectures import examples
from tests.course_lib.figures.javascript import FIGURES, node

MINE = [
    "PixelMatcher",
    "ConvolutionStepper",
    "SizeExplorer",
    "ChannelsAndFilters",
    "Pooling",
]


def test_importing_the_package_loads_no_widgets_and_no_plots():
    code = (
        "import sys, course_lib.figures as f; f.INTERACTIVE\n"
        "print([m for m in ('anywidget', 'ipywidgets', 'matplotlib') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_every_name_leads_to_its_class():
    for name, stem in figures.INTERACTIVE.items():
        made = getattr(figures, name)
        assert (made.__name__, made.name) == (name, stem)
        assert {f"{stem}.js", f"{stem}.py"} <= {path.name for path in FIGURES.iterdir()}
    assert set(figures.INTERACTIVE) < set(dir(figures))


def test_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match=r"'course_lib\.figures' has no attribute 'Nothing'"):
        _ = figures.Nothing


def test_static_figures_are_reached_from_the_package():
    import course_lib.figures.static as package

    assert figures.static is package


@pytest.mark.parametrize("name", figures.INTERACTIVE)
def test_module_text_is_complete(name, tmp_path):
    stem = figures.INTERACTIVE[name]
    module = bundle(stem)
    assert not re.search(r"^\s*import\s", module, re.M), "a blob address resolves no import"
    assert len(re.findall(r"^export default", module, re.M)) == 1
    path = tmp_path / f"{stem}.mjs"
    path.write_text(module, "utf-8")
    loaded = f"import({str(path)!r}).then((m) => console.log(typeof m.default.render))"
    done = subprocess.run([node(), "-e", loaded], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "function"
    assert styles(stem).startswith("/* Shared look")


def test_module_hides_the_names_of_what_it_imports(tmp_path, monkeypatch):
    from course_lib.figures.interactive import bundling

    (tmp_path / "inner.js").write_text("const secret = 2;\nexport const two = secret;\n")
    (tmp_path / "outer.js").write_text('export { two as zwei } from "./inner.js";\n')
    (tmp_path / "figure.js").write_text(
        'import { zwei as two } from "./outer.js";\nconst secret = 1;\n'
        "export default { sum: two + secret };\n"
    )
    monkeypatch.setattr(bundling, "_HERE", tmp_path)
    path = tmp_path / "bundled.mjs"
    path.write_text(bundling.bundle("figure"))
    loaded = f"import({str(path)!r}).then((m) => console.log(m.default.sum))"
    done = subprocess.run([node(), "-e", loaded], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "3"


class _Tables(HTMLParser):
    """Captions and rows of the tables of a piece of HTML."""

    def __init__(self, markup):
        super().__init__()
        self.tables, self.cell, self.inside = [], None, None
        self.feed(markup)

    def handle_starttag(self, tag, _attributes):
        if tag == "table":
            self.tables.append({"caption": "", "rows": []})
        elif tag == "tr":
            self.tables[-1]["rows"].append([])
        elif tag == "td":
            self.tables[-1]["rows"][-1].append("")
        self.inside = tag

    def handle_data(self, data):
        if self.inside == "caption":
            self.tables[-1]["caption"] += data
        elif self.inside == "td":
            self.tables[-1]["rows"][-1][-1] += data

    def handle_endtag(self, _tag):
        self.inside = None


def _shown(values):
    return [[text(value) for value in row] for row in np.asarray(values)]


def test_text_of_the_stepper_shows_image_kernel_and_output():
    tables = _Tables(figures.ConvolutionStepper().fallback()).tables
    assert [one["caption"].split(":")[0] for one in tables] == ["Input image", "Kernel", "Output"]
    assert tables[0]["rows"] == _shown(examples.binary_5x5)
    assert tables[2]["rows"] == [["4", "3", "4"], ["2", "4", "3"], ["2", "3", "4"]]


def test_text_of_the_channels_shows_the_printed_map():
    tables = _Tables(figures.ChannelsAndFilters().fallback()).tables
    assert tables[-1]["rows"] == _shown(examples.rgb_printed)
    assert len(tables) == 3 + 3 + 1


def test_text_of_the_channels_counts_one_as_one():
    grey = figures.ChannelsAndFilters(**presets.LAYERS[1]["settings"]).fallback()
    assert "products of one channel, plus a bias; 2 filters give 2 maps." in grey
    colour = figures.ChannelsAndFilters().fallback()
    assert "products over all 3 channels, plus a bias; one filter gives one map." in colour


def test_text_of_pooling_and_of_the_matcher():
    pooled = _Tables(figures.Pooling().fallback()).tables[-1]
    assert pooled["rows"] == [["4", "8"], ["8", "4"]]
    matched = figures.PixelMatcher(picture=examples.x_image)
    tables = _Tables(matched.fallback()).tables
    assert tables[-1]["rows"][0] == ["0.78", "−0.11", "0.11", "0.33", "0.56", "−0.11", "0.33"]
    assert "81 of 81 pixels are equal" in matched.fallback()


def test_text_of_the_size_explorer_has_the_arithmetic():
    shown = figures.SizeExplorer(padding="same").fallback()
    rows = _Tables(shown).tables[0]["rows"]
    assert rows[1] == ["rows", "6", "3", "2", "1", "0", "1", "3"]
    assert "No window" not in shown
    assert "kernel_size" in figures.SizeExplorer(size=2, kernel_size=3).fallback()


def test_text_follows_the_notebook_but_not_each_step_of_the_reader():
    stepper = figures.ConvolutionStepper()
    first = stepper._fallback
    stepper.image = examples.numbers_6x6
    assert stepper._fallback != first == figures.ConvolutionStepper()._fallback
    now = stepper._fallback
    stepper.set_state({"strides": 2})  # what the page sends
    assert (stepper.strides, stepper._fallback) == (2, now)


@pytest.mark.parametrize("name", MINE)
def test_unknown_argument_names_the_known_ones(name):
    with pytest.raises(TypeError, match=f"{name}: unknown argument 'colour', expected one of"):
        getattr(figures, name)(colour=1)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: figures.ConvolutionStepper(image=[[1, 2], [3]]), "image must be a rectangle"),
        (lambda: figures.ConvolutionStepper(image=np.zeros((2, 2, 2))), "image"),
        (lambda: figures.ConvolutionStepper(image=[]), "image must be a rectangle"),
        (lambda: figures.ConvolutionStepper(padding="full"), "padding"),
        (lambda: figures.ConvolutionStepper(strides=0), "strides"),
        (lambda: figures.PixelMatcher(picture=np.ones((3, 3))), "picture must have 9 rows"),
        (lambda: figures.PixelMatcher(picture=np.zeros((9, 9))), "1 .ink. and -1 .paper. only"),
        (lambda: figures.SizeExplorer(size=2000), "size"),
        (lambda: figures.SizeExplorer(padding="full"), "padding"),
        (
            lambda: figures.ChannelsAndFilters(image=np.zeros((4, 4))),
            r"image must be an array of axes \(height, width, channels\), got shape \(4, 4\)",
        ),
        (lambda: figures.ChannelsAndFilters(image=[[[1], [1, 2]]]), "uneven nesting"),
        (lambda: figures.Pooling(mode="sum"), "mode"),
        (lambda: figures.Pooling(pool_size=[2]), "pool_size"),
    ],
)
def test_wrong_values_are_refused(make, message):
    with pytest.raises(traitlets.TraitError, match=message):
        make()


def test_one_number_stands_for_both_axes():
    explorer = figures.SizeExplorer(size=9, kernel_size=(3, 2))
    assert (explorer.size, explorer.kernel_size) == ([9, 9], [3, 2])


def test_pictures_of_the_matcher_are_what_they_say():
    x = np.array(presets.X)
    assert presets.rotated(0) == presets.X
    np.testing.assert_array_equal(presets.shifted(presets.X, 0, 1), np.roll(x, 1, axis=1))
    thick = np.array(presets.thickened(presets.X))
    assert (thick[x > 0] == 1).all()
    assert (thick > 0).sum() > (x > 0).sum()
    for label, picture in list(presets.PICTURES.values())[1:]:
        assert picture != presets.X, label


def test_height_of_panels_that_wrap():
    assert flow([(5, 5)], 720) == 5 * 36 + 27
    assert flow([(5, 5), (3, 3)], 720) == 5 * 36 + 27
    assert flow([(5, 5), (3, 3)], 250) == 5 * 36 + 27 + 16 + 3 * 36 + 27
    assert flow([(2, 20)], 350) == 2 * 24 + 27

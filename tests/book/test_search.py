"""The search: what is looked through, what is found first, and the box as a reader uses it."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from course_book import search
from docutils import nodes
from measure import accessibility
from measure.visits import STILL, opened
from measure.windows import PHONE, WIDE

from tests.book.conftest import ROOT
from tests.book.test_browser import browser  # noqa: F401

# what a reader types, and the section that must be among the first two
QUERIES = {
    "how many parameters": "07-parameters",
    "receptive field formula": "09-receptive-field#with-strides",
    "bias": "04-channels-and-filters#bias-and-activation",
    "same padding": "03-stride-and-padding#same-padding",
    "1x1 convolution": "04-channels-and-filters#a-direction-in-the-space-of-colours",
    "vanishing gradient": "17-residual-networks#where-the-gradient-goes",
    "data augmentation": "19-photographs#augmentation-and-one-that-harms",
    "output size formula": "03-stride-and-padding#the-size-of-the-output",
    "stride": "03-stride-and-padding",
    "dilated convolution": "09-receptive-field#dilation",
    "atrous": "09-receptive-field#dilation",
    "softmax": "05-activation#softmax-from-scores-to-probabilities",
    "max pooling": "glossary#term-max-pooling",
    "global average pooling": "06-pooling#the-whole-map-in-one-number",
    "dropout": "14-dropout-and-normalisation#dropout",
    "batch normalization": "14-dropout-and-normalisation#batch-normalisation-by-hand",
    "layer norm": "14-dropout-and-normalisation#without-batch-mates-layer-and-group-normalisation",
    "fine-tuning": "16-lenet-alexnet-vgg#transfer-learning-measured",
    "overfitting": "glossary#term-overfitting",
    "learning rate": "glossary#term-learning-rate",
    "backprop": "13-how-a-convolution-learns#the-idea-in-one-picture",
    "im2col": "20-how-a-convolution-gets-fast#step-one-matrix-product",
    "winograd": "20-how-a-convolution-gets-fast#step-fewer-products",
    "depthwise separable": "18-what-a-convolution-costs#the-idea-in-one-picture",
    "shortcut connection": "17-residual-networks#the-idea-in-one-picture",
    "cross-correlation": "02-convolution#convolution-or-cross-correlation",
    "translation equivariance": "10-weight-sharing",
    "numerical gradient": "13-how-a-convolution-learns#checking-a-gradient",
    "None in model.summary": "08-model-summary#a-summary-row-by-row",
    "flops": "18-what-a-convolution-costs#multiplications-are-not-milliseconds",
    "conv1d text": "11-one-two-three-dimensions#words-as-numbers",
    "convolutoin": "02-convolution",
    "memory while training": "18-what-a-convolution-costs#memory-training-keeps-prediction-lets-go",
    "VGG 3x3": "16-lenet-alexnet-vgg#vgg-only-3-3",
}


@pytest.fixture(scope="module")
def pages(book):
    script = (book / "_static" / "search" / "texts.js").read_text("utf-8")
    return json.loads(script.removeprefix("window.bookTexts = ").removesuffix(";\n"))


@pytest.fixture(scope="module")
def answers(book):
    """What each query finds, the best first, as addresses."""
    beside = Path(sys.executable).with_name("node")
    node = beside if beside.exists() else shutil.which("node")
    command = [node, ROOT / "tests/book/ask.mjs", book / "_static/search/texts.js"]
    typed = {"input": "\n".join(QUERIES), "text": True, "encoding": "utf-8"}
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, **typed)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    return dict(zip(QUERIES, lines, strict=True))


def test_what_a_reader_looks_for_is_among_the_first_two(answers):
    missed = {}
    for query, section in QUERIES.items():
        page, _, anchor = section.partition("#")
        wanted = f"chapters/{page}.html" + (f"#{anchor}" if anchor else "")
        steps = [re.sub(r"step-\d+", "step", one) for one in answers[query][:2]]  # they get more
        if wanted not in steps:
            missed[query] = answers[query][:4]
    assert not missed


def test_every_found_place_is_there(book, answers):
    for address in {one for found in answers.values() for one in found}:
        page, _, anchor = address.partition("#")
        text = (book / page).read_text("utf-8")
        assert not anchor or f'id="{anchor}"' in text, address


def test_only_the_words_of_the_pages_are_looked_through(pages):
    assert len(pages) > 25
    said = " ".join(section["text"] for page in pages for section in page["sections"])
    for noise in (
        "Link to this heading",
        "On this page",
        "import numpy",
        "<span",
        "\\frac",
        "data:",
    ):
        assert noise not in said, noise
    terms = [s for p in pages for s in p["sections"] if s["kind"] == "term"]
    assert len(terms) > 80 and all(term["title"] and term["text"] for term in terms)


def test_a_formula_is_read_once_and_as_it_is_typed():
    paragraph = nodes.paragraph(
        "", "of ", nodes.math("", r"n_\text{out} \times k"), nodes.Text(" cells")
    )
    assert search.words(paragraph) == "of n_out × k cells"
    assert search.words(nodes.section("", nodes.math_block("", "x"), paragraph)).split()[0] == "of"


def test_a_cell_is_not_read_but_its_caption_is():
    code = nodes.literal_block("", "import this")
    figure = nodes.figure("", nodes.image(), nodes.caption("", "What it shows"))
    cell = nodes.container("", code, figure, classes=["cell"])
    assert search.words(cell).split() == ["What", "it", "shows"]
    assert search.words(nodes.literal_block("", "make book")) == "make book"


def test_the_first_section_that_links_a_term_introduces_it():
    first, later = {"terms": ["stride", "padding"]}, {"terms": ["Stride", "jump"]}
    search.introduced([{"sections": [first]}, {"sections": [later]}])
    assert first == {"introduces": "stride · padding"}
    assert later == {"introduces": "jump", "terms": "Stride"}


def _search(tab, text):
    """Type into the box, and wait for the answer to all of it."""
    tab.keyboard.press("Control+k")
    tab.keyboard.type(text)
    tab.wait_for_selector(f'dialog [data-answers="{text}"]', state="attached")


@pytest.mark.browser
def test_the_box_answers_while_one_types_and_is_worked_from_the_keyboard(browser, book):  # noqa: F811
    with opened(browser) as (tab, wrong):
        asked = []
        tab.on("request", lambda request: asked.append(request.url))
        tab.goto((book / "chapters" / "02-convolution.html").as_uri())
        tab.wait_for_load_state("load")
        assert not [url for url in asked if url.endswith(("box.js", "texts.js", "searchindex.js"))]
        _search(tab, "same paddin")
        first = tab.locator("dialog .search-results li a").first
        assert "Same padding" in first.inner_text() and "3 Stride and padding" in first.inner_text()
        assert first.locator("mark").count() > 0
        assert "found" in tab.locator("dialog [role=status]").inner_text()
        tab.keyboard.press("ArrowDown")
        assert first.evaluate("(link) => link === document.activeElement")
        tab.keyboard.press("ArrowDown")
        tab.keyboard.press("ArrowUp")
        tab.keyboard.press("Enter")
        tab.wait_for_url("**/03-stride-and-padding.html#same-padding")
        assert not wrong


@pytest.mark.browser
def test_enter_opens_the_first_result_and_nothing_found_is_said(browser, book):  # noqa: F811
    with opened(browser) as (tab, wrong):
        tab.goto((book / "index.html").as_uri())
        _search(tab, "qqqqzzz")
        assert "Nothing found for “qqqqzzz”" in tab.locator("dialog [role=status]").inner_text()
        assert tab.locator("dialog .search-results li").count() == 0
        tab.keyboard.press("Escape")
        assert tab.locator("dialog#pst-search-dialog").is_hidden()
        tab.keyboard.press("Control+k")
        tab.locator("dialog input").fill("softmax")
        tab.wait_for_selector("dialog [data-answers=softmax]")
        address = tab.locator("dialog .search-results a").first.get_attribute("href")
        tab.keyboard.press("Enter")
        tab.wait_for_url(f"**/{address.removeprefix('./')}")
        assert not wrong


@pytest.mark.browser
def test_a_search_that_cannot_load_says_so(browser, book):  # noqa: F811
    with opened(browser) as (tab, _):
        tab.route("**/search/texts.js", lambda route: route.abort())
        tab.goto((book / "index.html").as_uri())
        tab.keyboard.press("Control+k")
        tab.get_by_text("The search does not work here").wait_for()


@pytest.mark.browser
@pytest.mark.parametrize(("scheme", "size"), [("light", WIDE), ("dark", WIDE), ("light", PHONE)])
def test_the_results_are_accessible_and_fit(browser, book, scheme, size):  # noqa: F811
    with opened(browser, size) as (tab, _):
        tab.emulate_media(color_scheme=scheme)
        tab.goto((book / "chapters" / "05-activation.html").as_uri())
        _search(tab, "softmax")
        tab.add_style_tag(content=STILL)
        accessibility.prepare(tab)
        dialog = "#pst-search-dialog"
        assert accessibility.violations(tab, scope=dialog, waits=[50, 900]) == []
        box = tab.locator("dialog#pst-search-dialog").bounding_box()
        assert box["x"] >= 0 and box["x"] + box["width"] <= size["width"]
        assert box["y"] + box["height"] <= size["height"]
        assert tab.evaluate("document.documentElement.scrollWidth") <= size["width"]


@pytest.mark.browser
def test_the_search_page_answers_an_address_from_a_folder_too(browser, book):  # noqa: F811
    with opened(browser) as (tab, wrong):
        tab.goto((book / "search.html").as_uri() + "?q=dilation")
        tab.wait_for_selector(".search-results li a")
        assert tab.locator("input[type=search]:visible").input_value() == "dilation"
        assert (
            tab.locator(".search-results li a")
            .first.get_attribute("href")
            .startswith("./chapters/")
        )
        assert not wrong

"""What the Python classes of figures 6 to 10 accept, refuse and hand to the page."""

import base64
import json

import numpy as np
import pytest
import traitlets

from course_bank import bank, quiz
from course_bank.core import forms
from course_lib.figures import (
    DigitPad,
    DigitPlayground,
    Dimensions,
    ModelBuilder,
    Quiz,
    ReceptiveField,
)
from course_lib.figures.interactive import (
    digit_pad,
    digit_playground,
    dimensions,
    receptive_field,
    stacks,
)
from tests.course_lib.figures.drivers import says
from tests.course_lib.figures.harness import browser, open_page, page_html


@pytest.mark.parametrize("preset", stacks.MODELS)
def test_every_preset_of_the_builder_fits(preset):
    figure = ModelBuilder(preset)
    total = sum(count for *_, count in stacks.rows(figure.input_shape, figure.layers))
    assert f"{total:,} parameters in all" in figure.fallback()


def test_the_stack_becomes_a_model():
    assert ModelBuilder("mnist").model().count_params() == 34826


def test_a_stack_that_cannot_be_built_says_so_without_javascript():
    figure = ModelBuilder(layers=[{"type": "Flatten"}, *stacks.MODELS["minimal"]["layers"]])
    assert "cannot be built" in figure.fallback()


@pytest.mark.parametrize(
    ("make", "error", "words"),
    [
        (lambda: ModelBuilder("resnet"), ValueError, "preset must be one of mnist"),
        (lambda: ModelBuilder(layers=[{"type": "LSTM"}]), traitlets.TraitError, "got 'LSTM'"),
        (lambda: ModelBuilder(input_shape=[28, 28]), traitlets.TraitError, r"got \(28, 28\)"),
        (lambda: ModelBuilder(size=3), TypeError, "unknown argument 'size'"),
        (lambda: ReceptiveField("wide"), ValueError, "preset must be one of deeper"),
        (lambda: ReceptiveField(layers=[{"kernel": 20}]), ValueError, "kernel_size 20"),
        (lambda: Dimensions("4d"), ValueError, "example must be one of series"),
        (lambda: Dimensions(kernel=[3, 3]), ValueError, "one size per axis"),
        (lambda: DigitPlayground(weights=[np.zeros(3)]), ValueError, "must have the shapes"),
        (lambda: Quiz(questions=[]), ValueError, "at least one question"),
        (lambda: quiz(topic="cooking"), ValueError, "topic must be one of"),
        (lambda: quiz(["no-such-question"]), ValueError, "no-such-question"),
        (lambda: quiz(["conv2d-loops"]), ValueError, "conv2d-loops"),
        (lambda: quiz(["pool-max-map"], topic="pooling"), ValueError, "not both"),
        (lambda: quiz(variants=0), ValueError, "variants must be a positive integer"),
    ],
)
def test_arguments_that_make_no_sense(make, error, words):
    with pytest.raises(error, match=words):
        make()


@pytest.mark.parametrize("preset", receptive_field.CHAINS)
def test_every_chain_fits_and_shows_its_field(preset):
    figure = ReceptiveField(preset)
    assert f"<td>{figure.field().value}</td>" in figure.fallback()


@pytest.mark.parametrize("example", dimensions.EXAMPLES)
def test_shapes_of_every_example(example):
    figure = Dimensions(example)
    assert f"<td>{figure.output_shape()}</td>" in figure.fallback()


def test_samples_are_what_the_page_will_read():
    """Labels and readings of the offered digits, with the weights the page unpacks."""
    rng = np.random.default_rng(3)
    weights = [rng.normal(0, 0.2, shape) for shape in digit_playground.SHAPES]
    samples = DigitPlayground(weights=weights).samples
    images = np.array(
        [np.frombuffer(base64.b64decode(s["pixels"]), np.uint8).reshape(28, 28) for s in samples]
    )
    kept = digit_playground.unpack(digit_playground.pack(weights))
    scores = digit_playground.forward(images / 255, kept)[-1]
    assert [s["read"] for s in samples] == scores.argmax(1).tolist()
    assert sum(s["read"] != s["label"] for s in samples) == 6


def test_variants_of_a_quiz_differ_and_are_the_banks():
    figure = quiz(topic="pooling", variants=3)
    assert [q["id"] for q in figure.questions] == [
        name
        for name, question in bank.items()
        if question.topic == "pooling" and question.form in forms.FORMS
    ]
    for question in figure.questions:
        prompts = [variant["prompt_html"] for variant in question["variants"]]
        assert 1 <= len(set(prompts)) == len(prompts) <= 3
    assert quiz(topic="pooling", variants=3).questions == figure.questions
    assert quiz(topic="pooling", variants=3, seed=1).questions != figure.questions


def test_the_playground_starts_on_a_unit_that_is_alive():
    playground = DigitPlayground()
    sample = playground.samples[playground.sample]
    image = np.frombuffer(base64.b64decode(sample["pixels"]), np.uint8).reshape(28, 28) / 255
    weights = digit_playground.unpack(playground.weights)
    layer, which, row, column = playground.unit
    maps = [values[0] for values in digit_playground.forward(image[None], weights)[:4]]
    assert maps[layer][row, column, which] > 0.5


def test_the_pads_poster_is_the_network_reading_a_seven():
    pad = DigitPad()
    assert int(np.argmax(pad.poster["probabilities"])) == digit_pad.DIGIT
    _, maps, _ = digit_pad._recorded_seven(pad.weights)
    for layer, values in zip(pad.poster["layers"], maps, strict=True):
        sums = values.sum(axis=(0, 1))
        assert sums[layer["shown"]].min() >= np.delete(sums, layer["shown"]).max()
        sent = np.frombuffer(base64.b64decode(layer["maps"]), np.uint8)
        kept = values[..., layer["shown"]] / values.max()
        np.testing.assert_allclose(sent.reshape(kept.shape) / 255, kept, atol=0.002)
    assert "reads 7" in pad.fallback() and "<img" in pad.fallback()


@pytest.mark.browser
def test_the_pad_loads_its_network_when_it_is_touched(tmp_path):
    """As a built page has it: the weights stand in a script beside it, also from file://."""
    pad = DigitPad()
    state = page_html({"DigitPad": pad})
    aside = json.dumps({"source": "net", "src": "net.js"})
    assert state.count(pad.weights) == 1
    path = tmp_path / "pad.html"
    path.write_text(state.replace(f'"{pad.weights}"', aside), "utf-8")
    with browser() as chrome, open_page(chrome, path) as page:
        root = page.locator(".cbh-digit-pad")
        says(root, r"^The network reads 7 ")
        assert page.evaluate("Boolean(window.cbhSources)") is False
        surface = root.locator(".cbh-pad")
        surface.click()
        says(root, r"could not be loaded. Draw again")
        net = f"(window.cbhSources ||= {{}}).net = {json.dumps(pad.weights)};"
        (tmp_path / "net.js").write_text(net)
        surface.click()
        says(root, r"^The network reads \d ")
        assert page.evaluate("Boolean(window.cbhSources.net)")


@pytest.mark.browser
def test_progress_is_kept_in_the_browser_or_for_the_page(tmp_path):
    figure = quiz(["sizes-valid", "sizes-stride"])
    path = tmp_path / "quiz.html"
    path.write_text(page_html({"Quiz": figure}), "utf-8")
    answer = str(figure.questions[0]["variants"][0]["answer"])

    def solve(page):
        root = page.locator(".cbh-quiz")
        root.get_by_label("Your answer").fill(answer)
        root.get_by_role("button", name="Check").click()
        says(root, r"^Right\.")
        return root.locator(".cbh-quiz-foot .cbh-note")

    with browser() as chrome:
        with open_page(chrome, path) as page:
            assert solve(page).inner_text() == "1 of 2 solved, kept in this browser only."
            page.reload()
            page.wait_for_selector(".cbh-dot-solved")
            assert page.locator(".cbh-quiz-heading").inner_text() == "Question 2 of 2"
            assert page.errors == []
        with open_page(chrome, "about:blank") as page:
            page.add_init_script(
                "Object.defineProperty(window, 'localStorage', "
                "{ get() { throw new Error('blocked'); } })"
            )
            page.goto(path.as_uri())
            assert "keeps nothing" in solve(page).inner_text()
            assert page.errors == []

"""Every page of the built book, visited once, and measured as ``make measure`` does."""

import warnings
from functools import partial
from pathlib import Path

import pytest
from course_book import drawings
from measure import accessibility, marks, markup, visits, weights, windows

from course_lib.figures.static.canvas import Drawing
from tests import requirements
from tests.book.test_browser import browser  # noqa: F401 (a fixture)
from tests.kept import Kept, digest, drawing, surroundings

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]

ASKED = {
    "loading": "no error, no request to elsewhere, no jump, and no heavier than it may be",
    "axe": "in light, on a phone, and with all folds open in light and dark",
    "pictures": "there, and with a width and a height",
    "width": "no code is cut at 1280 pixels, and nothing scrolls sideways at 375, nor at 320",
    "type": "lines of 66 to 75 characters, three sizes of headings, drawings that can be read",
    "drawings": "text of one size, labels clear of shapes, cells and rows of pictures alike",
    "figures": "as high as the window they are used in, and as wide as its margin allows",
    "folds": "opening one moves nothing above it",
}


MEASURING = (Path(visits.__file__).parent, Path(drawings.__file__), accessibility.PROGRAMS[0])
MEASURING += (Path(__file__), Path(requirements.__file__))


@pytest.fixture(scope="module")
def visited(browser, pages, book):  # noqa: F811
    under = digest(*MEASURING, also=[surroundings(), drawing()])
    return visited_where_new(pages, book, under, partial(visits.visit, browser))


def visited_where_new(pages, book, under, visit):
    """A visit of every page, made by ``visit(page, book)``.

    A page on which nothing was wrong is visited again when it has changed, or a file that it loads,
    or ``under``, the digest of what it is measured with.
    """

    def now(page, loaded):
        there = [book / name for name in loaded if (book / name).exists()]
        return digest(page, *there, also=[under, loaded])

    before, found = Kept("visits"), {}
    for page in pages:
        name = page.relative_to(book).as_posix()
        known = before.get(name)
        if known and known["digest"] == now(page, known["loaded"]):
            continue
        found[page] = visit(page, book)
        if not found[page].problems():
            loaded = [file.relative_to(book).as_posix() for file in found[page].loaded]
            before.put(name, {"loaded": loaded, "digest": now(page, loaded)})
    if same := len(pages) - len(found):
        warnings.warn(f"{same} pages were visited before; they are the same.", stacklevel=1)
    return [found.get(page, visits.Visit(page)) for page in pages]


@pytest.mark.parametrize("kind", visits.Visit.KINDS)
def test_every_page(visited, kind):
    problems = [said for visit in visited for said in visit.problems(kind)]
    assert not problems, f"{ASKED[kind]}:\n" + "\n".join(problems)


@pytest.mark.parametrize("name", ["index", "chapters/student-guide"])
def test_nothing_jumps_while_a_page_loads_on_a_phone(name, browser, book):  # noqa: F811
    """Its scripts late: where lines are short, a border that comes with them breaks lines anew."""

    def late(route):
        tab.wait_for_timeout(300)
        route.continue_()

    with visits.opened(browser, windows.PHONE) as (tab, wrong):
        tab.route("**/_static/scripts/*.js*", late)
        visits.settled(tab, (book / f"{name}.html").as_uri())
        assert tab.evaluate("window.shift") < visits.SHIFT and not wrong


def test_the_markup_of_every_page_is_allowed(pages):
    found = markup.problems(pages)
    assert not found, "\n".join(f"{page.name}: {one}" for page in found for one in found[page])


CHANGES = {
    "the page": lambda book: (book / "a.html").write_text("other"),
    "a file that it loads": lambda book: (book / "style.css").write_text("other"),
    "a file that is gone": lambda book: (book / "style.css").unlink(),
    "what it is measured with": None,
}


@pytest.mark.filterwarnings("ignore:.*were visited before")
@pytest.mark.parametrize("change", CHANGES)
def test_a_page_is_visited_again_when_something_has_changed(change, tmp_path, kept_apart):
    for name in ("a.html", "b.html", "style.css"):
        (tmp_path / name).write_text(name)
    pages, asked = [tmp_path / "a.html", tmp_path / "b.html"], []

    def visit(page, book):
        asked.append(page.name)
        return visits.Visit(page, loaded=[page] + [book / "style.css"] * (page is pages[0]))

    for under in ("measure", "measure"):
        assert len(visited_where_new(pages, tmp_path, under, visit)) == 2
    assert asked == ["a.html", "b.html"]
    if CHANGES[change]:
        CHANGES[change](tmp_path)
    visited_where_new(pages, tmp_path, "measure" if CHANGES[change] else "other", visit)
    assert asked[2:] == (["a.html"] if CHANGES[change] else ["a.html", "b.html"])


def test_a_page_with_a_problem_is_visited_again(tmp_path, kept_apart):
    page = tmp_path / "a.html"
    page.write_text("wrong")
    for _ in range(2):
        made = visited_where_new(
            [page], tmp_path, "measure", lambda page, book: visits.Visit(page, axe=["pale"])
        )
        assert made[0].problems() == ["a.html: pale"]


# each measure, seen to fail

BAD = """<!DOCTYPE html><html lang="en"><head><title>Bad</title><meta name="viewport"
content="width=device-width"><style>h1 {font-size: 30px} p {width: 200px; font: 16px serif}
details[open] {margin-top: 40px}</style></head><body><main><article><section><h1>Bad</h1>
<p>Lines of this paragraph are far too short, since it is as narrow as a column of a newspaper.</p>
<img src="missing.svg" alt="a picture that is not there"><p style="color: #ccc">Too pale.</p>
<div style="width: 350px">wide</div><details><summary>Fold</summary>text</details>
<div class="cell_input">
<pre style="width: 60px; overflow: auto">a = long(line, of, code)</pre></div>
</section></article></main><script>document.fonts; fetch("http://example.org/").catch(() => 0)
</script></body></html>"""


def test_a_bad_page_is_found_to_be_bad(browser, tmp_path):  # noqa: F811
    page = tmp_path / "bad.html"
    page.write_text(BAD)
    seen = visits.visit(browser, page, tmp_path, waits=[50])
    found = {kind: " ".join(getattr(seen, kind)) for kind in seen.KINDS}
    assert "remote request: http://example.org/" in found["loading"]
    assert "color-contrast" in found["axe"]
    assert "does not load" in found["pictures"] and "no width" in found["pictures"]
    assert "wide at 320" in found["width"] and "code is cut: a = long" in found["width"]
    assert "characters a line" in found["type"] and "h1 of 30.0" in found["type"]
    assert "moves by 40" in found["folds"]


DRAWING = """<svg xmlns="http://www.w3.org/2000/svg" width="90" height="90" viewBox="0 0 90 90">
<rect width="90" height="90" fill="#ccc"/></svg>"""
LATE = """<!DOCTYPE html><html lang="en"><head><title>Late</title><link rel="stylesheet"
href="a%20style.css"></head><body><main><h1>Late</h1><p style="height: 50000px">Far.</p>
<p class="drawing-frame"><img src="a%20drawing.svg" width="90" height="90" loading="lazy"
alt="below"></p></main></body></html>"""


def test_what_a_visit_reads_of_the_book_belongs_to_what_the_page_loads(browser, tmp_path):  # noqa: F811
    """Also drawings that the browser has not asked for, and names with spaces."""
    page, style, drawn = (tmp_path / name for name in ("a.html", "a style.css", "a drawing.svg"))
    page.write_text(LATE)
    style.write_text("p { margin: 0 }")
    drawn.write_text(DRAWING)
    seen = visits.visit(browser, page, tmp_path, waits=[50])
    assert seen.loaded == sorted([page, style, drawn])


COLOURS = """<!DOCTYPE html><html lang="en"><head><title>Colours</title><style>
body {background: #fff; color: #000} .pale {color: #ccc} .on {background: #222; color: #eee}
#behind {position: relative} #behind p {position: absolute; top: 0; left: 0; color: #eee}
#box {width: 300px; height: 60px; background: #fff} #faint {opacity: 0.3}
a {color: #00e; text-decoration: none}
#picture {background: linear-gradient(#fff, #fff) #000; color: #ddd}
.dark {background: #222; height: 3em} .cells {display: grid} .cells > * {grid-area: 1 / 1}
.open {background: #222; color: #eee; width: 3em; height: 2em; white-space: nowrap}
.apart {position: relative; margin: 3em 0} .under {background: #222; position:
absolute; inset: -1em; z-index: -1}
#s {color: #333; text-shadow: 0 0 9px #000, 0 0 9px #000, 0 0 9px #000, 0 0 9px #000,
0 0 9px #000, 0 0 9px #000, 0 0 9px #000, 0 0 9px #000, 0 0 9px #000}</style></head><body><main>
<p class="pale" id="a">Too pale on white.</p><p class="on">Pale, but on black.</p>
<div class="on"><p style="color: #333" id="b">Dark on black.</p><p>And this is well.</p></div>
<div class="on" id="behind"><div id="box"></div><p id="c">On the box that is behind it.</p></div>
<p id="faint">Shines through.</p><p id="picture">On a picture.</p>
<p>Text with <a href="#d" id="d" style="color: #222">a link</a> that is told by nothing.</p>
<p>Text with <a href="#e" style="text-decoration: underline">a link</a> that is told.</p>
<p><a href="#f">A link alone.</a></p><button disabled class="pale">Not in use</button>
<p class="pale" aria-hidden="true" id="h">Seen, and not heard.</p>
<div class="cells"><div class="dark"></div><p id="i">Black on the dark cell below.</p></div>
<div class="dark"></div><p id="j" style="margin-top: -2.5em">Black, drawn up to the dark.</p>
<p id="k" style="position: relative; top: 3.5em">Black, moved down to the dark.</p>
<div class="dark"></div>
<div class="apart"><div class="under"></div><p id="l">Black before the dark.</p></div>
<div class="open"><p id="m" style="width: max-content">Pale letters
that go on to the right of their dark box.</p></div>
<div class="open" style="overflow: hidden">Pale letters that are cut off at its edge.</div>
<p class="apart">Black <span class="under"></span><b id="n">before a dark box of its own.</b></p>
<p id="s">Dark in the dark of its shadows.</p>
<input id="g" class="pale" value="typed"
aria-label="A field"></main></body></html>"""


def test_what_styles_cannot_tell_of_contrast_is_asked_of_axe(browser, tmp_path):  # noqa: F811
    """What axe alone finds on the page, and no more: where it is only asked for what is left."""
    page = tmp_path / "colours.html"
    page.write_text(COLOURS)
    both = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
    with visits.opened(browser) as (tab, _):
        tab.goto(page.as_uri())
        accessibility.prepare(tab)
        whole = tab.evaluate("rules => axe.run(document, {runOnly: rules})", both)
        broken = {node["html"] for one in whole["violations"] for node in one["nodes"]}
        lines = accessibility.violations(tab, rules=None)
    for place in "abcdghijklmns":
        assert any(f'id="{place}"' in html for html in broken), place
    missed = [html for html in broken if not any(html[:60] in line for line in lines)]
    assert not missed and len(lines) == len(broken)


@pytest.mark.parametrize("name", ["chapters/06-pooling", "chapters/instructor-guide"])
def test_axe_asked_in_full_finds_no_more(name, browser, book):  # noqa: F811
    """All its rules on all elements, which no other visit asks: it would take minutes."""
    program = "async (rules) => (await axe.run(document, {runOnly: rules})).violations"
    with visits.opened(browser) as (tab, _):
        visits.settled(tab, (book / f"{name}.html").as_uri())
        tab.add_style_tag(content=visits.STILL)
        accessibility.prepare(tab)
        assert tab.evaluate(program, accessibility.RULES) == [], "light"
        tab.emulate_media(color_scheme="dark")
        tab.wait_for_function("document.documentElement.dataset.theme === 'dark'")
        assert tab.evaluate(program, accessibility.RULES) == [], "dark"


def test_a_bad_drawing_is_found_to_be_bad(browser, tmp_path):  # noqa: F811
    drawing = Drawing(200, 200)
    drawing.text(40, 20, "one word")
    drawing.text(44, 24, "another")
    drawing.text(195, 60, "too long")
    drawing.line(100, 100, 140, 100)
    drawing.text(120, 100, "struck")
    for x, cell in ((20, 30), (60, 40)):
        drawing.rect(x, 120, cell, cell, "cell")
        drawing.text(x + cell / 2, 120 + cell / 2, "7")
    drawing.text(100, 160, "below")
    for x, y in ((110, 2), (140, 2), (110, 32)):
        drawing.image(x, y, 20, 20, "data:,")
    drawing.parts.append('<text x="10" y="190" style="font-size:9px">small</text>')
    page = tmp_path / "bad.svg"
    page.write_text(drawing.svg())
    with visits.opened(browser) as (tab, _):
        tab.goto(page.as_uri())
        found = tab.evaluate(visits.LABELS)
    assert {
        "text of 14 and 9 pixels",
        "“one word” and “another” overlap",
        "“too long” is cut by the drawing's edge",
        "“struck” stands on a line",
        "“below” crosses the edge of a rect",
        "cells of 30 and 40 pixels",
        "rows of 2, 1 pictures",
    } == set(found)


def test_bad_markup_is_found_and_formulas_are_passed_over(tmp_path):
    page = tmp_path / "bad.html"
    formula = f"{markup.DRAWN}<span><p>in a formula</p></span></span>"
    heads = "<thead><tr><th>a</th><th>b</th></tr></thead>"
    table = f"<table>{heads}<tbody><tr><th>c</th><td>d</td></tr></tbody></table>"
    page.write_text(f"<details><summary><p>no</p>{formula}</summary></details>{table}")
    rules = {one.split(": ")[1] for one in markup.problems([page])[page]}
    assert {"element-permitted-content", "wcag/h63"} <= rules
    assert "in a formula" not in markup.slim(page.read_text())


def test_a_page_weighs_what_is_sent(tmp_path):
    page, font = tmp_path / "a.html", tmp_path / "a.woff2"
    page.write_text("a" * 10_000)
    font.write_bytes(b"a" * 10_000)
    assert weights.on_the_wire(page) < 100 and weights.on_the_wire(font) == 10_000
    assert weights.limit(page) == 250_000
    page.write_text(f'<div {weights.FIGURE}">')
    assert weights.limit(page) == 450_000


def test_a_low_mark_is_told():
    good = {form: dict.fromkeys(marks.LEAST, 100) for form in marks.FORMS}
    poor = good | {"mobile": good["mobile"] | {"performance": 89}}
    assert marks.too_low({"a": good, "b": poor}) == ["b: performance mobile 89, at least 90"]
    again = {**good["mobile"], "performance": 93, "seo": 80}
    assert marks.better(poor["mobile"], again) == {**good["mobile"], "performance": 93}


def test_the_server_compresses_as_a_host_does(tmp_path):
    import gzip
    import urllib.error
    import urllib.request

    (tmp_path / "index.html").write_text("a" * 1000)
    with marks.served(tmp_path) as address:
        with urllib.request.urlopen(f"{address}/?v=1") as answer:
            assert answer.headers["Content-Encoding"] == "gzip"
            assert gzip.decompress(answer.read()) == b"a" * 1000
        with pytest.raises(urllib.error.HTTPError, match="404"):
            urllib.request.urlopen(f"{address}/missing.css")

"""The forms of a chapter as a reader gets them: one small page, built and opened in a browser."""

import shutil
from pathlib import Path
from types import SimpleNamespace

import part
import pytest
from bs4 import BeautifulSoup
from course_book import boxes, facts, literature, moved, terms, thumbnails
from measure import accessibility
from measure.visits import MEASURES, STILL, opened
from measure.windows import PHONE
from pybtex.database import Person

from course_lib.lectures.facts import FACTS
from tests.book.conftest import ROOT
from tests.book.test_browser import browser  # noqa: F401
from tests.kept import PLACE, digest, surroundings, while_right
from tests.requirements import chromium

pytestmark = pytest.mark.browser


FORMS = ROOT / "tests/book/forms.md"
PAGES = [FORMS, "chapters/21-playground.md", *part.REFERENCE]


@pytest.fixture(scope="module")
def built(request):
    """The pages, built anew when something has changed that they are made from."""
    chromium()  # before minutes are spent on pages that nothing can open
    names = ["_config.yml", "package-lock.json", *part.LINKED]
    now = digest(FORMS, Path(__file__), *map(ROOT.joinpath, names), also=surroundings())
    folder = PLACE / "forms"

    def find():
        shutil.rmtree(folder, ignore_errors=True)
        return part.build(folder, PAGES).relative_to(folder).as_posix()

    with while_right(request.session, "forms", now, find) as html:
        yield folder / html


@pytest.fixture(scope="module")
def page(built):
    return built / "forms.html"


@pytest.fixture(scope="module")
def soup(page):
    return BeautifulSoup(page.read_text("utf-8"), "html.parser").find("article")


@pytest.fixture
def tab(browser, page):  # noqa: F811
    with opened(browser) as (tab, wrong):
        tab.goto(page.as_uri(), wait_until="load")
        yield tab
        assert not wrong


@pytest.fixture
def bare(browser, page):  # noqa: F811
    """The page in a browser that runs no JavaScript."""
    context = browser.new_context(java_script_enabled=False)
    tab = context.new_page()
    tab.goto(page.as_uri())
    yield tab
    context.close()


def _text(element):
    return " ".join(element.get_text(" ").split())


def test_no_line_begins_with_a_full_stop_or_a_mark(tab):
    tab.evaluate(MEASURES)
    tab.add_style_tag(content="article section > p { max-width: none; margin-left: auto; }")
    narrow = "(w) => document.querySelectorAll('article p').forEach((p) => (p.style.width = w))"
    for pixels in range(40, 200, 3):
        tab.evaluate(narrow, f"{pixels}px")
        assert tab.evaluate("measures.torn()") == [], pixels


def test_in_the_dark_a_program_has_no_brighter_frame_than_other_boxes(tab):
    tab.emulate_media(color_scheme="dark")
    tab.wait_for_function("document.documentElement.dataset.theme === 'dark'")
    frame = "(box) => getComputedStyle(box).borderTopColor"
    program = tab.locator(".cell_input").first.evaluate(frame)
    assert program == tab.locator("details.misconception").first.evaluate(frame)


def test_the_first_box_says_what_for_how_long_and_with_what(soup):
    box = soup.select_one(".admonition.objectives")
    assert "After this chapter you will be able to" in _text(box.select_one(".admonition-title"))
    assert [_text(point) for point in box.select("li")] == ["fold and open;", "print."]
    needs = box.select_one(".objectives-needs")
    assert "about 35 minutes" in _text(needs)
    assert "this section" in _text(needs) and needs.select("a[href='#forms-below']")
    assert needs.select(".katex")


def test_the_last_box_has_two_parts(soup):
    parts = [_text(part) for part in soup.select(".closing > .closing-part")]
    assert parts == [
        "What we can do now We can fold.",
        "What is still missing We cannot yet unfold.",
    ]


def test_a_misconception_is_folded_in_the_readers_words(soup):
    box = soup.select_one("details.misconception")
    assert _text(box.summary).startswith("Misconception “A stride of 2 halves")
    assert box.summary.select(".katex") and not box.has_attr("open")
    links = [link["href"].rsplit("#")[-1] for link in box.select(".fact-link a")]
    assert links == ["fact-size-05", "fact-size-09"]


def test_what_only_the_careful_need_is_folded(soup):
    box = soup.select_one("details.careful")
    assert _text(box.summary).startswith("For the careful Why")
    assert box.summary.select(".katex") and not box.has_attr("open")
    assert "hang over the end" in _text(box) and box.select(".fold-body .katex-display")


def test_the_librarys_own_code_is_folded(soup):
    box = soup.select_one("details.library")
    assert _text(box.summary) == "In the library A copy less" and not box.has_attr("open")
    assert "def each(function, parts)" in box.select_one(".fold-body pre").get_text()


def test_a_judgement_shows_its_question_and_folds_its_answer(bare):
    box = bare.locator(".judgement")
    assert "Choose" in box.inner_text() and "Three or five?" in box.inner_text()
    answer = box.get_by_text("Three, twice")
    assert answer.is_hidden()
    box.locator("summary").click()
    assert answer.is_visible()


def test_one_twin_is_shown_and_the_other_folded_whole(bare):
    assert bare.locator(".tag_numpy .cell_input").is_visible()
    twin = bare.locator("details.twin")
    assert twin.locator("summary").all_inner_texts() == ["The same in Keras"]
    output = twin.get_by_text("theirs [ 1. 42.]")
    assert output.is_hidden()
    twin.locator("summary").click()
    assert output.is_visible()


def test_a_folded_picture_shows_small_and_blurred(bare):
    fold = bare.locator("details.picture")
    small, large = fold.locator("img.thumbnail"), fold.locator(".cell_output img")
    assert small.is_visible() and large.is_hidden()
    assert small.bounding_box()["height"] < 100
    assert "blur" in small.evaluate("(image) => getComputedStyle(image).filter")
    assert small.evaluate("(image) => image.naturalWidth") > 0
    above = bare.locator(".predict").first.bounding_box()["y"]
    fold.locator("summary").click()
    assert small.is_hidden() and large.is_visible()
    assert bare.locator(".predict").first.bounding_box()["y"] == above


def test_opening_a_picture_moves_what_follows_by_no_more_than_it_needs(tab):
    fold = tab.locator("details.picture")
    after = tab.locator(".predict").nth(1)
    before, line = after.bounding_box()["y"], fold.bounding_box()["height"]
    fold.locator("summary").click()
    tab.wait_for_timeout(400)
    moved_by = after.bounding_box()["y"] - before
    assert abs(moved_by - (fold.bounding_box()["height"] - line)) < 2
    assert moved_by < fold.locator(".cell_output").bounding_box()["height"]


def test_a_fact_is_a_mark_whose_code_shows_when_pointed_at_or_reached_by_tab(tab):
    link = tab.locator(".fact-link a").first
    code = link.locator("span").last
    assert link.bounding_box()["width"] < 20
    assert code.bounding_box()["width"] <= 1
    link.hover()
    assert code.bounding_box()["width"] > 30
    tab.mouse.move(0, 0)
    assert code.bounding_box()["width"] <= 1
    link.focus()
    tab.keyboard.press("Shift+Tab")
    tab.keyboard.press("Tab")
    assert code.bounding_box()["width"] > 30
    assert tab.evaluate("document.activeElement.textContent") == "fact conv-01"


def test_on_paper_everything_is_open_with_and_without_scripts(tab, bare):
    faint = """() => { dispatchEvent(new Event("beforeprint"));
        return [...document.querySelectorAll("article details > summary ~ *")]
            .filter((e) => getComputedStyle(e).opacity !== "1").length; }"""
    for paper in (tab, bare):
        paper.emulate_media(media="print")
    assert tab.evaluate(faint) == 0, "what opens must not fade in while it is printed"
    for paper in (tab, bare):
        for text in ("It rounds down first.", "Three, twice.", "theirs [ 1. 42.]", "fact conv-01"):
            found = paper.get_by_text(text, exact=False).last
            assert found.bounding_box()["height"] > 5, text
        assert paper.locator("details.picture .cell_output img").bounding_box()["height"] > 100
        assert paper.locator("img.thumbnail").is_hidden()


@pytest.mark.parametrize(("scheme", "size"), [("light", None), ("dark", None), ("light", PHONE)])
def test_the_forms_are_accessible(tab, scheme, size):
    tab.emulate_media(color_scheme=scheme)
    if size:
        tab.set_viewport_size(size)
    tab.evaluate("document.querySelectorAll('article details').forEach((d) => (d.open = true))")
    tab.add_style_tag(content=STILL)
    accessibility.prepare(tab)
    assert accessibility.violations(tab, scope="article", waits=[50, 900]) == []
    assert tab.evaluate("document.documentElement.scrollWidth") <= tab.viewport_size["width"]


@pytest.mark.parametrize("kind", facts.KINDS)
def test_the_appendix_shows_one_kind_alone_without_scripts(browser, built, kind):  # noqa: F811
    context = browser.new_context(java_script_enabled=False)
    tab = context.new_page()
    tab.goto((built / "chapters" / "appendix-facts.html").as_uri())
    every = tab.locator(".fact").count()
    assert every > 80 and tab.locator(".fact:visible").count() == every
    tab.locator(f".fact-filter [value={kind}]").check()
    shown = tab.locator(".fact:visible")
    assert 0 < shown.count() < every
    assert shown.count() == tab.locator(f".fact-{kind}").count()
    assert tab.locator("article section section:visible").count() < 16
    tab.emulate_media(media="print")
    assert tab.locator(".fact:visible").count() == every
    context.close()


@pytest.mark.parametrize("scripts", [True, False])
def test_the_kinds_of_facts_differ_in_colour_shape_and_sign(browser, built, scripts):  # noqa: F811
    style = """(badge) => { const s = getComputedStyle(badge);
        return [s.color, s.borderStyle, s.borderRadius, badge.textContent[0]]; }"""
    context = browser.new_context(java_script_enabled=scripts)
    tab = context.new_page()
    tab.goto((built / "chapters" / "appendix-facts.html").as_uri())
    looks = {k: tab.locator(f".verdict.{k}").first.evaluate(style) for k in facts.KINDS}
    context.close()
    shapes = {(border, radius) for _, border, radius, _ in looks.values()}
    assert len(shapes) == len({sign for *_, sign in looks.values()}) == 4
    assert len({colour for colour, *_ in looks.values()}) == 3, "agrees and agrees, but share one"


def test_matrices_of_the_appendix_are_matrices(built):
    text = (built / "chapters" / "appendix-facts.html").read_text("utf-8")
    appendix = BeautifulSoup(text, "html.parser")
    rows = appendix.select_one("#fact-conv-03 math").select("mtr")
    assert [[cell.get_text() for cell in row.select("mtd")] for row in rows] == [
        [str(number).replace("-", "−") for number in row] for row in FACTS["conv-03"].value
    ]
    assert not [code for code in appendix.select(".fact-values code") if "[" in code.get_text()]
    assert facts.matrix((1, 2)) is facts.matrix(True) is facts.matrix(((1, 2), (3,))) is None


@pytest.mark.parametrize("scripts", [True, False])
def test_a_link_to_a_term_shows_its_entry(browser, page, scripts):  # noqa: F811
    """Pointed at or focused, on a wide screen; nothing of it is in the text of the page."""
    context = browser.new_context(java_script_enabled=scripts)
    tab = context.new_page()
    tab.goto(page.as_uri())
    link = tab.locator("a[href*='#term-stride']")
    shown = "(a) => { const s = getComputedStyle(a, '::after'); return [s.content, s.position]; }"
    assert link.evaluate(shown)[0] == "none"
    link.hover()
    content, position = link.evaluate(shown)
    assert "cells" in content and position == "absolute"
    tab.mouse.move(0, 0)
    link.focus()
    tab.keyboard.press("Tab")
    tab.keyboard.press("Shift+Tab")
    assert link.evaluate(shown)[0] == content
    assert content[1:40] not in tab.locator("article").inner_text()
    tab.emulate_media(media="print")
    assert link.evaluate(shown)[0] == "none"
    context.close()


def test_an_entry_leads_back_to_the_chapters_that_use_its_term(built):
    glossary, chapter = (
        BeautifulSoup((built / "chapters" / f"{name}.html").read_text("utf-8"), "html.parser")
        for name in ("glossary", "21-playground")
    )
    used = {a["href"].partition("#")[2] for a in chapter.select("article a[href*='#term-']")}
    led = {
        dt["id"]
        for dt in glossary.select("dl.glossary dt")
        if dt.find_next("dd").select(".term-chapters a[href='21-playground.html']")
    }
    assert led == used != set()


def test_a_reference_has_the_label_of_the_text_and_a_link(built, soup):
    text = (built / "chapters" / "bibliography.html").read_text("utf-8")
    listed = BeautifulSoup(text, "html.parser").select(".citation")
    labels = [entry.select_one(".label").get_text().strip("[]") for entry in listed]
    assert {"LeCun et al. 1998", "Simonyan and Zisserman 2015"} <= set(labels)
    assert len(labels) == len(set(labels))
    assert "LeCun et al." in soup.get_text()
    links = [entry.select_one("a.external")["href"] for entry in listed]
    assert "https://doi.org/10.1109/5.726791" in links
    assert "https://arxiv.org/abs/1409.1556" in links


def test_works_of_one_year_by_one_author_are_told_apart():
    def work(year, title):
        fields = {"year": year, "title": title}
        return SimpleNamespace(persons={"author": [Person("He, Kaiming")]}, fields=fields)

    works = [work("2016", "Identity"), work("2016", "Deep"), work("2015", "Rectifiers")]
    for _ in range(2):  # as a second build finds them
        literature.tell_apart(works)
        assert list(map(literature.label, works)) == ["He 2016b", "He 2016a", "He 2015"]


def test_a_card_is_made_of_whole_sentences():
    assert terms.shortened("Short.") == "Short."
    assert terms.shortened("A sentence that is long enough to stand alone. " + "x " * 200) == (
        "A sentence that is long enough to stand alone."
    )
    assert terms.shortened("word " * 100).endswith("word …")


def test_an_old_address_leads_to_the_new_page_and_its_place(browser, built):  # noqa: F811
    (old,) = [old for old, new in moved.MOVED.items() if new.endswith("21-playground")]
    with opened(browser) as (tab, _):
        tab.goto(f"{(built / old).as_uri()}.html#practice")
        tab.wait_for_url("**/chapters/21-playground.html#practice")
        assert tab.locator("#practice").count() == 1
    context = browser.new_context(java_script_enabled=False)
    tab = context.new_page()
    tab.goto(f"{(built / old).as_uri()}.html")
    tab.wait_for_url("**/chapters/21-playground.html")
    context.close()


def test_every_old_address_names_a_page_of_the_book():
    for new in moved.MOVED.values():
        assert (ROOT / f"{new}.md").exists()
    assert not set(moved.MOVED) & set(moved.MOVED.values())


def test_a_box_without_its_parting_line_has_no_halves():
    assert boxes.halves(["a", "+++", "b"]) == (["a"], ["b"])
    assert boxes.halves(["a", "b"]) is None
    assert boxes.halves(["a", "+++", "b", "+++"]) is None


def test_a_fold_without_a_picture_stays_a_line():
    fold = '<details class="hide below-input"><summary>Show</summary><pre>3</pre></details>'
    assert thumbnails.add_thumbnails(fold) == fold
    drawn = fold.replace("<pre>3</pre>", '<img alt="a" src="x.svg">')
    once = thumbnails.add_thumbnails(drawn)
    assert once.count("x.svg") == 2 and thumbnails.add_thumbnails(once) == once

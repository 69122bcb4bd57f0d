"""The built pages as text: links, pictures, formulas, facts, and nothing from elsewhere."""

import re
from collections import Counter
from urllib.parse import unquote, urlsplit

import pytest
from bs4 import BeautifulSoup

from course_lib.lectures.facts import FACTS
from tests.book.conftest import ROOT


@pytest.fixture(scope="module")
def soups(pages):
    return {page: BeautifulSoup(page.read_text("utf-8"), "html.parser") for page in pages}


@pytest.fixture(scope="module")
def anchors(soups):
    """The ids of each page."""
    return {
        page: {element["id"] for element in soup.find_all(id=True)}
        | {element["name"] for element in soup.find_all("a", attrs={"name": True})}
        for page, soup in soups.items()
    }


def _references(soup):
    for tag, attribute in (("a", "href"), ("link", "href"), ("script", "src"), ("img", "src")):
        for element in soup.find_all(tag, attrs={attribute: True}):
            yield element, element[attribute]


def test_every_link_leads_somewhere(soups, anchors):
    broken = []
    for page, soup in soups.items():
        for _, address in _references(soup):
            parts = urlsplit(address)
            if parts.scheme in ("http", "https", "mailto", "data"):
                continue
            target = (page.parent / unquote(parts.path)).resolve() if parts.path else page
            if target.is_dir():
                target /= "index.html"
            known = anchors.get(target, ())
            missing = parts.fragment and unquote(parts.fragment) not in known
            if missing or not target.exists():
                broken.append(f"{page.name}: {address}")
    assert not broken


def test_nothing_is_loaded_from_elsewhere(soups):
    remote = [
        f"{page.name}: {address}"
        for page, soup in soups.items()
        for element, address in _references(soup)
        if element.name != "a" and re.match(r"(https?:)?//", address)
    ]
    assert not remote


def test_every_picture_says_what_it_shows(soups):
    poor = []
    for page, soup in soups.items():
        for image in soup.find("article").find_all("img") if soup.find("article") else []:
            alt = image.get("alt", "")
            if len(alt) < 20 or alt.endswith((".svg", ".png")):
                poor.append(f"{page.name}: {image.get('src')}: {alt!r}")
    assert not poor


def test_every_formula_is_set(soups):
    for page, soup in soups.items():
        assert not soup.select(".katex-error"), page
        raw = [node for node in soup.select(".math") if not node.select(".katex")]
        assert not raw, page


def test_every_fact_has_its_place(soups):
    ids = Counter(
        element["id"]
        for soup in soups.values()
        for element in soup.find_all(id=re.compile(r"^fact-"))
    )
    assert ids == Counter(f"fact-{name}" for name in FACTS)


def test_an_entry_says_what_was_asked_and_whether_it_agrees(soups, book):
    appendix = soups[book / "chapters" / "appendix-facts.html"]
    for fact in FACTS.values():
        entry = appendix.find(id=f"fact-{fact.id}")
        shown = entry.select_one(".verdict").get_text()
        assert (shown == "agrees, but") == fact.reserved, fact.id
        if isinstance(fact.value, bool):
            text = " ".join(entry.get_text().replace("’", "'").split())
            assert fact.question in text, fact.id
    reserved = [fact for fact in FACTS.values() if fact.reserved]
    assert f"{len(reserved)} of them with something to add" in appendix.get_text()


def test_every_fact_of_a_chapter_is_linked(soups):
    linked = {
        link["href"].rsplit("#", 1)[-1]
        for page, soup in soups.items()
        if page.name[:2].isdigit()
        for link in soup.select("a[href*='#fact-']")
    }
    assert {f"fact-{name}" for name in FACTS} <= linked


def test_every_term_of_the_glossary_is_linked_from_a_chapter(soups, book):
    glossary = soups[book / "chapters" / "glossary.html"]
    terms = {term["id"] for term in glossary.select("dl.glossary dt")}
    linked = {
        link["href"].rsplit("#", 1)[-1]
        for page, soup in soups.items()
        if page.name[:2].isdigit()
        for link in soup.select("article a[href*='glossary.html#']")
    }
    assert len(terms) >= 60
    assert not terms - linked


def test_no_id_stands_twice(soups):
    for page, soup in soups.items():
        ids = Counter(element["id"] for element in soup.find_all(id=True))
        assert not [name for name, count in ids.items() if count > 1], page


def test_every_page_describes_itself(soups):
    for page, soup in soups.items():
        meta = soup.find_all("meta", attrs={"name": "description"})
        assert len(meta) == 1, page
        assert 10 <= len(meta[0]["content"]) <= 200, page


def test_every_chapter_has_the_shape_of_a_chapter(soups):
    for page, soup in soups.items():
        if not page.name[:2].isdigit():
            continue
        heads = [head.get_text().strip("#\n ") for head in soup.find("article").find_all("h2")]
        for wanted in ("The idea in one picture", "What goes wrong", "Practice", "Summary"):
            assert wanted in heads, f"{page.name}: {wanted} is missing among {heads}"
        assert soup.select(".predict"), page
        assert soup.select("figure img, .cbh-host"), page


def _steps(article):
    """What a page says, asks and shows, in its order: (kind, element)."""
    for element in article.select("section > p, .predict, div.cell"):
        output = element.select_one(".cell_output")
        if element.name == "p":
            yield "text", element
        elif "predict" in element["class"]:
            yield "prediction", element
        elif output and not output.select_one(".cbh-host"):
            what = "result" if output.select_one(".output") else "figure"
            kind = f"{'folded' if output.find_parent('details') else 'open'} {what}"
            if "tag_given" in element["class"]:
                kind = "given" if kind == "open result" else f"given, but {kind}"
            yield kind, element


def _unpredicted(article):
    """Where a page shows a result that it has not asked for, or asks and shows no result.

    A result is text that a cell prints. It is folded and has a prediction since the result before;
    [numpy] and [keras] side by side are one. A cell tagged `given` shows data that the page works
    with. A figure is folded too where it would answer the prediction above it at a glance.
    """
    asked, before, pair, problems = None, "", False, []
    for kind, element in _steps(article):
        pair = pair and "tag_keras" in element.get("class", [])
        if kind == "prediction":
            problems += [("no answer", asked)] if asked else []
            asked = element
        elif kind == "open result" or kind.startswith("given,"):
            problems.append((kind, element))
        elif kind == "folded result" and not (asked or pair):
            problems.append(("no prediction", element))
        elif kind == "open figure" and (asked or before.startswith("folded")):
            problems.append(("answers at a glance", element))
        if kind.startswith("folded"):
            asked = None
        before, pair = kind, "tag_numpy" in element.get("class", [])
    return problems + ([("no answer", asked)] if asked else [])


def test_every_result_is_predicted_first(soups):
    problems = [
        f"{page.name}: {problem}: {' '.join(element.get_text(' ').split())[:70]}"
        for page, soup in soups.items()
        if page.name[:2].isdigit()
        for problem, element in _unpredicted(soup.find("article"))
    ]
    assert not problems, "\n".join(problems)


ASKS, SAYS = '<div class="predict">How many?</div>', "<p>So many.</p>"
PRINTS, DRAWS = '<div class="output">3</div>', "<figure></figure>"


def _open(shows, tag="", folds="div"):
    output = f'<{folds}><div class="cell_output">{shows}</div></{folds}>'
    return f'<div class="cell {tag}">{output}</div>'


def _folded(shows, tag=""):
    return _open(shows, tag, folds="details")


@pytest.mark.parametrize(
    "page, problem",
    [
        (ASKS + _folded(PRINTS), None),
        (ASKS + _folded(PRINTS, "tag_numpy") + _folded(PRINTS, "tag_keras"), None),
        (ASKS + _open(PRINTS, "tag_given") + _folded(PRINTS), None),
        (ASKS + _folded(DRAWS), None),
        (ASKS + _folded(PRINTS) + SAYS + _open(DRAWS), None),
        (_open(PRINTS), "open result"),
        (_open(DRAWS + PRINTS), "open result"),
        (ASKS + _open(PRINTS) + _folded(PRINTS), "open result"),
        (_folded(PRINTS, "tag_given"), "given, but folded result"),
        (_open(DRAWS, "tag_given"), "given, but open figure"),
        (_folded(PRINTS), "no prediction"),
        (ASKS + _folded(PRINTS) + _folded(PRINTS), "no prediction"),
        (ASKS + _folded(PRINTS, "tag_numpy") + SAYS + _folded(PRINTS), "no prediction"),
        (ASKS + SAYS, "no answer"),
        (ASKS + ASKS + _folded(PRINTS), "no answer"),
        (ASKS + _open(DRAWS) + _folded(PRINTS), "answers at a glance"),
        (ASKS + _folded(PRINTS) + _open(DRAWS), "answers at a glance"),
    ],
)
def test_a_result_before_its_prediction_is_found(page, problem):
    article = BeautifulSoup(f"<article><section>{page}</section></article>", "html.parser")
    assert [found for found, _ in _unpredicted(article)] == ([problem] if problem else [])


def test_an_interactive_figure_has_a_text_version(soups):
    for page, soup in soups.items():
        for host in soup.select(".cbh-host"):
            assert len(host.select_one(".cbh-fallback").get_text()) > 40, page


def test_previous_and_next_lead_through_the_book(soups, book):
    page, seen = book / "index.html", []
    while page:
        seen.append(page)
        link = soups[page].select_one("a.right-next")
        page = (page.parent / link["href"]).resolve() if link else None
    chapters = [page for page in soups if page.name[:2].isdigit()]
    assert [page for page in seen if page.name[:2].isdigit()] == sorted(chapters)


def test_code_fits_its_column():
    """Lines of code are seen whole: 77 characters, 44 where two cells stand side by side."""
    long = []
    for chapter in sorted((ROOT / "chapters").glob("*.md")):
        text = chapter.read_text("utf-8")
        for cell in re.findall(r"```\{code-cell\}[^\n]*\n(.*?)```", text, re.DOTALL):
            options, hidden = cell.split("\n\n", 1)[0], "remove-input" in cell
            limit = 44 if re.search(r"tags:.*\b(numpy|keras)\b", options) else 77
            if not hidden:
                long += [f"{chapter.name}: {x}" for x in cell.splitlines() if len(x) > limit]
    assert not long, "\n".join(long)

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
        if element.name != "a"
        and element.get("rel") != ["canonical"]
        and re.match(r"(https?:)?//", address)
    ]
    assert not remote


def test_every_picture_says_what_it_shows(soups):
    poor = []
    for page, soup in soups.items():
        for image in soup.select("article img:not(.thumbnail, .card-picture > img)"):
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
        assert shown.endswith("agrees, but" if fact.reserved else fact.verdict), fact.id
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


def test_numbers_are_printed_as_numbers(soups):
    """NumPy 2 writes a number inside a list as np.float32(1.0)."""
    odd = [
        f"{page.name}: {output.get_text()[:60]}"
        for page, soup in soups.items()
        for output in soup.select(".cell_output pre")
        if re.search(r"\bnp\.(float|int|bool|str)", output.get_text())
    ]
    assert not odd


def _chapters(soups):
    """The chapters, and whether each has the shape of book/README.md by now."""
    for page, soup in soups.items():
        if page.name[:2].isdigit():
            yield page.name, soup.find("article"), bool(soup.select(".objectives"))


def test_every_chapter_has_the_shape_of_a_chapter(soups):
    poor = []
    for name, article, reworked in _chapters(soups):
        heads = [head.get_text().strip("#\n ") for head in article.find_all("h2")]
        wanted = {
            "The idea in one picture": "The idea in one picture" in heads,
            "What goes wrong": "What goes wrong" in heads,
            "Practice": "Practice" in heads,
            "a picture": article.select("figure img, .cbh-host"),
            "a prediction": article.select(".predict"),
        }
        if reworked:
            judgements = len(article.select(".judgement .answer"))
            wanted |= {
                "a section before the idea": heads.index("The idea in one picture") > 0,
                "three to five predictions": 3 <= len(article.select(".predict")) <= 5,
                "three pictures": len(article.select("figure img:not(.thumbnail)")) >= 3,
                "two questions of judgement": judgements >= 2,
                "where it is used today": "What it costs, and where it is used" in heads,
                "a closing box": len(article.select(".closing .closing-part")) == 2,
            }
        else:
            wanted["Summary"] = "Summary" in heads
        poor += [f"{name}: {what} is missing" for what, found in wanted.items() if not found]
    assert not poor, "\n".join(poor)


# a letter alone that is no word (a, I), no letter X to be recognised, and no initial
PLAIN_VARIABLE = re.compile(r"(?<![\w’'.-])[b-hj-zB-HJ-WYZ](?![\w’'.-])")


def test_a_variable_is_set_as_a_formula(soups):
    """A letter that stands for a number is $k$, never a plain k."""
    plain = []
    articles = [(name, article) for name, article, reworked in _chapters(soups) if reworked]
    for page, soup in soups.items():
        articles += [(page.name, soup.find("article"))] if "appendix-facts" in page.name else []
    for name, article in articles:
        for part in article.select("code, pre, .katex, .cbh-host, cite, a, figure svg, script, em"):
            part.extract()
        for element in article.select("p, li, td, figcaption"):
            text = re.sub(r"\([a-e]\)", "", " ".join(element.get_text(" ").split()))
            plain += [f"{name}: {text[:90]}" for _ in PLAIN_VARIABLE.finditer(text)]
    assert not plain, "\n".join(plain)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("windows of k cells", True),
        ("C channels", True),
        ("an X, a 7, it's a T-shape, and I", False),
        ("plain words of a sentence", False),
    ],
)
def test_a_plain_variable_is_found(text, found):
    assert bool(PLAIN_VARIABLE.search(text)) is found


def _steps(article):
    """What a page says, asks and shows, in its order: (kind, element)."""
    for element in article.select("section > p, .predict, div.cell"):
        if element.find_parent(class_="twin"):
            continue
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
    """Where a page folds a result that it has not asked for, or asks and shows no result.

    A result is text that a cell prints. It is folded only where a prediction asks for it, and
    nothing between the two gives the answer. A cell tagged `given` shows data to work with.
    """
    asked, before, problems = None, "", []
    for kind, element in _steps(article):
        if kind == "prediction":
            problems += [("no answer", asked)] if asked else []
            asked = element
        elif kind == "folded result" and not asked:
            problems.append(("no prediction", element))
        elif kind.startswith("given,"):
            problems.append((kind, element))
        elif kind.startswith("open") and (
            asked or (kind, before) == ("open figure", "folded result")
        ):
            problems.append(("answers at a glance", element))
        if kind.startswith("folded"):
            asked = None
        before = kind
    return problems + ([("no answer", asked)] if asked else [])


def test_every_folded_result_is_predicted_first(soups):
    problems = [
        f"{name}: {problem}: {' '.join(element.get_text(' ').split())[:70]}"
        for name, article, _ in _chapters(soups)
        for problem, element in _unpredicted(article)
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
        (_open(PRINTS), None),
        (_open(DRAWS), None),
        (ASKS + _folded(PRINTS) + f'<details class="twin">{_open(PRINTS)}</details>', None),
        (ASKS + _open(PRINTS, "tag_given") + _folded(PRINTS), None),
        (ASKS + _folded(DRAWS), None),
        (ASKS + _folded(PRINTS) + SAYS + _open(DRAWS), None),
        (ASKS + _open(PRINTS) + _folded(PRINTS), "answers at a glance"),
        (_folded(PRINTS, "tag_given"), "given, but folded result"),
        (_open(DRAWS, "tag_given"), "given, but open figure"),
        (_folded(PRINTS), "no prediction"),
        (ASKS + _folded(PRINTS) + _folded(PRINTS), "no prediction"),
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


CELL = re.compile(r"```\{code-cell\}[^\n]*\n(.*?)```", re.DOTALL)


def test_code_fits_its_column():
    """Lines of code are seen whole: 77 characters."""
    long = []
    for chapter in sorted((ROOT / "chapters").glob("*.md")):
        for cell in CELL.findall(chapter.read_text("utf-8")):
            if "remove-input" not in cell:
                long += [f"{chapter.name}: {x}" for x in cell.splitlines() if len(x) > 77]
    assert not long, "\n".join(long)


def test_twin_listings_are_asserted_equal():
    """Where one of two listings is folded, a cell after the two asserts that they agree."""
    loose = []
    for chapter in sorted((ROOT / "chapters").glob("*.md")):
        text = chapter.read_text("utf-8")
        cells = CELL.findall(text) if "{objectives}" in text else []  # the reworked chapters
        tags = [re.search(r"tags:.*\b(numpy|keras)\b", cell.split("\n\n", 1)[0]) for cell in cells]
        for place in range(1, len(cells)):
            pair = {tag and tag.group(1) for tag in tags[place - 1 : place + 1]}
            if pair == {"numpy", "keras"} and "assert" not in "".join(cells[place : place + 2]):
                loose.append(f"{chapter.name}: {cells[place][:60]}")
    assert not loose

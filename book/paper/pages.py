"""One built page in the form that paper asks for: nothing to click, nothing folded, links inside.

A figure that answers the mouse stands in its text version. Folds are open, with the line that
opened them as their title; what only a screen needs is gone.
"""

import json
import re
from urllib.parse import unquote

from bs4 import BeautifulSoup

DROPPED = (
    "script, style, noscript, button, input, .headerlink, .thumbnail, .toctree-wrapper, "
    ".fact-filter, .first-steps, .chapter-map, .sd-tab-label"
)
STATE = "application/vnd.jupyter.widget-state+json"


def slug(name):
    """The start of every id of a page: ``chapters/02-convolution`` is p-02-convolution."""
    return "p-" + name.rsplit("/", 1)[-1]


def page_of(target):
    """What stands in the document for the number of the page on which the id ``target`` stands."""
    return f"[[page of {target}]]"


class Page:
    """A built page. ``body`` is its article; ``number`` the chapter's, as text, or None."""

    def __init__(self, html, name):
        self.name, self.folder = name, (html / f"{name}.html").parent
        soup = BeautifulSoup((html / f"{name}.html").read_text("utf-8"), "html.parser")
        self.body = soup.find("article")
        self.numbers = _figure_numbers(soup)
        heading = self.body.find("h1")
        number = heading.select_one(".section-number")
        self.number = number.get_text().strip(" .") if number else None
        for extra in heading.select(".section-number, .headerlink"):
            extra.extract()
        self.title = heading.get_text().strip()
        heading.decompose()
        _unfold(self)
        for element in self.body.select(DROPPED):
            element.decompose()
        _own_ids(self)
        _level(self)

    @property
    def id(self):
        return slug(self.name)


def _figure_numbers(soup):
    """The number of each interactive figure, "Try it 2.1", by the id of its model."""
    numbers = {}
    for script in soup.find_all("script", type=STATE):
        for model, state in json.loads(script.string)["state"].items():
            if state["state"].get("_number"):
                numbers[model] = state["state"]["_number"]
    return numbers


def _unfold(page):
    for host in page.body.select(".cbh-host"):
        version = host.select_one(".cbh-fallback")
        number = page.numbers.get(version["data-for"])
        host.replace_with(version)
        version["class"] = ["try"] if number else ["quiz"]
        if number:
            title = BeautifulSoup(f'<p class="try-title">{number}</p>', "html.parser")
            version.insert(0, title)
    for prompt in page.body.select("details.hide > summary"):
        prompt.decompose()
    for fold in page.body.select("details"):
        fold.name = "div"
        summary = fold.find("summary", recursive=False)
        if summary:
            summary.name = "div"
            summary["class"] = ["fold-title"]


def _own_ids(page):
    """Ids are those of the whole book, and pictures have whole addresses."""
    for element in page.body.select("[id]"):
        element["id"] = f"{page.id}--{element['id']}"
    for image in page.body.select("img"):
        image.attrs.pop("loading", None)
        if not image["src"].startswith("data:"):
            image["src"] = (page.folder / unquote(image["src"])).resolve().as_uri()


def _level(page):
    """Parts are the first level of the outline, chapters the second: sections come below."""
    for level in (5, 4, 3, 2):
        for heading in page.body.find_all(f"h{level}"):
            heading.name = f"h{level + 1}"


def link(pages, html):
    """Let links lead inside the document; those to pages that are not in it become text."""
    known = {page.name: page for page in pages}
    ids = {element["id"] for page in pages for element in page.body.select("[id]")}
    ids |= {page.id for page in pages}
    for page in pages:
        for anchor in page.body.select("a[href]"):
            target = _target(page, anchor["href"], known, html)
            if target is None:
                continue  # of the web
            if target in ids:
                anchor["href"] = f"#{target}"
                if anchor.select_one(".std-ref") and not target.startswith(page.id):
                    anchor.append(f" (p. {page_of(target)})")
            else:
                del anchor["href"]


def _target(page, href, known, html):
    """The id that a link means; None for an address of the web, "" for a page that is left out."""
    if re.match(r"[a-z]+:", href):
        return None
    address, _, fragment = href.partition("#")
    path = (page.folder / unquote(address)).resolve() if address else None
    if path is None:
        name = page.name
    elif path.is_relative_to(html.resolve()):
        name = path.relative_to(html.resolve()).with_suffix("").as_posix()
    else:
        return ""
    if name not in known:
        return ""
    return f"{slug(name)}--{unquote(fragment)}" if fragment else slug(name)

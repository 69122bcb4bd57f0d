"""The first page: its map of the chapters, its buttons, and what a link to the book shows."""

import io
import os
import re
from types import SimpleNamespace

import pytest
import yaml
from bs4 import BeautifulSoup
from course_book import address, chapter_map
from sphinx.errors import ConfigError

from tests.book.conftest import ROOT

CHAPTER = """---
myst:
  html_meta:
    description: What a shape is.
---

(chapter-shapes)=
# Shapes

```{objectives}
:minutes: 40
:before: nothing

- count
```

```{code-cell} python3
from course_lib.figures.static import grids
from course_lib.figures import Pooling

Pooling(size=4)
```

quiz(["one", "two"])
quiz([
    "three",
])

The exercise is {ref}`exercise-ps2`.
"""


def test_a_chapter_is_described_by_its_source():
    there = "40 minutes · 1 figure to try · 3 questions · exercise 2"
    assert chapter_map.described(CHAPTER) == ("Shapes", "What a shape is.", there)


def test_what_a_chapter_does_not_have_is_not_said():
    source = CHAPTER.split("```{objectives}", 1)[0] + "As {ref}`exercises` say."
    assert chapter_map.described(source) == ("Shapes", "What a shape is.", "")


def test_a_chapter_without_a_description_is_refused():
    with pytest.raises(ValueError, match="no description"):
        chapter_map.described(CHAPTER.replace("description:", "keywords:"))


def test_every_chapter_of_the_book_has_its_card(book):
    soup = BeautifulSoup((book / "index.html").read_text("utf-8"), "html.parser")
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text("utf-8"))
    chapters = [name for _, names in chapter_map.parts(toc) for name in names]
    cards = soup.select(".chapter-card")
    assert [card.a["href"] for card in cards] == [f"{name}.html" for name in chapters]
    for number, (card, name) in enumerate(zip(cards, chapters, strict=True), 1):
        source = (ROOT / f"{name}.md").read_text("utf-8")
        assert card.select_one(".sd-card-title").text.strip().startswith(f"{number} ")
        minutes = re.search(r"^:minutes: (\d+)$", source, re.MULTILINE)
        said = card.select_one(".sd-card-footer").text
        assert not minutes or f"{minutes.group(1)} minutes" in said, name


def test_two_buttons_lead_to_the_first_chapter_and_to_the_pad(book):
    soup = BeautifulSoup((book / "index.html").read_text("utf-8"), "html.parser")
    read, draw = soup.select(".first-steps a")
    assert (read.text, draw.text) == ("Start reading", "Try it")
    assert read["href"].startswith("chapters/01-")
    assert soup.find(id=draw["href"].removeprefix("#")).select_one(".cbh-host")


@pytest.mark.parametrize("text", ["https://example.org/book", " https://example.org/book/ "])
def test_an_address_ends_in_a_slash(text):
    assert address.known(text) == "https://example.org/book/"
    assert address.known("  ") == ""


@pytest.mark.parametrize("text", ["example.org/book", "file:///book/", "https://a.org/?b=1"])
def test_what_is_no_address_is_refused(text):
    with pytest.raises(ConfigError, match=f"BOOK_URL must be the address.*{re.escape(text)}"):
        address.known(text)


def _tags(where, page="index"):
    soup = BeautifulSoup(address.tags(where, page, 'A "7" & more', "Said."), "html.parser")
    return {tag["property"]: tag["content"] for tag in soup.find_all("meta")}


def test_without_an_address_none_is_written():
    said = {"og:title": 'A "7" & more', "og:type": "website", "og:description": "Said."}
    assert _tags("") == said


def test_with_an_address_a_page_names_itself_and_the_picture():
    said = _tags("https://example.org/book/", "chapters/02-convolution")
    assert said["og:url"] == "https://example.org/book/chapters/02-convolution.html"
    assert said["og:image"] == "https://example.org/book/_static/preview.png"
    assert _tags("https://example.org/book/")["og:url"] == "https://example.org/book/"


def test_the_picture_is_a_png_of_the_size_that_the_tags_name(tmp_path):
    from PIL import Image

    def finish(where):
        config = SimpleNamespace(html_baseurl=where)
        builder = SimpleNamespace(format="html")
        app = SimpleNamespace(outdir=tmp_path, builder=builder, config=config)
        address._picture(app, None)

    (tmp_path / "_static").mkdir()
    finish("")
    assert not (tmp_path / address.PICTURE).exists(), "no page asks for it"
    finish("https://example.org/")
    picture = Image.open(io.BytesIO((tmp_path / address.PICTURE).read_bytes()))
    assert (picture.format, picture.size) == ("PNG", address.SIZE)


def test_every_page_says_its_title_and_only_a_book_with_an_address_says_where(pages):
    for page in pages:
        soup = BeautifulSoup(page.read_text("utf-8"), "html.parser")
        assert soup.select_one('meta[property="og:title"]')["content"], page.name
        absolute = 'link[rel="canonical"], meta[property="og:url"], meta[property="og:image"]'
        wanted = 3 if os.environ.get("BOOK_URL") else 0
        assert len(soup.select(absolute)) == wanted, page.name


def test_a_card_shows_the_drawing_of_the_idea():
    page = (
        '<section id="first"><figure><img src="../_images/no.svg"></figure></section>'
        '<section id="the-idea-in-one-picture"><p>So.</p><figure><span class="drawing-frame">'
        '<img width="310" height="90" style="min-width:200px" alt="a" src="../_images/yes.svg" />'
    )
    sides = 'width="310" height="90"'
    shown = f'<img class="drawing" src="_images/yes.svg" {sides} alt="" loading="lazy" />'
    assert chapter_map.picture(page) == shown
    assert chapter_map.picture(page.replace("the-idea", "no-idea")) == ""


def test_every_card_has_a_picture_that_costs_nothing_until_it_is_seen(book):
    from measure.weights import on_the_wire

    soup = BeautifulSoup((book / "index.html").read_text("utf-8"), "html.parser")
    for card in soup.select(".chapter-card"):
        image = card.select_one(".card-picture img")
        assert image and image["loading"] == "lazy" and image["width"], card.text
        assert on_the_wire(book / image["src"]) < 40_000, image["src"]

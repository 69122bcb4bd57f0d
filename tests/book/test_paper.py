"""The book on paper, as a reader gets it: words, pixels, outline and links of a PDF."""

import re
import subprocess
from collections import Counter
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from paper import offer, printing
from paper.whole import document
from PIL import Image
from pypdf import PdfReader

from tests.book.test_browser import browser, opened  # noqa: F401
from tests.kept import PLACE, digest, drawing, surroundings, while_right
from tests.requirements import chromium, pdftoppm

pytestmark = pytest.mark.browser
PARTS = [("The operation", ["chapters/03-stride-and-padding", "chapters/06-pooling"])]


class Pdf:
    """A PDF's pages as text, and as pictures."""

    def __init__(self, path):
        self.path, self.reader = path, PdfReader(path)
        self.texts = [_plain(page.extract_text()) for page in self.reader.pages]
        self.text = " ".join(self.texts)

    def picture(self, number, dots=40):
        target = self.path.with_suffix("")
        page = ["-f", str(number), "-l", str(number), "-r", str(dots), "-png", "-singlefile"]
        subprocess.run([pdftoppm(), *page, self.path, target], check=True)
        return Image.open(target.with_suffix(".png")).convert("RGB")


def _plain(text):
    """Words alone: lines break where paper wants, and ligatures are letters."""
    return "".join(re.sub(r"\s+", "", text).split("\u00ad")).replace("ﬁ", "fi").replace("ﬂ", "fl")


@pytest.fixture(scope="module")
def text(book):
    return document(book, PARTS)


@pytest.fixture(scope="module")
def pdf(request, text, book):
    """Two chapters as a PDF, set anew when they have changed, what they show, or how it is set."""
    chromium()
    under = [book / "_static", book / "_images", Path(printing.__file__).parent, Path(__file__)]
    now = digest(*under, also=[text, surroundings(), drawing(printing.chromium())])
    target = PLACE / "paper" / "two chapters.pdf"

    def find():
        printing.write_pdf(text, target, "The authors")

    with while_right(request.session, "paper", now, find):
        yield Pdf(target)


def test_the_contents_name_the_pages_on_which_the_chapters_begin(pdf):
    contents = pdf.reader.pages[1].extract_text()
    for number, name in (("3", "Stride and padding"), ("6", "Pooling")):
        page = int(re.search(rf"^{number}\s+{name}\s*(\d+)\s*$", contents, re.M).group(1))
        begins = pdf.texts[page - 1]
        assert _plain(f"{number} {name} After this chapter you will be able to") in begins


def test_every_page_has_its_number_and_its_chapter(pdf):
    for number, page in enumerate(pdf.texts[2:], 3):
        assert str(number) in page
        assert any(
            _plain(head) in page
            for head in ("3 Stride and padding", "6 Pooling", "About this book", "Answers")
        )


def _titles(outline):
    for entry in outline:
        if isinstance(entry, list):
            yield from _titles(entry)
        else:
            yield entry.title


def test_the_outline_has_every_heading(text, pdf):
    soup = BeautifulSoup(text, "html.parser")
    headings = [_plain(h.get_text()) for h in soup.find_all(re.compile("^h[1-6]$"))]
    assert [_plain(title) for title in _titles(pdf.reader.outline)] == headings
    assert len(headings) > 30


def test_every_link_leads_somewhere(pdf):
    inside, web = 0, []
    for page in pdf.reader.pages:
        for note in page.get("/Annots", []):
            note = note.get_object()
            if note.get("/Subtype") != "/Link":
                continue
            if "/A" in note and "/URI" in note["/A"]:
                web.append(note["/A"]["/URI"])
            else:
                name = str(note.get("/Dest") or note["/A"]["/D"])
                assert name in pdf.reader.named_destinations, name
                inside += 1
    assert inside > 40
    assert all(address.startswith("https://") for address in web), web


def _folded(book):
    """The code and the outputs that a chapter folds, twins with them; not those of its figures."""
    soup = BeautifulSoup((book / "chapters/06-pooling.html").read_text("utf-8"), "html.parser")
    pieces = soup.select("article details pre")
    return [piece for piece in pieces if not piece.find_parent(class_="cbh-host")]


def test_what_a_page_folds_is_printed_and_what_it_offers_to_click_is_not(book, pdf):
    folded = [_plain(piece.get_text()) for piece in _folded(book)]
    assert len(folded) > 4 and not [piece for piece in folded if piece not in pdf.text]
    for button in ("On this page", "Show the output", "Hide the output", "Full screen", "Download"):
        assert _plain(button) not in pdf.text


def test_questions_stand_in_the_chapter_and_answers_at_the_end(text, pdf):
    soup = BeautifulSoup(text, "html.parser")
    questions = soup.select(".quiz > ol > li, .judgement")
    answers = soup.select(".answers .an-answer")
    assert len(questions) == len(answers) > 8
    assert not soup.select(".quiz .solution, .judgement .answer")
    first = next(n for n, page in enumerate(pdf.texts) if _plain("To the quizzes and to") in page)
    for answer in soup.select(".answers .an-answer:has(li)")[:3]:
        words = _plain(answer.li.get_text())
        assert words in "".join(pdf.texts[first:]) and words not in "".join(pdf.texts[:first])


def test_formulas_stand_once_and_pictures_are_not_blank(text, pdf):
    soup = BeautifulSoup(text, "html.parser")
    assert "\\frac" not in pdf.text and "\\text" not in pdf.text
    figures = soup.select("figure")
    assert len(figures) > 8
    caption = _plain(figures[0].find("figcaption").get_text())[:30]
    number = next(n for n, page in enumerate(pdf.texts, 1) if caption in page)
    red = sum(r > b + 60 for r, _, b in pdf.picture(number).get_flattened_data())
    assert red > 3000, "the saucer of the photograph"


def _text_size(page):
    """The size in points of most of a page's letters."""
    letters = Counter()

    def see(text, matrix, text_matrix, font, size):
        letters[round(size * abs(text_matrix[3] * matrix[3]), 1)] += len(text.strip())

    page.extract_text(visitor_text=see)
    return letters.most_common(1)[0][0]


def test_nothing_is_wider_than_the_paper(pdf):
    """Chromium would make all of the book smaller: its text has the size that it is given."""
    first = next(n for n, text in enumerate(pdf.texts) if "Afterthischapter" in text)
    assert _text_size(pdf.reader.pages[first]) == 10.5


def test_a_page_number_that_is_not_known_is_not_made_up(tmp_path):
    chromium()
    with pytest.raises(KeyError, match="nowhere"):
        printing.write_pdf("<p>[[page of nowhere]]</p>", tmp_path / "a.pdf")


def test_without_a_browser_the_mend_is_named(monkeypatch):
    monkeypatch.setattr(printing, "PROGRAMS", ())
    with pytest.raises(FileNotFoundError, match="apt-get install chromium"):
        printing.chromium()


def test_the_pdf_is_offered_while_it_is_there(tmp_path):
    page = (
        '<div class="first-steps d"><p>a</p></div><div class="sidebar-primary-items__end s"></div>'
    )
    (tmp_path / "chapters").mkdir()
    for name in ("index.html", "chapters/one.html"):
        (tmp_path / name).write_text(page)
    (tmp_path / offer.FILE).write_bytes(b"0" * 2_400_000)
    offer.offer(tmp_path)
    offer.offer(tmp_path)
    said = (tmp_path / "chapters/one.html").read_text()
    assert said.count(f'href="../{offer.FILE}"') == 2 and "(2 MB)" in said
    offer.withdraw(tmp_path)
    assert (tmp_path / "chapters/one.html").read_text() == page
    assert not (tmp_path / offer.FILE).exists()


@pytest.mark.parametrize("scripts", [True, False])
def test_a_single_page_prints_whole(browser, book, tmp_path, scripts):  # noqa: F811
    """Ctrl+P: the chapter's number, what is folded, no list of sections; pictures are drawn."""
    context = browser.new_context(java_script_enabled=scripts, color_scheme="dark")
    tab = context.new_page()
    tab.goto((book / "chapters/06-pooling.html").as_uri(), wait_until="load")
    tab.pdf(path=tmp_path / "page.pdf", format="A4", print_background=True)
    context.close()
    page = Pdf(tmp_path / "page.pdf")
    assert page.texts[0].startswith("6.Pooling")
    assert _plain("On this page") not in page.text
    folded = [_plain(piece.get_text()) for piece in _folded(book)]
    assert len(folded) > 4 and not [piece for piece in folded if piece not in page.text]
    first = page.picture(1)
    assert first.getpixel((first.width // 2, 3)) == (255, 255, 255), "dark pages print on white"
    dark = [sum(max(p) < 40 for p in page.picture(n).get_flattened_data()) for n in (1, 2)]
    assert max(dark) > 3000, "the cat's edges, on black"

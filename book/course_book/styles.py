"""One style sheet for the book, with the rules that its pages use; fonts with its characters.

The theme and its extensions bring eleven sheets with 600 KB of rules, most of them for things that
no page has. ``book/styles.mjs`` makes one sheet of them, which is all that the pages load.
"""

import hashlib
import json
import re
import shutil
import subprocess
from pathlib import Path

from bs4 import BeautifulSoup
from sphinx.errors import ExtensionError

ROOT = Path(__file__).resolve().parents[2]
SHEET = "book-styles.css"
LICENCE = ROOT / "node_modules/@fontsource/source-serif-4/LICENSE"
LINK = re.compile(
    r'<link\b(?=[^>]*rel="stylesheet")(?![^>]*media=)[^>]*href="([^"]*_static/[^"]*)"[^>]*>\s*'
)
# The faces stand in the sheet itself, but a browser reads them aside: the page waits for them, so
# that no line breaks anew before the reader's eyes.
WAIT = """<script>
(function (root) {
  const here = () => delete root.dataset.faces;
  const faces = ["", "italic ", "600 "].map((kind) =>
    document.fonts.load(`${kind}1em "Source Serif 4"`));
  root.dataset.faces = "waiting";
  Promise.all(faces).then(here, here);
  setTimeout(here, 500);
})(document.documentElement);
</script>
"""
PLAIN = "".join(map(chr, range(32, 127)))  # in every text, though no page may have them yet


def characters(pages):
    """The characters of the texts, and those of the formulas, of ``pages`` (texts of HTML)."""
    text, formulas = set(PLAIN), set(PLAIN)
    for page in pages:
        soup = BeautifulSoup(page, "html.parser")
        for formula in soup.select(".katex-html"):
            formulas |= set(formula.extract().get_text())
        text |= set(soup.get_text())
    return "".join(sorted(text)), "".join(sorted(formulas))


def addresses(page):
    """The style sheets of a page (its HTML), from ``_static`` on, in their order."""
    return [link.split("?")[0].split("_static/", 1)[1] for link in LINK.findall(page)]


def linked(page, version):
    """The page with a link to the one sheet, in the place of the first of its links."""
    first = LINK.search(page)
    if not first:
        return page
    folder = first[1].split("_static/", 1)[0] + "_static"
    one = f'<link rel="stylesheet" href="{folder}/{SHEET}?v={version}" />\n'
    page = page.replace(WAIT, "")
    one += WAIT
    return page[: first.start()] + one + LINK.sub("", page[first.start() :])


def _finish(app, error):
    if error or app.builder.format != "html":
        return
    out = Path(app.outdir)
    static = out / "_static"
    pages = {
        page: page.read_text("utf-8") for page in out.rglob("*.html") if static not in page.parents
    }
    names = max((addresses(text) for text in pages.values()), key=len)
    if names == [SHEET]:
        return  # no page was written
    text, formulas = characters(pages.values())
    question = {
        "folder": static,
        "sheets": [static / name for name in names if name != SHEET],
        "own": sorted({path.name for path in (ROOT / "book").glob("*/*.css")}),
        "pages": list(pages),
        "scripts": list(static.rglob("*.js")),
        "text": text,
        "formulas": formulas,
        "target": static / SHEET,
    }
    command, asked = ["node", ROOT / "book" / "styles.mjs"], json.dumps(question, default=str)
    done = subprocess.run(command, cwd=ROOT, input=asked, text=True, capture_output=True)
    if done.returncode:
        raise ExtensionError(f"the book's style sheet could not be made:\n{done.stderr[-2000:]}")
    shutil.copy(LICENCE, static / "source-serif-4-licence.txt")
    version = hashlib.sha256((static / SHEET).read_bytes()).hexdigest()[:8]
    for page, text in pages.items():
        page.write_text(linked(text, version), "utf-8")


def setup(app):
    app.connect("build-finished", _finish, priority=950)  # when the pages are as they stay

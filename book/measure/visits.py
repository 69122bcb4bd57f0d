"""A page in Chromium with the network cut off: what goes wrong, what axe finds, how it is set.

One visit asks all that is asked of every page, because loading a page is what takes the time: from
``file://``, in light, in dark with all folds open, on a phone, and at other widths.
"""

import re
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urljoin

from course_book import drawings

from .accessibility import RULES, prepare, violations
from .weights import limit, on_the_wire
from .windows import PHONE, TALLEST, WIDE

ROOT = Path(__file__).resolve().parents[2]
WAITS = (50, 1000, 4000)
SHIFT = 0.01  # the largest layout shift while a page loads
LINE = (66, 75)  # characters of a full line of text
HEADINGS = {"h1": 40, "h2": 28, "h3": 21}  # pixels
FORMULA = 1.05  # of the text around it
SHIFTS = """window.shift = 0; new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shift += entry.value;
    }).observe({type: "layout-shift", buffered: true});"""
READY = """() => document.fonts.status === "loaded" && [...document.querySelectorAll(".cbh-host")]
    .every((host) => host.querySelector("[data-widget-ready]"))"""
STILL = "*, ::before, ::after { transition: none !important; animation: none !important }"
MEASURES = (Path(__file__).with_name("page.js")).read_text("utf-8")
ALONE = """(drawing) => {
    const parsed = new DOMParser().parseFromString(drawing, "image/svg+xml");
    document.documentElement.replaceWith(document.adoptNode(parsed.documentElement)); }"""
LABELS = (Path(__file__).with_name("labels.js")).read_text("utf-8")


@dataclass
class Visit:
    """What one visit of a page found, each kind as a list of sentences."""

    page: Path
    loading: list = field(default_factory=list)  # errors, requests to elsewhere, jumps
    axe: list = field(default_factory=list)
    pictures: list = field(default_factory=list)  # broken, or without width and height
    width: list = field(default_factory=list)  # a page that scrolls sideways, code that is cut
    type: list = field(default_factory=list)  # lines, headings, formulas, text of drawings
    drawings: list = field(default_factory=list)  # sizes of their text, labels on shapes, tiles
    figures: list = field(default_factory=list)  # height and width of the interactive ones
    folds: list = field(default_factory=list)  # that move when they open
    weight: int = 0
    loaded: list = field(default_factory=list)  # the book's files that were asked for

    KINDS = ("loading", "axe", "pictures", "width", "type", "drawings", "figures", "folds")

    def problems(self, *kinds):
        """The sentences of the ``kinds`` (all of them, where none is named)."""
        names = kinds or self.KINDS
        return [f"{self.page.name}: {said}" for kind in names for said in getattr(self, kind)]


@contextmanager
def opened(browser, viewport=WIDE):
    """A tab, and the list of everything that went wrong in it."""
    context = browser.new_context(viewport=viewport, color_scheme="light")
    tab, wrong = context.new_page(), []
    tab.add_init_script(SHIFTS)
    local = ("file:", "data:", "blob:", "http://127.0.0.1")
    tab.on(
        "request",
        lambda r: None if r.url.startswith(local) else wrong.append(f"remote request: {r.url}"),
    )
    tab.on("requestfailed", lambda r: wrong.append(f"failed: {r.url}"))
    tab.on("pageerror", lambda e: wrong.append(f"script error: {e}"))
    tab.on(
        "console",
        lambda m: wrong.append(f"{m.type}: {m.text}") if m.type in ("error", "warning") else None,
    )
    try:
        yield tab, wrong
    finally:
        context.close()


def settled(tab, address):
    """Load ``address``, and wait until its fonts and figures are there."""
    tab.goto(address, wait_until="load")
    tab.wait_for_function(READY)
    tab.wait_for_timeout(150)


def visit(browser, page, book, waits=WAITS):
    """Visit the file ``page`` of the built ``book``. Returns what was found, a :class:`Visit`.

    axe looks again after each of the ``waits`` (milliseconds) until it finds nothing.
    """
    found, loaded = Visit(page), set()
    with opened(browser) as (tab, wrong):
        tab.on("request", lambda r: loaded.add(re.sub(r"[?#].*", "", r.url)))
        settled(tab, page.as_uri())
        found.loading += wrong
        shift = tab.evaluate("window.shift")
        found.loading += [f"layout shift {shift:.3f}"] if shift >= SHIFT else []
        found.weight = sum(on_the_wire(file) for file in _files(loaded, book) if file.exists())
        prepare(tab)
        tab.evaluate(MEASURES)
        tab.add_style_tag(content=STILL)
        found.pictures += tab.evaluate("measures.pictures()")
        for width in (1920, 900, WIDE["width"]):
            tab.set_viewport_size({"width": width, "height": 900})
            found.type += _line(tab, width)
        found.type += _sizes(tab.evaluate("measures.sizes()"))
        found.width += tab.evaluate("measures.cut()")
        found.folds += tab.evaluate("measures.folds()")
        sources = dict.fromkeys(source for source, _ in tab.evaluate("measures.drawings()"))
        for window in (WIDE, PHONE):
            tab.set_viewport_size(window)
            tab.wait_for_timeout(150)
            found.figures += _figures(tab, window)
        found.type += _drawings(tab, page) + tab.evaluate("measures.torn()")
        found.axe += _axe(tab, "phone", RULES, waits)
        tab.evaluate("document.querySelectorAll('details').forEach((d) => (d.open = true))")
        for width in (PHONE["width"], 320):
            tab.set_viewport_size({"width": width, "height": 844})
            wide = tab.evaluate("document.documentElement.scrollWidth")
            found.width += [f"{wide} pixels wide at {width}"] if wide > width else []
        tab.set_viewport_size(WIDE)
        found.axe += _axe(tab, "light, folds open", RULES, waits)
        tab.emulate_media(color_scheme="dark")  # other colours, on the same elements
        tab.wait_for_function("document.documentElement.dataset.theme !== 'light'")
        found.axe += _axe(tab, "dark, folds open", None, waits)
        found.drawings += _labels(tab, page, sources)
    read = {urljoin(page.as_uri(), source) for source in sources}
    found.loaded = _files(loaded | read, book)
    if found.weight > limit(page):
        found.loading.append(f"{found.weight / 1000:.0f} KB, {limit(page) // 1000} allowed")
    return found


def _files(addresses, book):
    """The files of the ``book`` among the ``addresses``, sorted."""
    start = book.as_uri() + "/"
    names = [url.removeprefix(start) for url in addresses if url.startswith(start)]
    return sorted(book / unquote(name) for name in names)


def _axe(tab, state, rules, waits):
    return [f"({state}) {line}" for line in violations(tab, rules, waits=waits)]


def _labels(tab, page, sources):
    """What is wrong with the drawings of a page, each of which stands in the tab alone."""
    said = []
    for source in sources:
        tab.evaluate(ALONE, (page.parent / unquote(source)).read_text("utf-8"))
        said += [f"{source}: {one}" for one in tab.evaluate(LABELS)]
    return said


def _line(tab, width):
    """Is a full line of the page's text as long as it should be?"""
    length = tab.evaluate("measures.line()")
    good = length is None or LINE[0] <= length <= LINE[1]
    return [] if good else [f"{length:.0f} characters a line at {width}"]


def _sizes(sizes):
    """Headings and formulas of another size than they should have."""
    wrong = [
        f"{name} of {size:.1f} pixels" for name, size in sizes["headings"] if size != HEADINGS[name]
    ]
    odd = [size for size in sizes["formulas"] if abs(size - FORMULA) > 0.005]
    return sorted(set(wrong)) + [f"formulas {size:.2f} of their text" for size in sorted(set(odd))]


def _drawings(tab, page):
    """Drawings with text that cannot be read as they are displayed now."""
    small = []
    for source, shown in tab.evaluate("measures.drawings()"):
        svg = (page.parent / unquote(source)).read_text("utf-8")
        size = drawings.smallest_text(svg) * shown / float(re.search(r'width="([\d.]+)"', svg)[1])
        if size < drawings.LEAST - 0.05:
            small.append(f"{source} has text of {size:.1f} pixels on a phone")
    return small


def _figures(tab, window):
    """Interactive figures that do not fit the window, or leave its margin empty."""
    problems = []
    for number, figure in enumerate(tab.evaluate("measures.figures()"), 1):
        name = f"figure {number}, {figure['name']}, {window['width']}"
        if figure["height"] > TALLEST[window["width"]]:
            problems.append(f"{name}: {figure['height']:.0f} high")
        if figure["kept"] > figure["height"] + 160:
            problems.append(f"{name}: {figure['kept']:.0f} kept for it")
        if figure["right"] > window["width"]:
            problems.append(f"{name}: ends at {figure['right']:.0f}")
        if window is WIDE and figure["width"] < figure["text"] + 150:
            problems.append(f"{name}: {figure['width']:.0f} wide, as the text")
        if not figure["hint"]:
            problems.append(f"{name}: no hint")
    return problems

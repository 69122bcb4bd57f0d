"""A page that shows figures as the built book does: stored state, a host script, no kernel."""

import html
import json
import os
from contextlib import contextmanager
from pathlib import Path

from measure import accessibility
from measure.chromium import browser as without_network

from course_bank import quiz
from course_lib import figures
from tests.course_lib.figures.javascript import FIGURES
from tests.requirements import chromium

ROOT = Path(__file__).parents[3]
NAMES = {
    name: stem for name, stem in figures.INTERACTIVE.items() if (FIGURES / f"{stem}.py").exists()
}
BEST = {"type": "tag", "values": [*accessibility.RULES["values"], "best-practice"]}
# The part of the widget protocol that a figure may use, as the book's host script has it.
_HOST = """
const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);
function Model(state) {
  const data = { ...state }, handlers = new Map();
  const emit = (name) => [...(handlers.get(name) || [])].forEach((f) => f());
  this.get = (k) => data[k];
  this.set = (k, v) => { if (!same(data[k], v)) { data[k] = v; emit("change:" + k); } };
  this.on = (n, f) => { handlers.set(n, (handlers.get(n) || new Set()).add(f)); };
  this.off = (n, f) => handlers.get(n)?.delete(f);
  this.save_changes = () => {};
  this.send = () => {};
}
window.figures = {};
for (const slot of document.querySelectorAll("[data-figure]")) {
  const state = JSON.parse(document.getElementById(slot.dataset.figure).textContent);
  const style = document.head.appendChild(document.createElement("style"));
  style.textContent = state._css;
  const url = URL.createObjectURL(new Blob([state._esm], { type: "text/javascript" }));
  const { default: widget } = await import(url);
  const model = new Model(state);
  const el = document.createElement("div");
  const cleanup = await widget.render({ model, el });
  slot.replaceChildren(el);
  window.figures[slot.dataset.figure] = { model, cleanup };
  slot.dataset.widgetReady = "true";
}
"""

_PAGE = """<!doctype html><html lang="en"{theme}><head><meta charset="utf-8"><title>Figures</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
:root {{ color-scheme: light dark; }}
body {{ font: 16px/1.5 system-ui, sans-serif; margin: 0; background: #fff; color: #1f2328; }}
main {{ max-width: 960px; margin: 0 auto; padding: 16px; }}
@media (prefers-color-scheme: dark) {{ body {{ background: #14181e; color: #e6e8eb; }} }}
@media (scripting: enabled) {{
  .cbh-fallback {{ visibility: hidden; height: 0; overflow: hidden; }}
}}
@media (width >= 600px) {{ [data-figure] {{ min-height: var(--wide); }} }}
@media (width < 600px) {{ [data-figure] {{ min-height: var(--narrow); }} }}
</style></head><body><main><h1>Figures</h1>{slots}<p id="after">Text below the figures.</p></main>
{states}<script type="module">{host}</script></body></html>"""


def figure(name, **settings):
    """A figure by its name, as the book makes it: the quiz gets its questions from the bank."""
    return quiz(**settings) if name == "Quiz" else getattr(figures, name)(**settings)


def page_html(shown):
    """An HTML page with the given ``{id: figure}``, each with its static copy inside its slot."""
    slots, states = [], []
    for key, figure in shown.items():
        state = {k: v for k, v in figure.get_state().items() if k not in ("layout", "comm")}
        text = json.dumps(state, default=str).replace("</", "<\\/")
        wide, narrow = state["_reserve"]
        slots.append(
            f'<div data-figure="{html.escape(key)}" style="--wide:{wide}px;--narrow:{narrow}px">'
            f'<div class="cbh-fallback">{state["_fallback"]}</div></div>'
        )
        states.append(f'<script type="application/json" id="{html.escape(key)}">{text}</script>')
    return _PAGE.format(theme="", slots="".join(slots), states="".join(states), host=_HOST)


def browser():
    """A context with Chromium, the network cut off."""
    return without_network(chromium())


@contextmanager
def open_page(browser, path, *, width=1280, height=900, **context):
    """A page at a file, with what it asked of the network and what went wrong in it."""
    session = browser.new_context(viewport={"width": width, "height": height}, **context)
    page = session.new_page()
    page.remote, page.errors = [], []

    def seen(request):
        if not request.url.startswith(
            ("file:", "blob:", "data:", "http://localhost", "http://127")
        ):
            page.remote.append(request.url)

    page.on("request", seen)
    page.on("pageerror", lambda error: page.errors.append(str(error)))
    page.on("console", lambda m: page.errors.append(m.text) if m.type == "error" else None)
    try:
        page.goto(Path(path).as_uri() if os.path.exists(path) else str(path))
        yield page
    finally:
        session.close()


def ready(page, name):
    """The element of the figure ``name``, once it is drawn."""
    page.wait_for_selector("[data-widget-ready=true]", timeout=20000)
    return page.locator(f".cbh-{NAMES[name].replace('_', '-')}")


def axe(page, rules=BEST):
    """Violations within the page's main part, of what ``rules`` asks and of what colours decide."""
    accessibility.prepare(page)
    return accessibility.violations(page, rules, scope="main")

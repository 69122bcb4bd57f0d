"""Interactive figures in the built page.

A notebook stores each figure as widget state. The module and style texts, the same on every page
that shows the figure, go to ``_static/figures/<digest>.js``; the text version of a figure (its
``_fallback`` trait) goes into the page itself, where it stands until the figure is drawn, and
stays where JavaScript is off. ``book/figures.mjs`` makes modules and style sheets small.
"""

import hashlib
import json
import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
STATE = "application/vnd.jupyter.widget-state+json"
VIEW = re.compile(
    r'<script type="application/vnd\.jupyter\.widget-view\+json">(.*?)</script>', re.DOTALL
)

INTERNAL = {  # what only a kernel or a notebook asks for
    "_model_module",
    "_model_module_version",
    "_model_name",
    "_view_module",
    "_view_module_version",
    "_view_name",
    "_view_count",
    "_anywidget_id",
    "_dom_classes",
    "layout",
    "tabbable",
    "tooltip",
}


def _safe(data):
    """JSON that may stand inside a script element."""
    return json.dumps(data, sort_keys=True).replace("</", "<\\/").replace("<!--", "<\\u0021--")


class Sources:
    """The module and style texts that the figures of one page need.

    ``address`` makes of the name of a text the address of its script, seen from the page.
    """

    def __init__(self, folder, address="{}.js".format):
        self.folder, self.address, self.names = folder, address, []

    def put(self, text):
        """Store ``text`` once for the whole book; return the reference that the host follows."""
        name = self._written(text)
        if name not in self.names:
            self.names.append(name)
        return {"source": name}

    def put_aside(self, text):
        """Store ``text`` for a figure that loads it itself, when it needs it; of a dict each."""
        if isinstance(text, dict):
            return {key: self.put_aside(own) for key, own in text.items()}
        name = self._written(text)
        return {"source": name, "src": self.address(name)}

    def _written(self, text):
        name = hashlib.sha256(text.encode()).hexdigest()[:16]
        path = self.folder / f"{name}.js"
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(
                f'(window.cbhSources ||= {{}})["{name}"] = {_safe(text)};\n', encoding="utf-8"
            )
        return name


def slim(state, shown, sources, chapter=None):
    """What the page keeps of the widget state: the models of the ``shown`` figures alone.

    Returns the models, and for each its text version and the (wide, narrow) room it needs. The
    figures of a numbered ``chapter`` count "Try it 4.1", "Try it 4.2" in the order of ``shown``.
    """
    kept, texts, rooms = {}, {}, {}
    known = [model_id for model_id in dict.fromkeys(shown) if "_esm" in _values(state, model_id)]
    counted = [model_id for model_id in known if _values(state, model_id).get("_numbered")]
    for model_id in known:
        model = state[model_id]
        values = {key: value for key, value in model["state"].items() if key not in INTERNAL}
        texts[model_id] = values.pop("_fallback", "") or ""
        rooms[model_id] = values.pop("_reserve", None) or (0, 0)
        for name in ("_esm", "_css"):
            if values.get(name):
                values[name] = sources.put(values[name])
        values.pop("_numbered", None)
        for name in values.pop("_deferred", []):
            values[name] = sources.put_aside(values[name])
        if chapter and model_id in counted:
            values["_number"] = f"Try it {chapter}.{counted.index(model_id) + 1}"
        kept[model_id] = {"state": values}
    return kept, texts, rooms


def _values(state, model_id):
    return state.get(model_id, {}).get("state", {})


def _chapter(app, pagename):
    """The number of a page in the table of contents, as text, or None."""
    numbers = app.env.toc_secnumbers.get(pagename, {}).get("")
    return ".".join(map(str, numbers)) if numbers else None


def _page(app, pagename, templatename, context, doctree):
    body = context.get("body") or ""
    scripts = [s for s in context["script_files"] if s.attributes.get("type") == STATE]
    if not scripts or not VIEW.search(body):
        return
    shown = [json.loads(view)["model_id"] for view in VIEW.findall(body)]

    def address(name):
        return context["pathto"](f"_static/figures/{name}.js", 1)

    sources = Sources(Path(app.outdir) / "_static" / "figures", address)
    state = json.loads(scripts[0].attributes["body"])["state"]
    kept, texts, rooms = slim(state, shown, sources, _chapter(app, pagename))
    scripts[0].attributes["body"] = _safe({"version_major": 2, "version_minor": 0, "state": kept})

    def host(match):
        model_id = json.loads(match.group(1))["model_id"]
        wide, narrow = rooms[model_id]
        return (
            f'<div class="cbh-host full-width" style="--cbh-wide:{wide}px;--cbh-narrow:{narrow}px">'
            f'{match.group(0)}<div class="cbh-fallback" data-for="{model_id}">'
            f"{texts[model_id]}</div></div>"
        )

    loads = "".join(f'<script defer src="{address(name)}"></script>' for name in sources.names)
    context["body"] = VIEW.sub(host, body) + loads


def _finish(app, error):
    """Remove the texts that no page asks for any more, and make the others small."""
    folder = Path(app.outdir) / "_static" / "figures"
    if error or not folder.is_dir():
        return
    pages = [page.read_text("utf-8") for page in Path(app.outdir).rglob("*.html")]
    for script in folder.glob("*.js"):
        if not any(f"_static/figures/{script.name}" in page for page in pages):
            script.unlink()
    small(folder)


def small(folder):
    """Take out of the modules and style sheets of ``folder`` what only a reader of them needs."""
    subprocess.run(["node", ROOT / "book" / "figures.mjs", folder], cwd=ROOT, check=True)


def setup(app):
    app.connect("html-page-context", _page, priority=800)
    app.connect("build-finished", _finish)

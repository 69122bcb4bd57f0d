"""Mends what the stock theme gets wrong. Every step may run twice without harm.

* scripts are loaded once, those that may wait are deferred, those that no page needs are left out
* the search button, the theme switch and the sidebar get names that match what they show
* Font Awesome's 1.5 MB give way to the icons that the pages use
* a page describes itself (``html_meta``), if only by its first sentence
* markup is what the standard allows: no paragraph in a fold's line, a scope for each table head
"""

import html
import re
import shutil
from pathlib import Path

from paper.offer import withdraw

from . import vendor

DEFER = (
    "doctools.js",
    "sphinx_highlight.js",
    "clipboard.min.js",
    "copybutton.js",
    "sphinx-book-theme.js",
    "design-tabs.js",
)
# a remote service, and folds of another kind than the book's
UNUSED = ("THEBE_JS_URL", "sphinx-thebe", "togglebutton", "toggleHint", "toggleOpenOnPrint")
ICON_FONT = re.compile(r"@font-face\{[^}]*fontawesome/webfonts[^}]*\}")
ICON = re.compile(r"\bfa-[a-z0-9-]+")
# icons that scripts of the theme put into the page later
LATER = {"fa-expand", "fa-compress", "fa-chevron-down", "fa-chevron-right", "fa-copy", "fa-check"}


def _scripts(context):
    """The page's scripts: each once, Thebe left out, those that may wait deferred."""
    seen, kept = set(), []
    for script in context.get("script_files", []):
        body, name = script.attributes.get("body") or "", str(script.filename or "")
        unused = any(word in body + name for word in UNUSED)
        if unused or (name, body) in seen:
            continue
        seen.add((name, body))
        if name.split("?")[0].endswith(DEFER):
            script.attributes.setdefault("defer", "defer")
        kept.append(script)
    return kept


def describe(body, limit=155):
    """The first sentences of the page's text, for its description."""
    paragraph = re.search(r"<p>(.*?)</p>", body, re.DOTALL)
    if not paragraph:
        return ""
    text = " ".join(html.unescape(re.sub(r"<[^>]+>", "", paragraph.group(1))).split())
    return text if len(text) <= limit else text[: text.rfind(" ", 0, limit)] + " …"


def _page(app, pagename, templatename, context, doctree):
    app.pages_written = True
    context["script_files"] = _scripts(context)
    context["css_files"] = [
        css
        for css in context.get("css_files", [])
        if not any(word in str(getattr(css, "filename", css)) for word in UNUSED)
    ]
    body = context.get("body") or ""
    context["body"] = body.replace('<summary aria-label="Toggle hidden content">', "<summary>")
    if 'name="description"' not in (context.get("metatags") or ""):
        text = describe(body) or f"{context.get('title', '')}, {app.config.html_title}"
        context["metatags"] = (
            context.get("metatags") or ""
        ) + f'<meta name="description" content="{html.escape(text)}" />\n'


# The theme writes "auto" and makes it light or dark when its script has come, late: without colours
# and borders until then, the page would be painted twice, and its lines break anew.
LATE_THEME = 'document.documentElement.dataset.theme = localStorage.getItem("theme") || "auto";'
THEME = """(function (set) {
      const dark = matchMedia("(prefers-color-scheme: dark)").matches;
      set.theme = set.mode === "auto" ? (dark ? "dark" : "light") : set.mode;
    })(document.documentElement.dataset);"""
SCRIPT = re.compile(r"(<script\b[^>]*>.*?</script>)", re.DOTALL)
HEAD = re.compile(r"<thead\b.*?</thead>", re.DOTALL)
CORNER = re.compile(r"<th\b[^>]*>\s*(?:<p>\s*</p>)?\s*</th>")
BUTTON = re.compile(
    r'<button\b(?![^>]*\baria-label)([^>]*?\btitle=("[^"]*")[^>]*)>(.*?)</button>', re.DOTALL
)
FOLD_LINE = re.compile(r"(<summary\b[^>]*>.*?</summary>)", re.DOTALL)


def _scoped(scope):
    return lambda match: re.sub(r"<th\b(?![^>]*\bscope=)", f'<th scope="{scope}"', match[0])


def _named(match):
    """A button that shows an icon alone is called what its title says."""
    attributes, title, inside = match.groups()
    if re.sub(r"<[^>]+>", "", inside).strip() or "search-button-field" in attributes:
        return match[0]
    return f"<button aria-label={title}{attributes}>{inside}</button>"


def allowed(text):
    """Markup of the page that the standard does not allow, mended outside of scripts."""
    parts = SCRIPT.split(text)
    for place in range(0, len(parts), 2):
        part = CORNER.sub("<td></td>", parts[place])
        part = HEAD.sub(_scoped("col"), part)
        part = re.sub(r"<tbody\b.*?</tbody>", _scoped("row"), part, flags=re.DOTALL)
        part = FOLD_LINE.sub(
            lambda line: re.sub(r"<p\b([^>]*)>(.*?)</p>", r"<span\1>\2</span>", line[0]), part
        )
        part = BUTTON.sub(_named, part)
        part = re.sub(r"<button\b(?![^>]*\btype=)", '<button type="button"', part)
        part = part.replace('<main id="main-content" class="bd-main" role="main">',
                            '<main id="main-content" class="bd-main">')  # fmt: skip
        parts[place] = part.replace("<h1></h1>", "").replace(' action=""', "")
    return "".join(parts)


def mend(text):
    """One written page, mended."""
    viewport = '<meta name="viewport" content="width=device-width, initial-scale=1" />'
    if text.count('name="viewport"') > 1:
        text = text.replace(viewport, "", 1)
    text = re.sub(r'(<button [^>]*search-button-field[^>]*?) aria-label="[^"]*"', r"\1", text)
    text = re.sub(r'(<i class="theme-switch [^>]*?) title="[^"]*"', r"\1", text)
    text = re.sub(
        r'<div class="sidebar-primary-items__start sidebar-primary__section">',
        '<div class="sidebar-primary-items__start sidebar-primary__section" '
        'role="region" aria-label="Book">',
        text,
    )
    text = re.sub(
        r'<script src="[^"]*(?:searchtools|language_data|searchindex)\.js[^"]*"></script>',
        "",  # ``search`` takes their place
        text,
    )
    text = text.replace(
        '<summary><span class="toctree-toggle"',
        '<summary aria-label="Pages of this part"><span class="toctree-toggle"',
    )
    text = text.replace(LATE_THEME, THEME)
    text = text.replace('role="doc-biblioentry"', 'role="listitem"')  # the list asks for it
    return allowed(re.sub(r'<link rel="preload"[^>]*webfonts[^>]*>', "", text))


def drop_icon_fonts(static):
    """Remove the theme's 1 MB of icon fonts; book.css declares the subset."""
    shutil.rmtree(static / "vendor" / "fontawesome", ignore_errors=True)
    for sheet in (static / "styles").glob("*.css"):
        before = sheet.read_text("utf-8")
        after = ICON_FONT.sub("", before)
        if after != before:
            sheet.write_text(after, "utf-8")


def drop_old_pages(app):
    """Remove the pages of chapters that are no longer in the book."""
    out = Path(app.outdir)
    made = {"genindex", "search", *app.env.found_docs}
    for page in [*out.glob("*.html"), *out.glob("chapters/**/*.html")]:
        if page.relative_to(out).with_suffix("").as_posix() not in made:
            page.unlink()


def _finish(app, error):
    if error or app.builder.format != "html":
        return
    drop_old_pages(app)
    if app.pages_written:
        withdraw(Path(app.outdir))
    out, icons = Path(app.outdir), set(LATER)
    for page in out.rglob("*.html"):
        before = page.read_text("utf-8")
        icons.update(ICON.findall(before))
        after = mend(before)
        if after != before:
            page.write_text(after, "utf-8")
    shutil.copy(vendor.icon_script(sorted(icons)), out / "_static" / "scripts" / "fontawesome.js")
    drop_icon_fonts(out / "_static")


def setup(app):
    app.pages_written = False
    app.add_js_file("book.js", defer="defer")
    app.connect("html-page-context", _page, priority=900)
    app.connect("build-finished", _finish)

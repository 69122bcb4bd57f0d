"""Addresses that have moved: of a page, and of the parts of one that has become several.

Where a page was, a small page leads on. With JavaScript the part behind # is kept; without it the
page leads to the top of the new one. The API was one page: it leads each name behind # to the page
that has it now, and lists the pages for those without JavaScript.
"""

import html
import json
from pathlib import Path

from docutils import nodes

# old page -> new page
MOVED = {
    "chapters/13-dropout-and-batch-normalisation": "chapters/14-dropout-and-normalisation",
    "chapters/14-architectures": "chapters/16-lenet-alexnet-vgg",
    "chapters/15-how-a-convolution-learns": "chapters/13-how-a-convolution-learns",
    "chapters/16-how-a-convolution-gets-fast": "chapters/20-how-a-convolution-gets-fast",
    "chapters/17-playground": "chapters/21-playground",
}

PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8" />
<meta name="viewport" content="width=device-width, initial-scale=1" />
<meta name="robots" content="noindex" />
<title>Moved: {title}</title>
<link rel="canonical" href="{address}" />
<script>location.replace("{address}" + location.hash);</script>
<noscript><meta http-equiv="refresh" content="0; url={address}" /></noscript>
</head>
<body><main><h1>This page has moved</h1>
<p>It is now <a href="{address}">{title}</a>.</p></main></body>
</html>
"""

DIVIDED = "chapters/api"  # its names stand on the pages below it
FORWARD = """<script>(() => {{ const pages = {pages};
for (let name = decodeURIComponent(location.hash.slice(1)).replace(/^module-/, ""); name; ) {{
if (pages[name]) return location.replace(pages[name] + location.hash);
name = name.slice(0, Math.max(0, name.lastIndexOf("."))); }} }})();</script>
"""


def divided(env):
    """{beginning of a name, or heading: page} of all names that stand on one page."""
    below, where, found = f"{DIVIDED}/", {}, {}
    for name, entry in env.get_domain("py").objects.items():
        parts = name.split(".")
        for end in range(1, len(parts) + 1):
            where.setdefault(".".join(parts[:end]), set()).add(entry.docname)
    for name, pages in sorted(where.items()):
        [page, *others] = pages
        shorter = any(f"{name}.".startswith(f"{start}.") for start in found)  # leads there too
        if not others and page.startswith(below) and not shorter:
            found[name] = page
    for page in sorted(name for name in env.found_docs if name.startswith(below)):
        for section in env.get_doctree(page).findall(nodes.section):
            headings = [heading for heading in section["ids"] if "." not in heading]
            found.update({heading: page for heading in headings if heading not in found})
    return found


def _forward(app, pagename, templatename, context, doctree):
    if pagename == DIVIDED:
        pages = {key: context["pathto"](page) for key, page in divided(app.env).items()}
        context["body"] = FORWARD.format(pages=json.dumps(pages)) + context["body"]


def _write(app, error):
    if error or app.builder.format != "html":
        return
    for old, new in MOVED.items():
        if new in app.env.found_docs:
            title = app.env.titles[new].astext()
            address = html.escape(new.rsplit("/", 1)[-1] + ".html")
            page = Path(app.outdir) / f"{old}.html"
            page.write_text(PAGE.format(address=address, title=html.escape(title)), "utf-8")


def setup(app):
    app.connect("html-page-context", _forward)
    app.connect("build-finished", _write, priority=900)  # after the old pages are dropped

"""Addresses of pages that have moved: a small page stands there and leads on.

With JavaScript the part behind # is kept. Without it the page leads to the top of the new one.
"""

import html
from pathlib import Path

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
    app.connect("build-finished", _write, priority=900)  # after the old pages are dropped

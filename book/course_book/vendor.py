"""KaTeX with its fonts, and the icon subset, made from node_modules.

Nothing of this is kept in git: it is written to ``book/vendor`` when the book is built, and
left alone while the packages are the same. ``book/vendor/site`` goes into the pages.
"""

import hashlib
import io
import re
import shutil
import subprocess
from pathlib import Path

import pydata_sphinx_theme
from fontTools import subset
from sphinx.errors import ExtensionError

ROOT = Path(__file__).resolve().parents[2]
MODULES = ROOT / "node_modules"
VENDOR = ROOT / "book" / "vendor"


def _katex():
    source = MODULES / "katex" / "dist"
    if not source.is_dir():
        raise ExtensionError("KaTeX is missing; install the packages of package.json: npm ci")
    return source


def copy_katex():
    """Copy the style sheet and the woff2 fonts, which every current browser reads."""
    source, target = _katex(), VENDOR / "site" / "katex"
    css = (source / "katex.min.css").read_text("utf-8")
    css = re.sub(r',url\([^)]*\.(?:woff|ttf)\) format\("(?:woff|truetype)"\)', "", css)
    css = css.replace("font-display:block", "font-display:swap")
    if (target / "katex.min.css").exists() and (target / "katex.min.css").read_text() == css:
        return
    shutil.rmtree(target, ignore_errors=True)
    (target / "fonts").mkdir(parents=True)
    (target / "katex.min.css").write_text(css, "utf-8")
    for font in (source / "fonts").glob("*.woff2"):
        shutil.copy(font, target / "fonts")


def copy_icon_font():
    """The theme sets the icons of its boxes in a 156 KB font: keep the glyphs that it names."""
    target = VENDOR / "site" / "icons" / "solid.woff"
    if target.exists():
        return
    static = Path(pydata_sphinx_theme.__file__).parent / "theme/pydata_sphinx_theme/static"
    css = (static / "styles" / "pydata-sphinx-theme.css").read_text("utf-8")
    glyphs = set("".join(re.findall(r'--pst-icon-[a-z-]+:"([^"\\]+)"', css)))
    glyphs |= {chr(int(code, 16)) for code in ("f107", "f105", "f0c1", "f08e")}  # arrows, links
    options = subset.Options(flavor="woff", recalc_timestamp=False)
    font = subset.load_font(static / "vendor/fontawesome/webfonts/fa-solid-900.ttf", options)
    picker = subset.Subsetter(options)
    picker.populate(unicodes=[ord(glyph) for glyph in glyphs])
    picker.subset(font)
    data = io.BytesIO()
    subset.save_font(font, data, options)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(data.getvalue())


def icon_script(names):
    """Path of a Font Awesome script that holds only the icons ``names`` (``fa-sun``, ...)."""
    lock = (ROOT / "package-lock.json").read_text("utf-8")
    maker = ROOT / "book" / "icons.mjs"
    key = hashlib.sha256("\n".join([*names, lock, maker.read_text("utf-8")]).encode())
    script = VENDOR / "icons" / f"{key.hexdigest()[:16]}.js"
    if not script.exists():
        shutil.rmtree(script.parent, ignore_errors=True)
        script.parent.mkdir(parents=True)
        subprocess.run(["node", str(maker), str(script), *names], check=True, cwd=ROOT)
    return script


def _prepare(app, config):
    (VENDOR / "site").mkdir(parents=True, exist_ok=True)
    copy_katex()
    copy_icon_font()


def setup(app):
    app.connect("config-inited", _prepare)

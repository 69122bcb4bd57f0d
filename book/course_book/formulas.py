"""Formulas are set by KaTeX while the book is built, so that the pages need no script for them.

One Node process sets them all, one line in and one line out. A formula that KaTeX does not
understand is a warning, and so fails the strict build.
"""

import atexit
import html
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from docutils import nodes
from sphinx.util import logging
from sphinx.util.math import get_node_equation_number

ROOT = Path(__file__).resolve().parents[2]
log = logging.getLogger(__name__)


class Setter:
    """The Node process that sets formulas, started when the first one comes."""

    def __init__(self):
        self.process, self.known = None, {}

    def __call__(self, latex, display=False):
        """HTML of a formula. Raises ValueError with KaTeX' message."""
        if (latex, display) not in self.known:
            self.known[latex, display] = self._ask({"latex": latex, "display": display})
        return self.known[latex, display]

    def _ask(self, question):
        if self.process is None:
            beside = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
            node = shutil.which("node", path=beside) or "node"
            command = [node, str(ROOT / "book" / "formulas.mjs")]
            pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
            self.process = subprocess.Popen(command, cwd=ROOT, text=True, encoding="utf-8", **pipes)
            atexit.register(self.close)
        self.process.stdin.write(json.dumps(question) + "\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline() or '{"error": "Node did not answer"}')
        if "error" in answer:
            raise ValueError(answer["error"])
        return answer["html"]

    def close(self):
        """End the process."""
        if self.process:
            self.process.stdin.close()
            self.process.wait(timeout=10)
            self.process = None


set_formula = Setter()


def _html(node, display):
    try:
        return set_formula(node.astext(), display)
    except ValueError as error:
        log.warning("formula %r: %s", node.astext(), error, location=node)
        return f"<code>{html.escape(node.astext())}</code>"


def inline(writer, node):
    writer.body.append(writer.starttag(node, "span", "", CLASS="math"))
    writer.body.append(_html(node, display=False) + "</span>")
    raise nodes.SkipNode


def block(writer, node):
    writer.body.append(writer.starttag(node, "div", "", CLASS="math"))
    writer.body.append(_html(node, display=True))
    if node["number"]:
        number = get_node_equation_number(writer, node)
        writer.body.append(f'<span class="eqno">({number})')
        writer.add_permalink_ref(node, "Link to this equation")
        writer.body.append("</span>")
    writer.body.append("</div>\n")
    raise nodes.SkipNode


def setup(app):
    app.add_html_math_renderer("katex", (inline, None), (block, None))
    app.add_css_file("katex/katex.min.css")

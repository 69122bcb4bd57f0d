"""Two neighbouring cells tagged ``numpy`` and ``keras`` are set side by side, each with a title."""

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform

TITLES = {"tag_numpy": "NumPy (course_lib)", "tag_keras": "Keras"}


def _tag(node):
    classes = node.get("classes", []) if isinstance(node, nodes.Element) else []
    return next((name for name in TITLES if "cell" in classes and name in classes), None)


class SideBySide(SphinxPostTransform):
    default_priority = 400

    def run(self, **kwargs):
        for first in list(self.document.findall(nodes.container)):
            parent = first.parent
            place = parent.index(first)
            second = parent[place + 1] if place + 1 < len(parent) else None
            if _tag(first) != "tag_numpy" or _tag(second) != "tag_keras":
                continue
            pair = nodes.container(classes=["side-by-side"])
            for cell in (first, second):
                parent.remove(cell)
                title = nodes.paragraph("", TITLES[_tag(cell)], classes=["side-title"])
                pair += nodes.container("", title, cell, classes=["side"])
            parent.insert(place, pair)


def setup(app):
    app.add_post_transform(SideBySide)

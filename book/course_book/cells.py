"""Of two neighbouring cells, one tagged ``numpy`` and one ``keras``, the second is folded.

Both compute the same, which a cell after them asserts. The fold says "The same in Keras", and shows
the folded cell whole: its own output is not folded once more.
"""

from docutils import nodes
from myst_nb.sphinx_ import HideCodeCellNode
from sphinx.transforms.post_transforms import SphinxPostTransform

from .boxes import make_fold

TITLES = {"tag_numpy": "The same in NumPy", "tag_keras": "The same in Keras"}


def tag(node):
    """The class that makes ``node`` one of a pair, or None."""
    classes = node.get("classes", []) if isinstance(node, nodes.Element) else []
    return next((name for name in TITLES if "cell" in classes and name in classes), None)


class Twins(SphinxPostTransform):
    default_priority = 400
    formats = ("html",)

    def run(self, **kwargs):
        for first in list(self.document.findall(nodes.container)):
            parent = first.parent
            place = parent.index(first)
            second = parent[place + 1] if place + 1 < len(parent) else None
            if {tag(first), tag(second)} != set(TITLES):
                continue
            for hidden in list(second.findall(HideCodeCellNode)):
                hidden.replace_self(hidden.children)
            parent.remove(second)
            twin = make_fold([nodes.Text(TITLES[tag(second)])], [second], ["twin"])
            parent.insert(place + 1, twin)


def setup(app):
    app.add_post_transform(Twins)

"""``{calc}`output_size(6, 3)` `` puts a number of the engine into a sentence.

The expression sees the functions of ``course_lib.shapes``, the inputs of the lectures
(``lectures``), recorded runs (``records``), ``ops`` and ``np``. Whole numbers from 10,000 are
grouped by commas. An expression that fails is a warning, and so fails the strict build.
"""

import operator

from docutils import nodes
from sphinx.util import logging

log = logging.getLogger(__name__)


def namespace():
    """The names that an expression may use."""
    import numpy as np

    from course_lib import lectures, ops, records, shapes

    names = {name: getattr(shapes, name) for name in shapes.__all__}
    modules = {"ops": ops, "lectures": lectures, "records": records, "shapes": shapes}
    return {**names, **modules, "np": np}


def shown(value):
    """``value`` as it stands in a sentence.

    >>> shown(34826), shown(2416), shown((8, 8, 5)), shown("7/9")
    ('34,826', '2416', '8 × 8 × 5', '7/9')
    """
    value = getattr(value, "value", value)
    if isinstance(value, str):
        return value
    if isinstance(value, (tuple, list)):
        return " × ".join(shown(part) for part in value)
    try:
        whole = operator.index(value)
    except TypeError:
        return f"{float(value):g}".replace("-", "−")
    return (f"{whole:,}" if abs(whole) >= 10_000 else str(whole)).replace("-", "−")


def calc_role(name, rawtext, text, lineno, inliner, options=None, content=None):
    try:
        value = eval(text, namespace())
        return [nodes.inline(rawtext, shown(value), classes=["calc"])], []
    except Exception as error:
        log.warning(
            "{calc}`%s` failed: %s: %s",
            text,
            type(error).__name__,
            error,
            location=(inliner.document.settings.env.docname, lineno),
        )
        return [nodes.literal(rawtext, text)], []


def setup(app):
    app.add_role("calc", calc_role)

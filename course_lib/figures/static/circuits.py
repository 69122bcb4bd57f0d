"""Calculations as circuits: a value over every wire, and under it how fast the loss grows with it.

    w, x = Number("$w$", 2.0, at=(0, 0)), Number("$x$", 3.0, at=(0, 1))
    circuit(half_square(multiply(w, x, at=(1, 0.5)), at=(2, 0.5)))

A place ``at`` is (column, row). Values are computed as the circuit is written down, gradients when
it is drawn: by the chain rule, from the last gate to the numbers it began with.
"""

from course_lib.figures.static.canvas import Drawing, number

__all__ = ["Number", "add", "backward", "circuit", "half_square", "maximum", "multiply", "patterns"]

COLUMN, ROW, RADIUS, STUB, MARGIN = 124, 76, 20, 54, 12


class Number:
    """A number in a circuit: given, or what a gate makes of other numbers.

    name: what stands on it. sources: the numbers that go into it; slopes: for each of them how fast
    this number grows with it. ``gradient`` and ``shares`` (what each source gets) are None until
    `backward` has found them.
    """

    def __init__(self, name, value, at, sources=(), slopes=()):
        self.name, self.value, self.at = name, float(value), at
        self.sources, self.slopes = tuple(sources), tuple(map(float, slopes))
        self.gradient, self.shares = None, ()


def add(*terms, at):
    """The sum; it grows as fast as each of ``terms``."""
    return Number("+", sum(t.value for t in terms), at, terms, [1.0] * len(terms))


def multiply(a, b, at):
    """The product; it grows with each factor as fast as the other one is large."""
    return Number("×", a.value * b.value, at, (a, b), (b.value, a.value))


def maximum(a, b, at):
    """The larger one, and the first of two equal ones: the other has no influence."""
    first = a.value >= b.value
    return Number("max", max(a.value, b.value), at, (a, b), (first, not first))


def half_square(a, at):
    """a²/2, which grows with a as fast as a is large."""
    return Number("½( )²", a.value**2 / 2, at, (a,), (a.value,))


def _order(last):
    """All numbers that ``last`` is made from and itself, each after its sources."""
    found = []

    def visit(node):
        if node not in found:
            for source in node.sources:
                visit(source)
            found.append(node)

    visit(last)
    return found


def backward(last, gradient=1.0):
    """Find the gradient of ``last`` with respect to every number; returns all of them in order."""
    nodes = _order(last)
    for node in nodes:
        node.gradient = 0.0
    last.gradient = float(gradient)
    for node in reversed(nodes):
        node.shares = tuple(node.gradient * slope for slope in node.slopes)
        for source, share in zip(node.sources, node.shares, strict=True):
            source.gradient += share
    return nodes


def circuit(last, gradient=1.0, output="$L$"):
    """The circuit that ends in the number ``last``, with ``gradient`` coming in from the right."""
    nodes = backward(last, gradient)
    columns, rows = (max(node.at[axis] for node in nodes) for axis in (0, 1))
    drawing = Drawing(
        2 * MARGIN + columns * COLUMN + 2 * RADIUS + STUB + 20, rows * ROW + 2 * RADIUS + 44
    )
    _draw(drawing, nodes, MARGIN, 22)
    x, y = _middle(last, MARGIN, 22)
    drawing.text(x + RADIUS + STUB + 14, y, output)
    return drawing


def _middle(node, left, top):
    column, row = node.at
    return left + RADIUS + column * COLUMN, top + RADIUS + row * ROW


def _draw(drawing, nodes, left, top):
    uses = {node: sum(other.sources.count(node) for other in nodes) for node in nodes}
    for node in nodes:
        x, y = _middle(node, left, top)
        drawing.line(x + RADIUS, y, x + RADIUS + STUB, y, "arrow")
        for source, share in zip(node.sources, node.shares, strict=True):
            from_x, from_y = _middle(source, left, top)
            start = from_x + RADIUS + STUB
            drawing.line(start, from_y, x - RADIUS, y, "arrow")
            if uses[source] > 1:  # what this gate hands back; the sum stands at the source
                middle = (start + x - RADIUS) / 2 - 8
                side = -13 if from_y > y else 13
                drawing.text(middle, (from_y + y) / 2 + side, number(share), "accent")
    for node in nodes:
        x, y = _middle(node, left, top)
        if node.sources:
            drawing.rect(x - RADIUS, y - RADIUS, 2 * RADIUS, 2 * RADIUS, "cell", RADIUS)
        drawing.text(x, y, node.name)
        drawing.text(x + RADIUS + STUB / 2, y - 12, number(node.value))
        drawing.text(x + RADIUS + STUB / 2, y + 13, number(node.gradient), "accent")


def patterns():
    """What three gates do with a gradient of 2 that comes back to them."""
    panels = (
        ("add copies", add(Number("$a$", 3, (0, 0)), Number("$b$", 4, (0, 1)), at=(1, 0.5))),
        (
            "multiply exchanges",
            multiply(Number("$a$", 3, (0, 0)), Number("$b$", 4, (0, 1)), at=(1, 0.5)),
        ),
        ("max chooses", maximum(Number("$a$", 3, (0, 0)), Number("$b$", 4, (0, 1)), at=(1, 0.5))),
    )
    wide, high = COLUMN + 2 * RADIUS + STUB + 26, ROW + 2 * RADIUS + 62
    drawing = Drawing(len(panels) * wide + MARGIN, high)
    for place, (title, last) in enumerate(panels):
        left = MARGIN + place * wide
        drawing.text(left + (wide - 26) / 2, 14, title, "bold")
        _draw(drawing, backward(last, 2.0), left, 40)
    return drawing

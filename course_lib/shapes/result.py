"""A number together with the arithmetic that leads to it, shown as text, LaTeX or HTML.

The steps are written as Python writes arithmetic, "= floor(5 / 2) + 1"; the LaTeX is made of them.
"""

import ast
import html
from dataclasses import dataclass, field


@dataclass(frozen=True, eq=False)
class Result:
    """A number (or a tuple of numbers) and the arithmetic that leads to it.

    It may be used as the number itself: ``range(result)``, ``result == 3``, ``result + 1``.
    ``print`` shows the steps; a notebook shows them typeset.
    """

    value: object
    steps: list[str] = field(default_factory=list)

    def __int__(self):
        return int(self.value)

    def __index__(self):
        if not isinstance(self.value, int):
            raise TypeError(f"a Result of value {self.value!r} is not one integer")
        return self.value

    def __bool__(self):
        return bool(self.value)

    def __float__(self):
        return float(self.value)

    def __iter__(self):
        return iter(self.value)

    def __len__(self):
        return len(self.value)

    def __getitem__(self, item):
        return self.value[item]

    def __eq__(self, other):
        return self.value == (other.value if isinstance(other, Result) else other)

    def __hash__(self):
        return hash(self.value)

    def __lt__(self, other):
        return self.value < _plain(other)

    def __le__(self, other):
        return self.value <= _plain(other)

    def __gt__(self, other):
        return self.value > _plain(other)

    def __ge__(self, other):
        return self.value >= _plain(other)

    def __add__(self, other):
        return self.value + _plain(other)

    def __sub__(self, other):
        return self.value - _plain(other)

    def __mul__(self, other):
        return self.value * _plain(other)

    def __radd__(self, other):
        return other + self.value

    def __rsub__(self, other):
        return other - self.value

    __rmul__ = __mul__

    def __str__(self):
        return "\n".join(self.steps)

    def __repr__(self):
        return f"{type(self).__name__}({self.value!r})"

    def _repr_latex_(self):
        lines = r" \\ ".join(_latex_line(step) for step in self.steps)
        return rf"$\displaystyle \begin{{aligned}} {lines} \end{{aligned}}$"

    def _repr_html_(self):
        lines = "".join(f"<li><code>{html.escape(step)}</code></li>" for step in self.steps)
        return f'<ol class="cbh-steps" style="list-style: none; padding: 0">{lines}</ol>'


def _plain(other):
    return other.value if isinstance(other, Result) else other


def _latex_line(step):
    """One step, typeset; an alignment mark stands before its first equals sign."""
    label, colon, rest = step.rpartition(": ")
    head = rf"\text{{{label}: }} " if colon else ""
    sides = [", ".join(_latex(part) for part in _parts(side)) for side in rest.split("=")]
    if len(sides) == 1:
        return f"{head}&{sides[0]}"
    return f"{head}{sides[0]} &= " + " = ".join(sides[1:])


def _parts(side):
    """Pieces of a step between top-level commas: '3, jump' is two, 'max(1, 0)' is one."""
    pieces, depth, piece = [], 0, ""
    for character in side.strip():
        depth += (character == "(") - (character == ")")
        if character == "," and depth == 0:
            pieces, piece = [*pieces, piece], ""
        else:
            piece += character
    return [*pieces, piece]


def _latex(expression):
    """Arithmetic written as in Python, typeset: floor((6 - 3) / 2) becomes a fraction in floors."""
    text = expression.strip()
    if not text or text.replace(" ", "").isalpha():
        return rf"\text{{{text}}}" if text else ""
    return _latex_node(ast.parse(text, mode="eval").body)


def _latex_node(node):
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.UnaryOp):
        return f"-{_latex_node(node.operand)}"
    if isinstance(node, ast.Call):
        inside = ", ".join(_latex_node(argument) for argument in node.args)
        if node.func.id in ("floor", "ceil"):
            return rf"\left\l{node.func.id} {inside} \right\r{node.func.id}"
        return rf"\{node.func.id}({inside})"
    left, right = _latex_node(node.left), _latex_node(node.right)
    if isinstance(node.op, ast.Div):
        return rf"\frac{{{left}}}{{{right}}}"
    if isinstance(node.op, ast.Add):
        return f"{left} + {right}"
    if isinstance(node.op, ast.Sub):
        return f"{left} - {right}"
    sign = r"\cdot" if isinstance(node.op, ast.Mult) else r"\bmod"
    return f"{_bracketed(node.left, left)} {sign} {_bracketed(node.right, right)}"


def _bracketed(node, text):
    sums = isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Add, ast.Sub))
    return f"({text})" if sums else text

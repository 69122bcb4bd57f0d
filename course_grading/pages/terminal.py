"""What a terminal would show of a text: colours, progress bars that go back and write again.

Keras' bars go back by backspaces and carriage returns, tqdm's by carriage returns and by going a
line up; errors come with colours. nbconvert turns the colours into spans once every place holds the
character that was written there last.
"""

import re

from nbconvert.filters import ansi2html

from course_grading.text import CUT

MOST_LINES = 2000
WIDEST = 2000  # characters of a line
_TOKEN = re.compile(
    r"\x1b\[(?P<numbers>[0-9;?]*)(?P<kind>[@-~])"  # a control sequence
    r"|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?"  # a title or a link: not shown
    r"|\x1b."
    r"|(?P<text>[^\x00-\x08\x0a-\x1f\x7f]+)"
    r"|(?P<control>[\x00-\x1f\x7f])",
    re.DOTALL,
)


class _Screen:
    """Lines of (character, its colours), and where the next one is written."""

    def __init__(self):
        self.lines, self.row, self.column, self.colour = [[]], 0, 0, ""

    def write(self, text):
        line = self.lines[self.row]
        line += [(" ", "")] * (self.column - len(line))
        end = min(self.column + len(text), WIDEST)
        line[self.column : end] = [(c, self.colour) for c in text[: max(end - self.column, 0)]]
        self.column = end

    def control(self, character):
        if character == "\n":
            self.down(1)
            self.column = 0
        elif character == "\r":
            self.column = 0
        elif character == "\b":
            self.column = max(self.column - 1, 0)

    def down(self, count):
        self.row = min(max(self.row + count, 0), MOST_LINES)
        self.lines += [[] for _ in range(self.row + 1 - len(self.lines))]

    def sequence(self, kind, numbers):
        first = int(numbers) if numbers.isdigit() and len(numbers) < 5 else 1
        if kind == "m":
            is_reset = numbers in ("", "0")
            self.colour = "" if is_reset else f"{self.colour}\x1b[{numbers}m"[-60:]
        elif kind in "AB":
            self.down(-first if kind == "A" else first)
        elif kind in "CDG":
            moved = {"C": self.column + first, "D": self.column - first, "G": first - 1}[kind]
            self.column = min(max(moved, 0), WIDEST)
        elif kind == "K":
            self._erase(numbers)
        elif kind == "J" and numbers in ("2", "3"):
            self.lines, self.row, self.column = [[]], 0, 0

    def _erase(self, numbers):
        line = self.lines[self.row]
        if numbers == "2":
            line.clear()
        elif numbers == "1":
            line[: self.column] = [(" ", "")] * min(self.column, len(line))
        else:
            del line[self.column :]

    def text(self):
        """The lines, each stretch of one colour with its codes before it."""
        told = []
        for line in self.lines:
            colour, made = "", []
            for character, its in line:
                if its != colour:
                    made.append(f"\x1b[0m{its}")
                    colour = its
                made.append(character)
            told.append("".join(made) + ("\x1b[0m" if colour else ""))
        return "\n".join(told)


def shown(text):
    """``text`` as a terminal has it at the end, its colours as ANSI codes."""
    screen = _Screen()
    for found in _TOKEN.finditer(text):
        if found["text"]:
            screen.write(found["text"])
        elif found["control"]:
            screen.control(found["control"])
        elif found["kind"]:
            screen.sequence(found["kind"], found["numbers"])
        if screen.row >= MOST_LINES:
            screen.write(CUT)
            break
    return screen.text()


def to_html(text):
    """`shown` as HTML: text is escaped, colours are spans with the classes of nbconvert."""
    if not re.search(r"[\x00-\x08\x0b-\x1f\x7f]", text):
        return ansi2html(text)
    return ansi2html(shown(text))

"""The curves and histograms of a training, as chapter 15 shows its broken programs."""

from math import ceil, floor, log, log10

from course_lib.figures.static.canvas import Drawing
from course_lib.figures.static.plots import ticks

__all__ = ["PANELS", "patient"]

WIDTH, HEIGHT, GAP, MARGIN = 258, 168, 14, 6  # of a panel; between panels; around them
LEFT, RIGHT, TOP, BOTTOM = 44, 8, 34, 24  # within a panel
CLASSES = 10  # of the digits, unless a run says otherwise
RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
LOSS_SHOWN = 4.0  # losses above leave the panel at its top


class _Panel:
    """A frame with a title and a vertical axis, in which values from ``low`` to ``high`` fit."""

    def __init__(self, drawing, x, y, title, low, high, log=False):
        self.drawing, self.x, self.y = drawing, x, y
        self.low, self.high = low, high
        self.left, self.right = x + LEFT, x + WIDTH - RIGHT
        self.top, self.floor = y + TOP, y + HEIGHT - BOTTOM
        drawing.text(x + 4, y + 13, title, "bold", anchor="start")
        places = range(ceil(low), floor(high) + 1, 2) if log else ticks(low, high, 4)
        for tick in places:
            level = self.level(tick)
            drawing.line(self.left, level, self.right, level, "faint")
            text = f"10{str(tick).translate(RAISED)}" if log else f"{tick:g}"
            drawing.text(self.left - 5, level, text, "muted", anchor="end")
        drawing.line(self.left, self.floor, self.right, self.floor)

    def level(self, value):
        inside = min(max(value, self.low), self.high)
        return self.floor - (inside - self.low) / (self.high - self.low) * (self.floor - self.top)

    def below(self, left, right, middle=""):
        for at, text, anchor in (
            (self.left, left, "start"),
            (self.right, right, "end"),
            ((self.left + self.right) / 2, middle, "middle"),
        ):
            if text:
                self.drawing.text(at, self.floor + 13, text, "muted", anchor=anchor)

    def curve(self, values, kind):
        step = (self.right - self.left) / max(len(values) - 1, 1)
        points = [
            (self.left + place * step, self.level(value)) for place, value in enumerate(values)
        ]
        self.drawing.polyline(points, kind)

    def guide(self, value, label):
        """A dotted line, which the panel's first line names: curves may be anywhere near it."""
        level = self.level(value)
        self.drawing.line(self.left, level, self.right, level, "guide dotted")
        self.drawing.text(self.right, self.y + 13, f"dotted: {label}", "accent", anchor="end")

    def bars(self, values, share=1.0):
        """A bar for each value, ``share`` of its slot wide."""
        slot = (self.right - self.left) / len(values)
        for index, value in enumerate(values):
            level, x = self.level(value), self.left + slot * (index + (1 - share) / 2)
            self.drawing.rect(x, level, max(slot * share - 1, 1), self.floor - level, "result")

    def label(self, place, count, text):
        """``text`` under the ``place``-th of ``count`` bars."""
        x = self.left + (place + 0.5) * (self.right - self.left) / count
        self.drawing.text(x, self.floor + 13, text, "muted")


def _classes(run):
    return run.get("classes", CLASSES)


def _loss(drawing, x, y, run):
    curves = run["curves"]
    panel = _Panel(drawing, x, y, "loss", 0.0, LOSS_SHOWN)
    for name, kind in (("val_loss", "other dashed"), ("loss", "curve")):
        for values in curves[name]:
            panel.curve(values, kind)
    classes = _classes(run)
    panel.guide(log(classes), f"ln {classes}")
    panel.below("1", str(len(curves["loss"][0])), "epoch")


def _accuracy(drawing, x, y, run):
    curves = run["curves"]
    panel = _Panel(drawing, x, y, "accuracy", 0.0, 1.0)
    for name, kind in (("val_accuracy", "other dashed"), ("accuracy", "curve")):
        for values in curves[name]:
            panel.curve(values, kind)
    panel.guide(1 / _classes(run), "chance")
    panel.below("1", str(len(curves["accuracy"][0])), "epoch")


def _steps(drawing, x, y, run):
    losses = run["first_steps"][:50]
    panel = _Panel(drawing, x, y, "loss of the first batches", 0.0, 20 if max(losses) > 8 else 8)
    panel.curve(losses, "curve")
    panel.below("1", str(len(losses)), "step")


def _layers(title, moment, name, low, high):
    """A panel with a bar for each layer, on an axis whose steps multiply."""

    def draw(drawing, x, y, run):
        rows = run["layers"][moment]
        panel = _Panel(drawing, x, y, title, low, high, log=True)
        panel.bars([log10(max(row[name], 10.0**low)) for row in rows], share=0.7)
        panel.below("first layer", "last")

    return draw


def _silent(drawing, x, y, run):
    rows = [row["dead"] for row in run["layers"]["end"] if "dead" in row]
    panel = _Panel(drawing, x, y, "share of silent units, at the end", 0.0, 1.0)
    panel.bars(rows, share=0.7)
    panel.below("first layer", "last")


def _histogram(title, name, middle=""):
    def draw(drawing, x, y, run):
        found = run["histograms"][name]
        counts, low, high = found["counts"], found["from"], found["to"]
        panel = _Panel(drawing, x, y, title, 0.0, 1.0)
        panel.bars([count / sum(counts) for count in counts])
        panel.below(f"{low:.3g}".replace("-", "−"), f"{high:.3g}", middle)

    return draw


def _answers(drawing, x, y, run):
    counts = run["histograms"]["answers"]
    panel = _Panel(drawing, x, y, "answers on the validation set", 0.0, max(100, *counts))
    panel.bars(counts, share=0.7)
    for digit in range(len(counts)):
        panel.label(digit, len(counts), digit)


def _orders(drawing, x, y, run):
    panel = _Panel(drawing, x, y, "validation accuracy", 0.0, 1.0)
    panel.bars(run["histograms"]["orders"], share=0.6)
    panel.label(0, 2, "in order")
    panel.label(1, 2, "mixed")


PANELS = {
    "steps": _steps,
    "sums": _layers("size of the sums, at the start", "start", "sums", -8, 3),
    "step": _layers("a step beside its weights", "start", "step", -8, 3),
    "silent": _silent,
    "pixels": _histogram("pixels of the training set", "pixels"),
    "scores": _histogram("the sums before the end", "scores"),
    "certainty": _histogram("certainty of its answers", "certainty"),
    "nearest": _histogram("distance to the nearest twin", "nearest"),
    "answers": _answers,
    "orders": _orders,
}


def patient(run, panels):
    """Loss and accuracy of every seed, and two or four more ``panels``, named as in `PANELS`.

    run: as the record "clinic" holds it, with "classes" where they are not ten. Training is drawn
    solid, validation dashed.
    """
    unknown = [name for name in panels if name not in PANELS]
    if unknown or len(panels) not in (2, 4):
        raise ValueError(
            f"patient: panels must be two or four of {', '.join(PANELS)}; got {panels}."
        )
    draws = (_loss, _accuracy, *(PANELS[name] for name in panels))
    drawing = Drawing(2 * (WIDTH + MARGIN) + GAP, len(draws) // 2 * (HEIGHT + GAP) - GAP + 30)
    first = ", ".join(f"{value:.3g}" for value in run["first_loss"])
    drawing.text(MARGIN + 4, 13, f"loss before the first step: {first}", anchor="start")
    for place, draw in enumerate(draws):
        row, column = divmod(place, 2)
        draw(drawing, MARGIN + column * (WIDTH + GAP), 30 + row * (HEIGHT + GAP), run)
    for text, kind, at in (("training", "curve", 180), ("validation", "other dashed", 74)):
        drawing.line(drawing.width - at - 34, 13, drawing.width - at - 8, 13, kind)
        drawing.text(drawing.width - at, 13, text, anchor="start")
    return drawing

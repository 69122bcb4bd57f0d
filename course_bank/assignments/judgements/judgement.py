"""What a question is whose point is the reason given."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Judgement:
    """A question answered in words, which a person reads and gives the points for.

    ``solution`` is a model answer. ``rubric`` lists (points, what earns them): together they are
    the points of the question. Both stand in the instructor's copy of the notebook only.
    """

    id: str
    prompt: str
    solution: str
    rubric: tuple

    @property
    def points(self):
        """All points of the rubric."""
        return sum(points for points, _ in self.rubric)

    @property
    def key(self):
        """What the instructor's copy holds: the model answer and the rubric, in markdown."""
        lines = [f"- {points} point{'s' * (points != 1)}: {text}" for points, text in self.rubric]
        return "\n".join((self.solution, "", "Rubric:", "", *lines))

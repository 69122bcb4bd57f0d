"""The assignments of the course: which questions, in which order, for how many points.

A `Task` is a question of the bank, graded by itself. A `Judgement` is a question whose point is
the reason given; a person reads the answer and gives the points.
"""

from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True)
class Task:
    """A question of the bank and its points. ``setup`` is code shown above the solution cell."""

    id: str
    points: int = 1


@dataclass(frozen=True)
class Judgement:
    """A question answered in words. ``solution`` is what the instructor's copy holds."""

    id: str
    points: int
    prompt: str
    solution: str


@dataclass(frozen=True)
class Assignment:
    """One notebook. ``minutes`` is what an average student needs; ``where`` is what to read."""

    id: str
    title: str
    minutes: int
    where: str
    intro: str
    tasks: tuple
    imports: tuple = ("from course_lib import shapes",)

    @property
    def notebook(self):
        """File name of the notebook, without its ending."""
        return self.id

    @property
    def questions(self):
        """{question id: points} of the questions graded by themselves, in order."""
        return {task.id: task.points for task in self.tasks if isinstance(task, Task)}

    @property
    def points(self):
        """All points, those given by a person included."""
        return sum(task.points for task in self.tasks)


_LISTED = (
    Assignment(
        id="ps2-output-shapes",
        title="Output shapes",
        minutes=40,
        where="Chapter 3, Stride and padding",
        intro="How large is what a convolution returns? Work each task out on paper first, with "
        "your own numbers; then let Python do the arithmetic, and compare.",
        tasks=(
            Task("sizes-valid", 1),
            Task("sizes-stride", 2),
            Task("sizes-padding", 2),
            Task("sizes-same-stride", 2),
            Task("sizes-same-split", 2),
            Task("sizes-rectangle", 2),
            Task("sizes-dropped", 2),
            Task("sizes-two-layers", 3),
            Judgement(
                "sizes-why-floor",
                2,
                "The page of a lecture gives the output size as (n - k + 1)/s, without a floor. "
                "For which sizes does that go wrong, and what happens to the input cells that are "
                "left over? Two or three sentences, with an example of your own.",
                "The windows start at 0, s, 2s, ... and the last one must still fit: that gives "
                "floor((n - k)/s) + 1 places. Adding 1 before dividing is right only for s = 1; "
                "and where s does not divide n - k the quotient is no whole number. The cells "
                "behind the last window are read by no output: for n = 11, k = 2, s = 3 the "
                "windows start at 0, 3, 6, 9, all 11 cells are read, and the size is 4, not 10/3. "
                "For n = 12 the last cell is dropped.",
            ),
        ),
    ),
)

assignments = MappingProxyType({listed.id: listed for listed in _LISTED})

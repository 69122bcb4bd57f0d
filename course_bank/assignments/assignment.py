"""What an assignment is: questions in their order, the points of each, and what to read before.

A `Task` is a question of the bank, graded by itself. A `Judgement` is a question whose point is
the reason given; a person reads the answer and gives the points. A `Step` is not graded by itself.
"""

from dataclasses import dataclass

from course_lib.exercise import WEIGHS

VALUES = (
    "import numpy as np",
    "",
    "import course_lib as keras",
    "from course_lib import ops, shapes",
)


@dataclass(frozen=True)
class Task:
    """A question of the bank and its points."""

    id: str
    points: int = 1


@dataclass(frozen=True)
class Step:
    """Something to do between two tasks that is not graded by itself.

    ``stub`` is the cell as students get it, with a line ``### SOLUTION`` where they write.
    """

    id: str
    prompt: str
    solution: str
    stub: str = "# Write your code here.\n### SOLUTION\n"

    points = 0


@dataclass(frozen=True)
class Assignment:
    """One notebook. ``minutes`` is what a student needs, as `authoring.working_time` counts it.

    ``where`` is what to read. ``trains`` says in half a sentence what one can do afterwards,
    without a formula.

    ``imports`` are the lines that load what the tasks use, ``needs`` the libraries that these must
    find. With ``own_code`` students write what
    libraries have, and grading runs without those (`course_lib.exercise.functions.LIBRARIES`).
    Where Keras is missing and ``either`` is true, ``course_lib`` takes its place.
    ``rule`` says how points are given, where that differs from the other assignments.
    """

    id: str
    title: str
    minutes: int
    where: str
    intro: str
    tasks: tuple
    imports: tuple = VALUES
    needs: tuple = ("numpy",)
    own_code: bool = False
    rule: str = ""
    trains: str = ""
    either: bool = False

    @property
    def needed(self):
        """What the notebook needs beside Jupyter and course_lib, and what that weighs."""
        named = ", ".join(WEIGHS[name] for name in self.needs if name != "numpy")
        return f"{named}, or NumPy alone" if named and self.either else named or "NumPy alone"

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

"""What the steps of grading hand on to each other: one `Run` for each notebook of a submission."""

from dataclasses import dataclass, field
from datetime import datetime

from course_bank.assignments.key import Key
from course_grading.gradebook.second_try import First
from course_grading.kernels.client import size
from course_grading.submission.copied_answers import Numbers
from course_grading.submission.repair import Plan

_KEY = "grading"  # in nbgrader's resources, beside its own "nbgrader"
_EXECUTED = (  # what `TrustedExecute.execute` sets, and the remarks, to which it adds
    "remarks",
    "came",
    "places",
    "rounds",
    "late",
    "failed_cells",
    "restarts",
    "starved",
    "seconds",
)


@dataclass
class Run:
    """One notebook on its way through the steps; `converter` makes it, each step adds its part.

    Args:
        student, assignment, notebook: ids and names as nbgrader has them.
        root: the course folder.
        folder: where the graded notebook goes; holds the files beside it.
        plan: the instructor's cells.
        key: what is asked and right, None where it asks no question of the bank.
        kind: of kernel, "numpy" or "keras".
        gradebook: nbgrader's, open.
        create_student: whether a student who is not in the gradebook is added to it.
        class_numbers: the right answers of everybody else, to tell copied ones.
        hand_in: digest of the student's files alone.
        fingerprint: of all that decides the grade; the same one next time means nothing to do.
        earlier: {grade id: digest of the answer} of the last grading.
        first: what the first try was worth (`second_try.First`), None where this is the first.
        alone: whether no other submission runs beside it.
        starved: whether time was up while the machine worked for others, so that it is to be run
            again alone.
        timestamp: when it was handed in, if that is known.
        problem: why the submission cannot be read, or None.
        remarks: sentences on what was read otherwise than it was handed in.
        shown_id: the id whose numbers the student saw.
        variants: {grade id: the question's variant} of checks that the bank grades; none where it
            cannot be read.
        came: a `client.Outcome` for each step that was run; None where nothing was run. Set by
            `TrustedExecute.execute`, as are the next seven.
        places: the place of each step's cell in the notebook, or None.
        rounds: {grade id: steps} of the functions that were timed.
        late: {grade id: step} that asks at the end for what is set below its check.
        unasked: whether a question of ``variants`` was replaced by one that is not asked.
        failed_cells: cells that were stopped, or not run.
        restarts: kernels lost on the way.
        seconds: {part of the work: seconds}, from every step.
        outcomes: {grade id: `client.Outcome`} of the checks, set by `TrustedExecute.preprocess`.
        judges_alone: whether each question is judged in a child of its own.
        verdicts: {grade id: entry of the record}, set by `TrustedScore`, as are the next two.
        typed_id: STUDENT_ID as the notebook has it, "" where it is blank, None where it is missing.
        flags: sentences for the instructor alone.
        answers: {grade id: digest of the answer}, set by `TrustedSave`, as are the next two.
        grades: {grade id: points, None where a person gives them}.
        comments: [(grade id, nbgrader's comment)], in the notebook's order.
    """

    student: str
    assignment: str
    notebook: str
    root: str
    folder: str
    plan: Plan
    key: Key | None
    kind: str
    gradebook: object
    create_student: bool
    class_numbers: Numbers
    hand_in: str
    fingerprint: str
    earlier: dict = field(default_factory=dict)
    alone: bool = True
    starved: bool = False
    first: First | None = None
    timestamp: datetime | None = None
    problem: str | None = None
    remarks: list = field(default_factory=list)
    shown_id: str | None = None
    variants: dict = field(default_factory=dict)
    came: list | None = None
    places: list = field(default_factory=list)
    rounds: dict = field(default_factory=dict)
    late: dict = field(default_factory=dict)
    unasked: bool = False
    failed_cells: int = 0
    restarts: int = 0
    seconds: dict = field(default_factory=dict)
    outcomes: dict | None = None
    judges_alone: bool = False
    verdicts: dict = field(default_factory=dict)
    typed_id: str | None = None
    flags: list = field(default_factory=list)
    answers: dict = field(default_factory=dict)
    grades: dict = field(default_factory=dict)
    comments: list = field(default_factory=list)

    def take_read(self, found):
        """What reading the notebook found: see `stages`.

        Its remarks take the place of those that stand here, with which it began: between its
        beginning and this nothing may add any.
        """
        self.problem, self.remarks = found["problem"], list(found["remarks"])
        self.timestamp = datetime.fromisoformat(found["time"]) if found["time"] else None
        if self.problem:
            self.variants, self.shown_id = {}, None

    def told(self):
        """What the child that has read the notebook is told before it judges, of all fields."""
        return {name: getattr(self, name) for name in _EXECUTED}

    def came_bytes(self):
        """Bytes of what came of the steps."""
        return sum(size([*o.shown, o.emitted or b""]) for o in self.came or ())

    def was_run(self):
        """Whether its cells were run; not where it is unreadable, or with --no-execute."""
        return self.outcomes is not None


def attach(resources, run):
    """Put the run into the resources that nbgrader hands from step to step."""
    resources[_KEY] = run


def run_of(resources):
    """The `Run` in the resources."""
    return resources[_KEY]

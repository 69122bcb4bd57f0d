"""The child that reads a submission while a kernel is started for it, and judges it later."""

import errno
import json
import os
from dataclasses import replace
from types import SimpleNamespace

import psutil
import pytest

from course_bank.assignments.key import KeptQuestion
from course_grading.commands import sample_class
from course_grading.gradebook import failures
from course_grading.kernels import cluster, executor, groups, runner, sandbox, servers, warm
from course_grading.kernels.client import Kernel
from course_grading.pipeline import stages
from course_grading.pipeline.run import Run, run_of
from course_grading.submission import preflight
from tests.course_grading.graded_class import AUTOMATIC, POINTS, PS2, SECOND, hand_in, scores
from tests.course_grading.kernel_runs import wait_until

ASKED_SECOND = list(POINTS)[1]


def grade(course, *students, servers=None):
    grader = course.grader(PS2, force=True)
    grader.use_servers(servers or {})
    try:
        for student in students or ["ada"]:
            grader.grade_student(PS2, student)
    finally:
        grader.close()
    return course.record(PS2, "ada")


def server_of(course):
    """The kernel server that has graded here: those of other modules may be there, too."""
    return warm._servers["numpy", True, tuple(sandbox.hidden_parts(course.root))]


@pytest.fixture
def course(new_course):
    made = new_course()
    hand_in(made, {"ada": sample_class.right})
    return made


@pytest.fixture
def children(monkeypatch):
    """The ids of the children that have read submissions, in their order."""
    found, begin = [], stages._Reading._begin

    def begun(reading, handed_in):
        begin(reading, handed_in)
        found.append(reading.child.pid)

    monkeypatch.setattr(stages._Reading, "_begin", begun)
    return found


@pytest.fixture
def judges(children, monkeypatch, tmp_path):
    """A function: the ids of the children that have judged, each alone with one submission."""
    log, judged = tmp_path / "judges", stages._judged

    def telling(*given):
        others = [pid for pid in children if os.path.exists(f"/proc/{pid}") and pid != os.getpid()]
        with log.open("a") as file:
            print(os.getpid(), *others, file=file)
        return judged(*given)

    monkeypatch.setattr(stages, "_judged", telling)
    return lambda: [int(line) for line in log.read_text().splitlines()]


@pytest.fixture
def kernels(monkeypatch):
    """The kernels that are started, in their order."""
    made = []

    class Counted(Kernel):
        def __init__(self, *given):
            super().__init__(*given)
            made.append(self)
            keeper = psutil.Process(self._keeper)
            self.processes = [one.pid for one in (keeper, *keeper.children(recursive=True))]
            self.had = list(self._group._each()) if self._group else []

    monkeypatch.setattr(runner, "Kernel", Counted)
    return made


def holds_much(book):
    """Of some megabytes, many times as large once it is read."""
    book.solve()
    notebook = json.loads(book.text())
    attachments = {f"{number}.png": {"image/png": "", "x": 700 * [[]]} for number in range(20)}
    cell = {"cell_type": "markdown", "metadata": {}, "source": "", "attachments": attachments}
    notebook["cells"] += [{**cell, "id": f"p{number}"} for number in range(150)]
    return json.dumps(notebook)


def test_a_child_that_holds_much_is_gone_before_the_first_cell_runs(
    course, children, judges, monkeypatch
):
    """Its memory would come on top of what the kernels may use."""
    seen, run = [], Kernel.run

    def running(kernel, *given):
        seen.append(os.path.exists(f"/proc/{children[-1]}"))
        return run(kernel, *given)

    monkeypatch.setattr(Kernel, "run", running)
    grade(course)
    assert set(seen) == {True}
    assert judges() == children
    seen.clear()
    hand_in(course, {"ada": holds_much})
    grade(course)
    assert set(seen) == {False}
    assert judges()[1] not in children
    assert scores(course) == {"ada": AUTOMATIC}


def test_the_child_holds_nothing_of_a_kernel_server(course, children, monkeypatch):
    """A server that is closed while the child waits ends when nobody holds its lifeline."""
    grade(course)
    ours, run, held = server_of(course), Kernel.run, set()

    def running(kernel, *given):
        for file in os.scandir(f"/proc/{children[-1]}/fd"):
            held.add(os.readlink(file))
        return run(kernel, *given)

    monkeypatch.setattr(Kernel, "run", running)
    grade(course)
    assert held
    for descriptor in (ours._lifeline, ours._place):
        assert os.readlink(f"/proc/self/fd/{descriptor}") not in held


def answers_much(book):
    book.solve()
    for name in book.questions[:2]:
        code = f"import numpy as np\n{book.key.variable(name)} = np.zeros((600, 600))"
        book.set(name, code)
    return book.text()


def test_of_a_large_answer_a_child_judges_that_has_room_for_it(
    course, children, judges, monkeypatch
):
    counted, told = Run.came_bytes, []
    monkeypatch.setattr(Run, "came_bytes", lambda run: told.append(counted(run)) or told[-1])
    hand_in(course, {"ada": answers_much})
    record = grade(course)
    assert told[0] > 4 << 20
    (judge,) = judges()
    assert judge not in children
    assert scores(course) == {"ada": AUTOMATIC - sum(list(POINTS.values())[:2])}
    for entry in record["questions"][:2]:
        assert entry["answer"].startswith("array of shape (600, 600): ")


def test_where_a_question_is_not_asked_a_child_judges_that_knows_it(
    course, children, judges, monkeypatch
):
    probe = KeptQuestion.probe

    def raising(question, variant):
        return 1 / 0 if question.id == ASKED_SECOND else probe(question, variant)

    monkeypatch.setattr(KeptQuestion, "probe", raising)
    record = grade(course)
    (judge,) = judges()
    assert judge not in children
    assert scores(course) == {"ada": AUTOMATIC - SECOND}
    assert record["questions"][1]["misconception"] == "ungraded"


def test_the_judge_knows_all_that_running_the_cells_has_found(course, monkeypatch, tmp_path):
    """Each field that `execute` sets: what is not told to the child, it would judge without."""
    log, judged, told, run = tmp_path / "run", stages._judged, Run.told, runner.run
    here = []

    def fields(run):
        return {name: repr(value) for name, value in vars(run).items()}

    def judging(nb, resources, *more):
        log.write_text(json.dumps(fields(run_of(resources))))
        return judged(nb, resources, *more)

    def telling(run):
        here.append((fields(run), told(run)))
        return told(run)

    def running(*given):  # as if a kernel was lost and time was up
        result = run(*given)
        outcomes = [replace(result.outcomes[0], status="died"), *result.outcomes[1:]]
        return replace(result, outcomes=outcomes, restarts=1, starved=True)

    monkeypatch.setattr(stages, "_judged", judging)
    monkeypatch.setattr(Run, "told", telling)
    monkeypatch.setattr(runner, "run", running)
    grade(course)
    ((parents, sent),) = here
    assert json.loads(log.read_text()) == parents
    fresh = {"came": None, "places": [], "rounds": {}, "late": {}, "seconds": {}, "remarks": []}
    fresh |= {"failed_cells": 0, "restarts": 0, "starved": False}
    assert sent.keys() == fresh.keys()
    assert [name for name, value in sent.items() if value == fresh[name]] == ["rounds"]


# ------------------------------------------------------------ the kernel that is started meanwhile


def letter(book):
    return "Dear teacher, I have no notebook."


@pytest.mark.parametrize("is_ended", [False, True])
def test_the_kernel_of_what_cannot_be_read_ends_and_the_next_submission_has_its_own(
    course, kernels, monkeypatch, is_ended
):
    hand_in(course, {"ada": letter, "bo": sample_class.right})
    parse = preflight.parse_notebook

    def ending(data, name):
        return os._exit(9) if data.startswith(b"Dear") else parse(data, name)

    if is_ended:
        monkeypatch.setattr(preflight, "parse_notebook", ending)
    record = grade(course, "ada", "bo")
    assert ("reading it needed more memory" in record["problem"]) is is_ended
    assert scores(course) == {"ada": 0, "bo": AUTOMATIC}
    refused, others = kernels
    assert refused._pid != others._pid
    processes = [pid for kernel in kernels for pid in kernel.processes]
    assert len(processes) >= 2 * 3  # keeper, process 1, kernel
    wait_until(lambda: not any(map(psutil.pid_exists, processes)))
    left = [folder for kernel in kernels for folder in kernel.had]
    wait_until(lambda: groups.tidy() or not any(folder.exists() for folder in left))
    assert [kernel._socket.fileno() for kernel in kernels] == [-1, -1]


@pytest.mark.parametrize("is_shared", [False, True])
def test_a_failure_in_reading_is_not_taken_for_a_lost_server(
    course, kernels, monkeypatch, is_shared
):
    """A process too many, an open file too many: the cause is told, and the server stays."""
    grade(course)
    server = server_of(course)
    begin, problem = stages._Reading._begin, OSError(errno.EMFILE, "too many open files")

    def refused(reading, handed_in):
        if handed_in.problem:
            raise problem
        begin(reading, handed_in)

    monkeypatch.setattr(stages._Reading, "_begin", refused)
    monkeypatch.setattr(preflight, "parse_notebook", lambda *given: os._exit(9))
    with pytest.raises(OSError, match="too many") as raised:
        grade(course, servers={"numpy": server.path} if is_shared else {})
    assert raised.value is problem
    assert failures.of_all(raised.value).startswith("Too many files are open")
    assert server_of(course) is server
    assert len(kernels) == 2


def test_nothing_goes_to_a_cluster_of_what_cannot_be_read(new_course, monkeypatch):
    jobs = []
    monkeypatch.setattr(cluster, "run", lambda scheduler, job, *more: jobs.append(job))
    monkeypatch.setattr(cluster, "require", lambda scheduler: None)
    course = new_course(IsolatedKernel_scheduler="tcp://somewhere:1")
    hand_in(course, {"ada": letter})
    assert "not a notebook" in grade(course)["problem"]
    assert scores(course) == {"ada": 0}
    assert jobs == []


def test_steps_are_made_once_where_a_server_is_lost_after_they_were(monkeypatch):
    """Making them tells the run of questions that cannot be asked, once."""
    made, ran = [], []

    def steps():
        made.append(None)
        return [{"run": "1"}]

    def running(job, path):
        ran.append(job.steps())
        if len(ran) == 1:
            raise servers.KernelFailed("lost")
        return runner.Result([])

    monkeypatch.setattr(runner, "run", running)
    monkeypatch.setattr(warm, "shared_server", lambda *key: SimpleNamespace(path="there"))
    kernel = executor.IsolatedKernel(accept_unisolated=True, servers={"numpy": os.devnull})
    kernel.run(steps, {}, {}, PS2, "numpy", 30, "/nowhere")
    assert ran == 2 * [[{"run": "1"}]]
    assert len(made) == 1

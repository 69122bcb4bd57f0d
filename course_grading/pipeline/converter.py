"""`nbgrader autograde` for submissions that are not trusted.

nbgrader's converter opens whatever lies in a submission's folder and gives up on a class when one
student's files surprise it. This one hands the bytes on to `stages`, gives 0 and a comment where a
submission cannot be read, and goes on. `install` makes nbgrader's command and formgrader use it.
"""

import os
import re
import shutil
import time
import traceback
from glob import glob

from nbgrader.api import Gradebook, Student
from nbgrader.converters import Autograde, NbGraderException
from nbgrader.utils import rmtree
from traitlets import Integer
from traitlets.config import Config

from course_grading.gradebook import failures, keys, mistyped_ids, scores, second_try, secret
from course_grading.gradebook.files import Unusable, alone, write_atomically
from course_grading.gradebook.record import read_record, with_record
from course_grading.kernels.executor import IsolatedKernel
from course_grading.kernels.sandbox import IsolationUnavailable
from course_grading.pipeline import fingerprint, instructor_copy, stages, tries, write_grades
from course_grading.pipeline.run import Run, attach
from course_grading.submission import files, handed_in_at
from course_grading.submission.copied_answers import Numbers
from course_grading.submission.files import find_notebook


class TrustedAutograde(Autograde):
    """Autograde that no submission can stop, mislead or use to reach another's grade."""

    max_notebook_bytes = Integer(
        150_000_000,
        help="Larger notebooks are not read: they get 0 and a comment. Outputs do not count.",
    ).tag(config=True)

    _gradebook = None
    _alone = True  # nbgrader's own command grades one after the other
    _again = False

    def start(self):
        try:
            with alone(self.coursedir.root, "grading"):
                self.prepare()
                super().start()
        except (IsolationUnavailable, Unusable) as refusal:  # nbgrader would not print it
            self.log.error("%s", refusal)
            raise NbGraderException(str(refusal)) from None
        finally:
            self.close()

    def prepare(self):
        """Refuse at once what no submission could be graded with; forget what was read before."""
        IsolatedKernel(parent=self).check()
        mistyped_ids.shown_ids(self.coursedir.root)
        self.refused = {}  # {student: why another hand-in was not graded}
        self._copies, self._numbers, self._scores, self._keys = {}, {}, {}, {}
        self._ready = set()  # assignments that `get_ready` has looked up
        self.close()
        self.exporter = self.exporter_class(parent=self, config=self.config)

    @property
    def gradebook(self):
        """nbgrader's gradebook, opened once: its statements are compiled once."""
        if self._gradebook is None:
            self._gradebook = Gradebook(self.coursedir.db_url, self.coursedir.course_id)
        return self._gradebook

    def close(self):
        """Close the gradebook; it is opened again when needed. Call this before a fork."""
        if self._gradebook is not None:
            self._gradebook.close()
            self._gradebook = None

    def use_servers(self, sockets, place=0, workers=1):
        """Take kernels from servers that run already, {kind: path of the socket}.

        ``place`` among ``workers`` is the share of the machine that a submission gets.
        """
        told = {"servers": sockets, "place": place, "workers": workers}
        config = Config({"IsolatedKernel": told})
        self.update_config(config)
        self.exporter.update_config(config)  # whose preprocessors start the kernels

    def grade_student(self, assignment, student, problem=None, alone=False):
        """Grade one submission; with ``problem``, give it 0 and that as the comment.

        ``alone``: no other one runs, as time was up while the machine was busy.
        """
        self._alone = self._again = alone
        self.coursedir.student_id = student
        path = self._format_source(assignment, student)
        try:
            self._grade(path, assignment, student, problem)
        except BaseException:
            self._remove(assignment, student)
            raise

    # ------------------------------------------------------------------ which submissions

    def init_notebooks(self):
        """Every folder of a student counts, with or without a notebook in it."""
        pattern = self._format_source(self.coursedir.assignment_id, self.coursedir.student_id)
        self.assignments = {
            path: []
            for path in glob(pattern, include_hidden=True)
            if os.path.isdir(path) and files.is_plain(path)
        }
        self.notebooks = []
        if not self.assignments:
            message = f"No submissions were found at {pattern}"
            self.log.error(message)
            raise NbGraderException(message)

    def convert_notebooks(self):
        """Grade one submission after the other; raises at the end if some could not be graded."""
        failed = []
        for path in sorted(self.assignments):
            assignment, student = self._names(path)
            try:
                self._grade(path, assignment, student)
            except KeyboardInterrupt:
                self._remove(assignment, student)
                raise
            except (IsolationUnavailable, NbGraderException):
                raise
            except Exception as error:
                if told := failures.of_all(error):
                    self._remove(assignment, student)
                    self.log.error("%s", told)
                    raise NbGraderException(told) from None
                self.log.error("%s could not be graded: %s", student, error)
                self.log.debug(traceback.format_exc())
                self._remove(assignment, student)
                failed.append(student)
        if failed:
            raise NbGraderException(f"These submissions could not be graded: {', '.join(failed)}")

    def _names(self, path):
        pattern = self._format_source("(?P<assignment>.*)", "(?P<student>.*)", escape=True)
        found = re.fullmatch(pattern, path)
        if found is None:
            raise NbGraderException(f"Could not tell the student of {path}")
        return found["assignment"], found["student"]

    def _remove(self, assignment, student):
        folder = self._destination(assignment, student)
        if os.path.isdir(folder):
            rmtree(folder)

    def _destination(self, assignment, student):
        return os.path.normpath(self._format_dest(assignment, student))

    def get_ready(self, assignment):
        """Look up what every submission needs alike; what a child looks up ends with it."""
        if assignment in self._ready:
            return
        try:
            self._class_numbers(assignment)
            if key := self._key(assignment):
                key.prepare()
                failures.raise_what_is_of_all(key.unprepared.values())
        finally:
            self.gradebook.db.rollback()  # hold no lock until there is a submission
        self._ready.add(assignment)

    def is_current(self, assignment, student):
        """Whether the submission was graded to the end, and neither it nor its scores have changed.

        The scores are in the gradebook, which may be another one than before.
        """
        return bool(self._instructors(assignment)) and all(
            record.get("fingerprint") == self._fingerprint(assignment, student)
            and not record.get("starved")
            and scores.are_of(record, self._in_gradebook(assignment, student, name))
            for name, record in self._records(assignment, student).items()
        )

    def _records(self, assignment, student):
        """{notebook name: grading record}, {} for what was not graded."""
        folder = self._destination(assignment, student)
        return {
            name: read_record(os.path.join(folder, f"{name}.ipynb"))
            for name in self._instructors(assignment)
        }

    def _in_gradebook(self, assignment, student, notebook):
        """{cell: points that grading gave}, None where the gradebook has no such submission."""
        if assignment not in self._scores:
            self._scores[assignment] = scores.automatic(self.gradebook, assignment)
            self.gradebook.db.rollback()  # hold no lock while notebooks run
        return self._scores[assignment].get((student, notebook))

    # ------------------------------------------------------------------ one submission

    def _grade(self, path, assignment, student, problem=None):
        if student in (self.coursedir.student_id_exclude or "").split(","):
            return
        if not self.force and self.is_current(assignment, student):
            self.log.info("Skipping %s: graded already, unchanged", student)
            return
        earlier = self._records(assignment, student)
        if refusal := tries.before_grading(self, assignment, student, earlier):
            self.refused[student] = refusal
            self.log.warning("%s: not graded: %s", student, refusal)
            return
        self._remove(assignment, student)
        self.notebooks = sorted(glob(os.path.join(glob_escape(path), "*.ipynb")))
        self.run_pre_convert_hook()
        self.init_assignment(assignment, student)
        names = list(self._instructors(assignment))
        for name in names:
            answers = earlier[name].get("answers", {})
            found = find_notebook(path, name, names, self._submitted_root())
            self._convert(os.path.join(path, f"{name}.ipynb"), answers, problem, found)
        self.set_permissions(assignment, student)
        self.run_post_convert_hook()

    def init_assignment(self, assignment_id, student_id):
        """Copy the files beside the notebook: the student's, then the instructor's."""
        self.require_master(assignment_id)
        source = self._format_source(assignment_id, student_id)
        if not self.create_student:
            self.gradebook.find_student(student_id)
        folder = self._destination(assignment_id, student_id)
        ignored = tuple(self.coursedir.ignore)
        self._copy(source, self._submitted_root(), folder, ignored)
        masters = self.coursedir.format_path(self.coursedir.source_directory, ".", assignment_id)
        kept = tuple(self.exclude_overwriting.get(assignment_id, ()))
        self._copy(masters, masters, folder, ignored, kept)

    def _copy(self, source, below, folder, ignored, kept=()):
        for path, name in files.copyable_files(source, below, ignored):
            if name in kept:
                continue
            target = os.path.join(folder, name)
            os.makedirs(os.path.dirname(target), exist_ok=True)
            if os.path.lexists(target):
                os.remove(target)
            shutil.copyfile(path, target, follow_symlinks=False)

    def _submitted_root(self):
        return os.path.join(self.coursedir.root, self.coursedir.submitted_directory)

    def _convert(self, path, earlier, problem=None, found=None):
        """Grade one notebook; ``found`` is where it lies, if not under its own name."""
        resources = self.init_single_notebook_resources(path)
        names = resources["nbgrader"]
        assignment, student = names["assignment"], names["student"]
        self.get_ready(assignment)
        instructors = self._instructors(assignment)[names["notebook"]]
        root, hand_in = self.coursedir.root, self._hand_in(assignment, student)
        shown_id = mistyped_ids.shown_id(root, assignment, student)
        run = Run(
            student,
            assignment,
            names["notebook"],
            root=root,
            folder=self._destination(assignment, student),
            plan=instructors.plan,
            key=self._key(assignment),
            kind=instructors.kind,
            gradebook=self.gradebook,
            create_student=self.create_student,
            class_numbers=self._class_numbers(assignment),
            hand_in=hand_in,
            fingerprint=self._fingerprint(assignment, student, hand_in),
            earlier=earlier,
            alone=self._alone,
            first=second_try.first(root, assignment, student),
            shown_id=shown_id,
            variants=self._variants(assignment, instructors.plan, shown_id, hand_in),
        )
        if self._again:
            run.remarks.append("run again alone: time had been up while the machine was busy")
        here, below = os.path.dirname(path), self._submitted_root()
        run.remarks += files.left_out(here, below)
        run.remarks += files.copies_beside(here, run.notebook, below)
        attach(resources, run)
        handed_in = self._handed_in(path, problem, found)
        graded = stages.grade(resources, handed_in, *self._both_steps(), self.log)
        begin = time.monotonic()
        write_grades.write(run, graded, self)
        graded["record"]["seconds"]["database"] = round(time.monotonic() - begin, 3)
        folder = self._destination(assignment, student)
        os.makedirs(folder, exist_ok=True)
        text = with_record(graded["cells"], graded["metadata"], graded["record"])
        write_atomically(os.path.join(folder, os.path.basename(path)), text)

    def _handed_in(self, path, problem, found):
        """The bytes of a submission: the notebook, and timestamp.txt."""
        root, data, stamp = self._submitted_root(), b"", None
        try:
            if problem:
                raise files.Unreadable(problem)
            data = files.read_bytes(found or path, self.max_notebook_bytes, root)
        except files.Unreadable as reason:
            problem = str(reason)
        place = os.path.join(os.path.dirname(path), handed_in_at.NAME)
        if os.path.lexists(place):
            try:
                stamp = files.read_bytes(place, handed_in_at.LARGEST, root)
            except (files.Unreadable, OSError) as reason:
                stamp = str(reason)
        return stages.HandedIn(path, data, found, problem, stamp)

    def _both_steps(self):
        """nbgrader's steps before the cells are run, and from then on."""
        made = []
        for self._sanitizing in (False, True):  # it stays True
            self._init_preprocessors()
            made.insert(0, self.exporter._preprocessors)
        return made

    def _variants(self, assignment, plan, shown_id, hand_in):
        """{grade id: the question's variant} of the test cells that the bank grades."""
        key = self._key(assignment)
        if key is None:
            return {}
        hidden = secret.of_hand_in(self.coursedir.root, hand_in)
        names = [n for n in plan.order if n in plan.points and not plan.is_answer(n)]
        return {
            name: key.graded_variant(name, shown_id, hidden)
            for name in names
            if name in key.questions
        }

    # ------------------------------------------------------------------ the instructor's side

    def require_master(self, assignment):
        """Raise where the assignment was not generated yet."""
        if not self._instructors(assignment):
            raise NbGraderException(
                f"The gradebook has no notebooks of {assignment}: "
                f"run nbgrader generate_assignment {assignment} --force first."
            )

    def _instructors(self, assignment):
        """{notebook name: `instructor_copy.Copy`} of the assignment as it was generated."""
        if assignment not in self._copies:
            self._copies[assignment] = instructor_copy.read(
                self.gradebook, self.coursedir, assignment
            )
        return self._copies[assignment]

    def _class_numbers(self, assignment):
        """The right answers of everybody who handed in or stands in the gradebook."""
        if assignment not in self._numbers:
            numbers = Numbers(self._key(assignment), self._everybody(assignment))
            self._numbers[assignment] = numbers.prepare()
        return self._numbers[assignment]

    def _key(self, assignment):
        """The key of the assignment, None where it asks no question of the bank."""
        if assignment not in self._keys:
            students = self._everybody(assignment) | mistyped_ids.shown(
                self.coursedir.root, assignment
            )
            self._keys[assignment] = keys.read(self.coursedir.root, assignment, students)
        return self._keys[assignment]

    def _everybody(self, assignment):
        """Ids of those who handed in and of those who stand in the gradebook."""
        pattern = self._format_source(assignment, "*")
        found = glob(pattern, include_hidden=True)
        handed_in = {self._names(path)[1] for path in found if files.is_plain(path)}
        return handed_in | {name for (name,) in self.gradebook.db.query(Student.id)}

    def points(self, assignment):
        """Points of the assignment, those that a person gives among them."""
        plans = [copy.plan for copy in self._instructors(assignment).values()]
        return sum(sum(plan.points.values()) + sum(plan.tasks.values()) for plan in plans)

    def kinds(self, assignment):
        """The kinds of kernel that the assignment's notebooks need."""
        return sorted({copy.kind for copy in self._instructors(assignment).values()})

    def _hand_in(self, assignment, student):
        folder = self._format_source(assignment, student)
        root, largest = self._submitted_root(), self.max_notebook_bytes
        return fingerprint.of_hand_in(folder, root, largest)

    def _fingerprint(self, assignment, student, hand_in=None):
        root = self.coursedir.root
        return fingerprint.of_grade(
            root,
            self._key(assignment),
            self._instructors(assignment),
            hand_in or self._hand_in(assignment, student),
            mistyped_ids.shown_id(root, assignment, student),
        )


def glob_escape(path):
    """A path with the characters escaped that glob would read as patterns."""
    return re.sub(r"([*?[])", r"[\1]", path)


def install():
    """Let `nbgrader autograde` and formgrader grade with `TrustedAutograde`.

    nbgrader has no option for the class of its converter, so the name is replaced where its
    command and its server look it up.
    """
    import nbgrader.apps.api
    import nbgrader.apps.autogradeapp

    nbgrader.apps.api.Autograde = TrustedAutograde
    nbgrader.apps.autogradeapp.Autograde = TrustedAutograde

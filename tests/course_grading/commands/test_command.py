"""The commands that grade: what they do, what they print, and what they refuse."""

import os
import shutil
import subprocess
import sys

from course_grading.commands import class_run, cli, demo
from course_grading.course import Course
from course_grading.kernels import executor, groups
from course_grading.pipeline import converter
from tests.course_grading.graded_class import AUTOMATIC, PS2, SECOND, gradebook_rows, scores

KINDS = ("numpy", "keras")


def test_demo_is_quick_the_second_time_and_leaves_the_real_course_alone(new_course, capsys):
    course = new_course()
    real = (course.root / "gradebook.db").read_bytes()
    assert cli.main(["demo", PS2, "--timeout", "2", "--workers", "2"]) == 0
    first = capsys.readouterr().out
    assert "16 submissions" in first
    assert f"\n{groups.told()}\nGraded 16 submissions.\n" in first
    assert f"rm -r {course.root / 'sample'}" in first
    assert len(list(course.root.glob(f"sample/feedback/sample-*/{PS2}/{PS2}.html"))) == 16
    assert (course.root / "gradebook.db").read_bytes() == real
    assert not list(course.root.glob("submitted/*")) + list(course.root.glob("feedback/*"))
    stamps = {p: p.stat().st_mtime_ns for p in course.root.rglob("*.ipynb")}
    os.chdir(course.root)
    assert cli.main(["demo", PS2, "--timeout", "2"]) == 0
    second = capsys.readouterr().out
    assert "Every submission is graded already." in second
    assert "Feedback: 0 new pages" in second
    assert {p: p.stat().st_mtime_ns for p in course.root.rglob("*.ipynb")} == stamps
    table = dict(line.split()[:2] for line in second.splitlines() if line.startswith("sample-"))
    assert float(table["sample-right"]) == AUTOMATIC
    assert float(table["sample-crash"]) == AUTOMATIC - SECOND
    assert float(table["sample-endless-loop"]) == AUTOMATIC - SECOND
    assert float(table["sample-not-a-notebook"]) == 0


def test_without_bubblewrap_the_sample_class_is_graded_and_a_real_one_refused(
    new_course, capsys, monkeypatch
):
    course = new_course()
    monkeypatch.setattr(executor, "_refused", {})
    monkeypatch.setenv("PATH", os.path.dirname(sys.executable))
    assert cli.main(["demo", PS2, "--timeout", "2", "--workers", "2"]) == 0
    told = capsys.readouterr().out
    assert "bubblewrap is missing (sudo apt-get install bubblewrap)" in told
    assert told.count("graded without isolation") == 1
    assert len(list(course.root.glob(f"sample/feedback/sample-*/{PS2}/{PS2}.html"))) == 16
    assert scores(Course(course.root / "sample"))["sample-right"] == AUTOMATIC
    shutil.copytree(course.root / "sample" / "submitted", course.root / "submitted")
    os.chdir(course.root)
    assert cli.main(["grade", PS2]) != 0
    assert "no submission is run" in capsys.readouterr().err


def test_the_sample_class_keeps_the_options_but_no_other_gradebook(course):
    """A real course on PostgreSQL must not be given sample students."""
    real = course.root / "nbgrader_config.py"
    before = real.read_text()
    real.write_text(
        f"{before}\nc.CourseDirectory.db_url = 'postgresql://nowhere/x'\nc.Execute.timeout = 17\n"
    )
    try:
        made = demo.sample_course(Course(course.root), PS2)
        assert made.directory.db_url == f"sqlite:///{course.root / 'sample' / 'gradebook.db'}"
        assert made.app.config.Execute.timeout == 17
        assert demo.sample_course(made, PS2) is made
    finally:
        os.chdir(course.root)
        real.write_text(before)
        shutil.rmtree(course.root / "sample", ignore_errors=True)


def test_regrade_as_uses_the_numbers_shown_and_says_so(course):
    assert cli.main(["regrade-as", PS2, "mistyped", "--shown-id", "mistypedx"]) == 0
    assert scores(course)["mistyped"] == AUTOMATIC
    record = course.record(PS2, "mistyped")
    assert record["shown_id"] == "mistypedx"
    assert "'mistypedx'" in record["flags"][0]
    assert cli.main(["regrade-as", PS2, "mistyped", "--shown-id", "mistyped"]) == 0
    assert scores(course)["mistyped"] < AUTOMATIC


def test_a_refusal_is_one_line_and_grades_nothing(course, monkeypatch, capsys):
    before = gradebook_rows(course)
    monkeypatch.setattr(executor, "_refused", {})
    monkeypatch.setattr(shutil, "which", lambda name: None)
    assert cli.main(["grade", PS2, "--force"]) == 1
    message = capsys.readouterr().err.strip()
    assert message.count("\n") == 0
    assert "accept_unisolated = True" in message
    assert gradebook_rows(course) == before


def test_nbgraders_command_refuses_in_one_line(course):
    """In a process of its own: a traceback would be printed by nbgrader's main program."""
    before = gradebook_rows(course)
    programs = course.root / "without-bubblewrap"
    programs.mkdir()
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", "autograde", PS2, "--force"],
        cwd=course.root,
        env={**os.environ, "PATH": str(programs), "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        timeout=120,
    )
    told = [line for line in done.stderr.splitlines() if "WARNING" not in line]
    assert done.returncode == 1
    assert len(told) == 1 and "apt-get install bubblewrap" in told[0], done.stderr
    assert "accept_unisolated = True" in told[0]
    assert gradebook_rows(course) == before


def test_options_of_the_command_reach_the_pipeline(course, monkeypatch):
    path, seen = course.root / "nbgrader_config.py", []
    before = path.read_text()
    path.write_text(f"{before}\nc.IsolatedKernel.timeouts = {{{PS2!r}: 60}}\n")

    def grade_class(made, *arguments):
        kernel = executor.IsolatedKernel(parent=made.app)
        timeout = made.app.config.Execute.get("timeout", 30)
        seen.append([kernel.limits(PS2, kind, timeout)["cell_timeout"] for kind in KINDS])
        return []

    monkeypatch.setattr(class_run, "grade_class", grade_class)
    try:
        assert cli.main(["grade", PS2]) == cli.main(["grade", PS2, "--timeout", "7"]) == 0
    finally:
        path.write_text(before)
    assert seen == [[60, 60], [7, 7]]


def test_regrade_as_fails_aloud(course, monkeypatch, capsys):
    def broken(*arguments, **options):
        raise ValueError("no such thing")

    monkeypatch.setattr(converter.TrustedAutograde, "grade_student", broken)
    assert cli.main(["regrade-as", PS2, "solved", "--shown-id", "solved"]) == 1
    assert "not graded   ValueError: no such thing" in capsys.readouterr().out


def test_a_command_leaves_formats_alone_that_no_notebook_has(tmp_path):
    program = (
        "import sys\nfrom course_grading.commands import cli\n"
        "assert cli.main(['grades', 'ps2-output-shapes']) == 1  # here is no course\n"
        "assert 'jsonschema' in sys.modules\n"
        "left = ['isoduration', 'arrow', 'rfc3987_syntax', 'rfc3986_validator']\n"
        "left += ['fqdn', 'webcolors']\n"
        "print([m for m in left if sys.modules.get(m)])"
    )
    told = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True
    )
    assert told.stdout == "[]\n", told.stderr

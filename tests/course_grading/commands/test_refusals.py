"""What `course` refuses: each refusal says what was expected, what came, and the mend."""

import shutil

import pytest
from nbgrader.preprocessors import Execute

from course_grading.commands import cli, grades
from course_grading.gradebook import mistyped_ids
from course_grading.gradebook.files import Unusable
from course_grading.kernels.executor import IsolatedKernel
from course_grading.pages import report
from tests.course_grading.graded_class import PS2, gradebook_rows, nbgrader

COMMANDS = {
    "grade": (),
    "grades": (),
    "demo": (),
    "report": (),
    "export": ("--format", "canvas"),
    "regrade-as": ("solved", "--shown-id", "x"),
}
TOO_LONG = f"ps2-{300 * 'o'}"  # for the name of a file


def refused(capsys, *arguments):
    """The message of a command that fails without a traceback."""
    try:
        status = cli.main(arguments)
    except SystemExit as stop:  # argparse
        status = stop.code
    message = capsys.readouterr().err.strip()
    assert status in (1, 2)
    assert "Traceback" not in message
    return message


# ------------------------------------------------------------------ the place and the assignment


def test_a_folder_without_a_course(tmp_path, monkeypatch, capsys):
    (tmp_path / "exercises").mkdir()
    monkeypatch.chdir(tmp_path)
    message = refused(capsys, "grades", PS2)
    assert message == f"course: No nbgrader_config.py in {tmp_path}. Go to the course: cd exercises"
    (tmp_path / "exercises" / "nbgrader_config.py").touch()
    (tmp_path / "chapters").mkdir()
    monkeypatch.chdir(tmp_path / "chapters")
    assert refused(capsys, "grades", PS2).endswith("cd ../exercises")


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("name", ["ps2-output-shape", "ps2", "PS2-Output-Shapes", TOO_LONG])
def test_a_misspelled_assignment(course, capsys, command, name):
    other = course.root / "source" / "ps1-other" / "ps1-other.ipynb"
    other.parent.mkdir(exist_ok=True)
    other.touch()
    try:
        message = refused(capsys, command, name, *COMMANDS[command])
    finally:
        shutil.rmtree(other.parent)
    assert message == f"course: There is no assignment {name!r}; there are: {PS2}, ps1-other."


@pytest.mark.parametrize("command", ["grade", "grades"])
def test_an_assignment_that_was_not_generated(new_course, monkeypatch, capsys, command):
    course = new_course()
    (course.root / "gradebook.db").unlink()
    mend = f"run nbgrader generate_assignment {PS2} --force first."
    assert refused(capsys, command, PS2).endswith(mend)
    shutil.copytree(course.root, course.root / "exercises")
    (course.root / "nbgrader_config.py").unlink()
    message = refused(capsys, command, PS2).splitlines()
    assert message[0].endswith(mend)
    assert message[1] == f"No nbgrader_config.py in {course.root}: cd exercises before that."


# ------------------------------------------------------------------ submissions


def test_no_submissions(new_course, capsys):
    new_course()
    assert refused(capsys, "grade", PS2) == (
        f"course: No submissions in submitted/*/{PS2}/; expected submitted/<id>/{PS2}/{PS2}.ipynb."
    )


@pytest.mark.parametrize(
    "arguments", [("grade", PS2, "--student"), ("regrade-as", PS2, "--shown-id=x")]
)
def test_a_student_who_handed_in_nothing(course, capsys, arguments):
    before = gradebook_rows(course)
    message = refused(capsys, *arguments, "solve")
    assert "solve has handed in nothing for ps2-output-shapes" in message
    assert "the nearest are: solved," in message
    assert gradebook_rows(course) == before
    assert not course.folder("autograded", PS2, "solve").exists()
    with course.gradebook() as gradebook:
        assert "solve" not in {student.id for student in gradebook.students}


# ------------------------------------------------------------------ options


@pytest.mark.parametrize(
    ("option", "value", "expected"),
    [
        ("--timeout", "0", "seconds from 1 to 86400, got '0'"),
        ("--timeout", "nan", "seconds from 1 to 86400, got 'nan'"),
        ("--timeout", "1e9", "seconds from 1 to 86400, got '1e9'"),
        ("--timeout", "long", "seconds from 1 to 86400, got 'long'"),
        ("--workers", "0", "a whole number from 1 to 256, got '0'"),
        ("--workers", "-3", "a whole number from 1 to 256, got '-3'"),
        ("--workers", "1.5", "a whole number from 1 to 256, got '1.5'"),
        ("--workers", "1000", "a whole number from 1 to 256, got '1000'"),
        ("--student", " ", "the id of a student, got ' '"),
    ],
)
def test_options_out_of_range(capsys, option, value, expected):
    assert f"argument {option}: expected {expected}" in refused(capsys, "grade", PS2, option, value)


def test_a_blank_shown_id(capsys):
    message = refused(capsys, "regrade-as", PS2, "solved", "--shown-id", "")
    assert "argument --shown-id: expected the id of a student, got ''" in message


def test_help_tells_the_default_limits(capsys):
    with pytest.raises(SystemExit):
        cli.main(["grade", "--help"])
    limits = (Execute.timeout.default_value, IsolatedKernel.keras_timeout.default_value)
    told = " ".join(capsys.readouterr().out.split())
    assert "(default: {:g}; with Keras {:g})".format(*limits) in told


# ------------------------------------------------------------------ files and databases


@pytest.fixture
def configured(course):
    """A function that adds a line to nbgrader_config.py for one test."""
    path = course.root / "nbgrader_config.py"
    before = path.read_text()
    yield lambda line: path.write_text(f"{before}\n{line}\n")
    path.write_text(before)


@pytest.mark.parametrize("command", ["grade", "grades"])
@pytest.mark.parametrize(
    ("address", "cause"),
    [
        ("sqlite:////nowhere/at/all/gradebook.db", "unable to open database file"),
        ("postgresql+psycopg://course@/course?host=/nowhere", "/nowhere"),
    ],
)
def test_a_gradebook_that_cannot_be_reached(course, configured, capsys, address, cause, command):
    if "psycopg" in address:
        pytest.importorskip("psycopg")
    configured(f"c.CourseDirectory.db_url = {address!r}")
    message = refused(capsys, command, PS2).splitlines()
    assert len(message) == 2
    assert message[0].startswith("course: The gradebook cannot be used: ") and cause in message[0]
    assert "c.CourseDirectory.db_url" in message[1]


def test_the_traceback_is_shown_when_it_is_asked_for(configured):
    configured("c.CourseDirectory.db_url = 'sqlite:////nowhere/at/all/gradebook.db'")
    with pytest.raises(Exception, match="unable to open database file"):
        cli.main(["--debug", "grades", PS2])


def test_an_error_that_nobody_foresaw_is_two_lines(course, monkeypatch, capsys):
    def broken(*arguments):
        raise KeyError("a\nb")

    monkeypatch.setattr(grades, "show", broken)
    assert refused(capsys, "grades", PS2).splitlines() == [
        "course: KeyError: 'a\\nb'",
        "The same with --debug after the word course shows where it happened.",
    ]


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ('{"ps2', "line 1 column 2"),
        ("[]", 'expected {"<assignment>"'),
        ('{"ps2": {"ada": "adda"}}', 'expected {"<assignment>"'),
        ('{"ps2": 1}', 'expected {"<assignment>"'),
    ],
)
def test_broken_notes_on_mistyped_ids(course, capsys, text, cause):
    before, graded = gradebook_rows(course), course.records(PS2)
    path = course.root / mistyped_ids.NAME
    path.write_text(text)
    try:
        messages = [
            refused(capsys, "grade", PS2, "--force"),
            refused(capsys, "regrade-as", PS2, "solved", "--shown-id", "x"),
        ]
        with pytest.raises(SystemExit):
            nbgrader("autograde", PS2, "--force")
    finally:
        path.unlink()
    for message in messages:
        assert f"{path} cannot be read" in message and cause in message
        assert "remove it, and note the mistyped ids again with course regrade-as" in message
    assert gradebook_rows(course) == before
    assert course.records(PS2) == graded  # and nothing was removed


def test_what_a_child_of_the_report_refuses_is_told_without_the_kind_of_error(
    new_course, capsys, monkeypatch
):
    def asked(*_):
        raise Unusable("ps2 was handed out before releases had sheets.")

    new_course()
    monkeypatch.setattr(report, "summarise", asked)
    told = refused(capsys, "report", PS2)
    assert told == "course: ps2 was handed out before releases had sheets."

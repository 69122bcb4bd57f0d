"""The class report, the export and the search for answers to other numbers."""

import csv
import io
from pathlib import Path

import numpy as np
import pytest

from course_bank import problem_sets
from course_grading.commands import cli, grades
from course_grading.gradebook.grades import Grade
from course_grading.kernels.inside import answers
from course_grading.pages import export, report
from course_grading.submission import copied_answers
from tests.course_grading.conftest import PS2
from tests.released import key_of
from tests.requirements import chromium

NAMES = list(problem_sets[PS2].questions)


def entry(name, credit, misconception=None, value=None, message="Look again."):
    points = problem_sets[PS2].questions[name]
    emitted = {"value": answers.write(value)}
    return {
        "id": name,
        "points": points,
        "credit": credit,
        "score": credit * points,
        "misconception": misconception,
        "message": message,
        "emitted": emitted,
    }


def answered(whose, credit=0.0, names=NAMES):
    """Entries whose values are right for the numbers of ``whose``."""
    return [entry(name, credit, None, key_of(PS2).variant(name, whose).answer) for name in names]


def records(**students):
    return {student: {"questions": found, "flags": []} for student, found in students.items()}


# ------------------------------------------------------------------ other students' numbers


@pytest.fixture(scope="module")
def students():
    return [f"student{i}" for i in range(40)]


def test_answers_for_anothers_numbers_are_found(students):
    (match,) = copied_answers.find(key_of(PS2), records(eve=answered("student7")), students)
    assert (match.student, match.other) == ("eve", "student7")
    assert len(match.questions) >= len(NAMES) - 1
    assert "student7" in str(match)


def test_other_spellings_are_found_too(students):
    found = answered("student7")
    for one in found:
        value = one["emitted"]["value"]
        if "int" in value:
            one["emitted"]["value"] = {"npy": None} if False else value["int"]
    (match,) = copied_answers.find(key_of(PS2), records(eve=found), students)
    assert match.other == "student7"


def test_right_answers_and_single_coincidences_are_no_matter(students):
    class_ = records(
        right=answered("right", credit=1.0),
        once=answered("student3", names=NAMES[:1]),
        nothing=[entry(name, 0.0, "empty") for name in NAMES],
    )
    assert copied_answers.find(key_of(PS2), class_, students) == []


def test_a_class_of_guesses_is_not_flagged(students):
    rng = np.random.default_rng(5)
    guesses = {
        student: [entry(name, 0.0, None, int(rng.integers(2, 40))) for name in NAMES]
        for student in students
    }
    assert copied_answers.find(key_of(PS2), records(**guesses), students) == []


# ------------------------------------------------------------------ numbers of the report


def test_difficulty_and_discrimination():
    strong = [entry(name, 1.0) for name in NAMES]
    weak = [entry(NAMES[0], 1.0), *[entry(name, 0.0) for name in NAMES[1:]]]
    middle = [entry(name, float(i % 2 == 0)) for i, name in enumerate(NAMES)]
    found = {item.id: item for item in report.items(records(a=strong, b=weak, c=middle))}
    assert found[NAMES[0]].difficulty == 1.0
    assert found[NAMES[0]].discrimination is None  # everybody had it
    assert found[NAMES[2]].difficulty == pytest.approx(2 / 3)
    points = np.array([problem_sets[PS2].questions[name] for name in NAMES])
    credits = np.array([[e["credit"] for e in found] for found in (strong, weak, middle)])
    rest = credits @ points - credits[:, 2] * points[2]
    expected = np.corrcoef(credits[:, 2], rest)[0, 1]
    assert found[NAMES[2]].discrimination == pytest.approx(expected)


def test_misconceptions_are_ranked():
    one = [entry(NAMES[0], 0.0, "forgot the 1", message="And one place more.")]
    two = [entry(NAMES[0], 0.0, "forgot the 1"), entry(NAMES[1], 0.5, "no floor")]
    three = [entry(NAMES[0], 0.0, "empty"), entry(NAMES[1], 0.0, None)]
    found = report.misconceptions(records(a=one, b=two, c=three))
    assert [row[:3] for row in found] == [
        (2, NAMES[0], "forgot the 1"),
        (1, NAMES[1], "no floor"),
    ]


def test_whom_to_look_at():
    grades = [Grade("ada", 3.0, 18.0), Grade("bo", None, 18.0, remark="nothing handed in")]
    class_ = {
        "ada": {"problem": None, "flags": ["1 cell stopped or not run"], "questions": []},
        "chi": {"problem": "chi.ipynb is not a notebook.", "flags": [], "questions": []},
    }
    match = copied_answers.Match("ada", "bo", ("a", "b"))
    assert [student for student, _ in report.look_at(grades, class_, [match])] == [
        "ada",
        "ada",
        "bo",
        "chi",
    ]


# ------------------------------------------------------------------ the page


@pytest.fixture(scope="module")
def page():
    grades = [Grade(f"student{i}", float(i % 19), 18.0) for i in range(30)]
    grades.append(Grade("<script>alert(1)</script>", None, 18.0, remark="nothing handed in"))
    class_ = records(
        a=[entry(name, 1.0) for name in NAMES],
        b=[entry(name, 0.0, "no floor", message="<b>Round</b> down.") for name in NAMES],
        c=[entry(name, float(i % 2)) for i, name in enumerate(NAMES)],
    )
    return report.page(
        report.Summary(
            PS2,
            "Output shapes",
            grades,
            report.items(class_),
            report.misconceptions(class_),
            report.look_at(grades, class_),
        )
    )


def test_the_page_is_inert_and_the_same_every_time(page):
    assert "<script" not in page
    assert "<b>Round" not in page
    assert "http" not in page.replace("http-equiv", "").replace("http://www.w3.org", "").replace(
        "http://purl.org", ""
    ).replace("http://creativecommons.org", "").replace("https://matplotlib.org", "")
    assert report.distribution([1.0, 2.0], 4.0) == report.distribution([1.0, 2.0], 4.0)


def test_the_page_says_what_it_lacks(page):
    assert "still to be read" not in page
    assert "the discrimination is rough" not in page  # thirty students have points
    few = [Grade("ada", 3.0, 18.0, to_read=2), Grade("bo", 4.0, 18.0, to_read=1)]
    found = report.items(records(a=[entry(name, 1.0) for name in NAMES]))
    made = report.page(report.Summary(PS2, "Output shapes", few, found))
    assert "3 answers are still to be read; their points are missing here." in made
    assert "With 2 students the discrimination is rough" in made


def test_an_empty_class_has_a_page():
    assert "Nothing to show" in report.page(report.Summary(PS2, "Output shapes", []))


def test_without_misconceptions_the_page_says_so():
    summary = report.Summary(PS2, "Output shapes", [Grade("ada", 3.0, 18.0)])
    assert "<h2>Misconceptions</h2><p>None was recognised.</p>" in report.page(summary)


@pytest.mark.browser
def test_the_report_in_a_browser(page, tmp_path):
    from playwright.sync_api import sync_playwright

    path = Path(tmp_path) / "report.html"
    path.write_text(page, encoding="utf-8")
    arguments = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=arguments)
        tab = browser.new_page(viewport={"width": 700, "height": 900})
        problems, requests = [], []
        tab.on("console", lambda message: problems.append(message.text))
        tab.on("pageerror", lambda error: problems.append(str(error)))
        tab.on("request", lambda request: requests.append(request.url))
        tab.goto(path.as_uri())
        assert tab.locator("h1").inner_text() == "Output shapes"
        assert tab.locator("svg").count() == 2
        assert tab.locator("svg").first.bounding_box()["height"] > 100
        assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth")
        tab.emulate_media(media="print")
        assert tab.locator("td").first.is_visible()
        browser.close()
    assert problems == []
    assert requests == [path.as_uri()]


# ------------------------------------------------------------------ export

GRADES = [Grade("ada", 17.5, 18.0), Grade("bo", None, 18.0), Grade("=cmd()", 1.0, 18.0)]
PEOPLE = {"ada": ("Ada", "Lovelace", "ada@example.org", "4711"), "bo": ("", "", "", "")}


def rows(made):
    return list(csv.reader(io.StringIO(export.as_csv(made))))


def test_canvas():
    head, possible, ada, bo, formula = rows(export.canvas("Output shapes", GRADES, PEOPLE))
    assert head == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Output shapes"]
    assert possible == ["    Points Possible", "", "", "", "", "18"]
    assert ada == ["Lovelace, Ada", "4711", "ada", "ada", "", "17.5"]
    assert bo == ["bo", "", "bo", "bo", "", ""]
    assert formula[0] == "'=cmd()"


def test_moodle():
    head, ada, bo, _ = rows(export.moodle("Output shapes", GRADES, PEOPLE))
    assert head == ["ID number", "First name", "Surname", "Email address", "Output shapes"]
    assert ada == ["ada", "Ada", "Lovelace", "ada@example.org", "17.5"]
    assert bo[-1] == "-"


@pytest.mark.parametrize("separator", [",", ";", "\t", "|", "\n", "\r"])
def test_a_cell_of_the_export_is_no_formula_after_any_separator(separator):
    texts = [f"a{separator}{space}{sign}1+1" for sign in "=+-@＝" for space in ("", " ")]
    for text in [*texts, "=1", " @x", f"{separator}=1", f"{separator}{separator}-1"]:
        ((made,),) = csv.reader(io.StringIO(export.as_csv([[text]]), newline=""))
        for part in made.split(separator):
            assert not part.strip(" ").startswith(tuple("=+-@＝")), (text, made)
    plain = ["Berg, Bo", "4711", "17.5", "-", "a-b", "x@example.org", "a + b"]
    assert rows([plain]) == [plain]


def test_a_grade_table_holds_nothing_that_a_terminal_obeys(monkeypatch, capsys):
    made = Grade("ada", 1.0, 2.0, remark="Cell stopped: \x1b]0;mine\x07\x1b[31m\u202e red")
    monkeypatch.setattr(grades, "grade_table", lambda course, assignment: [made])
    grades.show(None, PS2)
    printed = capsys.readouterr().out
    assert "Cell stopped: ?]0;mine??[31m? red" in printed
    assert all(line.isprintable() for line in printed.splitlines())


def test_an_export_says_what_its_points_lack():
    read = [Grade("ada", 17.0, 25.0), Grade("bo", None, 25.0)]
    assert list(export.lacking(read, ["ada"])) == []
    unread = [*read, Grade("chi", 16.0, 25.0, to_read=3), Grade("dora", 9.0, 25.0, to_read=1)]
    first, second = export.lacking(unread, ["ada", "bo", "chi", "dora"])
    assert first.startswith("4 answers of 2 students not read yet")
    assert second.startswith("handed in and not graded yet: bo.")


def test_the_command_prints_it_beside_the_path(course, capsys):
    assert cli.main(["export", PS2, "--format", "canvas"]) == 0
    printed = capsys.readouterr()
    assert printed.out.strip().endswith(f"{PS2}-canvas.csv")
    assert "not read yet" in printed.err


def test_other_formats_are_refused():
    with pytest.raises(ValueError, match="one of \\('canvas', 'moodle'\\), got 'xls'"):
        export.write(None, PS2, "xls")

"""Archives of the learning platforms, collected by nbgrader's own command."""

import errno
import io
import logging
import os
import shutil
import time
import warnings
import zipfile
from pathlib import Path

import pytest
from nbgrader.api import Gradebook
from nbgrader.apps.zipcollectapp import ZipCollectApp

from course_grading.submission import unpack
from course_grading.submission.handed_in_at import moment
from tests.course_grading.graded_class import PS2

STUDENTS = {
    "xm1": {"first_name": "Xaver", "last_name": "Müller", "lms_user_id": "311"},
    "ada": {"first_name": "Ada", "last_name": "Lovelace", "lms_user_id": "312"},
    "ada_2": {"first_name": "Bo", "last_name": "Berg", "lms_user_id": "313"},
    "bo2": {"first_name": "Bo", "last_name": "Berg", "lms_user_id": "314"},
}


@pytest.fixture
def collected(new_course, caplog):
    """A function that collects files of these names: {place in submitted: text}, and the log."""
    course = new_course()
    with course.gradebook() as gradebook:
        for student, known in STUDENTS.items():
            gradebook.add_student(student, **known)

    def collect(*names, config="", **made):
        archives = made.get("archives", {})
        config_file = course.root / "nbgrader_config.py"
        config_file.write_text(f"{config_file.read_text()}\n{config}")
        archive = course.root / "downloaded" / PS2 / "archive"
        for name in (*names, *archives):
            path = archive / name
            path.parent.mkdir(parents=True, exist_ok=True)
            content = archives.get(name, f"work in {name}".encode())
            path.write_bytes(content)
        app = ZipCollectApp()
        app.initialize([PS2])
        logger = logging.getLogger(app.log.name)
        logger.addHandler(caplog.handler)
        app.start()
        logger.removeHandler(caplog.handler)
        found = [p for p in (course.root / "submitted").rglob("*") if p.is_file()]
        found = [p for p in found if p.name != "timestamp.txt"]
        placed = {str(p.relative_to(course.root / "submitted")): p.read_text() for p in found}
        return placed, caplog.text

    return collect


@pytest.mark.parametrize(
    ("name", "student"),
    [
        (f"Xaver Müller_4714_assignsubmission_file_{PS2}.ipynb", "xm1"),
        (f"Müller, Xaver_4714_assignsubmission_file_{PS2}.ipynb", "xm1"),
        (f"Xaver Mu\u0308ller_4714_assignsubmission_file/{PS2}.ipynb", "xm1"),
        (f"lovelaceada_312_98765_{PS2}.ipynb", "ada"),
        (f"lovelaceada_LATE_312_98765_{PS2}-1.ipynb", "ada"),
        (f"ada_{PS2} (2).ipynb", "ada"),
        (f"ada_2_{PS2}.ipynb", "ada_2"),
    ],
)
def test_each_platforms_names_lead_to_the_student(collected, name, student):
    placed, _ = collected(name)
    assert placed == {f"{student}/{PS2}/{PS2}.ipynb": f"work in {name}"}


@pytest.mark.parametrize(
    ("name", "told"),
    [
        (f"Eve Adams_1_assignsubmission_file_{PS2}.ipynb", "no student has the name 'Eve Adams'"),
        (f"Bo Berg_1_assignsubmission_file_{PS2}.ipynb", "2 students (ada_2, bo2) have the name"),
        (f"adamseve_999_1_{PS2}.ipynb", "no student has the platform number 999 (adamseve)"),
        (f"{PS2}.ipynb", "expected a name as Moodle or Canvas gives it"),
        ("ada_ps3-parameter-counts.ipynb", "Skipped notebook with invalid name 'ps3-parameter-"),
    ],
)
def test_a_file_of_nobody_or_of_another_assignment_is_left_and_told(collected, name, told):
    placed, log = collected(name)
    assert placed == {}
    assert told in log


def test_an_expression_of_the_instructors_own_holds(collected):
    rule = r'c.FileNameCollectorPlugin.named_regexp = r".*/(?P<student_id>\w+)\+(?P<file_id>.+)\.'
    placed, _ = collected(f"eve+{PS2}.ipynb", config=f'{rule}ipynb"')
    assert list(placed) == [f"eve/{PS2}/{PS2}.ipynb"]


# ------------------------------------------------------------------ archives


def zipped(*entries, **options):
    """A zip of (name, bytes) pairs."""
    stream = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        warnings.simplefilter("ignore")  # two files of one name
        for name, content in entries:
            archive.writestr(zipfile.ZipInfo(name, (2024, 5, 1, 12, 0, 0)), content, **options)
    return stream.getvalue()


def with_password(data):
    """The zip with the mark of encryption on its first file, in both of its headers."""
    marked = bytearray(data)
    for signature, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        marked[marked.index(signature) + place] |= 1
    return bytes(marked)


FORCE = "c.ZipCollectApp.force = True"
ADA, BO = "lovelaceada_312_98765_", "bergbo_313_98766_"
WORK = f"{PS2}.ipynb"
BOMB = zipped(("bomb.bin", bytes(60_000_000)), compress_type=zipfile.ZIP_DEFLATED)


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("work.zip", b"PK no zip at all", "it is no zip that can be read"),
        ("work.zip", zipped((f"../../../{WORK}", b"x")), "leads out of the folder"),
        ("work.zip", zipped((f"C:\\{WORK}", b"x")), "leads out of the folder"),
        ("work.zip", with_password(zipped((WORK, b"x"))), "has a password"),
        ("work.zip", BOMB, "it has more than 50,000,000 bytes"),
        ("work.zip", zipped((f"{'d/' * 2000}{WORK}", b"x")), "its name is too long"),
        ("work.zip", zipped(*[(f"{i}.txt", b"") for i in range(600)]), "only 500 of its 600"),
        ("data.csv.gz", b"\x1f\x8b no gzip", "ada has handed in no notebook, but data.csv.gz"),
        ("inner.zip", zipped(("deeper.zip", zipped((WORK, b"x")))), "no notebook, but deeper.zip"),
    ],
)
def test_one_students_upload_stops_nobody(collected, name, content, told):
    placed, log = collected(f"{BO}{WORK}", archives={f"{ADA}{name}": content})
    assert placed == {f"ada_2/{PS2}/{WORK}": f"work in {BO}{WORK}"}
    assert told in log


def test_an_archive_that_takes_too_long_is_left_and_named(collected, monkeypatch):
    monkeypatch.setattr(unpack, "_take", lambda *entry: time.sleep(60))
    monkeypatch.setattr(unpack, "_SECONDS", (30.0, 0.2))
    archives = {f"{ADA}work.zip": zipped((WORK, b"mine"))}
    placed, log = collected(f"{BO}{WORK}", archives=archives)
    assert placed == {f"ada_2/{PS2}/{WORK}": f"work in {BO}{WORK}"}
    assert f"Left out: {ADA}work.zip: reading it took more than 0.2 seconds" in log


def test_names_in_a_students_zip_are_nobodys(collected):
    """What is named as the platform names a classmate's belongs to the zip's owner."""
    inside = zipped((f"{BO}{WORK}", b"as Bo"), (f"folder\\{WORK}", b"mine"))
    placed, _ = collected(archives={f"{ADA}work.zip": inside})
    assert placed == {f"ada/{PS2}/{WORK}": "mine"}


def test_a_broken_file_costs_no_other_of_the_zip(collected):
    """Each way to compress has errors of its own."""
    for method in (zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):
        made = bytearray(zipped(("a.bin", os.urandom(900)), (WORK, b"mine"), compress_type=method))
        made[45:65] = b"\xff" * 20  # in the bytes of the first file
        placed, log = collected(archives={f"{ADA}{method}.zip": bytes(made)}, config=FORCE)
        assert placed == {f"ada/{PS2}/{WORK}": "mine"}
        assert f"Left out: {ADA}{method}.zip, in it 'a.bin': " in log


MOODLES = "Ada Lovelace_9182_assignsubmission_file_"


@pytest.mark.parametrize(
    "name",
    [
        f"Xaver Müller_1_assignsubmission_file_{WORK}",
        f"Xaver Müller_2_assignsubmission_file_/{WORK}",
    ],
)
def test_names_in_a_students_folder_are_nobodys(collected, name):
    """Moodle's folder tells whose it is, not what the student has called a file or folder in it."""
    placed, log = collected(f"{MOODLES}/{name}")
    assert not any(place.startswith("xm1/") for place in placed)
    assert placed or "Skipped notebook with invalid name" in log


@pytest.mark.parametrize("inside", ["", "work/"])
@pytest.mark.parametrize("form", ["folder", "zip", "zip in a folder"])
def test_what_lies_beside_the_notebook_goes_with_it(collected, form, inside):
    names = (WORK, "helper.py", "data/table.csv", ".hidden", "timestamp.txt", "old.ipynb")
    entries = [(f"{inside}{name}", name.encode()) for name in names]
    archives = {
        "folder": {f"{MOODLES}/{name}": content for name, content in entries},
        "zip": {f"{ADA}work.zip": zipped(*entries)},
        "zip in a folder": {f"{MOODLES}/work.zip": zipped(*entries)},
    }[form]
    placed, _ = collected(archives=archives)
    taken = (WORK, "helper.py", "data/table.csv")
    assert placed == {f"ada/{PS2}/{name}": name for name in taken}
    assert not list(Path("submitted").rglob("timestamp.txt"))


@pytest.mark.parametrize(
    ("names", "taken"),
    [
        ((f"nb/{WORK}", "nb/x", "x/y.txt"), (WORK, "x")),
        ((f"nb/{WORK}", "nb/x/y.txt", "x"), (WORK, "x/y.txt")),
        ((f"nb/{WORK}", "nb/x", "x"), (WORK, "x")),
        ((f"nb/{WORK}", f"{WORK}/x"), (WORK,)),
        ((WORK, WORK.upper()), (WORK,)),
        ((WORK, "ä.csv", "A\u0308.CSV"), (WORK, "A\u0308.CSV")),
        ((WORK, "timestamp.txt/a"), (WORK,)),
        ((WORK, "Timestamp.TXT"), (WORK,)),
    ],
)
def test_two_files_for_one_place_stop_nobody(collected, names, taken):
    """Told apart as a Mac and Windows do."""
    archives = {f"{ADA}work.zip": zipped(*[(name, name.encode()) for name in names])}
    placed, log = collected(f"{BO}{WORK}", archives=archives)
    assert placed.pop(f"ada_2/{PS2}/{WORK}") == f"work in {BO}{WORK}"
    assert set(placed) == {f"ada/{PS2}/{name}" for name in taken}
    assert log.count(f"Left out: {ADA}work.zip.unpacked/") == len(names) - len(taken)


def test_files_that_are_called_as_their_owner_alone_stop_nobody(collected):
    """nbgrader makes txt.txt of both "ada.txt" and "ada_txt.txt"."""
    names = (f"ada_{WORK}", "ada", "ada_", "ada.txt", "ada_txt.txt")
    placed, log = collected(*names, f"{MOODLES}", f"{BO}{WORK}")
    assert set(placed) == {
        f"ada/{PS2}/{WORK}",
        f"ada/{PS2}/txt.txt",
        f"ada_2/{PS2}/{WORK}",
    }
    assert log.count("it has no name of its own") == 3
    assert "Left out: ada_txt.txt: another file has the place of 'txt.txt'" in log


def test_late_is_late_whatever_lies_beside_the_notebook(collected):
    due = "2026-11-20 18:00:00"
    with Gradebook(f"sqlite:///{os.getcwd()}/gradebook.db", "convolution-by-hand") as gradebook:
        gradebook.update_or_create_assignment(PS2, duedate=due)
    work = zipped((WORK, b"mine"), ("timestamp.txt/a", b"2026-11-01 00:00:00 UTC"))
    collected(archives={"lovelaceada_LATE_312_98765_work.zip": work})
    stamp = Path("submitted", "ada", PS2, "timestamp.txt").read_bytes()
    assert str(moment(stamp)) == "2026-11-20 18:00:01"


def test_single_files_of_a_student_go_with_the_notebook(collected):
    placed, _ = collected(f"{ADA}{WORK}", f"{ADA}helper.py", f"{BO}helper.py", "nobody.py")
    assert placed == {
        f"ada/{PS2}/{WORK}": f"work in {ADA}{WORK}",
        f"ada/{PS2}/helper.py": f"work in {ADA}helper.py",
    }


def test_the_platforms_own_archive_and_the_zips_in_it(collected):
    whole = zipped(
        (f"{ADA}work.zip", zipped((f"deep/{WORK}", b"from the zip"))),
        (f"{BO}{WORK}", b"as it is"),
        (f"{BO}broken.zip", b"?"),
    )
    placed, log = collected(archives={"submissions.zip": whole})
    assert placed == {f"ada/{PS2}/{WORK}": "from the zip", f"ada_2/{PS2}/{WORK}": "as it is"}
    assert "broken.zip" in log


@pytest.mark.parametrize("form", [f"312_98765_{PS2}.ipynb", "312_98765_work.zip"])
@pytest.mark.parametrize("due", [None, "2026-11-20 18:00:00"])
def test_what_canvas_calls_late_is_late(collected, form, due):
    with Gradebook(f"sqlite:///{os.getcwd()}/gradebook.db", "convolution-by-hand") as gradebook:
        gradebook.update_or_create_assignment(PS2, duedate=due)
    late = f"lovelaceada_LATE_{form}"
    inside = zipped((f"bergbo_LATE_314_1_{PS2}.ipynb", b"work"))
    archives = {late: zipped((f"{PS2}.ipynb", b"work"))} if late.endswith("zip") else {}
    archives["bergbo_313_98766_own.zip"] = inside
    placed, log = collected(*([] if late in archives else [late]), archives=archives)
    times = {p.parents[1].name: p.read_text() for p in Path("submitted").rglob("timestamp.txt")}
    assert f"ada/{PS2}/{WORK}" in placed
    if due is None:
        assert times == {}
        assert "Canvas says LATE, but" in log
    else:
        assert {student: str(moment(text.encode())) for student, text in times.items()} == {
            "ada": "2026-11-20 18:00:01"
        }
        assert "LATE and not how late" in log


def test_of_two_copies_the_later_is_taken_and_told(collected):
    placed, log = collected(f"{ADA}{WORK}", f"{ADA}{PS2}-1.ipynb", f"{ADA}{PS2} (2).ipynb")
    assert placed == {f"ada/{PS2}/{WORK}": f"work in {ADA}{PS2} (2).ipynb"}
    assert "3 copies of one notebook" in log


def test_a_disk_that_fills_up_while_files_are_collected_is_told(collected, monkeypatch, caplog):
    def on_a_full_disk(source, target, **_):
        raise OSError(errno.ENOSPC, "No space left on device", target)

    monkeypatch.setattr(shutil, "copy", on_a_full_disk)
    with pytest.raises(SystemExit):
        collected(f"ada_{PS2}.ipynb")
    assert "The disk is full (" in caplog.text
    assert "Free some space. Then collect again, with --force." in caplog.text


def test_another_failure_of_collecting_is_raised(collected, monkeypatch):
    def refused(*_, **__):
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(shutil, "copy", refused)
    with pytest.raises(PermissionError):
        collected(f"ada_{PS2}.ipynb")

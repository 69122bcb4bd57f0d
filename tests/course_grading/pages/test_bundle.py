"""The archive for students: it works on its own, and nothing in it tells right from wrong."""

import io
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest

from course_bank import bank, problem_sets
from course_bank.assignments import release
from course_bank.assignments.judgements import judgements
from course_bank.topics.training_clinic import patients, wards
from course_bank.topics.transfer import heldout
from course_grading.commands import cli
from course_grading.gradebook import keys
from course_grading.pages import bundle
from tests.course_grading.graded_class import PS2
from tests.released import content

GUIDE = (Path(__file__).parents[3] / "chapters" / "student-guide.md").read_text(encoding="utf-8")

# every public name of what ships, each figure made once
_USE_IT = """
import importlib, importlib.resources, pkgutil, sys

import course_lib

assert sys.argv[1] in course_lib.__file__, course_lib.__file__
used = 0
for found in pkgutil.walk_packages(course_lib.__path__, "course_lib."):
    if found.name == "course_lib.grading":  # which says where it is now
        continue
    module = importlib.import_module(found.name)
    for name in getattr(module, "__all__", ()):
        assert getattr(module, name) is not None
        used += 1
for name in course_lib.__all__:
    getattr(course_lib, name)
from course_lib import figures, records
from course_lib.datasets import mnist, photographs
for name in figures.INTERACTIVE:
    if name != "Quiz":  # whose questions come from the bank
        assert getattr(figures, name)()._fallback
for name in records.names():
    records.load(name)
assert len(mnist.load_sample()[0][0]) == 2000 and photographs.load("zebra").size
print(used, "names")
"""


# a training of one epoch, with the names that a notebook has
_TRAIN = """
import course_lib
from course_lib.datasets import mnist

(x, y), _ = mnist.load_sample()
model = keras.Sequential([
    keras.Input((28, 28, 1)),
    keras.layers.Conv2D(4, 3, activation="relu"),
    keras.layers.Flatten(),
    keras.layers.Dense(10, activation="softmax"),
])
model.compile("adam", "sparse_categorical_crossentropy")
history = model.fit(x[:64, ..., None] / 255, y[:64], verbose=0).history
print(course_lib.__file__, np.__version__, history["loss"][0])
"""
OLDEST_NUMPY = "1.26"


@pytest.fixture(scope="module")
def unpacked(graded_class, tmp_path_factory):
    folder = tmp_path_factory.mktemp("student")
    before = os.getcwd()
    os.chdir(graded_class.root)
    try:
        assert cli.main(["bundle"]) == 0
    finally:
        os.chdir(before)
    with zipfile.ZipFile(graded_class.root / "students.zip") as archive:
        archive.extractall(folder)
    (graded_class.root / "students.zip").unlink()
    return folder / bundle.NAME


def run(code, folder, *arguments, path=""):
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    done = subprocess.run(
        [sys.executable, "-P", "-c", code, *arguments],
        cwd=folder,
        env={**environment, "PYTHONPATH": path},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_it_holds_notebooks_sheets_and_the_library_and_no_more(unpacked):
    files = {str(path.relative_to(unpacked)) for path in unpacked.rglob("*") if path.is_file()}
    wheel = next(name for name in files if name.endswith(".whl"))
    assert re.fullmatch(r"course_lib-[\d.]+-py3-none-any\.whl", wheel)
    assert files == {
        "README.txt",
        "LICENSE",
        wheel,
        "course_lib.zip",
        f"{PS2}/{PS2}.ipynb",
        f"{PS2}/{PS2}.sheets.json",
    }
    assert wheel in (unpacked / "README.txt").read_text("utf-8")
    for library in (wheel, "course_lib.zip"):
        with zipfile.ZipFile(unpacked / library) as archive:
            tops = {name.split("/")[0] for name in archive.namelist()}
        assert {top for top in tops if not top.endswith(".dist-info")} == {"course_lib"}


@pytest.mark.parametrize("library", ["course_lib.zip", "*.whl"])
def test_every_public_name_works_from_the_archive_itself(unpacked, library):
    """Without unpacking: the zip lies on the path, wherever Python works."""
    (path,) = unpacked.glob(library)
    assert int(run(_USE_IT, unpacked.parent, path.name, path=str(path)).split()[0]) > 100


def first_cells(unpacked):
    """Source of the released notebook's cells of code, up to the first task."""
    cells = json.loads((unpacked / PS2 / f"{PS2}.ipynb").read_text("utf-8"))["cells"]
    return ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"][:3]


def commands(system):
    """The lines that the student's guide has for a system."""
    found = re.search(rf"tab-item}} {system}\n:sync: \w+\n\n(.*?)```", GUIDE, re.DOTALL)
    return [line.strip() for line in found[1].splitlines() if line.strip()]


def test_the_guide_has_the_same_lines_for_every_system(unpacked):
    windows, unix = commands("Windows"), commands("macOS and Linux")
    assert [
        line.replace("\\", "/").replace("env/Scripts/", "env/bin/").replace("py ", "python3 ")
        for line in windows
    ] == unix
    (wheel,) = unpacked.glob("*.whl")
    assert wheel.name in unix[1]


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_the_lines_of_the_guide_make_an_environment_that_works(unpacked, tmp_path):
    """Typed as they stand, in the unpacked folder; JupyterLab is asked for its version only."""
    folder = tmp_path / "students"
    shutil.copytree(unpacked, folder)
    *install, start = commands("macOS and Linux")
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    environment["PIP_NO_COMPILE"] = "false"  # means yes: what is never run here is not compiled
    for line in [*install, f"{start} --version"]:
        done = subprocess.run(
            line, shell=True, cwd=folder, env=environment, capture_output=True, text=True
        )
        if "No matching distribution found for jupyterlab" in done.stderr:
            pytest.skip("no package registry can be reached")
        assert done.returncode == 0, done.stdout + done.stderr
    (folder / "course_lib.zip").unlink()
    code = "\n".join([*first_cells(unpacked), _TRAIN])
    for numpy in ("", OLDEST_NUMPY):  # what is new, and what a hosted Jupyter may have
        if numpy:
            line = f"env/bin/python -m pip install --only-binary :all: 'numpy=={numpy}.*'"
            done = subprocess.run(
                line, shell=True, cwd=folder, env=environment, capture_output=True, text=True
            )
            if "No matching distribution found for numpy" in done.stderr:
                pytest.skip(f"NumPy {numpy} is built for older Pythons alone")
            assert done.returncode == 0, done.stdout + done.stderr
        done = subprocess.run(
            [folder / "env/bin/python", "-c", code],
            cwd=folder / PS2,
            env=environment,
            capture_output=True,
            text=True,
        )
        told = rf"site-packages/course_lib\S+ {numpy or '2'}\S+ \d\.\d+$"
        assert re.search(told, done.stdout.strip()), done.stdout + done.stderr


def texts_of(unpacked):
    """{name: text} of every text file that ships, those inside the archives too."""
    found = {}
    for path in unpacked.rglob("*"):
        if path.suffix in (".zip", ".whl"):
            with zipfile.ZipFile(path) as archive:
                for name in archive.namelist():
                    if name.endswith((".py", ".json", ".js", ".md", ".txt")):
                        found[f"{path.name}/{name}"] = archive.read(name).decode("utf-8")
        elif path.is_file():
            found[path.name] = path.read_text("utf-8")
    return found


def test_nothing_in_it_tells_right_from_wrong(unpacked):
    """No misconception, solution, model answer, rubric or checker of any question of the course."""
    texts = texts_of(unpacked)
    everything = "\n".join(texts.values())
    for one in judgements.values():
        for secret in (one.solution, *(text for _, text in one.rubric)):
            assert len(secret) < 30 or json.dumps(secret)[1:-1] not in everything, one.id
            assert len(secret) < 30 or secret not in everything, one.id
    for name in {name for listed in problem_sets.values() for name in listed.questions}:
        question = bank[name]
        for wrong in question.misconceptions:
            assert wrong.message not in everything, (name, wrong.name)
        for line in (question.solution or "").splitlines():
            shown = question.prompt if isinstance(question.prompt, str) else ""
            if len(line.strip()) > 30 and line not in (question.stub or "") + shown:
                assert line.strip() not in texts[f"{PS2}.ipynb"], (name, line)
    assert "hidden_check" not in everything
    assert "HIDDEN TESTS" not in texts[f"{PS2}.ipynb"]
    imported = re.findall(r"^\s*(?:from|import) (course_\w+)", everything, re.MULTILINE)
    assert set(imported) == {"course_lib"}


def test_no_patient_is_known_by_what_students_get(unpacked):
    """The cards are in the sheets; what each suffers from is not, and no record tells it."""
    sheets = release.as_text(release.sheets(content("ps10-training-clinic")))
    library = "\n".join(text for name, text in texts_of(unpacked).items() if "course_lib" in name)
    shown = [name for name in patients.recorded() if name in sheets]
    assert len(shown) > 40
    for name in shown:  # a number, which may stand within a longer one by chance
        assert not re.search(rf"(?<!\d){name}(?!\d)", library)
    for fault, told in wards.FAULTS.items():
        assert f'"{fault}"' not in sheets
        assert told.signature not in sheets
        assert told.signature not in library


def test_the_photographs_that_are_asked_about_stay_with_the_instructor(unpacked):
    """Neither features nor labels of them are in an array of the library, nor in the sheets."""
    features, labels = heldout.draw(1)
    for entry in release.sheets(content("ps11-modern-networks"))["questions"]:
        if entry["id"] == "photographs-transfer":
            assert all(set(variant["numbers"]) == {"few"} for variant in entry["variants"])
    with zipfile.ZipFile(unpacked / "course_lib.zip") as archive:
        shipped = [name for name in archive.namelist() if name.endswith(".npz")]
        assert "course_lib/datasets/objects.npz" in shipped
        for name in shipped:
            with np.load(io.BytesIO(archive.read(name)), allow_pickle=False) as arrays:
                for array in arrays.values():
                    assert len(array) != len(labels) or array.ndim > 1, name
                    if array.shape[1:] == features.shape[1:]:
                        known = {row.tobytes() for row in array.astype(np.float16)}
                        assert not [row for row in features if row.tobytes() in known], name


def test_the_sheets_are_those_of_the_key_without_its_answers(unpacked, graded_class):
    key = keys.read(graded_class.root, PS2)
    shipped = json.loads((unpacked / PS2 / f"{PS2}.sheets.json").read_text("utf-8"))
    for entry, kept in zip(shipped["questions"], key.content["questions"], strict=True):
        assert entry["id"] == kept["id"]
        for variant, full in zip(entry["variants"], kept["variants"], strict=True):
            assert variant == {name: full[name] for name in variant}
            assert not set(variant) & {"answer", "wrong", "steps", "seed"}


@pytest.mark.parametrize("place", ["as unpacked", "three files uploaded into one folder"])
def test_a_student_works_with_the_zip_beside_the_notebook(unpacked, graded_class, tmp_path, place):
    """The notebook's own first cells, in its folder, with nothing installed of the project."""
    folder = unpacked / PS2
    if place != "as unpacked":
        shutil.copytree(folder, tmp_path / "content")
        folder = tmp_path / "content"
        shutil.copy(unpacked / "course_lib.zip", folder)
    code = first_cells(unpacked)
    told = run(
        "\n".join(code).replace('"demo"', '"ada"') + "\nsheet.check_form('sizes-valid', 26)"
        "\nprint(sheet.numbers('sizes-valid'))",
        folder,
    )
    numbers = keys.read(graded_class.root, PS2).variant("sizes-valid", "ada").numbers
    assert str(numbers) in told
    assert "sizes_valid: this can be graded. Whether it is right, grading will tell." in told


def test_without_the_library_the_first_cell_says_what_to_do(unpacked, tmp_path):
    cells = json.loads((unpacked / PS2 / f"{PS2}.ipynb").read_text("utf-8"))["cells"]
    start = next("".join(c["source"]) for c in cells if "find_spec" in "".join(c["source"]))
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", start], cwd=tmp_path, capture_output=True, text=True
    )
    assert "course_lib is not here: put the file course_lib.zip" in done.stderr.splitlines()[-1]


def test_a_course_without_a_release_says_what_to_do(tmp_path, monkeypatch, capsys):
    (tmp_path / "nbgrader_config.py").write_text("")
    monkeypatch.chdir(tmp_path)
    assert cli.main(["bundle"]) == 1
    assert "nbgrader generate_assignment" in capsys.readouterr().err
